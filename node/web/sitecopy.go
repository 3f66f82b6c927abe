package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/net/html"

	"stocktake/node/web/lang"
	"stocktake/signing"
)

// A copy of a node's public pages as plain files, for any web server, an archive
// or a stick: whatever the pages link to, the documents' bundles among it, and
// the tiles of every log. Links between the files are relative, so a copy works
// under any address and from disk. What needs a node, forms and search, is left
// out; so are the pages in languages that were not asked for.

// siteCopy follows the links of a node.
type siteCopy struct {
	fetch     func(ctx context.Context, path string) (status int, mediaType string, b []byte, err error)
	put       func(name string, b []byte) error
	languages []string
	names     map[string]string // by address
	waiting   []string          // addresses whose files are still to be written
	files     int               // that were written
}

// CopySite reads the public pages of the node in these languages, at least one, as
// in "en", and gives put each file with its slash-separated name. It returns how many there
// are. It ends at the first error, of the node or of put.
func (c *Client) CopySite(ctx context.Context, languages []string, put func(name string, b []byte) error) (int, error) {
	for _, l := range languages {
		if _, ok := lang.Find(l); !ok {
			return 0, fmt.Errorf("pages are not written in %.20q: name some of %s", l, languageTags())
		}
	}
	s := &siteCopy{fetch: func(ctx context.Context, path string) (int, string, []byte, error) {
		return c.request(ctx, http.MethodGet, path, "", nil)
	}, put: put, languages: languages, names: map[string]string{}}
	for _, l := range slices.Backward(languages) {
		s.name("/" + l)
	}
	s.name("/verify.html")
	if err := s.copyPage(ctx, "/"+languages[0], "index.html"); err != nil {
		return s.files, err
	}
	for len(s.waiting) > 0 {
		last := len(s.waiting) - 1
		address := s.waiting[last]
		s.waiting = s.waiting[:last]
		if err := s.copyPage(ctx, address, s.names[address]); err != nil {
			return s.files, err
		}
	}
	status, err := c.Status(ctx)
	if err != nil {
		return s.files, err
	}
	for _, l := range status.Logs {
		if err := s.copyLog(ctx, "log/"+string(l.Log)+"/"); err != nil {
			return s.files, err
		}
	}
	return s.files, nil
}

func languageTags() string {
	var tags []string
	for _, l := range lang.All() {
		tags = append(tags, l.Tag)
	}
	return strings.Join(tags, ", ")
}

// copyPage puts what the node answers at an address into the file of this name.
// A page that says that something is not there is copied like any other.
func (s *siteCopy) copyPage(ctx context.Context, address, name string) error {
	status, mediaType, b, err := s.fetch(ctx, address)
	switch {
	case err != nil:
		return err
	case status >= 300 && status != http.StatusNotFound && status != http.StatusGone:
		return fmt.Errorf("the node answers %s with %d %s", address, status, http.StatusText(status))
	case strings.HasPrefix(mediaType, "text/html") && address != "/verify.html":
		if b, err = s.rewrite(b, address, name); err != nil {
			return err
		}
	}
	return s.write(name, b)
}

func (s *siteCopy) write(name string, b []byte) error {
	if s.files == maxSiteFiles {
		return fmt.Errorf("the copy would have more than %d files; name fewer languages", maxSiteFiles)
	}
	s.files++
	return s.put(name, b)
}

// rewrite makes the links of a page relative to its file, and leaves forms out.
func (s *siteCopy) rewrite(page []byte, address, name string) ([]byte, error) {
	var out bytes.Buffer
	z := html.NewTokenizer(bytes.NewReader(page))
	for form := false; ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			if z.Err() == io.EOF {
				return out.Bytes(), nil
			}
			return nil, fmt.Errorf("the page at %s cannot be read: %w", address, z.Err())
		}
		raw := bytes.Clone(z.Raw())
		t := z.Token()
		isForm := t.Data == "form" && kind != html.TextToken && kind != html.CommentToken
		switch {
		case isForm:
			form = kind == html.StartTagToken
		case form:
		case kind != html.StartTagToken && kind != html.SelfClosingTagToken || !s.relink(&t, address, name):
			out.Write(raw)
		case t.Data != "link" || slices.ContainsFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "href" }):
			out.WriteString(t.String())
		}
	}
}

