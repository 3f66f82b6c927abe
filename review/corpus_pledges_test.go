package review

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// pledgesIn files documents of the pledge side by a few authors, who answer each
// other more often than in other corpora. It changes each before it files it.
func pledgesIn(f *testFederation, rng *rand.Rand, n int, change func(predicate any)) *testFederation {
	c := &chaos{testFederation: f, rng: rng, ids: map[Kind][]DocumentID{KindCharter: {f.genesis.ID}}}
	for i := range n {
		predicate, about := c.pledgeStep(pick(rng, []ParticipantID{"prt", "mar", "un-eca", "ngo"}))
		change(predicate)
		payload := c.compose(predicate, about)
		if d, err := Parse(payload); err == nil {
			c.append(nodes[i%len(nodes)], payload, string(d.Author)+" author")
			c.ids[d.Kind] = append(c.ids[d.Kind], d.ID)
		}
	}
	f.settle(minute(days(20)))
	return f
}

// pledgeStep is a document of the pledge side: pledges with all that they may
// say, plans and frameworks, their reports, revisions and withdrawals.
func (c *chaos) pledgeStep(author ParticipantID) (predicate any, about DocumentID) {
	rng := c.rng
	genesis := c.genesis.ID
	some := func(kinds ...Kind) []DocumentID {
		var ids []DocumentID
		for range rng.IntN(3) {
			if id := c.any(kinds...); !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return ids
	}
	revise := func(common *Common, k Kind) {
		if old := c.any(k); rng.IntN(3) == 0 {
			common.Supersedes, common.Author = old, c.authorOf(old)
		}
	}
	switch rng.IntN(10) {
	case 0, 1, 2:
		p := c.richPledge(author)
		if old := c.any(KindPledge); rng.IntN(2) == 0 {
			p.Supersedes, p.Author = old, c.authorOf(old)
			if d, ok := c.Document(old); ok && rng.IntN(3) > 0 { // a revision of it, not another pledge
				was := *d.Predicate.(*Pledge)
				p.Objectives, p.Resources, p.Parties = was.Objectives, was.Resources, nil
				if len(was.Targets) > 0 && rng.IntN(2) == 0 {
					p.Targets = was.Targets[:1]
				}
			}
		}
		p.ContributesTo = some(KindPledge, KindPlan, KindFramework, KindComment)
		if rng.IntN(3) == 0 {
			p.Answers = c.any(KindComment, KindAssessment, KindReport)
		}
		if rng.IntN(3) == 0 {
			p.Form, p.Matches = "matching", c.any(KindPledge)
			if to := c.authorOf(p.Matches); to != p.Author && rng.IntN(4) > 0 {
				p.Parties = []Party{{Participant: to, Name: string(to)}}
			}
		}
		return p, genesis
	case 3, 4, 9:
		about = c.any(KindPledge)
		values := []Value{{Target: "t1", Value: pick(rng, []string{"12", "12.0", "15", "7"}), On: pick(rng, []string{"2026-01-02", "2026-01-03"})}}
		d, ok := c.Document(about)
		if !ok || len(d.Predicate.(*Pledge).Targets) == 0 {
			values = nil
		}
		if rng.IntN(3) == 0 {
			a := &Assessment{Common: c.titled("ngo", "What we counted"), Type: "shadow", Findings: finding(1+rng.IntN(4), "limited"), Values: values}
			if rng.IntN(8) == 0 {
				a.About, about = "gmb", genesis
			}
			return a, about
		}
		r := &Report{Common: c.titled(c.authorOf(about), "A report"), Status: "in-progress", Values: values}
		if ok && len(d.Predicate.(*Pledge).Milestones) > 0 {
			r.Milestones = []Step{{ID: "m1", On: pick(rng, []string{"2025-12-01", "2025-12-20"})}}
		}
		return r, about
	case 5:
		p := &Plan{Common: c.titled(author, "A plan"), Period: Period{From: "2025-01-01", Until: pick(rng, []string{"2026-01-10", "2028-12-31"})}, ContributesTo: some(KindFramework, KindPlan, KindPledge)}
		for i := range 1 + rng.IntN(2) {
			p.Measures = append(p.Measures, Measure{ID: fmt.Sprint("m", i), Objective: 1 + rng.IntN(4), Text: "Do.", Lead: "An office", Due: pick(rng, []string{"", NotStated, "2026-01-05"})})
		}
		if own := c.any(KindPledge); rng.IntN(2) == 0 {
			p.Author = c.authorOf(own)
			p.Pledges = []DocumentID{own}
			p.ContributesTo = slices.DeleteFunc(p.ContributesTo, func(id DocumentID) bool { return id == own })
		}
		revise(&p.Common, KindPlan)
		return p, genesis
	case 6:
		p := &Framework{Common: c.titled(author, "A framework"), Objectives: []int{1 + rng.IntN(4)}, Text: "Text.", Acceding: "Report.", ContributesTo: some(KindFramework, KindPledge)}
		for _, i := range rng.Perm(10)[:rng.IntN(3)] {
			if q := testParticipants()[i]; q.ID != p.Author {
				p.Pioneers = append(p.Pioneers, Party{Participant: q.ID, Name: q.Name})
			}
		}
		old := p.Author
		if revise(&p.Common, KindFramework); p.Author != old {
			p.Pioneers = []Party{{Name: "A school"}}
		}
		return p, genesis
	}
	switch about = c.any(KindFramework, KindAccession, KindAccession, KindPlan, KindPledge, KindPledge); {
	case rng.IntN(5) == 0:
		return &Comment{Common: c.common(author), Type: pick(rng, []string{"question", "recommendation"}), Text: "Text."}, about
	case slices.Contains(c.ids[KindFramework], about) && rng.IntN(4) > 0:
		return &Accession{Common: c.common(author), Role: "framework", Decision: pick(rng, []string{"", "", "declined"})}, about
	case slices.Contains(c.ids[KindPledge], about):
		if d, ok := c.Document(about); ok && len(d.Predicate.(*Pledge).Parties) > 0 {
			return &Accession{Common: c.common(d.Predicate.(*Pledge).Parties[0].Participant), Role: "party", Decision: pick(rng, []string{"", "declined"})}, about
		}
	}
	return &Withdrawal{Common: c.common(c.authorOf(about)), Reason: "no longer"}, about
}

func (c *chaos) richPledge(author ParticipantID) *Pledge {
	rng := c.rng
	maybe := func(list ...string) []string { return list[:rng.IntN(len(list)+1)] }
	p := c.pledge(author, fmt.Sprintf("Pledge %d", c.serial))
	p.Summary = pick(rng, []string{"", "A short one."})
	p.Occasion = pick(rng, []string{"", "conference", "pledging-event"})
	p.Objectives = []int{1 + rng.IntN(2), 3 + rng.IntN(2)}[:1+rng.IntN(2)]
	p.Nature, p.Principles = maybe("policy", "action"), maybe("human-rights")
	p.Themes = maybe("safe/children", "regular")
	p.Implementation = maybe("GMB", "DEU")
	if rng.IntN(2) == 0 {
		p.Corridor = &Corridor{From: []string{"GMB"}, Transit: maybe("MAR"), To: []string{pick(rng, []string{"DEU", "PRT"})}}
	}
	p.Year = pick(rng, []string{"", "2025"})
	p.Due = pick(rng, []string{NotStated, "2027-01-01", "2027-06-30"})
	for _, id := range maybe("m1", "m2") {
		p.Milestones = append(p.Milestones, Milestone{ID: id, Title: pick(rng, []string{"A law", "An office"}), Due: pick(rng, []string{NotStated, "2025-12-10", "2026-02-01", "2026-12-31"})})
	}
	for _, id := range maybe("t1", "t2") {
		t := Target{ID: id, Indicator: pick(rng, []string{"Some", "Some", "Others"}), Value: pick(rng, []string{"10", "10.0", "14", "20", "20", NotStated}), Unit: pick(rng, []string{"people", "people", "per cent"}), Due: pick(rng, []string{NotStated, "2026-01-20", "2026-01-20", "2026-06-30"})}
		if rng.IntN(3) > 0 {
			if t.Baseline = pick(rng, []string{"0", "10", "14", "30"}); rng.IntN(4) > 0 {
				t.BaselineOn = pick(rng, []string{"2025-12-20", "2025-01-01"})
			}
		}
		if rng.IntN(6) == 0 {
			t.Baseline = t.Value
		}
		p.Targets = append(p.Targets, t)
	}
	for range rng.IntN(3) {
		p.Resources = append(p.Resources, Resource{Amount: pick(rng, []string{"10", "0.05", "1250000.5", NotStated}), Currency: pick(rng, []string{"EUR", "USD", NotStated})})
	}
	return p
}
