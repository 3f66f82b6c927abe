package web

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"

	"stocktake/review"
)

// keptStocktakes are the stocktakes that pages showed last. A stocktake is a
// function of snapshot, scope and cut-off, so none of them ever grows stale.
type keptStocktakes struct {
	sync.Mutex
	byKey  map[stocktakeKey]*keptStocktake
	order  []stocktakeKey // oldest first
	making int
	read   []lastRead // the one that was made last at the end
}

// lastRead is what was read of a scope's last stocktake, with which the next one
// is read.
type lastRead struct {
	scope  review.Scope
	cutoff string
	*assembled
}

type stocktakeKey struct {
	snapshot, cutoff string
	scope            review.Scope
}

// keptStocktake is one that is being made until done is closed.
type keptStocktake struct {
	done chan struct{}
	*assembled
	err   error
	bytes int
}

// assembled is the stocktake of a view's snapshot. It is made once for all who
// ask, and to its end: a great one takes longer than a request may, and is there
// for the next.
func (n *site) assembled(ctx context.Context, v *view, scope review.Scope, cutoff string) (*assembled, error) {
	key := stocktakeKey{v.digest, cutoff, scope}
	k, begin := n.kept.at(key)
	switch {
	case k == nil:
		return nil, &AnswerError{http.StatusServiceUnavailable, "busy", "the node computes other stocktakes; try again in a minute"}
	case begin:
		go func() {
			defer close(k.done)
			defer n.kept.made(key, k)
			defer func() {
				if p := recover(); p != nil { // as in a request: a page never ends the node
					k.err = fmt.Errorf("assembling %s: %v\n%s", scope, p, debug.Stack())
				}
			}()
			k.assembled, k.err = n.assembleNow(context.WithoutCancel(ctx), v, scope, cutoff)
		}()
	}
	select {
	case <-k.done:
		return k.assembled, k.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// errMoved means that records came while a page was made, which is to be made from
// what there is now.
var errMoved = &AnswerError{http.StatusServiceUnavailable, "busy", "records keep coming while the page is made; load it again"}

// assembleNow has the stocktake of what the node holds now, which it keeps current,
// or computes that of a cut-off.
func (n *site) assembleNow(ctx context.Context, v *view, scope review.Scope, cutoff string) (*assembled, error) {
	q := AssembleRequest{Scope: scope, Cutoff: cutoff}
	if cutoff != "" || v.settled {
		q.Snapshot = &v.snapshot
	}
	s, err := n.Assemble(ctx, q)
	switch {
	case err != nil:
		return nil, err
	case s.Outline().Manifest.Snapshot != v.digest:
		return nil, errMoved
	}
	return readAssembled(s, v.status.Display, n.kept.last(scope, cutoff))
}

// last is what was read of a scope's last stocktake; nil if that is not kept.
func (kept *keptStocktakes) last(scope review.Scope, cutoff string) *assembled {
	kept.Lock()
	defer kept.Unlock()
	for _, r := range kept.read {
		if r.scope == scope && r.cutoff == cutoff {
			return r.assembled
		}
	}
	return nil
}

// at is the place of a stocktake, and whether the caller has to make it; nil where
// too many are being made.
func (kept *keptStocktakes) at(key stocktakeKey) (k *keptStocktake, begin bool) {
	kept.Lock()
	defer kept.Unlock()
	if k := kept.byKey[key]; k != nil {
		return k, false
	}
	if kept.making == maxMaking {
		return nil, false
	}
	kept.making++
	if kept.byKey == nil {
		kept.byKey = map[stocktakeKey]*keptStocktake{}
	}
	k = &keptStocktake{done: make(chan struct{})}
	kept.byKey[key] = k
	kept.order = append(kept.order, key)
	kept.trim()
	return k, true
}

// made keeps one, but for its error: whoever asks next tries again.
func (kept *keptStocktakes) made(key stocktakeKey, k *keptStocktake) {
	kept.Lock()
	defer kept.Unlock()
	kept.making--
	if kept.byKey[key] != k {
		return // it is the oldest by now
	}
	if k.err != nil {
		delete(kept.byKey, key)
		kept.order = slices.DeleteFunc(kept.order, func(other stocktakeKey) bool { return other == key })
		return
	}
	kept.read = slices.DeleteFunc(kept.read, func(r lastRead) bool { return r.scope == key.scope && r.cutoff == key.cutoff })
	kept.read = append(kept.read, lastRead{key.scope, key.cutoff, k.light()})
	kept.read = kept.read[max(0, len(kept.read)-maxStocktakes):]
	k.bytes = k.assembled.stocktake.Size()
	kept.trim()
}

// trim leaves out the oldest where all are too many, but for the last.
func (kept *keptStocktakes) trim() {
	total := 0
	for _, k := range kept.byKey {
		total += k.bytes
	}
	for len(kept.order) > 1 && (len(kept.order) > maxStocktakes || total > maxStocktakeBytes) {
		total -= kept.byKey[kept.order[0]].bytes
		delete(kept.byKey, kept.order[0])
		kept.order = kept.order[1:]
	}
}
