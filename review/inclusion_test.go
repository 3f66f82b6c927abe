package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// Whoever holds an export can show that a stocktake rests on the document, or
// that it does not.
func TestAnExportShowsWhetherAStocktakeRestsOnIt(t *testing.T) {
	f := newFederation(t, 4)
	early := f.say("deu", f.pledge("deu", "Early"), f.genesis.ID)
	f.settle(minute(10))
	before := f.assemble(ScopeGlobal)
	index := len(f.logs[f.origin("deu")].records)
	id := f.say("deu", f.pledge("gmb", "A pledge"), f.genesis.ID)
	f.settle(minute(20))
	after := f.assemble(ScopeGlobal)
	verdict := func(index int) *Verdict {
		note := f.note("deu", len(f.logs[f.origin("deu")].records), f.all(minute(20)))
		v, err := Verify(f.export("deu", index, len(f.logs[f.origin("deu")].records), note))
		require.NoError(t, err)
		return v
	}
	v := verdict(index)
	require.Equal(t, id, v.ID)
	says := func(s *Stocktake, state, text string) *Inclusion {
		t.Helper()
		in := s.Inclusion(v)
		assert.Equal(t, state, in.State)
		assert.Contains(t, in.Says, text)
		assert.NotContains(t, in.Says, "\n")
		return in
	}
	in := says(after, InclusionIn, "in it: rows of pledges")
	assert.Contains(t, in.Groups, groupPledges)
	says(before, InclusionAfter, "beyond its cut-off: filed 2026-01-01T00:20:00Z, and it counts what was filed up to 2026-01-01T00:10:00Z")
	says(f.upTo(minute(15)), InclusionAfter, "beyond its cut-off") // listed as not counted, for that reason
	says(f.assemble("participant:phl"), InclusionIn, "no row of scope participant:phl names it")

	short := func(change func(*Snapshot, *Manifest)) *Stocktake {
		snapshot, err := ParseSnapshot(before.Snapshot)
		require.NoError(t, err)
		m := manifestOf(t, before)
		change(&snapshot, &m)
		return &Stocktake{Manifest: Canonical(m), Parts: before.Parts, Snapshot: snapshot.Marshal()}
	}
	says(short(func(_ *Snapshot, m *Manifest) { m.Cutoff = "2026-01-02T00:00:00Z" }), InclusionLeftOut, "left out although it was filed in time")
	says(short(func(s *Snapshot, m *Manifest) { s.Federation = early }), InclusionElsewhere, "is of federation")
	size := uint64(len(f.logs[f.origin("deu")].records))
	says(short(func(s *Snapshot, m *Manifest) {
		for i := range s.Logs {
			if s.Logs[i].Origin == f.origin("deu") {
				s.Logs[i].Size, s.Logs[i].Root = size, tlog.Hash{1}
			}
		}
	}), InclusionContested, "signed two histories")

	v.Filed = ""
	says(before, InclusionUnfiled, "no filing time")
	v = verdict(index)
	f.erase(id)
	says(f.assemble(ScopeGlobal), InclusionIn, "does not count there: absent")
	says(f.assemble("participant:phl"), InclusionIn, "in it without its content")
}
