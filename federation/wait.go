package federation

import (
	"context"
	"fmt"
	"sync"
	"time"

	"stocktake/review"
)

// growth lets goroutines wait until some log has grown.
type growth struct {
	mu   sync.Mutex
	next chan struct{} // closed when something grows; nil while nobody waits
}

func (g *growth) wait() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next == nil {
		g.next = make(chan struct{})
	}
	return g.next
}

func (g *growth) tell() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next != nil {
		close(g.next)
		g.next = nil
	}
}

// Grown is closed when a log has grown, or a rewind has made it shorter.
func (r *Runner) Grown() <-chan struct{} { return r.growth.wait() }

// Wait returns when this node holds so many records of a log, or with an error
// that says how many it holds when ctx ends.
func (r *Runner) Wait(ctx context.Context, o review.Origin, size uint64) error {
	for {
		grown := r.growth.wait()
		held := r.o.Store.Head(o).Size
		if held >= size {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return fmt.Errorf("federation: waiting for record %d of %s, %d are here: %w", size, o, held, ctx.Err())
		}
	}
}

// holdFor is how long a peer that asks for records waits for those that are
// on their way here: so a head may be relayed before its records are, and the
// log's own node is not asked by everybody.
const holdFor = time.Second

// copyFor is how long a witness waits for the records that it is to cosign: a
// full range over a poor line takes longer, and then it is asked again.
const copyFor = 10 * time.Second

func (r *Runner) hold(ctx context.Context, m RangeRequest) {
	r.mu.Lock()
	coming := r.known[m.Origin] > m.From
	r.mu.Unlock()
	if !coming || m.MaxBytes == 0 || r.o.Store.Head(m.Origin).Size > m.From {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, holdFor)
	defer cancel()
	_ = r.Wait(ctx, m.Origin, m.From+1) // if it does not come, the answer says so
}
