package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"stocktake/review"
)

// searchBody is what was found: documents whose title, author or summary has
// every word that was asked for, newest first.
type searchBody struct {
	Asked string
	Rows  []listedRow
	Found int  // also those that are not shown
	Older bool // there are documents of which only title and author were searched
	Limit int  // of how many the summary was searched
}

// passing is true: what is searched may still arrive, and nobody asks twice.
func (*searchBody) passing() bool { return true }

func (n *site) searchPage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	body := &searchBody{Asked: strings.TrimSpace(r.URL.Query().Get("q")), Limit: maxSearched}
	if len(body.Asked) > maxSearch || !utf8.ValidString(body.Asked) {
		return "", nil, badRequest("q is a text of up to %d bytes", maxSearch)
	}
	wanted := strings.Fields(strings.ToLower(body.Asked))
	if len(wanted) == 0 {
		return v.say("search.title"), body, nil
	}
	searched := 0
	for q := (Query{Newest: maxSearched}); ; q.Skip += maxSearched {
		list, err := n.Documents(ctx, q)
		if err != nil {
			return "", nil, err
		}
		for _, d := range slices.Backward(list) {
			text := v.titleOf(d) + "\n" + v.who(d.Author).Text + "\n" + string(d.Author)
			if searched++; searched <= maxSearched && d.NotDisplayed == "" {
				summary, err := n.summary(ctx, d.ID)
				if err != nil {
					return "", nil, err
				}
				text += "\n" + summary
			}
			text = strings.ToLower(text)
			if !slices.ContainsFunc(wanted, func(word string) bool { return !strings.Contains(text, word) }) {
				if body.Found++; len(body.Rows) < pageSize {
					body.Rows = append(body.Rows, v.row(d))
				}
			}
		}
		if len(list) < maxSearched {
			break
		}
	}
	body.Older = searched > maxSearched
	return v.say("search.title"), body, nil
}

// keptSummaries are what documents say of themselves. A document never changes,
// so what was read once is kept; at maxSearched of 3,000 characters each that is
// some 30 MB at the most.
type keptSummaries struct {
	sync.Mutex
	of map[review.DocumentID]string
}

// summary is a document's; "" where its content is not here.
func (n *site) summary(ctx context.Context, id review.DocumentID) (string, error) {
	n.summaries.Lock()
	defer n.summaries.Unlock()
	if s, ok := n.summaries.of[id]; ok {
		return s, nil
	}
	e, err := n.Envelope(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound) || errors.As(err, new(*AnswerError)):
		return "", nil // it may arrive
	case err != nil:
		return "", err
	}
	if n.summaries.of == nil || len(n.summaries.of) >= 2*maxSearched {
		n.summaries.of = map[review.DocumentID]string{}
	}
	summary := ""
	if d, err := review.Parse(e.Payload); err == nil {
		summary = d.Summary
	}
	n.summaries.of[id] = summary
	return summary, nil
}
