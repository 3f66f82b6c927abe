package review

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func manifestOf(t testing.TB, s *Stocktake) Manifest {
	t.Helper()
	var m Manifest
	require.NoError(t, strictJSON(s.Manifest, &m))
	return m
}

// rows are all rows of a group.
func rows[T any](t testing.TB, s *Stocktake, group string) []T {
	t.Helper()
	var all []T
	for raw, err := range s.rows(manifestOf(t, s), group) {
		require.NoError(t, err)
		var row T
		require.NoError(t, json.Unmarshal(raw, &row))
		all = append(all, row)
	}
	return all
}

// figure is the value of a figure of real rows, -1 if there is none.
func figure(t testing.TB, s *Stocktake, group, name string) int {
	t.Helper()
	for _, f := range manifestOf(t, s).Figures {
		if f.Group == group && f.Name == name && !f.Sample {
			return f.Value
		}
	}
	return -1
}

// days is the minute count of a day of January 2026.
func days(n int) int { return (n - 1) * 24 * 60 }

func (f *testFederation) upTo(cutoff time.Time) *Stocktake {
	f.t.Helper()
	s, err := Assemble(f.snapshot(), f.genesis, f.records(), Options{Cutoff: cutoff})
	require.NoError(f.t, err)
	return s
}

// Round 1 is due on 20 January.
func TestDueSpeaksOfThoseWhoSignedIn(t *testing.T) {
	type act struct {
		day  int
		what string // accede, decline, report, flexible, withdraw, shadow, self
	}
	for name, c := range map[string]struct {
		acts   []act
		cutoff int // day
		want   string
	}{
		"never signed in":                     {nil, 25, "not in this round"},
		"never signed in, but reported":       {[]act{{3, "report"}}, 25, "not in this round"},
		"before the due date":                 {[]act{{2, "accede"}}, 19, "not due"},
		"on the due date":                     {[]act{{2, "accede"}}, 20, "not due"},
		"after the due date":                  {[]act{{2, "accede"}}, 21, "no report received"},
		"reported":                            {[]act{{2, "accede"}, {3, "report"}}, 25, "filed"},
		"reported on the due date":            {[]act{{2, "accede"}, {20, "report"}}, 25, "filed"},
		"reported the day after":              {[]act{{2, "accede"}, {21, "report"}}, 25, "late"},
		"reported less":                       {[]act{{2, "accede"}, {3, "flexible"}}, 25, "flexibility used"},
		"reported less, then more":            {[]act{{2, "accede"}, {3, "flexible"}, {4, "report"}}, 25, "filed"},
		"reported more, then less":            {[]act{{2, "accede"}, {3, "report"}, {4, "flexible"}}, 25, "filed"},
		"reported less, and more when late":   {[]act{{2, "accede"}, {3, "flexible"}, {22, "report"}}, 25, "flexibility used"},
		"reported less when late":             {[]act{{2, "accede"}, {22, "flexible"}}, 25, "late"},
		"a self-assessment is a report too":   {[]act{{2, "accede"}, {3, "self"}}, 25, "filed"},
		"withdrew its report":                 {[]act{{2, "accede"}, {3, "report"}, {4, "withdraw"}}, 25, "no report received"},
		"declined":                            {[]act{{2, "decline"}}, 25, "declined"},
		"declined before it was due":          {[]act{{2, "accede"}, {20, "decline"}}, 25, "declined"},
		"declined when it was too late":       {[]act{{2, "accede"}, {21, "decline"}}, 25, "no report received"},
		"changed its mind":                    {[]act{{2, "decline"}, {5, "accede"}}, 25, "no report received"},
		"signed in when it was due, in time":  {[]act{{20, "accede"}, {20, "report"}}, 25, "filed"},
		"signed in afterwards":                {[]act{{21, "accede"}}, 25, "no report received"},
		"signed in afterwards, then declined": {[]act{{21, "accede"}, {22, "decline"}}, 25, "no report received"},
		"a report filed before it signed in":  {[]act{{2, "report"}, {3, "accede"}}, 25, "filed"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFederation(t, 4)
			pledge := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
			f.receipt("prt", f.all(minute(days(1)+5)))
			var last DocumentID
			for _, a := range c.acts {
				switch a.what {
				case "accede":
					f.say("prt", &Accession{Common: f.common("gmb"), Role: "round", Round: "round-1"}, f.genesis.ID)
				case "decline":
					f.say("prt", &Accession{Common: f.common("gmb"), Role: "round", Round: "round-1", Decision: "declined"}, f.genesis.ID)
				case "report":
					last = f.say("prt", &Report{Common: f.titled("gmb", "A report"), Status: "planning", Round: "round-1"}, pledge)
				case "flexible":
					f.say("prt", &Report{Common: f.titled("gmb", "A report"), Status: "planning", Round: "round-1", Flexibility: "Few."}, pledge)
				case "self":
					f.say("prt", &Assessment{Common: f.titled("gmb", "Our view"), Type: "self", Round: "round-1", Findings: finding(4, "limited")}, f.genesis.ID)
				case "withdraw":
					f.say("prt", &Withdrawal{Common: f.common("gmb"), Reason: "wrong"}, last)
				}
				f.receipt("prt", f.all(minute(days(a.day)+60)))
			}
			s := f.upTo(minute(days(c.cutoff) + 120))
			for _, row := range rows[DueRow](t, s, groupDue) {
				if row.Participant == "gmb" && row.Round == "round-1" {
					assert.Equal(t, c.want, row.State)
					assert.NotEmpty(t, row.Cites)
					return
				}
			}
			t.Error("no row")
		})
	}
}

