package web_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web/lang"
)

// inLanguages are some pages of every sort.
func (w *world) inLanguages() []string {
	document := func(name string) string { return "/documents/" + string(w.ids[name]) }
	return []string{
		"/", "/stocktake", "/stocktake?scope=region:UN-ECE", "/stocktake?scope=objective:6", "/stocktake?scope=participant:xsa", "/stocktake?scope=round:sample-2", "/participants", "/participants/xsa",
		"/participants/can", "/documents", "/documents?kind=receipt", "/charter", "/policy", "/protection", document("pledges/01-settlement-and-inclusion"),
		document("sample/pledge-remittances"), document("sample/report-recruitment"), document("sample/shadow-recruitment"), document("sample/pledge-recruitment"),
		document("sample/pledge-statistics"), "/documents/" + string(w.genesis.ID), document("8 unknown"), document("9 malformed"),
		document("mandate"), document("final"), document("seal"), document("self"), document("progress"), document("indicators"), document("proposal"), document("adopted"), document("translation"), document("seen"),
	}
}

// localized is the path of a page in a language.
func localized(l *lang.Language, path string) string {
	if path == "/" {
		return "/" + l.Tag
	}
	return "/" + l.Tag + path
}

func TestAPathWithoutALanguageLeadsToTheReadersOwn(t *testing.T) {
	w := open(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]string{
		"/": "/ar", "/ru/": "/ru", "/stocktake?scope=region:UN-ECE": "/ar/stocktake?scope=region:UN-ECE", "/participants/xsa": "/ar/participants/xsa", "/protection": "/ar/protection",
	} {
		r, err := http.NewRequest("GET", "http://"+w.address+path, nil)
		require.NoError(t, err)
		r.Header.Set("Accept-Language", "de, ar;q=0.9, en;q=0.1")
		res, err := client.Do(r)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, http.StatusFound, res.StatusCode, path)
		assert.Equal(t, want, res.Header.Get("Location"))
		if path != "/ru/" {
			assert.Equal(t, "Accept-Language", res.Header.Get("Vary"))
		}
	}
	for _, path := range []string{"/style.css", "/verify.html", "/api/v1/status", "/documents/" + string(w.genesis.ID) + "/files.zip"} {
		res, err := client.Get("http://" + w.address + path)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, http.StatusOK, res.StatusCode, "%s has no language", path)
		for _, tag := range []string{"en", "ar"} {
			res, err := client.Get("http://" + w.address + "/" + tag + path)
			require.NoError(t, err)
			res.Body.Close()
			assert.Equal(t, http.StatusNotFound, res.StatusCode, "%s has no language", path)
		}
	}
}

// TestEveryLinkKeepsTheLanguage holds but for those of the switch, of which
// there is one for each language, to the same page.
func TestEveryLinkKeepsTheLanguage(t *testing.T) {
	w := open(t)
	links := regexp.MustCompile(`<(?:a|form)[^>]* (?:href|action)="(/[^"]*)"`)
	neutral := regexp.MustCompile(`^/(api/v1/|verify\.html\?lang=|stocktake/(tables\.zip|page\.html)\?|(participants/[a-z0-9.-]+/)?feed\.atom$|documents/[0-9a-f]{64}/(files\.zip$|attachments/))`)
	for _, l := range lang.All() {
		for _, path := range w.inLanguages() {
			page := string(w.get(t, localized(l, path)))
			before, rest, ok := strings.Cut(page, `<nav class="languages"`)
			require.True(t, ok)
			bar, after, _ := strings.Cut(rest, "</nav>")
			for _, m := range links.FindAllStringSubmatch(before+after, -1) {
				if link := m[1]; !neutral.MatchString(link) {
					assert.True(t, link == "/"+l.Tag || strings.HasPrefix(link, "/"+l.Tag+"/"), "%s: %s", localized(l, path), link)
				}
			}
			for _, other := range lang.All() {
				address := strings.ReplaceAll(localized(other, path), "&", "&amp;")
				assert.Contains(t, bar, `<a href="`+address+`" hreflang="`+other.Tag+`" lang="`+other.Tag+`" dir="`+other.Dir+`"`)
				assert.Contains(t, page, `<link rel="alternate" hreflang="`+other.Tag+`" href="`+address+`">`)
			}
			assert.Contains(t, page, `<html lang="`+l.Tag+`" dir="`+l.Dir+`">`)
			assert.Contains(t, page, `<link rel="alternate" hreflang="x-default" href="`+strings.ReplaceAll(path, "&", "&amp;")+`">`)
			assert.Equal(t, !l.Reviewed, strings.Contains(page, `<div class="unreviewed"`), "%s says that nobody reviewed it", l.Tag)
		}
	}
}

