package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// wholeWriter looks at an answer that comes in one piece, as all do but long
// downloads: it gives the piece a tag, leaves it out where the reader has it
// already (RFC 9110, section 13), and compresses text for whoever takes that.
// The tag is of the bytes: they follow from snapshot, charter, rules, display
// policy, page and the node's own state, and none of these can be forgotten in it.
type wholeWriter struct {
	http.ResponseWriter
	request *http.Request
	status  int
	sent    bool // the headers
}

func (w *wholeWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status // and what follows from it, once it is known whether there is a body
	}
}

func (w *wholeWriter) Write(b []byte) (int, error) {
	if !w.sent && w.status <= http.StatusOK && w.Header().Get("Content-Length") == strconv.Itoa(len(b)) {
		return len(b), w.whole(newPiece(b))
	}
	w.finish()
	return w.ResponseWriter.Write(b)
}

// finish sends the headers, if nothing did.
func (w *wholeWriter) finish() {
	if w.status != 0 && !w.sent {
		w.ResponseWriter.WriteHeader(w.status)
	}
	w.sent = true
}

func (w *wholeWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// piece is an answer in one piece, with its tag. One that is kept is compressed
// once.
type piece struct {
	plain  []byte
	tag    string
	once   sync.Once
	zipped []byte
}

func newPiece(b []byte) *piece {
	sum := sha256.Sum256(b)
	return &piece{plain: b, tag: hex.EncodeToString(sum[:16])}
}

func (p *piece) compressed() []byte {
	p.once.Do(func() { p.zipped = compressed(p.plain) })
	return p.zipped
}

func (w *wholeWriter) whole(p *piece) error {
	h, b, tag := w.Header(), p.plain, p.tag
	// An answer for one reader may hold a secret, whose length compression with
	// what an attacker chose would tell (BREACH).
	if strings.HasPrefix(h.Get("Cache-Control"), "public") && isText(h.Get("Content-Type")) {
		h.Add("Vary", "Accept-Encoding")
		if len(b) >= minCompressed && takesGzip(w.request) {
			tag += "-gzip"
			h.Set("Content-Encoding", "gzip")
		}
	}
	tag = `"` + tag + `"`
	w.sent = true
	if h.Set("ETag", tag); hasTag(w.request, tag) {
		for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding"} {
			h.Del(name)
		}
		w.ResponseWriter.WriteHeader(http.StatusNotModified)
		return nil
	}
	if h.Get("Content-Encoding") != "" {
		b = p.compressed()
		h.Set("Content-Length", strconv.Itoa(len(b)))
	}
	w.ResponseWriter.WriteHeader(http.StatusOK)
	_, err := w.ResponseWriter.Write(b)
	return err
}

// hasTag is whether the reader holds an answer with this tag.
func hasTag(r *http.Request, tag string) bool {
	for s := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		if s = strings.TrimSpace(s); s == "*" || strings.TrimPrefix(s, "W/") == tag {
			return true
		}
	}
	return false
}

func takesGzip(r *http.Request) bool {
	for s := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, parameters, err := mime.ParseMediaType(s)
		if err != nil || coding != "gzip" {
			continue
		}
		q, err := strconv.ParseFloat(parameters["q"], 64)
		return err != nil || q > 0
	}
	return false
}

var textTypes = []string{mediaJSON, mediaSchema, mediaEnvelope, mediaLines, "application/atom+xml", "image/svg+xml"}

func isText(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	return strings.HasPrefix(t, "text/") || slices.Contains(textTypes, t)
}

// compressing bounds how many answers are compressed at once: each keeps a core
// busy, and has some 100 KB of its own.
var compressing = make(chan struct{}, runtime.GOMAXPROCS(0))

var compressors = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, gzipLevel); return z }}

func compressed(b []byte) []byte {
	compressing <- struct{}{}
	defer func() { <-compressing }()
	var out bytes.Buffer
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(&out)
	_, _ = z.Write(b) // to memory: it cannot fail
	_ = z.Close()
	return out.Bytes()
}
