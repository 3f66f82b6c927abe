package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// schemaErrors turns what the schema library found into reasons of ours.
func schemaErrors(e *jsonschema.ValidationError, fields *field) Refusal {
	if len(e.Causes) > 0 {
		var r Refusal
		for _, cause := range e.Causes {
			r = append(r, schemaErrors(cause, fields)...)
		}
		return r
	}
	pointer := ""
	for _, name := range e.InstanceLocation {
		pointer = pointerTo(pointer, name)
	}
	f := fields.at(pointer)
	one := func(code string, args ...string) Refusal { return Refusal{*refuse(pointer, code, args...)} }
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		var r Refusal
		for _, name := range k.Missing {
			r = append(r, *missingField(pointer, name, f))
		}
		return r
	case *kind.AdditionalProperties:
		var r Refusal
		slices.Sort(k.Properties)
		for _, name := range k.Properties[:min(len(k.Properties), maxReasons)] {
			r = append(r, *unknownField(pointer, name, f.Names()))
		}
		return r
	case *kind.Type:
		return Refusal{*wrongType(pointer, k.Want[0])}
	case *kind.Enum:
		return one("not-one-of", "value", quote(fmt.Sprint(k.Got)), "allowed", strings.Join(f.Enum, ", "))
	case *kind.Const:
		return one("not-true")
	case *kind.MinLength:
		return one("empty")
	case *kind.MaxLength:
		return one("too-long", "length", strconv.Itoa(k.Got), "limit", strconv.Itoa(k.Want))
	case *kind.MinItems:
		return one("empty-list")
	case *kind.UniqueItems:
		pointer = pointerTo(pointer, strconv.Itoa(k.Duplicates[1]))
		return one("repeated")
	case *kind.Minimum, *kind.Maximum:
		return one("out-of-range", "low", strconv.Itoa(f.Minimum), "high", strconv.Itoa(f.Maximum))
	}
	panic(fmt.Sprintf("review: schemas use a keyword that has no message: %T", e.ErrorKind))
}
