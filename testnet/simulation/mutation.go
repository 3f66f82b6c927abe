package simulation

import (
	"iter"
	"time"

	"stocktake/federation"
	"stocktake/review"
)

// Mutation is a guarantee that is switched off, at one node or at all. Nodes
// without one keep them all.
type Mutation struct{ name string }

func (m *Mutation) is(name string) bool { return m != nil && m.name == name }

func (m *Mutation) timing(t federation.Timing) federation.Timing {
	if m.is("peers not asked") {
		t.OpenAfter = time.Nanosecond
	}
	return t
}

func (m *Mutation) witnessState(l *Ledger) federation.WitnessState { return l }

func (m *Mutation) cosignerRoster(r *federation.Roster) *federation.Roster { return r }

func (m *Mutation) states(l *Ledger) ([]review.LogState, error) { return l.LogStates() }

func (m *Mutation) spoil(node *Node) {}

func (m *Mutation) records(l *Ledger, s review.Snapshot) iter.Seq2[review.Record, error] {
	return l.Records(s)
}
