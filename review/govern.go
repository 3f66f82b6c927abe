package review

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review/compact"
	"stocktake/signing"
)

// RuleVersion is the version of the rules of counting that this package holds;
// README.md states them. A charter names the version in force.
const RuleVersion = 1

// Describe is the snapshot of these logs' states: it finds out which charter is
// in force among their records.
func Describe(genesis *Document, logs []LogState, records iter.Seq2[Record, error]) (Snapshot, error) {
	s, chain, err := govern(genesis, logs, records)
	if err == nil {
		_, s.Charter = chain.InForce()
	}
	return s, err
}

// Govern is the charter in force among the records of these logs' states.
// Unlike [NewChain] it knows signatures and filing times.
func Govern(genesis *Document, logs []LogState, records iter.Seq2[Record, error]) (*Chain, error) {
	_, chain, err := govern(genesis, logs, records)
	return chain, err
}

func govern(genesis *Document, logs []LogState, records iter.Seq2[Record, error]) (Snapshot, *Chain, error) {
	s := Snapshot{Federation: genesis.ID, Logs: slices.Clone(logs)}
	slices.SortFunc(s.Logs, func(a, b LogState) int { return strings.Compare(string(a.Origin), string(b.Origin)) })
	s.Logs = slices.DeleteFunc(s.Logs, func(l LogState) bool { return l.Size == 0 })
	r := newReading(s, genesis)
	for record, err := range records {
		if err != nil {
			return Snapshot{}, nil, err
		}
		if record.Payload != nil && !governs(record.Payload) {
			record.Payload = nil
		}
		if err := r.take(record); err != nil {
			return Snapshot{}, nil, err
		}
	}
	err := r.findChain()
	if err == nil {
		r.findForks()
	}
	return s, r.chain, err
}

// governs is whether a canonical payload may be of a kind that decides which
// charter is in force. In RFC 8785 form, no text inside a predicate looks so.
func governs(payload []byte) bool {
	for _, k := range []Kind{KindCharter, KindAccession, KindReceipt, KindOpening, KindFork, KindKey, KindAccreditation, KindWithdrawal} {
		if bytes.Contains(payload, []byte(`"predicateType":"`+PredicateType(k)+`"`)) {
			return true
		}
	}
	return false
}

// govern finds the charter in force, which must be the one that the snapshot
// names, and all filing times.
func (r *Reading) govern() error {
	if err := r.findChain(); err != nil {
		return err
	}
	r.findForks()
	charter, id := r.chain.InForce()
	if r.snapshot.Charter == "" {
		r.snapshot.Charter = id
	}
	switch {
	case id != r.snapshot.Charter:
		return fmt.Errorf("%w: charter %.12s is in force among them, the snapshot says %.12s", ErrSnapshotRecords, id, r.snapshot.Charter)
	case charter.Rules != RuleVersion:
		return fmt.Errorf("%w: rule version %d, this program has %d; use one that has it", ErrRules, charter.Rules, RuleVersion)
	case charter.Compact != compact.Digest():
		return fmt.Errorf("%w: compact %.12s, this program has %.12s; use one that has it", ErrRules, charter.Compact, compact.Digest())
	}
	return nil
}

