package review

import "fmt"

// MilestoneRow sets a step of a pledge beside what was last reported of it.
type MilestoneRow struct {
	Row
	Pledge    DocumentID    `json:"pledge"`
	Author    ParticipantID `json:"author"`
	Milestone string        `json:"milestone"`
	Title     string        `json:"title"`
	Due       string        `json:"due"`
	State     string        `json:"state"`
	On        string        `json:"on,omitempty"` // when it was reached
	By        ParticipantID `json:"by,omitempty"` // who reported it: the author or a party
}

// How a milestone stands. What does not state a due date is never overdue.
const (
	milestoneReached = "reached"
	milestoneLate    = "reached after its due date"
	milestoneOpen    = "not reported reached, due not stated"
	milestoneAhead   = "not reported reached, due ahead"
	milestonePassed  = "not reported reached, due passed"
)

var milestonesGroup = group{
	name:    groupMilestones,
	figures: []string{"milestones", milestoneReached, milestoneLate, milestoneAhead, milestonePassed, milestoneOpen},
	touched: ofPledge,
	fill:    fillMilestones,
	rows:    func(c *Contents) any { return &c.Milestones },
	section: func(c *Contents) *Section {
		s := c.newSection(groupMilestones, "Milestones beside what was reported reached", "pledge", "author", "milestone", "due", "state", "on", "report")
		for _, r := range c.Milestones {
			s.add(r.Sample, string(r.Pledge), string(r.Author), r.Title, r.Due, r.State, r.On, lastAfter(r.Cites))
		}
		return s
	},
}

func fillMilestones(v *view, unit string, t *table) {
	e, p, named, ok := v.pledge(unit)
	if !ok || named || len(p.Milestones) == 0 {
		return
	}
	type reached struct {
		on string
		by *entry
	}
	last := map[string]reached{}
	for _, report := range v.reportsOn(e) {
		for _, s := range report.doc.Predicate.(*Report).Milestones {
			last[s.ID] = reached{s.On, report}
		}
	}
	for i, m := range p.Milestones {
		step, reported := last[m.ID]
		row := &MilestoneRow{
			Row:    Row{Key: fmt.Sprintf("%s/%03d", e.id, i), Sample: e.sample, Cites: []DocumentID{e.id}},
			Pledge: e.id, Author: p.Author, Milestone: m.ID, Title: m.Title, Due: m.Due, State: milestoneState(m, step.on, v.day),
		}
		if reported {
			row.Cites = append(row.Cites, step.by.id)
			row.On, row.By = step.on, step.by.doc.Author
		}
		row.In = []string{"milestones", row.State}
		t.add(row)
	}
}

func milestoneState(m Milestone, on, today string) string {
	open := m.Due == NotStated
	switch {
	case on != "" && !open && on > m.Due:
		return milestoneLate
	case on != "":
		return milestoneReached
	case open:
		return milestoneOpen
	case m.Due < today:
		return milestonePassed
	}
	return milestoneAhead
}
