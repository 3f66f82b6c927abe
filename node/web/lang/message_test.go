package lang

import (
	"html/template"
	"strings"
	"testing"
)

// TestArgumentsNeverBecomeHTML holds for texts and addresses; marks of a page
// pass as they are.
func TestArgumentsNeverBecomeHTML(t *testing.T) {
	bad := `"><script>alert(1)</script>[x](y){n}` + "`z`"
	for _, l := range All() {
		for key := range l.messages {
			html := string(l.HTML(key, "n", 3, "name", bad, "page", bad, "id", bad, "hash", bad, "stocktake", bad, "author", bad, "title", bad, "policy", bad))
			if strings.Contains(html, "<script") || strings.Contains(html, `""`) {
				t.Errorf("%s %s: %s", l.Tag, key, html)
			}
		}
	}
	if got := string(Default().HTML("documents.about", "title", template.HTML("<b>x</b>"))); got != "About <b>x</b>" {
		t.Error(got)
	}
	if got := string(Default().HTML("frame.node", "name", "a<b")); got != "at the node of <bdi>a&lt;b</bdi>" {
		t.Error(got)
	}
	if got := string(Default().HTML("frame.verify", "page", "/verify.html", "hash", template.HTML("h"))); !strings.HasPrefix(got, `<a href="/verify.html">Check a document in this browser</a>: one page`) {
		t.Error(got)
	}
}

func TestNumbersChooseTheForm(t *testing.T) {
	for tag, all := range map[string]map[int]string{
		"en": {1: "1 record", 12345: "12\u202f345 records"},
		"fr": {0: "0 entrée", 2: "2 entrées", 1_000_000: "1\u202f000\u202f000 d’entrées"},
		"ru": {21: "21 запись", 3: "3 записи", 11: "11 записей"},
		"ar": {0: "لا قيود", 2: "قيدان", 5: "5 قيود", 50: "50 قيدًا", 100: "100 قيد"},
	} {
		l, _ := Find(tag)
		for n, want := range all {
			if got := l.Text("n.records", "n", uint64(n)); got != want {
				t.Errorf("%s %d: got %q, want %q", tag, n, got, want)
			}
		}
	}
}
