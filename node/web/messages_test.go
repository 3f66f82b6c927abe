package web

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/review/compact"
)

// sources are the templates and the Go files of this package, tests left out.
func sources(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{"templates/*.html", "*.go", "lang/*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(source)
		}
	}
	return b.String()
}

// said are the keys of messages that the sources name whole.
var said = regexp.MustCompile(`\b(?:say|Text|HTML)[ (]+"([a-z0-9.-]+)"`)

// families are the keys that are put together from a code.
func families() []string {
	var keys []string
	add := func(family string, codes ...string) {
		for _, code := range codes {
			keys = append(keys, family+slug(code))
		}
	}
	for _, k := range review.Kinds() {
		add("kind.", string(k))
		for _, f := range pageSchemas()[k].all() {
			keys = append(keys, fieldKey(f.name, f.field.Title))
			for _, code := range f.codes() {
				if pageSchemas()[review.Kind(code)] == nil { // a kind has its name
					add("word.", code)
				}
			}
		}
	}
	for _, k := range countedKinds {
		add("many.", string(k))
	}
	add("group.", participantKinds...)
	add("word.", review.AccreditedTypes()...)
	add("word.", compact.Principles()...)
	add("accession.", pageSchemas()[review.KindAccession].Properties["role"].Enum...)
	for code := range tones {
		add("word.", code)
	}
	for _, reason := range errorMessages {
		add("", reason, reason+"-why")
	}
	add("error.", "failed", "failed-why")
	for reason := range reasons {
		add("label.", reason)
	}
	add("absence.", "missing", "sealed", "withheld", "erased")
	add("attachment.", AttachmentPartly, AttachmentMissing, AttachmentErased)
	add("key.", "author", "root", "clerk")
	for _, part := range irregularParts() {
		add("irregular.", part, part+"-note")
	}
	return keys
}

type namedField struct {
	name  string
	field *schemaField
}

// all are the fields of an object and of what is in it.
func (f *schemaField) all() []namedField {
	var fields []namedField
	for name, p := range f.Properties {
		fields = append(append(fields, namedField{name, p}), p.all()...)
		if p.Items != nil {
			fields = append(fields, p.Items.all()...)
		}
	}
	return fields
}

func (f namedField) codes() []string {
	if f.field.Items != nil {
		return append(slices.Clone(f.field.Enum), f.field.Items.Enum...)
	}
	return f.field.Enum
}

// TestEveryMessageIsSaidAndThere holds that no page asks for a message that
// there is not, and that no message waits for a page.
func TestEveryMessageIsSaidAndThere(t *testing.T) {
	text := sources(t)
	english := lang.Default()
	asked := map[string]bool{}
	for _, m := range said.FindAllStringSubmatch(text, -1) {
		if !strings.HasSuffix(m[1], ".") && !strings.HasSuffix(m[1], "-") {
			asked[m[1]] = true
		}
	}
	for _, key := range families() {
		asked[key] = true
	}
	for key := range asked {
		if !english.Has(key) && key != "compact.name" {
			t.Errorf("%s is said and not there", key)
		}
	}
	states := reviewLiterals(t)
	var file map[string]any
	b, err := os.ReadFile("lang/messages/en.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	for key := range file {
		code, isWord := strings.CutPrefix(key, "word.")
		if !asked[key] && !strings.Contains(text, `"`+key+`"`) && !(isWord && states[code]) {
			t.Errorf("%s is never said", key)
		}
	}
}

// reviewLiterals are the texts in review's sources as slugs: its states are
// among them.
func reviewLiterals(t *testing.T) map[string]bool {
	names, err := filepath.Glob("../../review/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"([A-Za-z,: ()-]+)"`).FindAllStringSubmatch(string(b), -1) {
			for part := range strings.SplitSeq(m[1], ":") { // "due: ahead" is two words
				found[slug(strings.TrimSpace(part))] = true
			}
		}
	}
	return found
}

// TestWhatHasItsEnglishElsewhereIsTranslated holds for the compact, for the
// notes of stocktakes and for why a document does not count, and that names of
// fields are those of the schemas.
func TestWhatHasItsEnglishElsewhereIsTranslated(t *testing.T) {
	keys := []string{"compact.name"}
	for _, o := range compact.Objectives() {
		keys = append(keys, "objective."+itoa(o.N))
	}
	for _, r := range compact.Regions() {
		keys = append(keys, "region."+r.Code)
	}
	for note := range review.Notes {
		keys = append(keys, "note."+note)
	}
	for reason := range reasons {
		keys = append(keys, "why."+reason)
	}
	for _, l := range lang.All()[1:] {
		for _, key := range keys {
			if !l.Has(key) {
				t.Errorf("%s: %s is missing", l.Tag, key)
			}
		}
		w := words{l}
		for _, c := range compact.Countries() {
			if _, ok := l.Country(c.ISO3); !ok {
				t.Errorf("%s: no name of %s", l.Tag, c.ISO3)
			}
		}
		for code, english := range review.Sentences() {
			if got := w.why(code); strings.ContainsAny(got, "{<") || !strings.Contains(code, " ") && got == sentence(english) {
				t.Errorf("%s: why %s: %s", l.Tag, code, got)
			}
		}
		if got := w.why("pending"); got == (words{lang.Default()}).why("pending") {
			t.Errorf("%s: %s", l.Tag, got)
		}
	}
	for _, k := range review.Kinds() {
		for _, f := range pageSchemas()[k].all() {
			if got := lang.Default().Text(fieldKey(f.name, f.field.Title)); got != f.field.Title {
				t.Errorf("field %s is %q in %s, and %q in en.json", f.name, f.field.Title, k, got)
			}
		}
	}
}

// TestProtectionIsTheSameInEveryLanguage holds as far as a program can tell:
// as many headings and items, with the same commands.
func TestProtectionIsTheSameInEveryLanguage(t *testing.T) {
	commands := regexp.MustCompile("`[^`]*`")
	title, english := readProtection(Protection)
	if title != lang.Default().Text("protection.title") {
		t.Errorf("the page is called %q, the link to it %q", title, lang.Default().Text("protection.title"))
	}
	for _, l := range lang.All() {
		text := protection(l.Tag)
		title, body := readProtection(text)
		if title != l.Text("protection.title") || body.Lede == "" {
			t.Errorf("%s: %q", l.Tag, title)
		}
		for i, s := range english.Sections {
			if got := body.Sections[i]; len(got.Items) != len(s.Items) || got.Heading == "" {
				t.Errorf("%s: %s has %d items", l.Tag, got.Heading, len(got.Items))
				continue
			}
			for j, item := range s.Items {
				if got := body.Sections[i].Items[j]; (got.Lead == "") != (item.Lead == "") {
					t.Errorf("%s: %q begins with %q", l.Tag, got.Text, got.Lead)
				}
			}
		}
		if got, want := commands.FindAllString(text, -1), commands.FindAllString(Protection, -1); !slices.Equal(got, want) {
			t.Errorf("%s: the commands %q", l.Tag, got)
		}
	}
}
