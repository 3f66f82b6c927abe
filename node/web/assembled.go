package web

import (
	"math"
	"slices"
	"strings"

	"stocktake/review"
)

// assembled is a stocktake as pages read it: its figures and, of each group, as
// many rows as a page shows, decoded once. The others are read from its parts
// when somebody asks for them.
type assembled struct {
	*review.Contents
	stocktake *review.Stocktake
	totals    map[string]int // rows of each group
	hidden    []review.DisplayRule
	rows      *review.RowPages
}

// shownWhole are the groups of which pages show all rows: these have some for each
// participant, round or region.
var shownWhole = []string{"participation", "accreditations", "regions", "due", "rounds", "coverage"}

// readAssembled reads a stocktake. Groups that are as they were in an earlier one
// are taken from there; nil: there is none.
func readAssembled(s *review.Stocktake, hidden []review.DisplayRule, earlier *assembled) (*assembled, error) {
	a := &assembled{s.Outline(), s, map[string]int{}, hidden, new(review.RowPages)}
	if earlier != nil {
		a.rows = earlier.rows
	}
	if earlier != nil && !slices.Equal(earlier.hidden, hidden) {
		earlier = nil
	}
	unchanged := func(groups ...string) bool {
		return earlier != nil && !slices.ContainsFunc(groups, func(group string) bool {
			return !slices.Equal(a.PartsOf(group), earlier.PartsOf(group))
		})
	}
	for _, group := range review.Groups() {
		switch {
		case group == "findings" || group == "replies": // those follow
		case unchanged(group):
			a.Take(group, earlier.Contents)
			if n := earlier.totals[group]; n > 0 {
				a.totals[group] = n
			}
		default:
			if err := a.addFirst(group); err != nil {
				return nil, err
			}
		}
	}
	var err error
	if unchanged("agreement", "findings", "replies") {
		a.Take("findings", earlier.Contents)
		a.Take("replies", earlier.Contents)
	} else {
		err = a.addJudgements()
	}
	veil(a.Contents, hidden)
	return a, err
}

// light is what the next one is read with: all but the parts.
func (a *assembled) light() *assembled {
	light := *a
	light.stocktake = nil
	return &light
}

// addJudgements adds what is said of what is shown as judged.
func (a *assembled) addJudgements() error {
	var prefixes []string
	judged, judgements := map[string]bool{}, map[review.DocumentID]bool{}
	for _, row := range a.Agreement {
		prefixes, judged[row.Key] = append(prefixes, row.Key+"/"), true
	}
	for _, raw := range a.stocktake.RowsWith(a.Contents, "findings", prefixes) {
		if err := a.Add("findings", raw); err != nil {
			return err
		}
	}
	a.Findings = slices.DeleteFunc(a.Findings, func(f review.FindingRow) bool { return !judged[judgedThing(f)] })
	for _, f := range a.Findings {
		judgements[f.Assessment] = true
	}
	for _, raw := range a.stocktake.RowsCiting(a.Contents, "replies", judgements) {
		if err := a.Add("replies", raw); err != nil {
			return err
		}
	}
	return nil
}

// judgedThing is the key of what a finding judges; its own has the assessment too.
func judgedThing(f review.FindingRow) string {
	return strings.TrimSuffix(f.Key, "/"+string(f.Assessment))
}

// addFirst adds the rows of a group that a page shows, invented ones last.
func (a *assembled) addFirst(group string) error {
	n := rowsShown
	if slices.Contains(shownWhole, group) {
		n = math.MaxInt
	}
	rows, total := a.rows.Of(a.stocktake, a.Contents, review.Figure{Group: group}, 0, n)
	if total > 0 {
		a.totals[group] = total
	}
	for _, raw := range rows {
		if err := a.Add(group, raw); err != nil {
			return err
		}
	}
	return nil
}

// with is the stocktake with all rows of some groups, and of no others.
func (a *assembled) with(groups ...string) (*assembled, error) {
	all := *a
	all.Contents = a.stocktake.Outline()
	for _, group := range groups {
		for raw := range a.stocktake.RowsOf(a.Contents, group) {
			if err := all.Add(group, raw); err != nil {
				return nil, err
			}
		}
	}
	veil(all.Contents, a.hidden)
	return &all, nil
}

// page are the rows of a page of those that count in a figure, or of a group's,
// and how many there are on all pages.
func (a *assembled) page(f review.Figure, at int) ([]review.ReadRow, int, error) {
	rows, total := a.rows.Of(a.stocktake, a.Contents, f, (at-1)*pageSize, pageSize)
	shown := new(review.Contents)
	for _, raw := range rows {
		if err := shown.Add(f.Group, raw); err != nil {
			return nil, 0, err
		}
	}
	veil(shown, a.hidden)
	return shown.Rows(f.Group), total, nil
}

// citing is the stocktake with the rows of one group that rest on a document.
func (a *assembled) citing(group string, id review.DocumentID) (*assembled, error) {
	some := *a
	some.Contents = a.stocktake.Outline()
	for _, raw := range a.stocktake.RowsCiting(a.Contents, group, map[review.DocumentID]bool{id: true}) {
		if err := some.Add(group, raw); err != nil {
			return nil, err
		}
	}
	veil(some.Contents, a.hidden)
	return &some, nil
}

// figure is the value of one figure, 0 if nothing counts in it.
func (a *assembled) figure(group, name string, sample bool) int {
	for _, f := range a.Figures {
		if f.Group == group && f.Name == name && f.Sample == sample {
			return f.Value
		}
	}
	return 0
}
