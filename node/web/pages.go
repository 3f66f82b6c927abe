package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"stocktake/node/web/lang"
	"stocktake/review"
)

// Pages are HTML made on the server, one template and one body type each.
// They need no script; what a document says reaches them only as text that
// html/template escapes. A page's path begins with its language, as in
// /fr/stocktake; without one it leads to the language that the reader's browser
// asks for. The archive, the attachments and verify.html have no language.
//
//	/                    the federation at a glance: ?round=
//	/stocktake           a stocktake: ?scope=, ?cutoff=, ?with= an earlier cut-off to compare with
//	/stocktake/tables.zip, /stocktake/page.html   the same to take along
//	/stocktake/figure    the rows behind one of its figures: and ?group=, ?name=, ?sample=
//	/objectives          objectives and themes
//	/search              ?q= words in titles, authors and summaries
//	/participants, /participants/{id}
//	/documents, /documents/{id}, /documents/{id}/files.zip
//	/documents/{id}/attachments/{name}    see attachment.go
//	/charter             the one in force
//	/irregularities      what went wrong or was taken back: ?participant=, ?part=
//	/policy              what the node does not display
//	/protection          what protects an author at risk, and what does not
//	/feed.atom, /participants/{id}/feed.atom   see feed.go
//	/verify.html         checks an export in the browser, see review/VERIFY.md

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static/style.css
var styleSheet []byte

//go:embed static/icon.svg
var icon []byte

var pageNames = []string{"home", "stocktake", "figure", "objectives", "search", "participants", "participant", "documents", "document", "charter", "irregularities", "policy", "protection", "error"}

