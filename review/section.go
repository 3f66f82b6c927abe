package review

import (
	"slices"
	"strconv"
	"strings"
)

// Sections are the groups in the order in which people read them, with only
// what they need to see; the rest is in the rows.
func (c *Contents) Sections() []*Section {
	all := make([]*Section, len(groups))
	for i, g := range groups {
		all[i] = g.section(c)
	}
	return all
}

func (c *Contents) newSection(group, title string, columns ...string) *Section {
	return &Section{Group: group, Title: title, Figures: c.lines(group), Columns: columns}
}

// lines pair the figures of real rows with those of samples.
func (c *Contents) lines(group string) []Line {
	var lines []Line
	for _, f := range c.FiguresOf(group) {
		value := strconv.Itoa(f.Value)
		if f.Amount != "" {
			value = f.Amount
		}
		i := slices.IndexFunc(lines, func(l Line) bool { return l.Name == f.Name })
		if i < 0 {
			i, lines = len(lines), append(lines, Line{Name: f.Name, Value: "0"})
		}
		if f.Sample {
			lines[i].Sample = value
		} else {
			lines[i].Value = value
		}
	}
	return lines
}

func numbers(list []int) string {
	var b []string
	for _, n := range list {
		b = append(b, strconv.Itoa(n))
	}
	return strings.Join(b, ", ")
}

// by is an author with who answered for it.
func by(author string, accreditors []ParticipantID) string {
	if len(accreditors) == 0 {
		return author
	}
	names := strings.Join(collect(accreditors, func(p ParticipantID) string { return string(p) }), ", ")
	if author == "" {
		return " by " + names
	}
	return author + " (accredited by " + names + ")"
}

func last(ids []DocumentID) string {
	if len(ids) == 0 {
		return ""
	}
	return string(ids[len(ids)-1])
}

// lastAfter is the last of several.
func lastAfter(ids []DocumentID) string {
	if len(ids) < 2 {
		return ""
	}
	return last(ids)
}

func whom(p ParticipantID, region string) string {
	if p != "" {
		return string(p)
	}
	return region
}
