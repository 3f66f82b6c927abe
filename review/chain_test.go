package review

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accessions are of these participants to one charter, as documents.
func (f *testFederation) accessions(charter DocumentID, by ...ParticipantID) []*Document {
	var out []*Document
	for _, p := range by {
		out = append(out, f.parse(f.compose(&Accession{Common: f.common(p), Role: "member"}, charter)))
	}
	return out
}

func TestAFederationIsFoundedByDistinctListedMembers(t *testing.T) {
	f := newFederation(t, 4) // threshold 4
	for name, c := range map[string]struct {
		more []*Document
		want bool
	}{
		"nobody":                          {nil, false},
		"three":                           {f.accessions(f.genesis.ID, "prt", "deu", "gmb"), false},
		"four, its own author among them": {f.accessions(f.genesis.ID, "prt", "deu", "gmb", "ngo"), true},
		"one four times":                  {f.accessions(f.genesis.ID, "prt", "prt", "prt", "prt"), false},
		"a stranger as fourth":            {f.accessions(f.genesis.ID, "prt", "deu", "gmb", "sle"), false},
		"the fourth declines": {append(f.accessions(f.genesis.ID, "prt", "deu", "gmb"),
			f.parse(f.compose(&Accession{Common: f.common("ngo"), Role: "member", Decision: "declined"}, f.genesis.ID))), false},
		"the fourth signs into a round only": {append(f.accessions(f.genesis.ID, "prt", "deu", "gmb"),
			f.parse(f.compose(&Accession{Common: f.common("ngo"), Role: "round", Round: "round-1"}, f.genesis.ID))), false},
	} {
		t.Run(name, func(t *testing.T) {
			chain, err := NewChain(f.genesis, c.more...)
			require.NoError(t, err)
			assert.Equal(t, c.want, chain.Founded())
			charter, id := chain.InForce()
			assert.Equal(t, f.genesis.ID, id)
			assert.Equal(t, 1, charter.Number)
		})
	}
}

// In a snapshot the founders' signatures are checked too.
func TestAFederationIsNotFoundedByForgedSignatures(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) { c.Threshold = 9 })
	payload := f.compose(&Accession{Common: f.common("gmb-academic"), Role: "member"}, f.genesis.ID)
	forged := sign(documentKey("gmb-academic author"), []byte("something else"))
	forged.Digest = sign(documentKey("gmb-academic author"), payload).Digest
	f.appendLeaf("prt", forged, payload)
	f.append("prt", payload, "gmb author")
	f.append("prt", payload, "gmb-academic clerk")
	assert.False(t, f.read().Chain().Founded())
	f.append("deu", payload, "gmb-academic author")
	assert.True(t, f.read().Chain().Founded())
}

func TestAGenesisCharterIsNumberOneAndHasNoImpostors(t *testing.T) {
	f := newFederation(t, 4)
	_, err := NewChain(f.parse(f.compose(f.pledge("prt", "A pledge"), f.genesis.ID)))
	assert.ErrorContains(t, err, "is not a charter")
	_, err = NewChain(f.parse(f.compose(f.successor(), f.genesis.ID)))
	assert.ErrorContains(t, err, "number 2")
	for _, p := range []Participant{
		{ID: "gmb-office", Kind: "academic", Name: "The Gambia", Country: "GMB"},
		{ID: "gmb-office", Kind: "civil-society", Name: "gambia", Country: "GMB"},
		{ID: "sle", Kind: "academic", Name: "A scholar"},
	} {
		charter := *f.charter
		charter.Common = f.common("prt")
		charter.Federation = ""
		p.Keys = []Key{{Key: public(documentKey("x")).Base64(), Role: "author"}}
		charter.Participants = append(slices.Clone(charter.Participants), p)
		_, err = NewChain(&Document{ID: f.genesis.ID, Kind: KindCharter, Known: true, Predicate: &charter})
		assert.ErrorContains(t, err, "which is a State", p)
	}
}

func TestTheChainListsLogsWitnessesAndKeys(t *testing.T) {
	f := newFederation(t, 4)
	c := f.chain()
	assert.Equal(t, f.genesis.ID, c.Genesis())
	require.Len(t, c.Logs(), len(nodes))
	l, ok := c.Log(f.origin("deu"))
	require.True(t, ok)
	assert.Equal(t, noteSigner("deu log 1").Key(), l.LogKey)
	assert.Equal(t, noteSigner("deu node").Key(), l.NodeKey)
	assert.Equal(t, ParticipantID("deu"), l.Participant)
	assert.Equal(t, 1, l.Epoch)
	_, ok = c.Log("e2" + f.origin("deu")[2:])
	assert.False(t, ok)
	assert.Len(t, c.Witnesses(), 4)
	assert.Equal(t, noteSigner("prt witness").Key(), c.Witnesses()[WitnessName("prt", f.genesis.ID, suffix)])
	for _, role := range []string{"root", "author", "clerk"} {
		owner, is, ok := c.KeyOwner(public(documentKey("gmb " + role)))
		assert.Equal(t, []any{ParticipantID("gmb"), role, true}, []any{owner, is, ok})
	}
	_, _, ok = c.KeyOwner(public(documentKey("a stranger")))
	assert.False(t, ok)
	assert.Len(t, c.AuthorKeys("gmb"), 1)
	assert.Empty(t, c.AuthorKeys("sle"))
}