// relink is whether a tag has links, which it changes. A link to what is not
// copied ceases to be one.
func (s *siteCopy) relink(t *html.Token, address, name string) (changed bool) {
	var kept []html.Attribute
	for _, a := range t.Attr {
		if a.Key == "href" || a.Key == "src" {
			changed = true
			to, ok := s.target(address, a.Val, name)
			if !ok {
				continue
			}
			a.Val = to
		}
		kept = append(kept, a)
	}
	t.Attr = kept
	return changed
}

// target is what a link on a page becomes; ok is false if its target is not copied.
func (s *siteCopy) target(address, link, name string) (to string, ok bool) {
	base, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	u, err := base.Parse(link)
	switch {
	case err != nil:
		return "", false
	case u.Host != "" || u.Scheme != "":
		return link, true
	case u.Path == base.Path && u.RawQuery == base.RawQuery && u.Fragment != "":
		return "#" + u.EscapedFragment(), true
	}
	fragment := u.EscapedFragment()
	u.Fragment, u.RawFragment = "", ""
	language := ""
	if u.Path == "/verify.html" { // one file, which reads its language from the link
		language, u.RawQuery = u.RawQuery, ""
	}
	file := s.name(u.RequestURI())
	if file == "" {
		return "", false
	}
	up := strings.Repeat("../", strings.Count(name, "/"))
	to = (&url.URL{Path: up + file, RawQuery: language}).String()
	if fragment != "" {
		to += "#" + fragment
	}
	return to, true
}

// name is the file of an address, "" if it is not copied. One that was not met
// before waits to be followed.
func (s *siteCopy) name(address string) string {
	if name, ok := s.names[address]; ok {
		return name
	}
	name := s.fileOf(address)
	if name != "" {
		s.names[address] = name
		s.waiting = append(s.waiting, address)
	}
	return name
}

// fileOf: a page is index.html in a folder of its path, an answer of the API a
// .json, an attachment a .bin; other files keep their names. Queries are told
// apart by their digest.
func (s *siteCopy) fileOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	p := strings.Trim(path.Clean(u.Path), "/")
	first, rest, _ := strings.Cut(p, "/")
	_, inLanguage := lang.Find(first)
	switch {
	case slices.Contains(s.languages, first):
		if rest == "search" {
			return ""
		}
		p += "/index.html"
	case inLanguage, first == "-", p == "api/v1/status", p == "":
		return ""
	case first == "api" && path.Ext(p) == "":
		p += ".json"
	case strings.Contains(p, "/attachments/"): // no server shows it as a page of its own
		p += ".bin"
	case path.Ext(p) == "": // a page of no language
		return ""
	}
	if u.RawQuery == "" {
		return p
	}
	digest := sha256.Sum256([]byte(u.Query().Encode()))
	ext := path.Ext(p)
	return strings.TrimSuffix(p, ext) + "-" + hex.EncodeToString(digest[:8]) + ext
}

// copyLog copies what C2SP tlog-tiles has of a log: its checkpoint, and the
// tiles and entry bundles of that size.
func (s *siteCopy) copyLog(ctx context.Context, prefix string) error {
	status, _, signed, err := s.fetch(ctx, "/"+prefix+"checkpoint")
	if err != nil || status == http.StatusNotFound { // it is known by name only
		return err
	}
	checkpoint, err := signing.PeekCheckpoint(signed)
	if err != nil {
		return fmt.Errorf("%scheckpoint: %w", prefix, err)
	}
	for _, t := range tlog.NewTiles(tileHeight, 0, int64(checkpoint.Size)) {
		if err := s.copyPage(ctx, "/"+prefix+tilePath(t), prefix+tilePath(t)); err != nil {
			return err
		}
		if t.L > 0 {
			continue
		}
		t.L = -1
		if err := s.copyPage(ctx, "/"+prefix+tilePath(t), prefix+tilePath(t)); err != nil {
			return err
		}
	}
	return s.write(prefix+"checkpoint", signed)
}

// tilePath is the inverse of parseTilePath.
func tilePath(t tlog.Tile) string {
	p := strings.TrimPrefix(t.Path(), "tile/8/")
	return "tile/" + strings.Replace(p, "data/", "entries/", 1)
}
