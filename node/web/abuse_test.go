package web_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// abuse is one request that a node must not fall for. Requests are written by
// hand: Go's own client would tidy them up first.
type abuse struct {
	name    string
	request string // request line and headers; Host is added unless it is there
	body    string
	bare    bool // no Host is added
	want    int  // status
}

const (
	someID   = "9b0f5d0c3e7a41826d94c1b7f2a8e65013d7c4b9a0e2f8615c3b7d9e4a6f0128"
	envelope = "Content-Type: application/vnd.dsse.envelope.v1+json\r\n"
)

func abuses() []abuse {
	get := func(name, target string, want int) abuse {
		return abuse{name: name, request: "GET " + target + " HTTP/1.1\r\n", want: want}
	}
	host := func(name, host string, want int) abuse {
		return abuse{name: "host " + name, request: "GET /api/v1/status HTTP/1.1\r\nHost: " + host + "\r\n", want: want}
	}
	post := func(name, headers, body string, want int) abuse {
		return abuse{name: "post " + name, request: "POST /api/v1/documents HTTP/1.1\r\n" + headers, body: body, want: want}
	}
	method := func(m, target string, want int) abuse {
		return abuse{name: m + " " + target, request: m + " " + target + " HTTP/1.1\r\n", want: want}
	}
	return []abuse{
		// Paths that climb or hide.
		get("traversal", "/../../etc/passwd", 400),
		get("traversal below a route", "/documents/../../keys/root.pem", 400),
		get("traversal in escapes", "/%2e%2e/%2e%2e/etc/passwd", 400),
		get("traversal in double escapes", "/%252e%252e/etc/passwd", 400),
		get("escaped slash", "/documents%2f..%2fkeys", 400),
		get("backslashes", `/..\..\keys\root.pem`, 400),
		get("escaped backslashes", "/documents/..%5c..%5ckeys", 400),
		get("null byte", "/documents/%00", 400),
		get("line feed", "/documents/%0d%0aSet-Cookie:%20a=b", 400),
		get("doubled slash", "//evil.example/documents", 400),
		get("final slash", "/documents/", 400),
		get("dot segment", "/./documents", 400),
		get("style sheet's folder", "/static/style.css", 404),
		get("templates", "/templates/frame.html", 404),
		get("home's files", "/config.yaml", 404),
		get("key files", "/keys/author.pem", 404),
		get("log traversal", "/log/e1.sle.9b0f5d0c.gcm.example/tile/../../../db", 400),
		get("log escape", "/log/..%2f..%2fdb/checkpoint", 400),
		get("long path", "/documents/"+strings.Repeat("a", 600), 414),
		get("unicode path", "/documents/%E2%80%AE", 400),

		// Names that are not this node's.
		host("of another site", "evil.example", 421),
		host("that begins like ours", "localhost.evil.example", 421),
		host("that ends like ours", "evil-localhost", 421),
		host("with user part", "localhost@evil.example", 400),
		host("of another address", "192.168.1.10", 421),
		host("with a word for a port", "localhost:http", 421),
		host("rebound to loopback", "127.0.0.1.nip.io:8470", 421),
		host("empty", "", 421),
		{name: "host missing", request: "GET /api/v1/status HTTP/1.1\r\n", bare: true, want: 400},
		{name: "host twice", request: "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n", want: 400},
		{name: "host in an absolute address", request: "GET http://evil.example/api/v1/status HTTP/1.1\r\nHost: localhost\r\n", want: 421},
		{name: "host page of another site", request: "GET / HTTP/1.1\r\nHost: evil.example\r\n", want: 421},

		// Posts from pages of other sites, and of the wrong kind.
		post("from another site", envelope+"Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n", "{}", 403),
		post("from a sister site", envelope+"Sec-Fetch-Site: same-site\r\n", "{}", 403),
		post("with a foreign origin only", envelope+"Origin: https://evil.example\r\n", "{}", 403),
		post("with a null origin", envelope+"Origin: null\r\n", "{}", 403),
		post("from another port", envelope+"Origin: http://localhost:9999\r\n", "{}", 403),
		post("as a form", "Content-Type: application/x-www-form-urlencoded\r\n", "a=b", 415),
		post("as a form with a file", "Content-Type: multipart/form-data; boundary=x\r\n", "--x--", 415),
		post("as plain text", "Content-Type: text/plain\r\n", "{}", 415),
		post("without a type", "", "{}", 415),
		post("with a broken type", "Content-Type: application/json; =\r\n", "{}", 415),
		post("compressed", envelope+"Content-Encoding: gzip\r\n", "\x1f\x8b", 415),
		post("empty", envelope, "", 400),
		post("not JSON", envelope, "<xml/>", 400),
		post("another JSON", envelope, `{"a":1}`, 400),
		post("deep JSON", envelope, strings.Repeat("[", 90_000), 400),
		post("two envelopes", envelope, `{}{}`, 400),
		post("too long", envelope, strings.Repeat(" ", 200<<10), 413),
		post("10 MB", envelope, strings.Repeat("a", 10<<20), 413),
		{name: "post wait for ever", request: "POST /api/v1/documents?wait=99999999 HTTP/1.1\r\n" + envelope, body: "{}", want: 400},
		{name: "post wait below zero", request: "POST /api/v1/documents?wait=-1 HTTP/1.1\r\n" + envelope, body: "{}", want: 400},
		{name: "post a wrong snapshot", request: "POST /api/v1/stocktake HTTP/1.1\r\nContent-Type: application/json\r\n", body: `{"logs":[]}`, want: 400},
		{name: "post a snapshot as text", request: "POST /api/v1/stocktake HTTP/1.1\r\nContent-Type: text/plain\r\n", body: `{}`, want: 415},
		{name: "post a huge snapshot", request: "POST /api/v1/stocktake HTTP/1.1\r\nContent-Type: application/json\r\n", body: strings.Repeat(" ", 5<<20), want: 413},
		{name: "post both lengths", request: "POST /api/v1/documents HTTP/1.1\r\n" + envelope + "Transfer-Encoding: chunked\r\n", body: "0\r\n\r\n", want: 400},

		// Methods.
		method("DELETE", "/api/v1/documents/"+someID, 405),
		method("PUT", "/api/v1/documents/"+someID, 405),
		method("PATCH", "/api/v1/status", 405),
		method("POST", "/", 405),
		method("POST", "/api/v1/snapshot", 405),
		method("TRACE", "/api/v1/status", 405),
		method("OPTIONS", "/api/v1/documents", 405),
		method("CONNECT", "/api/v1/status", 405),
		method("BREW", "/", 405),
		method("DELETE", "/log/e1.sle.9b0f5d0c.gcm.example/checkpoint", 405),

		// Names and questions that mean nothing.
		get("ID too short", "/api/v1/documents/abc", 400),
		get("ID in capitals", "/api/v1/documents/"+strings.ToUpper(someID), 400),
		get("ID unknown", "/api/v1/documents/"+someID, 404),
		get("page of an unknown ID", "/en/documents/"+someID, 404),
		get("files of an unknown ID", "/documents/"+someID+"/files.zip", 404),
		get("export of an unknown ID", "/api/v1/documents/"+someID+"/export", 404),
		get("envelope of an unknown ID", "/api/v1/documents/"+someID+"/envelope", 404),
		get("thread of an unknown ID", "/api/v1/documents/"+someID+"/thread", 404),
		get("thing below a document", "/api/v1/documents/"+someID+"/keys", 404),
		get("participant with a script", "/participants/%3Cscript%3E", 400),
		get("participant unknown", "/en/participants/nobody", 404),
		get("schema unknown", "/api/v1/schema/treaty", 404),
		get("schema elsewhere", "/api/v1/schema/..%2flimits", 400),
		get("API unknown", "/api/v1/keys", 404),
		get("API version", "/api/v2/status", 404),
		get("kind unknown", "/api/v1/documents?kind=treaty", 400),
		get("kind in a page", "/en/documents?kind=%3Cscript%3E", 400),
		get("author not an ID", "/api/v1/documents?author=SLE", 400),
		get("about not an ID", "/api/v1/documents?about=1", 400),
		get("receipts neither", "/api/v1/documents?receipts=maybe", 400),
		get("parameter unknown", "/api/v1/documents?limit=1", 400),
		get("parameter twice", "/api/v1/documents?kind=pledge&kind=report", 400),
		get("parameter where none is", "/api/v1/status?verbose=1", 400),
		get("query not decodable", "/api/v1/documents?kind=%zz", 400),
		get("query with semicolons", "/api/v1/documents?kind=pledge;author=sle", 400),
		get("query too long", "/api/v1/documents?kind="+strings.Repeat("a", 4000), 414),
		get("page number too low", "/en/documents?page=0", 400),
		get("page number no number", "/en/documents?page=1e9", 400),
		get("scope unknown", "/api/v1/stocktake?scope=world", 400),
		get("scope of an unknown region", "/api/v1/stocktake?scope=region:ATLANTIS", 400),
		get("scope of objective 24", "/api/v1/stocktake?scope=objective:24", 400),
		get("scope of objective 01", "/fr/stocktake?scope=objective:01", 400),
		get("scope of no participant", "/ar/stocktake?scope=participant:%3Cb%3E", 400),
		get("cutoff no time", "/api/v1/stocktake?cutoff=yesterday", 400),
		get("cutoff elsewhere in time", "/api/v1/stocktake?cutoff=2026-05-04T09:30:00%2B02:00", 400),
		get("origin not one", "/log/sle/checkpoint", 400),
		get("origin unknown", "/log/e1.nobody.00000000.gcm.example/checkpoint", 404),
		get("tile of another height", "/log/e1.nobody.00000000.gcm.example/tile/8/0/000", 400),
		get("tile level", "/log/e1.nobody.00000000.gcm.example/tile/-1/000", 400),
		get("tile index", "/log/e1.nobody.00000000.gcm.example/tile/0/1", 400),
		get("tile width", "/log/e1.nobody.00000000.gcm.example/tile/0/000.p/256", 400),
		get("tile under its Go name", "/log/e1.nobody.00000000.gcm.example/tile/data/000", 400),
	}
}

