package web

import (
	"net/http"

	"stocktake/node/web/lang"
)

// errorPageBody says what is wrong: a sentence in the page's language, and the
// closer words, which are English.
type errorPageBody struct{ Sentence, Message string }

// errorMessages are the messages, each a title and a sentence, for the codes of
// refusals that readers of pages may meet. Others are "error.failed".
var errorMessages = map[string]string{
	codeNotFound: "error.not-here", codeNoPage: "error.not-here", codeCannotCompute: "error.cannot-compute",
	codeBadRequest: "error.address", codePath: "error.address", "query": "error.address", codeHost: "error.host",
	"busy": "error.busy", "unavailable": "error.busy", "method": "error.method",
}

// errorPage says what is wrong where people look for pages.
func (n *site) errorPage(w http.ResponseWriter, r *http.Request, status int, e errorJSON) {
	l, path := lang.OfPath(r.URL.Path)
	if l == nil {
		l = lang.Accepted(r.Header.Get("Accept-Language"))
		w.Header().Set("Vary", "Accept-Language")
	}
	words := words{l}
	message, ok := errorMessages[e.Code]
	if !ok {
		message = "error.failed"
	}
	address := neutral(r)
	if message == "error.address" { // there is no such page in any language
		address = "/"
	}
	p := page{
		Title: words.say(message), Nav: words.nav(path), Languages: languageItems(address),
		Body: errorPageBody{words.say(message + "-why"), sentence(e.Message)},
	}
	if e.Code != codeHost && n.Service != nil { // a stranger's page may be reading this one
		if s, err := n.Status(r.Context()); err == nil {
			p.Node, p.Demo = s.Name, s.Demo
		}
	}
	if err := writePage(w, status, l, "error", p); err != nil {
		n.Logger.Error("web: error page failed", "err", err)
	}
}
