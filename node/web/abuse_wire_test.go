package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wire is what somebody writes to a connection, byte for byte, who hopes that
// the node reads more, other or longer requests in it than a proxy before it.
type wire struct {
	name  string
	bytes string
	want  []int // statuses, one of which comes first; 0: the connection is closed without an answer
}

// wires are requests that smuggle, confuse or overload.
func wires() []wire {
	const host = "Host: localhost\r\n"
	hidden := "GET /api/v1/status HTTP/1.1\r\n" + host + "\r\n"
	post := "POST /api/v1/documents HTTP/1.1\r\n" + host + envelope
	var all []wire
	add := func(name, bytes string, want ...int) { all = append(all, wire{name: name, bytes: bytes, want: want}) }

	// A request in the body of another: whatever the body's end is taken to be,
	// what follows a request that was refused is never answered.
	for name, framing := range map[string]string{
		"both lengths":           "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
		"both lengths reversed":  "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
		"two lengths":            "Content-Length: 0\r\nContent-Length: 40\r\n",
		"two lengths in one":     "Content-Length: 0, 40\r\n",
		"length with a sign":     "Content-Length: +4\r\n",
		"negative length":        "Content-Length: -1\r\n",
		"length in hexadecimal":  "Content-Length: 0x10\r\n",
		"length beyond counting": "Content-Length: 99999999999999999999\r\n",
		"length with a space":    "Content-Length : 4\r\n",
		"unknown coding":         "Transfer-Encoding: xchunked\r\n",
		"coding twice":           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"coding with a tab":      "Transfer-Encoding:\tchunked, identity\r\n",
		"coding gzip":            "Transfer-Encoding: gzip, chunked\r\n",
		"coding folded":          "Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n",
		"name with a space":      "Transfer Encoding: chunked\r\nContent-Length: 0\r\n",
		"name with a null":       "X\x00Y: 1\r\n",
		"value with a null":      "X-Y: a\x00b\r\n",
		"value with a return":    "X-Y: a\rContent-Length: 9\r\n",
		"no name":                ": value\r\n",
		"no colon":               "nonsense\r\n",
	} {
		add("smuggling "+name, post+framing+"\r\n0\r\n\r\n"+hidden, 400, 415, 501)
	}
	for name, chunks := range map[string]string{
		"size in no number":      "zz\r\n{}\r\n0\r\n\r\n",
		"size negative":          "-1\r\n{}\r\n0\r\n\r\n",
		"size beyond counting":   "fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
		"size with an extension": "2;" + strings.Repeat("a", 8000) + "\r\n{}\r\n0\r\n\r\n",
		"no line end":            "2\r\n{}0\r\n\r\n",
		"shorter than said":      "5\r\n{}\r\n0\r\n\r\n",
	} {
		add("chunk "+name, post+"Transfer-Encoding: chunked\r\n\r\n"+chunks+hidden, 400, 413, 415)
	}

	// First lines that are none.
	for name, line := range map[string]string{
		"no version":          "GET /api/v1/status\r\n",
		"version 0.9":         "GET /\r\n",
		"version 2 in text":   "PRI * HTTP/2.0\r\n\r\nSM\r\n",
		"version 3":           "GET / HTTP/3.0\r\n",
		"version nonsense":    "GET / HTTX/1.1\r\n",
		"two targets":         "GET / /api HTTP/1.1\r\n",
		"tab for a space":     "GET\t/\tHTTP/1.1\r\n",
		"space before":        " GET / HTTP/1.1\r\n",
		"no target":           "GET  HTTP/1.1\r\n",
		"method with a null":  "G\x00T / HTTP/1.1\r\n",
		"method with signs":   "GE(T / HTTP/1.1\r\n",
		"target no path":      "GET api HTTP/1.1\r\n",
		"target star":         "GET * HTTP/1.1\r\n",
		"target an authority": "GET localhost:80 HTTP/1.1\r\n",
		"target with a null":  "GET /\x00 HTTP/1.1\r\n",
		"target with a DEL":   "GET /\x7f HTTP/1.1\r\n",
		"target raw bytes":    "GET /\xff\xfe HTTP/1.1\r\n",
		"fragment":            "GET /#/../../keys HTTP/1.1\r\n",
		"scheme file":         "GET file:///etc/passwd HTTP/1.1\r\n",
		"scheme elsewhere":    "GET https://evil.example/ HTTP/1.1\r\n",
		"user in the target":  "GET http://localhost@evil.example/ HTTP/1.1\r\n",
		"bytes of TLS":        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
		"long method":         strings.Repeat("A", 20000) + " / HTTP/1.1\r\n",
		"long target":         "GET /" + strings.Repeat("a", 30000) + " HTTP/1.1\r\n",
	} {
		add("first line "+name, line+host+"\r\n", 400, 404, 405, 414, 421, 431, 501, 505, 0)
	}

	// Headers beyond measure.
	add("header of 64 KiB", "GET / HTTP/1.1\r\n"+host+"X-Y: "+strings.Repeat("a", 64<<10)+"\r\n\r\n", 431)
	add("header of 1 MiB", "GET / HTTP/1.1\r\n"+host+"X-Y: "+strings.Repeat("a", 1<<20)+"\r\n\r\n", 431)
	add("20,000 headers", "GET / HTTP/1.1\r\n"+host+strings.Repeat("X-Y: a\r\n", 20000)+"\r\n", 431)
	add("cookies of 64 KiB", "GET / HTTP/1.1\r\n"+host+"Cookie: "+strings.Repeat("a=b; ", 13<<10)+"\r\n\r\n", 431)
	add("name of 64 KiB", "GET / HTTP/1.1\r\n"+host+strings.Repeat("X", 64<<10)+": a\r\n\r\n", 431)
	add("headers without end", "GET / HTTP/1.1\r\n"+strings.Repeat("X: "+strings.Repeat("b", 1000)+"\r\n", 2000), 431)
	add("folded header", "GET /api/v1/nothing HTTP/1.1\r\n"+host+"X-Y: a\r\n b\r\n\r\n", 400, 404)

	// Bodies that unpack to more than was sent, or are not what they say.
	bomb := gzipped(64 << 20)
	for _, coding := range []string{"gzip", "x-gzip", "deflate", "br", "zstd", "compress", "identity, gzip", "gzip, gzip"} {
		add("bomb as "+coding, post+"Content-Encoding: "+coding+"\r\n"+fmt.Sprintf("Content-Length: %d\r\n\r\n", len(bomb))+bomb, 415)
	}
	for _, path := range []string{"/api/v1/attachments/" + someID + "/manifest", "/api/v1/attachments/" + someID + "/chunks?from=0"} {
		add("bomb to "+path, "PUT "+path+" HTTP/1.1\r\n"+host+"Content-Type: application/octet-stream\r\nContent-Encoding: gzip\r\n"+fmt.Sprintf("Content-Length: %d\r\n\r\n", len(bomb))+bomb, 415, 413)
		add("bomb uncoded to "+path, "PUT "+path+" HTTP/1.1\r\n"+host+"Content-Type: application/octet-stream\r\n"+fmt.Sprintf("Content-Length: %d\r\n\r\n", len(bomb))+bomb, 400, 404, 413, 422)
		add("8 MiB to "+path, "PUT "+path+" HTTP/1.1\r\n"+host+"Content-Type: application/octet-stream\r\nContent-Length: 8388608\r\n\r\n"+strings.Repeat("a", 8<<20), 400, 404, 413, 422)
	}
	add("body that waits for leave", post+"Expect: 100-continue\r\nContent-Length: 100000000\r\n\r\n", 413, 100)
	add("leave for something else", post+"Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 417)
	return all
}

func gzipped(n int) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.CopyN(z, zeros{}, int64(n))
	_ = z.Close()
	return b.String()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// ignored are headers that change nothing: each request has the answer that it
// has without them, byte for byte.
func ignored() map[string]string {
	all := map[string]string{}
	for _, r := range []string{"0-0", "0-", "-1", "0-0,0-0", "5-1", "99999999999999999999-", "0-99999999999999999999", "a-b", strings.Repeat("0-,", 3000) + "0-", strings.Repeat("0-1,1-2,", 500) + "0-"} {
		all["range "+r[:min(20, len(r))]+fmt.Sprint(len(r))] = "Range: bytes=" + r + "\r\n"
	}
	for _, line := range []string{
		"Range: lines=1-2", "If-Range: \"x\"\r\nRange: bytes=0-0", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X-Forwarded-For: 10.0.0.1",
		"X-Real-IP: 10.0.0.1", "Forwarded: for=10.0.0.1;host=evil.example;proto=https", "X-Original-URL: /-/metrics", "X-Rewrite-URL: /-/metrics",
		"X-HTTP-Method-Override: DELETE", "X-HTTP-Method: PUT", "X-Method-Override: POST", "X-Host: evil.example", "X-Forwarded-Server: evil.example",
		"Authorization: Basic YWRtaW46YWRtaW4=", "Cookie: session=admin", "Proxy-Authorization: Basic YTpi", "Proxy: http://evil.example/",
		"Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
		"TE: trailers, deflate;q=0.5", "Trailer: Content-Length", "Max-Forwards: 0", "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
		"If-Match: \"x\"", "If-None-Match: " + strings.Repeat("\"a\",", 2000), "Accept-Encoding: " + strings.Repeat("br,", 4000), "Accept: application/xml", "Accept-Charset: utf-7",
		"Expect-CT: x", "Referer: javascript:alert(1)", "User-Agent: <script>alert(1)</script>", "Content-Type: multipart/form-data; boundary=\"", "Origin: https://evil.example",
		"Sec-Fetch-Site: cross-site", "Last-Event-ID: ../../etc/passwd", "From: a@b\x01",
	} {
		all[line[:min(60, len(line))]] = line + "\r\n"
	}
	delete(all, "From: a@b\x01") // net/http refuses it, as it may
	return all
}

// put writes bytes to a connection of its own and reads until it is closed.
func put(t *testing.T, address, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	go func() {
		_, _ = io.WriteString(conn, request)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	b, _ := io.ReadAll(conn) // a reset ends it too
	return string(b)
}

// statuses are those of all the answers on a connection.
func statuses(answers string) (all []int) {
	for part := range strings.SplitSeq(answers, "HTTP/1.1 ") {
		var status int
		if n, _ := fmt.Sscanf(part, "%3d", &status); n == 1 {
			all = append(all, status)
		}
	}
	return all
}

func TestNothingOnTheWireGetsMoreThanItShould(t *testing.T) {
	w := open(t)
	require.NoError(t, w.settle())
	all := wires()
	peak := watchMemory(t)
	var g sync.WaitGroup
	turns := make(chan struct{}, 8)
	for _, x := range all {
		turns <- struct{}{}
		g.Go(func() {
			defer func() { <-turns }()
			got := statuses(put(t, w.address, x.bytes))
			first := 0
			if len(got) > 0 {
				first = got[0]
			}
			assert.Contains(t, x.want, first, x.name)
			for _, status := range got {
				assert.False(t, status >= 200 && status < 300, "%s: answered %v", x.name, got)
			}
		})
	}
	g.Wait()

	path := "/api/v1/schema/pledge"
	dated := func(answer string) string { // but for the hour
		head, body, _ := strings.Cut(answer, "\r\n\r\n")
		lines := strings.Split(head, "\r\n")
		return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Date: ") }), "\n") + "\n\n" + body
	}
	ask := func(header string) string {
		return dated(put(t, w.address, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"+header+"\r\n"))
	}
	plain := ask("")
	require.True(t, strings.HasPrefix(plain, "HTTP/1.1 200 OK"), plain)
	for name, header := range ignored() {
		assert.True(t, plain == ask(header), "%s changes the answer", name)
	}
	cases := len(abuses()) + len(all) + len(ignored())
	used := peak()
	t.Logf("%d cases of abuse, 0 successes; %d MiB of memory more than before at the most", cases, used>>20)
	assert.GreaterOrEqual(t, cases, 200)
	assert.Less(t, used, uint64(192<<20), "128 requests of 1 MiB, and what the test itself holds")
}

// watchMemory tells how far the heap has grown at the most since it was called.
func watchMemory(t *testing.T) (peak func() uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, uint64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc-min(before, m.HeapAlloc))
			}
		}
	}()
	return func() uint64 { close(stop); <-done; return most }
}

