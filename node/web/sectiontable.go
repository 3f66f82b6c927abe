package web

import (
	"slices"
	"strings"

	"stocktake/review"
	"stocktake/review/compact"
)

// sectionTable is any group of a stocktake, as review says that people read it,
// with names and titles for IDs.
type sectionTable struct {
	Group   string
	Title   value
	Columns []value
	Figures []figureLine
	Rows    []sectionLine
	Rests   bool   // some row rests on documents that none of its cells leads to
	Total   int    // rows that there are
	All     string // where they all are, if not all are here
}

// sectionLine is one row; of several lines each cell has several values.
type sectionLine struct {
	Cells  [][]value
	Adds   string // to the figure that is explained, if that is a sum
	Sample bool
	Cites  []ref
}

// figureLine is a figure, with the way to its rows.
type figureLine struct {
	Name        value
	Value, Href string
	Sample      bool
}

// shownApart are the groups for which the stocktake's page has tables of its
// own, which say more; all others are shown as their sections say.
var shownApart = []string{
	"participation", "accreditations", "regions", "pledges", "parties", "resources", "targets", "due",
	"findings", "agreement", "replies", "recommendations", "comments", "withdrawals", "excluded",
}

// layouts are the titles and columns of all groups.
var layouts = new(review.Contents).Sections()

// sections are the groups of a stocktake that have no table of their own and
// have something to show.
func (t tabler) sections(a *assembled) []sectionTable {
	var all []sectionTable
	for _, layout := range layouts {
		if slices.Contains(shownApart, layout.Group) {
			continue
		}
		rows := a.Rows(layout.Group)
		if len(rows) == 0 {
			continue
		}
		table := t.section(layout.Group, rows)
		table.Figures, table.Total = t.figureLines(a, layout.Group), a.totals[layout.Group]
		if table.Total > rowsShown {
			table.Rows, table.All = table.Rows[:min(len(rows), rowsShown)], figureAddress(t.asked, layout.Group, "", false)
		}
		all = append(all, table)
	}
	return all
}

// section is a table of some rows of a group, invented ones last.
func (t tabler) section(group string, rows []review.ReadRow) sectionTable {
	layout := layouts[slices.IndexFunc(layouts, func(s *review.Section) bool { return s.Group == group })]
	table := sectionTable{Group: group, Title: t.orEnglish("section."+group, layout.Title), Total: len(rows)}
	for _, name := range layout.Columns {
		table.Columns = append(table.Columns, t.orEnglish("column."+slug(name), name))
	}
	for _, row := range realFirst(rows, func(r review.ReadRow) bool { return r.Sample }) {
		line := sectionLine{Cells: make([][]value, len(layout.Columns)), Sample: row.Sample, Cites: t.cites(row.Cites)}
		c := celler{t, slices.ContainsFunc(row.Cites, t.hides)}
		for _, cells := range row.Lines {
			for i, text := range cells {
				v := c.cell(layout.Columns[i], text)
				if group == "rounds" && layout.Columns[i] == "round" {
					v = roundLink(text, text) // its title has a column of its own
				}
				if n := len(line.Cells[i]); n == 0 || line.Cells[i][n-1].Text != v.Text {
					line.Cells[i] = append(line.Cells[i], v)
				}
			}
		}
		if len(row.Lines) == 0 { // the section leaves it out
			line.Cells[0] = []value{c.cell("", row.Key)}
		}
		table.Rows = append(table.Rows, line)
	}
	table.tidy()
	return table
}

