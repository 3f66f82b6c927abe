package web

import (
	"context"
	_ "embed"
	"net/http"
	"strings"
)

// Protection says in plain text what protects an author at risk, and what does
// not: `stocktake help protection` prints it, and /protection shows it. A line
// that begins with "# " is the title, with "## " a heading, with "- " an item;
// others are paragraphs.
//
//go:embed protection.txt
var Protection string

// protectionBody is that text in parts.
type protectionBody struct {
	Lede     string
	Sections []protectionSection
}

type protectionSection struct {
	Heading string
	Items   []protectionItem
}

// maxLead is how long the bold beginning of an item may be.
const maxLead = 40

// protectionItem begins with a few words that say what it is about.
type protectionItem struct{ Lead, Text string }

func readProtection(text string) (title string, body protectionBody) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if t, ok := strings.CutPrefix(line, "# "); ok {
			title = t
		} else if h, ok := strings.CutPrefix(line, "## "); ok {
			body.Sections = append(body.Sections, protectionSection{Heading: h})
		} else if item, ok := strings.CutPrefix(line, "- "); ok {
			s := &body.Sections[len(body.Sections)-1]
			lead, rest, ok := strings.Cut(item, ". ")
			if !ok || len(lead) > maxLead {
				lead, rest = "", item
			} else {
				lead += "."
			}
			s.Items = append(s.Items, protectionItem{lead, rest})
		} else if line != "" {
			body.Lede = line
		}
	}
	return title, body
}

func (n *site) protectionPage(context.Context, *view, *http.Request) (string, any, error) {
	title, body := readProtection(Protection)
	return title, body, nil
}
