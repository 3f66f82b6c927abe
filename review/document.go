package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unique"

	json2 "github.com/go-json-experiment/json"
	"github.com/gowebpki/jcs"

	"stocktake/signing"
)

// Document is what one payload says: an in-toto Statement v1 in RFC 8785 form,
//
//	{"_type":"https://in-toto.io/Statement/v1","predicate":{...},"predicateType":"https://stocktake.example/report/v1","subject":[{"digest":{"sha256":"<document ID>"},"name":"pledge"}]}
//
// It says nothing of who signed it or where it was filed: see [Record].
type Document struct {
	ID       DocumentID
	Kind     Kind      // "" unless Known
	Known    bool      // the kind and version are understood and Predicate keeps every rule of theirs
	Type     string    // predicateType as written
	Subjects []Subject // at least one: [0] is what the statement is about, attachments follow
	*Common            // the predicate's own, which nobody changes; empty unless Known

	// Predicate points to the struct of its kind, as *Pledge; nil unless Known.
	Predicate any
}

// Subject is something that a statement is about. Name is the kind of a
// document ("pledge", or "document" where any kind may stand), "compact" in
// the genesis charter, "attachments/<name>" for an attachment.
type Subject struct {
	Name   string
	Digest DocumentID // of an attachment: the SHA-256 of its bytes
}

// About is what the statement is about.
func (d *Document) About() DocumentID { return d.Subjects[0].Digest }

// statementType is in-toto's Statement v1 (github.com/in-toto/attestation,
// spec/v1/statement.md).
const statementType = "https://in-toto.io/Statement/v1"

// Parse reads a payload. Its error is a [Refusal]: the payload is not UTF-8,
// not JSON, not in its one RFC 8785 form (which rules out repeated fields),
// not a statement, or breaks a rule of its kind. A kind or version that this
// program does not know is no error: Known is false.
func Parse(payload []byte) (*Document, error) {
	plain := len(payload) <= signing.MaxPayload && utf8.Valid(payload) && plainlyCanonical(payload)
	if !plain {
		if err := canonicalForm(payload); err != nil {
			return nil, Refusal{*err}
		}
	}
	d, predicate, err := readStatement(payload)
	if err != nil {
		return nil, Refusal{*err}
	}
	kind, ok := kindOf(d.Type)
	if !ok || newPredicate(kind) == nil {
		return d, nil
	}
	decoded, refusal := readPredicate(kind, predicate, plain, true)
	if refusal == nil {
		refusal = checkSubjects(kind, d.Subjects, decoded).tidy(schemas()[kind].fields)
	}
	if len(refusal) > 0 {
		return nil, refusal
	}
	c := decoded.common()
	c.Federation, c.Author, c.Language = shared(c.Federation), shared(c.Author), shared(c.Language)
	d.Kind, d.Known, d.Predicate, d.Common = kind, true, decoded, c
	return d, nil
}

// readPredicate decodes a predicate that keeps all the rules of its kind; if
// not filled, without the fields that the command fills in. Plain is whether it
// is known to be plainly canonical.
func readPredicate(k Kind, raw json.RawMessage, plain, filled bool) (predicate, Refusal) {
	s := schemas()[k]
	if !plain || !s.fields.plainlyFits(raw) {
		generic, ok := genericJSON(raw)
		if !ok {
			return nil, Refusal{*refuse("", "not-json")}
		}
		if r := s.check(generic, filled); len(r) > 0 {
			return nil, r
		}
	}
	predicate := newPredicate(k)
	if err := json2.Unmarshal(raw, predicate); err != nil {
		panic(fmt.Sprintf("review: schema/%s.json takes what %T does not: %v", k, predicate, err))
	}
	if r := checkRules(predicate).tidy(s.fields); len(r) > 0 {
		return nil, r
	}
	return predicate, nil
}

// Compose is the payload of a statement about its subjects. The predicate is
// one of this package's, or a map of its fields; it is written as it is, so
// what Parse would refuse, Compose still writes.
func Compose(k Kind, about []Subject, predicate any) []byte {
	s := statementJSON{Type: statementType, PredicateType: PredicateType(k), Predicate: predicate}
	for _, a := range about {
		s.Subject = append(s.Subject, subjectJSON{a.Name, digestJSON{a.Digest}})
	}
	return Canonical(s)
}

type statementJSON struct {
	Type          string        `json:"_type"`
	Subject       []subjectJSON `json:"subject"`
	PredicateType string        `json:"predicateType"`
	Predicate     any           `json:"predicate"`
}

type subjectJSON struct {
	Name   string     `json:"name"`
	Digest digestJSON `json:"digest"`
}

type digestJSON struct {
	SHA256 DocumentID `json:"sha256"`
}