// tidy leaves out what says nothing: columns that are empty in all rows or repeat
// the first one, and documents to which a cell leads already.
func (s *sectionTable) tidy() {
	says := func(i int) bool {
		return i == 0 || slices.ContainsFunc(s.Rows, func(line sectionLine) bool {
			return slices.ContainsFunc(line.Cells[i], func(v value) bool {
				return (v.Text != "" || v.Items != nil) && (len(line.Cells[0]) != 1 || v.Text != line.Cells[0][0].Text)
			})
		})
	}
	var columns []value
	cells := make([][][]value, len(s.Rows))
	for i, column := range s.Columns {
		if !says(i) {
			continue
		}
		columns = append(columns, column)
		for n, line := range s.Rows {
			cells[n] = append(cells[n], line.Cells[i])
		}
	}
	for n := range s.Rows {
		line := &s.Rows[n]
		line.Cells = cells[n]
		line.Cites = slices.DeleteFunc(line.Cites, func(r ref) bool {
			return slices.ContainsFunc(line.Cells, func(cell []value) bool {
				return slices.ContainsFunc(cell, func(v value) bool {
					return r.Href != "" && (v.Href == r.Href || slices.ContainsFunc(v.Items, func(v value) bool { return v.Href == r.Href }))
				})
			})
		})
		s.Rests = s.Rests || len(line.Cites) > 0
	}
	if len(s.Rows) > 0 {
		s.Columns = columns
	}
}

// figureLines are the figures of a group in which something counts.
func (t tabler) figureLines(a *assembled, group string) []figureLine {
	var lines []figureLine
	for _, f := range a.FiguresOf(group) {
		if f.Value == 0 {
			continue
		}
		lines = append(lines, figureLine{Name: t.figureName(f.Name), Value: t.valueOf(f), Sample: f.Sample, Href: figureAddress(t.asked, group, f.Name, f.Sample)})
	}
	return lines
}

// valueOf is what a figure says: how many, or how much.
func (w words) valueOf(f review.Figure) string {
	if f.Amount != "" {
		return w.Decimal(f.Amount)
	}
	return w.Number(f.Value)
}

// figureName is a figure's name in words; in English where there are none. Some
// are of an objective, of a round, of a currency, or of why nothing counts.
func (t tabler) figureName(name string) value {
	if v := t.word(name); v.Language == "" {
		return value{Form: "words", Text: capital(v.Text)}
	}
	if n, ok := strings.CutPrefix(name, "objective "); ok {
		return value{Form: "words", Text: t.objectiveName(atoi(n))}
	}
	if key := "label." + name; t.Has(key) {
		return value{Form: "words", Text: capital(t.say(key))}
	}
	if what, currency, ok := cutLast(name, " "); ok && compact.Currency(currency) {
		if v := t.word(what); v.Language == "" {
			return value{Form: "words", Text: capital(v.Text) + " " + currency}
		}
	}
	if what, of, ok := strings.Cut(name, ": "); ok {
		title, form := t.word(what), "words"
		if title.Language != "" {
			title = t.orEnglish("column."+slug(what), what)
		}
		if round := t.round(what); round != what {
			title, form = value{Text: round}, "" // it stands in words of the charter's own
		}
		if what == "language" {
			return value{Text: t.say("figure.of", "what", capital(title.Text), "of", languageName(of).Text)}
		}
		if v := t.word(of); v.Language == "" && title.Language == "" {
			return value{Form: form, Text: t.say("figure.of", "what", capital(title.Text), "of", v.Text)}
		}
	}
	return value{Text: capital(name), Language: "en"}
}

// cutLast cuts around the last separator.
func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// word is a code in words; in English where there are none.
func (w words) word(code string) value {
	for _, family := range []string{"word.", "kind."} {
		if key := family + slug(code); w.Has(key) {
			return value{Form: "words", Text: w.say(key)}
		}
	}
	return value{Text: strings.ReplaceAll(code, "-", " "), Language: "en"}
}

// orEnglish is a message whose English is given, which other languages may not
// have yet.
func (w words) orEnglish(key, english string) value {
	switch {
	case w.Tag == "en":
		return value{Form: "words", Text: capital(english)}
	case w.Has(key):
		return value{Form: "words", Text: capital(w.say(key))}
	}
	return value{Text: capital(english), Language: "en"}
}
