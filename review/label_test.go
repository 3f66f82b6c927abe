package review

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADocumentCountsOnceItIsFiled(t *testing.T) {
	f := newFederation(t, 4)
	id := f.say("prt", f.pledge("prt", "A pledge"), f.genesis.ID)
	l := f.label(id)
	assert.False(t, l.Counts)
	assert.Equal(t, ReasonPending, l.Reason)

	f.receipt("prt", f.all(minute(10)))
	l = f.label(id)
	assert.True(t, l.Counts, l.Reason)
	assert.Equal(t, "2026-01-01T00:10:00Z", l.Filed)
	assert.Equal(t, 4, l.Witnesses)
	assert.Equal(t, 1, l.Places)
}

func TestLabelsSayWhyADocumentDoesNotCount(t *testing.T) {
	for name, c := range map[string]struct {
		file func(f *testFederation) DocumentID
		want string
	}{
		"signed by another participant": {func(f *testFederation) DocumentID {
			return f.append("prt", f.compose(f.pledge("gmb", "A pledge"), f.genesis.ID), "gmb-academic author")
		}, "key-not-authors"},
		"signed by nobody": {func(f *testFederation) DocumentID {
			return f.append("prt", f.compose(f.pledge("gmb", "A pledge"), f.genesis.ID), "a stranger")
		}, "key-unknown"},
		"signed with the clerk's key": {func(f *testFederation) DocumentID {
			return f.append("prt", f.compose(f.pledge("prt", "A pledge"), f.genesis.ID), "prt clerk")
		}, "key-role"},
		"a signature that does not verify": {func(f *testFederation) DocumentID {
			payload := f.compose(f.pledge("prt", "A pledge"), f.genesis.ID)
			leaf := sign(documentKey("prt author"), []byte("something else"))
			leaf.Digest = sign(documentKey("prt author"), payload).Digest
			return f.appendLeaf("prt", leaf, payload)
		}, ReasonSignatureInvalid},
		"an author whom no charter lists": {func(f *testFederation) DocumentID {
			return f.append("prt", f.compose(f.pledge("sle", "A pledge"), f.genesis.ID), "prt author")
		}, "unknown-author"},
		"another federation's": {func(f *testFederation) DocumentID {
			p := f.pledge("prt", "A pledge")
			p.Federation = DocumentID(strings.Repeat("0", 64))
			return f.append("prt", f.compose(p, f.genesis.ID), "prt author")
		}, "wrong-federation"},
		"not a statement": {func(f *testFederation) DocumentID {
			return f.append("prt", []byte(`{"_type":"x"}`), "prt author")
		}, ReasonMalformed},
		"a rule of its kind broken": {func(f *testFederation) DocumentID {
			p := f.pledge("prt", "A pledge")
			p.Due = "2026-02-30"
			return f.append("prt", f.compose(p, f.genesis.ID), "prt author")
		}, ReasonMalformed},
		"a kind of the future": {func(f *testFederation) DocumentID {
			return f.append("prt", Compose("kind-of-the-future", []Subject{{"charter", f.genesis.ID}}, f.common("prt")), "prt author")
		}, ReasonNotUnderstood},
		"about something unknown": {func(f *testFederation) DocumentID {
			return f.append("prt", f.compose(&Comment{Common: f.common("deu"), Type: "question", Text: "Which?"}, DocumentID(strings.Repeat("0", 64))), "deu author")
		}, ReasonDangling},
		"about something that does not hold": {func(f *testFederation) DocumentID {
			forged := f.append("prt", f.compose(f.pledge("gmb", "A pledge"), f.genesis.ID), "gmb-academic author")
			return f.say("prt", &Report{Common: f.titled("gmb", "A report"), Status: "planning"}, forged)
		}, ReasonSubjectExcluded},
		"about something erased": {func(f *testFederation) DocumentID {
			gone := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
			f.erase(gone)
			return f.say("prt", &Report{Common: f.titled("gmb", "A report"), Status: "planning"}, gone)
		}, ReasonSubjectAbsent},
		"erased": {func(f *testFederation) DocumentID {
			gone := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
			f.erase(gone)
			return gone
		}, ReasonAbsent},
		"withdrawn": {func(f *testFederation) DocumentID {
			id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
			f.say("deu", &Withdrawal{Common: f.common("gmb"), Reason: "no longer"}, id)
			return id
		}, ReasonWithdrawn},
		"withdrawn and then erased": {func(f *testFederation) DocumentID {
			id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
			f.say("deu", &Withdrawal{Common: f.common("gmb"), Reason: "no longer", Erase: true}, id)
			f.erase(id)
			return id
		}, ReasonWithdrawn},
		"withdrawn by a stranger": {func(f *testFederation) DocumentID {
			id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
			return f.say("deu", &Withdrawal{Common: f.common("deu"), Reason: "I say so"}, id)
		}, "not-your-document"},
		"replaced": {func(f *testFederation) DocumentID {
			id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
			next := f.pledge("gmb", "A better pledge")
			next.Supersedes = id
			f.say("deu", next, f.genesis.ID)
			return id
		}, ReasonSuperseded},
		"a report by a named party that has not acceded": {func(f *testFederation) DocumentID {
			joint := f.pledge("deu", "A joint pledge")
			joint.Form, joint.Parties = "joint", []Party{{Participant: "mar", Name: "Morocco"}}
			return f.say("prt", &Report{Common: f.titled("mar", "A report"), Status: "planning"}, f.say("prt", joint, f.genesis.ID))
		}, ReasonNotAcceded},
		"a receipt for another tree": {func(f *testFederation) DocumentID {
			note := cosigned(f, f.forged("deu"), f.logs[f.origin("deu")].signer, f.all(minute(1)))
			return f.say("prt", &Receipt{Common: f.common("prt"), Checkpoint: string(note)}, f.genesis.ID)
		}, ReasonVoidReceipt},
		"a charter that nobody acceded to": {func(f *testFederation) DocumentID {
			return f.append("prt", f.compose(f.successor(), f.genesis.ID), "prt author")
		}, ReasonNotAdopted},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			id := c.file(f)
			f.settle(minute(10))
			l := f.label(id)
			assert.Equal(t, c.want, l.Reason)
			assert.False(t, l.Counts)
			assert.NotEmpty(t, messages[l.Reason], "reason %s has no sentence", l.Reason)
		})
	}
}

