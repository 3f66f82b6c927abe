package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// documentID is the {id} of a path.
func documentID(r *http.Request) (review.DocumentID, error) {
	return readID("the document's ID", r.PathValue("id"))
}

func readID(what, s string) (review.DocumentID, error) {
	if _, err := signing.ParseDigest(s); err != nil {
		return "", badRequest("%s is 64 lower-case hexadecimal digits, not %.70q", what, s)
	}
	return review.DocumentID(s), nil
}

func readParticipant(what, s string) (review.ParticipantID, error) {
	if !review.ParticipantID(s).Valid() {
		return "", badRequest("%s is 2 to 40 lower-case letters, digits and inner hyphens, not %.50q", what, s)
	}
	return review.ParticipantID(s), nil
}

// readQuery reads what a list of documents takes.
func readQuery(r *http.Request) (q Query, err error) {
	v := r.URL.Query()
	if s := v.Get("kind"); s != "" {
		if !slices.Contains(review.Kinds(), review.Kind(s)) {
			return q, badRequest("there is no kind %.40q; use one of %s", s, kindNames())
		}
		q.Kind = review.Kind(s)
	}
	if s := v.Get("author"); s != "" {
		if q.Author, err = readParticipant("author", s); err != nil {
			return q, err
		}
	}
	if s := v.Get("about"); s != "" {
		if q.About, err = readID("about", s); err != nil {
			return q, err
		}
	}
	switch s := v.Get("receipts"); s {
	case "", "false":
	case "true":
		q.Receipts = true
	default:
		return q, badRequest("receipts is true or false, not %.20q", s)
	}
	if q.Newest, err = readCount(v, "newest"); err != nil {
		return q, err
	}
	q.Skip, err = readCount(v, "skip")
	return q, err
}

// readPage is the number of a page of a list, from 1.
func readPage(r *http.Request) (int, error) {
	n, err := readCount(r.URL.Query(), "page")
	return max(n, 1), err
}

// readCount is a parameter that says how many; 0 if there is none.
func readCount(v url.Values, name string) (int, error) {
	s := v.Get(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxCount {
		return 0, badRequest("%s is a number from 1 to %d, not %.20q", name, maxCount, s)
	}
	return n, nil
}

func kindNames() string {
	names := make([]string, 0, len(review.Kinds()))
	for _, k := range review.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// readAssembly reads scope, global if none is given, cutoff and rates.
func readAssembly(r *http.Request) (q AssembleRequest, err error) {
	v := r.URL.Query()
	if q.Scope, err = readScope(v.Get("scope")); err != nil {
		return q, err
	}
	if q.Cutoff = v.Get("cutoff"); q.Cutoff != "" {
		if err = checkCutoff("cutoff", q.Cutoff); err != nil {
			return q, err
		}
	}
	if s := v.Get("rates"); s != "" {
		if q.Rates, err = readID("rates", s); err != nil {
			return q, err
		}
	}
	return q, nil
}

func checkCutoff(name, s string) error {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.UTC().Format(time.RFC3339) != s {
		return badRequest("%s is a time in UTC as in 2026-05-04T09:30:00Z, not %.40q", name, s)
	}
	return nil
}

// readScope reads what a stocktake is of; "" is global.
func readScope(s string) (review.Scope, error) {
	if s == "" || s == string(review.ScopeGlobal) {
		return review.ScopeGlobal, nil
	}
	if of, ok := strings.CutPrefix(s, "participant:"); ok {
		_, err := readParticipant("a participant's ID", of)
		return review.Scope(s), err
	}
	scope, err := review.ParseScope(s)
	if err != nil {
		return "", badRequest("%v", strings.TrimPrefix(err.Error(), review.ErrScope.Error()+": "))
	}
	return scope, nil
}
