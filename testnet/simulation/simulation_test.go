package simulation

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/store"
)

// seeds are those that a test runs with: one from STOCKTAKE_SEED, to repeat a
// failure, else the first few, or as many as STOCKTAKE_SEEDS says, from
// STOCKTAKE_FIRST_SEED on if that is set.
func seeds(t *testing.T, count int) []uint64 {
	if seed := setting(t, "STOCKTAKE_SEED"); seed != 0 {
		return []uint64{seed}
	}
	if many := setting(t, "STOCKTAKE_SEEDS"); many != 0 {
		count = int(many)
	} else if testing.Short() {
		count = max(1, count/10)
	}
	first := max(1, setting(t, "STOCKTAKE_FIRST_SEED"))
	all := make([]uint64, count)
	for i := range all {
		all[i] = first + uint64(i)
	}
	return all
}

// setting is a number in the environment, 0 where there is none.
func setting(t *testing.T, name string) uint64 {
	s := os.Getenv(name)
	if s == "" {
		return 0
	}
	number, err := strconv.ParseUint(s, 10, 64)
	require.NoError(t, err)
	return number
}

func eachSeed(t *testing.T, count int, test func(t *testing.T, seed uint64)) {
	for _, seed := range seeds(t, count) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			test(t, seed)
			if t.Failed() {
				t.Logf("repeat with: STOCKTAKE_SEED=%d go test ./testnet/simulation -run %q", seed, t.Name())
			}
		})
	}
}

var rough = Faults{MinDelay: 5 * time.Millisecond, MaxDelay: 400 * time.Millisecond, Loss: 0.15, Repeat: 0.1}

// begin starts a federation whose members have filed their openings and
// accessions, some pledges among them.
func begin(seed uint64, members, witnesses int, faults Faults) *Network {
	f := NewFederation(seed, members, witnesses)
	n := NewNetwork(seed, f, faults, federation.Timing{})
	for i, m := range f.Members {
		n.File(n.Nodes[i], f.Opening(m), f.Accession(m), f.JoinsRound(m))
	}
	n.File(n.Nodes[0], f.Genesis)
	n.StartAll()
	return n
}

// same reports whether all nodes that are up hold the same, with nothing
// missing.
func (n *Network) same() bool {
	var first []store.Head
	for _, node := range n.Nodes {
		if !node.up {
			continue
		}
		heads := node.Ledger.Heads()
		if first == nil {
			first = heads
		}
		if len(node.Ledger.Missing()) > 0 || !slices.EqualFunc(first, heads, func(a, b store.Head) bool {
			return a.Origin == b.Origin && a.Size == b.Size && a.Root == b.Root
		}) {
			return false
		}
	}
	return true
}

// requireOneResult asks every node for its snapshot and stocktake.
func (n *Network) requireOneResult(t *testing.T) (snapshot, stocktake string) {
	for _, node := range n.Nodes {
		s := node.Snapshot()
		result, err := node.Stocktake(s)
		require.NoError(t, err, "at %s", node.ID)
		if snapshot == "" {
			snapshot, stocktake = s.Digest(), result.Digest()
		}
		require.Equal(t, snapshot, s.Digest(), "snapshot of %s", node.ID)
		require.Equal(t, stocktake, result.Digest(), "stocktake of %s", node.ID)
	}
	return snapshot, stocktake
}

// settled is same, with every own log covered by a receipt.
func (n *Network) settled() bool {
	for _, node := range n.Nodes {
		if node.up && node.Fenced == "" && (len(node.waiting) > 0 || node.owed()) {
			return false
		}
	}
	return n.same()
}

func TestNodesConvergeThroughLossDelayAndReordering(t *testing.T) {
	eachSeed(t, 20, func(t *testing.T, seed uint64) {
		n := begin(seed, 6, 4, rough)
		f := n.Federation
		for i, node := range n.Nodes {
			n.Run(700 * time.Millisecond)
			n.File(node, f.Pledge(node.Member, i), f.Pledge(node.Member, i+1))
		}
		require.True(t, n.RunUntil(3*time.Minute, n.settled), "not settled after three minutes")
		for _, node := range n.Nodes {
			require.Empty(t, node.Forks)
			require.Empty(t, node.Fenced)
			require.Equal(t, 6, len(node.Ledger.Heads()))
		}
	})
}

func TestPartitionedNodesConvergeAfterHealing(t *testing.T) {
	eachSeed(t, 20, func(t *testing.T, seed uint64) {
		n := begin(seed, 7, 4, rough)
		f := n.Federation
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		n.Split(map[review.ParticipantID]int{n.Nodes[0].ID: 1, n.Nodes[1].ID: 1, n.Nodes[6].ID: 2})
		for i, node := range n.Nodes {
			n.File(node, f.Pledge(node.Member, i))
			n.Run(time.Second)
		}
		n.Run(30 * time.Second)
		require.False(t, n.same(), "the split did not split")
		n.Heal()
		require.True(t, n.RunUntil(3*time.Minute, n.settled), "not settled after healing")
		n.requireOneResult(t)
	})
}

