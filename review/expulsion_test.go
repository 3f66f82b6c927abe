package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// All seven States, and the regional body, against the coalition: it stays.
// With the other half of its chamber it goes, and what it said stays readable,
// counted, and proven; what it says later is labelled.
func TestACoalitionIsExcludedOnlyWithItsOwnChamber(t *testing.T) {
	states := []ParticipantID{"prt", "deu", "phl", "bgd", "mar", "gmb", "xsa", "un-eca"}
	for name, c := range map[string]struct {
		by   []ParticipantID
		want bool // excluded
	}{
		"by all States":                    {states, false},
		"and half of its chamber":          {append(states[:8:8], "gmb-academic"), false},
		"and all of its chamber":           {append(states[:8:8], "gmb-academic", "ngo"), true},
		"by its chamber and too few of us": {[]ParticipantID{"gmb-academic", "ngo", "prt"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			before := f.say("ngo", f.pledge("ngo", "A pledge"), f.genesis.ID)
			next := f.successor()
			next.Participants[7].Until = instant(minute(20))
			require.Equal(t, ParticipantID("ngo"), next.Participants[7].ID)
			f.amend(next, c.by...)
			f.settle(minute(10))
			after := f.say("deu", f.pledge("ngo", "A later pledge"), f.genesis.ID)
			f.receipt("deu", f.all(minute(30)))

			r := f.read()
			l, ok := r.Label(before)
			require.True(t, ok)
			assert.True(t, l.Counts, l.Reason)
			assert.Equal(t, instant(minute(10)), l.Filed)
			d, ok := r.Document(before)
			require.True(t, ok)
			assert.Equal(t, "A pledge", d.Title)
			l = f.label(after)
			if c.want {
				assert.Equal(t, ReasonAuthorNotInForce, l.Reason)
				assert.NotEmpty(t, messages[l.Reason])
			} else {
				assert.True(t, l.Counts, l.Reason)
			}
			v, err := Verify(f.handOut(f.read(), before))
			require.NoError(t, err, "its signatures verify for ever")
			assert.Contains(t, v.Text(), "counts      yes\n")
			v, err = Verify(f.handOut(f.read(), after))
			require.NoError(t, err)
			if c.want {
				assert.Contains(t, v.Text(), "counts      no: its author did not take part, or no longer, when it was filed\n")
				assert.Contains(t, v.Text(), "author      A Coalition takes part until 2026-01-01T00:20:00Z, by the charter\n")
			} else {
				assert.Contains(t, v.Text(), "counts      yes\n")
				assert.NotContains(t, v.Text(), "takes part until")
			}
		})
	}
}

// An until before the charter's own filing ends nothing before that.
func TestNoCharterReachesBack(t *testing.T) {
	f := newFederation(t, 4)
	before := f.say("ngo", f.pledge("ngo", "A pledge"), f.genesis.ID)
	f.receipt("ngo", f.all(minute(5)))
	next := f.successor()
	next.Participants[7].Until = instant(minute(1))
	f.amend(next, carrying...)
	f.settle(minute(10))
	after := f.say("deu", f.pledge("ngo", "A later pledge"), f.genesis.ID)
	f.receipt("deu", f.all(minute(11)))
	l := f.label(before)
	assert.True(t, l.Counts, l.Reason)
	assert.Equal(t, ReasonAuthorNotInForce, f.label(after).Reason)

	third := *next
	third.Common, third.Number = f.common("prt"), 3
	_, third.Previous = f.read().Chain().InForce()
	f.amend(&third, "prt", "deu", "phl", "bgd", "mar", "un-eca", "gmb-academic")
	f.settle(minute(20))
	charter, _ := f.read().Chain().InForce()
	require.Equal(t, 3, charter.Number)
	assert.True(t, f.label(before).Counts, "nor does the one after it")
}

