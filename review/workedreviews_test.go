package review

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Cases of the review side that were worked by hand: testdata/worked has each in
// prose, with the figures that it expects.

var workedRow = regexp.MustCompile(`(?m)^\| (?:([^:|/]+): )?([^|]+?)/([^|]+?) \| (\d+) \|$`)

// expectWorked holds stocktakes against the figures of a case, by what stands
// before a figure's name.
func expectWorked(t *testing.T, name string, stocktakes map[string]*Stocktake) {
	t.Helper()
	prose, err := os.ReadFile("testdata/worked/" + name + ".md")
	require.NoError(t, err)
	figures := workedRow.FindAllStringSubmatch(string(prose), -1)
	assert.Len(t, figures, strings.Count(string(prose), "\n|")-2, "a line of the table is not understood")
	for _, f := range figures {
		want, _ := strconv.Atoi(f[4])
		assert.Equal(t, want, max(0, figure(t, stocktakes[f[1]], f[2], f[3])), "%s: %s", name, f[0])
	}
}

func TestWorkedPeerReview(t *testing.T) {
	f := newReviewing(t)
	genesis, clock := f.genesis.ID, 0
	say := func(p any, about DocumentID) DocumentID {
		clock += 60
		id := f.say("prt", p, about)
		f.receipt("prt", f.all(minute(clock)))
		return id
	}
	m := f.mandateOf("un-eca", "gmb", "africa-1", "mar", "ngo")
	m.Objectives = []int{4}
	mandate := say(m, genesis)
	say(f.joins("gmb", "reviewed"), mandate)
	say(f.joins("mar", "team"), mandate)
	joined := f.joins("ngo", "team")
	joined.Interests = "The Gambia pays for one of our projects."
	say(joined, mandate)
	draft := say(f.review("mar", "gmb", mandate, "draft", "limited"), genesis)
	say(&Comment{Common: f.common("gmb"), Type: "correction", Text: "Fees ended in May."}, draft)
	final := f.review("mar", "gmb", mandate, "final", "substantial")
	final.Supersedes = draft
	reviewed := say(final, genesis)
	say(&Response{Common: f.common("gmb"), Position: "answered", Text: "We go on."}, reviewed)
	self := f.selfAssessment("gmb", "complete")
	self.Round = "africa-1"
	say(self, genesis)
	say(f.review("deu", "gmb", mandate, "final", "limited"), genesis)
	s := f.assemble(ScopeGlobal)
	expectWorked(t, "peer-review", map[string]*Stocktake{"": s})
	row := s.Contents().Mandates[0]
	assert.Equal(t, map[ParticipantID]string{"mar": "none", "ngo": joined.Interests}, row.Interests)
	assert.Len(t, row.Corrections, 1)
	assert.Contains(t, string(s.Text()), "replied")
}

// A review by one who joins later, or before the reviewed consented, does not
// count; a consent is not taken back.
func TestAReviewNeedsConsentAndATeam(t *testing.T) {
	f := newReviewing(t)
	clock := 0
	say := func(p any, about DocumentID) DocumentID {
		clock += 60
		id := f.say("prt", p, about)
		f.receipt("prt", f.all(minute(clock)))
		return id
	}
	mandate := say(f.mandateOf("un-eca", "gmb", "africa-1", "mar", "ngo"), f.genesis.ID)
	say(f.joins("mar", "team"), mandate)
	early := say(f.review("mar", "gmb", mandate, "draft", "limited"), f.genesis.ID)
	say(f.joins("gmb", "reviewed"), mandate)
	alone := say(f.review("ngo", "gmb", mandate, "draft", "limited"), f.genesis.ID)
	say(f.joins("ngo", "team"), mandate)
	no := f.joins("gmb", "reviewed")
	no.Decision = "declined"
	say(no, mandate)
	good := say(f.review("ngo", "gmb", mandate, "draft", "limited"), f.genesis.ID)
	assert.Equal(t, ReasonNotConsented, f.label(early).Reason)
	assert.Equal(t, ReasonNotJoined, f.label(alone).Reason)
	assert.True(t, f.label(good).Counts)
}