// TestSlowCallersHoldUpNobody holds that who sends a byte now and then is sent
// away, and that others are answered meanwhile.
func TestSlowCallersHoldUpNobody(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes as long as the node's patience: 10 seconds")
	}
	w := open(t)
	const callers = 100
	ended := make(chan bool, callers)
	for range callers {
		conn, err := net.Dial("tcp", w.address)
		require.NoError(t, err)
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(45 * time.Second))
		go func() {
			for _, c := range []byte("GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + strings.Repeat("a", 100)) {
				if _, err := conn.Write([]byte{c}); err != nil {
					break
				}
				time.Sleep(400 * time.Millisecond)
			}
		}()
		go func() {
			b, err := io.ReadAll(conn)
			timeout, ok := err.(net.Error)
			ended <- !strings.Contains(string(b), " 200 ") && (!ok || !timeout.Timeout())
		}()
	}
	res, err := http.Get("http://" + w.address + "/api/v1/schema/pledge")
	require.NoError(t, err)
	res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	for range callers {
		require.True(t, <-ended, "a slow caller was kept or answered")
	}
}

func TestSoManyConnectionsAreOpenAndNoMore(t *testing.T) {
	w := open(t)
	var all []net.Conn
	defer func() {
		for _, c := range all {
			c.Close()
		}
	}()
	closed := 0
	for range 1100 {
		c, err := net.Dial("tcp", w.address)
		if err != nil {
			if os.IsTimeout(err) || strings.Contains(err.Error(), "too many open files") {
				t.Skipf("this system opens too few files: %v", err)
			}
			closed++
			continue
		}
		all = append(all, c)
	}
	for _, c := range all {
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		if _, err := c.Read(make([]byte, 1)); err != nil && !os.IsTimeout(err) {
			closed++
		}
	}
	assert.GreaterOrEqual(t, closed, 1100-1024)
	for _, c := range all {
		c.Close()
	}
	all = nil
	require.NoError(t, eventually(func() error { _, err := w.client.Status(t.Context()); return err }))
}