func TestAPartyIsClaimedUntilItSaysSoItself(t *testing.T) {
	f := newFederation(t, 4)
	joint := func(old DocumentID) DocumentID {
		p := f.pledge("deu", "A joint pledge")
		p.Form, p.Parties, p.Supersedes = "joint", []Party{{Participant: "mar", Name: "Morocco"}, {Name: "A city"}}, old
		return f.say("prt", p, f.genesis.ID)
	}
	clock := 10
	state := func(want string) {
		t.Helper()
		clock++
		f.receipt("prt", f.all(minute(clock)))
		list := rows[PartyRow](t, f.assemble(ScopeGlobal), groupParties)
		require.Len(t, list, 2)
		assert.Equal(t, want, list[0].State)
		assert.Equal(t, "claimed, not confirmed", list[1].State)
	}
	first := joint("")
	state("claimed, not confirmed")
	f.say("prt", &Accession{Common: f.common("mar"), Role: "party", Decision: "declined"}, first)
	state("declined")
	accession := f.say("prt", &Accession{Common: f.common("mar"), Role: "party"}, first)
	state("confirmed")
	second := joint(first)
	state("confirmed an earlier version")
	f.say("prt", &Accession{Common: f.common("mar"), Role: "party"}, second)
	state("confirmed")
	f.say("prt", &Withdrawal{Common: f.common("mar"), Reason: "changed"}, accession)
	state("confirmed")
}

func TestRecommendationsAreOpenUntilTheAddresseeAnswers(t *testing.T) {
	f := newFederation(t, 4)
	pledge := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	asked := f.say("prt", &Comment{Common: f.common("ngo"), Type: "recommendation", To: "deu", Text: "Help."}, pledge)
	answer := func(by ParticipantID, position string) DocumentID {
		return f.say("prt", &Response{Common: f.common(by), Position: position, Text: "Text."}, asked)
	}
	clock := 10
	state := func(want string) {
		t.Helper()
		clock++
		f.receipt("prt", f.all(minute(clock)))
		s := f.assemble(ScopeGlobal)
		list := rows[CommentRow](t, s, groupRecommendations)
		require.Len(t, list, 1)
		assert.Equal(t, want, list[0].State)
		assert.Equal(t, 1, figure(t, s, groupRecommendations, want))
	}
	state("open")
	answer("gmb", "supported") // the pledgor's word, but not the addressee's
	state("open")
	answer("deu", "noted")
	state("noted")
	last := answer("deu", "supported")
	state("supported")
	f.say("prt", &Withdrawal{Common: f.common("deu"), Reason: "no"}, last)
	state("noted")
	// Taking back the pledge silences nobody.
	f.say("prt", &Withdrawal{Common: f.common("gmb"), Reason: "no"}, pledge)
	state("noted")
	assert.False(t, rows[CommentRow](t, f.assemble(ScopeGlobal), groupRecommendations)[0].Stands)
}

