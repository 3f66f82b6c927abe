package review

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fill appends pledges to a log until it has n records, and dates all of them.
func (f *testFederation) fill(p ParticipantID, n int, at time.Time) (ids []DocumentID) {
	for len(f.logs[f.origin(p)].records) < n {
		ids = append(ids, f.append(p, f.compose(f.pledge(p, "A pledge"), f.genesis.ID), string(p)+" author"))
	}
	f.receiptOf("prt", p, n, f.all(at))
	return ids
}

func TestWhatLiesBeyondALogsQuotaDoesNotCount(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) {
		c.Quotas = []Quota{{Entries: 20}, {Entries: 30, Participant: "mar"}, {Entries: 16, Participant: "mar"}}
	})
	deu, mar := f.fill("deu", 22, minute(10)), f.fill("mar", 32, minute(11))
	for _, log := range [][]DocumentID{deu, mar} {
		for i, id := range log {
			want := ""
			if i >= len(log)-2 {
				want = ReasonOverQuota
			}
			assert.Equal(t, want, f.label(id).Reason, i)
		}
	}
	over, _ := f.read().Document(deu[len(deu)-1])
	f.append("phl", f.compose(over.Predicate, f.genesis.ID), "deu author")
	f.settle(minute(20))
	assert.True(t, f.label(over.ID).Counts, "it is filed in another log as well")
	f.sameInAnyOrder(t)
}

// What lies beyond the quota in a log and pending has no better reason.
func TestARecordBeyondTheQuotaWaitsForNoWitness(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) { c.Quotas = []Quota{{Entries: 16}} })
	f.fill("deu", 16, minute(10))
	id := f.append("deu", f.compose(f.pledge("deu", "Over"), f.genesis.ID), "deu author")
	assert.Equal(t, ReasonOverQuota, f.label(id).Reason)
}

func TestAQuotaUnmakesNothingThatWasFiledBeforeIt(t *testing.T) {
	f := newFederation(t, 4)
	before := f.fill("deu", 40, minute(10))
	next := f.successor()
	next.Quotas = []Quota{{Entries: 20, Participant: "deu", From: "2026-01-01T00:00:00Z"}}
	f.fileCharter("prt", next)
	f.settle(minute(20))
	after := f.append("deu", f.compose(f.pledge("deu", "After"), f.genesis.ID), "deu author")
	f.receiptOf("prt", "deu", 42, f.all(minute(30)))
	r := f.read()
	for id, want := range map[DocumentID]string{before[0]: "", before[len(before)-1]: "", after: ReasonOverQuota} {
		l, _ := r.Label(id)
		assert.Equal(t, want, l.Reason)
	}
	for at, want := range map[time.Time]bool{minute(10): false, minute(19): false, minute(20): true, {}: true} {
		_, limited := r.Chain().Quota(f.origin("deu"), at)
		assert.Equal(t, want, limited, at)
	}
	_, bounded := r.Chain().Copied(f.origin("deu"))
	assert.False(t, bounded, "what was filed before the quota is copied")
	f.sameInAnyOrder(t)
}

func TestALogGoesOnByAnAmendmentThatGivesItRoom(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) { c.Quotas = []Quota{{Entries: 16, Participant: "deu"}} })
	f.fill("deu", 16, minute(10))
	next := f.successor()
	next.Quotas = []Quota{next.Quotas[0], {Entries: 100, Participant: "deu", From: "2026-01-01T00:30:00Z", Until: "2026-01-01T01:00:00Z"}}
	f.fileCharter("prt", next)
	f.settle(minute(20))
	early := f.filed("deu", f.pledge("deu", "Early"), "deu author", minute(25))
	room := f.filed("deu", f.pledge("deu", "In the room"), "deu author", minute(40))
	late := f.filed("deu", f.pledge("deu", "Late"), "deu author", minute(60))
	for id, want := range map[DocumentID]string{early: ReasonOverQuota, room: "", late: ReasonOverQuota} {
		assert.Equal(t, want, f.label(id).Reason)
	}
	chain := f.read().Chain()
	most, bounded := chain.Copied(f.origin("deu"))
	assert.True(t, bounded)
	assert.Equal(t, uint64(100), most)
	_, bounded = chain.Copied(f.origin("mar"))
	assert.False(t, bounded)
	assert.Equal(t, minute(30), chain.QuotaTurn(minute(20)))
	assert.Equal(t, minute(60), chain.QuotaTurn(minute(30)))
	assert.Zero(t, chain.QuotaTurn(minute(60)))
}

func TestACharterKeepsItsQuotas(t *testing.T) {
	was := []Quota{{Entries: 100}, {Entries: 16, Participant: "deu"}}
	for name, c := range map[string]struct {
		change func(q []Quota) []Quota
		lost   int
	}{
		"as they were":    {func(q []Quota) []Quota { return q }, 0},
		"one more":        {func(q []Quota) []Quota { return append(q, Quota{Entries: 200}) }, 0},
		"one closed":      {func(q []Quota) []Quota { q[0].Until = "2027-01-01T00:00:00Z"; return q }, 0},
		"one less":        {func(q []Quota) []Quota { return q[:1] }, 1},
		"a lower one":     {func(q []Quota) []Quota { q[0].Entries = 50; return q }, 1},
		"another's quota": {func(q []Quota) []Quota { q[1].Participant = "mar"; return q }, 1},
	} {
		assert.Len(t, dropped(&Charter{Quotas: was}, &Charter{Quotas: c.change(slices.Clone(was))}), c.lost, name)
	}
	require.Len(t, dropped(&Charter{Quotas: []Quota{{Entries: 16, Until: "2027-01-01T00:00:00Z"}}}, &Charter{Quotas: []Quota{{Entries: 16}}}), 1, "opened again")
}
