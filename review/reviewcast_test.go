package review

import (
	"testing"
)

// reviewCast is a small federation that reviews itself: a round of Africa that
// UN-ECA convenes, and a thematic one of prt, in which reviews are sealed.
type reviewCast struct {
	*testFederation
	pledge, self                     DocumentID
	mandate, draft, final            DocumentID
	recommendation, response, remark DocumentID
	accreditation                    DocumentID
	proposal, indicators, outcome    DocumentID
	translation, progress            DocumentID
}

func newReviewing(t testing.TB) *testFederation {
	return newFederationWith(t, 4, func(c *Charter) {
		addReviewRounds(c)
		c.Accreditors = []Accreditor{{Participant: "ngo", Scope: "global", Kinds: []string{"civil-society"}, Cap: 3}}
	})
}

// newReviewingWith has accreditors besides, and so many witnesses.
func newReviewingWith(t testing.TB, witnesses int) *testFederation {
	return newFederationWith(t, witnesses, func(c *Charter) {
		addAccreditors(c)
		addReviewRounds(c)
	})
}

// addReviewRounds adds to a charter what reviews are made in.
func addReviewRounds(c *Charter) {
	c.Rounds = append(c.Rounds, Round{ID: "theme-1", Title: "Identity", Type: "thematic", Scope: "global", Convener: "prt", Opens: "2026-01-01", Due: "2026-01-15",
		Reveal: "2026-01-20", Themes: []string{"legal identity"}, Objectives: []int{4, 5}})
}

// review is an assessment with a mandate.
func (f *testFederation) review(author, whom ParticipantID, mandate DocumentID, stage, rating string) *Assessment {
	return &Assessment{Common: f.titled(author, "A review"), Type: "peer-review", About: whom, Mandate: mandate, Stage: stage, Findings: finding(4, rating)}
}

func (f *testFederation) mandateOf(author, whom ParticipantID, round string, team ...ParticipantID) *Mandate {
	return &Mandate{Common: f.titled(author, "A mandate"), Type: "peer-review", About: whom, Team: team, Round: round, Objectives: []int{4, 5},
		Terms: "Look and tell.", From: "2026-01-02", Until: "2026-01-30"}
}

func (f *testFederation) joins(author ParticipantID, role string) *Accession {
	a := &Accession{Common: f.common(author), Role: role}
	if role == "team" {
		a.Interests = "none"
	}
	return a
}

func (f *testFederation) selfAssessment(author ParticipantID, rating string, consulted ...Consultation) *Assessment {
	return &Assessment{Common: f.titled(author, "How we see it"), Type: "self", Findings: finding(4, rating), Consultation: consulted}
}

func newReviewCast(t testing.TB) *reviewCast {
	f := newReviewing(t)
	c := &reviewCast{testFederation: f}
	genesis := f.genesis.ID
	c.pledge = f.say("prt", f.pledge("gmb", "A pledge"), genesis)
	c.self = f.say("prt", f.selfAssessment("gmb", "substantial",
		Consultation{Capacity: "civil-society", State: "consulted", How: "A hearing."},
		Consultation{Capacity: "other", Who: "Elders", State: "invited"}), genesis)
	c.mandate = f.say("prt", f.mandateOf("un-eca", "gmb", "africa-1", "mar", "ngo"), genesis)
	f.say("prt", f.joins("gmb", "reviewed"), c.mandate)
	f.say("prt", f.joins("mar", "team"), c.mandate)
	c.draft = f.say("prt", f.review("mar", "gmb", c.mandate, "draft", "limited"), genesis)
	c.final = f.say("prt", f.review("mar", "gmb", c.mandate, "final", "limited"), genesis)
	c.recommendation = f.say("prt", &Comment{Common: f.common("mar"), Type: "recommendation", Text: "Do."}, c.pledge)
	c.response = f.say("prt", &Response{Common: f.common("gmb"), Position: "supported", Text: "We do."}, c.recommendation)
	c.remark = f.say("prt", &Comment{Common: f.common("mar"), Type: "question", Text: "Why?"}, c.pledge)
	c.accreditation = f.say("prt", f.accredits("ngo", "a.voices", "Voices", "a.voices author"), genesis)
	c.proposal = f.say("prt", &PolicyProposal{Common: f.titled("ngo", "No fees"), Type: "norm", Objectives: []int{4}, Text: "No fees."}, genesis)
	c.indicators = f.say("prt", &Decision{Common: f.titled("un-eca", "SAMPLE indicators"), Type: "indicator-set", Text: "These.",
		Indicators: []Indicator{{ID: "sample-births", Title: "SAMPLE: Births registered", Unit: "per cent"}}}, genesis)
	c.outcome = f.say("prt", &Decision{Common: f.titled("un-eca", "Outcome"), Type: "outcome", Text: "We adopt.", Adopts: []DocumentID{c.proposal}}, genesis)
	c.translation = f.say("prt", &Translation{Common: inFrench(f.titled("prt", "Une promesse"))}, c.pledge)
	c.progress = f.say("prt", f.progressOf("un-eca", "region:UN-ECA", "limited"), genesis)
	return c
}

func inFrench(c Common) Common { c.Language = "fr"; return c }

func (f *testFederation) progressOf(author ParticipantID, scope, rating string) *ProgressReport {
	return &ProgressReport{Common: f.titled(author, "Progress"), Scope: scope, Findings: []ProgressFinding{{Objective: 4, Rating: rating, Text: "What we see."}}}
}
