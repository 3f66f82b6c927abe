package review

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// A log that signed two checkpoints of which neither extends the other showed
// two histories. The two notes prove it to anybody, whoever files them.
//
//	          ┌─ a3 ─ a4         first:  size 5, root A
//	r0 ─ r1 ─ r2
//	          └─ b3 ─ b4 ─ b5    second: size 6; at size 5 its tree has root B
//
// What a quorum of witnesses cosigned of such a log counts as before, so that
// neither its owner nor a thief of its key can erase by forking. The rest never
// had a filing time; it is labelled forked, since no honest witness cosigns
// more of it. Work goes on in the next epoch, and anyone may file any signed
// document again.

// Fork is the proof that a log signed two histories. Its subject is the
// charter. It is valid whoever files it: the evidence is in the notes.
type Fork struct {
	Common
	Origin Origin   `json:"origin"`
	First  string   `json:"first"`            // a note that the log signed
	Second string   `json:"second"`           // another, of the same size or of a larger one
	Prefix string   `json:"prefix,omitempty"` // base64 of the root that the second's tree has at the first's size, where sizes differ
	Proof  []string `json:"proof,omitempty"`  // RFC 6962 consistency proof from there to the second, hashes in base64
}

// NewFork states a fork. The first note is of at most the second's size;
// prefix and proof are left out where the sizes are the same.
func NewFork(c Common, o Origin, first, second []byte, prefix tlog.Hash, proof tlog.TreeProof) *Fork {
	f := &Fork{Common: c, Origin: o, First: string(first), Second: string(second)}
	if len(proof) > 0 {
		f.Prefix = base64.StdEncoding.EncodeToString(prefix[:])
	}
	for _, h := range proof {
		f.Proof = append(f.Proof, base64.StdEncoding.EncodeToString(h[:]))
	}
	return f
}

func (p *Fork) relate(c *Chain, _, _ *Document, _ finder) Refusal {
	if err := CheckFork(c, p); err != nil {
		return Refusal{*refuse("", ReasonVoidFork, "why", err.Error())}
	}
	return nil
}

// CheckFork is why a document proves no fork, nil if it does: the log is one of
// the federation's, its key signed both notes, and their trees contradict each
// other.
func CheckFork(chain *Chain, f *Fork) error {
	log, ok := chain.Log(f.Origin)
	if !ok {
		return fmt.Errorf("review: fork of %s: no charter lists that log", f.Origin)
	}
	return f.check(log.LogKey)
}

func (f *Fork) check(key signing.NoteKey) error {
	first, err := signing.OpenCheckpoint([]byte(f.First), string(f.Origin), key)
	if err != nil {
		return fmt.Errorf("review: fork of %s: first note: %w", f.Origin, err)
	}
	second, err := signing.OpenCheckpoint([]byte(f.Second), string(f.Origin), key)
	if err != nil {
		return fmt.Errorf("review: fork of %s: second note: %w", f.Origin, err)
	}
	prefix := second.Root
	switch {
	case first.Size == 0 || first.Size > second.Size || second.Size > maxForkSize:
		return fmt.Errorf("review: fork of %s: sizes %d and %d: want the smaller one first, neither empty", f.Origin, first.Size, second.Size)
	case first.Size == second.Size && (f.Prefix != "" || len(f.Proof) > 0):
		return fmt.Errorf("review: fork of %s: notes of one size need no proof beside them", f.Origin)
	case first.Size < second.Size:
		hashes, ok := parseHashes(append([]string{f.Prefix}, f.Proof...))
		if !ok {
			return fmt.Errorf("review: fork of %s: the proof is not of hashes", f.Origin)
		}
		prefix = hashes[0]
		if err := tlog.CheckTree(hashes[1:], int64(second.Size), second.Root, int64(first.Size), prefix); err != nil {
			return fmt.Errorf("review: fork of %s: the second tree does not have that root at size %d", f.Origin, first.Size)
		}
	}
	if prefix == first.Root {
		return fmt.Errorf("review: fork of %s: the second note extends the first: one history", f.Origin)
	}
	return nil
}

