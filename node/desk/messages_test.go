package desk

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
)

// sources are the files of some patterns, tests left out.
func sources(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(b)
		}
	}
	return all
}

var (
	actions  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	commands = regexp.MustCompile(`(?s)<pre[^>]*>.*?</pre>`)
	tags     = regexp.MustCompile(`<[^>]*>`)
	forEyes  = regexp.MustCompile(`\b(?:aria-label|data-label|data-saved|data-unsaved|data-unreachable|title|alt|placeholder)="([^"]*)"`)
	letters  = regexp.MustCompile(`\pL{2,}`)
)

// TestTemplatesSayNothingOfTheirOwn holds that every word which people see comes
// from the catalogue, but for SAMPLE, which every language leaves.
func TestTemplatesSayNothingOfTheirOwn(t *testing.T) {
	for name, source := range sources(t, "templates/*.html") {
		said := commands.ReplaceAllString(actions.ReplaceAllString(source, ""), "")
		for _, m := range forEyes.FindAllStringSubmatch(said, -1) {
			if letters.MatchString(m[1]) {
				t.Errorf("%s says %q", name, m[1])
			}
		}
		for _, word := range letters.FindAllString(tags.ReplaceAllString(said, " "), -1) {
			if word != "SAMPLE" {
				t.Errorf("%s says %q", name, word)
			}
		}
	}
	if m := regexp.MustCompile(`textContent = ["` + "`]").FindString(string(script)); m != "" {
		t.Error("desk.js says something of its own")
	}
}

var (
	said   = regexp.MustCompile(`\b(?:say|text|Text|HTML) "([a-z0-9.-]+)"|"((?:cannot|health|draft|did|todo|new|login|preview|filed|desk|form|role|ceremony|propose|change|does|founding)\.[a-z0-9-]+)"`)
	quoted = regexp.MustCompile(`"([a-z]+\.[a-z0-9-]+)"`)
)

// TestEveryMessageOfTheDeskIsSaidAndThere holds that the desk asks for no message
// that there is not, and that none of its own waits for somebody to say it.
func TestEveryMessageOfTheDeskIsSaidAndThere(t *testing.T) {
	asked := map[string]bool{}
	for _, role := range []Role{Drafter, Clearer, Signer} {
		asked["role."+string(role)] = true
	}
	findings := sources(t, "../checkup*.go")
	for _, source := range findings {
		for _, m := range regexp.MustCompile(`\.(?:ok|attention)\("([a-z]+)"`).FindAllStringSubmatch(source, -1) {
			asked["checked."+m[1]] = true
		}
		for _, m := range regexp.MustCompile(`"(health\.[a-z-]+)"`).FindAllStringSubmatch(source, -1) {
			asked[m[1]] = true
		}
	}
	for _, change := range append(slices.Clone(changeNames), firstNames...) {
		asked["propose."+change], asked["propose."+change+"-help"] = true, true
		for _, in := range (changeForm{Vocabulary: web.NewVocabulary(lang.Default()), charter: new(review.Charter), r: httptest.NewRequest("GET", "/", nil)}).inputs(change) {
			asked["changing."+in.Name], asked["changing."+in.Name+"-help"] = true, true
		}
	}
	for name, source := range sources(t, "*.go", "../ceremony/*.go", "templates/*.html") {
		for _, m := range said.FindAllStringSubmatch(source, -1) {
			asked[m[1]+m[2]] = true
		}
		for _, m := range quoted.FindAllStringSubmatch(source, -1) {
			if strings.HasSuffix(name, ".html") {
				asked[m[1]] = true
			}
		}
	}
	for _, k := range kindsToWrite() {
		for _, f := range review.Fields(k).Properties {
			if f.Type == "array" && f.Items.Type == "object" {
				asked["field."+strings.ToLower(f.Items.Title)] = true
			}
		}
	}
	for key := range asked {
		if !lang.Default().Has(key) && key != "desk.js" && key != "founding.jsonl" {
			t.Errorf("%s is said and not there", key)
		}
	}
	for key := range keysOf(t, lang.Default()) {
		if !asked[key] {
			t.Errorf("%s is never said", key)
		}
	}
}

