package review

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

func (f *testFederation) chain() *Chain {
	f.t.Helper()
	c, err := NewChain(f.genesis)
	require.NoError(f.t, err)
	return c
}

// said is one cosignature: which witness, at which minute.
type said struct{ witness, minute int }

func (f *testFederation) sightings(list []said) []sightingOf {
	var out []sightingOf
	for _, s := range list {
		out = append(out, sightingOf{f.witnesses[s.witness], minute(s.minute)})
	}
	return out
}

func TestFilingTimeIsTheKthSmallestOfEachWitnessesEarliest(t *testing.T) {
	type note struct {
		size  int
		words []said
	}
	for name, c := range map[string]struct {
		witnesses int
		notes     []note
		index     uint64
		want      int // minute; -1: pending
		by        int
	}{
		"one witness":                         {1, []note{{3, []said{{0, 5}}}}, 0, 5, 1},
		"two witnesses: both, the earlier":    {2, []note{{3, []said{{0, 5}, {1, 9}}}}, 0, 5, 2},
		"two witnesses: one is no quorum":     {2, []note{{3, []said{{0, 5}}}}, 0, -1, 0},
		"three witnesses: k is still 1":       {3, []note{{3, []said{{0, 7}, {1, 6}, {2, 5}}}}, 0, 5, 3},
		"four witnesses: the second smallest": {4, []note{{3, []said{{0, 1}, {1, 4}, {2, 6}}}}, 0, 4, 3},
		"four witnesses: two are no quorum":   {4, []note{{3, []said{{0, 1}, {1, 4}}}}, 0, -1, 0},
		"no union of receipts makes a quorum": {4, []note{{3, []said{{0, 1}, {1, 4}}}, {3, []said{{2, 1}, {3, 4}}}}, 0, -1, 0},
		"seven witnesses: the third smallest": {7, []note{{3, []said{{0, 9}, {1, 8}, {2, 7}, {3, 6}, {4, 5}}}}, 0, 7, 5},
		"a clock that is slow by a day":       {4, []note{{3, []said{{0, -1440}, {1, 10}, {2, 10}, {3, 10}}}}, 0, 10, 4},
		"a clock that is fast by a day":       {4, []note{{3, []said{{0, 1440}, {1, 10}, {2, 10}, {3, 10}}}}, 0, 10, 4},
		"two of seven slow by a day":          {7, []note{{3, []said{{0, -1440}, {1, -1440}, {2, 10}, {3, 11}, {4, 12}}}}, 0, 10, 5},
		"the record after the checkpoint":     {4, []note{{3, []said{{0, 1}, {1, 2}, {2, 3}}}}, 3, -1, 0},
		"the last record of the checkpoint":   {4, []note{{3, []said{{0, 1}, {1, 2}, {2, 3}}}}, 2, 2, 3},
		"a later, larger receipt is later": {4, []note{
			{3, []said{{0, 1}, {1, 2}, {2, 3}}}, {5, []said{{0, 11}, {1, 12}, {2, 13}}}}, 4, 12, 3},
		"it changes nothing for the smaller": {4, []note{
			{3, []said{{0, 1}, {1, 2}, {2, 3}}}, {5, []said{{0, 11}, {1, 12}, {2, 13}}}}, 2, 2, 3},
		"a witness that missed the first adds itself": {4, []note{
			{3, []said{{0, 5}, {1, 6}, {2, 7}}}, {5, []said{{3, 4}, {0, 11}, {1, 12}}}}, 2, 5, 4},
		"times of a receipt without quorum count": {4, []note{
			{3, []said{{0, 1}, {1, 2}}}, {4, []said{{0, 11}, {1, 12}, {2, 13}}}}, 2, 2, 3},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, c.witnesses)
			var w Witnessed
			for _, n := range c.notes {
				require.NoError(t, w.Add(f.chain(), f.note("prt", n.size, f.sightings(n.words))))
			}
			at, by, ok := w.Filed(f.origin("prt"), c.index)
			if assert.Equal(t, c.want >= 0, ok) && ok {
				assert.Equal(t, minute(c.want), at)
			}
			assert.Equal(t, c.by, by)
		})
	}
}

// The guarantee as it is written, without steps, maps or sorting by size.
func naiveFiled(witnesses int, notes []receiptWords, index uint64) (at time.Time, by int, ok bool) {
	earliest := make([]time.Time, witnesses)
	for _, n := range notes {
		if n.size <= index {
			continue
		}
		if len(n.words) >= 2*witnesses/3+1 {
			ok = true
		}
		for _, s := range n.words {
			if earliest[s.witness].IsZero() || minute(s.minute).Before(earliest[s.witness]) {
				earliest[s.witness] = minute(s.minute)
			}
		}
	}
	var times []time.Time
	for _, t := range earliest {
		if !t.IsZero() {
			times = append(times, t)
		}
	}
	if !ok {
		return time.Time{}, 0, false
	}
	slices.SortFunc(times, time.Time.Compare)
	return times[(witnesses-1)/3], len(times), true // k-th for k = f+1
}