// canonicalForm checks everything about a payload that does not depend on what
// it means. Nothing that recurses sees it before its depth is known.
func canonicalForm(payload []byte) *FieldError {
	switch {
	case len(payload) > signing.MaxPayload:
		return refuse("", "too-large", "size", strconv.Itoa(len(payload)), "limit", strconv.Itoa(signing.MaxPayload))
	case !utf8.Valid(payload):
		return refuse("", "not-utf8")
	case jsonDepth(payload) > maxDepth:
		return refuse("", "too-deep", "limit", strconv.Itoa(maxDepth))
	case !json.Valid(payload):
		return refuse("", "not-json")
	}
	canonical, err := jcs.Transform(payload)
	switch {
	case err != nil && strings.HasPrefix(err.Error(), "Duplicate key"):
		return refuse("", "repeated-field")
	case err != nil || !bytes.Equal(canonical, payload):
		return refuse("", "not-canonical")
	}
	return nil
}

// jsonDepth is how deep a JSON text nests.
func jsonDepth(b []byte) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// readStatement takes a statement apart, by exact field names.
func readStatement(payload []byte) (*Document, json.RawMessage, *FieldError) {
	fields, err := exactObject("", payload, "_type", "predicate", "predicateType", "subject")
	if err != nil {
		return nil, nil, err
	}
	form, predicate, predicateType, subject := fields[0], fields[1], fields[2], fields[3]
	d := &Document{ID: DocumentID(signing.PayloadDigest(payload).String()), Common: &Common{}}
	if t, ok := jsonString(form); !ok || t != statementType {
		return nil, nil, refuse("/_type", "not-a-statement", "type", statementType)
	}
	var ok bool
	if d.Type, ok = jsonString(predicateType); !ok || d.Type == "" || len(d.Type) > maxPredicateType || !isOnly(d.Type, '!', '~') {
		return nil, nil, refuse("/predicateType", "not-a-predicate-type", "limit", strconv.Itoa(maxPredicateType))
	}
	if len(predicate) == 0 || predicate[0] != '{' {
		return nil, nil, wrongType("/predicate", "object")
	}
	subjects, ok := entriesOf(subject)
	if !ok {
		return nil, nil, wrongType("/subject", "array")
	}
	if len(subjects) < 1 || len(subjects) > maxSubjects {
		return nil, nil, refuse("/subject", "subject-count", "limit", strconv.Itoa(maxSubjects))
	}
	for i, raw := range subjects {
		s, err := readSubject(raw)
		if err != nil {
			err.Pointer = "/subject/" + strconv.Itoa(i) + err.Pointer
			return nil, nil, err
		}
		d.Subjects = append(d.Subjects, s)
	}
	d.Type = shared(d.Type)
	return d, predicate, nil
}

// shared is the one copy of a text that many documents have in them.
func shared[S ~string](text S) S { return unique.Make(text).Value() }

// readSubject's error points from the subject on.
func readSubject(raw json.RawMessage) (s Subject, err *FieldError) {
	fields, err := exactObject("", raw, "digest", "name")
	if err != nil {
		return s, err
	}
	digest, err := exactObject("/digest", fields[0], "sha256")
	if err != nil {
		return s, err
	}
	hex, ok := jsonString(digest[0])
	if !ok || !isHex(hex, 64) {
		return s, refuse("/digest/sha256", "not-a-digest")
	}
	name, ok := jsonString(fields[1])
	if !ok {
		return s, wrongType("/name", "string")
	}
	if name == "" || len(name) > maxSubjectName || checkText(new(field), name) != nil {
		return s, refuse("/name", "not-a-subject-name", "value", quote(name))
	}
	return Subject{Name: shared(name), Digest: DocumentID(hex)}, nil
}

// exactObject is the values of an object that has the fields of these names,
// which are sorted, and no other. Names are compared byte for byte: Go's struct
// decoding would also take "Predicate".
func exactObject(pointer string, raw json.RawMessage, names ...string) (values []json.RawMessage, err *FieldError) {
	if values := membersOf(raw, names); values != nil {
		return values, nil
	}
	fields := fieldsOf(raw)
	if fields == nil {
		return nil, wrongType(pointer, "object")
	}
	for _, name := range names {
		value, ok := fields[name]
		if !ok {
			return nil, refuse(pointer+"/"+name, "missing-field")
		}
		values = append(values, value)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(names, name) {
			return nil, unknownField(pointer, name, names)
		}
	}
	return values, nil
}

func jsonString(raw json.RawMessage) (s string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	if asciiName(raw, 0) == len(raw) {
		return string(raw[1 : len(raw)-1]), true
	}
	return s, json.Unmarshal(raw, &s) == nil
}
