// Package desk is where the people of a member work: an official writes, another
// clears, a third signs, and the node files. It serves forms for every kind of
// document, made from the kinds' schemas, to people who log in on this machine;
// changes of the charter go the same way, proposed or approved there.
//
// It is not the public pages (node/web) and not the node: what it needs of the
// node it gets through [Options]. It keeps what it has in one folder:
//
//	people.json        who may log in, and what each may do
//	drafts/<id>.json   a draft with its history
//	files/<digest>     what will be attached: a manifest, a line feed, the bytes
//	founding.jsonl     before the home joined a federation: what founds one
//
// Private keys never lie here: whoever signs gives the key's password for one
// signature, or takes the draft away and brings back the signed envelope.
package desk

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/signing"
)

// Options of a [Desk]. All but Logger and Now are needed.
type Options struct {
	Dir    string      // the desk's folder, made if it is not there
	Node   web.Service // files, and knows what is there
	Author review.ParticipantID
	// Founding is the federation as it stands.
	Founding func() (*review.Founding, error)
	// Sign signs a payload with the author's key, which the password opens.
	Sign func(payload, password []byte) (signing.Envelope, error)
	// Strip takes out what a file says of its authors; an error says why it cannot.
	Strip func(name string, content []byte) ([]byte, error)
	// Checkup is how the node and its machine are, for whoever looks after them.
	Checkup func(context.Context) ([]Line, error)

	// Joining is what there is in place of Node and Founding before the home joined
	// a federation.
	Joining *Joining

	Salt   func() string // 32 random hexadecimal digits
	Logger *slog.Logger  // nil: slog.Default()
	Now    func() time.Time
}

// Line is one thing that was looked at: how it is, and, where somebody has to
// act, what to do.
type Line struct {
	OK   bool
	What string        // config, keys, disk, ...
	Text lang.Sentence // how it is
	Do   lang.Sentence // without a key if there is nothing to do
}

// Desk is the desk of one member. Handler serves it.
type Desk struct {
	o        Options
	people   *people
	drafts   *drafts
	sessions *sessions

	collected *collected // before the home joined a federation
}

// Open opens the desk's folder.
func Open(o Options) (*Desk, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	for _, dir := range []string{o.Dir, filepath.Join(o.Dir, "drafts"), filepath.Join(o.Dir, "files")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	d := &Desk{o: o, people: &people{file: PeopleFile(o.Dir)}, drafts: &drafts{dir: o.Dir, now: o.Now}, sessions: newSessions(o.Now)}
	if o.Joining != nil {
		d.collected = &collected{file: filepath.Join(o.Dir, "founding.jsonl")}
		d.o.Node, d.o.Founding = d.collected, func() (*review.Founding, error) {
			_, f, err := d.collected.read()
			return f, err
		}
	}
	return d, nil
}

// Handler answers the people at the desk. Serve it on this machine only, or
// behind something that encrypts.
func (d *Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", d.loginPage)
	mux.HandleFunc("POST /login", d.login)
	routes := map[string]answer{
		"GET /{$}":                   d.home,
		"POST /logout":               d.logout,
		"GET /new":                   d.newPage,
		"POST /drafts":               d.create,
		"GET /drafts/{id}":           d.draftPage,
		"POST /drafts/{id}":          d.save,
		"GET /drafts/{id}/preview":   d.preview,
		"GET /drafts/{id}/draft":     d.download,
		"POST /drafts/{id}/files":    d.attach,
		"POST /drafts/{id}/details":  d.addDetail,
		"POST /drafts/{id}/clear":    d.clear,
		"POST /drafts/{id}/sign":     d.sign,
		"POST /drafts/{id}/envelope": d.bringBack,
		"POST /drafts/{id}/steps":    d.changeSteps,
		"GET /charter":               d.charterPage,
		"GET /charter/federation":    d.federationFile,
		"GET /charter/propose":       d.proposePage,
		"POST /charter/propose":      d.propose,
		"POST /charter/bring":        d.bring,
		"GET /charter/{id}":          d.proposalPage,
		"GET /charter/{id}/{which}":  d.proposalFile,
		"POST /charter/{id}/approve": d.approve,
		"GET /filed":                 d.filedPage,
		"GET /node":                  d.nodePage,
		"GET /":                      nothingHere,
	}
	if d.o.Joining != nil {
		routes = d.joiningRoutes()
	}
	for pattern, answer := range routes {
		mux.HandleFunc(pattern, d.forPeople(answer))
	}
	whole := http.NewServeMux()
	whole.HandleFunc("GET /style.css", static("text/css; charset=utf-8", append(web.StyleSheet(), styleSheet...)))
	whole.HandleFunc("GET /desk.js", static("text/javascript; charset=utf-8", script))
	whole.Handle("/", inLanguage(mux))
	return d.guard(whole)
}

// answer answers somebody who has logged in. Its error becomes a page.
type answer func(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error

func nothingHere(context.Context, http.ResponseWriter, *http.Request, *session) error {
	return cannot(http.StatusNotFound, "cannot.find")
}

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed desk.css
var styleSheet []byte

//go:embed desk.js
var script []byte

func static(mediaType string, b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(b)
	}
}

func short[T ~string](s T) string { return string(s[:min(12, len(s))]) }
