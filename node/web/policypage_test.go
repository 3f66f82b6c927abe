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
	rules []web.DisplayRule
}

func (s withPolicy) Status(ctx context.Context) (*web.Status, error) {
	status, err := s.Service.Status(ctx)
	if err == nil {
		status.Display = s.rules
	}
	return status, err
}

// A stocktake's page keeps its figures and leaves out the words of what the
// node does not show; the file is the same for everybody.
func TestAStocktakePageLeavesOutWhatIsNotDisplayed(t *testing.T) {
	w := open(t)
	file, err := w.client.Assemble(t.Context(), web.AssembleRequest{Scope: review.ScopeGlobal})
	require.NoError(t, err)
	s, err := review.ParseStocktakeFile(file)
	require.NoError(t, err)
	pledges, targets := s.Contents().Pledges, s.Contents().Targets
	require.NotEmpty(t, pledges)
	require.NotEmpty(t, targets)
	page := func(rules ...web.DisplayRule) string {
		r := httptest.NewRequest("GET", "http://localhost/stocktake?scope=global", nil)
		answer := httptest.NewRecorder()
		web.Handler(withPolicy{w.client, rules}, web.Options{}).ServeHTTP(answer, r)
		require.Equal(t, 200, answer.Code)
		return html.UnescapeString(answer.Body.String())
	}
	open := page()
	veiled := page(web.DisplayRule{Document: pledges[0].ID, Reason: "A court"}, web.DisplayRule{Author: targets[0].Author, Reason: "A court"})
	require.Contains(t, open, pledges[0].Title)
	require.Contains(t, open, targets[0].Indicator)
	assert.NotContains(t, veiled, pledges[0].Title)
	assert.NotContains(t, veiled, targets[0].Indicator)
	assert.Contains(t, veiled, "/documents/"+string(pledges[0].ID), "the row itself is gone")
}
