package federation_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/testnet/simulation"
)

// A node files while most witnesses are away, one other copies it, and it never
// comes back. Real databases and real libp2p: its documents become final.
func TestDocumentsOfANodeThatIsGoneBecomeFinal(t *testing.T) {
	f := simulation.NewFederation(4, 4, 3, loopback(t, 4)...)
	var nodes []*running
	for _, m := range f.Members {
		nodes = append(nodes, &running{Member: m, t: t, f: f, dir: filepath.Join(t.TempDir(), string(m.ID)), orphan: 2 * time.Second})
	}
	gone, copied := nodes[3], nodes[0]
	gone.start()
	copied.start()
	gone.file(f.Opening(gone.Member), f.Genesis)
	require.NoError(t, copied.runner.Wait(t.Context(), gone.Origin, 2))
	copied.file(f.Opening(copied.Member), f.Accession(copied.Member))
	gone.file(f.Accession(gone.Member), f.Pledge(gone.Member, 1))
	size := gone.store.Head(gone.Origin).Size
	require.NoError(t, copied.runner.Wait(t.Context(), gone.Origin, size))
	gone.stop()
	require.False(t, copied.final(), "one witness of three is no quorum")

	nodes[1].start()
	nodes[2].start()
	require.Eventually(t, func() bool {
		for _, n := range nodes[:3] {
			if n.store.Head(gone.Origin).Size < size || !n.final() {
				return false
			}
		}
		return true
	}, 60*time.Second, 100*time.Millisecond, "its documents stay pending")
}
