package web

import (
	"strings"

	"stocktake/review"
)

// comparison is what changed from an earlier stocktake of the same scope.
type comparison struct {
	With    string // the earlier one's cut-off
	Earlier string // its address
	Figures []figureChange
	Rows    []rowChange
	More    int // rows that changed and are not shown
}

// figureChange is a figure before and after.
type figureChange struct {
	Group, Name    value
	Sample         bool
	Before, After  string
	EarlierAt, Now string // the ways to its rows
}

// rowChange is a row that is new, gone or changed, and because of what.
type rowChange struct {
	Group, What, Says value
	Sample            bool
	Why               string
	Because           []ref
}

func (t tabler) comparison(earlier, now *assembled, with string) *comparison {
	d := earlier.stocktake.Difference(now.stocktake)
	before := AssembleRequest{Scope: t.asked.Scope, Cutoff: with}
	c := &comparison{With: earlier.Manifest.Cutoff, Earlier: stocktakeAddress(before)}
	for _, f := range d.Figures {
		c.Figures = append(c.Figures, figureChange{
			Group: t.sectionTitle(f.Group), Name: t.figureName(f.Name), Sample: f.Sample, Before: t.Decimal(f.From), After: t.Decimal(f.To),
			EarlierAt: figureAddress(before, f.Group, f.Name, f.Sample), Now: figureAddress(t.asked, f.Group, f.Name, f.Sample),
		})
	}
	for _, row := range d.Rows {
		if len(c.Rows) == pageSize {
			c.More = len(d.Rows) - pageSize
			break
		}
		line := rowChange{Group: t.sectionTitle(row.Group), What: t.word(row.What), Sample: row.Sample, Why: row.Why, Because: t.cites(row.Because)}
		id, _, _ := strings.Cut(row.Key, "/")
		if doc := review.DocumentID(id); t.listed(doc).ID != "" {
			r := t.document(doc)
			line.Says = value{Form: "link", Text: r.Text, Href: r.Href}
		} else {
			line.Says = celler{tabler: t}.cell("", id)
		}
		c.Rows = append(c.Rows, line)
	}
	return c
}

// sectionTitle is a group's title.
func (t tabler) sectionTitle(group string) value {
	for _, layout := range layouts {
		if layout.Group == group {
			return t.orEnglish("section."+group, layout.Title)
		}
	}
	return value{Text: group, Language: "en"}
}
