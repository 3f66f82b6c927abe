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
func linkMark(href, text any) template.HTML {
	return template.HTML(`<a href="` + template.HTMLEscapeString(join([]any{href})) + `"><bdi>` + template.HTMLEscapeString(join([]any{text})) + `</bdi></a>`)
}

// reference is a reference as the template "ref" shows it.
func (w words) reference(r ref) template.HTML {
	if r.Href == "" {
		return template.HTML("<bdi>" + template.HTMLEscapeString(r.Text) + "</bdi>")
	}
	return linkMark(w.at(r.Href), r.Text)
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
