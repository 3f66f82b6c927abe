// Package synthetic makes up what a large federation files, for tests and
// measurements: up to a million documents by invented States and organisations,
// signed with real keys, in logs with receipts. Every title says SAMPLE. Nothing
// in it is about anybody.
//
// Its members behave as members do. They file late or say that they use
// flexibility; they report other values than their partners; they pledge again
// what a joint pledge of theirs already counts; they revise and withdraw. What
// they file follows from the seed, signatures included.
//
// A corpus is written as a stream: memory does not grow with it.
package synthetic

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/testnet/simulation"
)

// Options say how large a corpus is. Zero fields have the values beside them.
type Options struct {
	Seed      uint64
	Documents int // besides openings, accessions to the charter and receipts
	States    int // 56
	Observers int // 8: organisations of civil society, which assess States
	Bodies    int // so many of the States are regional bodies that convene Region
	Region    string
	Logs      int // 8: of the first States
	Block     int // 256: documents into one log, before a receipt covers them
	Days      int // 1000: that they are filed over, from [simulation.Start] on
	Tail      int // the last so many are filed a minute apart, each before a receipt of its own
}

// Corpus is one.
type Corpus struct {
	*simulation.Federation
	Options
	Rounds []review.Round
}

// Record is a document's place in the stream.
type Record struct {
	Log       int // of which member
	Index     uint64
	Payload   []byte
	Signature []byte
	Author    int // whose key signed it
	Role      Role
}

// Role is which of its author's keys signed a record.
type Role uint8

// The roles.
const (
	ByAuthor Role = iota
	ByRoot
	ByClerk
)

const witnesses = 5

// New founds the federation of a corpus.
func New(o Options) *Corpus {
	for _, f := range []struct{ value, otherwise *int }{
		{&o.States, ptr(56)}, {&o.Observers, ptr(8)}, {&o.Logs, ptr(8)}, {&o.Block, ptr(256)}, {&o.Days, ptr(1000)},
	} {
		if *f.value == 0 {
			*f.value = *f.otherwise
		}
	}
	c := &Corpus{Options: o}
	for year := 2026; year <= 2028; year++ {
		c.Rounds = append(c.Rounds, review.Round{ID: fmt.Sprint("sample-", year), Title: fmt.Sprint("SAMPLE round of ", year), Scope: "global",
			Opens: fmt.Sprint(year, "-01-01"), Due: fmt.Sprint(year, "-10-31"), Sample: true})
	}
	c.Federation = simulation.NewFederationWith(func(charter *review.Charter) {
		charter.Rounds = c.Rounds
		for i := o.States - o.Bodies; i < len(charter.Participants); i++ {
			p := &charter.Participants[i]
			if p.Kind, p.Country, p.Name = "civil-society", "", fmt.Sprintf("SAMPLE observers %d", i-o.States+1); i < o.States {
				p.Kind, p.Region, p.Name = "regional-body", o.Region, fmt.Sprintf("SAMPLE body %d", i-o.States+o.Bodies+1)
			}
		}
	}, o.Seed, o.States+o.Observers, witnesses)
	return c
}

func ptr[T any](v T) *T { return &v }

// Key is the one that signed a record.
func (c *Corpus) Key(r Record) signing.DocumentKey {
	m := c.Members[r.Author]
	return map[Role]signing.DocumentKey{ByAuthor: m.Author.Public, ByRoot: m.Root.Public, ByClerk: m.Clerk.Public}[r.Role]
}

// Record is what a node holds of a record whose signature was checked.
func (c *Corpus) Record(r Record) review.Record {
	e := signing.Envelope{Payload: r.Payload, Signature: r.Signature}
	return review.Record{Origin: c.Members[r.Log].Origin, Index: r.Index, Leaf: e.Leaf(c.Key(r)), Payload: r.Payload, Genuine: true}
}

// writer is how far a stream has come.
type writer struct {
	*Corpus
	rng   *rand.Rand
	yield func(Record) bool
	trees []Tree
	now   time.Time
	salts int
	recent
	stopped bool
}

