package web

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"stocktake/node/web/lang"
)

//go:embed protection/*.txt
var protectionFiles embed.FS

// Protection says in plain text what protects an author at risk, and what does
// not: `stocktake help protection` prints it, and /protection shows it, there in
// the reader's language. A line that begins with "# " is the title, with "## " a
// heading, with "- " an item; others are paragraphs. Items begin with a sentence
// that says what they are about, but for those of the last section.
var Protection = protection("en")

func protection(tag string) string {
	b, err := protectionFiles.ReadFile("protection/" + tag + ".txt")
	if err != nil {
		panic("web: " + err.Error()) // it is part of the program
	}
	return string(b)
}

// protectionBody is that text in parts.
type protectionBody struct {
	Lede     string
	Sections []protectionSection
}

type protectionSection struct {
	Heading string
	Items   []protectionItem
}

// protectionItem may begin with a few words that say what it is about.
type protectionItem struct{ Lead, Text string }

// Said is the text with its commands shown as such.
func (p protectionItem) Said() template.HTML { return lang.Coded(p.Text) }

func readProtection(text string) (title string, body protectionBody) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if t, ok := strings.CutPrefix(line, "# "); ok {
			title = t
		} else if h, ok := strings.CutPrefix(line, "## "); ok {
			body.Sections = append(body.Sections, protectionSection{Heading: h})
		} else if item, ok := strings.CutPrefix(line, "- "); ok {
			s := &body.Sections[len(body.Sections)-1]
			s.Items = append(s.Items, protectionItem{Text: item})
		} else if line != "" {
			body.Lede = line
		}
	}
	for _, s := range body.Sections[:max(0, len(body.Sections)-1)] {
		for i := range s.Items {
			s.Items[i] = s.Items[i].led()
		}
	}
	return title, body
}

// led takes the first sentence as the lead.
func (p protectionItem) led() protectionItem {
	for _, stop := range []string{"。", ". "} {
		if lead, rest, ok := strings.Cut(p.Text, stop); ok {
			return protectionItem{lead + strings.TrimSpace(stop), rest}
		}
	}
	return p
}

func (n *site) protectionPage(_ context.Context, v *view, _ *http.Request) (string, any, error) {
	title, body := readProtection(protection(v.Tag))
	return title, body, nil
}
