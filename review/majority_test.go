package review

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

// members makes participants from words like "S:a" (a State), "B:b" (a
// regional body), "C:c" (a coalition), "S:d-" (a State that ended).
func members(words string) []Participant {
	var list []Participant
	for _, w := range strings.Fields(words) {
		kind, id, _ := strings.Cut(w, ":")
		p := Participant{ID: ParticipantID(strings.TrimSuffix(id, "-")), Kind: map[string]string{"S": kindState, "B": kindRegionalBody, "U": kindUNEntity, "C": "civil-society", "E": "expert-mission"}[kind]}
		if strings.HasSuffix(id, "-") {
			p.Until = instant(minute(0))
		}
		list = append(list, p)
	}
	return list
}

func inForceOf(c *Charter) *Chain {
	return &Chain{charters: []*Document{{Predicate: c}}, whole: []*Charter{c}}
}

// Worked by hand: n open members, 2n/3 rounded down plus one, and of each
// chamber more than half.
func TestAmendmentsNeedTwoThirdsAndEveryChamber(t *testing.T) {
	for _, c := range []struct {
		name      string
		members   string
		threshold int
		acceded   string
		needed    int
		want      bool
	}{
		{"one member alone", "S:a", 1, "a", 1, true},
		{"nobody", "S:a", 1, "", 1, false},
		{"two of three is 2/3, not more", "S:a S:b S:c", 1, "a b", 3, false},
		{"three of four is more than 2/3", "S:a S:b S:c S:d", 1, "a b c", 3, true},
		{"six of nine is 2/3, not more", "S:a S:b S:c S:d S:e S:f S:g S:h S:i", 1, "a b c d e f", 7, false},
		{"seven of nine", "S:a S:b S:c S:d S:e S:f S:g S:h S:i", 1, "a b c d e f g", 7, true},
		{"all States, not the one coalition", "S:a S:b S:c S:d S:e S:f C:n", 1, "a b c d e f", 5, false},
		{"most States with the coalition", "S:a S:b S:c S:d S:e S:f C:n", 1, "a b c d n", 5, true},
		{"all States and half the coalitions", "S:a S:b S:c S:d S:e S:f C:n C:o", 1, "a b c d e f n", 6, false},
		{"all but half the States", "S:a S:b C:n C:o C:p C:q C:r C:s", 1, "a n o p q r s", 6, false},
		{"all but the regional body", "S:a S:b S:c C:n B:r", 1, "a b c n", 4, false},
		{"a UN entity sits with regional bodies", "S:a S:b S:c C:n B:r U:u", 1, "a b c n r", 5, false},
		{"an expert mission sits with civil society", "S:a S:b S:c S:d C:n E:x", 1, "a b c d n", 5, false},
		{"a chamber without open members has no say", "S:a S:b S:c C:n-", 1, "a b c", 3, true},
		{"who ended has no say", "S:a S:b S:c S:d-", 1, "a b d", 3, false},
		{"strangers have none", "S:a S:b S:c", 1, "a b z", 3, false},
		{"the predecessor's threshold", "S:a S:b S:c S:d S:e", 5, "a b c d", 5, false},
		{"the predecessor's threshold reached", "S:a S:b S:c S:d S:e", 5, "a b c d e", 5, true},
		{"a threshold above those that are left means all", "S:a S:b S:c S:d-", 4, "a b c", 3, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			old := &Charter{Number: 1, Threshold: c.threshold, Participants: members(c.members)}
			next := *old
			next.Number = 2
			tally := inForceOf(old).Tally(&next, func(p ParticipantID) bool { return slices.Contains(strings.Fields(c.acceded), string(p)) })
			assert.Equal(t, c.want, tally.Carried)
			assert.Equal(t, c.needed, tally.Needed)
			assert.False(t, tally.Emergency)
		})
	}
}

// The threshold that an amendment sets itself holds for it already.
func TestAnAmendmentReachesItsOwnThreshold(t *testing.T) {
	old := &Charter{Number: 1, Threshold: 1, Participants: members("S:a S:b S:c S:d S:e")}
	next := *old
	next.Threshold = 5
	four := func(p ParticipantID) bool { return p != "e" }
	assert.True(t, inForceOf(old).Tally(old, four).Carried)
	assert.False(t, inForceOf(old).Tally(&next, four).Carried)
}

func TestATallySaysWhoIsMissing(t *testing.T) {
	old := &Charter{Number: 1, Threshold: 1, Participants: members("S:a S:b S:c B:r C:n")}
	tally := inForceOf(old).Tally(old, func(p ParticipantID) bool { return p == "a" || p == "b" || p == "r" })
	assert.Equal(t, Tally{Acceded: 3, Open: 5, Needed: 4, Chambers: []ChamberTally{
		{"States", 2, 3, []ParticipantID{"c"}},
		{"regional bodies and UN entities", 1, 1, []ParticipantID{}},
		{"civil society and others", 0, 1, []ParticipantID{"n"}},
	}}, tally)
}