type receiptWords struct {
	size  uint64
	words []said
}

func TestFilingTimesEqualTheGuaranteeWordForWord(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, witnesses := range []int{1, 3, 4, 7} {
		f := newFederation(t, witnesses)
		size := len(f.logs[f.origin("prt")].records)
		for range 12 {
			var notes []receiptWords
			var w, grown Witnessed
			before := map[uint64]time.Time{}
			for i := range 9 {
				n := receiptWords{size: 1 + rng.Uint64N(uint64(size))}
				if rng.IntN(2) == 0 {
					n.size = uint64(min(size, i+1))
				}
				for who := range witnesses {
					if rng.IntN(4) > 0 {
						n.words = append(n.words, said{who, rng.IntN(60)})
					}
				}
				if len(n.words) == 0 {
					continue
				}
				notes = append(notes, n)
				text := f.note("prt", int(n.size), f.sightings(n.words))
				require.NoError(t, w.Add(f.chain(), text))
				shown, err := openReceipt(f.chain(), text)
				require.NoError(t, err)
				var was []any
				for i := range uint64(size) {
					at, by, ok := grown.Filed(f.origin("prt"), i)
					was = append(was, []any{at, by, ok})
				}
				from, until := grown.refold(shown)
				for i := range uint64(size) {
					at, by, ok := grown.Filed(f.origin("prt"), i)
					wantAt, wantBy, wantOK := w.Filed(f.origin("prt"), i)
					require.Equal(t, []any{wantAt, wantBy, wantOK}, []any{at, by, ok})
					if i < from || i >= until {
						require.Equal(t, was[i], []any{at, by, ok}, "changed, and not said so")
					}
				}
				for i := range uint64(size) {
					wantAt, wantBy, wantOK := naiveFiled(witnesses, notes, i)
					at, by, ok := w.Filed(f.origin("prt"), i)
					require.Equal(t, wantOK, ok)
					require.Equal(t, wantBy, by)
					require.True(t, wantAt.Equal(at) || !ok, "%v %v", wantAt, at)
					if last, had := before[i]; had {
						require.True(t, ok && !at.After(last), "more evidence moved a time later")
					}
					if ok {
						before[i] = at
					}
				}
			}
			// The order in which receipts come changes nothing.
			var again Witnessed
			for _, i := range rng.Perm(len(notes)) {
				require.NoError(t, again.Add(f.chain(), f.note("prt", int(notes[i].size), f.sightings(notes[i].words))))
			}
			require.Equal(t, w.Latest(), again.Latest())
			for i := range uint64(size) {
				at, by, ok := w.Filed(f.origin("prt"), i)
				at2, by2, ok2 := again.Filed(f.origin("prt"), i)
				require.Equal(t, []any{at, by, ok}, []any{at2, by2, ok2})
			}
		}
	}
}

func TestReceiptsThatProveNothingAreRefused(t *testing.T) {
	f := newFederation(t, 4)
	real := f.note("prt", 3, f.all(minute(1)))
	stranger := func(name string) []byte {
		c, err := signing.PeekCheckpoint(real)
		require.NoError(t, err)
		return cosigned(f, c, noteSigner(name), f.all(minute(1)))
	}
	unlisted := cosigned(f, signing.Checkpoint{Origin: string(OriginOf(2, "prt", f.genesis.ID, suffix)), Size: 1}, noteSigner("prt log 1"), f.all(minute(1)))
	broken := slices.Clone(real)
	broken[len(broken)-10] ^= 1
	for name, note := range map[string][]byte{
		"signed with another log's key": stranger("deu log 1"),
		"of a log that nobody listed":   unlisted,
		"cosigned by no witness":        f.note("prt", 3, nil),
		"changed":                       broken,
		"not a note":                    []byte("hello"),
		"empty":                         nil,
	} {
		t.Run(name, func(t *testing.T) {
			var w Witnessed
			require.Error(t, w.Add(f.chain(), note))
			_, _, ok := w.Filed(f.origin("prt"), 0)
			assert.False(t, ok)
			assert.True(t, w.Latest().IsZero())
		})
	}
}