// Records are all, each after those that it rests on. Block by block they go
// into one log after another, and after each block a receipt covers it.
func (c *Corpus) Records() iter.Seq[Record] {
	return func(yield func(Record) bool) {
		w := &writer{Corpus: c, rng: rand.New(rand.NewPCG(c.Seed, 1)), yield: yield, trees: make([]Tree, c.Logs), now: simulation.Start}
		w.found()
		step := time.Duration(c.Days) * 24 * time.Hour / time.Duration(max(1, c.Documents))
		for n := 0; n < c.Documents && !w.stopped; {
			log, block := n/c.Block%c.Logs, min(c.Block, c.Documents-c.Tail-n)
			if block <= 0 {
				log, block, step = n%c.Logs, 1, time.Minute
			}
			for range block {
				w.now = w.now.Add(step)
				w.document(log)
				n++
			}
			w.receipt(log)
		}
	}
}

// found files openings, the charter, and who accedes to it and to its rounds.
func (w *writer) found() {
	for i, m := range w.Members[:w.Logs] {
		w.put(i, i, ByRoot, w.Opening(m).Envelope)
	}
	w.put(0, 0, ByAuthor, w.Genesis.Envelope)
	for i, m := range w.Members {
		w.put(0, i, ByAuthor, w.Accession(m).Envelope)
		for _, round := range w.Rounds {
			decision := ""
			switch {
			case i >= w.States || w.rng.IntN(4) == 0: // not in this round
				continue
			case w.rng.IntN(10) == 0:
				decision = "declined"
			}
			w.say(0, i, review.KindAccession, "charter", w.Genesis.ID, &review.Accession{Common: w.common(i, "accession"), Role: "round", Round: round.ID, Decision: decision})
		}
	}
	for log := range w.Logs {
		w.receipt(log)
	}
}

// put logs an envelope.
func (w *writer) put(log, author int, role Role, e signing.Envelope) review.DocumentID {
	r := Record{Log: log, Index: w.trees[log].Size(), Payload: e.Payload, Signature: e.Signature, Author: author, Role: role}
	w.trees[log].Add(e.Leaf(w.Key(r)).Hash())
	w.stopped = w.stopped || !w.yield(r)
	return review.DocumentID(e.Digest().String())
}

func (w *writer) say(log, author int, kind review.Kind, subject string, about review.DocumentID, predicate any) review.DocumentID {
	if w.stopped {
		return ""
	}
	key, role := w.Members[author].Author, ByAuthor
	if kind == review.KindReceipt {
		key, role = w.Members[author].Clerk, ByClerk
	}
	return w.put(log, author, role, key.Sign(review.Compose(kind, []review.Subject{{Name: subject, Digest: about}}, predicate)))
}

// common is a document's; its title says that it is a sample.
func (w *writer) common(author int, title string) review.Common {
	w.salts++
	return review.Common{Federation: w.Genesis.ID, Author: w.Members[author].ID, Language: "en", Created: w.now.Format(time.RFC3339),
		Salt: fmt.Sprintf("%016x%016x", w.Seed, w.salts), Title: "SAMPLE " + title, Sample: true}
}

// receipt covers all that a log holds, and is filed there.
func (w *writer) receipt(log int) {
	if w.stopped {
		return
	}
	m := w.Members[log]
	cp := signing.Checkpoint{Origin: string(m.Origin), Size: w.trees[log].Size(), Root: w.trees[log].Root()}
	note := signing.SignCheckpoint(cp, m.Log)
	charter, _ := w.Chain.InForce()
	for i, witness := range w.Members[:witnesses] {
		at := w.now.Add(time.Duration(i) * time.Second)
		note = append(note, signing.Cosign(cp, at, review.WitnessName(witness.ID, w.Genesis.ID, charter.Suffix), witness.Witness)...)
	}
	w.say(log, log, review.KindReceipt, "charter", w.Genesis.ID, &review.Receipt{Common: w.common(log, "receipt"), Checkpoint: string(note)})
}

// Tree is the right edge of a log's Merkle tree: the roots of its complete
// subtrees, largest first.
type Tree struct {
	size uint64
	edge []tlog.Hash
}

// Add adds a leaf's hash.
func (t *Tree) Add(leaf tlog.Hash) {
	for n := t.size; n&1 == 1; n >>= 1 {
		leaf = tlog.NodeHash(t.edge[len(t.edge)-1], leaf)
		t.edge = t.edge[:len(t.edge)-1]
	}
	t.edge = append(t.edge, leaf)
	t.size++
}

// Size is the number of leaves.
func (t *Tree) Size() uint64 { return t.size }

// Root is that of all leaves.
func (t *Tree) Root() (h tlog.Hash) {
	for i, edge := range slices.Backward(t.edge) {
		if h = tlog.NodeHash(edge, h); i == len(t.edge)-1 {
			h = edge
		}
	}
	return h
}
