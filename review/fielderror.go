package review

import (
	"sort"
	"strings"
)

// FieldError is one reason why a document is refused or does not hold: where,
// what, and the values that a sentence about it needs. The YAML line, the form
// and the API each render it; Message is its English sentence.
type FieldError struct {
	Pointer string            `json:"pointer"` // RFC 6901, "" for the whole document
	Code    string            `json:"code"`    // a key of messages
	Args    map[string]string `json:"args,omitempty"`
}

// Refusal is a document's reasons, at least one, most telling first. It is an
// error whose text is one line per reason.
type Refusal []FieldError

func (r Refusal) Error() string {
	lines := make([]string, len(r))
	for i, e := range r {
		lines[i] = e.Message()
	}
	return strings.Join(lines, "\n")
}

// Message says what failed, where and what to do, in one English line.
func (e FieldError) Message() string {
	text, ok := messages[e.Code]
	if !ok {
		text = e.Code
	}
	keys := make([]string, 0, len(e.Args))
	for k := range e.Args {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		text = strings.ReplaceAll(text, "{"+k+"}", e.Args[k])
	}
	if e.Pointer == "" {
		return text
	}
	return strings.ReplaceAll(strings.TrimPrefix(e.Pointer, "/"), "/", ".") + ": " + text
}

func wrongType(pointer, want string) *FieldError {
	return &FieldError{Pointer: pointer, Code: "wrong-type", Args: map[string]string{"want": want}}
}

func unknownField(pointer, name string, known []string) *FieldError {
	return &FieldError{Pointer: pointer + "/" + name, Code: "unknown-field"}
}
