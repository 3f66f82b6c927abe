package federation_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/simulation"
)

// TestTwoNodesWithOneLogKeyAreProvenToEverybody: a copy of a node signs another
// history of its log. The others file the proof, keep what a quorum cosigned, no
// more, and cosign no more of that log.
func TestTwoNodesWithOneLogKeyAreProvenToEverybody(t *testing.T) {
	f := simulation.NewFederation(3, 5, 4, loopback(t, 5)...)
	var nodes []*running
	for _, m := range f.Members {
		nodes = append(nodes, &running{Member: m, t: t, f: f, dir: filepath.Join(t.TempDir(), string(m.ID))})
	}
	for _, n := range nodes {
		n.start()
	}
	for i, n := range nodes {
		n.file(f.Opening(n.Member))
		if i == 0 {
			n.file(f.Genesis)
		}
	}
	for _, n := range nodes {
		require.Eventually(t, func() bool { _, err := n.store.Payload(f.Genesis.ID); return err == nil }, 30*time.Second, 10*time.Millisecond)
		n.file(f.Accession(n.Member))
	}
	requireAlike(t, 5, nodes...)

	forger, honest := nodes[4], nodes[:4]
	forger.stop()
	copied := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.CopyFS(copied, os.DirFS(forger.dir)))
	forger.start()
	kept := f.Pledge(forger.Member, 1)
	forger.file(kept)
	requireAlike(t, 5, nodes...)
	forger.stop()

	db, err := store.Open(copied, store.Options{WriteBuffer: 4 << 20, MinFree: 1})
	require.NoError(t, err)
	for i := range 4 {
		other := simulation.Entry(f.Pledge(forger.Member, 2+i))
		_, _, err = db.OpenLog(forger.Origin, forger.Log).Append(t.Context(), store.Submission{Leaf: other.Leaf, Payload: other.Payload})
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	forger.dir = copied
	forger.start()

	require.Eventually(t, func() bool {
		for _, n := range honest {
			if l, _ := n.runner.Chain().Log(forger.Origin); l.Forked == "" {
				return false
			}
		}
		return forger.runner.Status().Fenced != ""
	}, 20*time.Second, 50*time.Millisecond, "not everybody knows of the fork")
	// What lay past the last checkpoint that a quorum cosigned, its receipt, goes
	// from the log; somebody filed it again before.
	end := func(n *running) uint64 {
		cp, err := signing.PeekCheckpoint(n.store.Head(forger.Origin).Checkpoint)
		require.NoError(t, err)
		ids, err := n.store.Find(store.Query{Kind: review.KindReceipt})
		require.NoError(t, err)
		for _, id := range ids {
			payload, err := n.store.Payload(id)
			require.NoError(t, err)
			d, err := review.Parse(payload)
			require.NoError(t, err)
			if got, ok := review.Quorate(f.Chain, []byte(d.Predicate.(*review.Receipt).Checkpoint)); ok && got == cp {
				return cp.Size
			}
		}
		return 0
	}
	require.Eventually(t, func() bool {
		for _, n := range honest {
			if e := end(n); e == 0 || e != n.store.Head(forger.Origin).Size || e != end(honest[0]) {
				return false
			}
		}
		return true
	}, 60*time.Second, 100*time.Millisecond, "a forked log did not come to its end everywhere")
	requireAlike(t, 5, honest...)
	for _, n := range honest {
		require.Empty(t, n.runner.Status().Fenced, "an honest log came to harm")
		states, err := n.store.LogStates()
		require.NoError(t, err)
		s, err := review.Describe(f.Genesis.Document, states, n.store.Records(review.Snapshot{Logs: states}))
		require.NoError(t, err)
		r, err := review.Read(s, f.Genesis.Document, n.store.Records(s), time.Time{})
		require.NoError(t, err)
		label, ok := r.Label(kept.ID)
		require.True(t, ok)
		require.True(t, label.Counts, label.Reason)
		forks := r.Chain().Forks()
		require.Len(t, forks, 1)
		require.Equal(t, forger.Origin, forks[0].Origin)
		proof, _ := r.Document(forks[0].Forked)
		require.NotEqual(t, forger.ID, proof.Author)
		carried := false
		for id, d := range r.Documents() {
			if d == nil || d.Kind != review.KindReceipt || d.Author != forger.ID {
				continue
			}
			cp, err := signing.PeekCheckpoint([]byte(d.Predicate.(*review.Receipt).Checkpoint))
			require.NoError(t, err)
			places := r.Places(id)
			carried = carried || cp.Origin == string(forger.Origin) && cp.Size > label.Place.Index && places[len(places)-1].Origin != forger.Origin && places[0].Origin != forger.Origin
		}
		require.True(t, carried, "the receipt for what counts lies in the forked log only")
	}
}
