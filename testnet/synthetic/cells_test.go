package synthetic

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/store"
)

// A stocktake kept in a store's cells is the full assembly's to the byte, after
// each record, after the database was opened again, and made anew after its cells
// were lost.
func TestWhatAStoreKeepsIsTheFullAssembly(t *testing.T) {
	c := New(Options{Seed: 3, Documents: 1500, Tail: 12})
	trees := make([]Tree, c.Logs)
	var all []review.Record
	var sizes [][]review.LogState // after each
	for r := range c.Records() {
		all = append(all, c.Record(r))
		trees[r.Log].Add(all[len(all)-1].Leaf.Hash())
		var states []review.LogState
		for i, m := range c.Members[:c.Logs] {
			if trees[i].Size() > 0 && len(all) > len(sizes) {
				states = append(states, review.LogState{Origin: m.Origin, Size: trees[i].Size(), Root: trees[i].Root()})
			}
		}
		sizes = append(sizes, states)
	}
	snapshot := func(n int) review.Snapshot {
		return review.Snapshot{Federation: c.Genesis.ID, Logs: sizes[n-1]}
	}
	whole := func(n int, scope review.Scope) *review.Stocktake {
		s, err := review.Assemble(snapshot(n), c.Genesis.Document, each(all[:n]), review.Options{Scope: scope})
		require.NoError(t, err)
		return s
	}
	assembly := func(n int) *review.Assembly {
		r, err := review.Read(snapshot(n), c.Genesis.Document, each(all[:n]), time.Time{})
		require.NoError(t, err)
		return review.NewAssembly(r)
	}
	scopes := []review.Scope{review.ScopeGlobal, "objective:4"}
	dir := t.TempDir()
	for _, options := range []store.Options{{}, {InMemory: true}} { // the latter takes little in one transaction
		if options.InMemory {
			dir = ""
		}
		s, err := store.Open(dir, options)
		require.NoError(t, err)
		n := len(all) - 24
		a := assembly(n)
		same := func() {
			for _, scope := range scopes {
				want := whole(n, scope)
				got, err := a.Stocktake(scope)
				require.NoError(t, err)
				require.Equal(t, want, got)
				left, err := review.Kept(s.Cells(scope), scope, c.Genesis.ID, sizes[n-1])
				require.NoError(t, err)
				require.Equal(t, want, left)
			}
		}
		for _, scope := range scopes {
			require.NoError(t, a.KeepIn(scope, s.Cells(scope)))
		}
		same()
		for ; n < len(all)-12; n++ {
			_, err := a.Apply(snapshot(n+1), each(all[n:n+1]))
			require.NoError(t, err)
		}
		same()
		if !options.InMemory {
			require.NoError(t, s.Close())
			s, err = store.Open(dir, options)
			require.NoError(t, err)
		}
		a = assembly(n)
		for _, scope := range scopes {
			left, err := review.Kept(s.Cells(scope), scope, c.Genesis.ID, sizes[n-1])
			require.NoError(t, err)
			require.Equal(t, whole(n, scope), left, "without a record being read")
			_, err = review.Kept(s.Cells(scope), scope, c.Genesis.ID, sizes[n])
			require.ErrorIs(t, err, review.ErrNotKept)
			require.NoError(t, a.KeepIn(scope, s.Cells(scope)))
		}
		_, err = a.Apply(snapshot(n+3), each(all[n:n+3]))
		require.NoError(t, err)
		n += 3
		same()
		require.NoError(t, s.DropCells())
		_, err = review.Kept(s.Cells(review.ScopeGlobal), review.ScopeGlobal, c.Genesis.ID, sizes[n-1])
		require.ErrorIs(t, err, review.ErrNotKept)
		for n < len(all) {
			n++
			if _, err = a.Apply(snapshot(n), each(all[n-1:n])); err != nil {
				break
			}
		}
		require.ErrorIs(t, err, store.ErrNotFound, "a part of which a row changed is not there")
		n++
		_, err = a.Apply(snapshot(n), each(all[n-1:n]))
		require.NoError(t, err)
		for _, scope := range scopes {
			if _, err := a.Stocktake(scope); err != nil {
				require.ErrorIs(t, err, store.ErrNotFound, "none of its rows changed until it was asked for")
			}
		}
		same()
		require.NoError(t, s.Close())
	}
}