// pageTemplates are the templates by language, then name.
var pageTemplates = sync.OnceValue(func() map[string]map[string]*template.Template {
	all := map[string]map[string]*template.Template{}
	for _, l := range lang.All() {
		frame := template.Must(template.New("frame").Funcs(words{l}.functions()).ParseFS(templateFiles, "templates/frame.html", "templates/tables.html", "templates/section.html", "templates/worldmap.html", "templates/timeline.html", "templates/pledge.html", "templates/comparison.html"))
		all[l.Tag] = map[string]*template.Template{}
		for _, name := range pageNames {
			all[l.Tag][name] = template.Must(template.Must(frame.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
		}
	}
	return all
})

// page is what the frame shows around a body.
type page struct {
	Title         string
	Node          string // the name of its participant
	Demo          bool
	Nav           []navItem
	Languages     []languageItem
	Neutral       string // the page's address without a language; "" if it has none
	Snapshot      string // digest; empty where the page shows none
	CharterNumber int
	Body          any
}

type navItem struct {
	Title, Href string
	Here        bool
}

// nav are the main pages; path is without its language.
func (w words) nav(path string) []navItem {
	items := []navItem{
		{Title: w.say("home.title"), Href: "/"}, {Title: w.say("stocktake.title"), Href: "/stocktake"}, {Title: w.say("objectives.title"), Href: "/objectives"},
		{Title: w.say("participants.title"), Href: "/participants"}, {Title: w.say("documents.title"), Href: "/documents"}, {Title: w.say("charter.title"), Href: "/charter"},
		{Title: w.say("search.title"), Href: "/search"},
	}
	for i := range items {
		h := items[i].Href
		items[i].Here = path == h || h != "/" && strings.HasPrefix(path, h+"/")
	}
	return items
}

// pageRoute makes a page's title and body from what the node holds.
type pageRoute func(ctx context.Context, v *view, r *http.Request) (title string, body any, err error)

func (n *site) routePages(mux *http.ServeMux) {
	add := func(pattern, name string, make pageRoute, parameters ...string) {
		for _, l := range lang.All() {
			n.handle(mux, "GET "+words{l}.at(pattern), answerTimeout, func(w http.ResponseWriter, r *http.Request) error {
				return n.showPage(w, r, l, name, make)
			}, parameters...)
		}
		if pattern == "/" {
			pattern = "/{$}"
		}
		n.handle(mux, "GET "+pattern, answerTimeout, toLanguage, parameters...)
	}
	add("/", "home", n.homePage, "round")
	for _, l := range lang.All() {
		home := words{l}.at("/")
		n.handle(mux, "GET "+home+"/{$}", answerTimeout, func(w http.ResponseWriter, r *http.Request) error {
			http.Redirect(w, r, home, http.StatusFound)
			return nil
		})
	}
	add("/stocktake", "stocktake", n.stocktakePage, "scope", "cutoff", "with")
	add("/objectives", "objectives", n.objectivesPage)
	add("/search", "search", n.searchPage, "q")
	add("/stocktake/figure", "figure", n.figurePage, "scope", "cutoff", "group", "name", "sample", "page")
	add("/participants", "participants", n.participantsPage)
	add("/participants/{id}", "participant", n.participantPage)
	add("/documents", "documents", n.documentsPage, "kind", "author", "about", "page")
	add("/documents/{id}", "document", n.documentPage)
	add("/charter", "charter", n.charterPage)
	add("/irregularities", "irregularities", n.irregularitiesPage, "participant", "part", "page")
	add("/policy", "policy", n.policyPage)
	add("/protection", "protection", n.protectionPage)
	n.handle(mux, "GET /documents/{id}/files.zip", answerTimeout, n.getFiles)
	n.handle(mux, "GET /stocktake/tables.zip", answerTimeout, n.getTables, "scope", "cutoff")
	n.handle(mux, "GET /stocktake/page.html", answerTimeout, n.getPage, "scope", "cutoff")
	n.routeFeeds(mux)
	n.routeVerifyPage(mux)
	n.handle(mux, "GET /style.css", answerTimeout, staticFile("text/css; charset=utf-8", styleSheet))
	n.handle(mux, "GET /icon.svg", answerTimeout, staticFile("image/svg+xml", icon))
}

func (n *site) showPage(w http.ResponseWriter, r *http.Request, l *lang.Language, name string, make pageRoute) error {
	var err error
	for try := range pageTries {
		var b basis
		if b, err = n.basis(r.Context()); err != nil {
			return err
		}
		b.settled = try == pageTries-1
		if err = n.showPageOf(w, r, l, name, make, b); !errors.Is(err, errMoved) {
			break
		}
	}
	return err
}

// pageTries is how often a page is made anew because records came meanwhile: then
// it is made from the snapshot that it began with, which takes longer.
const pageTries = 4

func (n *site) showPageOf(w http.ResponseWriter, r *http.Request, l *lang.Language, name string, make pageRoute, b basis) error {
	of := b.digest
	if name == "home" { // which says how the node is, too
		s, err := n.Status(r.Context())
		if err != nil {
			return err
		}
		of += s.state()
	}
	kept := n.shown.get(r.URL.RequestURI(), of)
	if kept == nil {
		v, err := n.view(r.Context(), b, l)
		if err != nil {
			return err
		}
		title, body, err := make(r.Context(), v, r)
		if err = errors.Join(err, v.titles.err); err != nil {
			return err
		}
		_, path := lang.OfPath(r.URL.Path)
		made, err := madePage(l, name, page{
			Title: title, Node: v.name(v.status.Participant), Demo: v.status.Demo, Nav: v.nav(path), Languages: languageItems(neutral(r)), Neutral: neutral(r),
			Snapshot: v.digest, CharterNumber: v.charter.Number, Body: body,
		})
		if err != nil {
			return err
		}
		kept = newPiece(made)
		if p, ok := body.(interface{ passing() bool }); !ok || !p.passing() {
			n.shown.put(r.URL.RequestURI(), of, kept)
		}
	}
	setPage(w.Header(), l, len(kept.plain))
	if whole, ok := w.(*wholeWriter); ok {
		_ = whole.whole(kept) // the reader has gone
		return nil
	}
	_, _ = w.Write(kept.plain) // the reader has gone
	return nil
}

// madePage is a whole page.
func madePage(l *lang.Language, name string, p page) ([]byte, error) {
	var b bytes.Buffer
	if err := pageTemplates()[l.Tag][name].ExecuteTemplate(&b, "frame", p); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// writePage writes a whole page or, with an error, nothing of it.
func writePage(w http.ResponseWriter, status int, l *lang.Language, name string, p page) error {
	b, err := madePage(l, name, p)
	if err != nil {
		return err
	}
	setPage(w.Header(), l, len(b))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader has gone
	return nil
}

func setPage(h http.Header, l *lang.Language, bytes int) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", l.Tag)
	h.Set("Content-Length", strconv.Itoa(bytes))
}

// staticFile is the same until another version of the program runs.
func staticFile(mediaType string, b []byte) route {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "public, max-age=600")
		writeBytes(w, mediaType, b)
		return nil
	}
}