func TestASuccessorKeepsEveryEntry(t *testing.T) {
	now := instant(minute(60))
	for name, c := range map[string]struct {
		change func(n *Charter)
		want   string // code, "" if it may follow
	}{
		"nothing changed":          {func(n *Charter) {}, ""},
		"a participant renamed":    {func(n *Charter) { n.Participants[4].Name = "Kingdom of Morocco" }, ""},
		"a participant closed":     {func(n *Charter) { n.Participants[4].Until = now }, ""},
		"a participant left out":   {func(n *Charter) { n.Participants = n.Participants[:9] }, ""},
		"a participant's kind":     {func(n *Charter) { n.Participants[7].Kind = "un-entity" }, "entry-changed"},
		"a participant from later": {func(n *Charter) { n.Participants[4].From = now }, "entry-changed"},
		"a key dropped":            {func(n *Charter) { n.Participants[4].Keys = n.Participants[4].Keys[:2] }, "entry-changed"},
		"a key's role": {func(n *Charter) {
			n.Participants[4].Keys = []Key{n.Participants[4].Keys[0], n.Participants[4].Keys[1], {Key: n.Participants[4].Keys[2].Key, Role: "author"}}
		}, "entry-changed"},
		"a log dropped": {func(n *Charter) { n.Participants[4].Logs = nil }, "entry-changed"},
		"a log moved": {func(n *Charter) {
			n.Participants[4].Logs = []Log{n.Participants[4].Logs[0]}
			n.Participants[4].Logs[0].Addresses = []string{"/dns4/a.example/tcp/1"}
		}, ""},
		"a witness left out": {func(n *Charter) { n.Witnesses = n.Witnesses[:3] }, ""},
		"a witness closed":   {func(n *Charter) { n.Witnesses[3].Until = now }, ""},
		"a round left out":   {func(n *Charter) { n.Rounds = n.Rounds[:1] }, ""},
		"a witness who takes no part": {func(n *Charter) {
			n.Witnesses = []Witness{{Participant: "sle", Key: noteSigner("sle").Key().String(), From: now}}
		}, "not-a-participant"},
		"a key that is listed already": {func(n *Charter) {
			n.Participants = []Participant{{ID: "iom", Kind: "un-entity", Name: "IOM", Keys: []Key{{Key: public(documentKey("gmb author")).Base64(), Role: "author"}}}}
		}, "key-listed-twice"},
		"more asked for than there are": {func(n *Charter) { n.Participants, n.Threshold = nil, 11 }, "threshold-too-high"},
		"a round's due date":            {func(n *Charter) { n.Rounds = slices.Clone(n.Rounds); n.Rounds[0].Due = "2027-01-01" }, "entry-changed"},
		"another suffix":                {func(n *Charter) { n.Suffix = "other.example" }, "entry-changed"},
		"a number left out":             {func(n *Charter) { n.Number = 3 }, "charter-number"},
		"another charter before it":     {func(n *Charter) { n.Previous = DocumentID(fmt.Sprintf("%064d", 1)) }, "not-the-successor"},
		"a new participant": {func(n *Charter) {
			n.Participants = append(n.Participants, Participant{ID: "iom", Kind: "un-entity", Name: "IOM", Keys: []Key{{Key: public(documentKey("iom")).Base64(), Role: "author"}}})
		}, ""},
		"a new participant who is a State by name": {func(n *Charter) {
			n.Participants = append(n.Participants, Participant{ID: "sle", Kind: "academic", Name: "S", Keys: []Key{{Key: public(documentKey("iom")).Base64(), Role: "author"}}})
		}, "names-a-state"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			next := f.successor()
			c.change(next)
			r := f.chain().succession(&Document{Kind: KindCharter, Predicate: next})
			if c.want == "" {
				assert.Empty(t, r)
			} else if assert.NotEmpty(t, r) {
				assert.Equal(t, c.want, r[0].Code)
			}
		})
	}
}

func TestAClosedEntryStaysClosed(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) { c.Participants[4].Until = instant(minute(60)) })
	next := f.successor()
	next.Participants[4].Until = instant(minute(90))
	assert.NotEmpty(t, f.chain().succession(&Document{Kind: KindCharter, Predicate: next}))
	next.Participants[4].Until = ""
	assert.NotEmpty(t, f.chain().succession(&Document{Kind: KindCharter, Predicate: next}))
}

