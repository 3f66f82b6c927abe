package review

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// FieldError is one reason why a document is refused or does not hold: where,
// what, and the values that a sentence about it needs. The YAML line, the form
// and the API each render it; Message is its English sentence.
type FieldError struct {
	// Pointer is an RFC 6901 pointer into the predicate, "" for the document
	// as a whole. Of what lies outside the predicate: /_type, /predicate,
	// /predicateType and /subject, from the statement; /kind and /about, from
	// the draft.
	Pointer string            `json:"pointer"`
	Line    int               `json:"line,omitempty"` // of a draft; 0 if there is none
	Code    string            `json:"code"`           // a key of messages
	Args    map[string]string `json:"args,omitempty"` // what came from outside is quoted in them
}

// Refusal is a document's reasons, at least one, most telling first, at most
// one for each field. It is an error whose text is one line per reason.
type Refusal []FieldError

func (r Refusal) Error() string {
	lines := make([]string, len(r))
	for i, e := range r {
		lines[i] = e.Message()
	}
	return strings.Join(lines, "\n")
}

// Sentence is the key of the sentence about it, here and in other languages: its
// code, or the closest one for the arguments that it has.
func (e FieldError) Sentence() string {
	key := e.Code
	for _, name := range slices.Sorted(maps.Keys(e.Args)) {
		for _, closer := range []string{e.Code + " " + name, e.Code + " " + name + "=" + e.Args[name]} {
			if _, ok := messages[closer]; ok {
				key = closer
			}
		}
	}
	return key
}

// Sentences are the English sentences of all refusals, by their keys, so that
// whoever translates them can tell that none is left.
func Sentences() map[string]string { return maps.Clone(messages) }

// Message says what failed, where and what to do, in one English line.
func (e FieldError) Message() string {
	text, ok := messages[e.Sentence()]
	if !ok {
		text = e.Code
	}
	pairs := make([]string, 0, 2*len(e.Args))
	for name, value := range e.Args {
		pairs = append(pairs, "{"+name+"}", value)
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	if e.Pointer != "" {
		text = placeName(e.Pointer) + ": " + text
	}
	if e.Line > 0 {
		text = "line " + strconv.Itoa(e.Line) + ": " + text
	}
	return text
}

// quote makes outside text safe to repeat: short, on one line, and without
// characters that a terminal or a reader's eye could be led astray by.
func quote(s string) string {
	return strconv.Quote(clip(s))
}

func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// refuse is a reason; args are names and values by turns.
func refuse(pointer, code string, args ...string) *FieldError {
	e := &FieldError{Pointer: pointer, Code: code}
	for i := 0; i < len(args); i += 2 {
		if e.Args == nil {
			e.Args = make(map[string]string)
		}
		e.Args[args[i]] = args[i+1]
	}
	return e
}

func (r *Refusal) add(pointer, code string, args ...string) {
	*r = append(*r, *refuse(pointer, code, args...))
}

func wrongType(pointer, want string) *FieldError { return refuse(pointer, "wrong-type", "want", want) }

func missingField(pointer, name string, f *field) *FieldError {
	e := refuse(pointerTo(pointer, name), "missing-field")
	if f != nil && f.Properties[name] != nil && len(f.Properties[name].Examples) > 0 {
		e.Args = map[string]string{"example": clip(flow(f.Properties[name].Examples[0]))}
	}
	return e
}

// unknownField names the known field that was probably meant, if one is near.
func unknownField(pointer, name string, known []string) *FieldError {
	at := pointerTo(pointer, name)
	if meant := nearest(name, known); meant != "" {
		return refuse(at, "unknown-field", "meant", meant)
	}
	return refuse(at, "unknown-field")
}

// tidy orders reasons by their fields' places in the form, unknown fields
// first because they often explain a missing one, keeps one for each field,
// and stops at maxReasons.
func (r Refusal) tidy(fields *field) Refusal {
	if len(r) == 0 {
		return r
	}
	meant := make(map[string]bool)
	for _, e := range r {
		if e.Args["meant"] != "" {
			meant[pointerTo(parentPointer(e.Pointer), e.Args["meant"])] = true
		}
	}
	r = slices.DeleteFunc(r, func(e FieldError) bool {
		return e.Code == "missing-field" && meant[e.Pointer]
	})
	places := make(map[string][]int)
	for _, e := range r {
		places[e.Pointer] = placeOf(e.Pointer, fields)
	}
	slices.SortStableFunc(r, func(a, b FieldError) int {
		if c := slices.Compare(places[a.Pointer], places[b.Pointer]); c != 0 {
			return c
		}
		if c := strings.Compare(a.Pointer, b.Pointer); c != 0 {
			return c
		}
		return lengthLast(a.Code) - lengthLast(b.Code)
	})
	r = slices.CompactFunc(r, func(a, b FieldError) bool { return a.Pointer == b.Pointer })
	return r[:min(len(r), maxReasons)]
}

// lengthLast lets a form's own reason stand before "too long".
func lengthLast(code string) int {
	if code == "too-long" {
		return 1
	}
	return 0
}
