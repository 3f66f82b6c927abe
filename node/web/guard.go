package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// policy lets a page load the node's own style sheet and pictures, send its
// forms to the node, and nothing else: no script runs on these pages.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// setCaching says who may keep an answer: everybody, who asks each time whether
// it is still the same; of what the node's operator asks, and of what changes
// something, nobody.
func (n *site) setCaching(h http.Header, r *http.Request) {
	switch {
	case n.Operator || r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Cache-Control", "private, no-store")
	default:
		h.Set("Cache-Control", "public, no-cache")
	}
}

// guard looks at every request before a route sees it.
func (n *site) guard(mux *http.ServeMux) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	busy := make(chan struct{}, maxRequests)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		n.setCaching(w.Header(), r)
		if len(r.TransferEncoding) > 0 {
			// A proxy may have gone by a length that stood beside it: what follows is
			// nobody's next request (RFC 9112, section 6.1).
			w.Header().Set("Connection", "close")
		}
		if scheme(r) == "https" {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		if err := n.acceptable(r, sameOrigin); err != nil {
			w.Header().Set("Connection", "close") // and read no more of it
			n.refuse(w, r, err)
			return
		}
		select {
		case busy <- struct{}{}:
			defer func() { <-busy }()
		default:
			w.Header().Set("Retry-After", "2")
			n.refuse(w, r, &AnswerError{http.StatusServiceUnavailable, "busy", "the node is busy; try again in a few seconds"})
			return
		}
		route, pattern := mux.Handler(r)
		if pattern == "" { // nothing there, or not by this method
			probe := &statusOnly{header: w.Header()}
			route.ServeHTTP(probe, r)
			if probe.status == http.StatusMethodNotAllowed {
				n.refuse(w, r, &AnswerError{probe.status, "method", r.Method + " does nothing here; allowed: " + w.Header().Get("Allow")})
				return
			}
			n.refuse(w, r, &AnswerError{http.StatusNotFound, codeNoPage, "there is nothing at " + r.URL.Path})
			return
		}
		setRoute(w, pattern)
		mux.ServeHTTP(w, r)
	})
}

// acceptable says why a request gets no further, whatever its route.
func (n *site) acceptable(r *http.Request, sameOrigin *http.CrossOriginProtection) error {
	if !n.ownName(r.Host) {
		return &AnswerError{http.StatusMisdirectedRequest, codeHost, "this node does not answer to that host name; its operator may add it to the names in config.yaml"}
	}
	escaped := r.URL.EscapedPath()
	p := r.URL.Path
	switch {
	case len(escaped) > maxPath:
		return &AnswerError{http.StatusRequestURITooLong, codePath, "the path is too long"}
	case !strings.HasPrefix(p, "/") || path.Clean(p) != p && !isHome(p) || escaped != p ||
		strings.ContainsFunc(p, func(c rune) bool { return c <= ' ' || c > '~' || c == '\\' }):
		return &AnswerError{http.StatusBadRequest, codePath, "the path is not in its plain form"}
	case len(r.URL.RawQuery) > maxQuery:
		return &AnswerError{http.StatusRequestURITooLong, "query", "the query is too long"}
	}
	if sameOrigin.Check(r) != nil {
		return &AnswerError{http.StatusForbidden, "cross-site", "a page of another site may not do this"}
	}
	return nil
}

// ownName reports whether a Host header names this node.
func (n *site) ownName(host string) bool {
	name := host
	if h, port, err := net.SplitHostPort(host); err == nil {
		if strings.Trim(port, "0123456789") != "" {
			return false
		}
		name = h
	} else if inner, ok := strings.CutPrefix(host, "["); ok {
		name, _ = strings.CutSuffix(inner, "]")
	}
	name = strings.ToLower(name)
	return name == "localhost" || name == "127.0.0.1" || name == "::1" ||
		slices.ContainsFunc(n.Hosts, func(own string) bool { return strings.ToLower(own) == name })
}

// statusOnly learns which status a handler would answer with.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) WriteHeader(status int)      { s.status = status }
func (s *statusOnly) Write(b []byte) (int, error) { return len(b), nil }

// refuse answers with an error: as JSON, or as a page where pages are.
func (n *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		err = &AnswerError{http.StatusRequestEntityTooLarge, "too-large", "the body is longer than this route takes"}
	case errors.Is(err, context.DeadlineExceeded):
		err = &AnswerError{http.StatusServiceUnavailable, "busy", "the node took too long; try again in a minute"}
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		return // nobody listens
	}
	status, e, own := answerOf(err)
	if own {
		n.Logger.Error("web: answer failed", "path", r.URL.Path, "err", err)
	}
	h := w.Header()
	h.Del("ETag")
	h.Set("Cache-Control", "no-store")
	if isPage(r.URL.Path) {
		n.errorPage(w, r, status, e)
		return
	}
	body := errorBody{Error: e}
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		body.Refusal = refused.Refusal.Marshal()
	}
	_ = writeJSON(w, status, body) // texts only: it cannot fail
}

func isPage(p string) bool {
	for _, prefix := range []string{"/api/", "/log/", "/witness/", "/-/"} {
		if strings.HasPrefix(p, prefix) {
			return false
		}
	}
	return true
}

// writeJSON writes a whole answer; statements in it stay as they are, byte for
// byte.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", mediaJSON)
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the asker has gone
	return nil
}

// body reads a POST's body of one of the media types; none: of any.
func body(w http.ResponseWriter, r *http.Request, limit int64, mediaTypes ...string) ([]byte, error) {
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if len(mediaTypes) > 0 && (err != nil || !slices.Contains(mediaTypes, got)) {
		return nil, &AnswerError{http.StatusUnsupportedMediaType, "media-type", "send it with Content-Type " + strings.Join(mediaTypes, " or ")}
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, &AnswerError{http.StatusUnsupportedMediaType, "media-type", "send it without Content-Encoding"}
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge := (*http.MaxBytesError)(nil); err != nil && !errors.As(err, &tooLarge) {
		err = badRequest("the body cannot be read to its end: %v", err) // the caller's doing, or the network's
	}
	return b, err
}

// checkQuery is whether a query has parameters of these names only, each once.
func checkQuery(r *http.Request, names []string) error {
	v, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return badRequest("the query cannot be read: %v", err)
	}
	for name, values := range v {
		if !slices.Contains(names, name) {
			if len(names) == 0 {
				return badRequest("nothing can be asked here with ?%.40s=", name)
			}
			return badRequest("there is no parameter %.40q; use %s", name, strings.Join(names, ", "))
		}
		if len(values) > 1 {
			return badRequest("the parameter %s is given %d times; give it once", name, len(values))
		}
	}
	return nil
}
