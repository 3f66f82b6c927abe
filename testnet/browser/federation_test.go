package browser

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/testnet/demo"
)

// federation starts the demonstration: real nodes on real pledges and an
// invented review. It returns the address of one node.
func federation(t *testing.T) string {
	t.Helper()
	d, _ := demonstration(t)
	return address(d, 0)
}

// demonstration is the whole of it, and the folder of its homes.
func demonstration(t *testing.T) (*demo.Demo, string) {
	t.Helper()
	dir := t.TempDir()
	d, err := demo.Run(t.Context(), demo.Options{Nodes: demo.MinNodes, Dir: dir, Say: t.Logf})
	if d != nil {
		t.Cleanup(func() { _ = d.Stop() })
	}
	require.NoError(t, err)
	return d, dir
}

// address is where the pages of node i are.
func address(d *demo.Demo, i int) string {
	line := strings.Fields(d.Pages()[i])
	return strings.TrimSuffix(line[len(line)-1], "/")
}

// pages are the paths, without a language, of every page that a node has, with
// two documents of each kind that it holds: an invented one and a real one.
func pages(t *testing.T, address string) []string {
	t.Helper()
	paths := []string{
		"", "/stocktake", "/stocktake/figure?group=pledges&name=pledges", "/stocktake?with=2020-01-01T00:00:00Z", "/objectives", "/search?q=recruitment", "/stocktake?scope=region:UN-ECE", "/stocktake?scope=objective:6", "/stocktake?scope=participant:xsa", "/participants",
		"/participants/can", "/participants/xsa", "/participants/un-ece", "/documents", "/documents?kind=assessment", "/documents?kind=fork", "/charter", "/irregularities", "/irregularities?participant=xsa", "/policy", "/protection",
	}
	client, err := web.NewClient(address)
	require.NoError(t, err)
	defer client.Close()
	list, err := client.Documents(context.Background(), web.Query{Receipts: true})
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, d := range list {
		kind := string(d.Kind)
		if d.Sample {
			kind = "sample " + kind + d.Type
		}
		if !seen[kind] {
			seen[kind] = true
			paths = append(paths, "/documents/"+string(d.ID))
		}
	}
	require.Greater(t, len(seen), 12, "kinds of documents")
	return paths
}