func TestWhatOthersSignInAnAuthorsNameNeitherHelpsNorHarms(t *testing.T) {
	f := newFederation(t, 4)
	payload := f.compose(f.pledge("gmb", "A pledge"), f.genesis.ID)
	id := f.append("deu", payload, "gmb-academic author") // first, and by a stranger
	f.receipt("deu", f.all(minute(5)))
	f.append("prt", payload, "gmb author")
	f.receipt("prt", f.all(minute(20)))
	f.append("phl", payload, "gmb author")
	f.receipt("phl", f.all(minute(30)))
	l := f.label(id)
	assert.True(t, l.Counts, l.Reason)
	assert.Equal(t, instant(minute(20)), l.Filed)
	assert.Equal(t, f.origin("prt"), l.Place.Origin)
	assert.Equal(t, 3, l.Places)

	elsewhere, _ := f.read().RecordLabel(Place{f.origin("phl"), uint64(len(f.logs[f.origin("phl")].records) - 2)}, id)
	assert.Equal(t, ReasonDuplicate, elsewhere.Reason)
}

// Where the content is gone, a stranger who signs its digest cannot pass for
// its author and say that it was taken back.
func TestNobodyElseTakesBackWhatIsAbsent(t *testing.T) {
	f := newFederation(t, 4)
	payload := f.compose(f.pledge("ngo", "A pledge"), f.genesis.ID)
	id := f.append("prt", payload, "ngo author")
	f.append("deu", payload, "deu author")
	stranger := f.say("deu", &Withdrawal{Common: f.common("deu"), Reason: "Gone."}, id)
	f.erase(id)
	f.settle(minute(10))
	assert.Equal(t, ReasonAbsent, f.label(id).Reason)
	assert.Equal(t, ReasonSubjectAbsent, f.label(stranger).Reason)
}

