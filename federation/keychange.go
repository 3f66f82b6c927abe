package federation

import (
	"context"
	"errors"
	"time"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// keyPatience is how long the door waits for a change of keys that lies here
// and is not decided yet: somewhat more than a quorum's answer and the pause
// between two readings of the charters take on a good line.
const keyPatience = 15 * time.Second

// admit files at the door. A signature that no known key made may be made with
// one that a change brings which is being filed: then it waits for that, and
// looks once more when the chain moved while the door was refusing.
func (r *Runner) admit(ctx context.Context, e signing.Envelope) (review.Record, error) {
	for deadline := time.Now().Add(keyPatience); ; {
		chain := r.Chain()
		record, err := r.door.File(ctx, e)
		if !errors.Is(err, signing.ErrSignature) && !unaccredited(err) || time.Now().After(deadline) || !r.keysChange(e) && r.Chain() == chain {
			return record, err
		}
		select {
		case <-ctx.Done():
			return review.Record{}, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// keysChange is whether this node holds a change of the author's keys, signed
// with one that may make it, of which it is not settled what it changes, or an
// accreditation of the author.
func (r *Runner) keysChange(e signing.Envelope) bool {
	d, err := review.Parse(e.Payload)
	if err != nil {
		return false
	}
	if d.Author.Accredited() && r.accreditation(d.Author) {
		return true
	}
	ids, err := r.o.Store.Find(store.Query{Kind: review.KindKey, Author: d.Author})
	if err != nil {
		return false
	}
	for _, id := range ids {
		change, ok := (lookup{r.o.Store}).Document(id)
		if ok && !r.Chain().Decided(id) && r.signed(r.Chain(), change) {
			return true
		}
	}
	return false
}