func TestAssessmentsStandSideBySideAndAreNeverAveraged(t *testing.T) {
	f := newFederation(t, 4)
	pledge := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	assess := func(by ParticipantID, kind, rating string, about DocumentID) DocumentID {
		a := &Assessment{Common: f.titled(by, "An assessment"), Type: kind, Findings: finding(4, rating)}
		if about == f.genesis.ID && kind != "self" {
			a.About = "gmb"
		}
		return f.say("prt", a, about)
	}
	assess("gmb", "self", "substantial", pledge)
	assess("un-eca", "regional", "substantial", pledge)
	shadow := assess("ngo", "shadow", "limited", pledge)
	assess("ngo", "shadow", "complete", f.genesis.ID) // of all its doing: another question
	reply := f.say("prt", &Response{Common: f.common("gmb"), Position: "answered", Text: "We differ."}, shadow)
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	assert.Equal(t, 4, figure(t, s, groupAssessments, "assessments"))
	assert.Equal(t, 2, figure(t, s, groupAssessments, "alternative (shadow) report"))
	assert.Equal(t, 1, figure(t, s, groupAgreement, "ratings differ"))
	assert.Equal(t, 1, figure(t, s, groupAgreement, "assessed once"))
	for _, row := range rows[AgreementRow](t, s, groupAgreement) {
		if row.Pledge == pledge {
			assert.Equal(t, map[string]int{"substantial": 2, "limited": 1}, row.Ratings)
			assert.Len(t, row.Cites, 2, "one for each rating")
			assert.Contains(t, row.Cites, shadow)
		}
	}
	replies := rows[ReplyRow](t, s, groupReplies)
	require.Len(t, replies, 1)
	assert.Equal(t, reply, replies[0].ID)
	assert.Equal(t, shadow, replies[0].Assessment)
}

func TestWhatAPledgeDoesNotStateIsNeverOverdue(t *testing.T) {
	for due, want := range map[string]string{NotStated: "due: not stated", "2026-01-04": "due: passed", "2026-01-05": "due: ahead"} {
		f := newFederation(t, 4)
		p := f.pledge("gmb", "A pledge")
		p.Due = due
		f.say("prt", p, f.genesis.ID)
		f.receipt("prt", f.all(minute(days(5)+60)))
		assert.Equal(t, 1, figure(t, f.assemble(ScopeGlobal), groupPledges, want), due)
	}
}

func TestCurrenciesAreNeverAddedTogether(t *testing.T) {
	f := newFederation(t, 4)
	for _, r := range []Resource{{Amount: "200000", Currency: "EUR"}, {Amount: "0.05", Currency: "EUR"}, {Amount: "1000", Currency: "USD"}, {Amount: "10000000", Currency: NotStated}, {Amount: NotStated, Currency: "CAD"}} {
		p := f.pledge("deu", "A pledge")
		p.Resources = []Resource{r}
		f.say("prt", p, f.genesis.ID)
	}
	f.settle(minute(10))
	amounts := map[string]string{}
	for _, x := range manifestOf(t, f.assemble(ScopeGlobal)).Figures {
		if x.Amount != "" {
			amounts[x.Name] = x.Amount
		}
	}
	assert.Equal(t, map[string]string{"pledged EUR": "200000.05", "pledged USD": "1000"}, amounts)
}

func TestTargetsStandBesideTheLatestReportedValue(t *testing.T) {
	f := newFederation(t, 4)
	version := func(old DocumentID) DocumentID {
		p := f.pledge("gmb", "A pledge")
		p.Supersedes = old
		p.Targets = []Target{{ID: "births", Indicator: "Births registered", Baseline: "40", Value: "90", Unit: "per cent", Due: "2027-01-01"},
			{ID: "clerks", Indicator: "Clerks", Value: NotStated, Unit: NotStated, Due: NotStated}}
		return f.say("prt", p, f.genesis.ID)
	}
	report := func(about DocumentID, value, on string) {
		f.say("prt", &Report{Common: f.titled("gmb", "A report"), Status: "in-progress", Values: []Value{{Target: "births", Value: value, On: on}}}, about)
	}
	first := version("")
	report(first, "60", "2026-02-01")
	second := version(first)
	report(second, "50", "2026-01-01") // for an earlier day
	f.settle(minute(10))
	list := rows[TargetRow](t, f.assemble(ScopeGlobal), groupTargets)
	require.Len(t, list, 2)
	assert.Equal(t, second, list[0].Pledge)
	assert.Equal(t, []string{"40", "90", "60", "2026-02-01"}, []string{list[0].Baseline, list[0].Value, list[0].Reported, list[0].On})
	assert.Equal(t, "", list[1].Reported)
	assert.Equal(t, []string{"targets", "not reported"}, list[1].In)
}

func TestTheFirstWithdrawalIsTheOneThatCounts(t *testing.T) {
	f := newFederation(t, 4)
	pledge := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	for range 6 {
		f.say("deu", &Withdrawal{Common: f.common("gmb"), Reason: "again"}, pledge)
	}
	f.receipt("deu", f.all(minute(20)))
	first := f.say("prt", &Withdrawal{Common: f.common("gmb"), Reason: "no longer"}, pledge)
	f.receipt("prt", f.all(minute(10)))
	assert.Equal(t, first, f.label(pledge).By)
}

