package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ProgressReport is progress in a region or everywhere, by a body of neither
// side. Its subject is the charter.
type ProgressReport struct {
	Common
	Scope        string            `json:"scope"` // global, or region:<code>
	Round        string            `json:"round,omitempty"`
	Period       *Period           `json:"period,omitempty"`
	Findings     []ProgressFinding `json:"findings"`
	Decision     DocumentID        `json:"decision,omitempty"`     // that adopted the indicator set
	IndicatorSet string            `json:"indicatorSet,omitempty"` // SHA-256 of a set that no decision adopted
	Values       []IndicatorValue  `json:"values,omitempty"`
}

// ProgressFinding is its word on one objective, for the whole scope or for one
// participant.
type ProgressFinding struct {
	Objective   int           `json:"objective"`
	Rating      string        `json:"rating"`
	Text        string        `json:"text"`
	Participant ParticipantID `json:"participant,omitempty"`
}

// IndicatorValue is a value of an indicator of the set.
type IndicatorValue struct {
	Indicator   string        `json:"indicator"`
	Value       string        `json:"value"` // decimal
	On          string        `json:"on"`    // date
	Participant ParticipantID `json:"participant,omitempty"`
}

func (p *ProgressReport) objectives() []int {
	var all []int
	for _, f := range p.Findings {
		if !slices.Contains(all, f.Objective) {
			all = append(all, f.Objective)
		}
	}
	return all
}

// region is what a regional report covers; ok is false of a global one.
func (p *ProgressReport) region() (code string, ok bool) { return regionOf(p.Scope) }

func (p *ProgressReport) citations() []citation {
	return []citation{{"/decision", p.Decision, []Kind{KindDecision}}}
}

func (p *ProgressReport) check(r *Refusal) {
	if p.Period != nil {
		checkNotBefore(r, "/period/until", p.Period.Until, "from", p.Period.From)
	}
	checkDistinct(r, "/findings", "/objective", collect(p.Findings, func(f ProgressFinding) string {
		return strings.TrimSpace(fmt.Sprint(f.Objective, " ", f.Participant))
	}))
	checkDistinct(r, "/values", "/on", collect(p.Values, func(v IndicatorValue) string {
		return strings.TrimSpace(v.Indicator + " on " + v.On + " " + string(v.Participant))
	}))
	set := p.Decision != "" || p.IndicatorSet != ""
	switch {
	case p.Decision != "" && p.IndicatorSet != "":
		r.add("/indicatorSet", "two-indicator-sets")
	case len(p.Values) > 0 && !set:
		r.add("/decision", "indicator-set-missing")
	case len(p.Values) == 0 && set:
		r.add("/values", "indicator-values-missing")
	}
}

func (p *ProgressReport) relate(c *Chain, _, _ *Document, find finder) Refusal {
	var r Refusal
	author := c.participants[p.Author]
	region, regional := p.region()
	switch author.Kind {
	case kindRegionalBody:
		if regional && region != author.Region {
			r.add("/scope", "not-your-region", "region", author.Region)
		}
	case kindUNEntity, kindExperts:
	default:
		r.add("/author", "not-a-progress-body", "kind", author.Kind)
	}
	for i, f := range p.Findings {
		c.progressOn(&r, "/findings/"+strconv.Itoa(i), f.Participant, p)
	}
	for i, v := range p.Values {
		c.progressOn(&r, "/values/"+strconv.Itoa(i), v.Participant, p)
	}
	r = append(r, c.roundFaults(p.Round)...)
	if d, ok := find(p.Decision); ok {
		r = append(r, indicatorFaults(p, d)...)
	}
	return r
}

// progressOn is whether a participant is one that a report may single out.
func (c *Chain) progressOn(r *Refusal, at string, id ParticipantID, p *ProgressReport) {
	if id == "" {
		return
	}
	region, regional := p.region()
	switch _, listed := c.participants[id]; {
	case !listed:
		r.add(at+"/participant", "unknown-participant", "participant", string(id))
	case id == p.Author:
		r.add(at+"/participant", "self-review", "reviewed", string(id))
	case regional && !c.everIn(region, id):
		r.add(at+"/participant", "not-in-your-region", "participant", string(id), "region", region)
	}
}

// indicatorFaults holds values against the set that a decision adopted.
func indicatorFaults(p *ProgressReport, d *Document) (r Refusal) {
	decision, _ := d.Predicate.(*Decision)
	if decision == nil {
		return nil // a citation of the wrong kind is refused as one
	}
	if decision.Type != decisionIndicators {
		r.add("/decision", "adopts-no-indicators")
		return r
	}
	for i, v := range p.Values {
		known := slices.ContainsFunc(decision.Indicators, func(x Indicator) bool { return x.ID == v.Indicator })
		if len(decision.Indicators) > 0 && !known {
			r.add("/values/"+strconv.Itoa(i)+"/indicator", "unknown-indicator", "indicator", quote(v.Indicator))
		}
	}
	return r
}

