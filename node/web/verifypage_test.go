package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// TestTheVerifyPageIsTheSameEverywhere holds that a node serves the page as the
// source has it, lets only its own script run, and names its hash on its pages.
func TestTheVerifyPageIsTheSameEverywhere(t *testing.T) {
	w := open(t)
	res, err := http.Get("http://" + w.address + "/verify.html")
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, "text/html; charset=utf-8", res.Header.Get("Content-Type"))
	policy := res.Header.Get("Content-Security-Policy")
	assert.True(t, strings.HasPrefix(policy, "default-src 'none'; script-src 'sha256-"), policy)
	assert.Contains(t, policy, "frame-ancestors 'none'")
	assert.NotContains(t, strings.Replace(policy, "connect-src 'self'", "", 1), "'self'", "it asks its own node for a document and nothing else")
	assert.NotEmpty(t, res.Header.Get("ETag"))

	assert.Equal(t, string(review.VerifyPage()), string(w.get(t, "/verify.html")))
	assert.Equal(t, string(review.VerifyPage()), string(w.get(t, "/verify.html?lang=fr")), "one page speaks every language")
	for _, path := range []string{"/", "/documents/" + string(w.ids["sample/report-recruitment"])} {
		page := string(w.get(t, path))
		assert.Contains(t, page, `href="/verify.html?lang=en`, path)
		assert.Contains(t, page, review.VerifyPageHash(), path)
	}
}
