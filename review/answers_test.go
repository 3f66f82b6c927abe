package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAPledgeAnswersWhatReviewsLeadTo holds for every kind that asks for a
// pledge or for a better one.
func TestAPledgeAnswersWhatReviewsLeadTo(t *testing.T) {
	c := newReviewCast(t)
	genesis := c.genesis.ID
	followUp := c.say("prt", &FollowUp{Common: c.common("gmb"), Status: "in-progress", Text: "Under way."}, c.recommendation)
	adopted := c.say("prt", &Adoption{Common: c.titled("un-eca", "A stocktake"), Scope: "region:UN-ECA", Manifest: string(genesis), Snapshot: string(c.pledge), Cutoff: "2025-12-31T00:00:00Z", Rules: 1}, genesis)
	for name, k := range map[string]struct {
		answers DocumentID
		code    string
	}{
		"a recommendation": {c.recommendation, ""}, "a follow-up": {followUp, ""}, "a self-assessment": {c.self, ""}, "a peer review": {c.final, ""},
		"a progress report": {c.progress, ""}, "a decision": {c.outcome, ""}, "an adopted stocktake": {adopted, ""},
		"a question": {c.remark, "not-a-recommendation"}, "a mandate": {c.mandate, "wrong-citation"}, "a proposal": {c.proposal, "wrong-citation"},
		"a translation": {c.translation, "wrong-citation"}, "a response": {c.response, "wrong-citation"},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.testFederation.pledge("gmb", "A better pledge")
			p.Supersedes, p.Answers = c.pledge, k.answers
			c.admits(t, p, genesis, "/answers", k.code)
		})
	}
}

// TestAnApplicationRestsOnAReviewThatIsFinal holds for every type of assessment.
func TestAnApplicationRestsOnAReviewThatIsFinal(t *testing.T) {
	c := newReviewCast(t)
	genesis := c.genesis.ID
	facility := c.say("prt", &Facility{Common: c.titled("prt", "A fund"), Currency: "USD"}, genesis)
	grounds := map[string]DocumentID{
		"self": c.self, "peer-review": c.final,
		"shadow":   c.say("prt", &Assessment{Common: c.titled("ngo", "Another view"), Type: "shadow", About: "gmb", Findings: finding(4, "limited")}, genesis),
		"regional": c.say("prt", &Assessment{Common: c.titled("un-eca", "The region's view"), Type: "regional", About: "gmb", Region: "UN-ECA", Findings: finding(4, "limited")}, genesis),
	}
	for _, kind := range []string{"expert-review", "joint-assessment"} {
		m := c.mandateOf("un-eca", "gmb", "africa-1", "mar")
		m.Type = kind
		mandate := c.say("prt", m, genesis)
		c.say("prt", c.joins("gmb", "reviewed"), mandate)
		c.say("prt", c.joins("mar", "team"), mandate)
		a := c.review("mar", "gmb", mandate, "final", "limited")
		a.Type = kind
		grounds[kind] = c.say("prt", a, genesis)
	}
	require.Len(t, grounds, len(assessmentLabels), "a type of assessment has no case")
	applies := func(ground DocumentID) *Application {
		return &Application{Common: c.titled("gmb", "An application"), Amount: "100", Currency: "USD", Objectives: []int{4}, Country: "GMB", Recipient: "government", Assessment: ground}
	}
	for kind, ground := range grounds {
		t.Run(kind, func(t *testing.T) { c.admits(t, applies(ground), facility, "", "") })
	}
	t.Run("a draft", func(t *testing.T) { c.admits(t, applies(c.draft), facility, "/assessment", "rests-on-a-draft") })
	t.Run("a progress report", func(t *testing.T) { c.admits(t, applies(c.progress), facility, "/assessment", "wrong-citation") })
}

// admits asks the door for a document and demands the code, "" for none.
func (c *reviewCast) admits(t *testing.T, predicate any, about DocumentID, pointer, code string) {
	t.Helper()
	d := c.parse(c.compose(predicate, about))
	err := Admit(c.chain(), d, public(documentKey(string(d.Author)+" author")), c)
	if code == "" {
		assert.NoError(t, err)
		return
	}
	proves(t, err, pointer, code)
}