// An emergency needs more than half of the members, from two chambers.
func TestAnEmergencyNeedsHalfFromTwoChambers(t *testing.T) {
	again := []Suspension{{"n", "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", "x"}}
	twice := append(slices.Clone(again), Suspension{"n", "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "x"})
	for _, c := range []struct {
		name      string
		members   string
		acceded   string
		before    []Suspension
		after     []Suspension
		change    func(*Charter)
		emergency bool
		want      bool
	}{
		{"half of the members", "S:a S:b S:c C:n C:o C:p", "a b n", nil, again, nil, true, false},
		{"more than half, two chambers", "S:a S:b S:c C:n C:o C:p", "a b c o", nil, again, nil, true, true},
		{"all States", "S:a S:b S:c S:d S:e C:n", "a b c d e", nil, again, nil, true, false},
		{"all States, where there is nobody else", "S:a S:b S:n", "a b", nil, again, nil, true, true},
		{"the same once more, by half", "S:a S:b S:c S:d S:e C:n C:o", "a b c o", again, twice, nil, false, false},
		{"the same once more, by the full rule", "S:a S:b S:c C:n C:o C:p", "a b c o p", again, twice, nil, false, true},
		{"with anything else, by half", "S:a S:b S:c C:n C:o C:p", "a b c o", nil, again, func(c *Charter) { c.Rounds = []Round{{ID: "r"}} }, false, false},
		{"lifted earlier, by half", "S:a S:b S:c C:n C:o C:p", "a b c o", again, []Suspension{{"n", again[0].From, "2026-01-02T00:00:00Z", "x"}}, nil, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			old := &Charter{Common: Common{Title: "One"}, Number: 1, Threshold: 1, Participants: members(c.members), Suspensions: c.before}
			next := *old
			next.Title, next.Number, next.Previous, next.Suspensions = "Two", 2, "x", c.after
			if c.change != nil {
				c.change(&next)
			}
			tally := inForceOf(old).Tally(&next, func(p ParticipantID) bool { return slices.Contains(strings.Fields(c.acceded), string(p)) })
			assert.Equal(t, c.emergency, tally.Emergency)
			assert.Equal(t, c.want, tally.Carried)
		})
	}
}

// amend files a charter in prt's log with accessions of these participants.
func (f *testFederation) amend(c *Charter, by ...ParticipantID) DocumentID {
	id := f.append("prt", f.compose(c, c.Previous), string(c.Author)+" author")
	for _, p := range by {
		f.say("prt", &Accession{Common: f.common(p), Role: "member"}, id)
	}
	return id
}

// withWitnessChange is a successor with another witness from that time on.
func (f *testFederation) withWitnessChange(at time.Time) *Charter {
	next := f.successor()
	next.Witnesses[3].Until = instant(at)
	next.Witnesses = append(next.Witnesses, Witness{Participant: "mar", Key: noteSigner("mar witness").Key().String(), From: instant(at)})
	return next
}

// Filed at minute 10: what changes about the witnesses has to lie after that.
func TestWitnessesChangeWithNotice(t *testing.T) {
	for name, c := range map[string]struct {
		at   time.Time
		want int
	}{
		"a minute before the agreement": {minute(9), 1},
		"in the same second":            {minute(10), 1},
		"a minute after it":             {minute(11), 2},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			f.amend(f.withWitnessChange(c.at), carrying...)
			f.settle(minute(10))
			charter, _ := f.read().Chain().InForce()
			assert.Equal(t, c.want, charter.Number)
		})
	}
}

// The accession that was needed last counts, not the charter's own time.
func TestNoticeIsCountedFromTheLastAccessionNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		last time.Time
		want int
	}{
		"the eighth comes in time":         {minute(19), 2},
		"the eighth comes too late":        {minute(20), 1},
		"a ninth that nobody needs, later": {minute(19), 2},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			id := f.amend(f.withWitnessChange(minute(20)), carrying[:7]...)
			f.settle(minute(10))
			f.say("prt", &Accession{Common: f.common(carrying[7]), Role: "member"}, id)
			f.receipt("prt", f.all(c.last))
			if strings.HasPrefix(name, "a ninth") {
				f.say("prt", &Accession{Common: f.common("gmb"), Role: "member"}, id)
				f.receipt("prt", f.all(minute(25)))
			}
			charter, _ := f.read().Chain().InForce()
			assert.Equal(t, c.want, charter.Number)
		})
	}
}

