package desk_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/desk"
	"stocktake/node/web/lang"
)

// TestThePathChoosesTheLanguage holds, and that without one the browser does.
func TestThePathChoosesTheLanguage(t *testing.T) {
	o := newOffice(t, "")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]string{"/": "/ru", "/login?wrong": "/ru/login?wrong", "/drafts/AAAA": "/ru/drafts/AAAA", "/fr": "/fr/login", "/ar/new": "/ar/login"} {
		r, err := http.NewRequest("GET", o.address+path, nil)
		require.NoError(t, err)
		r.Header.Set("Accept-Language", "de, ru;q=0.9")
		res, err := client.Do(r)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, want, res.Header.Get("Location"), path)
	}
	for path, status := range map[string]int{"/style.css": 200, "/desk.js": 200, "/fr/login": 200, "/fr/style.css": 303, "/FR/login": 302} {
		res, err := client.Get(o.address + path)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, status, res.StatusCode, path)
	}
}

// TestTheDeskWorksInEveryLanguage goes the way of a draft in each: pages and
// where forms lead are in it, what people read is, and rights are as in English.
func TestTheDeskWorksInEveryLanguage(t *testing.T) {
	o := newOffice(t, "")
	writer, clearer, signer := o.person("Writer", desk.Drafter), o.person("Clearer", desk.Clearer), o.person("Signer", desk.Signer)
	content := regexp.MustCompile(`name="content" value="([0-9a-f]+)"`)
	for _, l := range lang.All() {
		at := "/" + l.Tag
		res, page := writer.post(at+"/drafts", url.Values{"kind": {"pledge"}})
		draft := res.Request.URL.Path
		require.Regexp(t, "^"+at+"/drafts/[A-Z2-7]+$", draft)
		assert.Regexp(t, `name="/language"[^>]* value="`+l.Tag+`"`, page, "a draft begins in the language of the desk")
		_, page = writer.post(draft, url.Values{"/objectives": {"99"}, "/due": {"soon"}})
		assert.Contains(t, page, l.Text("draft.not-ready"))
		form := url.Values{"submit": {"true"}}
		for k, v := range pledge {
			form[k] = v
		}
		_, page = writer.post(draft, form)
		require.Contains(t, page, `<span class="state warn">`+l.Text("draft.awaiting"))
		res, page = signer.post(draft+"/sign", url.Values{})
		assert.Equal(t, http.StatusConflict, res.StatusCode)
		assert.Contains(t, page, l.Text("cannot.title"))
		res, _ = writer.post(draft+"/clear", url.Values{})
		assert.Equal(t, http.StatusForbidden, res.StatusCode)
		_, page = clearer.get(draft)
		_, page = clearer.post(draft+"/clear", url.Values{"content": {content.FindStringSubmatch(page)[1]}, "note": {"مرحبا"}})
		require.Contains(t, page, `"state good">`+l.Text("draft.cleared"))
		_, page = signer.post(draft+"/sign", url.Values{})
		require.Contains(t, page, `"state good">`+l.Text("draft.filed"))

		broken := writer.begin("pledge", "")
		writer.post(broken, url.Values{"/objectives": {"99"}, "/due": {"soon"}, "/targets/0/value": {"x"}})
		broken = at + strings.TrimPrefix(broken, "/en")
		for _, path := range []string{"", "/new", "/new?kind=report", "/filed", "/node", "/nosuch", broken, broken + "/preview", draft, draft + "/preview"} {
			if !strings.HasPrefix(path, at) {
				path = at + path
			}
			_, page := writer.get(path)
			assert.Contains(t, page, `<html lang="`+l.Tag+`" dir="`+l.Dir+`">`, path)
			assert.Equal(t, !l.Reviewed, strings.Contains(page, `<div class="unreviewed"`), path)
			page = bar.ReplaceAllString(page, "")
			for _, m := range regexp.MustCompile(`(?:href|action)="(/[^"]*)"`).FindAllStringSubmatch(page, -1) {
				assert.True(t, m[1] == "/style.css" || m[1] == at || strings.HasPrefix(m[1], at+"/"), "%s leads to %s", path, m[1])
			}
			if l.Tag != "en" && l.Tag != "fr" && l.Tag != "es" {
				for _, word := range latin(page) {
					t.Errorf("%s says %s", path, word)
				}
			}
		}
	}
}

var (
	bar       = regexp.MustCompile(`(?s)<nav class="languages".*?</nav>`)
	elsewhere = regexp.MustCompile(`(?s)<(head|bdi|code|pre|q|time)\b[^>]*>.*?</(?:head|bdi|code|pre|q|time)>|<textarea.*?</textarea>|<(?:span|dd|li)[^>]* (?:class="id[ "]|lang="en"|dir="auto")[^>]*>.*?</(?:span|dd|li)>`)
	tag       = regexp.MustCompile(`<[^>]*>`)
	word      = regexp.MustCompile(`[A-Za-z]{3,}`)
)

// latin are the words of a page in that script, which the languages that have
// another write for names and units only; what is typed, examples, codes and
// what is marked as English are left out.
func latin(page string) []string {
	known := strings.Fields("SAMPLE UTC ISO MiB NTP README http config yaml Samplia Birth registration")
	return slices.DeleteFunc(word.FindAllString(tag.ReplaceAllString(elsewhere.ReplaceAllString(page, " "), " "), -1), func(w string) bool { return slices.Contains(known, w) })
}
