package review

import (
	"slices"
	"strconv"
)

// Decision is what the follow-up body adopted, filed by whoever convenes it.
// Its subject is the charter.
type Decision struct {
	Common
	Type         string       `json:"type"` // rules, indicator-set, calendar, outcome
	Round        string       `json:"round,omitempty"`
	Text         string       `json:"text"`
	Adopts       []DocumentID `json:"adopts,omitempty"`
	Indicators   []Indicator  `json:"indicators,omitempty"`
	IndicatorSet string       `json:"indicatorSet,omitempty"` // SHA-256 of a file with the set
}

// Indicator is one of a set: what is measured, in which unit.
type Indicator struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Unit      string `json:"unit"`
	Objective int    `json:"objective,omitempty"`
}

// decisionIndicators is the type of a decision that adopts an indicator set.
const decisionIndicators = "indicator-set"

// adoptable are the kinds of document that a decision adopts or rests on.
var adoptable = []Kind{KindProposal, KindStocktake, KindProgress, KindDecision}

func (p *Decision) typeWord() string { return p.Type }

func (p *Decision) citations() (all []citation) {
	for i, id := range p.Adopts {
		all = append(all, citation{"/adopts/" + strconv.Itoa(i), id, adoptable})
	}
	return all
}

func (p *Decision) check(r *Refusal) {
	switch set := p.Type == decisionIndicators; {
	case set && len(p.Indicators) == 0 && p.IndicatorSet == "":
		r.add("/indicators", "indicators-missing")
	case set && len(p.Indicators) > 0 && p.IndicatorSet != "":
		r.add("/indicatorSet", "two-indicator-sets")
	case !set && len(p.Indicators) > 0:
		r.add("/indicators", "indicators-unwanted", "type", p.Type)
	case !set && p.IndicatorSet != "":
		r.add("/indicatorSet", "indicators-unwanted", "type", p.Type)
	}
	checkDistinct(r, "/indicators", "/id", collect(p.Indicators, func(x Indicator) string { return x.ID }))
	if p.Supersedes != "" && slices.Contains(p.Adopts, p.Supersedes) {
		r.add("/adopts", "adopts-what-it-replaces")
	}
}

func (p *Decision) relate(c *Chain, _, _ *Document, _ finder) Refusal {
	return c.convenerFaults(p.Author, p.Round)
}

// citations of a charter: the decision that its amendment carries out.
func (c *Charter) citations() []citation {
	return []citation{{"/decision", c.Decision, []Kind{KindDecision}}}
}

// DecisionRow is a decision that stands.
type DecisionRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Author     ParticipantID `json:"author"`
	Type       string        `json:"type"`
	Title      string        `json:"title"`
	Round      string        `json:"round,omitempty"`
	Adopts     []DocumentID  `json:"adopts,omitempty"`
	Indicators int           `json:"indicators,omitempty"`
	Charters   []DocumentID  `json:"charters,omitempty"` // in force once, that carry it out
	Filed      string        `json:"filed"`
}

var decisionsGroup = group{
	name:    groupDecisions,
	figures: []string{"decisions", "carried out by a charter"},
	touched: func(v *view, e *entry) []string {
		units := itself[*Decision](v, e)
		if p, ok := predicateOf[*Charter](e); ok && p.Decision != "" {
			units = append(units, itself[*Decision](v, v.docs[p.Decision])...)
		}
		return units
	},
	fill: func(v *view, unit string, t *table) {
		e := v.unitEntry(unit)
		p, ok := predicateOf[*Decision](e)
		if !ok || !e.counts() || !v.covers(p.Author) || v.objective != 0 || !v.ofRound(p.Round) {
			return
		}
		row := &DecisionRow{
			Row: Row{Key: string(e.id), In: []string{"decisions", "type: " + p.Type}, Sample: e.sample, Cites: append([]DocumentID{e.id}, p.Adopts...)},
			ID:  e.id, Author: p.Author, Type: p.Type, Title: p.Title, Round: p.Round, Adopts: p.Adopts, Indicators: len(p.Indicators), Filed: instant(e.filed),
		}
		for _, x := range v.under(citedIn(e.id)) {
			if x.doc.Kind == KindCharter {
				row.Charters = append(row.Charters, x.id)
			}
		}
		if len(row.Charters) > 0 {
			row.In = append(row.In, "carried out by a charter")
			row.Cites = append(row.Cites, row.Charters...)
		}
		t.add(row)
	},
	rows: func(c *Contents) any { return &c.Decisions },
	section: func(c *Contents) *Section {
		s := c.newSection(groupDecisions, "Decisions", "decision", "by", "type", "round", "title", "adopts", "carried out by", "filed")
		for _, r := range c.Decisions {
			s.add(r.Sample, string(r.ID), string(r.Author), r.Type, r.Round, r.Title, strconv.Itoa(len(r.Adopts)), last(r.Charters), r.Filed)
		}
		return s
	},
}
