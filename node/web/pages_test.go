package web_test

import (
	"cmp"
	"context"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// text is a page without its tags.
func text(page []byte) string {
	s := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(page), " ")
	return strings.Join(strings.Fields(html.UnescapeString(s)), " ")
}

// TestEveryPageSaysWhoseKeysTheseAre holds of a demonstration.
func TestEveryPageSaysWhoseKeysTheseAre(t *testing.T) {
	w := open(t)
	for _, path := range w.pages() {
		assert.Contains(t, text(w.get(t, path)), "Demonstration: these keys belong to nobody, no government signed anything", path)
	}
	res, err := http.Get("http://" + w.address + "/nowhere")
	require.NoError(t, err)
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	assert.Contains(t, text(b), "no government signed anything", "error page")
}

// TestPagesUseTheWordsOfTheDesign holds the words that accuse nobody, and the
// labels that keep readers from mistaking one thing for another.
func TestPagesUseTheWordsOfTheDesign(t *testing.T) {
	w := open(t)
	document := func(name string) string { return "/documents/" + string(w.ids[name]) }
	for _, c := range []struct {
		path  string
		words []string
	}{
		{"/", []string{"not in this round", "declined", "not due", "unverified", "complete: every record that this node has heard of is here"}},
		{"/stocktake", []string{"no report received", "claimed, not confirmed", "confirmed", "Alternative (shadow) report", "ratings differ", "unverified", "never averaged", "withdrawn", "replaced"}},
		{"/stocktake?scope=region:UN-ECE", []string{"unverified", "outside this federation"}},
		{"/participants/can", []string{"runs one and is a witness"}},
		{"/participants/sle", []string{"none: other participants’ nodes file what it signs"}},
		{"/participants/xsa", []string{"SAMPLE", "side by side", "Alternative (shadow) report"}},
		{document("sample/shadow-recruitment"), []string{"Assessment alternative (shadow) report", "1 witness", "SAMPLE"}},
		{document("sample/pledge-remittances"), []string{"Exemplaria (SAMPLE) — confirmed", "Inventia (SAMPLE) — claimed, not confirmed"}},
		{document("pledges/24-mptf-contribution"), []string{"Morocco — claimed, not confirmed"}},
		{document("pledges/01-settlement-and-inclusion"), []string{"not stated", "10 000 000", "3. Provide accurate and timely information"}},
		{document("sample/pledge-recruitment"), []string{"replaced", "See the later version"}},
		{document("sample/pledge-statistics"), []string{"withdrawn", "See the withdrawal"}},
		{document("sample/report-recruitment"), []string{"Recruitment agencies that hold a licence", "18.5", "31 December 2025"}},
		{"/documents?kind=assessment", []string{"Alternative (shadow) report", "Self-assessment"}},
		{"/charter", []string{"1 of 1 witness; 0 may fail or lie without harm"}},
	} {
		page := text(w.get(t, c.path))
		for _, word := range c.words {
			assert.True(t, strings.Contains(page, word), "%s does not say %q:\n%s", c.path, word, page)
		}
	}
	for _, path := range w.pages() {
		if page := strings.ToLower(text(w.get(t, path))); strings.Contains(page, "silent") || strings.Contains(page, "refused") || strings.Contains(page, "no due date kept") {
			t.Errorf("%s accuses", path)
		}
	}
}

// TestEverySampleShowsItsBadge holds of each sample document's page and of its
// row in the list.
func TestEverySampleShowsItsBadge(t *testing.T) {
	w := open(t)
	list, err := w.client.Documents(context.Background(), web.Query{})
	require.NoError(t, err)
	samples := 0
	for _, d := range list {
		page := string(w.get(t, "/documents/"+string(d.ID)))
		if got := strings.Contains(page, `<div class="callout sample"><p><strong>SAMPLE</strong>`); got != d.Sample {
			t.Errorf("%s: sample is %v, its page says %v", d.Title, d.Sample, got)
		}
		if d.Sample {
			samples++
		}
	}
	assert.Greater(t, samples, 30)
	rows := strings.Split(string(w.get(t, "/documents?kind=report")), "<tr>")
	for _, row := range rows {
		if strings.Contains(row, "SAMPLE:") {
			assert.Contains(t, row, `<span class="badge sample">SAMPLE</span>`)
		}
	}
}

// TestEveryDocumentSaysHowToCheckIt holds that the command of stock tools never
// stands without what they do not prove.
func TestEveryDocumentSaysHowToCheckIt(t *testing.T) {
	w := open(t)
	for name, id := range w.ids {
		if name == "9 malformed" || name == "a not-json" {
			continue // there is nothing that a verifier could say of them
		}
		page := text(w.get(t, "/documents/"+string(id)))
		assert.Contains(t, page, "cosign verify-blob-attestation --bundle document.sigstore.json --key signer.pub", name)
		assert.Contains(t, page, "Stock tools prove the signer and inclusion in one of the federation’s logs only", name)
		assert.Contains(t, page, "stocktake verify stocktake-"+string(id)[:12], name)
	}
}

// TestEveryLinkLeadsSomewhere follows every link that a page has to the node
// itself.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	w := open(t)
	seen := map[string]bool{}
	links := regexp.MustCompile(`(?:href|action)="(/[^"#]*)`)
	todo := w.pages()
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		page := w.get(t, path)
		if strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, ".zip") {
			continue
		}
		for _, m := range links.FindAllSubmatch(page, -1) {
			link := html.UnescapeString(string(m[1]))
			if strings.Contains(link, "/figure?") && (!strings.HasPrefix(link, "/en/stocktake/figure?group=") || strings.Contains(link, "scope=")) {
				continue // there are thousands; those of the whole federation stand for them
			}
			if !seen[link] {
				todo = append(todo, link)
			}
		}
	}
	assert.Greater(t, len(seen), 200)
}

