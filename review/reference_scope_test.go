package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// naiveScope is a scope that the naive reference knows; the zero value is
// global.
type naiveScope struct {
	region    string
	one       ParticipantID
	objective int
	theme     string
	corridor  [2]string // countries
	round     Round

	rates *Document // with which sums of money are converted too
}

func (s naiveScope) global() bool {
	return s.region == "" && s.one == "" && s.objective == 0 && !s.tagged() && s.round.ID == ""
}

// tagged is whether documents are in the scope by what they are tagged with.
func (s naiveScope) tagged() bool { return s.theme != "" || s.corridor[0] != "" }

func (s naiveScope) ofRound(round string) bool { return s.round.ID == "" || s.round.ID == round }

// covers is whether a participant is in the scope.
func (n *naive) covers(s naiveScope, id ParticipantID) bool {
	p, _ := n.chain.Participant(id)
	switch region, regional := strings.CutPrefix(s.round.Scope, "region:"); {
	case s.one != "":
		return id == s.one
	case s.corridor[0] != "":
		return p.Country == s.corridor[0] || p.Country == s.corridor[1]
	case s.round.ID != "":
		convenes := s.round.Convener == id
		if s.round.Convener == "" {
			convenes = regional && p.Region == region
		}
		return convenes || n.concerns(s.round, p)
	}
	return n.in(s.region, id)
}

// hears is whether a participant is in the scope or, of a corridor, may speak of it.
func (n *naive) hears(s naiveScope, id ParticipantID) bool {
	return s.corridor[0] != "" || n.covers(s, id)
}

// touches is whether objectives are those of the scope or of its thematic round.
func (s naiveScope) touches(objectives []int) bool {
	if s.objective != 0 {
		return slices.Contains(objectives, s.objective)
	}
	if len(s.round.Objectives) == 0 {
		return true
	}
	for _, o := range objectives {
		if slices.Contains(s.round.Objectives, o) {
			return true
		}
	}
	return false
}

// speaks is whether a document, in the version that stands, is tagged with the
// scope's theme or corridor, or is about what is.
func (n *naive) speaks(s naiveScope, d *Document) bool {
	if !s.tagged() {
		return true
	}
	for range 64 {
		if d == nil {
			return false
		}
		if slices.Contains(n.docs, d.ID) && n.code(d.ID) == "" {
			if standing := n.standing(d); standing != nil {
				d = standing
			}
		}
		var themes []string
		var corridor *Corridor
		switch p := d.Predicate.(type) {
		case *Pledge:
			themes, corridor = p.Themes, p.Corridor
		case *Plan:
			themes = p.Themes
		case *Framework:
			themes, corridor = p.Themes, p.Corridor
		}
		if s.theme != "" && themes != nil {
			return slices.ContainsFunc(themes, func(t string) bool { return t == s.theme || strings.HasPrefix(t, s.theme+"/") })
		}
		if s.theme == "" && corridor != nil {
			ends := map[string]bool{}
			for i, one := range [][]string{corridor.From, corridor.Transit, corridor.To} {
				for j, other := range [][]string{corridor.From, corridor.Transit, corridor.To} {
					for _, a := range one {
						for _, b := range other {
							ends[a+"-"+b] = ends[a+"-"+b] || i != j
						}
					}
				}
			}
			return ends[s.corridor[0]+"-"+s.corridor[1]]
		}
		d = n.get(d.About())
	}
	return false
}

// objectivesIn are those that a document itself names.
func objectivesIn(d *Document) (all []int) {
	switch p := d.Predicate.(type) {
	case *Pledge:
		return slices.Clone(p.Objectives)
	case *Framework:
		return slices.Clone(p.Objectives)
	case *Mandate:
		return slices.Clone(p.Objectives)
	case *PolicyProposal:
		return slices.Clone(p.Objectives)
	case *Comment:
		return slices.Clone(p.Objectives)
	case *Expenditure:
		return slices.Clone(p.Objectives)
	case *Application:
		return slices.Clone(p.Objectives)
	case *Agreement:
		return slices.Clone(p.Objectives)
	case *Plan:
		for _, m := range p.Measures {
			all = append(all, m.Objective)
		}
	case *Assessment:
		for _, f := range p.Findings {
			all = append(all, f.Objective)
		}
	case *ProgressReport:
		for _, f := range p.Findings {
			all = append(all, f.Objective)
		}
	}
	return all
}

// kindsOfScope are those of [Scope].
var kindsOfScope = []string{"global", "region", "participant", "objective", "theme", "corridor", "round"}

