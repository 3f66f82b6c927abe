package web

import (
	"encoding/json"
	"reflect"
	"strings"

	"stocktake/review"
)

// shapes are the JSON Schemas (2020-12) of what the API's Go types become as
// JSON, by the types' names, so that nobody writes a shape twice.
type shapes map[string]any

var (
	rawType    = reflect.TypeFor[json.RawMessage]()
	idType     = reflect.TypeFor[review.DocumentID]()
	kindType   = reflect.TypeFor[review.Kind]()
	originType = reflect.TypeFor[review.Origin]()
)

// of is the schema of a type: of a struct a reference to its own.
func (s shapes) of(t reflect.Type) map[string]any {
	switch t {
	case rawType:
		return map[string]any{}
	case idType:
		return map[string]any{"type": "string", "description": "a document's ID: 64 lower-case hexadecimal digits; empty for none"}
	case kindType:
		return map[string]any{"type": "string", "description": "a kind of document"}
	case originType:
		return map[string]any{"type": "string", "description": "a log's origin"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{s.of(t.Elem()), map[string]any{"type": "null"}}}
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.object(t)
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Uint64:
		return map[string]any{"type": "integer", "minimum": 0}
	}
	panic("web: no JSON Schema for a " + t.String())
}

func (s shapes) object(t reflect.Type) map[string]any {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	reference := map[string]any{"$ref": "#/components/schemas/" + name}
	if _, known := s[name]; known {
		return reference
	}
	o := map[string]any{"type": "object", "additionalProperties": false}
	s[name] = o // before its fields, which may be of the same type
	properties, required := map[string]any{}, []string{}
	s.fields(t, properties, &required)
	o["properties"], o["required"] = properties, required
	return reference
}

// fields adds a struct's fields; those of an embedded one are its own.
func (s shapes) fields(t reflect.Type, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			s.fields(f.Type, properties, required)
			continue
		case !f.IsExported() || name == "" || name == "-":
			continue
		}
		properties[name] = s.of(f.Type)
		if option != "omitempty" {
			*required = append(*required, name)
		}
	}
}
