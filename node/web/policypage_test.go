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

// withPolicy is a node with a display policy.
type withPolicy struct {
	web.Service
	rules []review.DisplayRule
}

func (s withPolicy) Status(ctx context.Context) (*web.Status, error) {
	status, err := s.Service.Status(ctx)
	if err == nil {
		status.Display = s.rules
	}
	return status, err
}

func (s withPolicy) Documents(ctx context.Context, q web.Query) ([]web.Listed, error) {
	list, err := s.Service.Documents(ctx, q)
	for i := range list {
		if len(s.rules) > 0 {
			list[i].Title, list[i].NotDisplayed = "", "A court"
		}
	}
	return list, err
}

func (s withPolicy) Listed(ctx context.Context, id review.DocumentID) (*web.Listed, error) {
	d, err := s.Service.Listed(ctx, id)
	if err == nil && len(s.rules) > 0 {
		d.Title, d.NotDisplayed = "", "A court"
	}
	return d, err
}

// A stocktake's page keeps its figures and leaves out the words of what the
// node does not show; the file is the same for everybody.
func TestAStocktakePageLeavesOutWhatIsNotDisplayed(t *testing.T) {
	w := open(t)
	s, err := w.client.Assemble(t.Context(), web.AssembleRequest{Scope: review.ScopeGlobal})
	require.NoError(t, err)
	pledges, targets := s.Contents().Pledges, s.Contents().Targets
	require.NotEmpty(t, pledges)
	require.NotEmpty(t, targets)
	page := func(rules ...review.DisplayRule) string {
		r := httptest.NewRequest("GET", "http://localhost/en/stocktake?scope=global", nil)
		answer := httptest.NewRecorder()
		web.Handler(withPolicy{w.client, rules}, web.Options{}).ServeHTTP(answer, r)
		require.Equal(t, 200, answer.Code)
		return html.UnescapeString(answer.Body.String())
	}
	var rules []review.DisplayRule
	for _, p := range pledges { // by participants of the charter and by others
		rules = append(rules, review.DisplayRule{What: string(p.Author), Reason: "A court"})
	}
	for _, target := range targets {
		rules = append(rules, review.DisplayRule{What: string(target.Author), Reason: "A court"})
	}
	open, veiled := page(), page(rules...)
	for _, p := range pledges {
		require.Contains(t, open, p.Title)
		assert.NotContains(t, veiled, p.Title)
		assert.Contains(t, veiled, "/documents/"+string(p.ID), "the row itself is gone")
	}
	for _, target := range targets {
		require.Contains(t, open, target.Indicator)
		if len(target.Indicator) > 20 { // shorter ones may be words of the page
			assert.NotContains(t, veiled, target.Indicator)
		}
	}
}
