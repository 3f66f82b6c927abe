package review

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inventedFederation has invented participants beside the others.
func inventedFederation(t testing.TB) *testFederation {
	return newFederationWith(t, 4, func(c *Charter) {
		for _, p := range []Participant{
			{ID: "xex", Kind: "state", Name: "Exemplaria (SAMPLE)", Country: "XEX"},
			{ID: "xin", Kind: "state", Name: "Inventia (SAMPLE)", Country: "XIN"},
			{ID: "sample-city", Kind: "local-authority", Name: "A city (SAMPLE)", Country: "XSA"},
			{ID: "sample-body", Kind: "regional-body", Name: "A body (SAMPLE)"},
			{ID: "sample-forum", Kind: "civil-society", Name: "A coalition (SAMPLE)"},
		} {
			p.Sample = true
			p.Keys = []Key{{Key: public(documentKey(string(p.ID) + " author")).Base64(), Role: "author"}}
			c.Participants = append(c.Participants, p)
		}
	})
}

// checkWorked holds a stocktake against the tables of testdata/worked/<name>.md:
// its figures of samples, and the values of a field in the rows of a group.
func checkWorked(t *testing.T, name string, s *Stocktake) {
	t.Helper()
	prose, err := os.ReadFile("testdata/worked/" + name + ".md")
	require.NoError(t, err)
	figures := map[string]int{}
	for _, f := range manifestOf(t, s).Figures {
		if f.Sample {
			figures[f.Group+" "+f.Name] = f.Value
		}
	}
	checked, table := 0, ""
	for line := range strings.Lines(string(prose)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "---") {
			continue
		}
		group, what, want := strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3])
		switch {
		case group == "group":
			table = what
			continue
		case table == "figure":
			n, err := strconv.Atoi(want)
			require.NoError(t, err, line)
			assert.Equal(t, n, figures[group+" "+what], "%s: %s", name, line)
		case table == "field":
			var got []string
			for _, row := range rows[map[string]any](t, s, group) {
				value := "-"
				if v, ok := row[what]; ok {
					value = fmt.Sprint(v)
				}
				got = append(got, value)
			}
			assert.Equal(t, want, strings.Join(got, "; "), "%s: %s", name, line)
		}
		checked++
	}
	require.NotZero(t, checked, "%s has no table", name)
}

func (f *testFederation) sample(author ParticipantID, title string) *Pledge {
	return f.pledge(author, "SAMPLE: "+title)
}

func TestWorkedTargetOnItsWay(t *testing.T) {
	f := inventedFederation(t)
	p := f.sample("xsa", "Registration")
	target := func(id, baseline, value, unit string) Target {
		return Target{ID: id, Indicator: "Indicator of " + id, Baseline: baseline, BaselineOn: "2025-07-01", Value: value, Unit: unit, Due: "2027-07-01"}
	}
	offices := Target{ID: "offices", Indicator: "Offices", Value: "20", Unit: "offices", Due: "2027-07-01"}
	p.Targets = []Target{target("births", "40", "90", "per cent"), target("clerks", "0", "32", "people"), target("waiting", "30", "10", "days"), offices, target("trust", "1", "2", "points")}
	p.Milestones = []Milestone{{ID: "law", Title: "The law is in force", Due: "2025-12-31"}, {ID: "office", Title: "The office is open", Due: "2026-01-05"}}
	pledge := f.say("prt", p, f.genesis.ID)
	r := &Report{Common: f.titled("xsa", "SAMPLE: A report"), Status: "in-progress", Milestones: []Step{{ID: "law", On: "2026-01-01"}}}
	for _, v := range [][2]string{{"births", "60"}, {"clerks", "1"}, {"waiting", "10"}, {"offices", "12"}} {
		r.Values = append(r.Values, Value{Target: v[0], Value: v[1], On: "2026-01-01"})
	}
	f.say("prt", r, pledge)
	f.settle(minute(days(11)))
	checkWorked(t, "target-on-its-way", f.assemble(ScopeGlobal))
}

