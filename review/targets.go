package review

import (
	"fmt"
	"math/big"
	"time"
)

// TargetRow sets what a pledge aims at beside what was last reported.
type TargetRow struct {
	Row
	Pledge     DocumentID    `json:"pledge"`
	Author     ParticipantID `json:"author"`
	Target     string        `json:"target"`
	Indicator  string        `json:"indicator"`
	Unit       string        `json:"unit"`
	Baseline   string        `json:"baseline,omitempty"`
	BaselineOn string        `json:"baselineOn,omitempty"`
	Value      string        `json:"value"`
	Due        string        `json:"due"`
	Reported   string        `json:"reported,omitempty"` // for the latest date
	On         string        `json:"on,omitempty"`       // that date
	By         ParticipantID `json:"by,omitempty"`       // who reported it: the author or a party
	Progress
}

// Progress is how far a target has come. Its shares are decimals of four places.
type Progress struct {
	State  string `json:"state,omitempty"`          // of a target with a reported value
	Way    string `json:"wayReached,omitempty"`     // share of the way from baseline to value
	Passed string `json:"timePassed,omitempty"`     // share of the time from baseline to due, at the cut-off
	Then   string `json:"timePassedThen,omitempty"` // and on the day that the reported value is for
}

// How a target stands that has a reported value. The straight line goes from the
// baseline on its day to the value when it is due; a report is held against the
// line of its own day, so nobody falls behind by a report that has grown old.
const (
	targetReached    = "reached"
	targetOnTheWay   = "on the way"
	targetBehind     = "behind the straight line"
	targetNoBaseline = "no baseline"
	targetHold       = "a level to hold" // the baseline is the value
	targetOpen       = "value not stated"
)

func progressOf(t Target, reported, on, today string) (p Progress) {
	if passed := timePassed(t, today); passed != nil {
		p.Passed = fourPlaces(passed)
	}
	now, ok := rat(reported)
	if !ok {
		return p
	}
	value, aims := rat(t.Value)
	baseline, begins := rat(t.Baseline)
	switch {
	case !aims:
		p.State = targetOpen
		return p
	case !begins:
		p.State = targetNoBaseline
		return p
	case value.Cmp(baseline) == 0:
		p.State = targetHold
		return p
	}
	way := now.Sub(now, baseline)
	way.Quo(way, value.Sub(value, baseline))
	p.State, p.Way = targetOnTheWay, fourPlaces(way)
	then := timePassed(t, on)
	if then != nil {
		p.Then = fourPlaces(then)
	}
	switch {
	case way.Cmp(big.NewRat(1, 1)) >= 0:
		p.State = targetReached
	case then != nil && way.Cmp(then) < 0:
		p.State = targetBehind
	}
	return p
}

// timePassed is the share of a target's time that has passed on a day, from 0 to
// 1; nil if it has no first or last day.
func timePassed(t Target, day string) *big.Rat {
	from, err := time.Parse(time.DateOnly, t.BaselineOn)
	until, err2 := time.Parse(time.DateOnly, t.Due)
	on, err3 := time.Parse(time.DateOnly, day)
	if err != nil || err2 != nil || err3 != nil || !until.After(from) {
		return nil
	}
	const oneDay = 24 * time.Hour
	whole := int64(until.Sub(from) / oneDay)
	return big.NewRat(min(max(int64(on.Sub(from)/oneDay), 0), whole), whole)
}

var targetsGroup = group{
	name:    groupTargets,
	figures: []string{"targets", "reported", "not reported", targetReached, targetOnTheWay, targetBehind, targetNoBaseline},
	touched: ofPledge,
	fill:    fillTargets,
	rows:    func(c *Contents) any { return &c.Targets },
	section: func(c *Contents) *Section {
		s := c.newSection(groupTargets, "Targets against reported values", "pledge", "author", "indicator", "baseline", "target", "unit", "due", "reported", "on", "state", "way reached", "time passed", "report")
		for _, r := range c.Targets {
			s.add(r.Sample, string(r.Pledge), string(r.Author), r.Indicator, r.Baseline, r.Value, r.Unit, r.Due, r.Reported, r.On, r.State, r.Way, r.Passed, lastAfter(r.Cites))
		}
		return s
	},
}

func fillTargets(v *view, unit string, t *table) {
	e, p, named, ok := v.pledge(unit)
	if !ok || named || len(p.Targets) == 0 {
		return
	}
	type reported struct {
		Value
		by *entry
	}
	latest := map[string]reported{}
	for _, report := range v.reportsOn(e) {
		for _, value := range report.doc.Predicate.(*Report).Values {
			if value.On >= latest[value.Target].On {
				latest[value.Target] = reported{value, report}
			}
		}
	}
	for i, target := range p.Targets {
		last, ok := latest[target.ID]
		row := &TargetRow{
			Row:    Row{Key: fmt.Sprintf("%s/%03d", e.id, i), In: []string{"targets", "not reported"}, Sample: e.sample, Cites: []DocumentID{e.id}},
			Pledge: e.id, Author: p.Author, Target: target.ID, Indicator: target.Indicator, Unit: target.Unit,
			Baseline: target.Baseline, BaselineOn: target.BaselineOn, Value: target.Value, Due: target.Due,
			Progress: progressOf(target, last.Value.Value, last.On, v.day),
		}
		if ok {
			row.In = []string{"targets", "reported", row.State}
			row.Cites = append(row.Cites, last.by.id)
			row.Reported, row.On, row.By = last.Value.Value, last.On, last.by.doc.Author
		}
		t.add(row)
	}
}
