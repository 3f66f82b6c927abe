package review

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// walkSchema visits a schema and everything below it.
func walkSchema(t *testing.T, path string, s map[string]any, visit func(path string, s map[string]any)) {
	visit(path, s)
	if properties, ok := s["properties"].(map[string]any); ok {
		for name, p := range properties {
			walkSchema(t, path+"/"+name, p.(map[string]any), visit)
		}
	}
	if items, ok := s["items"].(map[string]any); ok {
		walkSchema(t, path+"/*", items, visit)
	}
}

func schemaMap(t *testing.T, k Kind) map[string]any {
	var s map[string]any
	require.NoError(t, json.Unmarshal(Schema(k), &s))
	return s
}

// Keywords that libraries agree on, and that this package has a message for.
func TestSchemasUseOnlyKeywordsThatEveryLibraryReadsAlike(t *testing.T) {
	keywords := []string{
		"$schema", "$id", "title", "description", "examples", "default", "type", "properties", "required", "additionalProperties",
		"items", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "minimum", "maximum", "enum", "const",
		"x-section", "x-order", "x-form", "x-lines", "x-filled", "x-about",
	}
	for _, k := range Kinds() {
		s := schemaMap(t, k)
		assert.Equal(t, "https://json-schema.org/draft/2020-12/schema", s["$schema"])
		assert.Equal(t, PredicateType(k), s["$id"])
		walkSchema(t, string(k), s, func(path string, s map[string]any) {
			for keyword := range s {
				assert.Contains(t, keywords, keyword, path)
			}
			switch s["type"] {
			case "object":
				assert.Equal(t, false, s["additionalProperties"], path)
			case "array":
				assert.Contains(t, s, "maxItems", path)
			case "string":
				assert.True(t, s["maxLength"] != nil && s["minLength"] == 1.0 || s["enum"] != nil, "%s has no bounds", path)
			case "integer":
				assert.True(t, s["minimum"] != nil && s["maximum"] != nil || s["x-form"] == "objective", "%s has no bounds", path)
			case "boolean":
				assert.Equal(t, true, s["const"], "%s: false is the field left out", path)
			default:
				t.Errorf("%s has type %v", path, s["type"])
			}
		})
	}
	assert.Nil(t, Schema("prophecy"))
}

// What is left out is written in one way: not as "", [], false or null. So the
// Go types hold a document completely.
func TestSchemasAndGoTypesAgree(t *testing.T) {
	for _, k := range Kinds() {
		assertAgree(t, string(k), schemas()[k].fields, reflect.TypeOf(newPredicate(k)).Elem())
	}
}

func assertAgree(t *testing.T, path string, f *field, goType reflect.Type) {
	want := map[reflect.Kind]string{reflect.Bool: "boolean", reflect.Int: "integer", reflect.String: "string",
		reflect.Slice: "array", reflect.Struct: "object"}[goType.Kind()]
	require.Equal(t, want, f.Type, path)
	switch goType.Kind() {
	case reflect.Slice:
		assertAgree(t, path+"/*", f.Items, goType.Elem())
	case reflect.Struct:
		seen := 0
		for _, sf := range reflect.VisibleFields(goType) {
			if sf.Anonymous {
				continue
			}
			seen++
			name, option, _ := strings.Cut(sf.Tag.Get("json"), ",")
			p := f.Properties[name]
			require.NotNil(t, p, "%s/%s is in no schema", path, name)
			if !slices.Contains(f.Required, name) {
				assert.Equal(t, "omitempty", option, "%s/%s may be left out", path, name)
			}
			fieldType := sf.Type
			if fieldType.Kind() == reflect.Pointer {
				fieldType = fieldType.Elem()
			}
			assertAgree(t, path+"/"+name, p, fieldType)
		}
		assert.Len(t, f.Properties, seen, path)
	}
}

func TestEveryFieldCanBeShownInAForm(t *testing.T) {
	for _, k := range Kinds() {
		section, seen := "", map[string]bool{}
		fields := schemas()[k].fields
		for _, name := range fields.Names() {
			f := fields.Properties[name]
			assert.NotEmpty(t, f.Description, "%s/%s", k, name)
			if f.Section != section {
				assert.False(t, seen[f.Section], "%s: section %q is torn apart at %s", k, f.Section, name)
				section = f.Section
				seen[section] = true
			}
		}
		assert.False(t, seen[""], "%s: a field without a section", k)
		assertShown(t, string(k), fields)
	}
}

func assertShown(t *testing.T, path string, f *field) {
	assert.NotEmpty(t, f.Title, path)
	orders := map[int]bool{}
	for name, p := range f.Properties {
		assert.Positive(t, p.Order, "%s/%s", path, name)
		assert.False(t, orders[p.Order], "%s/%s: its place is taken", path, name)
		orders[p.Order] = true
		if p.Type != "object" && (p.Type != "array" || p.Items.Type != "object") {
			assert.NotEmpty(t, p.Examples, "%s/%s has no example", path, name)
		}
		assertShown(t, path+"/"+name, p)
	}
	if f.Items != nil {
		assertShown(t, path+"/*", f.Items)
		if f.Items.Type == "object" {
			assert.Contains(t, f.Items.Required, f.Items.Names()[0], "%s: a draft puts the dash before the first field, which cannot be left out", path)
		}
	}
	if f.Form != "" && f.Form != "objective" {
		assert.Contains(t, forms, f.Form, path)
	}
	for _, example := range f.Examples {
		var r Refusal
		value, err := unmarshalExample(example)
		require.NoError(t, err)
		checkForms(&r, nil, f, value)
		assert.Empty(t, r, "%s: its own example is refused", path)
	}
}

func unmarshalExample(raw json.RawMessage) (v any, err error) {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	return v, dec.Decode(&v)
}

// Every kind has the common fields, and they mean and allow the same in each.
func TestCommonFieldsAreTheSameInEveryKind(t *testing.T) {
	want := schemaMap(t, KindPledge)["properties"].(map[string]any)
	common := reflect.TypeOf(Common{})
	for _, k := range Kinds() {
		properties := schemaMap(t, k)["properties"].(map[string]any)
		for i := range common.NumField() {
			name, _, _ := strings.Cut(common.Field(i).Tag.Get("json"), ",")
			a, b := properties[name].(map[string]any), want[name].(map[string]any)
			for keyword := range b {
				if keyword != "examples" && keyword != "x-order" {
					assert.Equal(t, b[keyword], a[keyword], "%s/%s %s", k, name, keyword)
				}
			}
		}
		required := schemas()[k].fields.Required
		assert.Subset(t, required, []string{"author", "language", "created", "salt"}, k)
		assert.Equal(t, k != KindCharter, slices.Contains(required, "federation"), k)
	}
}

func TestTheSpecificationNamesEveryFormAndKind(t *testing.T) {
	spec, err := os.ReadFile("DOCUMENTS.md")
	require.NoError(t, err)
	for form := range forms {
		assert.Contains(t, string(spec), "`"+form+"`")
	}
	for _, k := range Kinds() {
		assert.Regexp(t, `(?m)^\| .*\b`+string(k)+`\b`, string(spec))
	}
}
