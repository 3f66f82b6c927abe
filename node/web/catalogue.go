package web

import (
	"context"
	"sync"

	"stocktake/review"
)

// catalogue is what a node holds, as its list of documents has it. It follows
// from the snapshot, so it is listed once for each and not for each page.
type catalogue struct {
	list []Listed // by filing time, pending ones last
	byID map[review.DocumentID]Listed
}

// keptCatalogue is the catalogue of the snapshot that pages were made from last.
type keptCatalogue struct {
	sync.Mutex
	snapshot string
	*catalogue
}

func (n *site) catalogue(ctx context.Context, v *view) (*catalogue, error) {
	n.listed.Lock()
	defer n.listed.Unlock()
	if n.listed.snapshot == v.digest {
		return n.listed.catalogue, nil
	}
	list, err := n.Documents(ctx, Query{})
	if err != nil {
		return nil, err
	}
	c := &catalogue{list, make(map[review.DocumentID]Listed, len(list))}
	for _, d := range list {
		c.byID[d.ID] = d
	}
	// Records that came in since are listed again with their own snapshot.
	n.listed.snapshot, n.listed.catalogue = v.digest, c
	return c, nil
}
