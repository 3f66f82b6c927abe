package web

import (
	"html/template"

	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/review/compact"
)

// Vocabulary is what the pages call things in one language. The member's desk
// calls them the same.
type Vocabulary struct{ words }

// NewVocabulary is a language's.
func NewVocabulary(l *lang.Language) Vocabulary { return Vocabulary{words{l}} }

// At is the address of a page in the language.
func (v Vocabulary) At(parts ...any) string { return v.at(parts...) }

// Phrase is the words for a code of a document or a stocktake.
func (v Vocabulary) Phrase(code string) string { return v.phrase(code) }

// Kind is the name of a kind of document.
func (v Vocabulary) Kind(k review.Kind) string { return v.kindName(k) }

// Field is the name of a field, by its own name and by its title in the schema.
func (v Vocabulary) Field(name, title string) string { return v.fieldTitle(name, title) }

// Objective is an objective's number and title.
func (v Vocabulary) Objective(n int) string { return v.objectiveName(n) }

// Region is the name of a region by its code.
func (v Vocabulary) Region(code string) string { return v.regionTitle(code) }

// Theme is the title of a theme by its code; a code that the compact does not
// have stands for itself.
func (v Vocabulary) Theme(code string) string {
	if t, ok := compact.Theme(code); ok {
		return v.themeTitle(t).Text
	}
	return code
}

// Participant is the name of one that a charter lists. A State that the charter
// calls as the compact does has its name in every language.
func (v Vocabulary) Participant(p review.Participant) string { return v.participantName(p) }

// Country is the name of a country by its ISO 3166-1 alpha-3 code.
func (v Vocabulary) Country(iso3 string) string { return v.countryName(iso3) }

// Size is a file's size as people say it.
func (v Vocabulary) Size(n int64) string { return v.size(n) }

// Moment is a time, RFC 3339, for people and for programs.
func (v Vocabulary) Moment(s string) template.HTML { return v.moment(s) }

// Functions are what templates call to speak the language.
func (v Vocabulary) Functions() template.FuncMap { return v.functions() }

func (w words) participantName(p review.Participant) string {
	if c, ok := compact.Country(p.Country); ok && p.Kind == "state" && p.Name == c.Name {
		return w.countryName(p.Country)
	}
	return p.Name
}
