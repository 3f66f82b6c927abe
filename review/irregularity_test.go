package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each story is of a federation in which one thing happened.
func TestEveryIrregularityNamesWhatProvesIt(t *testing.T) {
	emergency := func(f *testFederation, from, until int) DocumentID {
		next := f.successor()
		next.Suspensions = []Suspension{{"ngo", instant(minute(from)), instant(minute(until)), "A stolen key."}}
		id := f.amend(next, carrying...)
		f.settle(minute(10))
		return id
	}
	for name, c := range map[string]struct {
		tell func(f *testFederation) []Irregularity
	}{
		"nothing": {func(f *testFederation) []Irregularity {
			f.say("mar", f.pledge("mar", "A pledge"), f.genesis.ID)
			f.append("mar", f.compose(f.rotation("mar", "mar author", "mar author 2", ""), f.genesis.ID), "mar author")
			f.settle(minute(10))
			return nil
		}},
		"a fork": {func(f *testFederation) []Irregularity {
			f.say("mar", f.pledge("mar", "Before"), f.genesis.ID)
			kept := len(f.logs[f.origin("mar")].records)
			f.receipt("mar", f.all(minute(5)))
			id := f.say("deu", f.fork("deu", "mar", historyA, 4, historyB), f.genesis.ID)
			f.receipt("deu", f.all(minute(10)))
			return []Irregularity{{Kind: IrregularForkedLog, Participant: "mar", Log: f.origin("mar"), Size: uint64(kept), At: instant(minute(10)), Documents: []DocumentID{id}}}
		}},
		"an epoch": {func(f *testFederation) []Irregularity {
			id := f.fileOpening("deu", f.nextEpoch("mar", 2, "mar 2"), "mar root")
			f.fileOpening("prt", f.nextEpoch("mar", 2, "thief"), "mar root") // the later of two opens nothing
			f.receipt("deu", f.all(minute(10)))
			f.receipt("prt", f.all(minute(11)))
			return []Irregularity{{Kind: IrregularEndedLog, Participant: "mar", Log: f.origin("mar"), Reason: "lost", At: instant(minute(10)), Documents: []DocumentID{id}}}
		}},
		"a key revoked": {func(f *testFederation) []Irregularity {
			id := f.filed("prt", f.revocation("mar", "mar author"), "mar root", minute(10))
			return []Irregularity{{Kind: IrregularRevoked, Participant: "mar", Role: "author", At: "2026-01-01T00:10:01Z", Documents: []DocumentID{id}}}
		}},
		"a witness retires": {func(f *testFederation) []Irregularity {
			id := f.amend(f.withWitnessChange(minute(20)), carrying...)
			f.settle(minute(10))
			return []Irregularity{{Kind: IrregularWitness, Participant: "bgd", At: instant(minute(20)), Documents: []DocumentID{id}}}
		}},
		"a suspension that holds": {func(f *testFederation) []Irregularity {
			id := emergency(f, 5, 500)
			return []Irregularity{{Kind: IrregularSuspended, Participant: "ngo", Reason: "A stolen key.", State: SuspensionInForce, At: instant(minute(10)), Until: instant(minute(500)), Documents: []DocumentID{id}}}
		}},
		"a suspension that lapsed": {func(f *testFederation) []Irregularity {
			id := emergency(f, 20, 30)
			f.settle(minute(40))
			return []Irregularity{{Kind: IrregularSuspended, Participant: "ngo", Reason: "A stolen key.", State: SuspensionLapsed, At: instant(minute(20)), Until: instant(minute(30)), Documents: []DocumentID{id}}}
		}},
		"a suspension that an amendment confirmed": {func(f *testFederation) []Irregularity {
			first := emergency(f, 20, 300)
			next := f.successor()
			next.Number, next.Previous = 3, first
			next.Suspensions = []Suspension{{"ngo", instant(minute(20)), instant(minute(300)), "A stolen key."}}
			participantOf(next, "ngo").Until = instant(minute(250))
			id := f.amend(next, append(carrying, "gmb-academic")...)
			f.settle(minute(200))
			return []Irregularity{
				{Kind: IrregularLeft, Participant: "ngo", At: instant(minute(250)), Documents: []DocumentID{id}},
				{Kind: IrregularSuspended, Participant: "ngo", Reason: "A stolen key.", State: SuspensionConfirmed, At: instant(minute(20)), Until: instant(minute(300)), Documents: []DocumentID{first}},
			}
		}},
		"a refusal": {func(f *testFederation) []Irregularity {
			pledge := f.say("mar", f.pledge("mar", "A pledge"), f.genesis.ID)
			id := f.say("deu", &CarrierRefusal{Common: f.common("deu"), Code: "unknown-author", Message: "It is nobody’s."}, pledge)
			f.settle(minute(10))
			return []Irregularity{{Kind: IrregularRefused, Participant: "deu", Reason: "It is nobody’s.", At: instant(minute(10)), About: pledge, Documents: []DocumentID{id}}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			want := c.tell(f)
			assert.Equal(t, want, f.read().Irregularities())
		})
	}
}

func TestRivalsAndTwoSealsAreIrregularities(t *testing.T) {
	s := twoSides(t, [2]int{3, 3})
	liars := s.all(minute(5))[:2]
	s.carry(s.signs(0, 0, append(s.all(minute(5))[3:], liars...)))
	s.carry(s.signs(1, 0, append(s.all(minute(5))[2:3], liars...)))
	s.proof(s.signs(0, 0, nil), s.signs(1, 0, nil), 1)
	s.receipt("deu", s.all(minute(9)))
	one, two := s.successor(), s.successor()
	one.Title, two.Title = "One", "Another"
	s.amend(one, "mar")
	s.amend(two, "mar")
	s.receipt("prt", s.all(minute(10)))
	counts := map[string]int{}
	for _, i := range s.read().Irregularities() {
		counts[i.Kind]++
		require.NotEmpty(t, i.Documents, i.Kind)
		switch i.Kind {
		case IrregularTwoSeals:
			assert.Equal(t, []uint64{uint64(len(s.held[0])), uint64(len(s.held[1]))}, i.Sizes)
		case IrregularRivals:
			assert.Equal(t, 2, i.Number)
			assert.Equal(t, instant(minute(10)), i.At)
		}
	}
	assert.Equal(t, map[string]int{IrregularForkedLog: 1, IrregularTwoSeals: 2, IrregularRivals: 1}, counts)
}

func TestARecoveryIsAnIrregularityAndSaysHowFarItIs(t *testing.T) {
	for name, c := range map[string]struct {
		voices    []string
		contested bool
		at        int
		want      string
	}{
		"one voice":  {nil, false, 20, ReasonSeconding},
		"two voices": {[]string{"phl"}, false, 20, ReasonUnderWay},
		"a week on":  {[]string{"phl"}, false, 20 + week, ""},
		"contested":  {[]string{"phl"}, true, 20, ReasonContested},
	} {
		t.Run(name, func(t *testing.T) {
			f := guarded(t)
			id := f.filed("deu", f.recovery("deu", "gmb", "gmb new", ""), "deu author", minute(5))
			for _, v := range c.voices {
				f.append("deu", f.compose(f.voice(ParticipantID(v)), id), v+" author")
			}
			f.receipt("deu", f.all(minute(10)))
			if c.contested {
				f.append("deu", f.compose(f.contest("gmb"), id), "gmb root")
			}
			f.receipt("deu", f.all(minute(c.at)))
			all := f.read().Irregularities()
			require.Len(t, all, 1)
			assert.Equal(t, IrregularRecovery, all[0].Kind)
			assert.Equal(t, ParticipantID("gmb"), all[0].Participant)
			assert.Equal(t, c.want, all[0].State)
			assert.Equal(t, id, all[0].Documents[0])
			assert.Equal(t, c.want == ReasonUnderWay, all[0].Until != "")
			assert.Equal(t, c.contested, len(all[0].Documents) == 2)
		})
	}
}
