package simulation

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Rewind drops the records of a log past a checkpoint, as a store does: what is
// left is what a ledger holds to which they never came.
func (l *Ledger) Rewind(o review.Origin, to signing.Checkpoint, note []byte) (store.Head, error) {
	m := l.logs[o]
	if m == nil {
		return store.Head{Origin: o}, nil
	}
	size, note := to.Size, logSigned(note)
	if m.head.Size < size {
		size, note = sizeOf(m.head.Checkpoint), m.head.Checkpoint
		to = signing.Checkpoint{Size: size, Root: m.root(size)}
	}
	switch {
	case m.head.Size == size && m.head.Target == nil:
		return m.head, nil
	case size > 0 && m.root(size) != to.Root:
		return m.head, fmt.Errorf("%w: %s at size %d is of another history", store.ErrProof, o, size)
	}
	for index := uint64(len(m.entries)); index > size; index-- {
		l.forget(m.entries[index-1].Leaf.Digest, place{o, index - 1})
	}
	m.entries, m.hashes = m.entries[:size], m.hashes[:tlog.StoredHashIndex(0, int64(size))]
	m.head, l.states = store.Head{Origin: o, Size: size, Root: m.root(size), Checkpoint: note}, nil
	return m.head, nil
}

// forget takes a place of a document away, and with the last one the document.
func (l *Ledger) forget(d signing.Digest, at place) {
	l.places[d] = slices.DeleteFunc(l.places[d], func(p place) bool { return p == at })
	if len(l.places[d]) > 0 {
		return
	}
	delete(l.places, d)
	delete(l.payloads, d)
	delete(l.erased, d)
	for kind := range l.kinds {
		l.kinds[kind] = slices.DeleteFunc(l.kinds[kind], func(other signing.Digest) bool { return other == d })
	}
}

// logSigned is a note with the log's own line alone, which comes first.
func logSigned(note []byte) []byte {
	text, lines, ok := bytes.Cut(note, []byte("\n\n"))
	if !ok {
		return nil
	}
	line, _, _ := bytes.Cut(lines, []byte("\n"))
	return slices.Concat(text, []byte("\n\n"), line, []byte("\n"))
}

// endings fills in where the forked logs of a roster end, and reports whether
// that is otherwise than before.
func (node *Node) endings(chain *review.Chain, roster *federation.Roster) bool {
	if chain == nil || len(chain.Forks()) == 0 {
		return false
	}
	return roster.End(node.histories(chain), node.roster)
}

// histories are what a node's records say of forked logs.
func (node *Node) histories(chain *review.Chain, named ...review.Origin) *review.Histories {
	documents := slices.Concat(node.Ledger.Documents(review.KindReceipt), node.Ledger.Documents(review.KindFork))
	ids := make([]string, len(documents))
	for i, d := range documents {
		ids[i] = string(d.ID)
	}
	slices.Sort(ids)
	_, charter := chain.InForce()
	key := fmt.Sprint(charter, len(chain.Logs()), named, strings.Join(ids, " "))
	if known, ok := node.Ledger.library.histories.Load(key); ok {
		return known.(*review.Histories)
	}
	h := review.NewHistories(chain, slices.Values(documents), named...)
	node.Ledger.library.histories.Store(key, h)
	return h
}

// rewind takes back what is held of a forked log past its end, as a
// federation.Runner does.
func (node *Node) rewind(e federation.Rewind) federation.Event {
	done := federation.Rewound{Origin: e.Origin, Head: node.Ledger.Head(e.Origin)}
	if node.Mutant.is(mutantForkKept) {
		done.Err = store.ErrFailed
		return done
	}
	to, rivals, err := federation.Retreat(node.Ledger, e)
	switch {
	case err != nil:
		panic(err) // memory does not fail
	case rivals != nil:
		node.proveFork(*rivals)
		done.Err = store.ErrConflict
	case e.Look:
		return done
	default:
		if done.Err = node.rescue(e.Origin, to.Size); done.Err == nil {
			done.Head, done.Err = node.Ledger.Rewind(e.Origin, to.Checkpoint, to.Note)
		}
	}
	fmt.Fprintf(node.network.trace, "  rewind %s to %d %s %v\n", e.Origin, done.Head.Size, done.Head.Root, done.Err)
	node.arrived()
	return done
}

// carryReceipts files in the own log those receipts for a log that a quorum
// made and that lie in that log only.
func (node *Node) carryReceipts(o review.Origin) {
	for _, d := range node.Ledger.Documents(review.KindReceipt) {
		cp, quorate := node.Ledger.library.quorate(node.chain, []byte(d.Predicate.(*review.Receipt).Checkpoint))
		digest, _ := signing.ParseDigest(string(d.ID))
		elsewhere := slices.ContainsFunc(node.Ledger.places[digest], func(p place) bool { return p.origin != o })
		if signed, ok := node.Ledger.document(d.ID); ok && quorate && cp.Origin == string(o) && !elsewhere {
			node.waiting = append(node.waiting, signed)
		}
	}
	node.network.after(time.Millisecond, node.fileWaiting)
}

// rescue files in the own log what only a log's records from an index on hold.
func (node *Node) rescue(o review.Origin, from uint64) error {
	var kept []review.SignedDocument
	for _, e := range node.Ledger.logs[o].entries[from:] {
		d := e.Leaf.Digest
		id := review.DocumentID(d.String())
		elsewhere := slices.ContainsFunc(node.Ledger.places[d], func(p place) bool { return p.origin != o || p.index < from })
		already := slices.ContainsFunc(kept, func(k review.SignedDocument) bool { return k.ID == id })
		signed, ok := node.Ledger.document(id)
		if ok && e.Genuine && !elsewhere && !already && node.worthKeeping(o, signed) {
			kept = append(kept, signed)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	if !node.Open || node.Fenced != "" {
		return store.ErrFenced
	}
	head, ok := node.append(kept...)
	if ok {
		node.step(federation.Appended{Head: head, Substance: true})
	}
	return nil
}

func (node *Node) worthKeeping(o review.Origin, d review.SignedDocument) bool {
	if receipt, ok := d.Predicate.(*review.Receipt); ok {
		cp, quorate := node.Ledger.library.quorate(node.chain, []byte(receipt.Checkpoint))
		return quorate || cp.Origin != string(o)
	}
	owner, _, ok := node.chain.KeyOwner(d.Key)
	return ok && owner == d.Author
}
