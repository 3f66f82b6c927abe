package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// Client asks a running node. It is a [Service], and a node's refusals come
// back as the errors they were: review.Refusal, ErrNotFound,
// *review.CannotComputeError, signing.ErrSignature and the other sentinels of
// answerOf. A node that it cannot reach is a *NetworkError, any other refusal
// an *AnswerError.
type Client struct {
	base    string // URL without a slash at its end
	address string // for people
	http    *http.Client
}

var _ Service = (*Client)(nil)

// NewClient asks the node at a URL as in "https://gcm.example.org" or
// "http://127.0.0.1:8470".
func NewClient(base string) (*Client, error) { return NewProxyClient(base, "") }

// NewProxyClient asks a node through a SOCKS5 proxy as in
// "socks5://127.0.0.1:9050" and by no other way: the proxy also looks the
// node's name up. Without one it is NewClient.
func NewProxyClient(base, proxy string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("%.200q is not a node's address; write it as in https://gcm.example.org", base)
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	if proxy != "" {
		p, err := url.Parse(proxy)
		if err != nil || p.Scheme != "socks5" && p.Scheme != "socks5h" || p.Port() == "" || strings.Trim(p.Path, "/") != "" || p.RawQuery != "" || p.Fragment != "" {
			return nil, fmt.Errorf("%.200q is not a SOCKS5 proxy; write it as in socks5://127.0.0.1:9050", proxy)
		}
		t.Proxy = http.ProxyURL(p) // net/http gives it names, not addresses
	}
	return newClient(strings.TrimRight(u.String(), "/"), u.String(), t), nil
}

// NewSocketClient asks the node that listens on a Unix socket.
func NewSocketClient(path string) *Client {
	d := &net.Dialer{Timeout: dialTimeout}
	return newClient("http://localhost", path, &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "unix", path) },
	})
}