// TestEveryFigureLeadsToItsDocuments holds of every figure of every scope that
// a page shows: it is a link to a page with as many rows as it says, each of
// which leads to a document, and the API gives the same.
func TestEveryFigureLeadsToItsDocuments(t *testing.T) {
	w := open(t)
	link := regexp.MustCompile(`(?s)<a[^>]* href="(/en/stocktake/figure\?[^"]*name=[^"]*)"[^>]*>(.*?)</a>`)
	figures, empty := map[string]int{}, 0
	for _, path := range []string{"/en", "/en/stocktake", "/en/stocktake?scope=region:UN-ECE", "/en/stocktake?scope=objective:6", "/en/stocktake?scope=participant:xsa"} {
		for _, m := range link.FindAllSubmatch(w.get(t, path), -1) {
			address := html.UnescapeString(string(m[1]))
			if _, seen := figures[address]; seen {
				continue
			}
			page := string(w.get(t, address))
			u, err := url.Parse(address)
			require.NoError(t, err)
			var explained struct{ Figures []review.Explanation }
			api := u.Query()
			sample := api.Get("sample") == "true"
			api.Del("sample")
			require.NoError(t, json.Unmarshal(w.get(t, "/api/v1/stocktake/figure?"+api.Encode()), &explained))
			i := slices.IndexFunc(explained.Figures, func(e review.Explanation) bool { return e.Sample == sample })
			want := review.Explanation{}
			if i >= 0 {
				want = explained.Figures[i]
			}
			_, table, _ := strings.Cut(page, "<tbody>")
			rows := strings.Split(table, "<tr>")[1:]
			assert.Len(t, rows, want.Value, address)
			says := cmp.Or(want.Amount, strconv.Itoa(want.Value))
			assert.Contains(t, page, `<b class="value">`+lang.Default().Decimal(says)+`</b>`, address)
			assert.Contains(t, text(m[2]), text([]byte(lang.Default().Decimal(says))), address)
			for _, row := range rows {
				assert.Contains(t, row, `href="/en/documents/`, address)
			}
			if figures[address] = want.Value; want.Value == 0 {
				empty++
			}
		}
	}
	assert.Greater(t, len(figures)-empty, 150)
}

// TestNoGroupOfAStocktakeIsMissing holds that every row of every group can be
// read on a page in every language, with its group's columns.
func TestNoGroupOfAStocktakeIsMissing(t *testing.T) {
	w := open(t)
	s, err := w.client.Assemble(t.Context(), web.AssembleRequest{Scope: review.ScopeGlobal})
	require.NoError(t, err)
	page, shown := string(w.get(t, "/en/stocktake")), 0
	for _, section := range s.Contents().Sections() {
		rows := s.Contents().Rows(section.Group)
		for _, l := range lang.All() {
			_, table, _ := strings.Cut(string(w.get(t, "/"+l.Tag+"/stocktake/figure?group="+section.Group)), "<tbody>")
			assert.Equal(t, min(len(rows), 100), strings.Count(table, "<tr>"), "%s %s", l.Tag, section.Group)
		}
		if len(rows) > 0 {
			assert.Contains(t, page, "/en/stocktake/figure?group="+section.Group, section.Group)
			shown++
		}
	}
	assert.Greater(t, shown, 14)
}

// justJoined is the world's node before its first record arrived: it has the
// federation file and nothing else.
type justJoined struct {
	web.Service
	w *world
}

func (j justJoined) Documents(context.Context, web.Query) ([]web.Listed, error) { return nil, nil }

func (j justJoined) Total(context.Context, web.Query) (int, error) { return 0, nil }

func (j justJoined) Listed(context.Context, review.DocumentID) (*web.Listed, error) {
	return nil, web.ErrNotFound
}

func (j justJoined) Document(context.Context, review.DocumentID) (*web.Shown, error) {
	return nil, web.ErrNotFound
}

func (j justJoined) Snapshot(context.Context) (review.Snapshot, error) {
	return review.Snapshot{Federation: j.w.genesis.ID, Charter: j.w.genesis.ID}, nil
}

func (j justJoined) Assemble(ctx context.Context, q web.AssembleRequest) (*review.Stocktake, error) {
	s, _ := j.Snapshot(ctx)
	return review.Assemble(s, j.w.genesis, func(func(review.Record, error) bool) {}, review.Options{Scope: q.Scope})
}

// TestANodeThatHasJustJoinedHasPages holds that whoever starts a node sees who
// takes part before anything has arrived.
func TestANodeThatHasJustJoinedHasPages(t *testing.T) {
	w := open(t)
	server := httptest.NewServer(web.Handler(justJoined{w.node, w}, web.Options{Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}))
	defer server.Close()
	for path, word := range map[string]string{
		"/": "Federation for tests", "/participants": "Sierra Leone", "/participants/sle": "Sierra Leone", "/charter": "Federation for tests",
		"/documents": "No such document has been filed here.", "/stocktake": "Nothing has been filed yet.", "/stocktake?scope=region:UN-ECE": "unverified",
	} {
		res, err := http.Get(server.URL + path)
		require.NoError(t, err)
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, http.StatusOK, res.StatusCode, path)
		assert.Contains(t, text(b), word, path)
	}
}
