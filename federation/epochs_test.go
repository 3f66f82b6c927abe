package federation_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/testnet/simulation"
)

// TestAnOpeningInTheRecordsLetsAnotherNodeTakeOver: the members learn of a
// member's next epoch from an opening that one of them carries. They pull the
// new log from the new node, which pulls the old one; the old node, which
// still runs, is cut off, and no witness cosigns anything more of its log.
func TestAnOpeningInTheRecordsLetsAnotherNodeTakeOver(t *testing.T) {
	listen := loopback(t, 4)
	f := simulation.NewFederation(7, 3, 3, listen[:3]...)
	var nodes []*running
	for i, m := range f.Members {
		n := &running{Member: m, t: t, f: f, dir: filepath.Join(t.TempDir(), string(m.ID))}
		n.start()
		n.file(f.Opening(m))
		if i == 0 {
			n.file(f.Genesis)
		}
		nodes = append(nodes, n)
	}
	var accessions []*review.Document
	for _, n := range nodes {
		require.Eventually(t, func() bool { _, err := n.store.Payload(f.Genesis.ID); return err == nil }, 30*time.Second, 10*time.Millisecond)
		a := f.Accession(n.Member)
		accessions = append(accessions, a.Document)
		n.file(a, f.Pledge(n.Member, 1))
	}
	requireAlike(t, 3, nodes...)

	// The root key opens the next epoch; another member carries the opening.
	old, next := nodes[2], *nodes[2].Member
	var err error
	next.Log, err = signing.GenerateNoteKey()
	require.NoError(t, err)
	next.Node, err = signing.GenerateNoteKey()
	require.NoError(t, err)
	charter, _ := f.Chain.InForce()
	next.Origin = review.OriginOf(2, next.ID, f.Genesis.ID, charter.Suffix)
	o := &review.Opening{
		Common: review.Common{Federation: f.Genesis.ID, Author: next.ID, Language: "en", Created: "2026-03-02T09:00:00Z",
			Salt: "4f1d8a3c90b27e6655d0c1f8a9e3b742", Title: "SAMPLE", Sample: true},
		Epoch: 2, Ends: old.Origin, Reason: "moved", Addresses: listen[3:],
	}
	o.Prove(next.Origin, next.Log, next.Node)
	payload := review.Compose(review.KindOpening, []review.Subject{{Name: "charter", Digest: f.Genesis.ID}}, o)
	signed, err := next.Root.Signer().Sign(payload)
	require.NoError(t, err)
	d, err := review.Parse(payload)
	require.NoError(t, err)
	opening := review.SignedDocument{Envelope: signed, Document: d, Key: next.Root.Public}
	nodes[0].file(opening)
	require.Eventually(t, func() bool {
		_, ok := nodes[1].runner.Chain().Log(next.Origin)
		return ok
	}, 30*time.Second, 10*time.Millisecond, "the opening was not learned from the records")
	known, _ := nodes[1].runner.Chain().Log(next.Origin)
	require.Equal(t, listen[3:], known.Addresses)

	// The old node goes on for a while. It is cut off, and does not matter.
	require.Eventually(t, func() bool {
		for _, p := range nodes[0].runner.Status().Peers {
			if p.ID == next.ID && p.Connected {
				return false
			}
		}
		return true
	}, 30*time.Second, 10*time.Millisecond, "the old node key still connects")

	head := old.store.Head(old.Origin)
	status, _, ok := nodes[1].runner.Cosign(t.Context(), fmt.Appendf(nil, "old %d\n\n%s", head.Size, head.Checkpoint))
	require.True(t, ok)
	require.Equal(t, 403, status, "a witness cosigned more of a log that ended")

	after := *f
	after.Chain, err = review.NewChain(f.Genesis.Document, append(accessions, d)...)
	require.NoError(t, err)
	for _, n := range nodes {
		n.f = &after
	}
	took := &running{Member: &next, t: t, f: &after, dir: filepath.Join(t.TempDir(), "next")}
	took.start()
	took.file(opening, f.Pledge(&next, 2))
	requireAlike(t, 4, nodes[0], nodes[1], took)
	require.Equal(t, old.store.Head(old.Origin).Size, took.store.Head(old.Origin).Size, "the old log was not pulled back")
}
