package node

import (
	"context"

	"stocktake/review"
)

// Irregularities are what the records show to have gone wrong or ended before
// its time, the latest first. A refusal that this node does not show keeps its
// words to itself.
func (n *Node) Irregularities(context.Context) ([]review.Irregularity, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	all, veil := reading.Irregularities(), n.veil(reading)
	for i := range all {
		if r := &all[i]; r.Kind == review.IrregularRefused && veil.hides(r.Documents[0], review.KindRefusal, r.Participant) != "" {
			r.Reason = ""
		}
	}
	return all, nil
}