// basis is the snapshot that a page is made from.
type basis struct {
	snapshot review.Snapshot
	digest   string
	settled  bool // nothing is made from a later one
}

func (n *site) basis(ctx context.Context) (b basis, err error) {
	if b.snapshot, err = n.Snapshot(ctx); err == nil {
		b.digest = b.snapshot.Digest()
	}
	return b, err
}

// view is a basis with its charter and how the node is, in a language.
type view struct {
	words
	basis
	status    *Status
	charter   *review.Charter
	charterID review.DocumentID
	members   map[review.ParticipantID]review.Participant
	titles    *titles
}

func (n *site) view(ctx context.Context, b basis, l *lang.Language) (*view, error) {
	v := &view{words: words{l}, basis: b, charterID: b.snapshot.Charter, members: map[review.ParticipantID]review.Participant{}, titles: n.titles(ctx)}
	var err error
	if v.status, err = n.Status(ctx); err != nil {
		return nil, err
	}
	if v.charter, err = n.charter(ctx, v.charterID); err != nil {
		return nil, err
	}
	for _, p := range v.charter.Participants {
		v.members[p.ID] = p
	}
	v.listAccredited()
	return v, nil
}

// name is a participant's name in the charter, else its ID.
func (v *view) name(id review.ParticipantID) string {
	p, ok := v.members[id]
	if !ok {
		return string(id)
	}
	return v.participantName(p)
}

func (v *view) whoAll(ids []review.ParticipantID) (all []ref) {
	for _, id := range ids {
		all = append(all, v.who(id))
	}
	return all
}

// who names a participant or an accredited author, with a link.
func (v *view) who(id review.ParticipantID) ref {
	p, ok := v.members[id]
	switch {
	case id == "":
		return ref{Text: v.say("word.not-known")}
	case !ok:
		return ref{Text: string(id)}
	}
	return ref{v.name(id), "/participants/" + string(id), p.Sample && !strings.Contains(p.Name, "SAMPLE")}
}

// fields reads documents in a language; document shows those that they name.
func (v *view) fields(language string, document func(review.DocumentID) value) fieldReader {
	return fieldReader{v.words, language, v.name, v.who, v.round, document}
}

// round is a review round's title, else its ID.
func (v *view) round(id string) string {
	for _, r := range v.charter.Rounds {
		if r.ID == id {
			return r.Title
		}
	}
	return id
}

// keptCharter is the charter that was read last: it changes once in years.
type keptCharter struct {
	sync.Mutex
	id      review.DocumentID
	charter *review.Charter
}

// charter reads a charter from the federation file, which a node has before it
// has any record.
func (n *site) charter(ctx context.Context, id review.DocumentID) (*review.Charter, error) {
	n.charters.Lock()
	defer n.charters.Unlock()
	if n.charters.id == id && n.charters.charter != nil {
		return n.charters.charter, nil
	}
	file, err := n.Federation(ctx)
	if err != nil {
		return nil, err
	}
	f, err := review.ReadFounding(file)
	if err != nil {
		return nil, err
	}
	charter, ok := f.Chain.Whole(id)
	if !ok {
		return nil, fmt.Errorf("charter %.12s is in force by the snapshot and not in the federation file", id)
	}
	n.charters.id, n.charters.charter = id, charter
	return n.charters.charter, nil
}
