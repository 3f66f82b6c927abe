package web

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestATableLeavesOutWhatSaysNothing holds of empty columns, of those that repeat
// the first, and of documents to which a cell leads already.
func TestATableLeavesOutWhatSaysNothing(t *testing.T) {
	pledge, other := ref{Text: "A pledge", Href: "/documents/1"}, ref{Text: "A report", Href: "/documents/2"}
	cell := func(text string) []value { return []value{{Text: text}} }
	first := []value{{Form: "link", Text: pledge.Text, Href: pledge.Href}}
	table := sectionTable{
		Columns: []value{{Text: "pledge"}, {Text: "title"}, {Text: "due"}, {Text: "report"}},
		Rows: []sectionLine{
			{Cells: [][]value{first, cell("A pledge"), nil, cell("")}, Cites: []ref{pledge, other}},
			{Cells: [][]value{first, cell("A pledge"), cell("2030"), nil}, Cites: []ref{pledge}},
		},
	}
	table.tidy()
	assert.Equal(t, []value{{Text: "pledge"}, {Text: "due"}}, table.Columns)
	assert.Equal(t, [][]value{first, nil}, table.Rows[0].Cells)
	assert.Equal(t, []ref{other}, table.Rows[0].Cites)
	assert.True(t, table.Rests)

	table = sectionTable{Columns: table.Columns, Rows: table.Rows[1:]}
	table.tidy()
	assert.False(t, table.Rests, "each of its documents is in a cell")
}
