package simulation

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/federation"
	"stocktake/review"
)

// The log's node is gone for good in the moment in which it could say "filed":
// before its receipt has left it.
func TestFiledDocumentOutlivesItsLogsNode(t *testing.T) {
	eachSeed(t, 30, func(t *testing.T, seed uint64) {
		n := begin(seed, 5, 4, rough)
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		owner, others := n.Nodes[4], n.Nodes[:4]
		pledge := n.Federation.Pledge(owner.Member, 1)
		n.File(owner, pledge)
		size := owner.Ledger.Head(owner.Origin).Size
		filed := false
		for end := n.Now.Add(time.Minute); !filed && n.Now.Before(end); n.Run(time.Millisecond) {
			filed = owner.covered >= size
		}
		require.True(t, filed, "not filed in a minute")
		n.Stop(owner)

		copies := 0
		for _, node := range others {
			if _, err := node.Ledger.Payload(pledge.ID); err == nil {
				copies++
			}
		}
		require.GreaterOrEqual(t, copies, review.Quorum(4), "filed, and not copied by a quorum")
		require.True(t, n.RunUntil(3*time.Minute, func() bool {
			for _, node := range others {
				if _, err := node.Ledger.Payload(pledge.ID); err != nil {
					return false
				}
			}
			return true
		}), "not at every node that is left")
	})
}

// A witness that says "not yet" for ever keeps nobody from filing: the others
// are a quorum, and it is asked again for the same head, not for ever newer ones.
func TestWitnessThatNeverCopiesHoldsUpNobody(t *testing.T) {
	eachSeed(t, 5, func(t *testing.T, seed uint64) {
		n := begin(seed, 5, 4, Faults{MinDelay: 5 * time.Millisecond, MaxDelay: 50 * time.Millisecond})
		lazy, owner := n.Nodes[0], n.Nodes[4]
		lazy.Corrupt = func(method string, answer []byte) []byte {
			if method == federation.MethodAddCheckpoint {
				return []byte("503\nthe witness does not hold these records yet; ask again\n")
			}
			return answer
		}
		for i := range 20 {
			n.File(owner, n.Federation.Pledge(owner.Member, i))
			n.Run(3 * time.Second)
		}
		require.True(t, n.RunUntil(time.Minute, func() bool { return !owner.owed() }), "the honest quorum was not enough")
	})
}

// A node that is gone for good takes no document along: what it received and
// what had time to reach another becomes final there, by a receipt that another
// node files. So seizing a coalition's server right after it spoke changes
// nothing but the filing time.
func TestOrphanedDocumentsBecomeFinal(t *testing.T) {
	eachSeed(t, 20, func(t *testing.T, seed uint64) {
		n := begin(seed, 6, 4, rough)
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
		owner, others := n.Nodes[5], n.Nodes[:5]
		pledge := n.Federation.Pledge(owner.Member, 1)
		n.File(owner, pledge)
		size := owner.Ledger.Head(owner.Origin).Size
		copied := func() bool {
			for _, node := range others {
				if node.Ledger.Head(owner.Origin).Size >= size {
					return true
				}
			}
			return false
		}
		for end := n.Now.Add(time.Minute); !copied() && n.Now.Before(end); n.Run(time.Millisecond) {
		}
		require.True(t, copied())
		n.Stop(owner)
		n.Nodes = others
		require.True(t, n.RunUntil(30*time.Minute, func() bool {
			for _, node := range others {
				if node.final()[owner.Origin] < size {
					return false
				}
			}
			return n.same()
		}), "it stays pending")
		n.Run(30 * time.Minute)
		receipts := 0
		for _, d := range others[0].Ledger.Documents(review.KindReceipt) {
			if p := d.Predicate.(*review.Receipt); p.Author != owner.ID && strings.Contains(p.Checkpoint, string(owner.Origin)+"\n") {
				receipts++
			}
		}
		require.LessOrEqual(t, receipts, 2, "everybody filed a receipt for it")
	})
}
