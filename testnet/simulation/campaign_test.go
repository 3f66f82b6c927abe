package simulation

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestEverythingMixedKeepsItsPromises is the campaign: README.md says what is
// mixed and what is promised. STOCKTAKE_SEEDS=10000 runs so many seeds,
// STOCKTAKE_FIRST_SEED=6701 beside it a later part of them.
func TestEverythingMixedKeepsItsPromises(t *testing.T) {
	all := seeds(t, 12)
	var next, broken atomic.Int64
	var g sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all) && broken.Load() < maxBroken; i = int(next.Add(1)) - 1 {
				if i > 0 && i%100 == 0 {
					fmt.Fprintln(os.Stderr, i, "seeds begun,", broken.Load(), "broke a promise")
				}
				p := NewPlan(all[i])
				if why := RunPlan(p, nil); why != "" {
					broken.Add(1)
					t.Error(report(p, why))
				}
			}
		})
	}
	g.Wait()
	t.Logf("%d seeds, %d broke a promise", min(int(next.Load()), len(all)), broken.Load())
}

// maxBroken failing seeds are enough to look at.
const maxBroken = 20

// report is a failing seed with the shortest trace that was found in half a
// minute, and how to repeat it.
func report(p *Plan, why string) string {
	short, because := Shrink(p, nil, 30*time.Second)
	return fmt.Sprintf("seed %d: %s\n%d of %d deeds suffice: %s\n%srepeat with: STOCKTAKE_SEED=%d go test ./testnet/simulation -run EverythingMixed",
		p.Seed, why, len(short.Deeds), len(p.Deeds), because, short, p.Seed)
}
