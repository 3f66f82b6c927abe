package web

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"stocktake/review"
)

// timeline shows a participant's pledges on one axis of time: from when each
// was filed to when it is due, with what was reported and assessed on the way.
// The words beside each line say the same.
type timeline struct {
	Years []yearMark
	Today int
	Lines []timeLine
	More  int // pledges that are not drawn
}

// yearMark is where a year begins.
type yearMark struct {
	Year string
	X    int
}

// timeLine is one pledge.
type timeLine struct {
	Pledge   ref
	Filed    string
	Due      value
	From, To int  // of the bar
	Open     bool // no due date: the bar ends with the axis
	Events   []timeEvent
}

// timeEvent is what was said of a pledge, and when.
type timeEvent struct {
	X    int
	Sign string // report, assessment, milestone
	What string
	How  string // what became of it
	Doc  ref
	On   string // a time, or a day
	Day  bool
}

// timelineWidth is that of the drawing's coordinates, and timelineLines how many
// pledges are drawn: more are a list, which follows below.
const (
	timelineWidth = 1000
	timelineLines = 40
)

// timeline is of the pledges of a stocktake's participant; nil if it has none.
func (t tabler) timeline(a *assembled) *timeline {
	var pledges []review.PledgeRow
	for _, p := range a.Pledges {
		if !slices.Contains(p.In, "named as a party") && p.Filed != "" {
			pledges = append(pledges, p)
		}
	}
	if len(pledges) == 0 {
		return nil
	}
	slices.SortStableFunc(pledges, func(a, b review.PledgeRow) int { return cmp.Compare(a.Filed, b.Filed) })
	line := &timeline{More: max(0, len(pledges)-timelineLines)}
	pledges = pledges[:min(len(pledges), timelineLines)]
	x := axis(a, pledges)
	line.Years = x.years()
	line.Today = x.of(a.Manifest.Cutoff)
	for _, p := range pledges {
		row := timeLine{Pledge: t.document(p.ID), Filed: p.Filed, Due: t.orOpen("date-or-open", p.Due), From: x.of(p.Filed), To: x.of(p.Due)}
		row.Pledge.Sample = p.Sample
		if p.Due == review.NotStated {
			row.Open, row.To = true, timelineWidth
		}
		row.To = max(row.To, row.From)
		for _, r := range a.Reports {
			if r.Pledge == p.ID || p.Supersedes != "" && r.Pledge == p.Supersedes {
				row.Events = append(row.Events, timeEvent{X: x.of(r.Filed), Sign: "report", What: t.phrase(r.Status), Doc: t.document(r.ID), On: r.Filed})
			}
		}
		for _, f := range a.Assessments {
			if f.Pledge == p.ID || p.Supersedes != "" && f.Pledge == p.Supersedes {
				row.Events = append(row.Events, timeEvent{X: x.of(f.Filed), Sign: "assessment", What: t.phrase(f.Label), Doc: t.document(f.ID), On: f.Filed})
			}
		}
		for _, m := range a.Milestones {
			if m.Pledge == p.ID && m.Due != review.NotStated {
				row.Events = append(row.Events, timeEvent{X: x.of(m.Due), Sign: "milestone", What: m.Title, How: t.phrase(m.State), On: m.Due, Day: true})
			}
		}
		slices.SortStableFunc(row.Events, func(a, b timeEvent) int { return cmp.Compare(a.On, b.On) })
		line.Lines = append(line.Lines, row)
	}
	return line
}

// span is the axis of a timeline.
type span struct{ from, until time.Time }

// axis holds everything that is drawn, and the day of the cut-off.
func axis(a *assembled, pledges []review.PledgeRow) span {
	var s span
	take := func(text string) {
		day, ok := moment(text)
		if !ok {
			return
		}
		if s.from.IsZero() || day.Before(s.from) {
			s.from = day
		}
		if day.After(s.until) {
			s.until = day
		}
	}
	take(a.Manifest.Cutoff)
	for _, p := range pledges {
		take(p.Filed)
		take(p.Due)
		for _, m := range a.Milestones {
			if m.Pledge == p.ID {
				take(m.Due)
			}
		}
	}
	s.until = s.until.AddDate(0, 1, 0)
	s.from = s.from.AddDate(0, -1, 0)
	return s
}

func (s span) at(t time.Time) int {
	return min(max(int(timelineWidth*t.Sub(s.from).Hours()/s.until.Sub(s.from).Hours()), 0), timelineWidth)
}

func (s span) of(text string) int {
	t, _ := moment(text)
	return s.at(t)
}

// moment reads a day or a time; ok is false for what is neither.
func moment(text string) (t time.Time, ok bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return t, false
}

// years are where years begin on the axis, not more than can be read and only
// where their numbers fit.
func (s span) years() (marks []yearMark) {
	for year := s.from.Year() + 1; year <= s.until.Year(); year++ {
		if at := s.at(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)); at > 40 && at < timelineWidth-40 {
			marks = append(marks, yearMark{strconv.Itoa(year), at})
		}
	}
	for len(marks) > 8 {
		var every []yearMark
		for i := 0; i < len(marks); i += 2 {
			every = append(every, marks[i])
		}
		marks = every
	}
	return marks
}
