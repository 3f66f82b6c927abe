package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"stocktake/review"
	"stocktake/review/compact"
)

// A document's fields are shown as its kind's schema describes them: order from
// x-order, names from title, forms from x-form. What a schema does not know is
// shown all the same, as JSON.

// shownField is one field that a document has.
type shownField struct {
	Name  string // in the schema
	Title string
	Value value
}

// value is a field's value as the template "value" shows it.
type value struct {
	Form     string // text, lines, words, number, time, code, lined, link, outside, open, series, list, table, fields, entries
	Text     string
	Machine  string // of a time: as the document writes it
	Language string // of a document's own text; "" if unknown
	Href     string
	Items    []value      // series, list, entries
	Columns  []shownField // table: names and titles only
	Rows     [][]value    // table
	Fields   []shownField // fields; Text then is a name for all of them
}

// Block is whether a value takes lines of its own, or may lead elsewhere: those the
// template "value" shows, all others are marks.
func (v value) Block() bool { return slices.Contains(blocks, v.Form) }

var blocks = []string{"outside", "lines", "lined", "list", "fields", "entries", "table"}

// schemaField is a JSON Schema as far as pages need it.
type schemaField struct {
	Title      string
	Type       string
	Enum       []string
	Items      *schemaField
	Properties map[string]*schemaField
	Order      int    `json:"x-order"`
	Form       string `json:"x-form"`
	Lines      bool   `json:"x-lines"`
}

var pageSchemas = sync.OnceValue(func() map[review.Kind]*schemaField {
	all := map[review.Kind]*schemaField{}
	for _, k := range review.Kinds() {
		f := new(schemaField)
		if err := json.Unmarshal(review.Schema(k), f); err != nil {
			panic("web: schema of " + string(k) + ": " + err.Error()) // it is part of the program
		}
		all[k] = f
	}
	return all
})

// names are the fields' names by x-order.
func (f *schemaField) names() []string {
	names := make([]string, 0, len(f.Properties))
	for name := range f.Properties {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return f.Properties[a].Order - f.Properties[b].Order })
	return names
}

// nests is whether a field of an object has parts of its own.
func (f *schemaField) nests() bool {
	for _, p := range f.Properties {
		if p.Type == "array" || p.Type == "object" {
			return true
		}
	}
	return false
}

// fieldReader shows predicates.
type fieldReader struct {
	words
	language string                            // of the documents' own texts; "" if unknown
	name     func(review.ParticipantID) string // of a participant
	who      func(review.ParticipantID) ref    // the same with a link
	round    func(id string) string            // title of a review round
	document func(review.DocumentID) value     // another document, by its title
}

// fields shows a predicate of a known kind; another kind's is one field that
// holds its JSON. Fields of skip are left out: the page shows them elsewhere.
func (r fieldReader) fields(k review.Kind, predicate json.RawMessage, skip ...string) []shownField {
	schema := pageSchemas()[k]
	d := json.NewDecoder(bytes.NewReader(predicate))
	d.UseNumber()
	var values map[string]any
	if schema == nil || d.Decode(&values) != nil {
		return []shownField{{Title: r.say("document.as-signed"), Value: asJSON(predicate)}}
	}
	var fields []shownField
	for _, name := range schema.names() {
		if v, ok := values[name]; ok && !slices.Contains(skip, name) {
			p := schema.Properties[name]
			field := shownField{name, r.fieldTitle(name, p.Title), r.value(p, v)}
			if name == "round" {
				if id := field.Value.Text; r.round(id) != id {
					field.Value = roundLink(id, r.round(id))
				}
			}
			if code, ok := v.(string); ok && name == "type" && k == review.KindAssessment {
				field.Value.Text = r.typeInWords(k, code)
			}
			fields = append(fields, field)
		}
	}
	return fields
}

// roundLink leads to the stocktake of a review round.
func roundLink(id, title string) value {
	return value{Form: "link", Text: title, Href: "/stocktake?scope=round:" + id}
}

