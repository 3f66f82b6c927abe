package federation_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/simulation"
)

const quota = 30

// quotaed starts nodes of a federation in which every log has that quota.
func quotaed(t *testing.T, members int) []*running {
	f := simulation.NewFederationWith(func(c *review.Charter) { c.Quotas = []review.Quota{{Entries: quota}} }, 7, members, members, loopback(t, members)...)
	var nodes []*running
	for _, m := range f.Members {
		n := &running{Member: m, t: t, f: f, dir: filepath.Join(t.TempDir(), string(m.ID))}
		nodes = append(nodes, n)
		n.start()
		n.file(f.Opening(m))
	}
	nodes[0].file(f.Genesis)
	for _, m := range f.Members {
		nodes[0].file(f.Accession(m))
	}
	return nodes
}

// However many come at once, the door lets in what the quota leaves room for,
// and keeps the last places for the receipts that make them final.
func TestTheDoorClosesBeforeTheQuota(t *testing.T) {
	nodes := quotaed(t, 2)
	n := nodes[1]
	var refused int
	var filed []review.SignedDocument
	var mu sync.Mutex
	var wait sync.WaitGroup
	for i := range 2 * quota {
		d := n.f.Pledge(n.Member, i)
		wait.Go(func() {
			_, err := n.runner.File(t.Context(), d.Envelope)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				filed = append(filed, d)
				return
			}
			refused++
			assert.ErrorContains(t, err, fmt.Sprintf("of its %d records, and the last are kept for receipts: file this at another member's node", quota))
		})
	}
	wait.Wait()
	assert.NotEmpty(t, filed)
	assert.Positive(t, refused)
	for i := 100; ; i++ {
		if _, err := n.runner.File(t.Context(), n.f.Pledge(n.Member, i).Envelope); err != nil {
			break
		}
		require.Less(t, i, 100+quota)
	}
	require.Eventually(t, n.final, 20*time.Second, 50*time.Millisecond, "what was let in did not become final")
	size := n.store.Head(n.Origin).Size
	assert.LessOrEqual(t, size, uint64(quota))
	assert.Greater(t, size, uint64(quota-8))
	n.file(filed[0]) // what the log holds comes back as it was filed
	nodes[0].file(n.f.Pledge(n.Member, 999))
}

// A log whose node does not keep to the quota is copied up to it, to the
// record, and no witness cosigns more.
func TestNobodyCopiesOrCosignsBeyondTheQuota(t *testing.T) {
	nodes := quotaed(t, 3)
	rogue, honest := nodes[2], nodes[:2]
	requireAlike(t, 3, nodes...)
	rogue.stop()
	var err error
	rogue.store, err = store.Open(rogue.dir, store.Options{WriteBuffer: 4 << 20, MinFree: 1})
	require.NoError(t, err)
	writer := rogue.store.OpenLog(rogue.Origin, rogue.Log)
	for i := range 2 * quota {
		d := rogue.f.Pledge(rogue.Member, i)
		_, _, err := writer.Append(t.Context(), store.Submission{Leaf: d.Envelope.Leaf(d.Key), Payload: d.Envelope.Payload})
		require.NoError(t, err)
	}
	require.NoError(t, rogue.store.Close())
	rogue.start()
	size := rogue.store.Head(rogue.Origin).Size
	require.Greater(t, size, uint64(quota))
	for _, n := range honest {
		require.Eventually(t, func() bool { return n.store.Head(rogue.Origin).Size == quota }, 20*time.Second, 50*time.Millisecond, "%d", n.store.Head(rogue.Origin).Size)
	}
	time.Sleep(3 * time.Second) // several times the pause after which a node would ask for more
	for _, n := range honest {
		require.EqualValues(t, quota, n.store.Head(rogue.Origin).Size, "it copied more than counts")
	}
	head := rogue.store.Head(rogue.Origin)
	status, answer, ok := honest[0].runner.Cosign(t.Context(), fmt.Appendf(nil, "old %d\n\n%s", 0, signing.SignCheckpoint(
		signing.Checkpoint{Origin: string(rogue.Origin), Size: head.Size, Root: head.Root}, rogue.Log)))
	require.True(t, ok)
	assert.Equal(t, http.StatusForbidden, status)
	assert.Contains(t, string(answer), "beyond the log's quota")
	snapshots := map[string]bool{}
	for _, n := range honest {
		states, err := n.store.LogStates()
		require.NoError(t, err)
		snapshots[string(review.Snapshot{Logs: states}.Marshal())] = true
	}
	assert.Len(t, snapshots, 1, "honest nodes hold one snapshot")
}

func TestARosterKnowsWhenQuotasTurn(t *testing.T) {
	from := simulation.Start.Add(24 * time.Hour)
	f := simulation.NewFederationWith(func(c *review.Charter) {
		c.Quotas = []review.Quota{{Entries: quota, From: from.UTC().Format(time.RFC3339)}}
	}, 8, 2, 1)
	origin := f.Members[0].Origin
	before, turn := federation.RosterAt(f.Chain, simulation.Start)
	assert.Zero(t, before.Logs[origin].Quota)
	assert.Equal(t, from.UTC(), turn)
	after, turn := federation.RosterAt(f.Chain, from)
	assert.EqualValues(t, quota, after.Logs[origin].Quota)
	assert.Zero(t, turn)
	assert.Zero(t, after.Logs[origin].Copies, "what was filed before the quota is copied whatever its place")
}
