package web

import (
	"context"
	"sync"

	"stocktake/review"
)

// keptStocktakes are the stocktakes that pages showed last. A stocktake is a
// function of snapshot, scope and cut-off, so none of them ever grows stale.
type keptStocktakes struct {
	sync.Mutex
	byKey map[stocktakeKey]*keptStocktake
	order []stocktakeKey // oldest first
}

type stocktakeKey struct {
	snapshot, cutoff string
	scope            review.Scope
}

// keptStocktake is one that is being made, or was.
type keptStocktake struct {
	made sync.Mutex // held while it is made: whoever wants it too waits
	*assembled
	bytes int
}

// assembled is the stocktake of a view's snapshot.
func (n *site) assembled(ctx context.Context, v *view, scope review.Scope, cutoff string) (*assembled, error) {
	key := stocktakeKey{v.digest, cutoff, scope}
	k := n.kept.at(key)
	k.made.Lock()
	defer k.made.Unlock()
	if k.assembled != nil {
		return k.assembled, nil
	}
	s, err := n.Assemble(ctx, AssembleRequest{Scope: scope, Cutoff: cutoff})
	if err == nil && s.Outline().Manifest.Snapshot != v.digest { // records came in between
		s, err = n.Assemble(ctx, AssembleRequest{Scope: scope, Cutoff: cutoff, Snapshot: &v.snapshot})
	}
	if err != nil {
		return nil, err
	}
	a, err := readAssembled(s, v.status.Display)
	if err != nil {
		return nil, err
	}
	bytes := len(s.Manifest)
	for _, part := range s.Parts {
		bytes += len(part)
	}
	k.assembled = a
	n.kept.made(key, k, bytes)
	return a, nil
}

// at is the place of a stocktake.
func (kept *keptStocktakes) at(key stocktakeKey) *keptStocktake {
	kept.Lock()
	defer kept.Unlock()
	if kept.byKey == nil {
		kept.byKey = map[stocktakeKey]*keptStocktake{}
	}
	k := kept.byKey[key]
	if k == nil {
		k = &keptStocktake{}
		kept.byKey[key] = k
		kept.order = append(kept.order, key)
	}
	kept.trim(key)
	return k
}

// made notes how large one is, and leaves out the oldest where all are too many.
func (kept *keptStocktakes) made(key stocktakeKey, k *keptStocktake, bytes int) {
	kept.Lock()
	defer kept.Unlock()
	k.bytes = bytes
	kept.trim(key)
}

func (kept *keptStocktakes) trim(but stocktakeKey) {
	total := 0
	for _, k := range kept.byKey {
		total += k.bytes
	}
	for len(kept.order) > 1 && (len(kept.order) > maxStocktakes || total > maxStocktakeBytes) && kept.order[0] != but {
		total -= kept.byKey[kept.order[0]].bytes
		delete(kept.byKey, kept.order[0])
		kept.order = kept.order[1:]
	}
}
