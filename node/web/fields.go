package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"stocktake/review"
)

// A document's fields are shown as its kind's schema describes them: sections
// and order from x-section and x-order, names from title, forms from x-form.
// What a schema does not know is shown all the same, as JSON.

// section is a heading with fields under it.
type section struct {
	Title  string
	Fields []shownField
}

// shownField is one field that a document has.
type shownField struct {
	Name  string // in the schema
	Title string
	Value value
}

// value is a field's value as the template "value" shows it.
type value struct {
	Form    string // text, lines, number, time, code, lined, link, outside, open, list, table, fields
	Text    string
	Machine string // of a time: as the document writes it
	Href    string
	Items   []value      // list
	Columns []shownField // table: names and titles only
	Rows    [][]value    // table
	Fields  []shownField // fields
}

// schemaField is a JSON Schema as far as pages need it.
type schemaField struct {
	Title      string
	Type       string
	Enum       []string
	Items      *schemaField
	Properties map[string]*schemaField
	Section    string `json:"x-section"`
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

// fieldReader shows predicates. name gives a participant's name.
type fieldReader struct {
	name func(review.ParticipantID) string
}

// sections shows a predicate of a known kind; another kind's is one field
// that holds its JSON. Fields of skip are left out: the page shows them
// elsewhere.
func (r fieldReader) sections(k review.Kind, predicate json.RawMessage, skip ...string) []section {
	schema := pageSchemas()[k]
	d := json.NewDecoder(bytes.NewReader(predicate))
	d.UseNumber()
	var fields map[string]any
	if schema == nil || d.Decode(&fields) != nil {
		return []section{{Title: "As signed", Fields: []shownField{{Title: "Statement", Value: asJSON(predicate)}}}}
	}
	var sections []section
	for _, name := range schema.names() {
		v, ok := fields[name]
		if !ok || slices.Contains(skip, name) {
			continue
		}
		p := schema.Properties[name]
		if n := len(sections); n == 0 || sections[n-1].Title != p.Section {
			sections = append(sections, section{Title: p.Section})
		}
		s := &sections[len(sections)-1]
		s.Fields = append(s.Fields, shownField{Name: name, Title: p.Title, Value: r.value(p, v)})
	}
	return sections
}

func (r fieldReader) value(f *schemaField, v any) value {
	switch v := v.(type) {
	case string:
		return r.text(f, v)
	case json.Number:
		if f.Form == "objective" {
			n, _ := v.Int64()
			return value{Form: "link", Text: objectiveName(int(n)), Href: "/stocktake?scope=objective:" + v.String()}
		}
		return value{Form: "number", Text: v.String()}
	case bool:
		if v {
			return value{Form: "text", Text: "yes"}
		}
		return value{Form: "text", Text: "no"}
	case []any:
		if f.Items == nil {
			break
		}
		if f.Items.Type == "object" {
			return r.table(f.Items, v)
		}
		list := value{Form: "list"}
		for _, item := range v {
			list.Items = append(list.Items, r.value(f.Items, item))
		}
		return list
	case map[string]any:
		object := value{Form: "fields"}
		for _, name := range f.names() {
			if v, ok := v[name]; ok {
				object.Fields = append(object.Fields, shownField{name, f.Properties[name].Title, r.value(f.Properties[name], v)})
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
			t.Columns = append(t.Columns, shownField{Name: name, Title: f.Properties[name].Title})
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
		return value{Form: "open", Text: "not stated"}
	}
	switch f.Form {
	case "document-id":
		return value{Form: "link", Text: short(s), Href: "/documents/" + s}
	case "participant":
		return value{Form: "link", Text: r.name(review.ParticipantID(s)), Href: "/participants/" + s}
	case "region":
		return value{Form: "link", Text: regionName(s), Href: "/stocktake?scope=region:" + s}
	case "scope":
		return value{Form: "link", Text: scopeName(review.Scope(s), r.name), Href: "/stocktake?scope=" + s}
	case "country":
		return value{Form: "text", Text: countryName(s)}
	case "date", "date-or-open":
		return value{Form: "time", Text: date(s), Machine: s}
	case "time":
		return value{Form: "time", Text: instant(s), Machine: s}
	case "decimal", "decimal-or-open":
		return value{Form: "number", Text: decimal(s)}
	case "salt", "note-key", "document-key", "origin", "host-name":
		return value{Form: "code", Text: s}
	case "checkpoint":
		return value{Form: "lined", Text: s}
	case "principle":
		return value{Form: "text", Text: phrase(s)}
	}
	switch {
	case len(f.Enum) > 0:
		return value{Form: "text", Text: phrase(s)}
	case f.Lines:
		return value{Form: "lines", Text: s}
	case strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"):
		return value{Form: "outside", Text: s, Href: s}
	}
	return value{Form: "text", Text: s}
}

// asJSON is what no schema describes, indented.
func asJSON(raw []byte) value {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return value{Form: "lined", Text: string(raw)}
	}
	return value{Form: "lined", Text: b.String()}
}

// scopeName is the words for what a stocktake is of.
func scopeName(s review.Scope, name func(review.ParticipantID) string) string {
	part, of, _ := strings.Cut(string(s), ":")
	switch part {
	case "region":
		return regionName(of)
	case "participant":
		return name(review.ParticipantID(of))
	case "objective":
		n, _ := json.Number(of).Int64()
		return "Objective " + objectiveName(int(n))
	}
	return "All participants"
}
