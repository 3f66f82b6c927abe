// Package lang is what a node's pages say in each of the six official languages
// of the United Nations: messages by stable keys, plural forms, numbers, dates,
// and the names of countries. It knows nothing of documents or pages.
//
// messages/en.json has what the public pages say, messages/desk/en.json what the
// member's desk says besides. They are the measure; the files of every other
// language have their keys and their placeholders, no more and no fewer. A
// message is a text, or one text for each plural form of the language:
//
//	"home.latest": "Filed last",
//	"n.records": {"one": "{n} record", "other": "{n} records"},
//	"charter.policy": "It stands in the [display policy](policy); try `stocktake status`."
//
// {name} stands for an argument, [words](name) for a link to one, and `code` is
// shown as code. The translations were made by a machine and [Language.Reviewed]
// says whether a speaker has read them; pages show that.
package lang

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed messages/*.json messages/desk/*.json data/*.json
var files embed.FS

// Language is one language that pages speak.
type Language struct {
	Tag      string // BCP 47, the first segment of a page's path
	Name     string // its own name
	Dir      string // ltr or rtl
	Reviewed bool   // a speaker has read its messages

	plural   func(n int) string
	group    string // between thousands
	point    string // before a fraction
	comma    string // between the items of a list
	day      string // pattern of a date: {d}, {m}, {y}
	messages map[string]message
	months   []string
	names    map[string]string // of countries, by ISO 3166-1 alpha-3
}

const narrowSpace = "\u202f" // that does not break

// languages in the order in which a reader chooses; the first is the default.
var languages = []*Language{
	{Tag: "en", Name: "English", Dir: "ltr", Reviewed: true, plural: oneOther, group: narrowSpace, point: ".", comma: ", ", day: "{d} {m} {y}"},
	{Tag: "fr", Name: "Français", Dir: "ltr", plural: french, group: narrowSpace, point: ",", comma: ", ", day: "{d} {m} {y}"},
	{Tag: "es", Name: "Español", Dir: "ltr", plural: spanish, group: narrowSpace, point: ",", comma: ", ", day: "{d} de {m} de {y}"},
	{Tag: "ar", Name: "العربية", Dir: "rtl", plural: arabic, group: ",", point: ".", comma: "، ", day: "{d} {m} {y}"},
	{Tag: "ru", Name: "Русский", Dir: "ltr", plural: russian, group: narrowSpace, point: ",", comma: ", ", day: "{d} {m} {y} года"},
	{Tag: "zh", Name: "中文", Dir: "ltr", plural: other, group: ",", point: ".", comma: "、", day: "{y}年{m}{d}日"},
}

var loaded = sync.OnceValue(func() []*Language {
	countries := map[string]map[string]string{}
	read("data/countries.json", &countries)
	for _, l := range languages {
		read("messages/"+l.Tag+".json", &l.messages)
		read("messages/desk/"+l.Tag+".json", &l.messages) // adds to them
		l.months = strings.Split(l.messages["date.months"].forms[""], ",")
		l.names = countries[l.Tag]
	}
	return languages
})

// read panics where a file does not parse: it is part of the program.
func read(name string, v any) {
	b, err := files.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		panic(fmt.Sprintf("lang: %s: %v", name, err))
	}
}

// All are the languages in the order of choice.
func All() []*Language { return loaded() }

// Default is the language of whoever asks for none of the others.
func Default() *Language { return loaded()[0] }

// Find is the language of a tag.
func Find(tag string) (*Language, bool) {
	for _, l := range loaded() {
		if l.Tag == tag {
			return l, true
		}
	}
	return nil, false
}

// OfPath is the language that a page's path begins with, and the rest of the
// path; nil if it begins with none.
func OfPath(path string) (*Language, string) {
	first, rest, below := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	l, ok := Find(first)
	if !ok {
		return nil, path
	}
	if !below {
		return l, "/"
	}
	return l, "/" + rest
}

// Country is a country's name; ok is false if there is none in this language.
func (l *Language) Country(iso3 string) (name string, ok bool) {
	name, ok = l.names[iso3]
	return name, ok
}

// Comma stands between the items of a list.
func (l *Language) Comma() string { return l.comma }

// Stop ends a sentence.
func (l *Language) Stop() string {
	if l.Tag == "zh" {
		return "。"
	}
	return "."
}
