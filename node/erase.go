package node

import (
	"context"
	"errors"
	"time"

	"stocktake/review"
	"stocktake/store"
)

// What a node does when an author withdraws a document and asks for its
// content to be deleted: erasure in config.yaml.
const (
	ErasureHonour = "honour" // delete it, and not take it back; the default
	ErasureKeep   = "keep"   // keep it, where the law asks for that; it does not count all the same
)

// eraseEvery is how soon after its filing time became known an erasure happens
// at the latest.
const eraseEvery = time.Second

// erase deletes what withdrawals ask for as they become final, until ctx ends.
// Only a withdrawal that counts will do: anybody can file one that does not.
// What others said about the content goes on counting without it.
func (n *Node) erase(ctx context.Context) error {
	if n.config.Erasure == ErasureKeep {
		return nil
	}
	settled := map[review.DocumentID]bool{} // withdrawals that there is nothing left to do for
	tick := time.NewTicker(eraseEvery)
	defer tick.Stop()
	for {
		if err := n.eraseWithdrawn(settled); err != nil {
			n.logger.Error("withdrawn content not erased; it is tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// reclaim has the bytes of what was deleted leave the disk, soon after the start
// and then from time to time, until ctx ends. With nothing deleted it does
// nothing.
func (n *Node) reclaim(ctx context.Context) error {
	for wait := reclaimFirst; ; wait = reclaimEvery {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		left, err := n.store.Reclaim(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || left > 0 {
			n.logger.Warn("deleted content is still in files of the database; it is tried again", "payloads", left, "err", err)
		}
	}
}

func (n *Node) eraseWithdrawn(settled map[review.DocumentID]bool) error {
	asked, err := n.erasable(settled)
	if err != nil || len(asked) == 0 {
		return err
	}
	named, err := n.attachmentIndex()
	if err != nil {
		return err
	}
	n.records.Lock() // nobody reads records half-way
	defer n.records.Unlock()
	if err := n.advance(); err != nil {
		return err
	}
	for _, d := range asked {
		id, reading := d.About(), n.assembly.Reading()
		if names := d.Predicate.(*review.Withdrawal).Attachments; len(names) > 0 {
			if label, _ := reading.Label(d.ID); !label.Counts {
				continue
			}
			if err := n.eraseAttachments(named, id, names...); err != nil {
				return err
			}
			settled[d.ID] = true
			continue
		}
		w, ok := reading.Withdrawn(id)
		if !ok || !w.Erase {
			continue
		}
		if err := n.eraseAttachments(named, id); err != nil {
			return err
		}
		if err := n.store.SetAbsent(id, review.Erased); err != nil {
			return err
		}
		n.logger.Info("erased: withdrawn by its author", "id", id, "withdrawal", w.By)
	}
	return nil
}

// erasable are the withdrawals, whoever filed them, that ask to erase what is not
// erased yet.
func (n *Node) erasable(settled map[review.DocumentID]bool) ([]*review.Document, error) {
	withdrawals, err := n.store.Find(store.Query{Kind: review.KindWithdrawal})
	if err != nil {
		return nil, err
	}
	var asked []*review.Document
	for _, id := range withdrawals {
		if settled[id] {
			continue
		}
		payload, err := n.store.Payload(id)
		if err != nil {
			return nil, err
		}
		d, err := review.Parse(payload)
		if err != nil {
			settled[id] = true
			continue
		}
		w, ok := d.Predicate.(*review.Withdrawal)
		_, err = n.store.Payload(d.About())
		var absent *store.AbsentError
		switch {
		case !ok || !w.Erase && len(w.Attachments) == 0, errors.As(err, &absent) && absent.Absence == review.Erased:
			settled[id] = true
		case errors.Is(err, store.ErrNotFound): // it may come later
		default:
			asked = append(asked, d)
		}
	}
	return asked, nil
}