func TestWorkedRatchet(t *testing.T) {
	f := inventedFederation(t)
	old := f.sample("xsa", "Registration")
	old.Due = "2028-12-31"
	old.Targets = []Target{{ID: "births", Indicator: "Births", Baseline: "40", Value: "90", Unit: "per cent", Due: NotStated}, {ID: "waiting", Indicator: "Waiting", Baseline: "30", Value: "10", Unit: "days", Due: NotStated}}
	old.Resources = []Resource{{Amount: "100.00", Currency: "EUR"}, {Amount: "50", Currency: "EUR"}}
	one := f.say("prt", old, f.genesis.ID)
	asked := f.say("prt", &Comment{Common: f.titled("sample-forum", "SAMPLE: More"), Type: "recommendation", Text: "Do more."}, one)

	next := f.sample("xsa", "Registration")
	next.Supersedes, next.Answers, next.Due, next.Objectives = one, asked, "2027-12-31", []int{4, 15}
	next.Targets = []Target{old.Targets[0], old.Targets[1]}
	next.Targets[0].Value, next.Targets[1].Value = "95", "15"
	next.Resources = []Resource{{Amount: "200", Currency: "EUR"}}
	two := f.say("prt", next, f.genesis.ID)

	last := f.sample("xsa", "Registration of births")
	last.Supersedes = two
	last.Targets = []Target{next.Targets[0]}
	last.Targets[0].Unit, last.Targets[0].Value = "people", "5000"
	three := f.say("prt", last, f.genesis.ID)
	f.settle(minute(10))
	s := f.assemble(ScopeGlobal)
	checkWorked(t, "ratchet", s)
	words := map[string]string{}
	for _, row := range rows[ChangeRow](t, s, groupRatchet) {
		words[row.Words] = row.Direction
		want := asked
		if row.Pledge == three {
			want = ""
		}
		assert.Equal(t, want, row.Answers)
	}
	assert.Equal(t, map[string]string{
		"target births was 90 per cent and is 95 per cent":                         moreAmbitious,
		"target waiting was 10 days and is 15 days":                                lessAmbitious,
		"due was 2028-12-31 and is 2027-12-31: earlier":                            moreAmbitious,
		"objective 15 was added":                                                   moreAmbitious,
		"resources in EUR were 150.00 and are 200":                                 moreAmbitious,
		"target waiting was dropped: Waiting":                                      lessAmbitious,
		"objective 15 was dropped":                                                 lessAmbitious,
		"resources in EUR were dropped: 200":                                       lessAmbitious,
		"due was 2027-12-31 and is not stated any more":                            lessAmbitious,
		"target births was 95 per cent and is 5000 people":                         onlyChanged,
		`target births: unit was "per cent" and is "people"`:                       onlyChanged,
		`title was "SAMPLE: Registration" and is "SAMPLE: Registration of births"`: onlyChanged,
	}, words)
}

func TestWorkedClaimsSideBySide(t *testing.T) {
	f := inventedFederation(t)
	joint := f.sample("xsa", "Clerks")
	joint.Form, joint.Parties = "joint", []Party{{Participant: "xex", Name: "Exemplaria"}}
	joint.Targets = []Target{{ID: "clerks", Indicator: "Clerks", Value: "100", Unit: "people", Due: NotStated}}
	pledge := f.say("prt", joint, f.genesis.ID)
	f.say("prt", &Accession{Common: f.common("xex"), Role: "party"}, pledge)
	value := func(value, on string) Value { return Value{Target: "clerks", Value: value, On: on} }
	report := func(by ParticipantID, values ...Value) *Report {
		return &Report{Common: f.titled(by, "SAMPLE: A report"), Status: "in-progress", Values: values}
	}
	f.say("prt", report("xsa", value("70", "2026-01-01"), value("30", "2025-12-31")), pledge)
	f.receipt("prt", f.all(minute(10)))
	f.say("prt", report("xex", value("55", "2026-01-01")), pledge)
	f.receipt("prt", f.all(minute(20)))
	f.say("prt", &Assessment{Common: f.titled("sample-forum", "SAMPLE: What we counted"), Type: "shadow", Findings: finding(4, "limited"),
		Values: []Value{value("40", "2026-01-01"), value("30.0", "2025-12-31"), value("12", "2025-11-30")}}, pledge)
	f.settle(minute(30))
	s := f.assemble(ScopeGlobal)
	checkWorked(t, "claims-side-by-side", s)
	var claims []string
	for _, c := range rows[ClaimRow](t, s, groupClaims)[1].Claims {
		claims = append(claims, c.Value+" "+string(c.Author)+" "+string(c.Kind)+" "+c.Type)
	}
	assert.Equal(t, []string{"70 xsa report ", "55 xex report ", "40 sample-forum assessment shadow"}, claims)
}

