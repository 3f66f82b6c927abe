package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// Options of a [Handler]. The zero value answers on this machine's own names,
// without log files and without a witness.
type Options struct {
	Logger *slog.Logger // nil: slog.Default()
	// Hosts are the names, without port, under which the node is reached,
	// beside localhost, 127.0.0.1 and ::1. Requests for other names are
	// refused, so that no page elsewhere can point its own name here (DNS
	// rebinding).
	Hosts []string
	// Log serves the transparency log's files under /log/<origin>/; nil: none.
	Log LogFiles
	// Witness answers POST /witness/add-checkpoint (C2SP tlog-witness) with an
	// HTTP status and a text; nil: this node is no witness.
	Witness func(ctx context.Context, body []byte) (status int, answer []byte)
	// Refusal signs the node's word that it did not file a document, for whoever
	// asked; nil: refusals are not signed.
	Refusal func(id review.DocumentID, code, message string) (signing.Envelope, error)
	// Backup writes the next part of a backup for POST /api/v1/backup, whose body
	// says what the parts before hold. It is for
	// the operator of the node alone, so only for a handler that serves the
	// home's socket; nil: there is no such route.
	Backup func(ctx context.Context, since []byte, w io.Writer) error
	// Events are told by GET /api/v1/events; nil: there is no such route.
	Events *Events
	// Operator says that only the node's operator reaches this handler.
	Operator bool
	// Condition is how the node is, for /-/healthy and /-/ready; nil: none.
	Condition func() Condition
	// Metrics answers /-/metrics. It is for the node's operator: set it only for
	// a handler that others do not reach; nil: there is no such route.
	Metrics http.Handler
	// Count is told of each answer, by its route and status; nil: nobody is.
	Count func(route string, status int)
}

// LogFiles are the files of C2SP tlog-tiles. Both methods give ErrNotFound for
// what the node does not hold.
type LogFiles interface {
	// Checkpoint is the signed note of a log's head.
	Checkpoint(review.Origin) ([]byte, error)
	// Tile is a tile of height 8: hashes, or at level -1 an entry bundle.
	Tile(review.Origin, tlog.Tile) ([]byte, error)
}

// Handler answers everything that a node serves over HTTP: pages, the API, log
// files and the witness. It holds no session and sets no cookie. Serve it with
// [NewServer], which bounds time and headers.
//
//	/                                 pages, see pages.go
//	/api/v1/...                       JSON, see api.go; /api/v1/openapi.json describes it
//	/log/<origin>/checkpoint, tile/.. C2SP tlog-tiles, see logfiles.go
//	/witness/add-checkpoint           C2SP tlog-witness
//	/-/healthy, /-/ready, /-/metrics  see probes.go
func Handler(s Service, o Options) http.Handler {
	n := newSite(s, o)
	return n.counted(n.guard(n.routes()))
}

func (n *site) routes() *http.ServeMux {
	mux := http.NewServeMux()
	n.routeAPI(mux)
	n.routeBackup(mux)
	n.routeAttachments(mux)
	n.routeEvents(mux)
	n.routeLog(mux)
	n.routePages(mux)
	n.routeProbes(mux)
	n.routeOpenAPI(mux)
	return mux
}

func newSite(s Service, o Options) *site {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &site{Service: s, Options: o, waiters: make(chan struct{}, maxWaiters), assemblies: make(chan struct{}, maxAssemblies)}
}

// NewServer serves a handler with bounds on time and headers, for a listener
// or a socket that the caller opens.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnContext:       noteProxy,
	}
}

// site is the handler's own: what all routes share.
type site struct {
	Service
	Options
	waiters    chan struct{} // filings that wait to become final
	assemblies chan struct{} // stocktakes that are computed now
	kept       keptStocktakes
	shown      keptPages
	summaries  keptSummaries
	irregular  keptIrregularities
	charters   keptCharter
	table      []endpoint // of the API
	patterns   []string   // of all routes
}

// route answers a request, or says why not.
type route func(w http.ResponseWriter, r *http.Request) error

// handle adds a route, with the time that it may take and the query parameters
// that it knows.
func (n *site) handle(mux *http.ServeMux, pattern string, limit time.Duration, answer route, parameters ...string) {
	n.patterns = append(n.patterns, pattern)
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			whole := &wholeWriter{ResponseWriter: w, request: r}
			defer whole.finish()
			w = whole
		}
		err := checkQuery(r, parameters)
		if err == nil {
			err = answer(w, r.WithContext(ctx))
		}
		if err != nil {
			n.refuse(w, r, err)
		}
	})
}

// Assemble is the node's, a bounded number at once.
func (n *site) Assemble(ctx context.Context, q AssembleRequest) (*review.Stocktake, error) {
	select {
	case n.assemblies <- struct{}{}:
		defer func() { <-n.assemblies }()
		return n.Service.Assemble(ctx, q)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
