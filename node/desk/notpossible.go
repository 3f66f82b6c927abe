package desk

import (
	"errors"
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
)

// pageError is an error that is told to the person at the desk.
type pageError struct {
	status int
	said   lang.Sentence
}

func cannot(status int, key string, arguments ...any) error {
	return &pageError{status, lang.Sentence{Key: key, Arguments: arguments}}
}

func (e *pageError) Error() string { return lang.Default().Text(e.said.Key, e.said.Arguments...) }

// because is the reason that another part of the program gives: a sentence where
// it has one, else its English.
func because(err error) any {
	var refusal *ceremony.Refusal
	var said *pageError
	switch {
	case errors.As(err, &refusal):
		return refusal.Sentence
	case errors.As(err, &said):
		return said.said
	}
	return lang.English(err.Error())
}

// notFor is why a person may not do what a role is for.
func notFor(p *Person, want Role) error {
	return cannot(http.StatusForbidden, "cannot.role", "name", p.Name, "role", lang.Sentence{Key: "role." + string(want)})
}

// errorPage tells somebody why what they wanted is not possible.
func (d *Desk) errorPage(w http.ResponseWriter, r *http.Request, s *session, err error) {
	v := vocabulary(r)
	e := &pageError{http.StatusInternalServerError, lang.Sentence{Key: "cannot.do"}}
	var refusal review.Refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &e):
	case errors.As(err, &refusal):
		var reasons []template.HTML
		for _, reason := range refusal {
			reasons = append(reasons, reasonIn(v, reason))
		}
		d.render(w, r, http.StatusUnprocessableEntity, s, "error", v.Text("cannot.title"), reasons)
		return
	case errors.As(err, &tooLarge):
		e = &pageError{http.StatusRequestEntityTooLarge, lang.Sentence{Key: "cannot.size"}}
	default:
		d.o.Logger.Error("desk: answer failed", "err", err)
	}
	d.render(w, r, e.status, s, "error", v.Text("cannot.title"), []template.HTML{v.Say(e.said)})
}

// reasonIn is why a document is refused, as the language says it.
func reasonIn(v web.Vocabulary, e review.FieldError) template.HTML {
	if v.Language == lang.Default() {
		return v.OrEnglish("", e.Message())
	}
	key := "refusal." + e.Sentence()
	if !v.Has(key) {
		key = "why." + e.Sentence() // also said of a document that does not count
	}
	var arguments []any
	for name, value := range e.Args {
		arguments = append(arguments, name, inWords(v, name, value))
	}
	if e.Pointer == "" {
		return v.HTML(key, arguments...)
	}
	return v.HTML("cannot.field", "field", template.HTML(`<code dir="ltr">`+template.HTMLEscapeString(e.Pointer[1:])+`</code>`), "reason", v.HTML(key, arguments...))
}

// inWords is a value of a refusal: codes and kinds of documents in words, what
// somebody typed as it is, and in English what only English says.
func inWords(v web.Vocabulary, name, value string) any {
	switch name {
	case "type", "role", "status", "form", "action", "side", "kind", "allowed", "want":
		return listed(v, value)
	case "why":
		return lang.English(value)
	}
	for part := range strings.SplitSeq(value, " or ") {
		if review.Fields(review.Kind(part)) == nil {
			return value
		}
	}
	return listed(v, value)
}

// codes are what a list of codes has: "pledge, report" or "pledge or report".
var codes = regexp.MustCompile(` or |, |[a-zA-Z-]+`)

// listed puts the codes of a list in words, as far as there are words for them.
func listed(v web.Vocabulary, list string) string {
	return codes.ReplaceAllStringFunc(list, func(code string) string {
		switch {
		case code == ", " || code == " or ":
			return v.Comma()
		case v.Has("kind." + code):
			return v.Kind(review.Kind(code))
		case v.Has("word." + code):
			return v.Phrase(code)
		}
		return code
	})
}
