package node

import (
	"stocktake/node/web"
	"stocktake/review"
)

// told is what a status says of the records. It takes a look at each, so it is
// found once for a reading.
type told struct {
	of        *review.Reading
	documents int
	pending   uint64 // of the own log
	lastFiled string // in the own log

	display        veil
	policy         review.DocumentID
	accredited     []review.Accredited
	contradictions []web.Contradiction
	recoveries     []review.Recovery
}

func (n *Node) told(reading *review.Reading) *told {
	n.toldMu.Lock()
	defer n.toldMu.Unlock()
	if n.toldLast != nil && n.toldLast.of == reading {
		return n.toldLast
	}
	self := n.config.Participant
	t := &told{of: reading, accredited: reading.Accredited(), contradictions: contradictions(reading), recoveries: reading.Chain().Recoveries(self)}
	if policy, id := reading.Policy(self); policy != nil {
		t.display, t.policy = policy.Rules, id
	}
	for id, d := range reading.Documents() {
		if d != nil && matches(web.Query{}, listed(reading, id, d)) {
			t.documents++
		}
		label, _ := reading.Label(id)
		if label.Place.Origin != n.origin {
			continue
		}
		if label.Reason == review.ReasonPending {
			t.pending++
		}
		t.lastFiled = max(t.lastFiled, label.Filed)
	}
	n.toldLast = t
	return t
}
