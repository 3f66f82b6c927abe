package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// Media types of the API's bodies.
const (
	mediaJSON     = "application/json"
	mediaEnvelope = "application/vnd.dsse.envelope.v1+json"
	mediaSchema   = "application/schema+json"
	mediaLines    = "application/x-ndjson"
)

// listVersion counts the shapes of list answers.
const listVersion = 1

// listJSON is a list of documents, here and in `stocktake list --json`.
type listJSON struct {
	Version   int      `json:"version"`
	Documents []Listed `json:"documents"`
}

// routeAPI adds /api/v1. Refusals are errorBody.
func (n *site) routeAPI(mux *http.ServeMux) {
	add := func(pattern string, answer route, parameters ...string) {
		n.handle(mux, pattern, answerTimeout, answer, parameters...)
	}
	add("GET /api/v1/status", n.getStatus)
	add("GET /api/v1/snapshot", n.getSnapshot)
	add("GET /api/v1/federation", n.getFederation)
	add("GET /api/v1/documents", n.getDocuments, "kind", "author", "about", "receipts")
	n.handle(mux, "POST /api/v1/documents", maxWait+answerTimeout, n.postDocument, "wait")
	add("GET /api/v1/documents/{id}", n.getDocument)
	add("GET /api/v1/documents/{id}/envelope", n.getEnvelope)
	add("GET /api/v1/documents/{id}/thread", n.getThread)
	add("GET /api/v1/documents/{id}/export", n.getExport)
	add("GET /api/v1/stocktake", n.getStocktake, "scope", "cutoff")
	add("POST /api/v1/stocktake", n.postStocktake, "scope", "cutoff")
	add("GET /api/v1/schema/{kind}", n.getSchema)
}

func (n *site) getStatus(w http.ResponseWriter, r *http.Request) error {
	s, err := n.Status(r.Context())
	if err != nil {
		return err
	}
	if !n.Operator { // what a dial failed on names addresses
		shown := *s
		shown.Peers = slices.Clone(s.Peers)
		for i := range shown.Peers {
			shown.Peers[i].Trouble = ""
		}
		s = &shown
	}
	return writeJSON(w, http.StatusOK, s)
}

func (n *site) getSnapshot(w http.ResponseWriter, r *http.Request) error {
	s, err := n.Snapshot(r.Context())
	if err != nil {
		return err
	}
	writeBytes(w, mediaJSON, s.Marshal())
	return nil
}

func (n *site) getFederation(w http.ResponseWriter, r *http.Request) error {
	b, err := n.Federation(r.Context())
	if err != nil {
		return err
	}
	writeBytes(w, mediaLines, b)
	return nil
}

func (n *site) getDocuments(w http.ResponseWriter, r *http.Request) error {
	q, err := readQuery(r)
	if err != nil {
		return err
	}
	list, err := n.Documents(r.Context(), q)
	if err != nil {
		return err
	}
	if list == nil {
		list = []Listed{}
	}
	return writeJSON(w, http.StatusOK, listJSON{listVersion, list})
}

func (n *site) getDocument(w http.ResponseWriter, r *http.Request) error {
	id, err := documentID(r)
	if err != nil {
		return err
	}
	d, err := n.Document(r.Context(), id)
	if err != nil {
		return err
	}
	if !json.Valid(d.Statement) {
		d.Statement = nil // absent, or a malformed record: the envelope has its bytes
	}
	return writeJSON(w, http.StatusOK, d)
}

func (n *site) getEnvelope(w http.ResponseWriter, r *http.Request) error {
	id, err := documentID(r)
	if err != nil {
		return err
	}
	e, err := n.Envelope(r.Context(), id)
	if err != nil {
		return err
	}
	writeBytes(w, mediaEnvelope, e.Marshal())
	return nil
}

func (n *site) getThread(w http.ResponseWriter, r *http.Request) error {
	id, err := documentID(r)
	if err != nil {
		return err
	}
	t, err := n.Thread(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, t)
}

func (n *site) getExport(w http.ResponseWriter, r *http.Request) error {
	id, err := documentID(r)
	if err != nil {
		return err
	}
	files, err := n.Export(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, files)
}

// postDocument files an envelope. With ?wait=SECONDS it answers when the
// document is final, or as it is after that time.
func (n *site) postDocument(w http.ResponseWriter, r *http.Request) error {
	var wait time.Duration
	if s := r.URL.Query().Get("wait"); s != "" {
		seconds, err := strconv.Atoi(s)
		if err != nil || seconds < 0 || time.Duration(seconds)*time.Second > maxWait {
			return badRequest("wait=%.20s is not a number of seconds up to %d", s, int(maxWait.Seconds()))
		}
		wait = time.Duration(seconds) * time.Second
	}
	b, err := body(w, r, maxEnvelope, mediaEnvelope, mediaJSON)
	if err != nil {
		return err
	}
	e, err := signing.ParseEnvelope(b)
	if err != nil {
		return err
	}
	filed, err := n.File(r.Context(), e)
	if err != nil {
		return n.refused(e, err)
	}
	if wait > 0 {
		filed = n.waitFinal(r.Context(), filed, wait)
	}
	w.Header().Set("Location", "/api/v1/documents/"+string(filed.ID))
	return writeJSON(w, http.StatusCreated, filed)
}

// waitFinal gives a filing time to become final. What it cannot learn it
// leaves as it was: the document is received all the same.
func (n *site) waitFinal(ctx context.Context, f *Filed, wait time.Duration) *Filed {
	select {
	case n.waiters <- struct{}{}:
		defer func() { <-n.waiters }()
	default:
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	final, err := WaitFinal(ctx, n.Service, f)
	if err != nil {
		return f
	}
	return final
}

// WaitFinal asks a node until a filing is final or the context ends. Its
// error then is the context's.
func WaitFinal(ctx context.Context, s Service, f *Filed) (*Filed, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for f.State != StateFiled {
		d, err := s.Document(ctx, f.ID)
		if err != nil {
			return f, err
		}
		if d.Filed != "" {
			return &Filed{ID: d.ID, Log: d.Log, Index: d.Index, State: StateFiled, Filed: d.Filed, Witnesses: d.Witnesses}, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return f, ctx.Err()
		}
	}
	return f, nil
}

func (n *site) getStocktake(w http.ResponseWriter, r *http.Request) error {
	q, err := readAssembly(r)
	if err != nil {
		return err
	}
	return n.answerStocktake(w, r, q)
}

func (n *site) postStocktake(w http.ResponseWriter, r *http.Request) error {
	q, err := readAssembly(r)
	if err != nil {
		return err
	}
	b, err := body(w, r, maxSnapshot, mediaJSON)
	if err != nil {
		return err
	}
	s, err := review.ParseSnapshot(b)
	if err != nil {
		return err
	}
	q.Snapshot = &s
	return n.answerStocktake(w, r, q)
}

func (n *site) answerStocktake(w http.ResponseWriter, r *http.Request, q AssembleRequest) error {
	b, err := n.Assemble(r.Context(), q)
	if err != nil {
		return err
	}
	writeBytes(w, mediaJSON, b)
	return nil
}

func (n *site) getSchema(w http.ResponseWriter, r *http.Request) error {
	kind := review.Kind(r.PathValue("kind"))
	if !slices.Contains(review.Kinds(), kind) {
		return &AnswerError{http.StatusNotFound, codeNoPage, "there is no such kind of document"}
	}
	writeBytes(w, mediaSchema, review.Schema(kind))
	return nil
}

func writeBytes(w http.ResponseWriter, mediaType string, b []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b) // the asker has gone
}
