package web_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
)

// heavy are the pages that everybody opens, and those with most on them.
var heavy = []string{"/en", "/ar", "/en/stocktake?scope=region:UN-ECE", "/ru/stocktake", "/en/participants/xsa", "/en/stocktake/figure?group=pledges&name=pledges"}

// maxPage is what a page may weigh on the wire: under a second over a poor link.
const maxPage = 100 << 10

// TestNoPageIsHeavyOnTheWire holds of the demonstration's documents, compressed
// as browsers ask for it.
func TestNoPageIsHeavyOnTheWire(t *testing.T) {
	w := open(t)
	h := web.Handler(w.client, web.Options{Logger: quiet()})
	for _, path := range heavy {
		r := httptest.NewRequest("GET", "http://localhost"+path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		require.Equal(t, 200, answer.Code, path)
		require.Equal(t, "gzip", answer.Header().Get("Content-Encoding"), path)
		t.Logf("%s: %d bytes", path, answer.Body.Len())
		assert.Less(t, answer.Body.Len(), maxPage, path)
	}
}

// BenchmarkPage is the work on one answer, of a snapshot that a page was made
// from before.
func BenchmarkPage(b *testing.B) {
	buildOnce.Do(func() { theWorld, worldErr = build() })
	require.NoError(b, worldErr)
	h := web.Handler(theWorld.node, web.Options{Logger: quiet()})
	for _, path := range heavy {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				answer := httptest.NewRecorder()
				h.ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost"+path, nil))
				if answer.Code != 200 {
					b.Fatal(answer.Code)
				}
			}
		})
	}
}