func TestScopes(t *testing.T) {
	f := newFederation(t, 4)
	gmb := f.say("prt", f.pledge("gmb", "A pledge on identity"), f.genesis.ID)
	german := f.pledge("deu", "A joint pledge")
	german.Form, german.Objectives, german.Parties = "joint", []int{23}, []Party{{Participant: "mar", Name: "Morocco"}}
	deu := f.say("prt", german, f.genesis.ID)
	f.settle(minute(10))
	for scope, want := range map[Scope][]DocumentID{
		"global": {gmb, deu}, "region:UN-ECA": {gmb, deu}, "region:UN-ECE": {deu}, "region:UN-ESCAP": nil,
		"participant:gmb": {gmb}, "participant:mar": {deu}, "objective:4": {gmb}, "objective:23": {deu}, "objective:1": nil,
	} {
		var got []DocumentID
		for _, row := range rows[PledgeRow](t, f.assemble(scope), groupPledges) {
			got = append(got, row.ID)
		}
		assert.ElementsMatch(t, want, got, scope)
	}
	africa := f.assemble("region:UN-ECA")
	assert.Equal(t, 1, figure(t, africa, groupPledges, "pledges"), "a claimed party's pledge is not the region's")
	assert.Equal(t, 1, figure(t, africa, groupPledges, "named as a party"))
	m := manifestOf(t, africa)
	assert.Contains(t, m.Notes, "regions-overlap")
	assert.Contains(t, m.Notes, "region-unverified")
	assert.NotContains(t, m.Notes, "samples")
	for _, row := range rows[ParticipationRow](t, africa, groupParticipation) {
		switch row.ID {
		case "mar":
			assert.Contains(t, row.Regions, "UN-ESCWA", "Morocco sits in several regions")
			assert.Contains(t, row.In, "in several regions")
		case "deu", "phl":
			t.Errorf("%s is not in Africa", row.ID)
		case "":
			assert.Equal(t, "outside this federation", row.State)
		}
	}
	for _, scope := range []Scope{"everything", "global:", "region:", "region:NOWHERE", "participant:sle", "objective:0", "objective:04", "objective:24", "objective:x", "region"} {
		_, err := f.read().Stocktake(scope)
		assert.ErrorIs(t, err, ErrScope, scope)
	}
}

func TestSamplesAreFlaggedAndCountedApart(t *testing.T) {
	f := newFederation(t, 4)
	f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	sample := f.say("prt", f.pledge("xsa", "SAMPLE: A pledge"), f.genesis.ID)
	f.say("prt", &Comment{Common: f.common("ngo"), Type: "recommendation", Text: "Do."}, sample) // about a sample
	f.say("prt", f.pledge("ngo", "SAMPLE: Another pledge"), f.genesis.ID)
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	assert.Equal(t, 1, figure(t, s, groupPledges, "pledges"))
	assert.Equal(t, 0, figure(t, s, groupRecommendations, "recommendations"))
	samples := map[string]int{}
	for _, x := range manifestOf(t, s).Figures {
		if x.Sample {
			samples[x.Name] = x.Value
		}
	}
	assert.Equal(t, 2, samples["pledges"])
	assert.Equal(t, 1, samples["recommendations"])
	assert.Contains(t, manifestOf(t, s).Notes, "samples")
}

// No real participant stands in a table beside an invented round.
func TestAnInventedRoundIsPutToInventedParticipantsOnly(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) {
		c.Rounds = []Round{{ID: "sample-1", Title: "SAMPLE round", Scope: "global", Opens: "2026-01-01", Due: "2026-12-31", Sample: true}}
	})
	f.settle(minute(10))
	list := rows[DueRow](t, f.assemble(ScopeGlobal), groupDue)
	require.Len(t, list, 1)
	assert.Equal(t, ParticipantID("xsa"), list[0].Participant)
	assert.True(t, list[0].Sample)
}

func TestACutoffBeforeEverythingIsAnEmptyStocktake(t *testing.T) {
	f := newFederation(t, 4)
	s, err := Assemble(f.snapshot(), f.genesis, f.records(), Options{})
	require.NoError(t, err)
	m := manifestOf(t, s)
	assert.Equal(t, "", m.Cutoff, "nothing was filed")
	assert.Equal(t, 0, figure(t, s, groupPledges, "pledges"))
	assert.Equal(t, 10, figure(t, s, groupParticipation, "participants")+1, "and one invented")
}
