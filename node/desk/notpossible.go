package desk

import (
	"errors"
	"html/template"
	"net/http"
	"strings"

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

// because is the reason that another part of the program gives, in English.
func because(err error) lang.English { return lang.English(err.Error()) }

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
	key := "refusal." + e.Sentence()
	if v.Language == lang.Default() || !v.Has(key) {
		return v.OrEnglish(key, e.Message())
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
// somebody typed as it is.
func inWords(v web.Vocabulary, name, value string) string {
	switch name {
	case "type", "role", "status", "form":
		return v.Phrase(value)
	}
	var kinds []string
	for part := range strings.SplitSeq(value, " or ") {
		if review.Fields(review.Kind(part)) == nil {
			return value
		}
		kinds = append(kinds, v.Kind(review.Kind(part)))
	}
	return strings.Join(kinds, v.Comma())
}
