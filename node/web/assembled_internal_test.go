package web

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/testnet/simulation"
	"stocktake/testnet/synthetic"
)

// great is the stocktake of a corpus with more rows than a page shows.
func great(t *testing.T) *review.Stocktake { return greatBefore(t, 0) }

// greatBefore is that before the last records came.
func greatBefore(t *testing.T, last int) *review.Stocktake {
	t.Helper()
	c := synthetic.New(synthetic.Options{Seed: 7, Documents: 3000, Tail: 40})
	snapshot, trees := review.Snapshot{Federation: c.Genesis.ID}, make([]synthetic.Tree, c.Logs)
	var records []review.Record
	for r := range c.Records() {
		records = append(records, c.Record(r))
	}
	records = records[:len(records)-last]
	for _, r := range records {
		i := slices.IndexFunc(c.Members, func(m *simulation.Member) bool { return m.Origin == r.Origin })
		trees[i].Add(r.Leaf.Hash())
	}
	for i, m := range c.Members[:c.Logs] {
		snapshot.Logs = append(snapshot.Logs, review.LogState{Origin: m.Origin, Size: trees[i].Size(), Root: trees[i].Root()})
	}
	s, err := review.Assemble(snapshot, c.Genesis.Document, func(yield func(review.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}, review.Options{})
	require.NoError(t, err)
	return s
}

// TestWhatIsAsItWasIsNotReadAgain compares what is read with an earlier stocktake at
// hand with what is read without.
func TestWhatIsAsItWasIsNotReadAgain(t *testing.T) {
	s := great(t)
	want, err := readAssembled(s, nil, nil)
	require.NoError(t, err)
	taken := 0
	for _, last := range []int{1, 2, 40, 600} {
		earlier, err := readAssembled(greatBefore(t, last), nil, nil)
		require.NoError(t, err)
		got, err := readAssembled(s, nil, earlier)
		require.NoError(t, err)
		got.rows = want.rows // which has counted more parts
		require.Equal(t, want, got, "%d records later", last)
		for _, group := range review.Groups() {
			if len(want.Rows(group)) > 0 && slices.Equal(want.PartsOf(group), earlier.PartsOf(group)) {
				taken++
			}
		}
	}
	require.Greater(t, taken, 20, "groups that were as before")
}

// TestPagesOfAGreatStocktakeReadWhatTheyShow compares what pages read of a
// stocktake with all of it.
func TestPagesOfAGreatStocktakeReadWhatTheyShow(t *testing.T) {
	s := great(t)
	all := s.Contents()
	a, err := readAssembled(s, nil, nil)
	require.NoError(t, err)
	long := 0
	for _, group := range review.Groups() {
		want, got := realFirst(all.Rows(group), func(r review.ReadRow) bool { return r.Sample }), a.Rows(group)
		if group == "findings" || group == "replies" {
			continue // below
		}
		require.Equal(t, len(want), a.totals[group], group)
		if !slices.Contains(shownWhole, group) && len(want) > rowsShown {
			want = want[:rowsShown]
			long++
		}
		require.Equal(t, fmt.Sprint(want), fmt.Sprint(got), group)
	}
	assert.Greater(t, long, 5, "groups with more rows than a page shows")

	whole, err := a.with("findings", "replies", "agreement")
	require.NoError(t, err)
	assert.Equal(t, all.Findings, whole.Findings)
	assert.Empty(t, whole.Pledges)
	judged := 0
	for _, row := range a.Agreement {
		for _, f := range all.Findings {
			if judgedThing(f) == row.Key {
				judged++
				assert.Contains(t, a.Findings, f, "a judgement of what is shown as judged")
			}
		}
	}
	assert.Len(t, a.Findings, judged)
	assert.NotEmpty(t, a.Replies)

	reports := all.Rows("reports")
	for at := 1; at <= 2; at++ {
		rows, total, err := a.page(review.Figure{Group: "reports"}, at)
		require.NoError(t, err)
		assert.Equal(t, len(reports), total)
		assert.Equal(t, reports[(at-1)*pageSize:at*pageSize], rows)
	}
	cited, err := a.citing("reports", all.Pledges[0].ID)
	require.NoError(t, err)
	assert.Equal(t, slices.DeleteFunc(reports, func(r review.ReadRow) bool { return !slices.Contains(r.Cites, all.Pledges[0].ID) }), cited.Rows("reports"))
}

// TestWhatANodeKeepsOfStocktakesAndPagesIsBounded holds that the last is kept.
func TestWhatANodeKeepsOfStocktakesAndPagesIsBounded(t *testing.T) {
	var kept keptStocktakes
	keep := func(name string, bytes int, err error) *keptStocktake {
		key := stocktakeKey{snapshot: name}
		k, begin := kept.at(key)
		require.True(t, begin)
		k.assembled, k.err = &assembled{stocktake: &review.Stocktake{Manifest: make([]byte, bytes)}}, err
		kept.made(key, k)
		return k
	}
	for i := range 3 * maxStocktakes {
		k := keep(fmt.Sprint(i), maxStocktakeBytes/4, nil)
		again, begin := kept.at(stocktakeKey{snapshot: fmt.Sprint(i)})
		require.False(t, begin)
		require.Same(t, k, again)
		require.LessOrEqual(t, len(kept.byKey), 4)
		require.Len(t, kept.order, len(kept.byKey))
	}
	keep("great", 2*maxStocktakeBytes, nil)
	require.Len(t, kept.byKey, 1, "the last is kept, however large")
	keep("failed", 1, errAbsent)
	keep("failed", 1, nil)
	for i := range maxMaking {
		_, begin := kept.at(stocktakeKey{cutoff: fmt.Sprint(i)})
		require.True(t, begin)
	}
	k, _ := kept.at(stocktakeKey{cutoff: "one more"})
	require.Nil(t, k)

	var pages keptPages
	for i := range 100 {
		p := newPiece(make([]byte, maxPages/20))
		pages.put(fmt.Sprint("/", i), "a snapshot", p)
		require.Same(t, p, pages.get(fmt.Sprint("/", i), "a snapshot"))
		require.Nil(t, pages.get(fmt.Sprint("/", i), "another"))
		require.LessOrEqual(t, pages.bytes, maxPages)
	}
	require.Len(t, pages.byAddress, 10)
	require.Len(t, pages.order, 10)
}
