package review

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRowsReadAsTheirSections holds for every group: the lines of the rows
// together are the section, and the rows that a figure counts are as many as it
// says, and those that explain it.
func TestRowsReadAsTheirSections(t *testing.T) {
	f := randomCorpus(t, rand.New(rand.NewPCG(9, 3)), 150)
	s, err := f.read().Stocktake(ScopeGlobal)
	require.NoError(t, err)
	c := s.Contents()
	figures := 0
	for i, section := range c.Sections() {
		require.Equal(t, Groups()[i], section.Group)
		var lines, want [][]string
		rows := c.Rows(section.Group)
		for _, row := range rows {
			lines = append(lines, row.Lines...)
		}
		for _, row := range section.Rows {
			want = append(want, row.Cells)
		}
		assert.Equal(t, want, lines, section.Group)
		for _, f := range c.FiguresOf(section.Group) {
			var keys, explained []string
			for _, row := range rows {
				if row.Counts(f) {
					keys = append(keys, row.Key)
				}
			}
			all, err := s.Explain(f.Group + "/" + f.Name)
			require.NoError(t, err)
			for _, e := range all {
				if e.Sample == f.Sample {
					for _, row := range e.Rows {
						explained = append(explained, row.Key)
					}
				}
			}
			assert.Len(t, keys, f.Value, "%s/%s", f.Group, f.Name)
			assert.Equal(t, explained, keys, "%s/%s", f.Group, f.Name)
			figures++
		}
	}
	assert.Greater(t, figures, 50)
	assert.Nil(t, c.Rows("nothing"))
}
