package web_test

import (
	"archive/zip"
	"bytes"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

// TestSearchFindsTitlesAuthorsAndSummaries holds that every word has to be
// there, in whatever case, and that nothing is found by none.
func TestSearchFindsTitlesAuthorsAndSummaries(t *testing.T) {
	w := open(t)
	search := func(words string) string { return text(w.get(t, "/en/search?q="+url.QueryEscape(words))) }
	for _, words := range []string{"settlement INCLUSION", "Canada settlement", "paid fees to licensed agencies"} {
		assert.NotContains(t, search(words), "0 documents found.", words)
	}
	assert.Contains(t, search("settlement inclusion"), "Settlement and Inclusion")
	assert.Contains(t, search("paid fees to licensed agencies"), "Alternative (shadow) report on Samplia's recruitment pledge", "by its summary")
	assert.Contains(t, search("settlement zzzz"), "0 documents found.")
	assert.NotContains(t, search(" "), "found.")
}

// TestAStocktakeIsComparedWithAnEarlierOne holds that every figure that counts
// now and did not before stands beside its older value, and that nothing is
// said to have changed since now.
func TestAStocktakeIsComparedWithAnEarlierOne(t *testing.T) {
	w := open(t)
	page := string(w.get(t, "/en/stocktake?with=2020-01-01T00:00:00Z"))
	_, changes, ok := strings.Cut(page, `id="changes"`)
	require.True(t, ok)
	changes, _, _ = strings.Cut(changes, "</table>")
	assert.Regexp(t, `(?s)>Pledges<br>.*?>0</a>.*?>26</a>`, changes)
	s, err := w.client.Assemble(t.Context(), web.AssembleRequest{Scope: review.ScopeGlobal})
	require.NoError(t, err)
	assert.Contains(t, text(w.get(t, "/en/stocktake?with="+s.Contents().Cutoff)), "Nothing changed.")
}

// TestAStocktakeCanBeTakenAlong holds that the archive has review's tables, and
// the page is review's, byte for byte.
func TestAStocktakeCanBeTakenAlong(t *testing.T) {
	w := open(t)
	s, err := w.client.Assemble(t.Context(), web.AssembleRequest{Scope: "region:UN-ECE"})
	require.NoError(t, err)
	assert.Equal(t, s.HTML(), w.get(t, "/stocktake/page.html?scope=region:UN-ECE"))
	archive := w.get(t, "/stocktake/tables.zip?scope=region:UN-ECE")
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	tables := s.Tables()
	assert.Len(t, z.File, len(tables))
	for _, f := range z.File {
		_, name, _ := strings.Cut(f.Name, "/")
		assert.EqualValues(t, len(tables[name]), f.UncompressedSize64, name)
	}
}
