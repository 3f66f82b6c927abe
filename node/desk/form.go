package desk

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/review/compact"
)

// A form is a kind's fields, as its schema describes them. An input is named by
// the JSON pointer of its field: /targets/0/value. Lists of words are one entry
// a line or boxes to tick; lists of groups have a group for each entry, and one
// more where somebody asked for it.

// input is one field as the template "field" shows it.
type input struct {
	Name     string // pointer
	Title    string
	Help     template.HTML
	Control  string // text, lines, list, date, choice, box, boxes, group, groups
	Value    string
	Shown    string // the value as people read it
	Example  string
	Required bool
	Limit    int
	Options  []option
	Inputs   []input // of a group; of groups: a group each
	More     bool    // groups: another may be added
	Error    template.HTML
}

type option struct {
	Value, Text string
	Chosen      bool
}

// section is some fields under one heading.
type section struct {
	Title  template.HTML
	Inputs []input
}

// form shows fields in a language, with what is wrong beside each.
type form struct {
	web.Vocabulary
	refusal review.Refusal
}

// sections are the form of a draft.
func (o form) sections(d *Draft) (all []section) {
	root := review.Fields(d.Kind)
	heading := ""
	for _, name := range root.Names() {
		f := root.Properties[name]
		if f.Filled {
			continue
		}
		if len(all) == 0 || heading != f.Section {
			heading = f.Section
			all = append(all, section{Title: o.OrEnglish("part."+heading, heading)})
		}
		s := &all[len(all)-1]
		s.Inputs = append(s.Inputs, o.input("/"+name, name, f, d.Fields[name], slices.Contains(root.Required, name)))
	}
	return all
}

// helpIn is a schema's description in a language. Its message is called by the
// English, so that one of an earlier text is never shown for another.
func helpIn(v web.Vocabulary, english string) template.HTML {
	if english == "" {
		return "" // an entry whose list says all
	}
	return v.OrEnglish("help."+english, english)
}

// input is a field by its pointer, and by its name, which an entry of a list shares.
func (o form) input(pointer, name string, f *review.Field, value any, required bool) input {
	in := input{Name: pointer, Title: o.Field(name, f.Title), Help: helpIn(o.Vocabulary, f.Description), Required: required, Limit: f.MaxLength}
	for _, e := range o.refusal {
		if e.Pointer == pointer || isScalarList(f) && strings.HasPrefix(e.Pointer, pointer+"/") {
			e.Pointer = ""
			if e.Code == "missing-field" && len(f.Enum) > 0 {
				e.Args = nil // the words to choose from are there
			}
			in.Error = reasonIn(o.Vocabulary, e)
			break
		}
	}
	if len(f.Examples) > 0 {
		in.Example = example(f.Examples[0])
	}
	switch {
	case f.Type == "object":
		in.Control, in.Example = "group", ""
		fields, _ := value.(map[string]any)
		for _, name := range f.Names() {
			in.Inputs = append(in.Inputs, o.input(pointer+"/"+name, name, f.Properties[name], fields[name], slices.Contains(f.Required, name)))
		}
	case f.Type == "array" && f.Items.Type == "object":
		in.Control, in.Example = "groups", ""
		list, _ := value.([]any)
		for i, entry := range list {
			in.Inputs = append(in.Inputs, o.input(pointer+"/"+strconv.Itoa(i), name, f.Items, entry, false))
		}
		in.More = len(list) < f.MaxItems
	case f.Type == "array" && (len(f.Items.Enum) > 0 || f.Items.Form == "objective"):
		in.Control, in.Example = "boxes", ""
		list, _ := value.([]any)
		for _, choice := range o.options(f.Items) {
			choice.Chosen = slices.ContainsFunc(list, func(v any) bool { return fmt.Sprint(v) == choice.Value })
			in.Options = append(in.Options, choice)
		}
	case f.Type == "array":
		in.Control = "list"
		var lines []string
		list, _ := value.([]any)
		for _, v := range list {
			lines = append(lines, fmt.Sprint(v))
		}
		in.Value = strings.Join(lines, "\n")
	case f.Type == "boolean":
		in.Control = "box"
		if value == true {
			in.Value, in.Shown = "true", o.Text("word.yes")
		}
	case len(f.Enum) > 0 || f.Form == "objective":
		in.Control = "choice"
		if len(f.Enum) > 0 {
			in.Example = o.Phrase(in.Example)
		}
		for _, choice := range o.options(f) {
			choice.Chosen = value != nil && fmt.Sprint(value) == choice.Value
			in.Options = append(in.Options, choice)
		}
	default:
		in.Control = "text"
		switch {
		case f.Lines:
			in.Control = "lines"
		case f.Form == "date":
			in.Control = "date"
		}
		if value != nil {
			in.Value = fmt.Sprint(value)
			in.Shown = o.shown(f, in.Value)
		}
	}
	return in
}

