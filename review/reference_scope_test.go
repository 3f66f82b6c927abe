package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// naiveScope is a scope that the naive reference knows; the zero value is
// global.
type naiveScope struct {
	region, theme string
	corridor      [2]string // countries
	round         Round
}

// covers is whether a participant is in the scope.
func (n *naive) covers(s naiveScope, id ParticipantID) bool {
	p, _ := n.chain.Participant(id)
	switch region, regional := strings.CutPrefix(s.round.Scope, "region:"); {
	case s.corridor[0] != "":
		return p.Country == s.corridor[0] || p.Country == s.corridor[1]
	case s.round.ID != "":
		if s.round.Convener != "" && s.round.Convener == id || s.round.Convener == "" && regional && p.Region == region {
			return true
		}
		return (p.Sample || !s.round.Sample) && (!regional || n.in(region, id))
	}
	return n.in(s.region, id)
}

// touches is whether objectives are those of a thematic round, or there are none.
func (s naiveScope) touches(objectives []int) bool {
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
	if s.theme == "" && s.corridor[0] == "" {
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

// objectivesIn are those of a pledge, a plan or a framework.
func objectivesIn(d *Document) (all []int) {
	switch p := d.Predicate.(type) {
	case *Pledge:
		return slices.Clone(p.Objectives)
	case *Framework:
		return slices.Clone(p.Objectives)
	case *Plan:
		for _, m := range p.Measures {
			all = append(all, m.Objective)
		}
	}
	return all
}

// scopesOf are themes, corridors, and the rounds of a charter.
func scopesOf(f *testFederation) map[Scope]naiveScope {
	scopes := map[Scope]naiveScope{
		"theme:safe": {theme: "safe"}, "theme:safe/children": {theme: "safe/children"}, "theme:regular": {theme: "regular"},
		"corridor:DEU-GMB": {corridor: [2]string{"DEU", "GMB"}}, "corridor:DEU-MAR": {corridor: [2]string{"DEU", "MAR"}}, "corridor:DEU-PRT": {corridor: [2]string{"DEU", "PRT"}},
	}
	for _, round := range f.charter.Rounds {
		scopes[Scope("round:"+round.ID)] = naiveScope{round: round}
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

// The rows of the pledge side in the scopes of themes, corridors and rounds.
func TestRowsOfPledgesInThemesCorridorsAndRoundsEqualTheNaiveReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	seen := map[string]int{}
	for range 16 {
		f := pledgesIn(newReviewingWith(t, 4), rng, 50, tagged(rng))
		r, err := Read(f.snapshot(), f.genesis, f.records(), time.Time{})
		require.NoError(t, err)
		n := newNaive(f.snapshot(), f.genesis, f.list(), time.Time{})
		for scope, s := range scopesOf(f) {
			stocktake, err := r.Stocktake(scope)
			require.NoError(t, err)
			kind, _, _ := strings.Cut(string(scope), ":")
			of := map[string]int{}
			n.comparePledgeRows(t, stocktake, s, counts{}, of)
			for what, rows := range of {
				seen[kind+": "+what] += rows
			}
		}
	}
	for _, kind := range []string{"theme", "corridor", "round"} {
		for _, group := range []string{"targets", "milestones", "claims", "matches", "ratchet", "plans", "measures", "frameworks", "adherents", "transmission"} {
			if kind == "corridor" && (group == "plans" || group == "measures") {
				continue // a plan has no corridor
			}
			if what := fmt.Sprintf("%s: row of %s", kind, group); seen[what] == 0 {
				t.Errorf("the corpora have no %s", what)
			}
		}
	}
}

// The rows about money in the same scopes.
func TestRowsOfMoneyInThemesCorridorsAndRoundsEqualTheNaiveReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	compared := map[string]int{}
	for range 4 {
		f := moneyIn(newFederationWith(t, 4, func(c *Charter) {
			addReviewRounds(c)
			c.Rounds = append(c.Rounds, Round{ID: "theme-2", Title: "Data", Type: "thematic", Scope: "region:UN-ECA", Opens: "2026-01-01", Due: "2026-01-15", Objectives: []int{2}})
		}), rng, 120, tagged(rng))
		r, err := Read(f.snapshot(), f.genesis, f.records(), time.Time{})
		require.NoError(t, err)
		n := newNaive(f.snapshot(), f.genesis, f.list(), time.Time{})
		for scope, s := range scopesOf(f) {
			stocktake, err := r.Stocktake(scope)
			require.NoError(t, err)
			kind, _, _ := strings.Cut(string(scope), ":")
			compared[kind] += equalRows(t, stocktake, n.money(s, nil))
		}
	}
	for _, kind := range []string{"theme", "corridor", "round"} {
		require.Greater(t, compared[kind], 20, "the corpora are too plain: %v", compared)
	}
	t.Log(compared, "rows compared")
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

// The rows of reviews in the same scopes.
func TestRowsOfReviewsInThemesCorridorsAndRoundsEqualTheNaiveReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	seen := map[string]int{}
	for i := range 8 {
		f := taggedReviews(t, rng, 80)
		if i%2 == 1 {
			f = reviewCorpus(t, rng, 100)
		}
		r, err := Read(f.snapshot(), f.genesis, f.records(), time.Time{})
		require.NoError(t, err)
		n := newNaive(f.snapshot(), f.genesis, f.list(), time.Time{})
		for scope, s := range scopesOf(f) {
			stocktake, err := r.Stocktake(scope)
			require.NoError(t, err)
			n.checkReviewRows(t, stocktake, s)
			kind, _, _ := strings.Cut(string(scope), ":")
			for group, rows := range n.reviewRows(s) {
				seen[kind+" "+group] += len(rows)
			}
		}
	}
	for _, kind := range []string{"theme", "corridor", "round"} {
		for _, group := range []string{groupCoverage, groupConsultations, groupConcurrence, groupTranslations} {
			require.NotZero(t, seen[kind+" "+group], "the corpora have no %s of a %s: %v", group, kind, seen)
		}
	}
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
