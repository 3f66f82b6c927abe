package review

import (
	"fmt"
	"strconv"
)

// PlanRow is a national implementation plan, or another participant's, that
// stands.
type PlanRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Author     ParticipantID `json:"author"`
	Level      string        `json:"level"`
	Title      string        `json:"title"`
	Period     Period        `json:"period"`
	Objectives []int         `json:"objectives"`
	Measures   int           `json:"measures"`
	Pledges    int           `json:"pledges"`  // that it says it carries out
	Standing   int           `json:"standing"` // of them, that were not taken back
	Filed      string        `json:"filed"`
}

// What the period of a plan says on the day of the cut-off.
const (
	planToCome = "to come"
	planRuns   = "running"
	planEnded  = "period over"
)

// ofPlan is the unit of a plan, or of those that carry out a pledge.
func ofPlan(v *view, e *entry) (units []string) {
	switch e.kind() {
	case KindPlan:
		return []string{string(first(e).id)}
	case KindPledge:
		for _, citing := range v.citing(e) {
			if citing.kind() == KindPlan {
				units = append(units, string(first(citing).id))
			}
		}
	}
	return units
}

// citing are the documents that hold and name a version of a document.
func (v *view) citing(e *entry) (all []*entry) {
	for _, version := range versions(e) {
		all = append(all, v.under(citedIn(version.id))...)
	}
	return all
}

// plan is the version that stands of the plan of a unit, if the scope has it.
func (v *view) plan(unit string) (*entry, *Plan) {
	e := standing(v.unitEntry(unit))
	p, ok := predicateOf[*Plan](e)
	if !ok || !e.counts() || !v.hears(p.Author) || !v.touches(p.objectives()) {
		return nil, nil
	}
	return e, p
}

var plansGroup = group{
	name:    groupPlans,
	figures: []string{"plans", planToCome, planRuns, planEnded},
	touched: ofPlan,
	fill: func(v *view, unit string, t *table) {
		e, p := v.plan(unit)
		if e == nil {
			return
		}
		row := &PlanRow{
			Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), In: []string{"plans", planRuns}, Sample: e.sample, Cites: []DocumentID{e.id}},
			ID:  e.id, Author: p.Author, Level: v.level(p.Author), Title: p.Title, Period: p.Period, Objectives: p.objectives(),
			Measures: len(p.Measures), Pledges: len(p.Pledges), Filed: instant(e.filed),
		}
		switch {
		case v.day < p.Period.From:
			row.In[1] = planToCome
		case v.day > p.Period.Until:
			row.In[1] = planEnded
		}
		for _, id := range p.Pledges {
			if s := standing(v.docs[id]); s != nil {
				row.Standing++
				row.Cites = append(row.Cites, s.id)
			}
		}
		for _, n := range row.Objectives {
			row.In = append(row.In, objectiveFigure(n))
		}
		t.add(row)
	},
	rows: func(c *Contents) any { return &c.Plans },
	section: func(c *Contents) *Section {
		s := c.newSection(groupPlans, "Implementation plans", "plan", "author", "level", "title", "from", "until", "objectives", "measures", "pledges", "of them standing")
		for _, r := range c.Plans {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), r.Level, r.Title, r.Period.From, r.Period.Until, numbers(r.Objectives),
				strconv.Itoa(r.Measures), strconv.Itoa(r.Pledges), strconv.Itoa(r.Standing))
		}
		return s
	},
}

// MeasureRow is a measure of a plan that stands.
type MeasureRow struct {
	Row
	Plan      DocumentID    `json:"plan"`
	Author    ParticipantID `json:"author"`
	Measure   string        `json:"measure"`
	Objective int           `json:"objective"`
	Text      string        `json:"text"`
	Lead      string        `json:"lead"` // an office
	Due       string        `json:"due,omitempty"`
	Cost      string        `json:"cost,omitempty"` // in words; nothing adds it up
}

var measuresGroup = group{
	name:    groupMeasures,
	figures: []string{"measures"},
	touched: func(v *view, e *entry) []string {
		if e.kind() != KindPlan {
			return nil
		}
		return ofPlan(v, e)
	},
	fill: func(v *view, unit string, t *table) {
		e, p := v.plan(unit)
		if e == nil {
			return
		}
		for i, m := range p.Measures {
			if !v.touches([]int{m.Objective}) {
				continue
			}
			t.add(&MeasureRow{
				Row:  Row{Key: fmt.Sprintf("%s/%03d", e.id, i), In: []string{"measures", objectiveFigure(m.Objective)}, Sample: e.sample, Cites: []DocumentID{e.id}},
				Plan: e.id, Author: p.Author, Measure: m.ID, Objective: m.Objective, Text: m.Text, Lead: m.Lead, Due: m.Due, Cost: m.Cost,
			})
		}
	},
	rows: func(c *Contents) any { return &c.Measures },
	section: func(c *Contents) *Section {
		s := c.newSection(groupMeasures, "Measures of plans", "plan", "author", "objective", "measure", "lead office", "due", "cost")
		for _, r := range c.Measures {
			s.add(r.Sample, string(r.Plan), string(r.Author), strconv.Itoa(r.Objective), r.Text, r.Lead, r.Due, r.Cost)
		}
		return s
	},
}
