package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
)

// caller is an address that stands in no test but these, so that it is
// recognised wherever it comes up.
const caller = "127.86.75.64"

// dialAs connects from the caller's address.
func dialAs(t *testing.T, address string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(caller)}, Timeout: 5 * time.Second}
	c, err := d.Dial("tcp", address)
	if err != nil {
		t.Skipf("this system has one loopback address only: %v", err)
	}
	return c
}

// breakOff sends a request whose body never comes, and resets the connection.
func breakOff(t *testing.T, address string) {
	c := dialAs(t, address)
	fmt.Fprintf(c, "POST /api/v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	time.Sleep(50 * time.Millisecond)
	require.NoError(t, c.(*net.TCPConn).SetLinger(0))
	c.Close()
}

func ask(t *testing.T, address, request string) string {
	c := dialAs(t, address)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err := io.WriteString(c, request)
	require.NoError(t, err)
	b, _ := io.ReadAll(c)
	return string(b)
}

func TestNothingThatServesKnowsACallersAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var logged logBuffer
	failed := make(chan error, 2)
	server := web.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			_, err := io.ReadAll(r.Body)
			failed <- err
			return
		}
		fmt.Fprintf(&logged, "asked by %s\n", r.RemoteAddr)
		panic("the server logs whose request this was")
	}))
	server.ErrorLog = log.New(&logged, "", 0)
	go server.Serve(web.Unnamed(l))
	defer server.Close()

	ask(t, l.Addr().String(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	breakOff(t, l.Addr().String())
	err = <-failed
	require.Error(t, err)
	assert.NotContains(t, err.Error(), caller)
	assert.Contains(t, logged.String(), "asked by caller")
	assert.Contains(t, logged.String(), "panic serving caller")
	assert.NotContains(t, logged.String(), caller)
}

func TestTheNodeLogsNoAddresses(t *testing.T) {
	w := open(t)
	var standard bytes.Buffer
	defer log.SetOutput(log.Writer())
	log.SetOutput(&standard)

	page := ask(t, w.address, "GET /en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	assert.Contains(t, page, "200 OK")
	e, err := w.sign([]byte("kind: comment\nlanguage: en\nsample: true\ntitle: SAMPLE\nabout: "+strings.Repeat("0", 64)+"\ntype: question\ntext: What?\n"), "xsb", "xsb")
	require.NoError(t, err)
	body := string(e.Marshal())
	answer := ask(t, w.address, fmt.Sprintf("POST /api/v1/documents HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	assert.Contains(t, answer, `"refusal":{`)
	assert.NotContains(t, answer, caller)
	assert.Contains(t, ask(t, w.address, "GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"), "421")
	assert.Contains(t, ask(t, w.address, "\x16\x03\x01 no request\r\n\r\n"), "400")
	breakOff(t, w.address)
	time.Sleep(200 * time.Millisecond)

	_, err = w.client.Status(context.Background())
	require.NoError(t, err)
	assert.NotContains(t, w.log.String(), caller)
	assert.NotContains(t, standard.String(), caller)
}
