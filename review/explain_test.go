package review

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryFigureLeadsToItsDocuments holds that the rows of an explanation are
// as many as the figure says, and that each names documents that there are.
func TestEveryFigureLeadsToItsDocuments(t *testing.T) {
	f := randomCorpus(t, rand.New(rand.NewPCG(9, 2)), 150)
	r := f.read()
	s, err := r.Stocktake(ScopeGlobal)
	require.NoError(t, err)
	for _, figure := range s.Contents().Figures {
		found, err := s.Explain(figure.Group + "/" + figure.Name)
		require.NoError(t, err)
		i := slices.IndexFunc(found, func(e Explanation) bool { return e.Sample == figure.Sample })
		require.GreaterOrEqual(t, i, 0)
		require.Len(t, found[i].Rows, figure.Value, "%s/%s", figure.Group, figure.Name)
		var sum decimal
		for _, row := range found[i].Rows {
			if figure.Amount != "" {
				sum.add(row.Adds)
			}
			require.NotEmpty(t, row.Cites, "%s/%s: %s", figure.Group, figure.Name, row.Key)
			for _, id := range row.Cites {
				_, ok := r.Label(id)
				require.True(t, ok, "%s/%s: %s cites %s, which is not there", figure.Group, figure.Name, row.Key, id)
			}
		}
		if figure.Amount != "" {
			assert.Equal(t, figure.Amount, sum.String())
		}
	}
	_, err = s.Explain("pledges/status: fulfild")
	require.ErrorIs(t, err, ErrFigure)
}

// TestADifferenceNamesWhatItIsBecauseOf: a report changes the row of its pledge
// because of itself, a withdrawal takes rows away because of itself.
func TestADifferenceNamesWhatItIsBecauseOf(t *testing.T) {
	f := newFederation(t, 4)
	pledge := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	other := f.say("prt", f.pledge("gmb", "Another pledge"), f.genesis.ID)
	f.settle(minute(10))
	before := f.assemble(ScopeGlobal)
	report := f.say("prt", &Report{Common: f.titled("gmb", "A report"), Status: "in-progress"}, pledge)
	withdrawal := f.say("prt", &Withdrawal{Common: f.titled("gmb", "Taken back"), Reason: "A mistake"}, other)
	f.settle(minute(20))
	after := f.assemble(ScopeGlobal)
	d := before.Difference(after)
	assert.Equal(t, before.Digest(), d.From)
	find := func(group, key string) RowChange {
		i := slices.IndexFunc(d.Rows, func(r RowChange) bool { return r.Group == group && r.Key == key })
		require.GreaterOrEqual(t, i, 0, "%s %s", group, key)
		return d.Rows[i]
	}
	changed := find(groupPledges, string(pledge))
	assert.Equal(t, RowChanged, changed.What)
	assert.Equal(t, []DocumentID{report}, changed.Because)
	assert.Contains(t, changed.Fields, FieldChange{"status", statusNone, "in-progress"})
	gone := find(groupPledges, string(other))
	assert.Equal(t, RowGone, gone.What)
	assert.Equal(t, []DocumentID{withdrawal}, gone.Because)
	assert.Equal(t, "taken back by its author", gone.Why)
	added := find(groupReports, string(report))
	assert.Equal(t, RowNew, added.What)
	assert.Equal(t, []DocumentID{report}, added.Because)
	for _, f := range d.Figures {
		assert.NotEqual(t, f.From, f.To)
	}
	assert.Contains(t, d.Figures, FigureChange{groupPledges, "pledges", false, "2", "1"})
	assert.True(t, after.Difference(after).Same())
	assert.Empty(t, after.Difference(after).Rows)
}
