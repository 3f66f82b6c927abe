package web

import (
	"context"
	"errors"

	"stocktake/review"
)

// titles are the documents that a page names, as lists have them, each asked for
// once.
type titles struct {
	listed func(review.DocumentID) (*Listed, error)
	known  map[review.DocumentID]Listed
	err    error // why the page cannot be made
}

func (n *site) titles(ctx context.Context) *titles {
	return &titles{
		listed: func(id review.DocumentID) (*Listed, error) { return n.Listed(ctx, id) },
		known:  map[review.DocumentID]Listed{},
	}
}

// listed is a document as lists have it; zero where the node has no record of it.
func (v *view) listed(id review.DocumentID) Listed {
	t := v.titles
	d, ok := t.known[id]
	if ok || id == "" || t.err != nil {
		return d
	}
	found, err := t.listed(id)
	switch {
	case err == nil:
		d = *found
	case !errors.Is(err, ErrNotFound):
		t.err = err
	}
	t.known[id] = d
	return d
}