// scopesOf are scopes of every kind: of participants and rounds all.
func scopesOf(f *testFederation, n *naive) map[Scope]naiveScope {
	scopes := map[Scope]naiveScope{
		ScopeGlobal: {}, "region:UN-ECA": {region: "UN-ECA"}, "region:EU": {region: "EU"},
		"theme:safe": {theme: "safe"}, "theme:safe/children": {theme: "safe/children"}, "theme:regular": {theme: "regular"},
		"corridor:DEU-GMB": {corridor: [2]string{"DEU", "GMB"}}, "corridor:DEU-MAR": {corridor: [2]string{"DEU", "MAR"}}, "corridor:DEU-PRT": {corridor: [2]string{"DEU", "PRT"}},
	}
	for id := range n.chain.participants {
		scopes[Scope("participant:"+id)] = naiveScope{one: id}
	}
	for _, round := range f.charter.Rounds {
		scopes[Scope("round:"+round.ID)] = naiveScope{round: round}
	}
	for o := 1; o <= 5; o++ {
		scopes[Scope(fmt.Sprint("objective:", o))] = naiveScope{objective: o}
	}
	return scopes
}

// tagged tags what the corpora leave without.
func tagged(rng *rand.Rand) func(any) {
	return func(predicate any) {
		themes := pick(rng, [][]string{nil, {"safe/children"}, {"safe", "regular/recruitment"}})
		switch p := predicate.(type) {
		case *Pledge:
			if p.Themes == nil {
				p.Themes = themes
			}
			if p.Corridor == nil && rng.IntN(2) == 0 {
				p.Corridor = &Corridor{From: []string{"GMB"}, To: []string{"DEU", "PRT"}}
			}
		case *Plan:
			p.Themes = themes
		case *Framework:
			if p.Themes = themes; rng.IntN(2) == 0 {
				p.Corridor = &Corridor{From: []string{"GMB"}, To: []string{"DEU", "PRT"}}
			}
		}
	}
}

// taggedReviews files reviews of pledges, which have their tags from those, the
// pledges tagged anew now and then.
func taggedReviews(t *testing.T, rng *rand.Rand, n int) *testFederation {
	f := newReviewingWith(t, 4)
	c := &chaos{testFederation: f, rng: rng, settled: true, ids: map[Kind][]DocumentID{KindCharter: {f.genesis.ID}}}
	tag := tagged(rng)
	for range n {
		c.clock += rng.IntN(12 * 60)
		about := c.any(KindPledge)
		round := pick(rng, []string{"", "africa-1", "theme-1"})
		switch rng.IntN(7) {
		case 0, 1:
			p := c.pledge(pick(rng, []ParticipantID{"gmb", "mar", "deu"}), "A pledge")
			if old := c.any(KindPledge); rng.IntN(2) == 0 {
				p.Supersedes, p.Author = old, c.authorOf(old)
			}
			tag(p)
			c.file(p, c.genesis.ID)
		case 2:
			a := c.selfAssessment(c.authorOf(about), "limited", Consultation{Capacity: "civil-society", State: "consulted", How: "A hearing."}, Consultation{Capacity: "ministries", State: "invited", Participant: "prt"})
			a.Round = round
			c.file(a, about)
		case 3:
			c.file(&Assessment{Common: c.titled("ngo", "How others see it"), Type: "shadow", Round: round, Findings: finding(4, "complete")}, about)
		case 4:
			c.file(&Translation{Common: inFrench(c.titled(pick(rng, []ParticipantID{"prt", c.authorOf(about)}), "Un titre"))}, about)
		case 5:
			if len(c.selfs) > 0 {
				c.file(&Comment{Common: c.common(pick(rng, []ParticipantID{"ngo", "prt"})), Type: pick(rng, []string{"concurrence", "dissent"}), Text: "Text."}, pick(rng, c.selfs))
			}
		default:
			c.reviewStep(pick(rng, testParticipants()).ID)
		}
		if rng.IntN(4) == 0 {
			c.witness()
		}
	}
	c.settle(minute(c.clock + 1))
	return f
}

// Tags come and go with the version of a pledge that stands, and with them what is
// said about it, whether that counts or not.
func TestApplyEqualsTheFullAssemblyInThemesAndCorridors(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for i := range 6 {
		f := taggedReviews(t, rng, 60)
		if i%2 == 1 {
			f = pledgesIn(newReviewingWith(t, 1), rng, 60, tagged(rng))
		}
		differs, n := followed(t, f, rng, []int{1, 6, 3}[i/2], i >= 2, []Scope{"theme:safe", "theme:safe/children", "corridor:DEU-GMB"}, assembled(t, f), func(*Assembly) {})
		require.Empty(t, differs, "corpus %d", i)
		t.Logf("corpus %d: %+v", i, n)
	}
}