// TestAbuseIsRefused holds that every such request gets the answer it should,
// with the headers that keep a browser from misusing it.
func TestAbuseIsRefused(t *testing.T) {
	address := serve(t)
	for _, a := range abuses() {
		t.Run(strings.ReplaceAll(a.name, "/", "|"), func(t *testing.T) {
			res, body := send(t, address, a)
			if res.StatusCode != a.want {
				t.Fatalf("got %d, want %d: %s", res.StatusCode, a.want, body)
			}
			if bytes.Contains(body, []byte("<script")) {
				t.Errorf("the answer repeats a script: %s", body)
			}
			if a.want == 400 && res.Header.Get("Content-Type") == "text/plain; charset=utf-8" {
				return // refused by net/http before any handler: nothing of ours in it
			}
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
			} {
				if got := res.Header.Get(name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			if p := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'none'; ") || strings.Contains(p, "unsafe") {
				t.Errorf("policy %q", p)
			}
			if len(res.Cookies()) > 0 {
				t.Errorf("sets cookies %v", res.Cookies())
			}
		})
	}
}

// send writes one request as it stands and reads the answer.
func send(t *testing.T, address string, a abuse) (*http.Response, []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	request := a.request
	if !strings.Contains(request, "\r\nHost:") && !a.bare {
		request += "Host: localhost\r\n"
	}
	if a.body != "" || strings.HasPrefix(request, "POST") {
		request += fmt.Sprintf("Content-Length: %d\r\n", len(a.body))
	}
	go func() { // the answer may come before the body is sent
		_, _ = io.WriteString(conn, request+"Connection: close\r\n\r\n"+a.body)
	}()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil && res.StatusCode != http.StatusRequestEntityTooLarge && res.StatusCode != http.StatusForbidden {
		t.Fatalf("answer cut off: %v", err)
	}
	return res, body
}