// Nor does a stranger who signs it afterwards keep its author from that.
func TestAuthorTakesBackWhatAStrangerSignedToo(t *testing.T) {
	f := newFederation(t, 4)
	payload := f.compose(f.pledge("ngo", "A pledge"), f.genesis.ID)
	id := f.append("prt", payload, "ngo author")
	f.settle(minute(10))
	f.append("deu", payload, "deu author")
	taken := f.say("prt", &Withdrawal{Common: f.common("ngo"), Reason: "Gone."}, id)
	stranger := f.say("deu", &Withdrawal{Common: f.common("deu"), Reason: "Gone."}, id)
	f.erase(id)
	f.settle(minute(20))
	assert.Equal(t, ReasonWithdrawn, f.label(id).Reason)
	assert.Equal(t, taken, f.label(id).By)
	assert.Equal(t, ReasonSubjectAbsent, f.label(stranger).Reason)
}

// Erasing what was commented on or assessed silences nobody: their words go on
// counting, to the same addressee, and so do the answers to them.
func TestErasedContentLeavesWhatOthersSaidAboutIt(t *testing.T) {
	f := newFederation(t, 4)
	pledge := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	recommended := f.say("deu", &Comment{Common: f.common("deu"), Type: commentRecommendation, Text: "Do more."}, pledge)
	shadow := f.say("prt", &Assessment{Common: f.titled("ngo", "Our view"), Type: assessmentShadow, Findings: []Finding{{Objective: 6, Rating: "limited", Text: "Little."}}}, pledge)
	reply := f.say("deu", &Response{Common: f.common("gmb"), Position: "noted", Text: "Noted."}, recommended)
	report := f.say("deu", &Report{Common: f.titled("gmb", "Report"), Status: "planning"}, pledge)
	f.settle(minute(10))
	all := []DocumentID{recommended, shadow, reply}
	for _, id := range append(all, report) {
		require.True(t, f.label(id).Counts, f.label(id).Reason)
	}
	values := func() map[string]int {
		var m Manifest
		require.NoError(t, strictJSON(f.assemble(ScopeGlobal).Manifest, &m))
		of := map[string]int{}
		for _, figure := range m.Figures {
			if slices.Contains([]string{"recommendations", "assessments", "findings", "agreement"}, figure.Group) {
				of[figure.Group+" "+figure.Name] = figure.Value
			}
		}
		return of
	}
	before := values()
	require.NotEmpty(t, before)

	f.erase(pledge)
	for _, id := range append(all, report) {
		require.False(t, f.label(id).Counts, "nobody has said yet that it was taken back")
	}
	f.say("deu", &Withdrawal{Common: f.common("gmb"), Reason: "Another is coming.", Erase: true}, pledge)
	f.settle(minute(20))
	for _, id := range all {
		assert.True(t, f.label(id).Counts, f.label(id).Reason)
	}
	assert.Equal(t, ReasonSubjectAbsent, f.label(report).Reason)
	assert.Equal(t, before, values())
}

func TestKeysAndParticipantsCountByFilingTimeOnly(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *Participant)
		filed  time.Time
		want   string
	}{
		"key closed later":          {func(p *Participant) { p.Keys[1].Until = instant(minute(21)) }, minute(20), ""},
		"key closed at that second": {func(p *Participant) { p.Keys[1].Until = instant(minute(20)) }, minute(20), ReasonKeyNotInForce},
		"key opened at that second": {func(p *Participant) { p.Keys[1].From = instant(minute(20)) }, minute(20), ""},
		"key opened later":          {func(p *Participant) { p.Keys[1].From = instant(minute(21)) }, minute(20), ReasonKeyNotInForce},
		"participant ended":         {func(p *Participant) { p.Until = instant(minute(20)) }, minute(20), ReasonAuthorNotInForce},
		"participant not yet":       {func(p *Participant) { p.From = instant(minute(21)) }, minute(20), ReasonAuthorNotInForce},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederationWith(t, 4, func(charter *Charter) { c.change(&charter.Participants[5]) })
			id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
			f.receipt("prt", f.all(c.filed))
			assert.Equal(t, c.want, f.label(id).Reason)
		})
	}
}

