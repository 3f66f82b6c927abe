package review

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Detail is something that a document's author may take back by itself: a
// contact, the words of a witness. It is an attachment of its own, named
// <name>.detail.json, so the document has its digest only. Its content is its
// RFC 8785 form,
//
//	{"name":"contact","salt":"<32 random hexadecimal digits>","text":"Jane Doe, +232 00 000000"}
//
// The salt keeps a short text from being guessed back from the digest of its
// bytes, which whoever kept the attachment's manifest still has.
type Detail struct {
	Name string `json:"name"`
	Salt string `json:"salt"`
	Text string `json:"text"`
}

const detailSuffix = ".detail.json"

// DetailFile is the name of the attachment that a detail is.
func DetailFile(name string) string { return name + detailSuffix }

// DetailName is a detail's name, by its attachment's; ok is false if it is none.
func DetailName(file string) (name string, ok bool) {
	name, ok = strings.CutSuffix(file, detailSuffix)
	return name, ok && isName(name)
}

// Marshal is what ParseDetail reads.
func (d Detail) Marshal() []byte { return Canonical(d) }

// ParseDetail reads the content of the attachment of that name. What is no
// detail in its one form is an [ErrAttachment].
func ParseDetail(file string, b []byte) (d Detail, err error) {
	name, ok := DetailName(file)
	if !ok || len(b) > MaxDetail || !utf8.Valid(b) || json.Unmarshal(b, &d) != nil || !bytes.Equal(d.Marshal(), b) {
		return Detail{}, fmt.Errorf("%w: %.100q is no detail in its one form", ErrAttachment, file)
	}
	if d.Name != name || !isHex(d.Salt, 32) || checkText(detailFields().Items.Properties["text"], d.Text) != nil {
		return Detail{}, fmt.Errorf("%w: the detail in %.100q has another name, or no salt or text", ErrAttachment, file)
	}
	return d, nil
}

// ReadDetails are the details of a draft, without salts; none where the draft
// cannot be read, which completing it says.
func ReadDetails(draft []byte) []Detail {
	var r draftReader
	if _, _, _, err := r.read(draft); err != nil {
		return nil
	}
	return r.details
}

// detailSchema describes the field of drafts that no document has: details.json,
// as the schema of a kind.
var detailSchema = sync.OnceValue(func() kindSchema { return compileSchema(detailsJSON, "details") })

//go:embed details.json
var detailsJSON []byte

func detailFields() *field { return detailSchema().fields.Properties[draftDetails] }

// draftDetails is that field's name.
const draftDetails = "details"

// HasDetails is whether what is attached to documents of a kind can be erased.
func HasDetails(k Kind) bool { return !slices.Contains(lasting, k) }

// takeDetails takes them out of the fields of a draft.
func (r *draftReader) takeDetails(fields map[string]any) {
	raw, ok := fields[draftDetails]
	if !ok {
		return
	}
	delete(fields, draftDetails)
	if r.reasons = append(r.reasons, detailSchema().check(map[string]any{draftDetails: raw}, true)...); len(r.reasons) > 0 {
		return
	}
	b, err := json.Marshal(raw)
	if err == nil {
		err = json.Unmarshal(b, &r.details)
	}
	if err != nil {
		panic(fmt.Sprintf("review: details.json takes what Detail does not: %v", err))
	}
	checkDistinct(&r.reasons, "/"+draftDetails, "/name", collect(r.details, func(d Detail) string { return d.Name }))
}
