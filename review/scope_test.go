package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A theme has what is tagged with it or a finer one, and what is said about
// that; a corridor has what names both countries, whoever says it.
func TestThemesAndCorridors(t *testing.T) {
	f := newFederation(t, 4)
	children := f.pledge("gmb", "Children")
	children.Themes = []string{"safe/children"}
	a := f.say("prt", children, f.genesis.ID)
	route := f.pledge("ngo", "Along the way")
	route.Themes = []string{"regular/recruitment", "safe/climate/pathways"}
	route.Corridor = &Corridor{From: []string{"GMB"}, Transit: []string{"MAR"}, To: []string{"DEU", "PRT"}}
	b := f.say("prt", route, f.genesis.ID)
	c := f.say("prt", f.pledge("deu", "Without a tag"), f.genesis.ID)
	reportOn := func(by ParticipantID, id DocumentID) DocumentID {
		return f.say("prt", &Report{Common: f.titled(by, "A report"), Status: "planning"}, id)
	}
	onA, onB := reportOn("gmb", a), reportOn("ngo", b)
	reportOn("deu", c)
	asked := f.say("prt", &Comment{Common: f.common("phl"), Type: "recommendation", Text: "Do."}, onB)
	f.say("prt", &Assessment{Common: f.titled("deu", "Our own view"), Type: "self", Findings: finding(4, "limited")}, f.genesis.ID)
	shadow := f.say("prt", &Assessment{Common: f.titled("ngo", "A shadow report"), Type: "shadow", Findings: finding(4, "limited")}, a)
	retagged := f.pledge("gmb", "Children, retagged")
	retagged.Supersedes, retagged.Themes = a, []string{"orderly"}
	f.settle(minute(10))

	for scope, want := range map[Scope]struct{ pledges, reports, others []DocumentID }{
		"theme:safe":                {[]DocumentID{a, b}, []DocumentID{onA, onB}, []DocumentID{asked, shadow}},
		"theme:safe/children":       {[]DocumentID{a}, []DocumentID{onA}, []DocumentID{shadow}},
		"theme:safe/climate":        {[]DocumentID{b}, []DocumentID{onB}, []DocumentID{asked}},
		"theme:regular/recruitment": {[]DocumentID{b}, []DocumentID{onB}, []DocumentID{asked}},
		"theme:orderly":             {},
		"corridor:DEU-GMB":          {[]DocumentID{b}, []DocumentID{onB}, []DocumentID{asked}},
		"corridor:DEU-MAR":          {[]DocumentID{b}, []DocumentID{onB}, []DocumentID{asked}},
		"corridor:DEU-PRT":          {}, // both are where people go to
		"corridor:DEU-PHL":          {},
	} {
		s := f.assemble(scope)
		var pledges, reports, others []DocumentID
		for _, row := range rows[PledgeRow](t, s, groupPledges) {
			pledges = append(pledges, row.ID)
		}
		for _, row := range rows[ReportRow](t, s, groupReports) {
			reports = append(reports, row.ID)
		}
		for _, row := range rows[CommentRow](t, s, groupRecommendations) {
			others = append(others, row.ID)
		}
		for _, row := range rows[AssessmentRow](t, s, groupAssessments) {
			others = append(others, row.ID)
		}
		assert.ElementsMatch(t, want.pledges, pledges, scope)
		assert.ElementsMatch(t, want.reports, reports, scope)
		assert.ElementsMatch(t, want.others, others, scope)
	}
	for _, row := range rows[ParticipationRow](t, f.assemble("corridor:DEU-GMB"), groupParticipation) {
		assert.Contains(t, []string{"DEU", "GMB"}, row.Country, "of a corridor, who sits in its countries")
	}

	// The version that stands tells.
	f.say("prt", retagged, f.genesis.ID)
	f.settle(minute(20))
	assert.Empty(t, rows[PledgeRow](t, f.assemble("theme:safe/children"), groupPledges))
	assert.Len(t, rows[PledgeRow](t, f.assemble("theme:orderly"), groupPledges), 1)
	assert.Len(t, rows[ReportRow](t, f.assemble("theme:orderly"), groupReports), 1)
	assert.Contains(t, string(f.assemble("theme:safe/climate").Text()), "STOCKTAKE: theme safe/climate, Climate change and disasters\n")
	assert.Contains(t, string(f.assemble("corridor:DEU-GMB").Text()), "STOCKTAKE: the corridor between Germany and Gambia\n")
}

func TestAScopeThatIsNoneIsToldWhatThereIs(t *testing.T) {
	f := newFederation(t, 1)
	f.settle(minute(10))
	r := f.read()
	for scope, says := range map[Scope]string{
		"everything":          `"everything"; write global, region:<code>, participant:<id>, objective:<number>, round:<id>, theme:<code> or corridor:<country>-<country>`,
		"global:x":            `"global:x"; write global`,
		"region:Africa":       `the compact has no region "Africa"; it has AES, ASEAN, `,
		"participant:sle":     `the charter lists no participant "sle", and no accreditor answers for one; there are bgd, deu, gmb, gmb-academic, mar, ngo, phl, prt, un-eca, xsa`,
		"participant:":        `"" is not a participant's ID; write it as the charter does, as participant:sle`,
		"objective:24":        `the compact has no objective "24"; write a number from 1 to 23`,
		"theme:childhood":     `the compact's themes have no "childhood"; they are orderly, orderly/border-systems, `,
		"corridor:DEU":        `corridor "DEU"; write two countries by their three-letter codes, as corridor:DEU-MAR`,
		"corridor:DEU-DEU":    `corridor "DEU-DEU"; a corridor joins two countries, and this is one`,
		"corridor:MAR-DEU":    `corridor "MAR-DEU"; write the two in alphabetical order: corridor:DEU-MAR`,
		"corridor:DE-MA":      `corridor "DE-MA"; write two countries by their three-letter codes, as corridor:DEU-MAR`,
		"corridor:DEU-MAR-XX": `corridor "DEU-MAR-XX"; write two countries`,
	} {
		_, err := r.Stocktake(scope)
		require.ErrorIs(t, err, ErrScope, scope)
		assert.Contains(t, err.Error(), says)
		assert.NotContains(t, err.Error(), "\n")
		_, err = ParseScope(string(scope))
		assert.Equal(t, scope == "participant:sle", err == nil, "%s: only the charter knows participants", scope)
	}
	for _, scope := range []Scope{"global", "region:EU", "participant:gmb", "objective:4", "theme:safe", "corridor:DEU-MAR", "corridor:XAA-XSA"} {
		_, err := r.Stocktake(scope)
		assert.NoError(t, err)
		assert.NotEmpty(t, scope.Words())
		assert.False(t, strings.Contains(scope.Words(), ":"), scope)
	}
}

// A long discussion costs a bounded amount in a scope of a theme.
func TestATagIsLookedForUpToABound(t *testing.T) {
	f := newFederation(t, 1)
	p := f.pledge("gmb", "A pledge")
	p.Themes = []string{"safe"}
	id := f.say("prt", p, f.genesis.ID)
	for range maxThreadDepth + 5 {
		id = f.say("prt", &Comment{Common: f.common("ngo"), Type: "good-practice", Text: "On."}, id)
	}
	f.settle(minute(10))
	assert.Len(t, rows[CommentRow](t, f.assemble("theme:safe"), groupComments), maxThreadDepth-1)
}