func parseHashes(texts []string) ([]tlog.Hash, bool) {
	hashes := make([]tlog.Hash, len(texts))
	for i, text := range texts {
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(b) != tlog.HashSize {
			return nil, false
		}
		copy(hashes[i][:], b)
	}
	return hashes, true
}

func isHash(s string) bool {
	_, ok := parseHashes([]string{s})
	return ok
}

// forked is the chain that knows which logs showed two histories: of several
// proofs for one log, the first here is named.
func (c *Chain) forked(proofs []*Document) *Chain {
	n := *c
	n.logs = maps.Clone(c.logs)
	for _, d := range proofs {
		f, ok := d.Predicate.(*Fork)
		if !ok || CheckFork(c, f) != nil {
			continue
		}
		if l := n.logs[f.Origin]; l.Forked == "" {
			l.Forked = d.ID
			n.logs[f.Origin] = l
		}
	}
	return &n
}

// findForks marks the forked logs in r.chain. Of several proofs for one log the
// earliest filed is named, then the lower ID.
func (r *Reading) findForks() {
	for _, e := range r.kinds[KindFork] {
		r.stand(e)
	}
	proofs := sorted(slices.Clone(r.kinds[KindFork]))
	documents := make([]*Document, len(proofs))
	for i, e := range proofs {
		documents[i] = e.doc
	}
	r.chain = r.chain.forked(documents)
}

// historiesUnder are the histories of the logs that a chain lists and the
// snapshot proves to have forked.
func (r *Reading) historiesUnder(chain *Chain) *Histories {
	var proofs, all []*Document
	for _, e := range r.kinds[KindFork] {
		proofs, all = append(proofs, e.doc), append(all, e.doc)
	}
	if len(proofs) > 0 {
		for _, e := range r.kinds[KindReceipt] {
			all = append(all, e.doc)
		}
	}
	h := NewHistories(chain.forked(proofs), slices.Values(all))
	for _, p := range r.proofs {
		for _, note := range p.notes {
			h.take(p.id, string(note))
		}
	}
	return h
}

// Histories are those of the logs that showed two.
func (r *Reading) Histories() *Histories { return r.histories }

// forkCode is why a proof of a fork does not count; "" if it does: it is the
// one that is named, or it is the first by ID that shows how two checkpoints
// which a quorum cosigned contradict each other.
func (r *Reading) forkCode(d *Document) string {
	f := d.Predicate.(*Fork)
	switch {
	case CheckFork(r.chain, f) != nil:
		return ReasonVoidFork
	case r.chain.logs[f.Origin].Forked != d.ID && !r.histories.decides(d.ID, f):
		return ReasonDuplicate
	}
	return ""
}

// Forks are the logs that showed two histories, by origin.
func (c *Chain) Forks() []LogEntry {
	return slices.DeleteFunc(c.Logs(), func(l LogEntry) bool { return l.Forked == "" })
}

// ForkSentence says in plain words what a proof of a fork shows.
func ForkSentence(o Origin) string {
	return string(o) + " showed two histories: its key signed two that contradict each other"
}

// Quorate is the checkpoint of a note that its log's key signed and that a
// quorum of the charter's witnesses cosigned in their time.
func Quorate(chain *Chain, note []byte) (signing.Checkpoint, bool) {
	e, err := openReceipt(chain, note)
	return e.Checkpoint, err == nil && e.quorate()
}

// Proves is what a document proves by itself, in plain words; "" if its kind
// proves nothing.
func Proves(chain *Chain, d *Document) (string, error) {
	f, ok := d.Predicate.(*Fork)
	if !ok {
		return "", nil
	}
	if err := CheckFork(chain, f); err != nil {
		return "", err
	}
	said := ForkSentence(f.Origin)
	h := NewHistories(chain.forked([]*Document{d}), slices.Values([]*Document{d}))
	if h.decides(d.ID, f) {
		said += "; a quorum of witnesses cosigned both, so only what is common to them counts"
	}
	var both []string
	for _, e := range h.Equivocations() {
		both = append(both, string(e.Participant))
	}
	if len(both) > 0 {
		said += "; witnesses whose cosignature stands on both: " + strings.Join(slices.Compact(both), ", ")
	}
	return said, nil
}
