package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

// looked is what a page is like once it is there.
type looked struct {
	Title, Text string
	Strange     []string
}

// lookAt reads a page: its text, and whatever on it no page of the program has:
// elements that load or run, attributes that run, addresses of other schemes.
const lookAt = `(d => {
	const own = /^(html|head|meta|title|link|body|a|abbr|article|b|bdi|blockquote|br|button|caption|code|dd|details|div|dl|dt|em|fieldset|figcaption|figure|footer|form|h[1-6]|header|input|label|legend|li|main|nav|ol|optgroup|option|p|pre|q|section|select|small|span|strong|summary|table|tbody|td|textarea|th|thead|time|tr|ul|svg|g|line|polyline|circle|rect|path|defs|use|text|pattern|title|script|style)$/
	const strange = []
	for (const e of d.querySelectorAll("*")) {
		const plain = e.cloneNode(false).outerHTML.slice(0, 300)
		if (!own.test(e.localName)) strange.push("element " + plain)
		if (e.localName === "script" && !(e.getAttribute("src") === "/desk.js" && !e.textContent)) strange.push("script " + plain)
		if (e.localName === "style" && !window.ownStyle) strange.push("style " + plain)
		if (e.localName === "meta" && e.hasAttribute("http-equiv") || e.localName === "input" && e.type === "image") strange.push(plain)
		for (const a of e.attributes) {
			if (/^on|^style$|^srcdoc$|^xlink:|^ping$|^background$|^formaction$/i.test(a.name)) strange.push("attribute " + a.name + " of " + plain)
			if (/^(href|src|action)$/.test(a.name) && !/^(https?:\/\/|[\/#](?!\/)|\?|$)/i.test(a.value)) strange.push("address " + a.value + " of " + plain)
			if (a.name === "href" && /^https?:/i.test(a.value) && e.localName !== "a") strange.push("outside " + plain)
		}
	}
	return JSON.stringify({ Title: d.title, Text: d.documentElement.textContent + "\n" + [...d.querySelectorAll("input, textarea")].map(e => e.value).join("\n"), Strange: strange })
})`

// read opens a page and adds to the tally what it did.
func (l *lookout) read(t *testing.T, sum *tally, chosen []payload, address string) {
	t.Helper()
	l.begin()
	var found string
	l.do(t, chromedp.Navigate(address), chromedp.Evaluate(lookAt+"(document)", &found))
	var page looked
	require.NoError(t, json.Unmarshal([]byte(found), &page))
	deeds, violations := l.noticed(address, page.Title)
	sum.pages++
	sum.add(address, chosen, page, deeds, violations)
}

func (sum *tally) add(where string, chosen []payload, page looked, deeds, violations []string) {
	for _, d := range deeds {
		sum.deeds = append(sum.deeds, where+": "+d)
	}
	for _, v := range violations {
		if !strings.Contains(v, "Failed to load resource: the server responded with a status of 4") { // what a query refuses is no page
			sum.violations = append(sum.violations, where+": "+v)
		}
	}
	for _, s := range page.Strange {
		sum.strange = append(sum.strange, where+": "+s)
	}
	text := asRead.Replace(page.Text)
	for _, p := range chosen {
		if !sum.shown[p.number] && strings.Contains(text, asRead.Replace(cut(p.text))) {
			sum.shown[p.number] = true
		}
	}
}

// asRead makes texts alike that HTML does not tell apart.
var asRead = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD")

// part is every nth of a list where a run takes few payloads, else all of it.
func part[T any](chosen []payload, nth int, list []T) (some []T) {
	if len(chosen) >= 100 {
		return list
	}
	for i := 0; i < len(list); i += nth {
		some = append(some, list[i])
	}
	return some
}

// readPages opens what shows payloads, with the policy that the node sends: every
// sort of page in English and Arabic.
func (s *stored) readPages(t *testing.T, l *lookout, sum *tally, chosen []payload, documents, planted []review.DocumentID) {
	t.Helper()
	paths := []string{"", "/objectives", "/participants", "/participants/xsa", "/participants/xsb", "/participants/xsc", "/participants/sample-body", "/participants/sample-coalition", "/participants/a.author-0", "/charter", "/irregularities", "/policy",
		"/stocktake", "/stocktake?scope=objective:6", "/stocktake?scope=participant:xsa", "/stocktake?scope=round:sample-1", "/stocktake?with=2020-01-01T00:00:00Z"}
	for _, g := range part(chosen, 9, review.Groups()) {
		paths = append(paths, "/stocktake/figure?group="+g)
	}
	list, err := s.client.Documents(t.Context(), web.Query{Receipts: true})
	require.NoError(t, err)
	kinds, each := map[string]int{}, []string{}
	for _, d := range list {
		kind := string(d.Kind) + d.Type
		if kinds[kind]++; kinds[kind] <= len(part(chosen, 2, []int{1, 2})) && slices.Contains(documents, d.ID) {
			each = append(each, "/documents/"+string(d.ID))
		}
	}
	paths = append(paths, part(chosen, 3, each)...)
	for page := 1; page*100 < len(list)+100 && page < 20; page++ {
		paths = append(paths, fmt.Sprint("/documents?page=", page))
	}
	for _, id := range append(planted[:min(9, len(planted))], documents[len(documents)-2:]...) { // and the narrative, the policy
		paths = append(paths, "/documents/"+string(id))
	}
	for i, path := range paths {
		languages := []string{"/en", "/ar"}
		for _, language := range part(chosen, 2, append(languages[i%2:], languages[:i%2]...)) { // a short run reads half of them in each
			l.read(t, sum, chosen, "http://"+s.address+language+path)
		}
	}
	for i := 0; i < len(chosen); i += 6 {
		l.read(t, sum, chosen, "http://"+s.address+searchFor(chosen, i))
	}
}

