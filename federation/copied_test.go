package federation_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/simulation"
)

// What the witness cosigned before, and what was erased for good, is asked of
// nobody again.
func TestContentThatDidNotComeAlongIsKnown(t *testing.T) {
	f := simulation.NewFederation(1, 1, 1)
	owner, l := f.Members[0], simulation.NewLedger()
	var ids []review.DocumentID
	for i := range 6 {
		pledge := f.Pledge(owner, i)
		ids = append(ids, pledge.ID)
		l.Append(owner.Origin, owner.Log, simulation.Entry(pledge))
	}
	require.NoError(t, l.Witness(owner.Origin, 0, signing.Checkpoint{Origin: string(owner.Origin), Size: 2}, time.Time{}))
	for _, i := range []int{1, 3, 5} {
		l.Lose(ids[i])
	}
	l.SetAbsent(ids[4], review.Erased)
	for size, want := range map[uint64][]review.DocumentID{2: nil, 3: nil, 4: {ids[3]}, 5: {ids[3]}, 6: {ids[3], ids[5]}} {
		got, err := federation.Uncopied(l, l, owner.Origin, size)
		require.NoError(t, err)
		require.Equal(t, want, got, "up to %d", size)
	}
}

// A full answer is followed by another request; what is not there holds up
// nothing; who does not answer is asked again another time.
func TestAllThatAPeerHasIsCopied(t *testing.T) {
	f := simulation.NewFederation(1, 1, 1)
	var ids []review.DocumentID
	var there [][]byte
	for i := range 150 {
		pledge := f.Pledge(f.Members[0], i)
		ids = append(ids, pledge.ID)
		if i < 60 || i >= 140 { // none of the second request's
			there = append(there, pledge.Payload)
		}
	}
	var came [][]byte
	asked := 0
	answer := func(q federation.PayloadsRequest) (a federation.PayloadsAnswer, err error) {
		require.LessOrEqual(t, len(q.IDs), 64)
		asked++
		for _, p := range there {
			if len(a.Payloads) < 25 && slices.Contains(q.IDs, review.DocumentID(signing.PayloadDigest(p).String())) {
				a.Payloads = append(a.Payloads, p)
			}
		}
		return a, nil
	}
	require.NoError(t, federation.Copy(ids, answer, func(p [][]byte) { came = append(came, p...) }))
	require.ElementsMatch(t, there, came)
	require.Less(t, asked, 10)

	gone := errors.New("gone")
	require.ErrorIs(t, federation.Copy(ids, func(federation.PayloadsRequest) (federation.PayloadsAnswer, error) {
		return federation.PayloadsAnswer{}, gone
	}, nil), gone)
	require.NoError(t, federation.Copy(nil, nil, nil))
}

// A document was committed and shown later: its leaf is at the witness, its
// content at the log's own node only. Real databases and real libp2p.
func TestAWitnessGetsTheContentOfWhatItCosigns(t *testing.T) {
	f := simulation.NewFederation(5, 2, 1, loopback(t, 2)...)
	witness := &running{Member: f.Members[0], t: t, f: f, dir: filepath.Join(t.TempDir(), "witness")}
	owner := &running{Member: f.Members[1], t: t, f: f, dir: filepath.Join(t.TempDir(), "owner")}
	for _, n := range []*running{witness, owner} {
		n.start()
		n.file(f.Opening(n.Member))
	}
	for i := range 10 {
		pledge := f.Pledge(owner.Member, i)
		_, _, err := owner.store.OpenLog(owner.Origin, owner.Log).Append(t.Context(), store.Submission{Leaf: pledge.Leaf(pledge.Key)})
		require.NoError(t, err)
		head := owner.store.Head(owner.Origin)
		require.NoError(t, witness.runner.Wait(t.Context(), owner.Origin, head.Size))
		last, _ := witness.store.Witnessed(owner.Origin)
		require.NoError(t, owner.store.Reveal(pledge.Payload))
		call, err := federation.Compose(owner.store, federation.Cosign{Origin: owner.Origin, Old: min(last.Size, head.Size), Size: head.Size, Note: head.Checkpoint})
		require.NoError(t, err)
		status, answer, ok := witness.runner.Cosign(t.Context(), call.Body)
		require.True(t, ok)
		if status == 409 || last.Size >= head.Size {
			continue // its node had it cosigned before the content was there
		}
		require.Equal(t, 200, status, string(answer))
		_, err = witness.store.Payload(pledge.ID)
		require.NoError(t, err, "cosigned without the content")
		return
	}
	t.Fatal("its node was quicker each time")
}
