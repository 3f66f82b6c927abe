package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What reviews a scope has: each of these was found where the naive reference and
// the groups said different things.

func TestRepliesAreToWhatTheScopeHas(t *testing.T) {
	f := newReviewing(t)
	review := f.say("prt", &Assessment{Common: f.titled("ngo", "Another view"), Type: "shadow", About: "gmb", Findings: finding(4, "limited")}, f.genesis.ID)
	f.say("prt", &Response{Common: f.common("gmb"), Position: "noted", Text: "Thanks."}, review)
	f.settle(minute(10))
	for scope, replies := range map[Scope]int{"objective:4": 1, "objective:5": 0, "round:theme-1": 0} {
		assert.Len(t, f.assemble(scope).Contents().Replies, replies, scope)
		assert.Len(t, f.assemble(scope).Contents().Assessments, replies, scope)
	}
}

// Of a pledge that was taken back no version stands, so each has its own tags.
func TestRatingsOfAVersionThatIsGoneAreComparedWhereTheyAreShown(t *testing.T) {
	f := newReviewing(t)
	first := f.say("prt", f.pledge("gmb", "Without a theme"), f.genesis.ID)
	p := f.pledge("gmb", "With one")
	p.Supersedes, p.Themes = first, []string{"safe"}
	later := f.say("prt", p, f.genesis.ID)
	f.say("prt", &Assessment{Common: f.titled("ngo", "Another view"), Type: "shadow", Findings: finding(4, "limited")}, later)
	f.say("prt", &Withdrawal{Common: f.common("gmb"), Reason: "no longer"}, later)
	f.settle(minute(10))
	c := f.assemble("theme:safe").Contents()
	assert.Len(t, c.Findings, 1)
	assert.Len(t, c.Agreement, 1)
}

// Nobody is told that no review about a theme was received: a round asks for none.
func TestInAThemeNobodyLacksAReview(t *testing.T) {
	f := newReviewing(t)
	p := f.pledge("deu", "A pledge")
	p.Themes = []string{"safe"}
	pledge := f.say("prt", p, f.genesis.ID)
	f.say("prt", &Accession{Common: f.common("ngo"), Role: "round", Round: "round-1"}, f.genesis.ID)
	f.say("prt", &Assessment{Common: f.titled("ngo", "Another view"), Type: "shadow", Round: "round-1", Findings: finding(4, "limited")}, pledge)
	f.settle(minute(10))
	for scope, in := range map[Scope][]string{"theme:safe": {"gave: " + labelShadow}, ScopeGlobal: {"gave: " + labelShadow, noReview}} {
		for _, row := range f.assemble(scope).Contents().Coverage {
			if row.Participant == "ngo" {
				assert.Equal(t, in, row.In, scope)
			}
		}
	}
}

// A report that judges several is a review of each by what it says of that one.
func TestAReviewOfOthersOnAnObjectiveIsNoneOfYou(t *testing.T) {
	f := newReviewing(t)
	p := f.progressOf("un-eca", "region:UN-ECA", "limited")
	p.Round = "africa-1"
	p.Findings = []ProgressFinding{{Participant: "gmb", Objective: 4, Rating: "limited", Text: "One."}, {Participant: "mar", Objective: 5, Rating: "limited", Text: "Another."}}
	f.say("prt", p, f.genesis.ID)
	f.settle(minute(10))
	received := map[ParticipantID]int{}
	for _, row := range f.assemble("objective:5").Contents().Coverage {
		received[row.Participant] = row.Received[labelProgress]
	}
	assert.Equal(t, map[ParticipantID]int{"mar": 1, "un-eca": 0}, received)
}

// Before an author is accredited nothing is known of where it is.
func TestAnAuthorHasNoRegionBeforeItIsAccredited(t *testing.T) {
	f := newAccrediting(t)
	f.settle(minute(10))
	f.say("prt", f.accredits("ngo", "a.rural-voices", "Rural Voices", "voices"), f.genesis.ID)
	f.settle(minute(20))
	for cutoff, regions := range map[int]bool{15: false, 20: true} {
		r, err := Read(f.snapshot(), f.genesis, f.records(), minute(cutoff))
		assert.NoError(t, err)
		s, err := r.Stocktake("participant:a.rural-voices")
		assert.NoError(t, err)
		assert.Equal(t, regions, len(s.Contents().Regions) > 0)
	}
}
