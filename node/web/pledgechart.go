package web

import (
	"cmp"
	"context"
	"errors"
	"math/big"
	"slices"
	"strconv"

	"stocktake/review"
)

// pledgeChart draws one target: the straight line from its baseline to what was
// promised, and the values that were reported. The table below it has the same.
type pledgeChart struct {
	figureRow
	Lines  bool // it has the first and last point of its straight line
	From   point
	To     point
	Level  int             // where the baseline lies, if its day is not stated; 0 if it is, or there is none
	Values []reportedValue // by date
	Path   string          // through them
	Marks  []axisMark
	Years  []yearMark
}

type point struct{ X, Y int }

type axisMark struct {
	Y    int
	Text string
}

// reportedValue is one that a report has.
type reportedValue struct {
	point
	Value, On string
	Report    ref
	Author    ref
	Filed     string
}

// The drawing's coordinates, and the most reports and versions that are read
// for it: a report a quarter over fifteen years, a version a year over twenty.
const (
	chartWidth    = 1000
	chartHeight   = 320
	chartMargin   = 130 // for the numbers beside the axis
	chartFoot     = 40  // for the years
	chartReports  = 60
	chartVersions = 20
)

// pledgeCharts are the charts of a pledge's targets, from the reports that count
// on any of its versions. A target without a value has nothing to draw.
func (n *site) pledgeCharts(ctx context.Context, v *view, d *review.Document, p *review.Pledge) ([]pledgeChart, error) {
	if len(p.Targets) == 0 {
		return nil, nil
	}
	reports, err := n.reportsOn(ctx, v, d)
	if err != nil {
		return nil, err
	}
	var charts []pledgeChart
	for i, target := range p.Targets {
		c := pledgeChart{figureRow: v.targetRows(p.Targets[i : i+1])[0]}
		for _, r := range reports {
			for _, value := range r.Values {
				if value.Target == target.ID {
					c.Values = append(c.Values, reportedValue{Value: value.Value, On: value.On, Report: r.doc, Author: v.who(r.Author), Filed: r.filed})
				}
			}
		}
		slices.SortStableFunc(c.Values, func(a, b reportedValue) int {
			return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Filed, b.Filed))
		})
		if c.draw(v.words, target) {
			charts = append(charts, c)
		}
	}
	return charts, nil
}

// readReport is a report on a pledge that counts.
type readReport struct {
	*review.Report
	doc   ref
	filed string
}

// reportsOn are the reports on a pledge or on a version before it.
func (n *site) reportsOn(ctx context.Context, v *view, d *review.Document) (reports []readReport, err error) {
	versions, err := n.versionsBefore(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, version := range versions {
		thread, err := n.Thread(ctx, version)
		if err != nil {
			return nil, err
		}
		for _, reply := range thread.Replies {
			if reply.Kind != review.KindReport || !reply.Label.Counts || len(reports) == chartReports {
				continue
			}
			shown, err := n.Document(ctx, reply.ID)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if parsed, err := review.Parse(shown.Statement); err == nil {
				reports = append(reports, readReport{parsed.Predicate.(*review.Report), tabler{view: v}.document(reply.ID), reply.Label.Filed})
			}
		}
	}
	return reports, nil
}

// versionsBefore are a document and those that it replaced.
func (n *site) versionsBefore(ctx context.Context, d *review.Document) ([]review.DocumentID, error) {
	versions := []review.DocumentID{d.ID}
	for before := d.Supersedes; before != "" && len(versions) < chartVersions && !slices.Contains(versions, before); {
		shown, err := n.Document(ctx, before)
		if errors.Is(err, ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		versions = append(versions, before)
		parsed, err := review.Parse(shown.Statement)
		if err != nil {
			break
		}
		before = parsed.Supersedes
	}
	return versions, nil
}

// draw places everything; it is false if there are not two numbers to draw.
func (c *pledgeChart) draw(w words, target review.Target) bool {
	var values []*big.Rat
	var days []string
	take := func(value, day string) (*big.Rat, bool) {
		number, ok := new(big.Rat).SetString(value)
		if _, dated := moment(day); !ok || !dated {
			return nil, false
		}
		values, days = append(values, number), append(days, day)
		return number, true
	}
	aim, aims := take(target.Value, target.Due)
	base, begins := take(target.Baseline, target.BaselineOn)
	reported := make([]*big.Rat, len(c.Values))
	for i, v := range c.Values {
		reported[i], _ = take(v.Value, v.On)
	}
	if len(values) < 2 {
		return false
	}
	level, levels := new(big.Rat).SetString(target.Baseline)
	if levels = levels && !begins; levels {
		values = append(values, level)
	}
	x := span{}
	for _, day := range days {
		t, _ := moment(day)
		if x.from.IsZero() || t.Before(x.from) {
			x.from = t
		}
		if t.After(x.until) {
			x.until = t
		}
	}
	x.until, x.from = x.until.AddDate(0, 1, 0), x.from.AddDate(0, -1, 0)
	low, high := slices.MinFunc(values, (*big.Rat).Cmp), slices.MaxFunc(values, (*big.Rat).Cmp)
	at := func(value *big.Rat, day string) point {
		t, _ := moment(day)
		p := point{X: chartMargin + x.at(t)*(chartWidth-chartMargin-20)/timelineWidth, Y: (chartHeight - chartFoot) / 2}
		if high.Cmp(low) > 0 {
			share, _ := new(big.Rat).Quo(new(big.Rat).Sub(value, low), new(big.Rat).Sub(high, low)).Float64()
			p.Y = chartHeight - chartFoot - 20 - int(share*(chartHeight-chartFoot-40))
		}
		return p
	}
	if c.Lines = aims && begins; c.Lines {
		c.From, c.To = at(base, target.BaselineOn), at(aim, target.Due)
	} else if aims {
		c.To = at(aim, target.Due)
	}
	if levels {
		c.Level = at(level, days[0]).Y
	}
	for i := range c.Values {
		if reported[i] != nil {
			c.Values[i].point = at(reported[i], c.Values[i].On)
			c.Path += " " + strconv.Itoa(c.Values[i].X) + "," + strconv.Itoa(c.Values[i].Y)
		}
	}
	for _, number := range []*big.Rat{low, high} {
		mark := axisMark{Y: at(number, days[0]).Y, Text: w.Decimal(number.FloatString(decimals(number)))}
		if !slices.Contains(c.Marks, mark) {
			c.Marks = append(c.Marks, mark)
		}
	}
	for _, mark := range x.years() {
		c.Years = append(c.Years, yearMark{mark.Year, chartMargin + mark.X*(chartWidth-chartMargin-20)/timelineWidth})
	}
	return true
}

// decimals is how many places a number needs, up to four.
func decimals(r *big.Rat) int {
	places, exact := r.FloatPrec()
	if !exact {
		return 4
	}
	return min(places, 4)
}
