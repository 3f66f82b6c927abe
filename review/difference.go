package review

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Difference is what changed from one stocktake to another: in what they were
// made from, figure by figure, and row by row with the documents that it is
// because of. It is a function of the two.
type Difference struct {
	From, To string // digests
	Made     []FieldChange
	Figures  []FigureChange
	Rows     []RowChange
}

// FieldChange is a field before and after, as text; "" where there was none.
type FieldChange struct{ Name, From, To string }

// FigureChange is a figure before and after; "" where there was none.
type FigureChange struct {
	Group, Name string
	Sample      bool
	From, To    string
}

// What became of a row.
const (
	RowNew     = "new"
	RowGone    = "gone"
	RowChanged = "changed"
)

// RowChange is a row that one of the two does not have, or has otherwise.
type RowChange struct {
	Group, Key, What string
	Sample           bool
	Says             string        // what tells it from others
	Fields           []FieldChange // of one that changed
	Because          []DocumentID  // none: of the cut-off or the charter alone
	Why              string        // of one that is gone: why its document no longer counts
}

// Difference is what a later stocktake changed.
func (s *Stocktake) Difference(later *Stocktake) *Difference {
	a, b := s.Contents(), later.Contents()
	d := &Difference{From: a.Digest, To: b.Digest}
	for _, f := range []FieldChange{
		{"scope", string(a.Scope), string(b.Scope)}, {"cut-off", a.Cutoff, b.Cutoff}, {"snapshot", a.Snapshot, b.Snapshot},
		{"federation", string(a.Federation), string(b.Federation)}, {"charter", string(a.Charter), string(b.Charter)},
		{"compact", a.Compact, b.Compact}, {"rules", fmt.Sprint(a.Rules), fmt.Sprint(b.Rules)}, {"licence", a.Licence, b.Licence},
	} {
		if f.From != f.To {
			d.Made = append(d.Made, f)
		}
	}
	d.Figures = figureChanges(a.Figures, b.Figures)
	known := map[DocumentID]bool{} // to the earlier one
	for _, g := range groups {
		for _, row := range s.rowsOf(a, g.name) {
			for _, id := range row.Cites {
				known[id] = true
			}
		}
	}
	gone := map[DocumentID]ExcludedRow{}
	for _, row := range b.Excluded {
		gone[row.ID] = row
	}
	for _, g := range groups {
		d.compareRows(g.name, s.rowsOf(a, g.name), later.rowsOf(b, g.name), known, gone)
	}
	return d
}

func figureChanges(a, b []Figure) (changes []FigureChange) {
	type key struct {
		group, name string
		sample      bool
	}
	value := func(f Figure) string {
		if f.Amount != "" {
			return f.Amount
		}
		return fmt.Sprint(f.Value)
	}
	before := map[key]string{}
	for _, f := range a {
		before[key{f.Group, f.Name, f.Sample}] = value(f)
	}
	for _, f := range b {
		k := key{f.Group, f.Name, f.Sample}
		if was := before[k]; was != value(f) {
			changes = append(changes, FigureChange{f.Group, f.Name, f.Sample, was, value(f)})
		}
		delete(before, k)
	}
	for _, f := range a {
		if was, ok := before[key{f.Group, f.Name, f.Sample}]; ok {
			changes = append(changes, FigureChange{f.Group, f.Name, f.Sample, was, ""})
		}
	}
	return changes
}

func (d *Difference) compareRows(group string, before, after []rawRow, known map[DocumentID]bool, gone map[DocumentID]ExcludedRow) {
	rows := map[string][2]*rawRow{}
	for i := range before {
		rows[before[i].Key] = [2]*rawRow{&before[i]}
	}
	for i := range after {
		pair := rows[after[i].Key]
		pair[1] = &after[i]
		rows[after[i].Key] = pair
	}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		was, is := rows[key][0], rows[key][1]
		change := RowChange{Group: group, Key: key}
		switch {
		case was == nil:
			change.What, change.Sample, change.Says = RowNew, is.Sample, is.said()
			change.Because = slices.DeleteFunc(slices.Clone(is.Cites), func(id DocumentID) bool { return known[id] })
		case is == nil:
			change.What, change.Sample, change.Says = RowGone, was.Sample, was.said()
			for _, id := range was.Cites {
				if row, ok := gone[id]; ok {
					change.Why = FieldError{Code: row.Reason}.Message()
					if row.By != "" {
						change.Because = append(change.Because, row.By)
					}
				}
			}
		case bytes.Equal(was.raw, is.raw):
			continue
		default:
			change.What, change.Sample, change.Says, change.Fields = RowChanged, is.Sample, is.said(), fieldChanges(was, is)
			change.Because = slices.DeleteFunc(slices.Clone(is.Cites), func(id DocumentID) bool { return slices.Contains(was.Cites, id) })
		}
		d.Rows = append(d.Rows, change)
	}
}

func fieldChanges(was, is *rawRow) (changes []FieldChange) {
	a, b := was.fields(), is.fields()
	names := maps.Clone(a)
	maps.Copy(names, b)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a[name] != b[name] {
			changes = append(changes, FieldChange{name, a[name], b[name]})
		}
	}
	return changes
}

// Same is whether nothing changed.
func (d *Difference) Same() bool { return d.From == d.To }

// Text is the difference for people.
func (d *Difference) Text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "from stocktake %s\nto   stocktake %s\n", d.From, d.To)
	if d.Same() {
		b.WriteString("nothing changed\n")
		return b.Bytes()
	}
	for _, f := range d.Made {
		fmt.Fprintf(&b, "%-10s %s -> %s\n", f.Name, none(f.From), none(f.To))
	}
	b.WriteString("\nFIGURES\n")
	for _, f := range d.Figures {
		fmt.Fprintf(&b, "  %s/%s%s: %s -> %s\n", f.Group, plain(f.Name), inSamples(f.Sample), none(f.From), none(f.To))
	}
	b.WriteString("\nROWS, AND THE DOCUMENTS THAT THEY CHANGED FOR\n")
	for _, r := range d.Rows {
		fmt.Fprintf(&b, "  %s: %s %s%s: %s\n", r.Group, r.What, plain(r.Key), inSamples(r.Sample), r.Says)
		for _, f := range r.Fields {
			fmt.Fprintf(&b, "      %s: %s -> %s\n", f.Name, none(f.From), none(f.To))
		}
		if r.Why != "" {
			fmt.Fprintf(&b, "      %s\n", r.Why)
		}
		switch {
		case len(r.Because) > 0:
			fmt.Fprintf(&b, "      because of %s\n", strings.Join(collect(r.Because, func(id DocumentID) string { return string(id) }), ", "))
		case r.Why == "":
			b.WriteString("      because of another row, the cut-off, the charter or the scope\n")
		}
	}
	return b.Bytes()
}

func none(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

func inSamples(sample bool) string {
	if sample {
		return " (samples)"
	}
	return ""
}