// Ten participants are listed, one of them ended: six of nine are 2/3, not more.
func TestASuccessorIsInForceWithMoreThanTwoThirds(t *testing.T) {
	founders := []ParticipantID{"prt", "deu", "phl", "bgd"}
	six := []ParticipantID{"un-eca", "ngo", "gmb-academic", "prt", "deu", "phl"}
	seven := append(slices.Clone(six), "bgd")
	f := newFederationWith(t, 4, func(c *Charter) { c.Participants[9].Until = instant(minute(0)) })
	next := f.parse(f.compose(f.successor(), f.genesis.ID))
	more := func(by []ParticipantID) []*Document {
		return append(append(f.accessions(f.genesis.ID, founders...), f.accessions(next.ID, by...)...), next)
	}
	chain, err := NewChain(f.genesis, more(six)...)
	require.NoError(t, err)
	_, id := chain.InForce()
	assert.Equal(t, f.genesis.ID, id)

	chain, err = NewChain(f.genesis, more(seven)...)
	require.NoError(t, err)
	charter, id := chain.InForce()
	assert.Equal(t, next.ID, id)
	assert.Equal(t, 2, charter.Number)
	assert.Equal(t, f.genesis.ID, chain.Genesis())
	_, ok := chain.Charter(f.genesis.ID)
	assert.True(t, ok)
}

// carrying are enough to carry an amendment: eight of ten, in every chamber.
var carrying = []ParticipantID{"prt", "deu", "phl", "bgd", "mar", "un-eca", "ngo", "gmb-academic"}

// fileCharter files a charter and enough accessions to it in one log.
func (f *testFederation) fileCharter(carrier ParticipantID, c *Charter) DocumentID {
	id := f.append(carrier, f.compose(c, c.Previous), string(c.Author)+" author")
	for _, p := range carrying {
		f.say(carrier, &Accession{Common: f.common(p), Role: "member"}, id)
	}
	return id
}

func TestTheSnapshotSaysWhichCharterIsInForce(t *testing.T) {
	f := newFederation(t, 4)
	next := f.successor()
	next.Participants = append(next.Participants, Participant{ID: "sle", Kind: "state", Name: "Sierra Leone", Country: "SLE",
		Keys: []Key{{Key: public(documentKey("sle author")).Base64(), Role: "author"}}})
	early := f.say("prt", f.pledge("prt", "A pledge"), f.genesis.ID)
	second := f.fileCharter("prt", next)
	pledge := f.append("prt", f.compose(f.pledge("sle", "A pledge"), second), "sle author")
	assert.Equal(t, f.genesis.ID, f.snapshot().Charter, "nothing of it is final yet")
	f.settle(minute(10))
	assert.Equal(t, second, f.snapshot().Charter)
	for _, id := range []DocumentID{early, pledge, second} {
		assert.True(t, f.label(id).Counts, f.label(id).Reason)
	}
}

func TestReadFindsTheCharterInForceItself(t *testing.T) {
	f := newFederation(t, 4)
	f.fileCharter("prt", f.successor())
	f.settle(minute(10))
	r, err := Read(Snapshot{Federation: f.genesis.ID, Logs: f.states()}, f.genesis, f.records(), time.Time{})
	require.NoError(t, err)
	assert.Equal(t, f.snapshot(), r.Snapshot())
	assert.NotEqual(t, f.genesis.ID, r.Snapshot().Charter)
}

func TestOfTwoSuccessorsTheEarlierFiledWins(t *testing.T) {
	for _, firstFiled := range []int{0, 1} {
		f := newFederation(t, 4)
		var ids [2]DocumentID
		carriers := [2]ParticipantID{"prt", "deu"}
		for i, carrier := range carriers {
			ids[i] = f.fileCharter(carrier, f.successor())
		}
		f.receipt(carriers[firstFiled], f.all(minute(10)))
		f.receipt(carriers[1-firstFiled], f.all(minute(11)))
		assert.Equal(t, ids[firstFiled], f.snapshot().Charter)
		assert.Equal(t, ReasonNotAdopted, f.label(ids[1-firstFiled]).Reason)
	}
	f := newFederation(t, 4)
	a, b := f.fileCharter("prt", f.successor()), f.fileCharter("prt", f.successor())
	f.receipt("prt", f.all(minute(10)))
	assert.Equal(t, min(a, b), f.snapshot().Charter, "of two filed in one second the lower ID")
}

func TestAThirdCharterFollowsTheSecond(t *testing.T) {
	f := newFederation(t, 4)
	second := f.fileCharter("prt", f.successor())
	next := f.successor()
	next.Number, next.Previous = 3, second
	third := f.fileCharter("deu", next)
	gap := f.successor()
	gap.Number, gap.Previous = 5, third
	f.fileCharter("phl", gap)
	f.settle(minute(10))
	assert.Equal(t, third, f.snapshot().Charter)
}

