package browser

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// slot is a place for free text in a statement.
type slot struct {
	path  string // as /targets/*/unit
	field *review.Field
	put   func(string)
}

// slots are where a statement has T, found by its kind's schema.
func slots(st statement) (all []slot) {
	var walk func(path string, f *review.Field, value any, put func(any))
	walk = func(path string, f *review.Field, value any, put func(any)) {
		switch v := value.(type) {
		case map[string]any:
			for _, name := range f.Names() {
				if _, ok := v[name]; ok {
					walk(path+"/"+name, f.Properties[name], v[name], func(x any) { v[name] = x })
				}
			}
		case []any:
			for i := range v {
				walk(path+"/*", f.Items, v[i], func(x any) { v[i] = x })
			}
		case string:
			if v == "T" {
				all = append(all, slot{path, f, func(text string) { put(text) }})
			}
		}
	}
	walk("", review.Fields(st.kind), any(st.fields), nil)
	return all
}

// textFields are the paths of a kind's schema that take free text: no code, no
// name, no date.
func textFields(k review.Kind) (paths []string) {
	var walk func(path string, f *review.Field)
	walk = func(path string, f *review.Field) {
		switch {
		case f.Type == "object":
			for _, name := range f.Names() {
				walk(path+"/"+name, f.Properties[name])
			}
		case f.Type == "array":
			walk(path+"/*", f.Items)
		case f.Type == "string" && f.Form == "" && len(f.Enum) == 0:
			paths = append(paths, path)
		}
	}
	walk("", review.Fields(k))
	return paths
}

// notText are fields that take free text by their schema and no payload by a
// rule beyond it, with that rule.
var notText = map[string]string{
	"translation /texts/*/field":                 "the pointer to a text of the translated document",
	"charter /participants/*/logs/*/addresses/*": "a node's address",
	"opening /addresses/*":                       "a node's address",
	"withdrawal /attachments/*":                  "the name of an attachment of what is taken back",
}

// filler makes texts without harm, for slots that no payload is left for.
type filler struct{ n int }

func (f *filler) next() string {
	f.n++
	return fmt.Sprint("SAMPLE ", f.n)
}

// titled says of a title that what it is about is invented, as the rules ask.
func titled(path, text string) string {
	if path == "/title" && !strings.Contains(text, "SAMPLE") {
		return text + " SAMPLE"
	}
	return text
}

var entryNumber = regexp.MustCompile(`/[0-9]+(/|$)`)

// refusedAt are the paths that a refusal names.
func refusedAt(err error) (paths []string) {
	var refusal review.Refusal
	if errors.As(err, &refusal) {
		for _, e := range refusal {
			paths = append(paths, entryNumber.ReplaceAllString(e.Pointer, "/*$1"))
		}
	}
	return paths
}

// accepted are the paths where the rules take a payload, and those where they
// refuse it.
func (s *stored) accepted(t *testing.T, st statement, p payload) (taken, refused []string) {
	t.Helper()
	var paths []string
	for _, slot := range slots(st) {
		if !slices.Contains(paths, slot.path) {
			paths = append(paths, slot.path)
		}
	}
	for together := range slices.Chunk(paths, p.atOnce(len(paths))) {
		for len(together) > 0 {
			err := s.rules(with(t, st, p, together))
			if err == nil {
				taken = append(taken, together...)
				break
			}
			wrong := refusedAt(err)
			left := slices.DeleteFunc(slices.Clone(together), func(path string) bool { return slices.Contains(wrong, path) })
			require.Less(t, len(left), len(together), "%s: %v", st.name, err)
			refused = append(refused, slices.DeleteFunc(slices.Clone(together), func(path string) bool { return !slices.Contains(wrong, path) })...)
			together = left
		}
	}
	return taken, refused
}

// atOnce is into how many of n fields a payload goes at once, so that a document
// is not longer than one may be.
func (p payload) atOnce(n int) int {
	if len(p.text) > 500 {
		return 1
	}
	return n
}

// with is a statement that has a payload at these paths and no harm elsewhere.
func with(t *testing.T, st statement, p payload, paths []string) statement {
	t.Helper()
	f := &filler{}
	st.fields = clone(t, st.fields)
	for _, slot := range slots(st) {
		if slices.Contains(paths, slot.path) {
			slot.put(titled(slot.path, p.text))
		} else {
			slot.put(titled(slot.path, f.next()))
		}
	}
	return st
}

// rules are what a statement breaks by itself; a charter also against the one
// before it.
func (s *stored) rules(st statement) error {
	d, err := review.Parse(st.payload())
	if err == nil && d.Kind == review.KindCharter {
		err = review.Admit(s.chain, d, s.authors[d.Author].Key(), nothing{})
	}
	return err
}

// nothing is held by nobody: a charter rests on no document but the one before it.
type nothing struct{}

func (nothing) Document(review.DocumentID) (*review.Document, bool) { return nil, false }

// fill puts as many payloads into a statement as its fields hold, and takes them
// from the queues of their paths.
func fill(st statement, queues map[string][]payload) (put int) {
	f := &filler{}
	for _, s := range slots(st) {
		between := " "
		if s.field.Lines {
			between = "\n"
		}
		limit, text := s.field.MaxLength-len(titled(s.path, "")), ""
		for queue := queues[s.path]; len(queue) > 0; queue = queues[s.path] {
			next := queue[0].text
			if text != "" {
				next = text + between + next
			}
			if utf8.RuneCountInString(next) > limit && text != "" || len(next) > 4000 && text != "" {
				break
			}
			text, queues[s.path] = next, queue[1:]
			put++
		}
		if text == "" {
			text = f.next()
		}
		s.put(titled(s.path, text))
	}
	return put
}

// left is whether payloads wait for their fields.
func left(queues map[string][]payload) bool {
	for _, queue := range queues {
		if len(queue) > 0 {
			return true
		}
	}
	return false
}
