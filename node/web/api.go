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

// listJSON is a list of documents.
type listJSON struct {
	Version   int      `json:"version"`
	Total     int      `json:"total"` // how many there are, also those that newest and skip leave out
	Documents []Listed `json:"documents"`
}

// routeAPI adds /api/v1. Refusals are errorBody.
func (n *site) routeAPI(mux *http.ServeMux) {
	envelope := &content{mediaEnvelope, envelopeReference}
	stocktake := content{mediaJSON, stocktakeShape{}}
	n.routeEndpoints(mux, []endpoint{
		{method: "GET", path: "/api/v1/status", about: "How the node and its federation are.", answer: n.getStatus, gives: content{mediaJSON, Status{}}},
		{method: "GET", path: "/api/v1/snapshot", about: "Exactly which records a stocktake made now would be made from.", answer: n.getSnapshot, gives: content{mediaJSON, snapshotShape{}}},
		{method: "GET", path: "/api/v1/federation", about: "The charter and its accessions, one envelope a line.", answer: n.getFederation, gives: content{mediaLines, nil}},
		{method: "GET", path: "/api/v1/irregularities", about: "What the records show to have gone wrong or ended before its time, the latest first. Withdrawals are in the stocktake.", answer: n.getIrregularities, gives: content{mediaJSON, irregularitiesJSON{}}},
		{method: "GET", path: "/api/v1/documents", about: "The documents held, by filing time, pending ones last: all, or the newest ones.", answer: n.getDocuments,
			query: []string{"kind", "author", "about", "receipts", "newest", "skip"}, gives: content{mediaJSON, listJSON{}}},
		{method: "POST", path: "/api/v1/documents", about: "File a signed document. When the answer comes, it is received: it survives a crash.", limit: maxWait + answerTimeout, answer: n.postDocument,
			query: []string{"wait"}, takes: envelope, status: http.StatusCreated, gives: content{mediaJSON, Filed{}}},
		{method: "GET", path: "/api/v1/documents/{id}", about: "One document with all that this node knows of it.", answer: n.getDocument, gives: content{mediaJSON, Shown{}}},
		{method: "GET", path: "/api/v1/documents/{id}/envelope", about: "The document as it was signed.", answer: n.getEnvelope, gives: *envelope},
		{method: "GET", path: "/api/v1/documents/{id}/thread", about: "The document with everything that was said about it.", answer: n.getThread, gives: content{mediaJSON, review.Thread{}}},
		{method: "GET", path: "/api/v1/documents/{id}/export", about: "What others need to verify the document: files by name, in base64.", answer: n.getExport,
			gives: content{mediaJSON, schema{"type": "object", "additionalProperties": map[string]any{"type": "string", "contentEncoding": "base64"}}}},
		{method: "GET", path: "/api/v1/stocktake", about: "The stocktake of what the node holds now.", answer: n.getStocktake, query: []string{"scope", "cutoff", "rates"}, gives: stocktake},
		{method: "GET", path: "/api/v1/stocktake/figure", about: "How a figure of that stocktake comes about: the rows that it counts or sums up, and the documents of each.", answer: n.getFigure,
			query: []string{"scope", "cutoff", "rates", "group", "name"}, gives: content{mediaJSON, figureJSON{}}},
		{method: "POST", path: "/api/v1/stocktake", about: "The stocktake of a snapshot: the same bytes at every node.", answer: n.postStocktake,
			query: []string{"scope", "cutoff", "rates"}, takes: &content{mediaJSON, snapshotShape{}}, gives: stocktake},
		{method: "GET", path: "/api/v1/schema/{kind}", about: "The JSON Schema of a kind's predicate.", answer: n.getSchema, gives: content{mediaSchema, schema{"type": "object"}}},
	})
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
	total := len(list)
	if q.Newest+q.Skip > 0 {
		if total, err = n.Total(r.Context(), q); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, listJSON{listVersion, total, list})
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
	s, err := n.Assemble(r.Context(), q)
	if err != nil {
		return err
	}
	writeBytes(w, mediaJSON, s.File())
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