// A log's owner signs, and all its witnesses cosign, a checkpoint that the
// records do not make: with the key, but against the log.
func TestAReceiptForAnotherTreeMovesNoTime(t *testing.T) {
	f := newFederation(t, 4)
	id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	forged := f.forged("prt")
	forged.Size = uint64(len(f.logs[f.origin("prt")].records))
	f.say("deu", &Receipt{Common: f.common("deu"), Checkpoint: string(cosigned(f, forged, f.logs[f.origin("prt")].signer, f.all(minute(1))))}, f.genesis.ID)
	assert.Equal(t, ReasonPending, f.label(id).Reason)
	f.receipt("prt", f.all(minute(30)))
	assert.Equal(t, instant(minute(30)), f.label(id).Filed)
}

// What a snapshot does not hold, it cannot check.
func TestAReceiptBeyondTheSnapshotCountsOnceTheSnapshotHoldsIt(t *testing.T) {
	f := newFederation(t, 4)
	id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	f.receiptOf("deu", "prt", len(f.logs[f.origin("prt")].records), f.all(minute(10)))
	short := f.snapshot()
	i := slices.IndexFunc(short.Logs, func(l LogState) bool { return l.Origin == f.origin("prt") })
	// The pledge is the last record of its log; hide one record after it.
	f.say("prt", f.pledge("gmb", "Another pledge"), f.genesis.ID)
	f.receiptOf("deu", "prt", len(f.logs[f.origin("prt")].records), f.all(minute(5)))
	long := f.snapshot()
	short.Logs = slices.Clone(long.Logs)
	hidden := f.logs[f.origin("prt")].records
	f.logs[f.origin("prt")].records = hidden[:len(hidden)-1]
	short.Logs[i] = f.states()[i]
	f.logs[f.origin("prt")].records = hidden

	r, err := Read(short, f.genesis, f.records(), time.Time{})
	require.NoError(t, err)
	l, _ := r.Label(id)
	assert.Equal(t, instant(minute(10)), l.Filed)
	assert.Equal(t, instant(minute(5)), f.label(id).Filed, "more evidence moves times earlier")
}

// A receipt may lie in any log, whoever filed it, and even unsigned by its
// filer: the evidence is in the note.
func TestAReceiptIsValidWhoeverFilesIt(t *testing.T) {
	for _, signer := range []string{"deu clerk", "deu author", "gmb author", "a stranger"} {
		f := newFederation(t, 4)
		id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
		note := f.note("prt", len(f.logs[f.origin("prt")].records), f.all(minute(10)))
		f.append("deu", f.compose(&Receipt{Common: f.common("deu"), Checkpoint: string(note)}, f.genesis.ID), signer)
		assert.True(t, f.label(id).Counts, signer)
	}
}

// Two sets of witnesses, one after the other: each is counted in its own time,
// so that closing a set un-finalises nothing.
func TestEachSetOfWitnessesCountsInItsPeriod(t *testing.T) {
	change := instant(minute(100))
	f := newFederationWith(t, 4, func(c *Charter) {
		for i := range c.Witnesses {
			c.Witnesses[i].Until = change
		}
		for _, p := range nodes[4:7] {
			c.Witnesses = append(c.Witnesses, Witness{Participant: p, Key: noteSigner(string(p) + " witness").Key().String(), From: change})
		}
	})
	old := func(m int) []sightingOf { return f.all(minute(m)) }
	young := func(m int) []sightingOf {
		return []sightingOf{{"mar", minute(m)}, {"un-eca", minute(m)}, {"ngo", minute(m)}}
	}
	for name, c := range map[string]struct {
		words []sightingOf
		want  int
	}{
		"the old set in its time":                {old(99), 99},
		"the old set too late":                   {old(100), -1},
		"the new set in its time":                {young(100), 100},
		"the new set too early":                  {young(99), -1},
		"half of each makes no quorum":           {append(old(99)[:2], young(100)[:1]...), -1},
		"both, of which the earlier":             {append(old(99), young(120)...), 99},
		"a quorum of the new, a part of the old": {append(old(50)[:2], young(120)...), 120},
		"one clock of the old set is ahead":      {append(old(50)[:2], old(5000)[2]), 50},
		"two clocks of the old set are ahead":    {append(old(50)[:1], old(5000)[1:3]...), -1},
	} {
		t.Run(name, func(t *testing.T) {
			var w Witnessed
			err := w.Add(f.chain(), f.note("prt", 3, c.words))
			at, _, ok := w.Filed(f.origin("prt"), 0)
			require.Equal(t, c.want >= 0, ok, err)
			if ok {
				assert.Equal(t, minute(c.want), at)
			}
		})
	}
	assert.Len(t, f.chain().Witnesses(), 3, "the open set")
}