func TestNothingCountsBeforeTheFederationIsFounded(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) { c.Threshold = 9 })
	id := f.say("prt", f.pledge("prt", "A pledge"), f.genesis.ID)
	f.settle(minute(10))
	assert.Equal(t, ReasonNotFounded, f.label(id).Reason)
	f.say("deu", &Accession{Common: f.common("gmb-academic"), Role: "member"}, f.genesis.ID)
	assert.True(t, f.label(id).Counts)
}

func TestTheLastVersionFiledStands(t *testing.T) {
	f := newFederation(t, 4)
	v1 := f.say("prt", f.pledge("gmb", "Version 1"), f.genesis.ID)
	f.receipt("prt", f.all(minute(10)))
	next := func(carrier ParticipantID, old DocumentID, minutes int) DocumentID {
		p := f.pledge("gmb", "Another version")
		p.Supersedes = old
		id := f.say(carrier, p, f.genesis.ID)
		f.receipt(carrier, f.all(minute(minutes)))
		return id
	}
	v2 := next("deu", v1, 30)
	rival := next("phl", v1, 20) // filed earlier, by another way
	r := f.read()
	for id, by := range map[DocumentID]DocumentID{v1: v2, rival: v2, v2: ""} {
		l, _ := r.Label(id)
		assert.Equal(t, by, l.By)
		assert.Equal(t, by == "", l.Counts)
	}
	// Withdrawing the version that stands leaves the rival; withdrawing that too
	// takes the pledge back. The first version does not come back.
	withdraw := func(id DocumentID, minutes int) {
		f.say("bgd", &Withdrawal{Common: f.common("gmb"), Reason: "no longer"}, id)
		f.receipt("bgd", f.all(minute(minutes)))
	}
	withdraw(v2, 40)
	assert.True(t, f.label(rival).Counts)
	assert.Equal(t, ReasonSuperseded, f.label(v1).Reason)
	withdraw(rival, 50)
	assert.Equal(t, ReasonWithdrawn, f.label(rival).Reason)
	assert.Equal(t, ReasonSuperseded, f.label(v1).Reason)
}

func TestACutoffComparesFilingTimes(t *testing.T) {
	f := newFederation(t, 4)
	id := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	f.receipt("prt", f.all(minute(10)))
	withdrawal := f.say("prt", &Withdrawal{Common: f.common("gmb"), Reason: "no longer"}, id)
	f.receipt("prt", f.all(minute(20)))
	for minutes, want := range map[int][2]string{9: {ReasonAfterCutoff, ReasonAfterCutoff}, 10: {"", ReasonAfterCutoff}, 20: {ReasonWithdrawn, ""}} {
		r, err := Read(f.snapshot(), f.genesis, f.records(), minute(minutes))
		require.NoError(t, err)
		l, _ := r.Label(id)
		assert.Equal(t, want[0], l.Reason, minutes)
		l, _ = r.Label(withdrawal)
		assert.Equal(t, want[1], l.Reason, minutes)
	}
}

func TestAPartyReportsOnceItHasAcceded(t *testing.T) {
	f := newFederation(t, 4)
	joint := f.pledge("deu", "A joint pledge")
	joint.Form, joint.Parties = "joint", []Party{{Participant: "mar", Name: "Morocco"}}
	pledge := f.say("prt", joint, f.genesis.ID)
	report := f.say("prt", &Report{Common: f.titled("mar", "A report"), Status: "planning"}, pledge)
	f.say("phl", &Accession{Common: f.common("mar"), Role: "party"}, pledge)
	// Whoever accedes to the report changes nothing for it.
	f.append("phl", Compose(KindAccession, []Subject{{"pledge", report}}, &Accession{Common: f.common("gmb"), Role: "party"}), "gmb author")
	f.settle(minute(10))
	l := f.label(report)
	assert.True(t, l.Counts, l.Reason)
}
