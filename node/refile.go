package node

import (
	"context"
	"errors"
	"slices"
	"time"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// refile files again, in the log of this epoch, what the participant's earlier
// logs hold and nothing proves for good: documents that no quorum saw before
// the log ended, and all of a log whose key proves nothing any more. It looks
// whenever more of those logs has arrived and all that was heard of is here, and
// when content came that was lacking then.
func (n *Node) refile(ctx context.Context) error {
	tick := time.NewTicker(refileEvery)
	defer tick.Stop()
	var before, done uint64
	var lacking []review.DocumentID
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		now, settled := n.earlier()
		quiet := settled && now == before
		before = now
		if !quiet || now == done && !n.came(lacking) {
			continue
		}
		without, err := n.refileOnce(ctx)
		if err != nil {
			if errors.Is(err, store.ErrFenced) || ctx.Err() != nil {
				return ctx.Err()
			}
			n.logger.Warn("documents of the earlier log not filed again; trying later", "err", err)
			continue
		}
		done, lacking = now, without
	}
}

// refileEvery is how long the logs must have been quiet: longer than a range
// that is being stored takes.
const refileEvery = 2 * time.Second

// earlier is how much is held of the participant's earlier logs; settled is
// whether a peer is connected and none showed more of any log.
func (n *Node) earlier() (held uint64, settled bool) {
	status := n.runner.Status()
	for _, p := range status.Peers {
		settled = settled || p.Connected
	}
	for _, l := range n.runner.Chain().Logs() {
		size := n.store.Head(l.Origin).Size
		if l.Participant == n.config.Participant && l.Origin != n.origin {
			held += size
		}
		settled = settled && size >= status.Known[l.Origin]
	}
	return held, settled && held > 0
}

// refileOnce files again what is left behind. lacking is what came without its
// content: what one peer keeps back, another may hand out.
func (n *Node) refileOnce(ctx context.Context) (lacking []review.DocumentID, err error) {
	behind, err := n.behind()
	if err != nil {
		return nil, err
	}
	count := 0
	for id, at := range behind {
		record, err := n.store.Record(at.Origin, at.Index)
		switch {
		case err != nil:
			return nil, err
		case record.Payload == nil:
			lacking = append(lacking, id)
			continue
		}
		var refusal review.Refusal
		switch _, err := n.file(ctx, signing.Envelope{Payload: record.Payload, Signature: record.Leaf.Signature}); {
		case errors.As(err, &refusal), errors.Is(err, signing.ErrSignature):
			n.logger.Info("a document of the earlier log is refused here", "id", id, "err", err)
		case err != nil:
			return nil, err
		default:
			count++
		}
	}
	if count > 0 {
		n.logger.Info("documents of the earlier log filed again", "count", count)
	}
	return lacking, nil
}

// behind are the documents that are left behind, with their place.
func (n *Node) behind() (map[review.DocumentID]review.Place, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	all := map[review.DocumentID]review.Place{}
	for id, d := range reading.Documents() {
		if d != nil && d.Kind.Bookkeeping() {
			continue
		}
		if at, left := n.leftBehind(reading.Reading, id); left {
			all[id] = at
		}
	}
	return all, nil
}

// came is whether the content of one of these documents is here by now.
func (n *Node) came(lacking []review.DocumentID) bool {
	return slices.ContainsFunc(lacking, func(id review.DocumentID) bool {
		_, err := n.store.Payload(id)
		return err == nil
	})
}

// leftBehind is whether a document lies in an earlier log of the participant,
// not in the present one, and nowhere that proves its filing for good. at is its
// place in the earlier log: what others log may bear a signature that is none.
func (n *Node) leftBehind(reading *review.Reading, id review.DocumentID) (at review.Place, left bool) {
	for _, p := range reading.Places(id) {
		log, _ := reading.Chain().Log(p.Origin)
		if _, final := reading.Evidence(p); p.Origin == n.origin || final && log.Trusted() {
			return at, false
		}
		if log.Participant == n.config.Participant {
			at, left = p, true
		}
	}
	return at, left
}
