package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plain is a client that neither asks for gzip nor undoes it.
func plain(t *testing.T, socket string) *http.Client {
	transport := &http.Transport{DisableCompression: true}
	if socket != "" {
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", socket) }
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func fetch(t *testing.T, c *http.Client, method, url string, header ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	res, err := c.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, b
}

// conditionalPaths are pages and answers of every sort.
func (w *world) conditionalPaths() []string {
	genesis := string(w.genesis.ID)
	return []string{"/", "/stocktake", "/participants", "/participants/xsa", "/documents", "/documents/" + genesis, "/charter", "/style.css", "/verify.html",
		"/feed.atom", "/participants/xsa/feed.atom",
		"/api/v1/snapshot", "/api/v1/documents", "/api/v1/documents/" + genesis, "/api/v1/stocktake", "/api/v1/openapi.json", "/api/v1/schema/pledge"}
}

func TestWhatTheReaderHasIsNotSentAgain(t *testing.T) {
	w := open(t)
	require.NoError(t, w.settle())
	c := plain(t, "")
	for _, path := range w.conditionalPaths() {
		url := "http://" + w.address + path
		res, page := fetch(t, c, "GET", url)
		require.Equal(t, http.StatusOK, res.StatusCode, path)
		tag := res.Header.Get("ETag")
		require.Regexp(t, `^"[0-9a-f]{32}"$`, tag, "%s: a strong tag", path)
		require.Contains(t, res.Header.Get("Cache-Control"), "public", path)
		for _, held := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			res, b := fetch(t, c, "GET", url, "If-None-Match", held)
			require.Equal(t, http.StatusNotModified, res.StatusCode, "%s %s", path, held)
			require.Empty(t, b)
			require.Equal(t, tag, res.Header.Get("ETag"))
			require.Equal(t, "default-src 'none'", res.Header.Get("Content-Security-Policy")[:18])
		}
		for _, other := range []string{`"other"`, tag[:20] + `"`, "tag"} {
			res, b := fetch(t, c, "GET", url, "If-None-Match", other)
			require.Equal(t, http.StatusOK, res.StatusCode, "%s %s", path, other)
			require.Equal(t, page, b)
		}
		res, b := fetch(t, c, "HEAD", url)
		require.Equal(t, tag, res.Header.Get("ETag"), path)
		require.Equal(t, int64(len(page)), res.ContentLength, path)
		require.Empty(t, b)
	}
}

func TestTheTagChangesWithThePage(t *testing.T) {
	w := open(t)
	c := plain(t, "")
	url := "http://" + w.address + "/api/v1/documents?author=xsb"
	res, _ := fetch(t, c, "GET", url)
	e, err := w.sign([]byte("kind: pledge\nlanguage: en\nsample: true\ntitle: SAMPLE that is news\nform: individual\nobjectives: [6]\ndue: not-stated\n"), "xsb", "xsb")
	require.NoError(t, err)
	_, err = w.client.File(t.Context(), e)
	require.NoError(t, err)
	after, b := fetch(t, c, "GET", url, "If-None-Match", res.Header.Get("ETag"))
	assert.Equal(t, http.StatusOK, after.StatusCode)
	assert.Contains(t, string(b), "SAMPLE that is news")
}

func TestTextIsCompressedForWhoTakesIt(t *testing.T) {
	w := open(t)
	require.NoError(t, w.settle())
	c := plain(t, "")
	for _, path := range w.conditionalPaths() {
		url := "http://" + w.address + path
		res, page := fetch(t, c, "GET", url)
		require.Empty(t, res.Header.Get("Content-Encoding"))
		require.Equal(t, "Accept-Encoding", res.Header.Get("Vary"), path)
		if len(page) < 1<<10 {
			require.Equal(t, "/api/v1/snapshot", path, "what is short goes as it is")
			continue
		}
		squeezed, b := fetch(t, c, "GET", url, "Accept-Encoding", "br, gzip;q=0.8")
		require.Equal(t, "gzip", squeezed.Header.Get("Content-Encoding"), path)
		require.Less(t, len(b), len(page), path)
		require.NotEqual(t, res.Header.Get("ETag"), squeezed.Header.Get("ETag"), "other bytes have another strong tag")
		z, err := gzip.NewReader(bytes.NewReader(b))
		require.NoError(t, err)
		unpacked, err := io.ReadAll(z)
		require.NoError(t, err)
		require.Equal(t, page, unpacked, path)
		again, _ := fetch(t, c, "GET", url, "Accept-Encoding", "gzip", "If-None-Match", squeezed.Header.Get("ETag"))
		require.Equal(t, http.StatusNotModified, again.StatusCode, path)
		for _, refused := range []string{"", "br", "gzip;q=0", "identity"} {
			res, _ := fetch(t, c, "GET", url, "Accept-Encoding", refused)
			require.Empty(t, res.Header.Get("Content-Encoding"), refused)
		}
	}
}

func TestWhatTheOperatorAsksIsKeptByNobody(t *testing.T) {
	w := open(t)
	c := plain(t, w.home.Socket())
	for _, path := range []string{"/", "/api/v1/status", "/api/v1/documents"} {
		res, _ := fetch(t, c, "GET", "http://localhost"+path, "Accept-Encoding", "gzip")
		assert.Equal(t, "private, no-store", res.Header.Get("Cache-Control"), path)
		assert.Empty(t, res.Header.Get("Content-Encoding"), "its length tells nothing of a secret")
	}
	public := plain(t, "")
	res, _ := fetch(t, public, "GET", "http://"+w.address+"/documents/nothing")
	assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	res, _ = fetch(t, public, "POST", "http://"+w.address+"/api/v1/documents")
	assert.Contains(t, res.Header.Get("Cache-Control"), "no-store")
}
