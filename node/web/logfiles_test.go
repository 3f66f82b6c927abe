package web_test

import (
	"context"
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// TestTheLogRecomputesFromItsFiles holds that a stranger who takes a log's
// files (C2SP tlog-tiles) finds every leaf and the signed root.
func TestTheLogRecomputesFromItsFiles(t *testing.T) {
	w := open(t)
	seen := recompute(t, w)
	for name, id := range w.ids {
		assert.True(t, seen[id], name)
	}
}

// recompute finds the node's log and its signed root from the log's files, and
// says which documents have a leaf in it.
func recompute(t *testing.T, w *world) (seen map[review.DocumentID]bool) {
	t.Helper()
	status, err := w.client.Status(context.Background())
	require.NoError(t, err)
	base := "/log/" + string(status.Log)
	note := w.get(t, base+"/checkpoint")
	checkpoint, err := signing.PeekCheckpoint(note)
	require.NoError(t, err)
	require.Equal(t, string(status.Log), checkpoint.Origin)
	require.NotZero(t, checkpoint.Size)

	hashes := map[int64]tlog.Hash{}
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, n := range indexes {
			out[i] = hashes[n]
		}
		return out, nil
	})
	seen = map[review.DocumentID]bool{}
	n := int64(0)
	for tile := int64(0); n < int64(checkpoint.Size); tile++ {
		path := tilePath(tile, int64(checkpoint.Size)-n)
		bundle, leaves := w.get(t, base+"/tile/entries/"+path), w.get(t, base+"/tile/0/"+path)
		for i := 0; len(bundle) > 0; i++ {
			length := int(binary.BigEndian.Uint16(bundle))
			raw := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			leaf, err := signing.ParseLeaf(raw)
			require.NoError(t, err)
			seen[review.DocumentID(leaf.Digest.String())] = true
			require.Equal(t, tlog.RecordHash(raw), tlog.Hash(leaves[i*tlog.HashSize:(i+1)*tlog.HashSize]))
			stored, err := tlog.StoredHashesForRecordHash(n, tlog.RecordHash(raw), reader)
			require.NoError(t, err)
			for j, h := range stored {
				hashes[tlog.StoredHashIndex(0, n)+int64(j)] = h
			}
			n++
		}
	}
	root, err := tlog.TreeHash(n, reader)
	require.NoError(t, err)
	assert.Equal(t, checkpoint.Root, root)
	assert.Equal(t, int64(checkpoint.Size), n)
	return seen
}

// tilePath is a tile's path below its level; partial if fewer than 256 remain.
func tilePath(tile, remaining int64) string {
	return strings.TrimPrefix(tlog.Tile{H: 8, L: 0, N: tile, W: int(min(remaining, 256))}.Path(), "tile/8/0/")
}

// TestTheWitnessAnswersHere holds that add-checkpoint reaches the witness: what
// is no request gets 400, an unknown log 404 (C2SP tlog-witness).
func TestTheWitnessAnswersHere(t *testing.T) {
	w := open(t)
	for body, want := range map[string]int{
		"": 400, "hello": 400,
		"old 0\n\nexample.com/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— example.com/log AAAAAAAA\n": 400,
	} {
		res, err := http.Post("http://"+w.address+"/witness/add-checkpoint", "", strings.NewReader(body))
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, want, res.StatusCode, strconv.Quote(body))
	}
}