func newClient(base, address string, t *http.Transport) *Client {
	t.MaxResponseHeaderBytes = maxHeader
	t.ResponseHeaderTimeout = writeTimeout
	return &Client{base, address, &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// File files a document and returns when it is received.
func (c *Client) File(ctx context.Context, e signing.Envelope) (*Filed, error) {
	return c.FileFinal(ctx, e, 0)
}

// FileFinal files a document and gives it some time, up to a minute, to become
// final. Filed.State says which it is.
func (c *Client) FileFinal(ctx context.Context, e signing.Envelope, wait time.Duration) (*Filed, error) {
	q := url.Values{}
	if wait > 0 {
		q.Set("wait", strconv.Itoa(int(min(wait, maxWait)/time.Second)))
	}
	var f Filed
	if err := c.call(ctx, "POST", "documents", q, mediaEnvelope, e.Marshal(), &f); err != nil {
		return nil, err
	}
	if want := review.DocumentID(e.Digest().String()); f.ID != want {
		return nil, fmt.Errorf("%s answers for document %.64q, but %s was filed", c.address, string(f.ID), want)
	}
	return &f, nil
}

// Documents lists documents.
func (c *Client) Documents(ctx context.Context, q Query) ([]Listed, error) {
	l, err := c.list(ctx, q)
	return l.Documents, err
}

// Total is how many documents a query selects.
func (c *Client) Total(ctx context.Context, q Query) (int, error) {
	q.Newest, q.Skip = 1, 0
	l, err := c.list(ctx, q)
	return l.Total, err
}

// Listed is one document as lists have it.
func (c *Client) Listed(ctx context.Context, id review.DocumentID) (*Listed, error) {
	s, err := c.Document(ctx, id)
	if err != nil {
		return nil, err
	}
	return &s.Listed, nil
}

func (c *Client) list(ctx context.Context, q Query) (l listJSON, err error) {
	v := url.Values{}
	for name, value := range map[string]string{"kind": string(q.Kind), "author": string(q.Author), "about": string(q.About)} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Receipts {
		v.Set("receipts", "true")
	}
	for name, n := range map[string]int{"newest": q.Newest, "skip": q.Skip} {
		if n > 0 {
			v.Set(name, strconv.Itoa(n))
		}
	}
	if err := c.call(ctx, "GET", "documents", v, "", nil, &l); err != nil {
		return l, err
	}
	if l.Version != listVersion {
		return l, fmt.Errorf("%s lists documents in version %d of the form, this program reads %d; update the older of the two", c.address, l.Version, listVersion)
	}
	return l, nil
}

// Document is one document with its context.
func (c *Client) Document(ctx context.Context, id review.DocumentID) (*Shown, error) {
	var s Shown
	if err := c.callDocument(ctx, id, "", &s); err != nil {
		return nil, err
	}
	if string(s.Statement) == "null" {
		s.Statement = nil
	}
	return &s, nil
}

// Envelope is the document as it was signed.
func (c *Client) Envelope(ctx context.Context, id review.DocumentID) (signing.Envelope, error) {
	if _, err := readID("a document's ID", string(id)); err != nil {
		return signing.Envelope{}, err
	}
	b, err := c.get(ctx, "documents/"+string(id)+"/envelope", nil)
	if err != nil {
		return signing.Envelope{}, err
	}
	return signing.ParseEnvelope(b)
}

// Thread is a document with what was said about it.
func (c *Client) Thread(ctx context.Context, id review.DocumentID) (*review.Thread, error) {
	var t review.Thread
	if err := c.callDocument(ctx, id, "/thread", &t); err != nil {
		return nil, err
	}
	return &t, nil
}

// Export is what others need to verify a document.
func (c *Client) Export(ctx context.Context, id review.DocumentID) (map[string][]byte, error) {
	var files map[string][]byte
	err := c.callDocument(ctx, id, "/export", &files)
	return files, err
}

// Assemble asks for a stocktake, and checks that its digests and figures agree.
func (c *Client) Assemble(ctx context.Context, q AssembleRequest) (*review.Stocktake, error) {
	v := url.Values{}
	if q.Scope != "" {
		v.Set("scope", string(q.Scope))
	}
	if q.Cutoff != "" {
		v.Set("cutoff", q.Cutoff)
	}
	if q.Rates != "" {
		v.Set("rates", string(q.Rates))
	}
	var file []byte
	var err error
	if q.Snapshot == nil {
		file, err = c.get(ctx, "stocktake", v)
	} else {
		file, err = c.ask(ctx, "POST", "stocktake", v, mediaJSON, q.Snapshot.Marshal())
	}
	if err != nil {
		return nil, err
	}
	return review.ParseStocktakeFile(file)
}

// Snapshot is what the node holds now.
func (c *Client) Snapshot(ctx context.Context) (review.Snapshot, error) {
	b, err := c.get(ctx, "snapshot", nil)
	if err != nil {
		return review.Snapshot{}, err
	}
	return review.ParseSnapshot(b)
}

// Federation is the charter and its accessions, one envelope a line.
func (c *Client) Federation(ctx context.Context) ([]byte, error) {
	return c.get(ctx, "federation", nil)
}

// Irregularities are what the records show to have gone wrong.
func (c *Client) Irregularities(ctx context.Context) ([]review.Irregularity, error) {
	var answer irregularitiesJSON
	err := c.call(ctx, "GET", "irregularities", nil, "", nil, &answer)
	return answer.Irregularities, err
}

// Status is how the node is.
func (c *Client) Status(ctx context.Context) (*Status, error) {
	var s Status
	if err := c.call(ctx, "GET", "status", nil, "", nil, &s); err != nil {
		return nil, err
	}
	return &s, nil
}

func (c *Client) get(ctx context.Context, path string, q url.Values) ([]byte, error) {
	return c.ask(ctx, "GET", path, q, "", nil)
}

// callDocument asks for a document, or for what lies below it.
func (c *Client) callDocument(ctx context.Context, id review.DocumentID, below string, answer any) error {
	if _, err := readID("a document's ID", string(id)); err != nil {
		return err
	}
	return c.call(ctx, "GET", "documents/"+string(id)+below, nil, "", nil, answer)
}

// call asks and decodes a JSON answer.
func (c *Client) call(ctx context.Context, method, path string, q url.Values, mediaType string, body []byte, answer any) error {
	b, err := c.ask(ctx, method, path, q, mediaType, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, answer); err != nil {
		return fmt.Errorf("%s: the answer for %s cannot be read: %w; is it another version of this program?", c.address, path, err)
	}
	return nil
}

// ask is one request under /api/v1.
func (c *Client) ask(ctx context.Context, method, path string, q url.Values, mediaType string, body []byte) ([]byte, error) {
	path = "/api/v1/" + path
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	status, _, b, err := c.request(ctx, method, path, mediaType, body)
	if err == nil && (status < 200 || status > 299) {
		err = errorOf(status, b)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// request is one request; b is the answer, whatever its status.
func (c *Client) request(ctx context.Context, method, path, mediaType string, body []byte) (status int, gives string, b []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	res, err := c.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return 0, "", nil, ctx.Err()
		}
		return 0, "", nil, &NetworkError{c.address, cause(err)}
	}
	defer res.Body.Close()
	b, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case ctx.Err() != nil:
		return 0, "", nil, ctx.Err()
	case err != nil:
		return 0, "", nil, &NetworkError{c.address, err}
	case len(b) > maxAnswer:
		return 0, "", nil, fmt.Errorf("%s: the answer for %s is longer than %d bytes", c.address, path, maxAnswer)
	}
	return res.StatusCode, res.Header.Get("Content-Type"), b, nil
}

// cause leaves out what a NetworkError says anyway: method and URL.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return err
}
