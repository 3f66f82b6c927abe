package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// errRivals is why a log is not rewound yet: a quorum cosigned what is held here
// and something else. Once the proof of that has its effect, it ends elsewhere.
var errRivals = errors.New("federation: a quorum cosigned two histories; the proof is filed first")

// Retreat is where a forked log is to be rewound to: the last of its ends that
// the tree here has, of size 0 if it has none. If it contradicts an end and has
// a larger checkpoint that a quorum cosigned as well, rivals is the proof of
// that, to be filed first: the log may end earlier.
func Retreat(l Ledger, e Rewind) (to review.End, rivals *ForkSeen, err error) {
	has := func(end review.End) (bool, error) {
		if end.Size > l.Head(e.Origin).Size {
			return false, nil
		}
		root, err := l.Root(e.Origin, end.Size)
		return root == end.Root, err
	}
	var against, final *review.End
	for i, end := range e.Ends {
		switch ok, err := has(end); {
		case err != nil:
			return to, nil, err
		case ok:
			to = end
		case against == nil && end.Size <= l.Head(e.Origin).Size:
			against = &e.Ends[i]
		}
	}
	for i, end := range e.Finals {
		if ok, err := has(end); err != nil {
			return to, nil, err
		} else if ok {
			final = &e.Finals[i]
		}
	}
	if against == nil || final == nil || final.Size < against.Size {
		return to, nil, nil
	}
	rivals = &ForkSeen{Origin: e.Origin, First: against.Note, Second: final.Note}
	if rivals.Prefix, err = l.Root(e.Origin, against.Size); err == nil {
		rivals.Link, err = proveTree(l, e.Origin, against.Size, final.Size)
	}
	return to, rivals, err
}

// rewind takes back what is held of a forked log past its end. What only that
// holds is filed in the own log before.
func (r *Runner) rewind(ctx context.Context, e Rewind) Rewound {
	done := Rewound{Origin: e.Origin, Head: r.o.Store.Head(e.Origin)}
	to, rivals, err := Retreat(r.o.Store, e)
	switch {
	case err != nil:
		done.Err = err
	case rivals != nil && !r.mayFile():
		done.Err = errRivals
	case rivals != nil:
		done.Err = errors.Join(errRivals, r.prove(ctx, *rivals))
	case e.Look:
		return done
	default:
		if done.Err = r.rescue(ctx, e.Origin, to.Size); done.Err == nil {
			done.Head, done.Err = r.o.Store.Rewind(e.Origin, to.Checkpoint, to.Note)
		}
	}
	if done.Err != nil {
		r.log.Warn("a forked log not taken back to its end yet", "origin", e.Origin, "size", done.Head.Size, "err", done.Err)
	} else {
		r.log.Info("a forked log taken back to what counts", "origin", e.Origin, "size", done.Head.Size)
	}
	return done
}

// rescue files in the own log what only a log's records from an index on hold:
// whatever its author signed, as any carrier might, and receipts that a quorum
// made. What the door refuses for good is no loss: it would count nowhere.
func (r *Runner) rescue(ctx context.Context, o review.Origin, from uint64) error {
	for index := from; index < r.o.Store.Head(o).Size; index++ {
		record, err := r.o.Store.Record(o, index)
		if err != nil {
			return err
		}
		if record.Payload == nil || !record.Genuine {
			continue
		}
		places, err := r.o.Store.Places(record.ID())
		if err != nil {
			return err
		}
		if slices.ContainsFunc(places, func(p store.Place) bool { return p.Origin != o || p.Index < from }) || !r.worthKeeping(o, record.Payload) {
			continue
		}
		if !r.mayFile() {
			return fmt.Errorf("%w: document %s is in no other log", store.ErrFenced, record.ID())
		}
		var refusal review.Refusal
		_, err = r.door.File(ctx, signing.Envelope{Payload: record.Payload, Signature: record.Leaf.Signature})
		switch {
		case errors.As(err, &refusal), errors.Is(err, signing.ErrSignature):
			r.log.Info("a document of a forked log is refused here", "origin", o, "id", record.ID(), "err", err)
		case err != nil:
			return err
		default:
			r.substance.Store(true)
		}
	}
	return nil
}

// worthKeeping is false for what says nothing outside of its log: a receipt for
// it that no quorum made.
func (r *Runner) worthKeeping(o review.Origin, payload []byte) bool {
	d, err := review.Parse(payload)
	receipt, ok := predicate[*review.Receipt](d, err)
	if !ok {
		return err == nil
	}
	cp, quorate := review.Quorate(r.Chain(), []byte(receipt.Checkpoint))
	return quorate || cp.Origin != string(o)
}

// mayFile is whether the own log is open for signing.
func (r *Runner) mayFile() bool {
	select {
	case <-r.opened:
		return r.writer.Fenced() == ""
	default:
		return false
	}
}

// compare looks whether a note fits the tree here.
func (r *Runner) compare(e Compare) {
	found, ok, err := Contradicts(r.o.Store, e.Note)
	if err != nil {
		r.log.Error("a checkpoint not compared", "peer", e.From, "err", err)
	}
	if ok {
		found.From = e.From
		r.happen(Contradicted{found})
	}
}

// compareHeads looks whether a peer's heads fit the trees here.
func (r *Runner) compareHeads(e CompareHeads) {
	differ, err := Differing(r.o.Store, e.Heads)
	if err != nil {
		r.log.Error("heads not compared", "peer", e.From, "err", err)
	}
	if len(differ) > 0 {
		r.happen(HeadsDiffer{From: e.From, Heads: differ})
	}
}

// testimony are the receipts and the proofs of forks that are held.
func (r *Runner) testimony() (documents []*review.Document, err error) {
	for _, kind := range []review.Kind{review.KindReceipt, review.KindFork} {
		ids, err := r.o.Store.Find(store.Query{Kind: kind})
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if d, ok := (lookup{r.o.Store}).Document(id); ok {
				documents = append(documents, d)
			}
		}
	}
	return documents, nil
}

// endings fills in where the forked logs of a roster end. It reports whether
// that is otherwise than before.
func (r *Runner) endings(chain *review.Chain, roster *Roster) (changed bool, err error) {
	if len(chain.Forks()) == 0 {
		return false, nil
	}
	documents, err := r.testimony()
	if err != nil {
		return false, err
	}
	return roster.End(review.NewHistories(chain, slices.Values(documents)), r.roster.Load()), nil
}
