package review

import (
	"maps"
	"slices"
	"strings"
)

// tally counts the rows of a group into figures. Rows come and go: the figures
// are adjusted, not counted again.
type tally struct {
	group  string
	names  []string // that are shown also when nothing counts in them
	totals map[figureKey]*total

	samples int // rows that are samples
}

type figureKey struct {
	name   string
	sample bool
}

// total is what one figure has come to.
type total struct {
	rows int
	sum  *decimalSum // nil where it is a count
}

func newTally(group string, names []string) tally {
	return tally{group: group, names: names, totals: map[figureKey]*total{}}
}

// counted are the figures in which a row counts.
func (row *tableRow) counted(yield func(figureKey) bool) {
	for _, name := range row.in {
		if !yield(figureKey{name, row.sample}) {
			return
		}
	}
	for name := range row.sums {
		if !yield(figureKey{name, row.sample}) {
			return
		}
	}
}

// count adds a row n times: 1, or -1 to take it back.
func (t *tally) count(row *tableRow, n int) {
	if row.sample {
		t.samples += n
	}
	for k := range row.counted {
		f := t.totals[k]
		if f == nil {
			f = &total{}
			t.totals[k] = f
		}
		if f.rows += n; f.rows == 0 {
			delete(t.totals, k)
		}
	}
	for name, amount := range row.sums {
		if f := t.totals[figureKey{name, row.sample}]; f != nil {
			if f.sum == nil {
				f.sum = &decimalSum{places: map[int]int{}}
			}
			f.sum.add(amount, n)
		}
	}
}

// figures are the counts of real rows and then of samples, each in the order
// of the group's names and then of other names; first finds the first part with
// a row of a figure.
func (t *tally) figures(first func(figureKey) string) []Figure {
	all := make(map[figureKey]*total, len(t.totals)+len(t.names))
	for _, name := range t.names {
		all[figureKey{name, false}] = &total{}
	}
	maps.Copy(all, t.totals)
	keys := slices.SortedFunc(maps.Keys(all), func(a, b figureKey) int {
		if a.sample != b.sample {
			if b.sample {
				return -1
			}
			return 1
		}
		if i, j := t.rank(a.name), t.rank(b.name); i != j {
			return i - j
		}
		return strings.Compare(a.name, b.name)
	})
	figures := make([]Figure, 0, len(keys))
	for _, k := range keys {
		f := Figure{Group: t.group, Name: k.name, Sample: k.sample, Value: all[k].rows}
		if f.Value > 0 {
			f.Part = first(k)
		}
		if sum := all[k].sum; sum != nil {
			f.Amount = sum.String()
		}
		figures = append(figures, f)
	}
	return figures
}

func (t *tally) rank(name string) int {
	if i := slices.Index(t.names, name); i >= 0 {
		return i
	}
	return len(t.names)
}
