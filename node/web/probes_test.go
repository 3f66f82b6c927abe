package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
)

// overSocket asks the world's node as its operator does.
func (w *world) overSocket(t *testing.T, path string) (status int, body string) {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", w.home.Socket())
	}}}
	defer c.CloseIdleConnections()
	res, err := c.Get("http://localhost" + path)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(b)
}

func TestANodeThatIsAloneInItsCharterIsReady(t *testing.T) {
	w := open(t)
	assert.Equal(t, "healthy\n", string(w.get(t, "/-/healthy")))
	assert.Equal(t, "ready\n", string(w.get(t, "/-/ready")))
}

func TestMetricsAreNotForThePublic(t *testing.T) {
	w := open(t)
	res, err := http.Get("http://" + w.address + "/-/metrics")
	require.NoError(t, err)
	res.Body.Close()
	assert.Equal(t, http.StatusNotFound, res.StatusCode)
}

// The numbers are those of the API, and nothing in them tells who asked, or
// for what.
func TestMetricsAreWhatAnOperatorActsOn(t *testing.T) {
	w := open(t)
	ask(t, w.address, "GET /en/participants/xsa HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	ask(t, w.address, "GET /nothing-here HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	s, err := w.client.Status(t.Context())
	require.NoError(t, err)
	status, text := w.overSocket(t, "/-/metrics")
	require.Equal(t, http.StatusOK, status)
	value := func(name string) string {
		m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(text)
		require.NotNil(t, m, "%s in\n%s", name, text)
		return m[1]
	}
	assert.Equal(t, strconv.Itoa(s.Documents), value("stocktake_documents"))
	assert.Equal(t, strconv.Itoa(len(s.Logs)), value("stocktake_logs"))
	for _, name := range []string{"peers", "peers_connected", "lag_records", "missing_payloads", "read_only", "fenced"} {
		assert.Equal(t, "0", value("stocktake_"+name), name)
	}
	for _, name := range []string{"pending_documents", "last_receipt_timestamp_seconds", "disk_free_bytes"} {
		assert.Regexp(t, `^[0-9.e+]+$`, value("stocktake_"+name), name)
	}
	assert.NotContains(t, text, "stocktake_backup_timestamp_seconds", "none was made")
	assert.NotContains(t, text, "stocktake_clock_difference_seconds", "there is no other witness")
	assert.NotEqual(t, "0", value(`stocktake_http_requests_total{code="200",route="GET /en/participants/{id}"}`))
	assert.NotEqual(t, "0", value(`stocktake_http_requests_total{code="404",route="none"}`))
	for _, private := range []string{caller, "127.0.0.1", "xsa", "nothing-here", w.dir} {
		assert.NotContains(t, text, private)
	}
}

func TestReadinessSaysWhyNot(t *testing.T) {
	serve := func(c web.Condition) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		server := web.NewServer(web.ProbeHandler(web.Options{Logger: quiet(), Condition: func() web.Condition { return c }}))
		go server.Serve(web.Unnamed(l))
		t.Cleanup(func() { server.Close() })
		return l.Addr().String()
	}
	get := func(address, path string) string {
		return ask(t, address, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	}
	waiting := serve(web.Condition{NotReady: []string{"recovering: a", "alone: b"}})
	assert.Contains(t, get(waiting, "/-/healthy"), "200 OK")
	answer := get(waiting, "/-/ready")
	assert.True(t, strings.HasPrefix(answer, "HTTP/1.1 503 "), answer)
	assert.True(t, strings.HasSuffix(answer, "not ready\nrecovering: a\nalone: b\n"), answer)

	failed := serve(web.Condition{Failed: "start it again"})
	for path, word := range map[string]string{"/-/healthy": "not healthy", "/-/ready": "not ready"} {
		answer := get(failed, path)
		assert.True(t, strings.HasPrefix(answer, "HTTP/1.1 503 "), answer)
		assert.True(t, strings.HasSuffix(answer, word+"\nstart it again\n"), answer)
	}
	assert.Contains(t, get(failed, "/"), "404 Not Found", "pages are elsewhere")
	assert.Contains(t, ask(t, failed, "GET /-/ready HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), "421")
}
