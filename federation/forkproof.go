package federation

import (
	"context"
	"slices"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// prove files what this node saw of a fork in its own log, so that everybody
// learns of it by replication. One proof per log is enough: who knows of one
// files no other. A node that must not sign leaves it to others.
//
// The last receipt for a log always lies past the records that it covers, so it
// may be lost with the tail of the forked log: it is filed here too.
func (r *Runner) prove(ctx context.Context, seen ForkSeen) {
	select {
	case <-r.opened:
	case <-ctx.Done():
		return
	}
	log, _ := r.Chain().Log(seen.Origin)
	if log.Forked != "" || r.writer.Fenced() != "" {
		return
	}
	common := r.common("Log " + string(seen.Origin) + " showed two histories")
	fork := review.NewFork(common, seen.Origin, seen.Ours, seen.Theirs, seen.Prefix, seen.Link)
	if err := review.CheckFork(r.Chain(), fork); err != nil {
		r.log.Warn("what was seen of a fork proves it to nobody else yet", "origin", seen.Origin, "err", err)
		return
	}
	if err := r.carryReceipt(ctx, log); err != nil {
		r.log.Error("the last receipt of a forked log not filed again", "origin", seen.Origin, "err", err)
	}
	e, err := r.o.Clerk.Sign(review.Compose(review.KindFork, r.aboutCharter(), fork))
	if err == nil {
		_, err = r.door.File(ctx, e)
	}
	if err != nil {
		r.log.Error("proof of a fork not filed", "origin", seen.Origin, "err", err)
		return
	}
	r.substance.Store(true)
	r.happen(Tick{})
}

// carryReceipt files, of the receipts that a quorum made for a log, the one of
// the largest size, if it lies in that log only.
func (r *Runner) carryReceipt(ctx context.Context, log review.LogEntry) error {
	ids, err := r.o.Store.Find(store.Query{Kind: review.KindReceipt, Author: log.Participant})
	if err != nil {
		return err
	}
	var last review.DocumentID
	var size uint64
	for _, id := range ids {
		d, ok := (lookup{r.o.Store}).Document(id)
		if !ok {
			continue
		}
		receipt, ok := d.Predicate.(*review.Receipt)
		if !ok {
			continue
		}
		cp, ok := review.Quorate(r.Chain(), []byte(receipt.Checkpoint))
		if ok && cp.Origin == string(log.Origin) && cp.Size > size {
			last, size = id, cp.Size
		}
	}
	if last == "" {
		return nil
	}
	places, err := r.o.Store.Places(last)
	if err != nil || slices.ContainsFunc(places, func(p store.Place) bool { return p.Origin != log.Origin }) {
		return err
	}
	record, err := r.o.Store.Record(places[0].Origin, places[0].Index)
	if err != nil {
		return err
	}
	_, err = r.door.File(ctx, signing.Envelope{Payload: record.Payload, Signature: record.Leaf.Signature})
	return err
}