// searchFor asks for a payload, in English or Arabic.
func searchFor(chosen []payload, i int) string {
	return []string{"/en", "/ar"}[i/6%2] + "/search?q=" + url.QueryEscape(cut(chosen[i].text))
}

// framesPerPage is how many of the node's pages are read at once without policy.
const framesPerPage = 20

// readFramed reads every document's page, every page of figures, participants'
// pages and a search for each payload, as frames of a page that has no policy at all: what a page left
// open would run there.
func (s *stored) readFramed(t *testing.T, l *lookout, sum *tally, chosen []payload, documents []review.DocumentID) {
	t.Helper()
	var paths []string
	for i, id := range part(chosen, 6, documents) {
		paths = append(paths, []string{"/en", "/ar"}[i%2]+"/documents/"+string(id))
	}
	for i := range chosen {
		paths = append(paths, searchFor(chosen, i))
	}
	for _, p := range part(chosen, 5, s.genesis.Predicate.(*review.Charter).Participants) {
		paths = append(paths, "/en/participants/"+string(p.ID), "/ar/documents?author="+string(p.ID))
	}
	for _, k := range part(chosen, 5, review.Kinds()) {
		paths = append(paths, "/en/documents?kind="+string(k))
	}
	for _, g := range part(chosen, 4, review.Groups()) {
		for page := range 1 + len(documents)/400 {
			paths = append(paths, fmt.Sprintf("/en/stocktake/figure?group=%s&page=%d", g, page+1))
		}
	}
	s.frame(t, l, sum, chosen, paths)
}

// frame reads pages in frames.
func (s *stored) frame(t *testing.T, l *lookout, sum *tally, chosen []payload, paths []string) {
	t.Helper()
	var shown []byte
	frames := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(shown)
	}))
	defer frames.Close()
	for chunk := range slices.Chunk(paths, framesPerPage) {
		var b bytes.Buffer
		b.WriteString("<!doctype html><title>frames</title>")
		pages := make([]string, len(chunk))
		var wait sync.WaitGroup
		for i, path := range chunk {
			wait.Go(func() { pages[i] = html.EscapeString(string(s.get(t, path))) })
		}
		wait.Wait()
		b.WriteString(`<iframe srcdoc="` + strings.Join(pages, `"></iframe><iframe srcdoc="`) + `"></iframe>`)
		shown = b.Bytes()
		l.begin()
		var found []string
		l.do(t, chromedp.Navigate(frames.URL), chromedp.Evaluate("[...document.querySelectorAll('iframe')].map(f => "+lookAt+"(f.contentDocument))", &found))
		require.Len(t, found, len(chunk), "frames")
		deeds, _ := l.noticed(frames.URL+"/", "")
		for i, path := range chunk {
			var page looked
			require.NoError(t, json.Unmarshal([]byte(found[i]), &page))
			sum.framed++
			sum.add(path, chosen, page, nil, nil)
			if titleRan.MatchString(page.Title) {
				deeds = append(deeds, page.Title)
			}
		}
		sum.add("frames of "+chunk[0], nil, looked{}, deeds, nil)
	}
}

// get is a page, or what the node answers instead of one.
func (s *stored) get(t *testing.T, path string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "http://"+s.address+path, nil)
	assert.NoError(t, err)
	res, err := http.DefaultClient.Do(r)
	if !assert.NoError(t, err) {
		return nil
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	assert.NoError(t, err)
	assert.Less(t, res.StatusCode, 500, "%s: %s", path, b)
	return b
}

// readAlone reads a page that stands alone, with a style of its own in it.
func (l *lookout) readAlone(t *testing.T, sum *tally, chosen []payload, address string) {
	t.Helper()
	l.begin()
	var found string
	l.do(t, chromedp.Navigate(address), chromedp.Evaluate("window.ownStyle = true; "+lookAt+"(document)", &found))
	var page looked
	require.NoError(t, json.Unmarshal([]byte(found), &page))
	deeds, stopped := l.noticed(address, page.Title)
	sum.framed++
	sum.add(address, chosen, page, deeds, stopped)
}
