package web

import (
	"net/http"

	"stocktake/node/web/lang"
)

// languageItem is the same page in one language.
type languageItem struct {
	*lang.Language
	Href string
}

// languageItems are a page, by its address without a language, in each.
func languageItems(address string) []languageItem {
	var items []languageItem
	for _, l := range lang.All() {
		items = append(items, languageItem{l, words{l}.at(address)})
	}
	return items
}

// isHome is whether a path is a language's first page with a slash at its end,
// as people type it.
func isHome(path string) bool {
	l, rest := lang.OfPath(path)
	return l != nil && rest == "/"
}

// neutral is a page's address without its language.
func neutral(r *http.Request) string {
	_, address := lang.OfPath(r.URL.Path)
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	return address
}

// toLanguage leads to a page in the language that the reader's browser asks for.
func toLanguage(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Vary", "Accept-Language")
	http.Redirect(w, r, words{lang.Accepted(r.Header.Get("Accept-Language"))}.at(neutral(r)), http.StatusFound)
	return nil
}