func (r fieldReader) value(f *schemaField, v any) value {
	switch v := v.(type) {
	case string:
		return r.text(f, v)
	case json.Number:
		if f.Form == "objective" {
			n, _ := v.Int64()
			return value{Form: "link", Text: r.objectiveName(int(n)), Href: "/stocktake?scope=objective:" + v.String()}
		}
		return value{Form: "number", Text: v.String()}
	case bool:
		if v {
			return value{Form: "words", Text: r.say("word.yes")}
		}
		return value{Form: "words", Text: r.say("word.no")}
	case []any:
		if f.Items == nil {
			break
		}
		list := value{Form: "list"}
		switch {
		case f.Items.Type == "object" && f.Items.nests():
			list.Form = "entries" // they would not fit a table's cells
		case f.Items.Type == "object":
			return r.table(f.Items, v)
		}
		for _, item := range v {
			list.Items = append(list.Items, r.value(f.Items, item))
		}
		return list
	case map[string]any:
		object := value{Form: "fields"}
		for _, name := range f.names() {
			if text, ok := v[name].(string); ok && (object.Text == "" || name == "name" || name == "title") {
				object.Text = text
			}
			if v, ok := v[name]; ok {
				object.Fields = append(object.Fields, shownField{name, r.fieldTitle(name, f.Properties[name].Title), r.value(f.Properties[name], v)})
			}
		}
		return object
	}
	b, _ := json.Marshal(v)
	return asJSON(b)
}

// table shows objects as rows, with a column for each field that any has.
func (r fieldReader) table(f *schemaField, rows []any) value {
	t := value{Form: "table"}
	for _, name := range f.names() {
		if slices.ContainsFunc(rows, func(row any) bool { o, _ := row.(map[string]any); _, ok := o[name]; return ok }) {
			t.Columns = append(t.Columns, shownField{Name: name, Title: r.fieldTitle(name, f.Properties[name].Title)})
		}
	}
	for _, row := range rows {
		o, _ := row.(map[string]any)
		cells := make([]value, len(t.Columns))
		for i, c := range t.Columns {
			if v, ok := o[c.Name]; ok {
				cells[i] = r.value(f.Properties[c.Name], v)
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

func (r fieldReader) text(f *schemaField, s string) value {
	if s == review.NotStated {
		return value{Form: "open", Text: r.say("word.not-stated")}
	}
	switch f.Form {
	case "document-id":
		if s == compact.Digest() { // which a first charter is about
			return value{Form: "words", Text: r.compactName()}
		}
		return r.document(review.DocumentID(s))
	case "participant":
		if who := r.who(review.ParticipantID(s)); who.Href != "" {
			return value{Form: "link", Text: who.Text, Href: who.Href}
		}
		return value{Form: "text", Text: s}
	case "region":
		return value{Form: "link", Text: r.regionName(s), Href: "/stocktake?scope=region:" + s}
	case "scope", "stocktake-scope":
		return value{Form: "link", Text: r.scopeName(review.Scope(s), r.name, r.round), Href: "/stocktake?scope=" + s}
	case "country":
		return value{Form: "words", Text: r.countryName(s)}
	case "date", "date-or-open":
		return value{Form: "time", Text: r.Date(s), Machine: s}
	case "time":
		return value{Form: "time", Text: r.Instant(s), Machine: s}
	case "decimal", "decimal-or-open":
		return value{Form: "number", Text: r.Decimal(s)}
	case "salt", "note-key", "document-key", "key-digest", "origin", "host-name":
		return value{Form: "code", Text: s}
	case "checkpoint":
		return value{Form: "lined", Text: s}
	case "principle":
		return value{Form: "words", Text: r.phrase(s)}
	}
	switch {
	case len(f.Enum) > 0:
		return value{Form: "words", Text: r.phrase(s)}
	case f.Lines:
		return value{Form: "lines", Text: s, Language: r.language}
	case strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"):
		return value{Form: "outside", Text: s, Href: s}
	}
	return value{Form: "text", Text: s, Language: r.language}
}

// asJSON is what no schema describes, indented.
func asJSON(raw []byte) value {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return value{Form: "lined", Text: string(raw)}
	}
	return value{Form: "lined", Text: b.String()}
}
