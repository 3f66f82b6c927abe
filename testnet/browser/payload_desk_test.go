package browser

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"stocktake/node/desk"
	"stocktake/review"
)

// perDraft is how many payloads a draft has in each of its fields: a form has
// room for more of them than a document.
const perDraft = 170

// readDesk writes drafts of every kind that people write, with payloads in every
// field, whatever the rules say of them; opens each, its preview, and prints
// that; and attaches files with payloads for names.
func (s *stored) readDesk(t *testing.T, l *lookout, sum *tally, chosen []payload) {
	t.Helper()
	person := "Writer " + `"><script>ran(0)</script>`
	require.NoError(t, desk.SetPerson(s.home.DeskFolder(), person, []desk.Role{desk.Drafter}, []byte("a password of its own")))
	open, err := s.node.Desk()
	require.NoError(t, err)
	server := httptest.NewServer(open.Handler())
	defer server.Close()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	c := &http.Client{Jar: jar}
	post := func(path string, form url.Values) (string, string) {
		t.Helper()
		res, err := c.PostForm(server.URL+path, form)
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Less(t, res.StatusCode, 500, path)
		return res.Request.URL.Path, string(b)
	}
	_, body := post("/login", url.Values{"name": {person}, "password": {"a password of its own"}})
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(body)
	require.NotNil(t, token, body)
	at, _ := url.Parse(server.URL)
	for _, cookie := range jar.Cookies(at) {
		l.do(t, network.SetCookie(cookie.Name, cookie.Value).WithURL(server.URL))
	}
	drafts := 0
	for _, k := range review.Kinds() {
		for chunk := range slices.Chunk(chosen, perDraft) {
			draft, _ := post("/en/drafts", url.Values{"token": {token[1]}, "kind": {string(k)}})
			if !strings.HasPrefix(draft, "/en/drafts/") {
				break // nodes and commands make these
			}
			form := url.Values{"token": {token[1]}, "about": {chunk[0].text}}
			for i, path := range textFields(k) {
				var texts []string
				for j := range chunk {
					texts = append(texts, cut(chunk[(j+11*i)%len(chunk)].text))
				}
				if field := strings.ReplaceAll(path, "/*", "/0"); strings.HasSuffix(path, "/*") {
					form.Set(strings.TrimSuffix(path, "/*"), strings.Join(texts, "\n"))
				} else {
					form.Set(field, strings.Join(texts[:min(len(texts), 60)], "\n"))
				}
			}
			post(draft, form)
			drafts++
			for _, page := range part(chosen, 2, [][]string{{draft, draft + "/preview"}, {draft + "/preview", draft}}[drafts%2]) {
				l.read(t, sum, chosen, server.URL+page)
			}
			if drafts%10 == 1 {
				l.begin()
				l.do(t, chromedp.ActionFunc(printed))
				deeds, stopped := l.noticed("", "")
				sum.add("print of "+draft, nil, looked{}, deeds, stopped)
			}
		}
	}
	for _, path := range []string{"/en", "/ar/new", "/en/filed", "/fr/node", "/en/charter", "/ar/charter/propose", "/en/charter/propose?change=guardians", "/en/charter/propose?change=" + url.QueryEscape(chosen[0].text), "/en/charter/propose?change=round&draft=" + url.QueryEscape(chosen[1].text), "/en/new?kind=comment", "/en/new?kind=" + url.QueryEscape(chosen[0].text), "/ar/new?kind=report&round=" + url.QueryEscape(chosen[1].text) + "&about=" + url.QueryEscape(chosen[0].text)} {
		l.read(t, sum, chosen, server.URL+path)
	}
	require.Greater(t, drafts, 25)
	t.Logf("%d drafts at the desk", drafts)
}

func printed(ctx context.Context) error {
	_, _, err := page.PrintToPDF().Do(ctx)
	return err
}
