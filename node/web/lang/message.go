package lang

import (
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

// message is a text, under "", or its plural forms, as it is written and cut at
// its marks.
type message struct {
	forms map[string]string
	parts map[string][]part
}

// part is a piece of a message: words, or what one of the marks stands for.
type part struct{ words, argument, link, code string }

func (m *message) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		m.forms = map[string]string{"": text}
	} else if err := json.Unmarshal(b, &m.forms); err != nil {
		return err
	}
	m.parts = map[string][]part{}
	for form, text := range m.forms {
		m.parts[form] = cut(text)
	}
	return nil
}

// marks are what a message has besides words: {name}, [words](name), `code`.
var marks = regexp.MustCompile("\\{([a-z]+)\\}|\\[([^\\]]*)\\]\\(([a-z]+)\\)|`([^`]*)`")

func cut(text string) (parts []part) {
	at := 0
	words := func(end int) {
		if end > at {
			parts = append(parts, part{words: text[at:end]})
		}
	}
	for _, m := range marks.FindAllStringSubmatchIndex(text, -1) {
		words(m[0])
		at = m[1]
		switch {
		case m[2] >= 0:
			parts = append(parts, part{argument: text[m[2]:m[3]]})
		case m[4] >= 0:
			parts = append(parts, part{words: text[m[4]:m[5]], link: text[m[6]:m[7]]})
		default:
			parts = append(parts, part{code: text[m[8]:m[9]]})
		}
	}
	words(len(text))
	return parts
}

// Has reports whether there is a message of a key.
func (l *Language) Has(key string) bool {
	_, ok := l.messages[key]
	return ok
}

// Text is a message as plain text. Arguments follow as name, value; the value of
// n, a whole number, chooses the plural form. A key that there is not shows as
// itself: a test holds that no page has one.
func (l *Language) Text(key string, arguments ...any) string {
	return l.render(key, arguments, func(s string) string { return s }, func(v any) string {
		switch v := v.(type) {
		case int:
			return l.Number(v)
		case Sentence:
			return l.Text(v.Key, v.Arguments...)
		case Value:
			return v(l)
		}
		return fmt.Sprint(v)
	}, func(words, _ string) string { return words }, func(code string) string { return code })
}

// HTML is a message for a page. Arguments are escaped and isolated from the
// direction of the text around them, but for template.HTML.
func (l *Language) HTML(key string, arguments ...any) template.HTML {
	return template.HTML(l.render(key, arguments, template.HTMLEscapeString, func(v any) string {
		switch v := v.(type) {
		case template.HTML:
			return string(v)
		case int:
			return l.Number(v)
		case Sentence:
			return string(l.Say(v))
		case English:
			return string(inEnglish(string(v)))
		case Value:
			return "<bdi>" + template.HTMLEscapeString(v(l)) + "</bdi>"
		}
		return "<bdi>" + template.HTMLEscapeString(fmt.Sprint(v)) + "</bdi>"
	}, func(words, href string) string {
		return `<a href="` + template.HTMLEscapeString(href) + `">` + template.HTMLEscapeString(words) + "</a>"
	}, func(code string) string {
		return `<code dir="ltr">` + template.HTMLEscapeString(code) + "</code>"
	}))
}

func (l *Language) render(key string, arguments []any, text func(string) string, value func(any) string, link func(words, href string) string, code func(string) string) string {
	m, ok := l.messages[key]
	if !ok {
		return text(key)
	}
	named := map[string]any{}
	for i := 0; i+1 < len(arguments); i += 2 {
		named[fmt.Sprint(arguments[i])] = whole(arguments[i+1])
	}
	parts, single := m.parts[""]
	if !single {
		n, _ := named["n"].(int)
		parts = m.parts[l.plural(n)]
	}
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.argument != "":
			b.WriteString(value(named[p.argument]))
		case p.link != "":
			b.WriteString(link(p.words, fmt.Sprint(named[p.link])))
		case p.code != "":
			b.WriteString(code(p.code))
		default:
			b.WriteString(text(p.words))
		}
	}
	return b.String()
}

// English is an argument that is said in English whatever the language: what an
// operating system or another part of the program reports. HTML marks it, so
// that a screen reader reads it right.
type English string

// Value is an argument that each language writes in its own way: a day, a name.
type Value func(*Language) string

// Sentence is a message with its arguments, to be said in any language: the
// argument of another one too.
type Sentence struct {
	Key       string
	Arguments []any
}

// Say is a sentence for a page.
func (l *Language) Say(s Sentence) template.HTML { return l.HTML(s.Key, s.Arguments...) }

// OrEnglish is a message for a page, or else its English, which stands elsewhere.
func (l *Language) OrEnglish(key, english string) template.HTML {
	switch {
	case l == Default():
		return Coded(english)
	case l.Has(key):
		return l.HTML(key)
	}
	return inEnglish(english)
}

func inEnglish(s string) template.HTML {
	return `<span lang="en" dir="ltr">` + Coded(s) + "</span>"
}

// Coded is a text that is no message, with its `code` shown as code.
func Coded(s string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			part = `<code dir="ltr">` + template.HTMLEscapeString(part) + "</code>"
		} else {
			part = template.HTMLEscapeString(part)
		}
		b.WriteString(part)
	}
	return template.HTML(b.String())
}

// whole is a number of any integer type as an int; anything else as it is.
func whole(v any) any {
	switch v := v.(type) {
	case int64:
		return int(v)
	case uint64:
		return int(v) // sizes of logs, far below 2^63
	}
	return v
}