// Witnesses that a second charter names make the later logs final, and what
// the first set made final stays so.
func TestNewWitnessesTakeOverAndUnfinaliseNothing(t *testing.T) {
	f := newFederation(t, 4)
	change := instant(minute(30))
	pledge := f.say("deu", f.pledge("deu", "A pledge"), f.genesis.ID)
	next := f.successor()
	for i := range next.Witnesses {
		next.Witnesses[i].Until = change
	}
	for _, p := range nodes[4:7] {
		next.Witnesses = append(next.Witnesses, Witness{Participant: p, Key: noteSigner(string(p) + " witness").Key().String(), From: change})
	}
	f.fileCharter("prt", next)
	f.settle(minute(10))
	later := f.say("deu", f.pledge("deu", "A later pledge"), f.genesis.ID)
	f.receipt("deu", f.all(minute(31)))
	assert.Equal(t, instant(minute(10)), f.label(pledge).Filed)
	assert.Equal(t, ReasonPending, f.label(later).Reason, "the old set's time is over")
	f.receipt("deu", []sightingOf{{"mar", minute(40)}, {"un-eca", minute(40)}, {"ngo", minute(40)}})
	assert.Equal(t, instant(minute(40)), f.label(later).Filed)
	assert.Equal(t, instant(minute(10)), f.label(pledge).Filed)
}

func TestRecordsMustBeThoseOfTheSnapshot(t *testing.T) {
	f := newFederation(t, 4)
	f.settle(minute(10))
	s, all := f.snapshot(), f.list()
	read := func(s Snapshot, records []Record) error {
		_, err := Read(s, f.genesis, each(records), time.Time{})
		return err
	}
	require.NoError(t, read(s, all))
	assert.ErrorIs(t, read(s, all[1:]), ErrSnapshotRecords)
	other := slices.Clone(all)
	other[3].Leaf.Signature = other[4].Leaf.Signature
	assert.ErrorIs(t, read(s, other), ErrSnapshotRecords)
	assert.ErrorIs(t, read(s, append(other, all...)), ErrSnapshotRecords)
	assert.NoError(t, read(s, append(slices.Clone(all), all...)), "twice the same is the same")
	wrong := s
	wrong.Charter = DocumentID(fmt.Sprintf("%064d", 1))
	assert.ErrorIs(t, read(wrong, all), ErrSnapshotRecords)
	wrong = s
	wrong.Federation = DocumentID(fmt.Sprintf("%064d", 1))
	assert.ErrorIs(t, read(wrong, all), ErrSnapshotRecords)

	for _, change := range []func(*Charter){func(c *Charter) { c.Rules = 2 }, func(c *Charter) { c.Compact = fmt.Sprintf("%064d", 1) }} {
		g := newFederationWith(t, 4, change)
		_, err := Read(g.snapshot(), g.genesis, g.records(), time.Time{})
		assert.ErrorIs(t, err, ErrRules)
	}
}

func TestAPayloadThatIsNotHeldIsNamedAndNothingIsComputed(t *testing.T) {
	f := newFederation(t, 4)
	id := f.say("prt", f.pledge("prt", "A pledge"), f.genesis.ID)
	f.settle(minute(10))
	s, all := f.snapshot(), f.list()
	for i := range all {
		if all[i].ID() == id {
			all[i].Payload, all[i].Absence = nil, Missing
		}
	}
	_, err := Assemble(s, f.genesis, each(all), Options{})
	var cannot *CannotComputeError
	require.ErrorAs(t, err, &cannot)
	assert.Equal(t, []DocumentID{id}, cannot.Missing)
	assert.ErrorContains(t, err, string(id))

	// A payload that is not the document's is not held either.
	for i := range all {
		if all[i].ID() == id {
			all[i].Payload = []byte(`{}`)
		}
	}
	_, err = Assemble(s, f.genesis, each(all), Options{})
	require.ErrorAs(t, err, &cannot)
}

// Two nodes, one of which still holds what the other erased: from one snapshot
// they make one stocktake.
func TestWhatTheSnapshotListsAsAbsentIsAbsentEvenIfHeld(t *testing.T) {
	f := newFederation(t, 4)
	id := f.say("prt", f.pledge("prt", "A pledge"), f.genesis.ID)
	f.settle(minute(10))
	held := f.list()
	f.erase(id)
	s := f.snapshot()
	a, err := Assemble(s, f.genesis, each(held), Options{})
	require.NoError(t, err)
	b, err := Assemble(s, f.genesis, f.records(), Options{})
	require.NoError(t, err)
	assert.Equal(t, a.Digest(), b.Digest())
}