// shown is a value as people of the language read it.
func (o form) shown(f *review.Field, value string) string {
	if value == review.NotStated {
		return o.Text("word.not-stated")
	}
	switch f.Form {
	case "date", "date-or-open":
		return o.Date(value)
	case "decimal", "decimal-or-open":
		return o.Decimal(value)
	case "time":
		return o.Instant(value)
	case "country":
		return o.Country(value)
	case "language":
		if l, ok := lang.Find(value); ok {
			return l.Name
		}
	}
	return value
}

func isScalarList(f *review.Field) bool { return f.Type == "array" && f.Items.Type != "object" }

func (o form) options(f *review.Field) (all []option) {
	if f.Form == "objective" {
		for _, objective := range compact.Objectives() {
			all = append(all, option{Value: strconv.Itoa(objective.N), Text: o.Objective(objective.N)})
		}
		return all
	}
	for _, code := range f.Enum {
		all = append(all, option{Value: code, Text: o.Phrase(code)})
	}
	return all
}

// example is one as people type it.
func example(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ""
	}
	if list, ok := v.([]any); ok {
		var lines []string
		for _, e := range list {
			lines = append(lines, fmt.Sprint(e))
		}
		return strings.Join(lines, "\n")
	}
	return fmt.Sprint(v)
}

// readForm parses a posted form within its bounds.
func readForm(r *http.Request) error {
	if r.PostForm != nil {
		return nil
	}
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return cannot(http.StatusBadRequest, "cannot.read-form")
	}
	n := 0
	for _, values := range r.PostForm {
		n += len(values)
	}
	if n > maxFields {
		return cannot(http.StatusRequestEntityTooLarge, "cannot.more-fields", "number", n, "limit", maxFields)
	}
	return nil
}

// fieldsOf are the fields of a posted form, in the shape that review.ReadDraft
// gives: what is left empty is left out, and what does not fit its field stays
// as it was typed, for the schema to say so.
func fieldsOf(k review.Kind, form url.Values) map[string]any {
	fields, _ := valueOf("", review.Fields(k), form).(map[string]any)
	if fields == nil {
		fields = map[string]any{}
	}
	return fields
}

// valueOf is a field's value; nil if nothing was typed.
func valueOf(pointer string, f *review.Field, form url.Values) any {
	switch {
	case f.Type == "object":
		fields := map[string]any{}
		for name, p := range f.Properties {
			if p.Filled {
				continue
			}
			if v := valueOf(pointer+"/"+name, p, form); v != nil {
				fields[name] = v
			}
		}
		if len(fields) == 0 {
			return nil
		}
		return fields
	case f.Type == "array" && f.Items.Type == "object":
		var list []any
		for i := range f.MaxItems {
			if v := valueOf(pointer+"/"+strconv.Itoa(i), f.Items, form); v != nil {
				list = append(list, v)
			}
		}
		if list == nil {
			return nil
		}
		return list
	case f.Type == "array":
		var list []any
		typed := form[pointer]
		if len(f.Items.Enum) == 0 && f.Items.Form != "objective" && len(typed) > 0 {
			typed = strings.Split(typed[0], "\n")
		}
		for _, line := range typed {
			if line = strings.TrimSpace(line); line != "" && len(list) <= f.MaxItems {
				list = append(list, scalar(f.Items, line))
			}
		}
		if list == nil {
			return nil
		}
		return list
	}
	text := strings.TrimSpace(strings.ReplaceAll(form.Get(pointer), "\r\n", "\n"))
	if text == "" {
		return nil
	}
	return scalar(f, text)
}

func scalar(f *review.Field, text string) any {
	switch {
	case f.Type == "boolean" && text == "true":
		return true
	case f.Type == "integer":
		if _, err := strconv.ParseInt(text, 10, 32); err == nil {
			return json.Number(text)
		}
	}
	return text
}

// addEntry gives a list of groups one more entry, or takes one away: somebody
// pressed the button of that name.
func addEntry(k review.Kind, fields map[string]any, add, remove string) {
	if name := strings.TrimPrefix(add, "/"); add != "" {
		if f := review.Fields(k).Properties[name]; f != nil && f.Type == "array" && f.Items.Type == "object" {
			list, _ := fields[name].([]any)
			fields[name] = append(list, map[string]any{})
		}
	}
	if name, index, ok := strings.Cut(strings.TrimPrefix(remove, "/"), "/"); ok {
		list, _ := fields[name].([]any)
		if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < len(list) {
			if list = slices.Delete(list, i, i+1); len(list) > 0 {
				fields[name] = list
			} else {
				delete(fields, name)
			}
		}
	}
}