func TestNodesThatStopAndStartCatchUp(t *testing.T) {
	eachSeed(t, 20, func(t *testing.T, seed uint64) {
		n := begin(seed, 5, 3, rough)
		f := n.Federation
		for round := range 8 {
			node := n.Nodes[n.random.IntN(len(n.Nodes))]
			if node.up {
				n.Stop(node)
			} else {
				n.Start(node)
			}
			for i, other := range n.Nodes {
				if other.up {
					n.File(other, f.Pledge(other.Member, round+i))
				}
			}
			n.Run(time.Duration(n.random.IntN(4000)) * time.Millisecond)
		}
		for _, node := range n.Nodes {
			if !node.up {
				n.Start(node)
			}
		}
		require.True(t, n.RunUntil(5*time.Minute, n.settled), "not settled after restarts")
		n.requireOneResult(t)
		for _, node := range n.Nodes {
			require.Empty(t, node.Fenced, "a node fenced its own log")
			require.Empty(t, node.Forks)
		}
	})
}

func TestLateNodeFillsItself(t *testing.T) {
	eachSeed(t, 10, func(t *testing.T, seed uint64) {
		n := begin(seed, 5, 3, rough)
		late := n.Nodes[4]
		n.Stop(late)
		for i := range 300 {
			node := n.Nodes[i%4]
			n.File(node, n.Federation.Pledge(node.Member, i))
			n.Run(10 * time.Millisecond)
		}
		n.Start(late)
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		require.Greater(t, len(late.Ledger.payloads), 300)
	})
}

func TestSameSeedSameTrace(t *testing.T) {
	run := func(seed uint64) (string, string) {
		n := begin(seed, 5, 3, rough)
		n.Run(5 * time.Second)
		n.Stop(n.Nodes[1])
		n.File(n.Nodes[2], n.Federation.Pledge(n.Nodes[2].Member, 1))
		n.Split(map[review.ParticipantID]int{n.Nodes[3].ID: 1})
		n.Run(10 * time.Second)
		n.Heal()
		n.Start(n.Nodes[1])
		n.Run(20 * time.Second)
		return n.Trace(), n.Nodes[0].Snapshot().Digest()
	}
	for _, seed := range seeds(t, 3) {
		trace, snapshot := run(seed)
		again, snapshotAgain := run(seed)
		require.Equal(t, trace, again, "seed %d ran otherwise the second time", seed)
		require.Equal(t, snapshot, snapshotAgain)
		other, _ := run(seed + 1000)
		require.NotEqual(t, trace, other, "the trace does not depend on the seed")
	}
}

func TestRestoredCopyIsFencedAndPulledBack(t *testing.T) {
	eachSeed(t, 10, func(t *testing.T, seed uint64) {
		n := begin(seed, 5, 3, rough)
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		node := n.Nodes[2]
		backup := node.Ledger.Clone()
		n.File(node, n.Federation.Pledge(node.Member, 1))
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		size := node.Ledger.Head(node.Origin).Size
		n.Stop(node)
		node.Ledger = backup
		n.Start(node)
		n.File(node, n.Federation.Pledge(node.Member, 2))
		require.True(t, n.RunUntil(time.Minute, func() bool { return node.Fenced != "" }), "the copy was not fenced")
		require.True(t, n.RunUntil(3*time.Minute, n.same))
		require.Equal(t, size, node.Ledger.Head(node.Origin).Size, "the tail was not pulled back")
		for _, other := range n.Nodes {
			require.Empty(t, other.Forks, "the copy forked its log")
		}
	})
}

// twoHistories has the last member's log show one history to one node and
// another to a second: two copies of its node that do not hear each other go on
// signing. The network is still parted afterwards, and the forger down.
func twoHistories(t *testing.T, n *Network) (forger, left, right *Node) {
	forger, left, right = n.Nodes[4], n.Nodes[0], n.Nodes[1]
	n.Split(map[review.ParticipantID]int{left.ID: 1, right.ID: 2, forger.ID: 3, n.Nodes[2].ID: 4, n.Nodes[3].ID: 5})
	n.Run(time.Second)
	copyLedger := forger.Ledger.Clone()
	show := func(to *Node, l *Ledger, pledges int) {
		for i := range pledges {
			l.Append(forger.Origin, forger.Log, Entry(n.Federation.Pledge(forger.Member, 100*pledges+i)))
		}
		old := forger.Ledger
		forger.Ledger = l
		n.Stop(forger)
		n.Split(map[review.ParticipantID]int{left.ID: 1, right.ID: 2, forger.ID: n.sides[to.ID], n.Nodes[2].ID: 4, n.Nodes[3].ID: 5})
		n.Start(forger)
		require.True(t, n.RunUntil(time.Minute, func() bool {
			return to.Ledger.Head(forger.Origin).Size == l.Head(forger.Origin).Size
		}))
		n.Stop(forger)
		forger.Ledger = old
	}
	show(left, forger.Ledger, 1)
	show(right, copyLedger, 2)
	require.NotEqual(t, left.Ledger.Head(forger.Origin).Root, right.Ledger.Head(forger.Origin).Root)
	return forger, left, right
}

