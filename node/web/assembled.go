package web

import (
	"context"
	"sync"

	"stocktake/review"
)

// assembled is a stocktake as pages read it: its rows by group, decoded once.
type assembled struct {
	*review.Contents
	stocktake *review.Stocktake
}

func readAssembled(file []byte) (*assembled, error) {
	s, err := review.ParseStocktakeFile(file)
	if err != nil {
		return nil, err
	}
	return &assembled{s.Contents(), s}, nil
}

// figure is the value of one figure, 0 if nothing counts in it.
func (a *assembled) figure(group, name string, sample bool) int {
	for _, f := range a.Figures {
		if f.Group == group && f.Name == name && f.Sample == sample {
			return f.Value
		}
	}
	return 0
}

// keptStocktakes are the stocktakes that pages showed last. A stocktake is a
// function of snapshot, scope and cut-off, so none of them ever grows stale.
type keptStocktakes struct {
	sync.Mutex
	byKey map[stocktakeKey]*assembled
	order []stocktakeKey // oldest first
}

type stocktakeKey struct {
	snapshot, cutoff string
	scope            review.Scope
}

// assembled is the stocktake of a view's snapshot.
func (n *site) assembled(ctx context.Context, v *view, scope review.Scope, cutoff string) (*assembled, error) {
	key := stocktakeKey{v.digest, cutoff, scope}
	n.kept.Lock()
	a := n.kept.byKey[key]
	n.kept.Unlock()
	if a != nil {
		return a, nil
	}
	a, err := n.assemble(ctx, AssembleRequest{Scope: scope, Cutoff: cutoff})
	if err == nil && a.Manifest.Snapshot != v.digest { // records came in between
		a, err = n.assemble(ctx, AssembleRequest{Scope: scope, Cutoff: cutoff, Snapshot: &v.snapshot})
	}
	if err != nil {
		return nil, err
	}
	a.veil(v.status.Display)
	n.kept.Lock()
	defer n.kept.Unlock()
	if n.kept.byKey == nil {
		n.kept.byKey = map[stocktakeKey]*assembled{}
	}
	if n.kept.byKey[key] == nil {
		n.kept.order = append(n.kept.order, key)
	}
	n.kept.byKey[key] = a
	for len(n.kept.order) > maxStocktakes {
		delete(n.kept.byKey, n.kept.order[0])
		n.kept.order = n.kept.order[1:]
	}
	return a, nil
}

func (n *site) assemble(ctx context.Context, q AssembleRequest) (*assembled, error) {
	file, err := n.Assemble(ctx, q)
	if err != nil {
		return nil, err
	}
	return readAssembled(file)
}
