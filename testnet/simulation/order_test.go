package simulation

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/federation"
	"stocktake/review"
)

// reviewed is a federation that has gone through a small review: pledges,
// reports, comments and responses in five logs, all covered by receipts.
func reviewed(t *testing.T, seed uint64) *Network {
	n := begin(seed, 5, 4, Faults{MinDelay: 5 * time.Millisecond, MaxDelay: 50 * time.Millisecond})
	f := n.Federation
	require.True(t, n.RunUntil(time.Minute, n.settled))
	var pledges, reports, comments []review.SignedDocument
	for i, node := range n.Nodes {
		pledges = append(pledges, f.Pledge(node.Member, i))
		n.File(node, pledges[i])
	}
	n.Run(time.Second)
	for i, node := range n.Nodes {
		reports = append(reports, f.Report(node.Member, pledges[i]))
		n.File(node, reports[i], pledges[(i+1)%5]) // one carried a second time
	}
	for i, node := range n.Nodes {
		comments = append(comments, f.Comment(node.Member, reports[(i+1)%5]))
		n.File(node, comments[i])
		n.Run(10 * time.Millisecond)
	}
	for i, node := range n.Nodes {
		n.File(node, f.Response(node.Member, comments[(i+4)%5]))
	}
	require.True(t, n.RunUntil(time.Minute, n.settled))
	return n
}

// TestThousandOrdersGiveOneStateAndOneStocktake: the same records, charters
// and receipts, replicated into empty nodes in so many orders and pieces,
// through loss, delay and sources that lag and have holes, end in one state. The
// thousand take STOCKTAKE_SEEDS=1000.
func TestThousandOrdersGiveOneStateAndOneStocktake(t *testing.T) {
	origin := reviewed(t, 1)
	_, stocktake := origin.requireOneResult(t)
	snapshot := origin.Nodes[0].Snapshot()
	whole := origin.Nodes[0].Ledger
	reference, err := whole.LogStates()
	require.NoError(t, err)
	notes := make(map[review.Origin][][]byte) // every note that each log signed
	for _, node := range origin.Nodes {
		notes[node.Origin] = node.Ledger.logs[node.Origin].notes
	}
	var mu sync.Mutex
	paths := make(map[string]bool)
	eachSeed(t, 80, func(t *testing.T, seed uint64) {
		n := NewReplicas(seed, origin.Federation, 4, rough, federation.Timing{CatchUp: 3 * time.Second})
		for _, source := range n.Nodes[:2] {
			source.Ledger.Cut = func() int { return 1 + n.random.IntN(7) }
			n.partOf(source, whole, notes)
			n.lag(source, whole, notes)
		}
		n.StartAll()
		done := func() bool { return n.same() && len(n.Nodes[3].Ledger.payloads) == len(whole.payloads) }
		require.True(t, n.RunUntil(5*time.Minute, done), "the replicas did not fill")
		for _, node := range n.Nodes {
			states, err := node.Ledger.LogStates()
			require.NoError(t, err)
			require.Equal(t, reference, states, "state of %s", node.ID)
		}
		result, err := n.Nodes[3].Stocktake(snapshot) // checks roots, payloads and which charter is in force
		require.NoError(t, err)
		require.Equal(t, stocktake, result.Digest())
		mu.Lock()
		paths[n.Trace()] = true
		mu.Unlock()
	})
	t.Cleanup(func() {
		if n := len(seeds(t, 80)); len(paths) != n {
			t.Errorf("%d seeds took only %d different paths", n, len(paths))
		}
	})
}

// partOf gives a source more of every log, as far as a note that the log once
// signed, and leaves random holes.
func (n *Network) partOf(source *Node, whole *Ledger, notes map[review.Origin][][]byte) {
	for _, h := range whole.Heads() {
		note := notes[h.Origin][n.random.IntN(len(notes[h.Origin]))]
		cp, err := n.roster.Open(note)
		if err != nil {
			panic(err)
		}
		if held := source.Ledger.Head(h.Origin); held.Size < cp.Size && held.Target == nil && n.random.IntN(3) > 0 {
			whole.Prefix(source.Ledger, h.Origin, cp.Size, note)
		}
	}
	for _, id := range n.shuffled(whole) {
		if n.random.IntN(4) == 0 {
			source.Ledger.Lose(id)
		}
	}
}

// lag restarts a source now and then with more than it had, and at last with
// everything.
func (n *Network) lag(source *Node, whole *Ledger, notes map[review.Origin][][]byte) {
	for range 2 {
		n.after(time.Duration(n.random.IntN(8000))*time.Millisecond, func() {
			n.Stop(source)
			n.partOf(source, whole, notes)
			n.Start(source)
		})
	}
	n.after(time.Duration(8000+n.random.IntN(8000))*time.Millisecond, func() {
		n.Stop(source)
		source.Ledger = whole.Clone()
		n.Start(source)
	})
}

// TestDifferentHolesNeverGiveTwoResults: for one snapshot there is one result,
// or a node says that it cannot compute it and names what it lacks.
func TestDifferentHolesNeverGiveTwoResults(t *testing.T) {
	origin := reviewed(t, 2)
	full := origin.Nodes[0].Snapshot()
	complete, err := origin.Nodes[0].Stocktake(full)
	require.NoError(t, err)
	eachSeed(t, 40, func(t *testing.T, seed uint64) {
		n := NewReplicas(seed, origin.Federation, 3, Faults{}, federation.Timing{})
		var snapshots []review.Snapshot
		lost := make(map[*Node]map[review.DocumentID]bool)
		for i, node := range n.Nodes {
			node.Ledger = origin.Nodes[0].Ledger.Clone()
			lost[node] = make(map[review.DocumentID]bool)
			for _, id := range n.shuffled(node.Ledger)[:i*n.random.IntN(4)] {
				node.Ledger.Lose(id)
				lost[node][id] = true
			}
			snapshots = append(snapshots, node.Snapshot())
		}
		computed := 0
		for _, s := range append(snapshots, full) {
			result := ""
			for _, node := range n.Nodes {
				got, err := node.Stocktake(s)
				if cannot := (*review.CannotComputeError)(nil); errors.As(err, &cannot) {
					require.NotEmpty(t, cannot.Missing)
					for _, id := range cannot.Missing {
						require.True(t, lost[node][id], "%s says that it lacks %s, which it has", node.ID, id)
					}
					continue
				}
				require.NoError(t, err)
				if result == "" {
					result = got.Digest()
				}
				require.Equal(t, result, got.Digest(), "two results for one snapshot")
				computed++
			}
			if s.Digest() == full.Digest() {
				require.Equal(t, complete.Digest(), result)
			}
		}
		require.GreaterOrEqual(t, computed, len(snapshots), "a node could not compute its own snapshot")
	})
}
