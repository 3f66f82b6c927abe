package ceremony

import (
	"context"
	"errors"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// Proposed are the charters that a node holds and that are not in force, with
// the accessions to them: what [review.Founding.Proposals] counts.
func Proposed(ctx context.Context, s web.Service, f *review.Founding) (all []signing.Envelope, err error) {
	charters, err := s.Documents(ctx, web.Query{Kind: review.KindCharter})
	if err != nil {
		return nil, err
	}
	for _, d := range charters {
		if _, ok := f.Chain.Charter(d.ID); ok {
			continue
		}
		accessions, err := s.Documents(ctx, web.Query{Kind: review.KindAccession, About: d.ID})
		if err != nil {
			return nil, err
		}
		for _, d := range append(accessions, d) {
			e, err := s.Envelope(ctx, d.ID)
			if errors.Is(err, web.ErrNotFound) {
				continue // its content has not arrived
			}
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
	}
	return all, nil
}