// keysOf are the keys of what the desk says besides the public pages.
func keysOf(t *testing.T, l *lang.Language) (keys map[string]any) {
	t.Helper()
	b, err := os.ReadFile("../web/lang/messages/desk/" + l.Tag + ".json")
	if err == nil {
		err = json.Unmarshal(b, &keys)
	}
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestFormsAreTranslated holds for what schemas say in English: names of fields
// and sections, words to choose from.
func TestFormsAreTranslated(t *testing.T) {
	for _, l := range lang.All()[1:] {
		v := web.NewVocabulary(l)
		if l.Tag == "fr" || l.Tag == "es" {
			continue // in this script only the catalogue's tests can tell
		}
		for _, k := range kindsToWrite() {
			for _, s := range (form{Vocabulary: v}).sections(&Draft{Kind: k, Fields: withEntries(k)}) {
				if inEnglish(string(s.Title)) {
					t.Errorf("%s: section %s of %s", l.Tag, s.Title, k)
				}
				walk(s.Inputs, func(in input) {
					if inEnglish(in.Title) {
						t.Errorf("%s: field %s of %s is called %q", l.Tag, in.Name, k, in.Title)
					}
					for _, o := range in.Options {
						if inEnglish(o.Text) {
							t.Errorf("%s: field %s of %s offers %q", l.Tag, in.Name, k, o.Text)
						}
					}
				})
			}
		}
	}
}

func inEnglish(text string) bool {
	return regexp.MustCompile(`[A-Za-z]{3,}`).MatchString(text)
}

// withEntries has one entry of each list of groups.
func withEntries(k review.Kind) map[string]any {
	fields := map[string]any{}
	for name, f := range review.Fields(k).Properties {
		if f.Type == "array" && f.Items.Type == "object" {
			fields[name] = []any{map[string]any{}}
		}
	}
	return fields
}

func walk(inputs []input, f func(input)) {
	for _, in := range inputs {
		f(in)
		walk(in.Inputs, f)
	}
}

// TestHelpIsOfTheSchemas holds that every translation of help, of a heading and
// of a refusal is of a sentence that there is, and that no form is without help
// in somebody's language.
func TestHelpIsOfTheSchemas(t *testing.T) {
	there := map[string]bool{}
	var collect func(f *review.Field)
	collect = func(f *review.Field) {
		there["help."+f.Description], there["part."+f.Section] = true, true
		for _, p := range f.Properties {
			collect(p)
		}
		if f.Items != nil {
			collect(f.Items)
		}
	}
	for _, k := range review.Kinds() {
		collect(review.Fields(k))
	}
	french := keysOf(t, lang.All()[1])
	for key := range french {
		if family, _, _ := strings.Cut(key, "."); (family == "help" || family == "part") && !there[key] {
			t.Errorf("no schema says %q", key)
		}
	}
	for _, k := range kindsToWrite() {
		f := review.Fields(k)
		if french["help."+f.Description] == nil {
			t.Errorf("%s: no help for %q", k, f.Description)
		}
		for _, s := range (form{Vocabulary: web.NewVocabulary(lang.All()[1])}).sections(&Draft{Kind: k, Fields: withEntries(k)}) {
			walk(s.Inputs, func(in input) {
				if strings.Contains(string(in.Help), `lang="en"`) {
					t.Errorf("%s: %s has no help in French: %s", k, in.Name, in.Help)
				}
			})
		}
	}
}

func TestARefusalNamesKindsInTheLanguage(t *testing.T) {
	v := web.NewVocabulary(lang.All()[1])
	got := string(reasonIn(v, review.FieldError{Code: "wrong-subject", Args: map[string]string{"kind": "response", "allowed": "comment or assessment", "value": "<pledge>"}}))
	want := "un document de ce type (<bdi>Réponse</bdi>) porte sur : <bdi>Commentaire, Évaluation</bdi>, et non sur : <bdi>&lt;pledge&gt;</bdi>"
	if !strings.HasPrefix(got, want) {
		t.Error(got)
	}
	for _, e := range []struct {
		said review.FieldError
		want string
	}{
		{review.FieldError{Code: "key-role", Args: map[string]string{"role": "clerk", "kind": "pledge", "want": "author"}}, "auteur"},
		{review.FieldError{Code: "shadow-by-state", Args: map[string]string{"kind": "regional-body"}}, "Organisme régional"},
		{review.FieldError{Code: "delegated-kind", Args: map[string]string{"holder": "x", "allowed": "pledge, progress-report", "kind": "report", "author": "y"}}, "Engagement, Rapport mondial"},
		{review.FieldError{Code: "void-receipt", Args: map[string]string{"why": "no such log"}}, `<span lang="en" dir="ltr">no such log</span>`},
		{review.FieldError{Code: "pending"}, "Pas encore enregistré"},
	} {
		if got := string(reasonIn(v, e.said)); !strings.Contains(got, e.want) {
			t.Errorf("%s: %s", e.said.Code, got)
		}
	}
}

// TestRefusalsAreTranslated holds that review makes no refusal, by any of its
// sentences, that a language does not have or says as English does.
func TestRefusalsAreTranslated(t *testing.T) {
	for _, l := range lang.All()[1:] {
		for sentence, english := range review.Sentences() {
			key := "refusal." + sentence
			if !l.Has(key) {
				key = "why." + sentence
			}
			if !l.Has(key) || l.Text(key) == english {
				t.Errorf("%s: %q is not translated: %s", l.Tag, sentence, english)
			}
		}
	}
}

// TestRefusalsAreOfReview holds that every translated refusal is one that review
// makes, with the same values in it.
func TestRefusalsAreOfReview(t *testing.T) {
	placeholders := regexp.MustCompile(`\{[a-z]+\}`)
	for _, l := range lang.All()[1:] {
		for key, text := range keysOf(t, l) {
			sentence, ok := strings.CutPrefix(key, "refusal.")
			if !ok {
				continue
			}
			code, name, _ := strings.Cut(sentence, " ")
			name, value, fixed := strings.Cut(name, "=")
			e := review.FieldError{Code: code, Args: map[string]string{}}
			if name != "" {
				e.Args[name] = "{" + name + "}"
			}
			if fixed {
				e.Args[name] = value
			}
			english := e.Message()
			if e.Sentence() != sentence || english == code {
				t.Errorf("review has no %q", sentence)
			}
			want, got := placeholders.FindAllString(english, -1), placeholders.FindAllString(text.(string), -1)
			slices.Sort(want)
			slices.Sort(got)
			if want, got = slices.Compact(want), slices.Compact(got); !slices.Equal(want, got) {
				t.Errorf("%s: %s has %q, not %q", l.Tag, key, got, want)
			}
		}
	}
}
