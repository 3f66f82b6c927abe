package web_test

import (
	"context"
	"html"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

// contradicted is a node whose records show contradictions, and one document
// of which proves some by itself.
type contradicted struct {
	web.Service
	found []web.Contradiction
}

func (s contradicted) Status(ctx context.Context) (*web.Status, error) {
	status, err := s.Service.Status(ctx)
	if err == nil {
		status.Contradictions = s.found
	}
	return status, err
}

func (s contradicted) Document(ctx context.Context, id review.DocumentID) (*web.Shown, error) {
	d, err := s.Service.Document(ctx, id)
	if err == nil && id == s.found[0].Documents[0] {
		d.Proves = "a log showed <two> histories"
	}
	return d, err
}

func TestPagesSayWhoContradictedItself(t *testing.T) {
	w := open(t)
	who := w.genesis.Predicate.(*review.Charter).Participants[1].ID
	id := w.genesis.ID
	s := contradicted{w.client, []web.Contradiction{
		{Kind: web.ContradictionLog, Participant: who, Text: "its log <forked>", Documents: []review.DocumentID{id}},
		{Kind: web.ContradictionWitness, Participant: who, Text: "it cosigned both", Documents: []review.DocumentID{id}},
		{Kind: web.ContradictionCharter, Participant: host, Text: "it acceded to both", Documents: []review.DocumentID{id, id}},
	}}
	page := func(path string) string {
		answer := httptest.NewRecorder()
		web.Handler(s, web.Options{}).ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost/en"+path, nil))
		require.Equal(t, 200, answer.Code)
		require.NotContains(t, answer.Body.String(), "<forked>")
		require.NotContains(t, answer.Body.String(), "<two>")
		return html.UnescapeString(answer.Body.String())
	}
	for path, want := range map[string][3]bool{
		"/participants/" + string(who):  {true, true, false},
		"/participants/" + string(host): {false, false, true},
		"/charter":                      {false, true, true},
	} {
		got := page(path)
		for i, c := range s.found {
			if want[i] {
				assert.Contains(t, got, c.Text, path)
				assert.Contains(t, got, "/documents/"+string(id), path)
			} else {
				assert.NotContains(t, got, c.Text, path)
			}
		}
	}
	assert.Contains(t, page("/documents/"+string(id)), "a log showed <two> histories")
}
