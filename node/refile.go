package node

import (
	"context"
	"errors"
	"time"

	"stocktake/review"
	"stocktake/store"
)

// refile files again, in the log of this epoch, what the participant's earlier
// logs hold and nothing proves for good: documents that no quorum saw before
// the log ended, and all of a log whose key proves nothing any more. It looks
// whenever more of those logs has arrived and all that was heard of is here.
func (n *Node) refile(ctx context.Context) error {
	tick := time.NewTicker(refileEvery)
	defer tick.Stop()
	var before, done [2]uint64
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		now, settled := n.earlier()
		quiet := settled && now == before
		before = now
		if !quiet || now == done {
			continue
		}
		if err := n.refileOnce(ctx); err != nil {
			if errors.Is(err, store.ErrFenced) || ctx.Err() != nil {
				return ctx.Err()
			}
			n.logger.Warn("documents of the earlier log not filed again; trying later", "err", err)
			continue
		}
		done = now
	}
}

// refileEvery is how long the logs must have been quiet: longer than a range
// that is being stored takes.
const refileEvery = 2 * time.Second

// earlier is how much is held of the participant's earlier logs, and of all
// logs; settled is whether a peer is connected and showed nothing longer.
func (n *Node) earlier() (held [2]uint64, settled bool) {
	status := n.runner.Status()
	for _, p := range status.Peers {
		settled = settled || p.Connected
	}
	for _, l := range n.runner.Chain().Logs() {
		size := n.store.Head(l.Origin).Size
		if l.Participant == n.config.Participant && l.Origin != n.origin {
			held[0] += size
			held[1] += size
		}
		settled = settled && size >= status.Known[l.Origin]
	}
	return held, settled && held[0] > 0
}

func (n *Node) refileOnce(ctx context.Context) error {
	reading, _, err := n.read()
	if err != nil {
		return err
	}
	count := 0
	for id, d := range reading.Documents() {
		if d == nil || d.Kind == review.KindReceipt || d.Kind == review.KindOpening || !n.leftBehind(reading, id) {
			continue
		}
		e, err := n.Envelope(ctx, id)
		if err != nil {
			return err
		}
		var refusal review.Refusal
		switch _, err := n.runner.File(ctx, e); {
		case errors.As(err, &refusal):
			n.logger.Info("a document of the earlier log is refused here", "id", id, "err", err)
		case err != nil:
			return err
		default:
			count++
		}
	}
	if count > 0 {
		n.logger.Info("documents of the earlier log filed again", "count", count)
	}
	return nil
}

// leftBehind is whether a document lies in an earlier log of the participant,
// not in the present one, and nowhere that proves its filing for good.
func (n *Node) leftBehind(reading *review.Reading, id review.DocumentID) bool {
	own := false
	for _, p := range reading.Places(id) {
		log, _ := reading.Chain().Log(p.Origin)
		if _, final := reading.Evidence(p); p.Origin == n.origin || final && log.Trusted() {
			return false
		}
		own = own || log.Participant == n.config.Participant
	}
	return own
}