// progressInScope is whether a progress report belongs to the scope.
func (v *view) progressInScope(p *ProgressReport) bool {
	region, regional := p.region()
	switch {
	case !v.touches(p.objectives()) || !v.ofRound(p.Round):
		return false
	case v.region != "":
		return regional && region == v.region
	case v.one != "":
		return p.Author == v.one || slices.ContainsFunc(p.Findings, func(f ProgressFinding) bool { return f.Participant == v.one })
	}
	return true
}

// ProgressRow is a progress report that stands.
type ProgressRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Author     ParticipantID `json:"author"`
	Title      string        `json:"title"`
	Scope      string        `json:"scope"`
	Round      string        `json:"round,omitempty"`
	Period     *Period       `json:"period,omitempty"`
	Objectives []int         `json:"objectives"`
	Findings   int           `json:"findings"`
	Values     int           `json:"values"`
	Filed      string        `json:"filed"`
}

// progress is the report of a unit, if it stands in the scope.
func (v *view) progress(unit string) (e *entry, p *ProgressReport, ok bool) {
	e = v.unitEntry(unit)
	p, ok = predicateOf[*ProgressReport](e)
	return e, p, ok && e.counts() && v.progressInScope(p)
}

var progressGroup = group{
	name:    groupProgress,
	figures: []string{"progress reports", "global", "regional"},
	touched: itself[*ProgressReport],
	fill: func(v *view, unit string, t *table) {
		e, p, ok := v.progress(unit)
		if !ok {
			return
		}
		reach := "global"
		if _, regional := p.region(); regional {
			reach = "regional"
		}
		t.add(&ProgressRow{
			Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), In: []string{"progress reports", reach}, Sample: e.sample, Cites: []DocumentID{e.id}},
			ID:  e.id, Author: p.Author, Title: p.Title, Scope: p.Scope, Round: p.Round, Period: p.Period, Objectives: p.objectives(),
			Findings: len(p.Findings), Values: len(p.Values), Filed: instant(e.filed),
		})
	},
	rows: func(c *Contents) any { return &c.Progress },
	section: func(c *Contents) *Section {
		s := c.newSection(groupProgress, "Progress reports", "report", "by", "scope", "round", "title", "objectives", "filed")
		for _, r := range c.Progress {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), r.Scope, r.Round, r.Title, numbers(r.Objectives), r.Filed)
		}
		return s
	},
}

// IndicatorRow is a value that a progress report gives of an indicator.
type IndicatorRow struct {
	Row
	Report       DocumentID    `json:"report"`
	Author       ParticipantID `json:"author"`
	Scope        string        `json:"scope"`
	Participant  ParticipantID `json:"participant,omitempty"`
	Decision     DocumentID    `json:"decision,omitempty"`
	IndicatorSet string        `json:"indicatorSet,omitempty"`
	Indicator    string        `json:"indicator"`
	Title        string        `json:"title,omitempty"` // as the decision has it
	Unit         string        `json:"unit,omitempty"`
	Value        string        `json:"value"`
	On           string        `json:"on"`
}

var indicatorsGroup = group{
	name:    groupIndicators,
	figures: []string{"values", "of an adopted set", "of a set named by digest"},
	touched: func(v *view, e *entry) []string {
		units := itself[*ProgressReport](v, e)
		for _, x := range v.under(citedIn(e.id)) {
			units = append(units, itself[*ProgressReport](v, x)...)
		}
		return units
	},
	fill: fillIndicators,
	rows: func(c *Contents) any { return &c.Indicators },
	section: func(c *Contents) *Section {
		s := c.newSection(groupIndicators, "Values of indicators, from sets that were adopted or named", "report", "by", "of", "indicator", "value", "unit", "on", "set")
		for _, r := range c.Indicators {
			of, name := r.Scope, r.Title
			if r.Participant != "" {
				of = string(r.Participant)
			}
			if name == "" {
				name = r.Indicator
			}
			s.add(r.Sample, string(r.Report), string(r.Author), of, name, r.Value, r.Unit, r.On, whom(ParticipantID(r.Decision), r.IndicatorSet))
		}
		return s
	},
}

func fillIndicators(v *view, unit string, t *table) {
	e, p, ok := v.progress(unit)
	if !ok {
		return
	}
	decision, adopted := predicateOf[*Decision](v.docs[p.Decision])
	adopted = adopted && v.docs[p.Decision].code == ""
	for i, value := range p.Values {
		row := &IndicatorRow{
			Row:    Row{Key: string(e.id) + "/" + padded(i), In: []string{"values", "of a set named by digest"}, Sample: e.sample, Cites: []DocumentID{e.id}},
			Report: e.id, Author: p.Author, Scope: p.Scope, Participant: value.Participant, Decision: p.Decision, IndicatorSet: p.IndicatorSet,
			Indicator: value.Indicator, Value: value.Value, On: value.On,
		}
		if p.Decision != "" {
			row.In[1] = "of an adopted set"
		}
		if adopted {
			row.Cites = append(row.Cites, p.Decision)
			for _, x := range decision.Indicators {
				if x.ID == value.Indicator {
					row.Title, row.Unit = x.Title, x.Unit
				}
			}
		}
		t.add(row)
	}
}

// padded is a place in a list, for keys that sort by it.
func padded(i int) string { return fmt.Sprintf("%03d", i) }
