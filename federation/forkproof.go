package federation

import (
	"context"
	"fmt"
	"slices"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// prove files what this node saw of a fork in its own log, so that everybody
// learns of it by replication. One proof per log is enough, kept for ever: who
// knows of one files no other, unless a quorum cosigned both sides and nothing
// that is filed shows it. A node that must not sign leaves it to others. The
// notes carry the cosignatures that are known here: who cosigned both sides
// shows in the document alone.
func (r *Runner) prove(ctx context.Context, seen ForkSeen) error {
	select {
	case <-r.opened:
	case <-ctx.Done():
		return ctx.Err()
	}
	log, _ := r.Chain().Log(seen.Origin)
	if r.writer.Fenced() != "" {
		return nil
	}
	fork, err := r.forkOf(seen, log)
	if fork == nil || err != nil {
		return err
	}
	e, err := r.o.Clerk.Sign(review.Compose(review.KindFork, r.aboutCharter(), fork))
	if err == nil {
		_, err = r.door.File(ctx, e)
	}
	if err != nil {
		return fmt.Errorf("proof of the fork of %s not filed: %w", seen.Origin, err)
	}
	r.substance.Store(true)
	r.happen(Tick{})
	return nil
}

// forkOf is what a fork that was seen has to say to others; nil if they know.
func (r *Runner) forkOf(seen ForkSeen, log review.LogEntry) (*review.Fork, error) {
	documents, err := r.testimony()
	if err != nil {
		return nil, err
	}
	h := review.NewHistories(r.Chain(), slices.Values(documents), seen.Origin)
	first, second, ok := Undecided(h, log, seen)
	if !ok {
		return nil, nil
	}
	fork := review.NewFork(r.common("Log "+string(seen.Origin)+" showed two histories"), seen.Origin, first, second, seen.Prefix, seen.Link)
	return fork, review.CheckFork(r.Chain(), fork)
}

// Undecided are the notes of a proof that has to be filed of what was seen, with
// the cosignatures that documents hold; ok is false if what is filed says it
// already.
func Undecided(h *review.Histories, log review.LogEntry, seen ForkSeen) (first, second []byte, ok bool) {
	one, err1 := signing.PeekCheckpoint(seen.First)
	two, err2 := signing.PeekCheckpoint(seen.Second)
	if err1 != nil || err2 != nil {
		return nil, nil, false
	}
	if log.Forked != "" && (!h.Final(one) || !h.Final(two) || h.Contradict(one, two)) {
		return nil, nil, false
	}
	first, second = seen.First, seen.Second
	if note := h.Note(one); note != nil {
		first = note
	}
	if note := h.Note(two); note != nil {
		second = note
	}
	return first, second, true
}

// carryReceipts files those receipts for a log that a quorum made and that lie
// in that log only.
func (r *Runner) carryReceipts(ctx context.Context, o review.Origin) error {
	ids, err := r.o.Store.Find(store.Query{Kind: review.KindReceipt})
	if err != nil {
		return err
	}
	for _, id := range ids {
		d, ok := (lookup{r.o.Store}).Document(id)
		receipt, is := predicate[*review.Receipt](d, nil)
		if !ok || !is {
			continue
		}
		if cp, err := signing.PeekCheckpoint([]byte(receipt.Checkpoint)); err != nil || cp.Origin != string(o) {
			continue
		}
		places, err := r.o.Store.Places(id)
		if err != nil {
			return err
		}
		if len(places) == 0 || slices.ContainsFunc(places, func(p store.Place) bool { return p.Origin != o }) {
			continue
		}
		if _, quorate := review.Quorate(r.Chain(), []byte(receipt.Checkpoint)); !quorate {
			continue
		}
		record, err := r.o.Store.Record(places[0].Origin, places[0].Index)
		if err != nil {
			return err
		}
		if _, err := r.door.File(ctx, signing.Envelope{Payload: record.Payload, Signature: record.Leaf.Signature}); err != nil {
			return err
		}
	}
	return nil
}