func TestAForkIsSeenWithWhatProvesIt(t *testing.T) {
	eachSeed(t, 10, func(t *testing.T, seed uint64) {
		n := begin(seed, 5, 3, Faults{MinDelay: time.Millisecond, MaxDelay: 20 * time.Millisecond})
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		forger, left, right := twoHistories(t, n)
		n.Heal()
		n.Run(2 * time.Minute)
		require.NotEmpty(t, append(left.Forks, right.Forks...), "nobody saw the fork")
		for _, fork := range append(left.Forks, right.Forks...) {
			require.Equal(t, forger.Origin, fork.Origin)
			require.NotEqual(t, fork.First, fork.Second)
			for _, note := range [][]byte{fork.First, fork.Second} {
				_, err := n.roster.Open(note)
				require.NoError(t, err, "evidence without the log's signature")
			}
		}
	})
}

func TestCorruptAnswersChangeNothingAndTheNextPeerIsAsked(t *testing.T) {
	eachSeed(t, 20, func(t *testing.T, seed uint64) {
		n := begin(seed, 5, 4, Faults{MinDelay: time.Millisecond, MaxDelay: 50 * time.Millisecond})
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		late := n.Nodes[4]
		n.Stop(late)
		late.Ledger = NewLedger()
		for _, liar := range n.Nodes[:2] {
			liar.Corrupt = func(_ string, answer []byte) []byte {
				if len(answer) > 0 && n.random.IntN(5) > 0 {
					answer[n.random.IntN(len(answer))] ^= 1 << n.random.IntN(8)
				}
				return answer
			}
		}
		for i, node := range n.Nodes[:4] {
			n.File(node, n.Federation.Pledge(node.Member, i))
		}
		n.Start(late)
		require.True(t, n.RunUntil(5*time.Minute, n.settled))
		for _, node := range n.Nodes {
			require.Empty(t, node.Forks, "a corrupt answer passed for a fork")
		}
		for _, node := range n.Nodes[:4] {
			require.Empty(t, node.Fenced)
		}
	})
}

func TestReceiptOwedAtARestartIsFiled(t *testing.T) {
	eachSeed(t, 10, func(t *testing.T, seed uint64) {
		n := begin(seed, 4, 4, rough)
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		node := n.Nodes[0]
		n.Split(map[review.ParticipantID]int{node.ID: 1})
		n.File(node, n.Federation.Pledge(node.Member, 1))
		n.Run(time.Second)
		require.True(t, node.owed())
		n.Stop(node)
		n.Heal()
		n.Start(node)
		require.True(t, n.RunUntil(3*time.Minute, n.settled), "the receipt was forgotten")
	})
}

// TestQuorumIsEnough: a receipt needs neither a witness that is down nor more
// than the quorum.
func TestQuorumIsEnough(t *testing.T) {
	n := begin(1, 5, 4, Faults{MinDelay: time.Millisecond, MaxDelay: 10 * time.Millisecond})
	require.True(t, n.RunUntil(time.Minute, n.settled))
	n.Stop(n.Nodes[3])
	n.File(n.Nodes[0], n.Federation.Pledge(n.Nodes[0].Member, 1))
	require.True(t, n.RunUntil(10*time.Second, n.settled), "three of four witnesses did not suffice")
	n.Stop(n.Nodes[2])
	n.File(n.Nodes[0], n.Federation.Pledge(n.Nodes[0].Member, 2))
	require.False(t, n.RunUntil(time.Minute, n.settled), "two of four witnesses sufficed")
	n.Start(n.Nodes[2])
	require.True(t, n.RunUntil(time.Minute, n.settled), "the receipt did not come when the quorum did")
}

// TestReceiptsNeedNoReceipt: a federation that has nothing to say falls silent.
func TestReceiptsNeedNoReceipt(t *testing.T) {
	n := begin(1, 4, 4, Faults{MinDelay: time.Millisecond, MaxDelay: 10 * time.Millisecond})
	require.True(t, n.RunUntil(time.Minute, n.settled))
	before := n.Nodes[0].Snapshot().Digest()
	n.Run(time.Hour)
	require.Equal(t, before, n.Nodes[0].Snapshot().Digest())
}