// TestPagesSpeakOneLanguage holds that no English stands on a page of another
// script, except in what documents say, in codes, and where it is marked.
func TestPagesSpeakOneLanguage(t *testing.T) {
	w := open(t)
	foreign := regexp.MustCompile(`[A-Za-z]{3,}`)
	known := strings.Fields("stocktake SAMPLE SHA UTC verify html Tor SOCKS cookie KiB MiB USD CAD EUR RFC socks5 created erase true proxy tag XSA XSB XSC Atom")
	for _, tag := range []string{"ar", "ru", "zh"} {
		l, _ := lang.Find(tag)
		for _, path := range w.inLanguages() {
			if path == "/protection" {
				continue // it names commands in running text
			}
			for _, text := range ownWords(t, w.get(t, localized(l, path))) {
				for _, word := range foreign.FindAllString(text, -1) {
					assert.True(t, slices.Contains(known, word), "%s says %q in %q", localized(l, path), word, text)
				}
			}
		}
	}
}

// ownWords are a page's texts outside of what documents say and of what is
// marked as another language or as code, and its attributes for readers.
func ownWords(t *testing.T, page []byte) []string {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var words []string
	aside := 0 // depth inside of what is not the page's own
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return words
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			void := slices.Contains(xml.HTMLAutoClose, token.Name.Local)
			if aside > 0 && !void {
				aside++
				continue
			}
			own := !slices.Contains([]string{"bdi", "code", "pre", "title", "q"}, token.Name.Local)
			for _, a := range token.Attr {
				switch a.Name.Local {
				case "lang":
					own = own && token.Name.Local == "html"
				case "dir":
					own = own && token.Name.Local == "html"
				case "value": // names of participants to choose from are their own
					own = own && (token.Name.Local != "option" || strings.Contains(a.Value, "region:") || strings.Contains(a.Value, "objective:"))
				case "class":
					own = own && a.Value != "id" && a.Value != "lines"
				case "aria-label", "data-label", "title":
					words = append(words, a.Value)
				}
			}
			if !own && !void {
				aside = 1
			}
		case xml.EndElement:
			if aside > 0 {
				aside--
			}
		case xml.CharData:
			if aside == 0 && strings.TrimSpace(string(token)) != "" {
				words = append(words, strings.TrimSpace(string(token)))
			}
		}
	}
}

// TestErrorsSpeakTheLanguageOfThePath holds, and else of the header.
func TestErrorsSpeakTheLanguageOfThePath(t *testing.T) {
	w := open(t)
	for path, want := range map[string]string{
		"/ru/participants/nobody": "Здесь этого нет", "/zh/nowhere": "此处没有", "/nowhere": "Pas ici", "/ar/documents?page=0": "لا يمكن قراءة هذا العنوان",
		"/es/stocktake?scope=region:ATLANTIS": "Esta dirección no se puede leer",
	} {
		r, err := http.NewRequest("GET", "http://"+w.address+path, nil)
		require.NoError(t, err)
		r.Header.Set("Accept-Language", "fr")
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		assert.Contains(t, text(b), want, path)
	}
}