func TestWorkedFramework(t *testing.T) {
	f := inventedFederation(t)
	framework := func(old DocumentID) DocumentID {
		return f.say("prt", &Framework{Common: func() Common { c := f.titled("xsa", "SAMPLE: Skills"); c.Supersedes = old; return c }(), Objectives: []int{18},
			Text: "We recognise certificates.", Acceding: "Name an office.",
			Pioneers: []Party{{Participant: "xex", Name: "Exemplaria"}, {Participant: "xin", Name: "Inventia"}, {Name: "A school"}}}, f.genesis.ID)
	}
	accedes := func(by ParticipantID, decision string, to DocumentID) DocumentID {
		return f.say("prt", &Accession{Common: f.common(by), Role: "framework", Decision: decision}, to)
	}
	first := framework("")
	accedes("xex", "", first)
	accedes("xin", "declined", first)
	accedes("sample-forum", "", first)
	f.receipt("prt", f.all(minute(10)))
	second := framework(first)
	accedes("sample-forum", "accedes", second)
	taken := accedes("sample-city", "", second)
	f.say("prt", &Withdrawal{Common: f.common("sample-city"), Reason: "No office."}, taken)
	f.settle(minute(20))
	checkWorked(t, "framework", f.assemble(ScopeGlobal))
	city := f.assemble("participant:sample-city")
	assert.Len(t, rows[FrameworkRow](t, city, groupFrameworks), 1, "of others, with somebody of the scope")
	assert.Len(t, rows[AdherentRow](t, city, groupAdherents), 1, "itself")
}

func TestWorkedTransmission(t *testing.T) {
	f := inventedFederation(t)
	national := f.say("prt", f.sample("xsa", "Languages"), f.genesis.ID)
	city := f.sample("sample-city", "A course")
	city.ContributesTo = []DocumentID{national, DocumentID(strings.Repeat("0", 64))}
	local := f.say("prt", city, f.genesis.ID)
	forum := f.sample("sample-forum", "Volunteers")
	forum.ContributesTo = []DocumentID{national}
	f.say("prt", forum, f.genesis.ID)
	framework := f.say("prt", &Framework{Common: f.titled("sample-body", "SAMPLE: Languages"), Objectives: []int{16}, Text: "Text.", Acceding: "Teach."}, f.genesis.ID)
	body := f.sample("sample-body", "Teachers for cities")
	body.ContributesTo = []DocumentID{local}
	f.say("prt", body, f.genesis.ID)
	f.say("prt", &Plan{Common: f.titled("xsa", "SAMPLE: A plan"), Period: Period{From: "2026-01-01", Until: "2027-12-31"}, Pledges: []DocumentID{national}, ContributesTo: []DocumentID{framework},
		Measures: []Measure{{ID: "a", Objective: 16, Text: "Teach.", Lead: "Ministry of Education"}, {ID: "b", Objective: 4, Text: "Register.", Lead: "Civil registry"}}}, f.genesis.ID)
	revised := f.sample("xsa", "More languages")
	revised.Supersedes = national
	f.say("prt", revised, f.genesis.ID)
	f.settle(minute(10))
	checkWorked(t, "transmission", f.assemble(ScopeGlobal))
	for scope, want := range map[Scope]int{"participant:sample-city": 3, "participant:xsa": 3, "participant:sample-forum": 1, "participant:prt": 0} {
		assert.Len(t, rows[LinkRow](t, f.assemble(scope), groupTransmission), want, "both directions: %s", scope)
	}
}