func TestASuspensionSilencesForItsTimeAndKeepsTheVote(t *testing.T) {
	f := newFederation(t, 4)
	next := f.successor()
	next.Suspensions = []Suspension{{"ngo", instant(minute(0)), instant(minute(60)), "Its key was stolen"}}
	before := f.say("ngo", f.pledge("ngo", "Before"), f.genesis.ID)
	f.receipt("ngo", f.all(minute(5)))
	// Six of ten, from two chambers: no amendment, but an emergency.
	second := f.amend(next, "prt", "deu", "phl", "bgd", "mar", "un-eca")
	f.settle(minute(10))
	during := f.say("ngo", f.pledge("ngo", "During"), f.genesis.ID)
	withdrawal := f.say("ngo", &Withdrawal{Common: f.common("ngo"), Reason: "A mistake"}, before)
	third := *next
	third.Common, third.Number, third.Previous, third.Threshold = f.common("prt"), 3, second, 5
	f.amend(&third, "prt", "deu", "phl", "bgd", "un-eca", "gmb-academic", "ngo")
	f.settle(minute(20))
	after := f.say("ngo", f.pledge("ngo", "After"), f.genesis.ID)
	f.receipt("ngo", f.all(minute(60)))

	r := f.read()
	charter, _ := r.Chain().InForce()
	require.Equal(t, 3, charter.Number, "the suspended one's voice was needed")
	for id, want := range map[DocumentID]string{before: ReasonWithdrawn, withdrawal: "", during: ReasonSuspended, after: ""} {
		l, _ := r.Label(id)
		assert.Equal(t, want, l.Reason)
	}
	until, ok := r.Chain().Suspended("ngo", minute(10))
	assert.True(t, ok)
	assert.Equal(t, minute(60), until)
	_, ok = r.Chain().Suspended("ngo", minute(9))
	assert.False(t, ok, "not before its charter was filed")
	_, ok = r.Chain().Suspended("ngo", minute(60))
	assert.False(t, ok, "it lapses by itself")
	for at, want := range map[int]int{9: 0, 10: 1, 59: 1, 60: 0} {
		assert.Equal(t, want, figure(t, f.upTo(minute(at)), "participation", "suspended"), "minute %d", at)
	}
	assert.Equal(t, 9, figure(t, f.upTo(minute(20)), "participation", "participants"), "whoever is suspended still takes part, the sample aside")
}

// Rivals, by what they change, who carried them and when they were filed.
func TestRivalSuccessors(t *testing.T) {
	type rival struct {
		by       []ParticipantID
		minute   int
		declared bool // an emergency
	}
	half := []ParticipantID{"prt", "deu", "phl", "bgd", "mar", "un-eca"}
	for name, c := range map[string]struct {
		a, b rival
		want int // 0 or 1 is in force, -1 neither
	}{
		"the first filed":                       {rival{carrying, 10, false}, rival{carrying, 11, false}, 0},
		"the second filed":                      {rival{carrying, 11, false}, rival{carrying, 10, false}, 1},
		"the first lacks its majority":          {rival{half, 10, false}, rival{carrying, 11, false}, 1},
		"the second lacks its majority":         {rival{carrying, 11, false}, rival{half, 10, false}, 0},
		"neither has it":                        {rival{half, 10, false}, rival{half, 11, false}, -1},
		"an emergency filed first":              {rival{half, 10, true}, rival{carrying, 11, false}, 0},
		"an emergency filed second":             {rival{half, 11, true}, rival{carrying, 10, false}, 1},
		"an emergency without half the members": {rival{half[1:], 10, true}, rival{carrying, 11, false}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			var ids []DocumentID
			carriers := []ParticipantID{"prt", "deu"}
			for i, r := range []rival{c.a, c.b} {
				next := f.successor()
				if r.declared {
					next.Suspensions = []Suspension{{"ngo", instant(minute(0)), instant(minute(60)), "A stolen key"}}
				}
				id := f.append(carriers[i], f.compose(next, next.Previous), "prt author")
				for _, p := range r.by {
					f.say(carriers[i], &Accession{Common: f.common(p), Role: "member"}, id)
				}
				ids = append(ids, id)
			}
			f.receipt("prt", f.all(minute(c.a.minute)))
			f.receipt("deu", f.all(minute(c.b.minute)))
			want := f.genesis.ID
			if c.want >= 0 {
				want = ids[c.want]
				assert.Equal(t, ReasonNotAdopted, f.label(ids[1-c.want]).Reason)
			}
			assert.Equal(t, want, f.snapshot().Charter)
		})
	}
}
