package node

import (
	"stocktake/node/web"
	"stocktake/review"
)

// told is what a status says of the records, found once for each state of them.
type told struct {
	of        uint64 // a state
	documents int
	pending   uint64 // of the own log
	lastFiled string // in the own log

	display        veil
	policy         review.DocumentID
	accredited     []review.Accredited
	contradictions []web.Contradiction
	recoveries     []review.Recovery
}

func (n *Node) told(reading held) *told {
	n.toldMu.Lock()
	defer n.toldMu.Unlock()
	if n.toldLast != nil && n.toldLast.of == reading.state {
		return n.toldLast
	}
	self := n.config.Participant
	t := &told{of: reading.state, accredited: reading.Accredited(), contradictions: contradictions(reading.Reading), recoveries: reading.Chain().Recoveries(self)}
	if policy, id := reading.Policy(self); policy != nil {
		t.display, t.policy = policy.Rules, id
	}
	for kind, count := range reading.Counts() {
		if !kind.Bookkeeping() {
			t.documents += count
		}
	}
	t.pending, t.lastFiled = reading.Unfiled(n.origin)
	n.toldLast = t
	return t
}
