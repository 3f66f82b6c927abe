package web

import (
	"net/http"

	"stocktake/review"
)

// routeVerifyPage serves the page that checks an export in the browser: the one
// page with a script, under a policy that lets nothing else run or load. It is the
// same bytes in every language: ?lang= is for the page itself to read.
func (n *site) routeVerifyPage(mux *http.ServeMux) {
	page := staticFile("text/html; charset=utf-8", review.VerifyPage())
	policy := review.VerifyPagePolicy() + "; frame-ancestors 'none'"
	n.handle(mux, "GET /"+review.FilePage, answerTimeout, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Security-Policy", policy)
		return page(w, r)
	}, "lang")
}
