package federation

import (
	"errors"

	"stocktake/review"
	"stocktake/store"
)

// takenBack are the withdrawals of an accreditation by its author that the
// records hold, and whether one is among them of which it is not settled what
// it ends.
func (r *Runner) takenBack(chain *review.Chain, of *review.Document) (withdrawals []*review.Document, open bool, err error) {
	ids, err := r.o.Store.Find(store.Query{Kind: review.KindWithdrawal, About: of.ID, Author: of.Author})
	for _, id := range ids {
		if d, ok := (lookup{r.o.Store}).Document(id); ok {
			withdrawals = append(withdrawals, d)
			open = open || chain != nil && !chain.Decided(id) && r.signed(chain, d)
		}
	}
	return withdrawals, open, err
}

// unaccredited is whether a document was refused because nobody has accredited
// its author.
func unaccredited(err error) bool {
	var refusal review.Refusal
	return errors.As(err, &refusal) && refusal[0].Args["accredit"] != ""
}

// accreditation is whether this node holds an accreditation of an author,
// signed by its accreditor, that is not settled yet.
func (r *Runner) accreditation(author review.ParticipantID) bool {
	ids, err := r.o.Store.Find(store.Query{Kind: review.KindAccreditation})
	if err != nil {
		return false
	}
	for _, id := range ids {
		d, ok := (lookup{r.o.Store}).Document(id)
		if !ok || r.Chain().Decided(id) {
			continue
		}
		if a, ok := d.Predicate.(*review.Accreditation); ok && a.Participant == author && r.signed(r.Chain(), d) {
			return true
		}
	}
	return false
}
