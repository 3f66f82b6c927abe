package node

import (
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

// While documents are filed, others read: each is answered from one state of the
// records, and what is kept current is in the end what is assembled from scratch.
func TestOthersReadWhileDocumentsAreFiled(t *testing.T) {
	l := newLibrary(t, AttachmentPolicy{})
	first := l.file("xsa")
	pages := web.Handler(l.node, web.Options{Logger: slog.New(slog.DiscardHandler)})
	scopes := []review.Scope{"", "participant:xsa", "participant:xsb", "objective:6", "region:AU"}
	filed := make(chan struct{})
	var readers sync.WaitGroup
	read := func(do func(round int)) {
		readers.Go(func() {
			for round := 0; ; round++ {
				do(round)
				select {
				case <-filed:
					return
				default:
				}
			}
		})
	}
	read(func(round int) {
		_, err := l.node.Assemble(t.Context(), web.AssembleRequest{Scope: scopes[round%len(scopes)]})
		assert.NoError(t, err)
	})
	read(func(int) {
		all, err := l.node.Documents(t.Context(), web.Query{Kind: review.KindPledge})
		assert.NoError(t, err)
		status, err := l.node.Status(t.Context())
		assert.NoError(t, err)
		assert.GreaterOrEqual(t, status.Documents, len(all))
	})
	read(func(int) {
		shown, err := l.node.Document(t.Context(), first)
		assert.NoError(t, err)
		assert.Equal(t, first, shown.ID)
		_, err = l.node.Export(t.Context(), first)
		assert.NoError(t, err)
	})
	read(func(round int) {
		path := []string{"/en", "/en/participants/xsa", "/en/documents", "/en/objectives"}[round%4]
		answer := httptest.NewRecorder()
		pages.ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost"+path, nil))
		assert.Equal(t, 200, answer.Code, "%s: %s", path, answer.Body)
	})
	for range 40 {
		l.file("xsa")
		l.file("xsb")
	}
	close(filed)
	readers.Wait()
	snapshot, err := l.node.Snapshot(t.Context())
	require.NoError(t, err)
	for _, scope := range scopes {
		want, err := review.Assemble(snapshot, l.node.founding.Genesis, l.node.store.Records(snapshot), review.Options{Scope: scope})
		require.NoError(t, err)
		got, err := l.node.Assemble(t.Context(), web.AssembleRequest{Scope: scope})
		require.NoError(t, err)
		require.Equal(t, want, got, scope)
	}
}

// However many scopes are asked for, a bounded number is kept, those asked for last
// among them.
func TestFewStocktakesAreKept(t *testing.T) {
	l := newLibrary(t, AttachmentPolicy{})
	l.file("xsa")
	var last review.Scope
	for _, a := range []string{"DEU", "FRA", "GBR"} {
		for _, b := range []string{"MAR", "MLI", "NGA", "PHL", "SEN", "SOM", "TUN", "UGA", "VNM", "ZAF", "ZMB", "ZWE", "YEM", "UKR", "THA"} {
			last = review.Scope("corridor:" + a + "-" + b)
			_, err := l.node.Assemble(t.Context(), web.AssembleRequest{Scope: last})
			require.NoError(t, err)
		}
	}
	_, err := l.node.Assemble(t.Context(), web.AssembleRequest{Scope: "round:nobodys"})
	require.ErrorIs(t, err, review.ErrScope)
	require.Len(t, l.node.kept, maxKept)
	require.Equal(t, last, l.node.kept[maxKept-1].scope)
}
