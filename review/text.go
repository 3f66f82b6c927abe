package review

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"stocktake/review/compact"
)

// Text is the stocktake for people to read, as plain text. It is a function of
// the stocktake, so whoever has the same one has the same text. Document IDs
// are cut to twelve digits; the file form has them whole.
func (s *Stocktake) Text() []byte {
	c := s.Contents()
	var b bytes.Buffer
	fmt.Fprintf(&b, "STOCKTAKE: %s\n%s\n\n", plain(c.ScopeName()), compact.Name())
	for _, line := range [][2]string{
		{"counts what was filed up to", c.Cutoff}, {"federation", string(c.Federation)}, {"charter in force", string(c.Charter)},
		{"compact", c.Compact}, {"rules of counting", "version " + strconv.Itoa(c.Rules)}, {"licence of the data", c.Licence}, {"made from snapshot", c.Snapshot}, {"this stocktake", c.Digest},
		{"made again by", c.Command()},
	} {
		fmt.Fprintf(&b, "%-28s %s\n", line[0], plain(orNothing(line[1])))
	}
	b.WriteByte('\n')
	for _, n := range c.Notes {
		fmt.Fprintln(&b, Notes[n])
	}
	for _, section := range c.Sections() {
		if section.Empty() {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n\n", strings.ToUpper(section.Title))
		section.writeFigures(&b)
		section.writeRows(&b)
	}
	return b.Bytes()
}

// plain puts a text on one line and takes out what would steer a terminal: a
// stocktake file may come from anybody.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func orNothing(s string) string {
	if s == "" {
		return "(nothing was filed)"
	}
	return s
}

// ScopeName is the scope in words.
func (c *Contents) ScopeName() string {
	if id, ok := strings.CutPrefix(string(c.Scope), "participant:"); ok {
		for _, p := range c.Participation {
			if string(p.ID) == id {
				return p.Name
			}
		}
	}
	return c.Scope.Words()
}

// Command makes this stocktake again from its snapshot.
func (c *Contents) Command() string {
	cutoff := ""
	if c.Cutoff != "" {
		cutoff = " --cutoff " + c.Cutoff
	}
	rates := ""
	if c.Rates != "" {
		rates = " --rates " + string(c.Rates)
	}
	return "stocktake assemble --scope " + string(c.Scope) + cutoff + rates + " --snapshot FILE"
}

// Section is one group as people read it: its figures and a table.
type Section struct {
	Group   string
	Title   string
	Figures []Line
	Columns []string
	Rows    []SectionRow
}

// Line is a figure with its count of samples beside it.
type Line struct {
	Name          string
	Value, Sample string
}

// SectionRow is one line of a table. IDs are whole.
type SectionRow struct {
	Cells  []string
	Sample bool
}

func (s *Section) add(sample bool, cells ...string) {
	s.Rows = append(s.Rows, SectionRow{cells, sample})
}

// Empty is whether there is nothing to show.
func (s *Section) Empty() bool {
	return len(s.Rows) == 0 && !slices.ContainsFunc(s.Figures, func(l Line) bool { return l.Value != "0" || l.Sample != "" })
}

func (s *Section) writeFigures(w io.Writer) {
	for _, l := range s.Figures {
		if l.Value == "0" && l.Sample == "" {
			continue
		}
		sample := ""
		if l.Sample != "" {
			sample = "  (and " + l.Sample + " in samples)"
		}
		fmt.Fprintf(w, "  %-40s %s%s\n", plain(l.Name), l.Value, sample)
	}
}

func (s *Section) writeRows(w io.Writer) {
	if len(s.Rows) == 0 {
		return
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "  %s\n", strings.Join(s.Columns, "\t"))
	for _, row := range s.Rows {
		cells := slices.Clone(row.Cells)
		for i, cell := range cells {
			cells[i] = plain(cell)
			if isHex(cell, 64) {
				cells[i] = cell[:12]
			}
		}
		if row.Sample {
			cells[0] += " SAMPLE"
		}
		fmt.Fprintf(table, "  %s\n", strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	table.Flush()
}