// Of three witnesses none may be wrong, so the first to see something dates it.
// The two others may hear of a charter by which they end when that is past.
func TestNoticeIsCountedFromWhenAQuorumHeldIt(t *testing.T) {
	for name, c := range map[string]struct {
		last time.Time
		want int
	}{
		"the third witness has it in time": {minute(19), 2},
		"the third witness is too late":    {minute(20), 1},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 3)
			next := f.successor()
			next.Witnesses[2].Until = instant(minute(20))
			next.Witnesses = append(next.Witnesses, Witness{Participant: "mar", Key: noteSigner("mar witness").Key().String(), From: instant(minute(20))})
			id := f.amend(next, carrying...)
			held := len(f.logs[f.origin("prt")].records)
			f.receipt("prt", []sightingOf{f.all(minute(10))[0], f.all(minute(12))[1], f.all(minute(25))[2]})
			f.receiptOf("prt", "prt", held, []sightingOf{f.all(minute(13))[0], f.all(minute(14))[1], f.all(c.last)[2]})
			charter, _ := f.read().Chain().InForce()
			assert.Equal(t, c.want, charter.Number)
			if c.want == 2 {
				assert.Equal(t, instant(minute(10)), f.label(id).Filed)
			}
			file, err := f.read().Founding(testSource{f})
			require.NoError(t, err)
			founding, err := ReadFounding(file)
			require.NoError(t, err)
			charter, _ = founding.Chain.InForce()
			assert.Equal(t, c.want, charter.Number, "by the founding file")
		})
	}
}

func TestASuccessorAlwaysLeavesWitnesses(t *testing.T) {
	at := func(m int) string { return instant(minute(m)) }
	key := noteSigner("mar witness").Key().String()
	for name, c := range map[string]struct {
		change func(*Charter)
		want   string
	}{
		"all end": {func(n *Charter) {
			for i := range n.Witnesses {
				n.Witnesses[i].Until = at(30)
			}
		}, "no-witness-left"},
		"a gap": {func(n *Charter) {
			for i := range n.Witnesses {
				n.Witnesses[i].Until = at(30)
			}
			n.Witnesses = append(n.Witnesses, Witness{Participant: "mar", Key: key, From: at(31)})
		}, "no-witness-left"},
		"a relay": {func(n *Charter) {
			for i := range n.Witnesses {
				n.Witnesses[i].Until = at(30)
			}
			n.Witnesses = append(n.Witnesses, Witness{Participant: "mar", Key: key, From: at(30)})
		}, ""},
		"one that always was": {func(n *Charter) { n.Witnesses = append(n.Witnesses, Witness{Participant: "mar", Key: key}) }, "witness-without-from"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			next := f.successor()
			c.change(next)
			faults := f.chain().succession(&Document{Kind: KindCharter, Predicate: next})
			if c.want == "" {
				assert.Empty(t, faults)
			} else if assert.NotEmpty(t, faults) {
				assert.Equal(t, c.want, faults[0].Code)
			}
		})
	}
}

// Ten charters, each with other witnesses: what any set made final stays final,
// at the same time.
func TestTenWitnessSetsUnfinaliseNothing(t *testing.T) {
	f := newFederation(t, 4)
	filed := map[DocumentID]string{}
	previous, charter := f.genesis.ID, *f.charter
	now := 0
	for step := range 10 {
		id := f.say("deu", f.pledge("deu", fmt.Sprintf("Pledge %d", step)), f.genesis.ID)
		f.settle(minute(now + 10))
		filed[id] = instant(minute(now + 10))

		next := charter
		next.Common, next.Number, next.Previous = f.common("prt"), step+2, previous
		next.Witnesses = slices.Clone(charter.Witnesses)
		change := minute(now + 30)
		for i := range next.Witnesses {
			if next.Witnesses[i].Until == "" {
				next.Witnesses[i].Until = instant(change)
			}
		}
		var set []ParticipantID
		seals := map[ParticipantID]string{}
		for i := range 1 + step%5 { // sets of other sizes, so with other quorums
			p := nodes[(step+i)%len(nodes)]
			set, seals[p] = append(set, p), fmt.Sprintf("%s witness %d", p, step)
			next.Witnesses = append(next.Witnesses, Witness{Participant: p, Key: noteSigner(seals[p]).Key().String(), From: instant(change)})
		}
		previous = f.amend(&next, carrying...)
		f.settle(minute(now + 20))
		f.witnesses, f.seals, charter = set, seals, next
		now += 30

		r := f.read()
		inForce, _ := r.Chain().InForce()
		require.Equal(t, step+2, inForce.Number)
		for id, at := range filed {
			l, _ := r.Label(id)
			assert.True(t, l.Counts, l.Reason)
			assert.Equal(t, at, l.Filed)
		}
	}
}

// From the first day of the new set on, the others are asked.
func TestWitnessesAreThoseOfTheTime(t *testing.T) {
	f := newFederation(t, 4)
	f.amend(f.withWitnessChange(minute(20)), carrying...)
	f.settle(minute(10))
	chain := f.read().Chain()
	bgd, mar := WitnessName("bgd", f.genesis.ID, suffix), WitnessName("mar", f.genesis.ID, suffix)
	for at, old := range map[time.Time]bool{minute(-1e6): true, minute(19): true, minute(20): false, minute(1e6): false} {
		keys, until := chain.WitnessesAt(at)
		assert.Len(t, keys, 4)
		assert.Equal(t, old, keys[bgd] != signing.NoteKey{})
		assert.Equal(t, !old, keys[mar] != signing.NoteKey{})
		if old {
			assert.Equal(t, minute(20), until)
		} else {
			assert.Zero(t, until)
		}
	}
}
