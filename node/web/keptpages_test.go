package web_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

// restless is a node whose state changes, and that counts what it assembles.
type restless struct {
	web.Service
	fenced    string
	assembled int
}

func (r *restless) Status(ctx context.Context) (*web.Status, error) {
	s, err := r.Service.Status(ctx)
	if err == nil {
		s.Fenced = r.fenced
	}
	return s, err
}

func (r *restless) Assemble(ctx context.Context, q web.AssembleRequest) (*review.Stocktake, error) {
	r.assembled++
	return r.Service.Assemble(ctx, q)
}

// TestAPageIsMadeOnceAndSaysAtOnceHowTheNodeIs holds that pages are kept, and
// that a kept front page never hides what happened to the node.
func TestAPageIsMadeOnceAndSaysAtOnceHowTheNodeIs(t *testing.T) {
	s := &restless{Service: open(t).client}
	h := web.Handler(s, web.Options{Logger: quiet()})
	page := func(path string) string {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost"+path, nil))
		require.Equal(t, 200, answer.Code)
		return answer.Body.String()
	}
	first := page("/en")
	assert.Equal(t, first, page("/en"))
	assert.Equal(t, page("/en/stocktake?scope=global"), page("/en/stocktake?scope=global"))
	assert.Equal(t, 1, s.assembled, "one stocktake for all of them")
	assert.NotEqual(t, first, page("/ar"))
	s.fenced = "a copy of this node signed on"
	assert.Contains(t, page("/en"), s.fenced)
	s.fenced = ""
	assert.Equal(t, first, page("/en"))
}
