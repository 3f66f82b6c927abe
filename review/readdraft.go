package review

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// ReadDraft reads a draft: `kind:`, `about:` and the fields of that kind, as
// Draft lays them out. What a field's schema calls text is taken as written,
// so that 2022, 2026-05-01 or NO need no quotes; surrounding white space is
// dropped. Federation, author, created and salt may be missing: the command
// fills them in. About is "" if the draft leaves it out. Its details are for
// [ReadDetails].
//
// The predicate holds texts, json.Number, booleans, lists and maps, for
// FromDraft. The error is a [Refusal] whose reasons have line numbers.
func ReadDraft(yaml []byte) (k Kind, predicate map[string]any, about DocumentID, err error) {
	return new(draftReader).read(yaml)
}

func (r *draftReader) read(yaml []byte) (k Kind, predicate map[string]any, about DocumentID, err error) {
	root, refusal := parseYAML(yaml)
	if refusal != nil {
		return "", nil, "", Refusal{*refusal}
	}
	r.lines = make(map[string]int)
	k, s, ok := r.kind(root)
	if !ok {
		return "", nil, "", r.reasons
	}
	// One tree of fields for the reader: the kind's, with those of a draft.
	fields := *s.fields
	fields.Properties = map[string]*field{"kind": {Type: "string"}, "about": {Type: "string"}}
	if HasDetails(k) {
		fields.Properties[draftDetails] = detailFields()
	}
	for name, f := range s.fields.Properties {
		fields.Properties[name] = f
	}
	predicate = r.value("", root, &fields).(map[string]any)
	if id, ok := predicate["about"]; ok {
		text, _ := id.(string)
		if about = DocumentID(text); !isHex(text, 64) {
			r.reasons.add("/about", "not-a-document-id", "value", quote(text))
		}
	}
	delete(predicate, "kind")
	delete(predicate, "about")
	if HasDetails(k) {
		r.takeDetails(predicate)
	}
	r.reasons = append(r.reasons, CheckDraft(k, predicate)...)
	if len(r.reasons) > 0 {
		return "", nil, "", r.refusal()
	}
	return k, predicate, about, nil
}

// FromDraft is the payload of a statement about these subjects. The predicate
// is what ReadDraft gave, with what it may leave out filled in. The error is
// a [Refusal].
func FromDraft(k Kind, predicate map[string]any, about []Subject) ([]byte, error) {
	if newPredicate(k) == nil {
		return nil, Refusal{*unknownKind(string(k))}
	}
	payload := Compose(k, about, predicate)
	if _, err := Parse(payload); err != nil {
		return nil, err
	}
	return payload, nil
}

// CheckDraft is what is wrong with the fields of a draft, none if nothing. What
// the command fills in may be missing.
func CheckDraft(k Kind, predicate map[string]any) Refusal {
	raw, err := json.Marshal(predicate)
	if err != nil {
		return Refusal{*refuse("", "not-json")}
	}
	_, r := readPredicate(k, raw, plainlyCanonical(raw), false)
	return r
}

func unknownKind(name string) *FieldError {
	names := collect(Kinds(), func(k Kind) string { return string(k) })
	return refuse("/kind", "not-one-of", "value", quote(name), "allowed", strings.Join(names, ", "))
}

// draftReader turns YAML nodes into JSON values and keeps their lines.
type draftReader struct {
	lines   map[string]int // pointer -> line
	reasons Refusal
	details []Detail
}

// kind looks for the one field that says how to read the others.
func (r *draftReader) kind(root *ast.MappingNode) (Kind, kindSchema, bool) {
	for _, entry := range root.Values {
		if keyText(entry) != "kind" {
			continue
		}
		name := scalarText(entry.Value)
		if s, ok := schemas()[Kind(name)]; ok {
			return Kind(name), s, true
		}
		e := unknownKind(name)
		e.Line = lineOf(entry.Key)
		r.reasons = Refusal{*e}
		return "", kindSchema{}, false
	}
	r.reasons = Refusal{*refuse("/kind", "missing-field", "example", "kind: pledge")}
	return "", kindSchema{}, false
}

// value reads a node as its field wants it, if it can be read so; what it
// cannot, the schema refuses. f is nil under a field that is unknown.
func (r *draftReader) value(pointer string, node ast.Node, f *field) any {
	switch n := node.(type) {
	case *ast.MappingNode:
		fields := make(map[string]any, len(n.Values))
		for _, entry := range n.Values {
			name := keyText(entry)
			at := pointerTo(pointer, name)
			if _, ok := fields[name]; ok {
				e := refuse(at, "repeated-field", "first", strconv.Itoa(r.lines[at]))
				e.Line = lineOf(entry.Key)
				r.reasons = append(r.reasons, *e)
				continue
			}
			r.lines[at] = lineOf(entry.Key)
			var p *field
			if f != nil {
				p = f.Properties[name]
			}
			fields[name] = r.value(at, entry.Value, p)
		}
		return fields
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		var items *field
		if f != nil {
			items = f.Items
		}
		for i, value := range n.Values {
			at := pointerTo(pointer, strconv.Itoa(i))
			r.lines[at] = lineOf(value)
			list[i] = r.value(at, value, items)
		}
		return list
	}
	return scalar(node, f)
}

// scalar reads a node that is one word or text.
func scalar(node ast.Node, f *field) any {
	text := scalarText(node)
	_, empty := node.(*ast.NullNode)
	switch {
	case f == nil:
		return text
	case f.Type == "array" && empty:
		return []any{}
	case f.Type == "integer" && isPlain(node) && isInteger(text):
		return json.Number(text)
	case f.Type == "boolean" && isPlain(node) && (text == "true" || text == "false"):
		return text == "true"
	case f.Form == "checkpoint":
		return text
	}
	return strings.TrimSpace(text)
}

// isInteger: what JSON writes as a whole number, in few enough digits to be one.
func isInteger(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && len(digits) <= 15 && isOnly(digits, '0', '9') && (digits[0] != '0' || s == "0")
}

// refusal puts lines to the reasons, and the reasons in the lines' order.
func (r *draftReader) refusal() Refusal {
	for i := range r.reasons {
		e := &r.reasons[i]
		for pointer := e.Pointer; e.Line == 0 && pointer != ""; pointer = parentPointer(pointer) {
			e.Line = r.lines[pointer]
		}
	}
	slices.SortStableFunc(r.reasons, func(a, b FieldError) int {
		return cmp.Compare(uint(a.Line-1), uint(b.Line-1)) // those without a line last
	})
	return r.reasons[:min(len(r.reasons), maxReasons)]
}
