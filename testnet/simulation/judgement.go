package simulation

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"stocktake/review"
)

// judge holds the end of a run against what was promised: all honest nodes are
// at rest and hold one state.
func (o *oracle) judge(watcher *Node) {
	n := o.n
	honest := n.honest()
	first, last := honest[0], honest[len(honest)-1]
	reading := first.readAll()
	if reading == nil {
		return
	}
	stocktake, err := reading.Stocktake(review.ScopeGlobal)
	if err != nil {
		n.breaks("%s cannot assemble its own snapshot: %v", first.name(), err)
		return
	}
	// All hold the same records, as was seen before; another of them says what
	// it makes of them.
	snapshot := last.Snapshot()
	if snapshot.Digest() != reading.Snapshot().Digest() {
		n.breaks("%s and %s hold one state and describe two snapshots", first.name(), last.name())
		return
	}
	result, err := last.assemble(last.Ledger, snapshot)
	switch {
	case err != nil:
		n.breaks("%s cannot assemble its own snapshot: %v", last.name(), err)
		return
	case result.Digest() != stocktake.Digest():
		n.breaks("%s and %s make two stocktakes of one snapshot", first.name(), last.name())
		return
	}
	if pledges := first.Mutant.tally(reading); pledges != figure(stocktake, "pledges") {
		n.breaks("the stocktake has %d pledges, %d count", figure(stocktake, "pledges"), pledges)
		return
	}
	o.lacks(last, snapshot)
	for _, f := range o.order {
		o.weigh(first, reading, f)
	}
	for origin, leaves := range o.written {
		if o.forkable(origin) {
			continue
		}
		m := first.Ledger.logs[origin]
		for i := 0; m != nil && i < min(len(m.entries), len(leaves)); i++ {
			if m.entries[i].Leaf.Hash() != leaves[i] {
				n.breaks("record %d of %s is not what its honest node signed", i, origin)
				return
			}
		}
	}
	if watcher != nil {
		o.looks(watcher)
	}
}

// weigh holds one document's fate against its label.
func (o *oracle) weigh(node *Node, reading *review.Reading, f *fate) {
	n := o.n
	l, ok := reading.Label(f.ID)
	reported := !f.filed.IsZero()
	_, err := node.Ledger.Payload(f.ID)
	want, by := f.want, f.by
	if by != nil && by.gone(reading) {
		want, by = "", nil
	}
	erased := by != nil && by.Kind == review.KindWithdrawal && by.Predicate.(*review.Withdrawal).Erase
	switch {
	case f.gone(reading), f.at.copyOf != nil && !reported, f.ruined:
		return
	case !ok || err != nil && !erased:
		n.breaks("%s %.8s of %s was received at %s and is lost (reported as filed: %t)", f.Kind, f.ID, f.Author, f.at.name(), reported)
		return
	case l.Filed == "" && (want == "" || l.Reason != want):
		n.breaks("%s %.8s of %s was received and is %s at the end (reported as filed: %t)", f.Kind, f.ID, f.Author, l.Reason, reported)
		return
	case erased && err == nil:
		n.breaks("%s %.8s was withdrawn and is not erased at %s", f.Kind, f.ID, node.name())
		return
	}
	if counts := want == ""; l.Counts != counts || !counts && l.Reason != want {
		n.breaks("%s %.8s of %s is labelled %q (counts: %t), it should be %q", f.Kind, f.ID, f.Author, l.Reason, l.Counts, want)
		return
	}
	if l.Filed == "" {
		return
	}
	filed := node.Mutant.filed(node.Ledger, f, l)
	if filed.Before(f.received.Truncate(time.Second)) {
		n.breaks("%s %.8s was received first at %s and is filed at %s: back-dated", f.Kind, f.ID, f.received.Sub(Start), filed.Sub(Start))
	}
	if reported && filed.After(f.filed.Add(time.Second)) && !f.at.honestTrouble() && !f.unproven {
		n.breaks("%s %.8s was reported as filed at %s and is filed at %s", f.Kind, f.ID, f.filed.Sub(Start), filed.Sub(Start))
	}
}

// gone is whether a document is nowhere, as it may be: its author still has it,
// or, before anybody had reported it as filed, only a copy had it, of which its
// members were told, or a machine that was put back and forgot that it had it.
func (f *fate) gone(reading *review.Reading) bool {
	_, there := reading.Label(f.ID)
	return f.received.IsZero() || !there && f.filed.IsZero() && (f.at.copyOf != nil || f.received.Before(f.at.rolledBack))
}

// honestTrouble is whether a node's records were taken from it: a receipt that
// nobody else had may be gone with them.
func (node *Node) honestTrouble() bool { return node.epoch > 1 || node.trouble != "" }

// assemble is what a node makes of a snapshot with the records of a ledger.
func (node *Node) assemble(l *Ledger, s review.Snapshot) (*review.Stocktake, error) {
	s = node.Mutant.snapshot(l, s)
	return review.Assemble(s, node.network.Federation.Genesis.Document, l.Records(s), review.Options{})
}

// figure is one of a stocktake's, samples included.
func figure(s *review.Stocktake, name string) (sum int) {
	var m review.Manifest
	if err := json.Unmarshal(s.Manifest, &m); err != nil {
		panic(err) // it was just made
	}
	for _, f := range m.Figures {
		if f.Name == name {
			sum += f.Value
		}
	}
	return sum
}

// lacks has a node lose a payload and asks it for the same stocktake: it must
// say that it cannot compute it, and name what it lacks.
func (o *oracle) lacks(node *Node, s review.Snapshot) {
	for _, f := range o.order {
		if _, err := node.Ledger.Payload(f.ID); err != nil {
			continue
		}
		holey := node.Ledger.Clone()
		holey.Lose(f.ID)
		_, err := node.assemble(holey, s)
		var cannot *review.CannotComputeError
		if !errors.As(err, &cannot) || !slices.Contains(cannot.Missing, f.ID) {
			o.n.breaks("without %s %.8s a node computes a stocktake of a snapshot that has it (%v)", f.Kind, f.ID, err)
		}
		return
	}
}
