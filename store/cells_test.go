package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

// partOf is a text of a length that does not compress well, with its digest.
func partOf(rng *rand.Rand, length int) (digest string, b []byte) {
	for len(b) < length {
		b = fmt.Appendf(b, "%016x", rng.Uint64())
	}
	b = b[:length]
	return signing.PayloadDigest(b).String(), b
}

func (s *Store) cellKeys(t *testing.T) (n int) {
	require.NoError(t, s.view(func(tx *badger.Txn) error {
		it := tx.NewIterator(keysOnly(keyCell))
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			n++
		}
		return nil
	}))
	return n
}

// Whatever was put and taken out, in whatever runs, the cells hold what is there,
// and nothing of what is not; one scope's are not another's.
func TestCellsHoldWhatWasPutLast(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s, err := Open(t.TempDir(), Options{})
	require.NoError(t, err)
	held := map[review.Scope]map[string][]byte{"global": {}, "region:UN-ECA": {}}
	heads := map[review.Scope][]byte{}
	for range 40 {
		for scope, parts := range held {
			put, gone := map[string][]byte{}, []string{}
			for digest := range parts {
				if rng.IntN(3) == 0 {
					gone = append(gone, digest)
					delete(parts, digest)
				}
			}
			for range rng.IntN(4) {
				digest, b := partOf(rng, 1+rng.IntN([]int{300, 3000, maxCell}[rng.IntN(3)]))
				put[digest], parts[digest] = b, b
			}
			_, heads[scope] = partOf(rng, 10+rng.IntN(100<<10))
			require.NoError(t, s.Cells(scope).Change(put, gone, heads[scope]))
		}
		for scope, parts := range held {
			digests, err := s.Cells(scope).Parts()
			require.NoError(t, err)
			require.Len(t, digests, len(parts))
			for _, digest := range digests {
				b, err := s.Cells(scope).Part(digest)
				require.NoError(t, err)
				require.True(t, bytes.Equal(parts[digest], b))
			}
			head, err := s.Cells(scope).Head()
			require.NoError(t, err)
			require.Equal(t, heads[scope], head)
		}
	}
	require.NoError(t, s.Cells("global").Change(nil, nil, nil))
	head, err := s.Cells("global").Head()
	require.NoError(t, err)
	assert.Nil(t, head)
	require.NoError(t, s.DropCells())
	assert.Zero(t, s.cellKeys(t), "not a piece is left")
	require.NoError(t, s.Close())
}

// A damaged piece is named, never served, and a change mends it.
func TestADamagedCellIsNamed(t *testing.T) {
	s, err := Open(t.TempDir(), Options{})
	require.NoError(t, err)
	c := s.Cells(review.ScopeGlobal)
	digest, b := partOf(rand.New(rand.NewPCG(3, 4)), 20000)
	key, err := c.partKey(digest)
	require.NoError(t, err)
	for n := range 3 {
		require.NoError(t, c.Change(map[string][]byte{digest: b}, nil, []byte("head")))
		pieces := s.cellKeys(t)
		require.NoError(t, s.db.Update(func(tx *badger.Txn) error { return tx.Set(pieceOfCell(key, n), []byte("not what was there")) }))
		_, err = c.Part(digest)
		require.ErrorAs(t, err, new(*DamageError))
		require.NoError(t, c.Change(map[string][]byte{digest: b}, nil, []byte("head")))
		again, err := c.Part(digest)
		require.NoError(t, err)
		require.Equal(t, b, again)
		require.Equal(t, pieces, s.cellKeys(t))
	}
	require.NoError(t, s.Close())
}