// findChain follows the charters from the genesis on. Each step may add logs
// and witnesses, so filing times are computed anew under each charter, and the
// next one needs them.
func (r *Reading) findChain() error {
	chain, err := found(r.genesis)
	if err != nil {
		return err
	}
	receipts := r.readReceipts()
	var changes, charters, accessions, openings []*entry
	for _, e := range r.docs {
		switch {
		case e.doc == nil:
		case e.doc.Kind == KindCharter && e.id != r.genesis.ID:
			charters = append(charters, e)
		case seconds(e.doc):
			changes = append(changes, e)
		case e.doc.Kind == KindAccession:
			accessions = append(accessions, e)
		case e.doc.Kind == KindOpening:
			openings = append(openings, e)
		case e.doc.Kind == KindKey, e.doc.Kind == KindAccreditation, r.unaccredits(e.doc):
			changes = append(changes, e)
		}
	}
	// Nobody can have witnessed the founding, so its accessions need no filing
	// time: a signature with a key that the genesis charter lists will do.
	founders := votes{}
	for _, e := range accessions {
		if slices.ContainsFunc(e.places, func(p recordPlace) bool { return p.genuine && len(chain.authority(e.doc, p.key())) == 0 }) {
			founders.add(e.doc, time.Time{})
		}
	}
	chain.founded = chain.agreed(founders[r.genesis.ID])
	for {
		r.chain, r.filings = chain, r.witnessed(chain, receipts)
		r.followKeys(changes)
		r.followOpenings(openings, changes, receipts)
		chain = r.chain
		if !chain.founded {
			return nil
		}
		v, held := votes{}, votes{}
		for _, e := range accessions {
			if r.stand(e); e.code == "" {
				v.add(e.doc, e.filed.UTC())
				held.add(e.doc, e.held.UTC())
			}
		}
		var next *entry
		for _, e := range charters {
			if r.stand(e); e.code == "" && chain.adopts(e.doc, e.held.UTC(), held[e.id]) && (next == nil || byFiling(e, next) < 0) {
				next = e
			}
		}
		if next == nil {
			return nil
		}
		agreed, _ := chain.carried(next.doc, next.filed.UTC(), v[next.id])
		chain = chain.with(next.doc, next.filed.UTC(), agreed)
	}
}

// receipt is the note of a receipt, or of a proof of a fork, whose root its log
// really had.
type receipt struct {
	id         DocumentID
	note       []byte
	checkpoint signing.Checkpoint
}

// readReceipts are the receipts of whoever filed them, each with the root that
// the records make at its size. A receipt beyond the snapshot's size of its
// log is left out: what the snapshot holds cannot show that its root is true.
// Once the snapshot holds more, it counts, and times only get earlier.
func (r *Reading) readReceipts() []receipt {
	var all []receipt
	sizes := map[Origin][]uint64{}
	for _, e := range slices.Concat(r.kinds[KindReceipt], r.kinds[KindFork]) {
		for _, a := range e.receipts() {
			all = append(all, a)
			sizes[Origin(a.checkpoint.Origin)] = append(sizes[Origin(a.checkpoint.Origin)], a.checkpoint.Size)
		}
	}
	roots := map[Origin]map[uint64]tlog.Hash{}
	for o, sizes := range sizes {
		if l := r.logs[o]; l != nil {
			roots[o] = rootsAt(l.leaves, sizes)
		}
	}
	honest := all[:0]
	for _, a := range all {
		root, ok := roots[Origin(a.checkpoint.Origin)][a.checkpoint.Size]
		if ok && root == a.checkpoint.Root {
			honest = append(honest, a)
		}
	}
	return honest
}

// notes are the signed notes that a document carries.
func (e *entry) notes() []string {
	if p, ok := predicateOf[*Receipt](e); ok {
		return []string{p.Checkpoint}
	}
	if p, ok := predicateOf[*Fork](e); ok {
		return []string{p.First, p.Second}
	}
	return nil
}

// witnessed folds the receipts as a chain reads them, of a forked log those up
// to its end.
func (r *Reading) witnessed(chain *Chain, receipts []receipt) *Witnessed {
	w := &Witnessed{}
	r.receipts, r.evidence = map[DocumentID]bool{}, nil
	r.histories = r.historiesUnder(chain)
	for _, a := range receipts {
		if !r.histories.ended(Origin(a.checkpoint.Origin), a.checkpoint.Size) && w.Add(chain, a.note) == nil {
			r.receipts[a.id] = true
			r.evidence = append(r.evidence, a)
		}
	}
	r.prove(chain)
	return w
}

// filed is the filing time of a record, and by how many witnesses it was seen.
func (r *Reading) filed(p recordPlace) (at time.Time, by int, ok bool) {
	return r.witnessing(p).Filed(p.origin(), p.index)
}

// held is [Witnessed.Held] of a record.
func (r *Reading) held(p recordPlace) (at time.Time) {
	at, _ = r.witnessing(p).Held(p.origin(), p.index)
	return at
}

// witnessing is what dates a record.
func (r *Reading) witnessing(p recordPlace) *Witnessed {
	if p.proof > 0 {
		return &r.proofs[p.proof-1].witnessed
	}
	return r.filings
}
