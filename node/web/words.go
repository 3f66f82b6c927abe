package web

import (
	"html/template"
	"strings"

	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/review/compact"
)

// words says in one language what documents and stocktakes say in codes.
type words struct{ *lang.Language }

// say is a message as plain text.
func (w words) say(key string, arguments ...any) string { return w.Text(key, arguments...) }

// phrase is the words for a code of a document or a stocktake; a code that this
// program has no words for stands for itself.
func (w words) phrase(code string) string {
	return w.word(code).Text
}

// slug is a code as part of a message's key: "claimed, not confirmed" is
// claimed-not-confirmed.
func slug(code string) string { return slugs.Replace(code) }

var slugs = strings.NewReplacer(",", "", "(", "", ")", "", " ", "-")

// kindName is the words for a kind of document, also one of another version.
func (w words) kindName(k review.Kind) string {
	if k == "" {
		return w.say("col.document")
	}
	if key := "kind." + string(k); w.Has(key) {
		return w.say(key)
	}
	return w.phrase(string(k))
}

// fieldTitle is the name of a document's field; English is its schema's. A field
// that one kind calls otherwise than others has its message by that name.
func (w words) fieldTitle(name, english string) string {
	if w.Tag == "en" {
		return english
	}
	if key := fieldKey(name, english); w.Has(key) {
		return w.say(key)
	}
	return english
}

func fieldKey(name, english string) string {
	if key := "field." + name; lang.Default().Has(key) && lang.Default().Text(key) == english {
		return key
	}
	return "field." + slug(strings.ToLower(english))
}

// short is the first digits of an ID or digest: enough to tell documents of
// one federation apart by eye, never to look one up.
func short[T ~string](s T) string { return string(s[:min(12, len(s))]) }

// objectiveTitle is an objective's title. In English it is the compact's.
func (w words) objectiveTitle(n int) string {
	if o, ok := compact.Objective(n); ok && w.Tag == "en" {
		return o.Title
	}
	return w.say("objective." + itoa(n))
}

// objectiveName is an objective's number and title.
func (w words) objectiveName(n int) string {
	if _, ok := compact.Objective(n); !ok {
		return w.say("scope.objective", "objective", n)
	}
	return itoa(n) + ". " + w.objectiveTitle(n)
}

// regionTitle is a region's name.
func (w words) regionTitle(code string) string {
	r, ok := compact.Region(code)
	switch {
	case !ok:
		return code
	case w.Tag == "en":
		return r.Name
	}
	return w.say("region." + code)
}

// regionName is a region's name, which says if nobody checked its list.
func (w words) regionName(code string) string {
	if r, ok := compact.Region(code); ok && !r.Verified {
		return w.say("scope.unverified", "region", w.regionTitle(code))
	}
	return w.regionTitle(code)
}

// compactName is the name of the compact that this program carries.
func (w words) compactName() string {
	if w.Tag == "en" {
		return compact.Name()
	}
	return w.say("compact.name")
}

func (w words) countryName(iso3 string) string {
	if name, ok := w.Country(iso3); ok {
		return name
	}
	if c, ok := compact.Country(iso3); ok {
		return c.Name
	}
	return iso3
}

// scopeName is the words for what a stocktake is of; name and round are those of
// a participant and of a review round.
func (w words) scopeName(s review.Scope, name func(review.ParticipantID) string, round func(id string) string) string {
	part, of, _ := strings.Cut(string(s), ":")
	switch part {
	case "region":
		return w.regionName(of)
	case "participant":
		return name(review.ParticipantID(of))
	case "objective":
		return w.say("scope.objective", "objective", w.objectiveName(atoi(of)))
	case "round":
		return w.say("scope.round", "round", round(of))
	case "theme":
		theme, _ := compact.Theme(of)
		return w.say("scope.theme", "theme", w.themeTitle(theme).Text)
	case "corridor":
		a, b, _ := strings.Cut(of, "-")
		return w.say("scope.corridor", "a", w.countryName(a), "b", w.countryName(b))
	}
	return w.say("scope.global")
}

// at is a page's address in the language: paths of pages are written without it
// everywhere else. Addresses of parts of a page stay as they are.
func (w words) at(parts ...any) string {
	path := join(parts)
	switch {
	case path == "/":
		return "/" + w.Tag
	case strings.HasPrefix(path, "/"):
		return "/" + w.Tag + path
	}
	return path
}

// functions are what templates call to speak the language.
func (w words) functions() template.FuncMap {
	return template.FuncMap{
		"lang": func() string { return w.Tag }, "dir": func() string { return w.Dir }, "reviewed": func() bool { return w.Reviewed },
		"english": func() bool { return w.Tag == "en" }, "comma": w.Comma,
		"root": func() string { return "/" + w.Tag }, "to": w.at,
		"say": w.HTML, "label": w.label, "number": func(n any) string { return w.Decimal(join([]any{n})) }, "decimal": w.Decimal,
		"instant": w.Instant, "instantDay": w.InstantDay, "day": w.day, "moment": w.moment,
		"short": func(s any) string { return short(join([]any{s})) }, "id": idMark, "link": linkMark, "badge": func() template.HTML { return sampleMark },
		"reference": w.reference, "references": w.references, "inline": w.inline, "cells": w.cells,
		"files":     func(id review.DocumentID) string { return "/documents/" + string(id) + "/files.zip" },
		"objective": w.objectiveName, "objectiveTitle": w.objectiveTitle, "region": w.regionTitle,
		"language": languageName, "keyRole": w.keyRole, "verifyPage": func() string { return "/" + review.FilePage + "?lang=" + w.Tag }, "verifyPageHash": review.VerifyPageHash,
	}
}

// label says on a narrow screen what a cell of a table is, whose column has no head
// there.
func (w words) label(key string) template.HTMLAttr {
	return template.HTMLAttr(`data-label="` + template.HTMLEscapeString(w.say(key)) + `"`)
}

// keyRole is what a key of a charter does.
func (w words) keyRole(role string) string {
	if key := "key." + role; w.Has(key) {
		return w.say(key)
	}
	return role
}
