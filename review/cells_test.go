package review

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Cells that hold other bytes than were put are found out: nothing is made of
// them, and they are made anew.
func TestBrokenCellsAreMadeAnew(t *testing.T) {
	f := newFederation(t, 1)
	pledges := []DocumentID{f.say("prt", f.pledge("gmb", "The first"), f.genesis.ID), f.say("prt", f.pledge("gmb", "The second"), f.genesis.ID)}
	f.settle(minute(10))
	assembly, cells := NewAssembly(f.read()), &MemoryCells{}
	require.NoError(t, assembly.KeepIn(ScopeGlobal, cells))
	had := f.snapshot()
	apply := func(say predicate, about DocumentID) error {
		f.say("prt", say, about)
		f.settle(minute(20))
		s := f.snapshot()
		var news []Record
		for _, record := range f.list() {
			if record.Index >= had.Log(record.Origin).Size {
				news = append(news, record)
			}
		}
		had = s
		_, err := assembly.Apply(s, each(news))
		return err
	}
	require.NoError(t, apply(&Report{Common: f.titled("gmb", "A report"), Status: "planning"}, pledges[0]))
	spoil := func() {
		for digest := range cells.parts {
			cells.parts[digest] = []byte(`{"group":"pledges","rows":[]}`)
		}
	}
	spoil()
	_, err := assembly.Stocktake(ScopeGlobal)
	require.ErrorContains(t, err, "other bytes")
	require.NoError(t, apply(&Report{Common: f.titled("gmb", "Another"), Status: "in-progress"}, pledges[0]))
	require.NoError(t, assembly.Keep(ScopeGlobal))
	spoil()
	require.ErrorContains(t, apply(&Report{Common: f.titled("gmb", "A third"), Status: "fulfilled"}, pledges[1]), "other bytes")
	require.NoError(t, apply(&Report{Common: f.titled("gmb", "A fourth"), Status: "fulfilled"}, pledges[0]))
	require.NoError(t, assembly.Keep(ScopeGlobal))
	got, err := Kept(cells, ScopeGlobal, f.genesis.ID, had.Logs)
	require.NoError(t, err)
	require.Equal(t, f.assemble(ScopeGlobal), got)
	require.Zero(t, assembly.Renewals, "what was judged was not to blame")

	require.ErrorIs(t, assembly.KeepIn("round:nobody's", &MemoryCells{}), ErrScope)

	again := NewAssembly(f.read())
	unwritten := &countedCells{MemoryCells: cells}
	require.NoError(t, again.KeepIn(ScopeGlobal, unwritten))
	require.Zero(t, unwritten.changes, "what cells hold already is not written again")
}

type countedCells struct {
	*MemoryCells
	changes int
}

func (c *countedCells) Change(put map[string][]byte, gone []string, head []byte) error {
	c.changes++
	return c.MemoryCells.Change(put, gone, head)
}
