package review

import (
	"reflect"
	"slices"
)

// ReadRow is a row of a group as its section shows it, with what every row has:
// which figures count it, and what it rests on.
type ReadRow struct {
	Row
	// Lines are its cells: one line for most, several where a row says several
	// things, none where the section leaves it out.
	Lines [][]string
}

// Counts is whether the row is one of those that a figure counts or sums up.
func (r *ReadRow) Counts(f Figure) bool {
	_, adds := r.Sums[f.Name]
	return r.Sample == f.Sample && (adds || slices.Contains(r.In, f.Name))
}

// Rows are the rows of a group, by key; none of a group that there is not.
func (c *Contents) Rows(name string) []ReadRow {
	i := slices.IndexFunc(groups, func(g *group) bool { return g.name == name })
	if i < 0 {
		return nil
	}
	rows := reflect.ValueOf(groups[i].rows(c)).Elem()
	all := make([]ReadRow, rows.Len())
	for n := range all {
		one := new(Contents)
		reflect.ValueOf(groups[i].rows(one)).Elem().Set(rows.Slice(n, n+1))
		all[n].Row = *rows.Index(n).Addr().Interface().(interface{ head() *Row }).head()
		for _, line := range groups[i].section(one).Rows {
			all[n].Lines = append(all[n].Lines, line.Cells)
		}
	}
	return all
}

// Groups are the names of all groups, in the order of a manifest.
func Groups() []string {
	return collect(groups, func(g *group) string { return g.name })
}
