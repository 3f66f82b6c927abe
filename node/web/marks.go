package web

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// Marks are small pieces of HTML that stand in the middle of a sentence, where
// each language wants them elsewhere. Everything in them is escaped.

// idMark is an ID, a digest or an origin, which reads from left to right.
func idMark(s any) template.HTML {
	return template.HTML(`<span class="id" dir="ltr">` + template.HTMLEscapeString(join([]any{s})) + `</span>`)
}

// linkMark is a link to a page of the node.
func linkMark(href, text string) template.HTML {
	return template.HTML(`<a href="` + template.HTMLEscapeString(href) + `">` + string(isolated(text, "")) + `</a>`)
}

// reference is a name, with the way to what it names if there is one. Pages have
// thousands, which a template would take a good part of their time for.
func (w words) reference(r ref) template.HTML {
	if r.Href == "" {
		return isolated(r.Text, "")
	}
	return linkMark(w.at(r.Href), r.Text)
}

// references are several.
func (w words) references(all []ref) template.HTML {
	return joined(all, w.comma(), w.reference)
}

// isolated is a text whose direction is its own, in a language if that is known.
func isolated(text, language string) template.HTML {
	if text == "" {
		return ""
	}
	if language != "" {
		language = ` lang="` + template.HTMLEscapeString(language) + `"`
	}
	return template.HTML("<bdi" + language + ">" + template.HTMLEscapeString(text) + "</bdi>")
}

// cells are those of a section's row, each of which says what it is: its head and
// the others, with their values one below another.
func (w words) cells(columns []value, line sectionLine) template.HTML {
	var b strings.Builder
	for i, cell := range line.Cells {
		start, end := "<td", "</td>"
		if i == 0 {
			start, end = `<th scope="row"`, "</th>"
			if line.Sample {
				end = sampleMark + end
			}
		}
		for _, s := range []string{start, ` data-label="`, template.HTMLEscapeString(columns[i].Text), `">`, string(joined(cell, "<br>", w.inline)), end} {
			b.WriteString(s)
		}
	}
	return template.HTML(b.String())
}

// sampleMark is the badge of what is invented.
const sampleMark = ` <span class="badge sample">SAMPLE</span>`

// inline is a value that stands within a line; the template "value" has the others.
func (w words) inline(v value) template.HTML {
	switch v.Form {
	case "words":
		return template.HTML(template.HTMLEscapeString(v.Text))
	case "link":
		return linkMark(w.at(v.Href), v.Text)
	case "time":
		return timeMark(v.Machine, v.Text)
	case "open":
		return template.HTML(`<span class="open">` + template.HTMLEscapeString(v.Text) + `</span>`)
	case "code":
		return template.HTML(`<code dir="ltr">` + template.HTMLEscapeString(v.Text) + `</code>`)
	case "series":
		return joined(v.Items, w.comma(), w.inline)
	}
	return isolated(v.Text, v.Language)
}

func (w words) comma() template.HTML { return template.HTML(template.HTMLEscapeString(w.Comma())) }

// joined are the marks of all, with what stands between them.
func joined[T any](all []T, between template.HTML, mark func(T) template.HTML) template.HTML {
	var b strings.Builder
	for i, one := range all {
		if i > 0 {
			b.WriteString(string(between))
		}
		b.WriteString(string(mark(one)))
	}
	return template.HTML(b.String())
}

// day is a date, YYYY-MM-DD.
func (w words) day(s string) template.HTML { return timeMark(s, w.Date(s)) }

// moment is a time, RFC 3339.
func (w words) moment(s string) template.HTML { return timeMark(s, w.Instant(s)) }

func timeMark(machine, text string) template.HTML {
	return template.HTML(`<time datetime="` + template.HTMLEscapeString(machine) + `">` + template.HTMLEscapeString(text) + `</time>`)
}

func join(parts []any) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprint(&b, p)
	}
	return b.String()
}

func itoa(n int) string { return strconv.Itoa(n) }

// atoi is a number that was read before; 0 for what is none.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
