package desk

import (
	"context"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"stocktake/node/web"
	"stocktake/node/web/lang"
)

// A page's path begins with its language, as on the public pages: /fr/drafts/ID.
// Without one it leads to the language that the browser asks for. Style and
// script have none.

type languageKey struct{}

// speaks is the language of a request: its path's, else its header's.
func speaks(r *http.Request) *lang.Language {
	if l, ok := r.Context().Value(languageKey{}).(*lang.Language); ok {
		return l
	}
	if l, _ := lang.OfPath(r.URL.Path); l != nil {
		return l
	}
	return lang.Accepted(r.Header.Get("Accept-Language"))
}

func vocabulary(r *http.Request) web.Vocabulary { return web.NewVocabulary(speaks(r)) }

// inLanguage takes the language off a path before the routes see it.
func inLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		named, rest := lang.OfPath(r.URL.Path)
		l := speaks(r)
		if named == nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			w.Header().Set("Vary", "Accept-Language")
			http.Redirect(w, r, web.NewVocabulary(l).At(r.URL.RequestURI()), http.StatusFound)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), languageKey{}, l))
		address := *r.URL
		address.Path = rest
		if named != nil {
			address.RawPath = strings.TrimPrefix(address.RawPath, "/"+l.Tag)
		}
		r.URL = &address
		next.ServeHTTP(w, r)
	})
}

// goTo shows another page next, in the same language.
func goTo(w http.ResponseWriter, r *http.Request, parts ...any) {
	http.Redirect(w, r, vocabulary(r).At(parts...), http.StatusSeeOther)
}

// languageItem is the same page in one language.
type languageItem struct {
	*lang.Language
	Href string
}

// inEach is the page of a request in each language; of what only answers a form,
// the first page.
func inEach(r *http.Request) (items []languageItem) {
	address := "/"
	if r.Method == http.MethodGet {
		address = r.URL.RequestURI()
	}
	for _, l := range lang.All() {
		items = append(items, languageItem{l, web.NewVocabulary(l).At(address)})
	}
	return items
}

var pageNames = []string{"login", "home", "new", "draft", "preview", "filed", "node", "charter", "proposal", "propose", "founding", "joined", "error"}

// pages are the templates by language, then name.
var pages = sync.OnceValue(func() map[string]map[string]*template.Template {
	all := map[string]map[string]*template.Template{}
	for _, l := range lang.All() {
		v := web.NewVocabulary(l)
		own := template.FuncMap{
			"state": func(s State) template.HTML { return v.Say(s.said()) }, "did": func(e Event) template.HTML { return v.Say(e.said()) },
			"tell": v.Say, "phrase": v.Phrase, "kind": v.Kind, "inEnglish": func(s string) lang.English { return lang.English(s) }, "size": v.Size, "text": v.Text,
			"when": func(t time.Time) template.HTML { return v.Moment(t.UTC().Format(time.RFC3339)) },
		}
		frame := template.Must(template.New("frame").Funcs(v.Functions()).Funcs(own).ParseFS(templateFiles, "templates/frame.html", "templates/field.html"))
		all[l.Tag] = map[string]*template.Template{}
		for _, name := range pageNames {
			all[l.Tag][name] = template.Must(template.Must(frame.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
		}
	}
	return all
})
