package lang

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// derived are families of messages whose English stands elsewhere: in the
// compact, in what review says, and in the schemas.
var derived = []string{"compact.", "objective.", "region.", "note.", "why.", "column.", "section.", "theme.", "part.", "help.", "refusal."}

// sameAsEnglish are the messages that a language writes as English does, with
// the reason.
var sameAsEnglish = map[string]map[string]string{
	"fr": {
		"date.instant": "only placeholders", "document.named": "only placeholders",
		"charter.suspensions": "the same word", "col.document": "the same word", "col.participant": "the same word",
		"document.numbered": "the same word", "document.short": "the same word", "documents.title": "the same word",
		"field.action": "the same word", "field.code": "the same word", "field.corridor": "the same word", "field.transit": "the same word", "field.message": "the same word",
		"field.nature": "the same word", "field.occasion": "the same word", "field.participant": "the same word", "field.participants": "the same word",
		"field.parties": "the same word", "field.position": "the same word", "field.quotas": "the same word",
		"field.sources": "the same word", "field.suspensions": "the same word", "field.type": "the same word",
		"glance.participants": "the same word", "n.participants": "the same word", "irregular.participants": "the same word", "participants.title": "the same word",
		"word.question": "the same word", "basis.version": "the same word", "todo.action": "the same word", "health.as-is": "only placeholders",
		"changing.type": "the same word", "changing.who": "the same word",
	},
	"es": {
		"date.instant": "only placeholders", "document.named": "only placeholders", "size.bytes": "the same word",
		"size.kib": "the unit’s symbol", "size.mib": "the unit’s symbol", "word.individual": "the same word", "word.no": "the same word", "word.regional": "the same word",
		"health.as-is": "only placeholders", "cannot.field": "only placeholders",
	},
	"ar": {"document.named": "only placeholders", "health.as-is": "only placeholders", "cannot.field": "only placeholders"},
	"ru": {"date.instant": "only placeholders", "document.named": "only placeholders", "health.as-is": "only placeholders", "cannot.field": "only placeholders"},
	"zh": {"document.named": "only placeholders", "health.as-is": "only placeholders", "size.kib": "the unit's symbol", "size.mib": "the unit's symbol"},
}

func others() []*Language { return All()[1:] }

func isDerived(key string) bool {
	return slices.ContainsFunc(derived, func(family string) bool { return strings.HasPrefix(key, family) })
}

// TestEveryLanguageHasTheSameMessages holds for keys, placeholders, links and
// plural forms.
func TestEveryLanguageHasTheSameMessages(t *testing.T) {
	english := Default().messages
	for key := range english {
		if isDerived(key) {
			t.Errorf("en: %s stands elsewhere already", key)
		}
	}
	first := others()[0]
	for _, l := range others() {
		for key, m := range english {
			if _, ok := l.messages[key]; !ok {
				t.Errorf("%s: %s is missing", l.Tag, key)
				continue
			}
			compare(t, l, key, m)
		}
		for key := range l.messages {
			if _, ok := english[key]; !ok && !isDerived(key) {
				t.Errorf("%s: nobody says %s", l.Tag, key)
			}
			if _, ok := first.messages[key]; !ok {
				t.Errorf("%s: %s is missing in %s", l.Tag, key, first.Tag)
			}
		}
		if len(l.messages) != len(first.messages) {
			t.Errorf("%s has %d messages, %s has %d", l.Tag, len(l.messages), first.Tag, len(first.messages))
		}
	}
}

func compare(t *testing.T, l *Language, key string, english message) {
	forms := []string{""}
	if _, single := english.forms[""]; !single {
		forms = l.Forms()
	}
	got := slices.Sorted(maps.Keys(l.messages[key].forms))
	if want := slices.Sorted(slices.Values(forms)); !slices.Equal(got, want) {
		t.Errorf("%s: %s has the forms %q, not %q", l.Tag, key, got, want)
		return
	}
	want := argumentsOf(english.forms[""] + english.forms["other"])
	for form, text := range l.messages[key].forms {
		got := argumentsOf(text)
		if slices.Contains([]string{"zero", "one", "two"}, form) { // the words may say the number
			got, want = without(got, "{n}", "{up}", "{size}", "{faulty}"), without(want, "{n}", "{up}", "{size}", "{faulty}")
		}
		if form == "zero" { // what is none has no size either
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s %q has %q, not %q", l.Tag, key, form, got, want)
		}
		want = argumentsOf(english.forms[""] + english.forms["other"])
	}
}

var links = regexp.MustCompile(`\[[^\]]*\]`)

// argumentsOf are a message's placeholders, links and codes, sorted.
func argumentsOf(text string) []string {
	var all []string
	for _, m := range marks.FindAllString(text, -1) {
		all = append(all, links.ReplaceAllString(m, "[]"))
	}
	slices.Sort(all)
	return all
}

func without(all []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}

// TestTranslationsAreTranslated holds that what reads as in English is meant to.
func TestTranslationsAreTranslated(t *testing.T) {
	for _, l := range others() {
		for key, m := range Default().messages {
			same := false
			for form, text := range l.messages[key].forms {
				same = same || text == m.forms[form] && text != ""
			}
			_, listed := sameAsEnglish[l.Tag][key]
			if same && !listed {
				t.Errorf("%s: %s is as in English: %q", l.Tag, key, m.forms)
			}
			if !same && listed {
				t.Errorf("%s: %s is listed as the same and differs", l.Tag, key)
			}
		}
		for key, reason := range sameAsEnglish[l.Tag] {
			if reason == "" {
				t.Errorf("%s: %s is listed without a reason", l.Tag, key)
			}
		}
	}
}

// TestMessagesAreTidy holds what no translator means: stray space, straight
// quotes, an ASCII mark where the script has its own.
func TestMessagesAreTidy(t *testing.T) {
	for _, l := range All() {
		for key, m := range l.messages {
			for _, text := range m.forms {
				if text == "" || strings.TrimSpace(text) != text || strings.Contains(text, "  ") || strings.ContainsAny(marks.ReplaceAllString(text, ""), `'"<>&{}[]`) {
					t.Errorf("%s: %s: %q", l.Tag, key, text)
				}
				if l.Tag == "ar" && key != "date.months" && strings.ContainsAny(marks.ReplaceAllString(text, ""), ",;?") {
					t.Errorf("ar: %s: %q", key, text)
				}
				if l.Tag == "ar" && turned.MatchString(marks.ReplaceAllString(strings.ReplaceAll(text, "ISO 3166-1", ""), "")) {
					t.Errorf("ar: %s: a date that is not code reads backwards: %q", key, text)
				}
			}
		}
	}
}

// turned are numbers joined by hyphens, which a browser turns round between
// Arabic words.
var turned = regexp.MustCompile(`[0-9]-[0-9]`)

func TestEveryLanguageNamesTheSameCountries(t *testing.T) {
	first := others()[0]
	for _, l := range others() {
		if len(l.names) < 240 || len(l.names) != len(first.names) {
			t.Errorf("%s has %d names of countries", l.Tag, len(l.names))
		}
		for code, name := range l.names {
			if first.names[code] == "" || name == "" {
				t.Errorf("%s: %s is %q", l.Tag, code, name)
			}
		}
	}
}