func TestWorkedSealedReviews(t *testing.T) {
	f := newReviewing(t)
	genesis := f.genesis.ID
	on := func(day int, payload []byte, key string) DocumentID {
		id := f.append("prt", payload, key+" author")
		f.receipt("prt", f.all(minute(days(day)+60)))
		return id
	}
	assessment := func(author ParticipantID, kind string, about ParticipantID) []byte {
		return f.compose(&Assessment{Common: f.titled(author, "A view"), Type: kind, About: about, Round: "theme-1", Findings: finding(4, "limited")}, genesis)
	}
	seal := func(author, about ParticipantID, payload []byte) {
		on(2, f.compose(&Seal{Common: f.titled(author, "A seal"), Commits: f.parse(payload).ID, About: about, Round: "theme-1", Reveal: "2026-01-20"}, genesis), string(author))
	}
	shadow, own, never, regional := assessment("ngo", "shadow", "gmb"), assessment("prt", "self", ""), assessment("gmb-academic", "shadow", "gmb"), assessment("un-eca", "regional", "gmb")
	on(1, regional, "un-eca")
	seal("ngo", "gmb", shadow)
	seal("prt", "prt", own)
	seal("gmb-academic", "gmb", never)
	seal("un-eca", "gmb", regional)
	on(10, own, "prt")
	on(20, shadow, "ngo")
	on(25, f.compose(f.pledge("gmb", "A pledge"), genesis), "gmb")
	s := f.assemble(ScopeGlobal)
	expectWorked(t, "sealed-reviews", map[string]*Stocktake{"": s, "15 January": f.upTo(minute(days(15)))})
	fixed := 0
	for _, row := range s.Contents().Assessments {
		if row.FixedSince != "" {
			assert.Equal(t, "2026-01-02T01:00:00Z", row.FixedSince)
			fixed++
		}
	}
	assert.Equal(t, 2, fixed)
}

func TestWorkedConsultation(t *testing.T) {
	f := newReviewing(t)
	self := f.say("prt", f.selfAssessment("gmb", "limited",
		Consultation{Capacity: "civil-society", State: "consulted", How: "A hearing.", Changed: "The finding on fees."},
		Consultation{Capacity: "ministries", State: "took-part", How: "A drafting group."},
		Consultation{Capacity: "other", Who: "Elders", State: "invited"}), f.genesis.ID)
	for _, say := range []struct{ by, kind string }{{"ngo", "dissent"}, {"deu", "dissent"}, {"gmb", "concurrence"}} {
		f.say("prt", &Comment{Common: f.common(ParticipantID(say.by)), Type: say.kind, Text: "We say so."}, self)
	}
	f.settle(minute(10))
	expectWorked(t, "consultation", map[string]*Stocktake{"": f.assemble(ScopeGlobal)})
}

func TestWorkedFollowThrough(t *testing.T) {
	f := newReviewing(t)
	clock := 0
	say := func(p any, about DocumentID) DocumentID {
		clock += 60
		id := f.say("prt", p, about)
		f.receipt("prt", f.all(minute(clock)))
		return id
	}
	follow := func(by ParticipantID, status string, about DocumentID) {
		say(&FollowUp{Common: f.common(by), Status: status, Text: "So."}, about)
	}
	pledge := say(f.pledge("gmb", "A pledge"), f.genesis.ID)
	var asked, answered []DocumentID
	for _, position := range []string{"supported", "supported", "supported", "noted"} {
		asked = append(asked, say(&Comment{Common: f.common("mar"), Type: "recommendation", Text: "Do."}, pledge))
		answered = append(answered, say(&Response{Common: f.common("gmb"), Position: position, Text: "Well."}, asked[len(asked)-1]))
	}
	follow("gmb", "in-progress", asked[0])
	follow("gmb", "implemented", asked[0])
	follow("mar", "in-progress", asked[0])
	follow("gmb", "in-progress", answered[1])
	follow("deu", "implemented", asked[3])
	expectWorked(t, "follow-through", map[string]*Stocktake{"": f.assemble(ScopeGlobal)})
}

// A round as the scope has those to whom it is put, and what was filed for it.
func TestTheScopeOfARound(t *testing.T) {
	c := newReviewCast(t)
	c.settle(minute(10))
	s := c.assemble("round:africa-1")
	assert.Equal(t, 1, figure(t, s, groupRounds, "rounds"))
	assert.Equal(t, 1, figure(t, s, groupMandates, "mandates"))
	assert.Equal(t, 0, figure(t, s, groupDecisions, "decisions"), "they name no round")
	for _, row := range s.Contents().Participation {
		assert.NotContains(t, []ParticipantID{"deu", "phl"}, row.ID)
	}
	theme := c.assemble("round:theme-1")
	assert.Equal(t, 0, figure(t, theme, groupMandates, "mandates"))
	assert.Equal(t, 1, figure(t, theme, groupPledges, "pledges"), "objective 4 is its theme")
	_, err := c.read().Stocktake("round:theme-2")
	assert.ErrorIs(t, err, ErrScope)
}
