package review

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Each kind's predicate has one JSON Schema (2020-12), schema/<kind>.json,
// which drives the draft, the validation and what a refusal says. A published
// version never changes. The schemas use neither format nor pattern, since
// libraries differ in both; these annotations take their place:
//
//	x-section  heading under which a form shows the field
//	x-order    its place there
//	x-form     a rule that is code: a key of forms
//	x-lines    the text may have several lines
//	x-filled   the command fills it in
//	x-about    (top level) kinds of document that one of this kind may be about; none: any

//go:embed schema/*.json
var schemaFiles embed.FS

// Schema is the JSON Schema of a kind's predicate, nil for an unknown kind.
func Schema(k Kind) []byte {
	b, _ := schemaFiles.ReadFile("schema/" + string(k) + ".json")
	return b
}

// Field is a field as its kind's schema describes it: what drafts, forms and
// rules are made from. Nobody may change one.
type Field = field

// Fields are the fields of a kind's predicate, as one field of type object; nil
// for an unknown kind.
func Fields(k Kind) *Field { return schemas()[k].fields }

type field struct {
	Title       string
	Description string
	Examples    []json.RawMessage
	Default     string
	Type        string // string, integer, boolean, array, object
	Enum        []string
	Minimum     int
	Maximum     int
	MinLength   int
	MaxLength   int
	MinItems    int
	MaxItems    int
	UniqueItems bool
	Items       *field
	Properties  map[string]*field
	Required    []string
	Section     string   `json:"x-section"`
	Order       int      `json:"x-order"`
	Form        string   `json:"x-form"`
	Lines       bool     `json:"x-lines"`
	Filled      bool     `json:"x-filled"`
	About       []string `json:"x-about"`
}

// Names are the properties' names in x-order.
func (f *field) Names() []string {
	names := make([]string, 0, len(f.Properties))
	for name := range f.Properties {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return f.Properties[a].Order - f.Properties[b].Order })
	return names
}

// kindSchema is a kind's schema, compiled once.
type kindSchema struct {
	fields   *field
	compiled *jsonschema.Schema
}

var schemas = sync.OnceValue(func() map[Kind]kindSchema {
	all := make(map[Kind]kindSchema)
	for _, k := range Kinds() {
		all[k] = compileSchema(Schema(k), k)
	}
	return all
})

func compileSchema(b []byte, name Kind) kindSchema {
	compiler := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err == nil {
		err = compiler.AddResource(PredicateType(name), doc)
	}
	s := kindSchema{fields: new(field)}
	if err == nil {
		err = json.Unmarshal(b, s.fields)
	}
	if err == nil {
		s.compiled, err = compiler.Compile(PredicateType(name))
	}
	if err != nil {
		panic(fmt.Sprintf("review: the schema of %s: %v", name, err))
	}
	return s
}

// check holds a predicate, decoded with numbers as json.Number, against the
// schema and the forms of its fields. What a draft may leave to the command is
// not missed when filled is false.
func (s kindSchema) check(predicate any, filled bool) Refusal {
	var r Refusal
	if checkCounts(&r, make(path, 0, maxDepth), s.fields, predicate); len(r) > 0 {
		return r.tidy(s.fields)
	}
	if err := s.compiled.Validate(predicate); err != nil {
		r = schemaErrors(err.(*jsonschema.ValidationError), s.fields)
	}
	if !filled {
		r = slices.DeleteFunc(r, func(e FieldError) bool {
			f := s.fields.at(e.Pointer)
			return e.Code == "missing-field" && f != nil && f.Filled
		})
	}
	checkForms(&r, make(path, 0, maxDepth), s.fields, predicate)
	return r.tidy(s.fields)
}

// checkCounts finds lists that are too long, before anything is said about
// each entry: a payload has room for 20,000 wrong ones.
func checkCounts(r *Refusal, at path, f *field, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, value := range v {
			if p := f.Properties[name]; p != nil && p.Type != "string" {
				checkCounts(r, append(at, pathStep{name: name}), p, value)
			}
		}
	case []any:
		switch {
		case f.Items == nil:
		case len(v) > f.MaxItems:
			r.add(at.String(), "too-many", "count", strconv.Itoa(len(v)), "limit", strconv.Itoa(f.MaxItems))
		default:
			for i, value := range v {
				checkCounts(r, append(at, pathStep{index: i}), f.Items, value)
			}
		}
	}
}

// at is the field that a pointer names, nil if there is none.
func (f *field) at(pointer string) *field {
	for _, name := range splitPointer(pointer) {
		switch {
		case f == nil:
			return nil
		case f.Type == "array":
			f = f.Items
		default:
			f = f.Properties[name]
		}
	}
	return f
}

// checkForms adds what is wrong with single values, wherever their JSON type
// is right; where it is not, the schema has said so.
func checkForms(r *Refusal, at path, f *field, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, value := range v {
			if p := f.Properties[name]; p != nil {
				checkForms(r, append(at, pathStep{name: name}), p, value)
			}
		}
	case []any:
		for i, value := range v {
			if f.Items != nil {
				checkForms(r, append(at, pathStep{index: i}), f.Items, value)
			}
		}
	case string:
		if f.Type != "string" || v == "" || len(f.Enum) > 0 {
			return
		}
		if e := checkText(f, v); e != nil {
			e.Pointer = at.String()
			*r = append(*r, *e)
		}
	case json.Number:
		if f.Form == "objective" && !isObjective(v.String()) {
			r.add(at.String(), "unknown-objective", "value", clip(v.String()))
		}
	}
}
