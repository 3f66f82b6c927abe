package review

import (
	"slices"
	"strconv"
)

// What a pledge says of its targets, steps and of other documents.

const formMatching = "matching"

func (p *Pledge) themes() []string          { return p.Themes }
func (p *Pledge) corridor() *Corridor       { return p.Corridor }
func (p *Pledge) contributes() []DocumentID { return p.ContributesTo }

func (p *Pledge) citations() []citation {
	return append(contributions(p),
		citation{"/matches", p.Matches, []Kind{KindPledge}},
		citation{"/answers", p.Answers, answerable})
}

// answerable are the kinds that ask for a pledge, or for a better one.
var answerable = []Kind{KindComment, KindAssessment, KindProgress, KindFollowUp, KindDecision, KindStocktake}

func (p *Pledge) checkTargets(r *Refusal) {
	for i, t := range p.Targets {
		at := "/targets/" + strconv.Itoa(i)
		if t.Unit == NotStated && t.Value != NotStated {
			r.add(at+"/unit", "unit-missing", "value", t.Value)
		}
		if t.BaselineOn != "" {
			if t.Baseline == "" || t.Baseline == NotStated {
				r.add(at+"/baseline", "baseline-missing", "date", t.BaselineOn)
			}
			checkNotAfter(r, at+"/baselineOn", t.BaselineOn, "created", p.day())
			checkNotBefore(r, at+"/due", t.Due, "baselineOn", t.BaselineOn)
		}
		checkNotAfter(r, at+"/due", t.Due, "the pledge's due", p.Due)
	}
	for i, m := range p.Milestones {
		checkNotAfter(r, "/milestones/"+strconv.Itoa(i)+"/due", m.Due, "the pledge's due", p.Due)
	}
	checkDistinct(r, "/milestones", "/id", collect(p.Milestones, func(m Milestone) string { return m.ID }))
}

func (p *Pledge) checkLinks(r *Refusal) {
	switch {
	case p.Form == formMatching && p.Matches == "":
		r.add("/matches", "matching-what")
	case p.Form != formMatching && p.Matches != "":
		r.add("/matches", "matches-unwanted", "form", p.Form)
	}
	checkNotReplaced(r, &p.Common, "/matches", p.Matches)
	checkNotReplaced(r, &p.Common, "/answers", p.Answers)
	checkContributions(r, p)
	if slices.Contains(p.ContributesTo, p.Matches) {
		r.add("/matches", "named-twice", "other", "contributesTo")
	}
	if slices.Contains(p.ContributesTo, p.Answers) {
		r.add("/answers", "named-twice", "other", "contributesTo")
	}
}

// relate keeps a pledge from matching its own author's, and from going round
// in a circle with others.
func (p *Pledge) relate(_ *Chain, _, _ *Document, find finder) Refusal {
	var r Refusal
	if d, ok := find(p.Matches); p.Matches != "" && ok && d.Author == p.Author {
		r.add("/matches", "matches-itself")
	}
	if d, ok := find(p.Answers); p.Answers != "" && ok && !recommends(d) {
		r.add("/answers", "not-a-recommendation", "type", typeOf(d))
	}
	return append(r, circles(p, find)...)
}

// checkNotReplaced: a document does not speak of the version that it replaces
// as of another's.
func checkNotReplaced(r *Refusal, c *Common, pointer string, id DocumentID) {
	if id != "" && id == c.Supersedes {
		r.add(pointer, "the-version-replaced")
	}
}

// checkNotAfter compares two dates where both are stated.
func checkNotAfter(r *Refusal, pointer, date, laterName, later string) {
	if date != "" && date != NotStated && later != "" && later != NotStated && date > later {
		r.add(pointer, "too-late", "date", date, "later", laterName, "limit", later)
	}
}