func TestWorkedMatching(t *testing.T) {
	f := inventedFederation(t)
	host := f.say("prt", f.sample("xex", "Host students"), f.genesis.ID)
	gone := f.say("prt", f.sample("xin", "Grants"), f.genesis.ID)
	f.say("prt", &Withdrawal{Common: f.common("xin"), Reason: "no longer"}, gone)
	matching := func(by ParticipantID, to DocumentID, named bool) DocumentID {
		p := f.sample(by, "A match of "+string(by))
		p.Form, p.Matches = "matching", to
		if named {
			p.Parties = []Party{{Participant: "xex", Name: "Exemplaria"}}
		}
		return f.say("prt", p, f.genesis.ID)
	}
	samplia := matching("xsa", host, true)
	inventia := matching("xin", host, false)
	forum := matching("sample-forum", host, true)
	matching("sample-city", gone, false)
	f.say("prt", &Accession{Common: f.common("xex"), Role: "party"}, samplia)
	f.say("prt", &Accession{Common: f.common("xex"), Role: "party", Decision: "declined"}, forum)
	f.receipt("prt", f.all(minute(10)))
	before := f.assemble(ScopeGlobal)
	states := map[ParticipantID]string{}
	for _, row := range rows[MatchRow](t, before, groupMatches) {
		states[row.Author] = row.State
	}
	assert.Equal(t, map[ParticipantID]string{"xsa": matchConfirmed, "xin": matchClaimed, "sample-forum": matchDeclined, "sample-city": matchWithdrawn}, states)
	revised := f.sample("xex", "Host more students")
	revised.Form, revised.Matches, revised.Supersedes = "matching", inventia, host
	f.say("prt", revised, f.genesis.ID)
	f.settle(minute(20))
	checkWorked(t, "matching", f.assemble(ScopeGlobal))
}

// Rounding is exact: half to even, also below zero and past one.
func TestSharesAreRoundedHalfToEven(t *testing.T) {
	for _, c := range []struct{ baseline, value, reported, want string }{
		{"0", "3", "1", "0.3333"}, {"0", "3", "2", "0.6667"}, {"0", "32", "1", "0.0312"}, {"0", "32", "3", "0.0938"},
		{"0", "20000", "1", "0.0000"}, {"0", "20000", "3", "0.0002"}, {"0", "20000", "-1", "0.0000"}, {"0", "20000", "-3", "-0.0002"},
		{"10", "0", "12.5", "-0.2500"}, {"0", "4", "6", "1.5000"},
		{"0", "999999999999999999999999", "333333333333333333333333", "0.3333"}, {"0.00000000000000000000001", "0.00000000000000000000003", "0.00000000000000000000002", "0.5000"},
	} {
		p := progressOf(Target{Baseline: c.baseline, Value: c.value}, c.reported, "2026-01-01", "2026-01-02")
		assert.Equal(t, c.want, p.Way, "%v", c)
		_, err := json.Marshal(p)
		assert.NoError(t, err)
	}
}

func TestTheStraightLineIsThatOfTheReportsOwnDay(t *testing.T) {
	target := Target{Baseline: "0", BaselineOn: "2026-01-01", Value: "100", Due: "2026-01-11"}
	for _, c := range []struct{ reported, on, today, state, passed string }{
		{"50", "2026-01-06", "2026-01-06", targetOnTheWay, "0.5000"},
		{"49.99", "2026-01-06", "2026-01-06", targetBehind, "0.5000"},
		{"50", "2026-01-06", "2026-12-31", targetOnTheWay, "1.0000"}, // old, not behind
		{"99", "2027-01-01", "2027-01-01", targetBehind, "1.0000"},
		{"0", "2025-12-31", "2025-12-31", targetOnTheWay, "0.0000"},
		{"100", "2026-01-02", "2026-01-02", targetReached, "0.1000"},
		{"", "", "2026-01-03", "", "0.2000"},
	} {
		p := progressOf(target, c.reported, c.on, c.today)
		assert.Equal(t, c.state, p.State, "%v", c)
		assert.Equal(t, c.passed, p.Passed, "%v", c)
	}
	hold := Target{Baseline: "95", Value: "95", Due: "2026-01-11"}
	assert.Equal(t, targetHold, progressOf(hold, "95", "2026-01-02", "2026-01-02").State)
	assert.Equal(t, targetOpen, progressOf(Target{Baseline: "1", Value: NotStated}, "95", "2026-01-02", "2026-01-02").State)
}
