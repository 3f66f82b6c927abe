package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"

	"stocktake/review"
)

// AttachmentRun is how many chunks one request moves at most: 1 MiB, a minute
// and a half at 100 kbit/s.
const AttachmentRun = 16

// AttachmentState is how far an attachment is at a node.
type AttachmentState struct {
	Digest review.DocumentID `json:"digest"`
	State  string            `json:"state"`            // held, partly, missing, erased
	Next   int               `json:"next"`             // the chunk that comes next
	Chunks int               `json:"chunks,omitempty"` // once its manifest is here
	Size   int64             `json:"size,omitempty"`   // in bytes; once its manifest is here
}

// States of an attachment.
const (
	AttachmentHeld    = "held"    // whole
	AttachmentPartly  = "partly"  // arriving
	AttachmentMissing = "missing" // not here; perhaps elsewhere
	AttachmentErased  = "erased"  // withdrawn by its author; not taken back
)

// ShownAttachment is an attachment as a document names it.
type ShownAttachment struct {
	Name string `json:"name"`
	AttachmentState
	Text      string            `json:"text,omitempty"`      // of a detail that is here
	TakenBack *review.Withdrawn `json:"takenBack,omitempty"` // by its author, while the document stays
}

// AttachmentSource gives attachments in pieces: the manifest if from is below
// zero, else up to AttachmentRun chunks from that one on.
type AttachmentSource interface {
	AttachmentPiece(ctx context.Context, id review.DocumentID, from int) ([]byte, error)
}

// ErrErased means that an attachment's author withdrew it.
var ErrErased = &AnswerError{http.StatusGone, "erased", "its author withdrew it: it is not taken back"}

const mediaBytes = "application/octet-stream"

// routeAttachments adds
//
//	GET  /api/v1/attachments/{id}            how far it is here
//	GET  /api/v1/attachments/{id}/manifest   PUT takes the same
//	GET  /api/v1/attachments/{id}/chunks     ?from=N; PUT takes the same
//	GET  /documents/{id}/attachments/{name}  for readers: the whole, as a download
func (n *site) routeAttachments(mux *http.ServeMux) {
	state := content{mediaJSON, AttachmentState{}}
	n.routeEndpoints(mux, []endpoint{
		{method: "GET", path: "/api/v1/attachments/{id}", about: "How far an attachment is here.", answer: n.getAttachmentState, gives: state},
		{method: "GET", path: "/api/v1/attachments/{id}/manifest", about: "An attachment's manifest.", answer: getPiece(n, false), gives: content{mediaBytes, nil}},
		{method: "GET", path: "/api/v1/attachments/{id}/chunks", about: "A run of an attachment's chunks.", answer: getPiece(n, true), query: []string{"from"}, gives: content{mediaBytes, nil}},
		{method: "PUT", path: "/api/v1/attachments/{id}/manifest", about: "Bring the manifest of an attachment that a document here names.", answer: n.putManifest,
			takes: &content{mediaBytes, nil}, gives: state},
		{method: "PUT", path: "/api/v1/attachments/{id}/chunks", about: "Bring a run of its chunks.", limit: maxUploadTime, answer: n.putChunks,
			query: []string{"from"}, takes: &content{mediaBytes, nil}, gives: state},
	})
	n.handle(mux, "GET /documents/{id}/attachments/{name}", maxDownloadTime, n.getAttachment)
}

// AttachmentHandler serves members what a node carries, shown here or not.
func AttachmentHandler(s AttachmentSource, logger *slog.Logger) http.Handler {
	n := newSite(nil, Options{Logger: logger})
	mux := http.NewServeMux()
	n.handle(mux, "GET /api/v1/attachments/{id}/manifest", answerTimeout, getPiece(s, false))
	n.handle(mux, "GET /api/v1/attachments/{id}/chunks", answerTimeout, getPiece(s, true), "from")
	return n.guard(mux)
}

func attachmentID(r *http.Request) (review.DocumentID, error) {
	return readID("the attachment's digest", r.PathValue("id"))
}

func (n *site) getAttachmentState(w http.ResponseWriter, r *http.Request) error {
	id, err := attachmentID(r)
	if err != nil {
		return err
	}
	s, err := n.AttachmentState(r.Context(), id)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s)
}

// readFrom reads ?from=, the number of a chunk.
func readFrom(r *http.Request) (int, error) {
	s := r.URL.Query().Get("from")
	from, err := strconv.Atoi(s)
	if err != nil || from < 0 || from > review.MaxAttachment/review.AttachmentChunk {
		return 0, badRequest("from=%.20s is not the number of a chunk", s)
	}
	return from, nil
}

func getPiece(s AttachmentSource, chunks bool) route {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := attachmentID(r)
		from := -1
		if err == nil && chunks {
			from, err = readFrom(r)
		}
		if err != nil {
			return err
		}
		b, err := s.AttachmentPiece(r.Context(), id, from)
		if err != nil {
			return err
		}
		asDownload(w.Header(), string(id)+".part")
		writeBytes(w, mediaBytes, b)
		return nil
	}
}

// asDownload keeps a browser from showing, or running, what somebody attached.
func asDownload(h http.Header, name string) {
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Download-Options", "noopen")
}

func (n *site) putManifest(w http.ResponseWriter, r *http.Request) error {
	return n.putPiece(w, r, review.MaxManifest, func(*http.Request) (int, error) { return -1, nil })
}

func (n *site) putChunks(w http.ResponseWriter, r *http.Request) error {
	return n.putPiece(w, r, AttachmentRun*review.AttachmentChunk, readFrom)
}

func (n *site) putPiece(w http.ResponseWriter, r *http.Request, limit int64, which func(*http.Request) (int, error)) error {
	id, err := attachmentID(r)
	if err != nil {
		return err
	}
	from, err := which(r)
	if err != nil {
		return err
	}
	b, err := body(w, r, limit, mediaBytes)
	if err != nil {
		return err
	}
	s, err := n.PutAttachmentPiece(r.Context(), id, from, b)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s)
}

// getAttachment gives a reader the whole of an attachment under its neutral
// name, never to be shown in the browser.
func (n *site) getAttachment(w http.ResponseWriter, r *http.Request) error {
	id, err := documentID(r)
	if err != nil {
		return err
	}
	d, err := n.Document(r.Context(), id)
	if err != nil {
		return err
	}
	for _, a := range d.Attachments {
		if a.Name != r.PathValue("name") {
			continue
		}
		out := &patientWriter{w: w, control: http.NewResponseController(w), mediaType: mediaBytes}
		asDownload(w.Header(), a.Name)
		err := ReadAttachment(r.Context(), n.Service, a.Digest, func(m review.AttachmentManifest, chunk []byte) error {
			if !out.begun {
				w.Header().Set("Content-Length", strconv.FormatInt(m.Size, 10))
			}
			_, err := out.Write(chunk)
			return err
		})
		if err != nil && out.begun {
			n.Logger.Error("attachment broken off", "id", a.Digest, "err", err)
			panic(http.ErrAbortHandler) // so that the reader does not take it for the end
		}
		return err
	}
	return &AnswerError{http.StatusNotFound, codeNoPage, "the document names no such attachment"}
}

// ReadAttachment hands a whole attachment to use, chunk by chunk, each checked.
func ReadAttachment(ctx context.Context, s AttachmentSource, id review.DocumentID, use func(m review.AttachmentManifest, chunk []byte) error) error {
	head, err := s.AttachmentPiece(ctx, id, -1)
	if err != nil {
		return err
	}
	m, err := review.ParseAttachmentManifest(head)
	if err == nil && m.Digest() != id {
		err = fmt.Errorf("%w: another one's manifest came", review.ErrAttachment)
	}
	if err != nil {
		return err
	}
	for i := 0; i < len(m.Chunks); {
		b, err := s.AttachmentPiece(ctx, id, i)
		if err != nil {
			return err
		}
		for len(b) > 0 && i < len(m.Chunks) {
			n := min(int64(len(b)), m.Length(i))
			if err := m.Chunk(i, b[:n]); err != nil {
				return err
			}
			if err := use(m, b[:n]); err != nil {
				return err
			}
			b, i = b[n:], i+1
		}
	}
	return nil
}

// SendAttachment brings a node an attachment, from where an interrupted
// transfer ended. The file is the manifest, a line feed and the content.
func SendAttachment(ctx context.Context, s Service, id review.DocumentID, file io.ReadSeeker) error {
	head := make([]byte, review.MaxManifest+1)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	m, err := review.ParseAttachmentManifest(line)
	if err == nil && m.Digest() != id {
		err = fmt.Errorf("%w: it is another one", review.ErrAttachment)
	}
	if err != nil {
		return err
	}
	state, err := s.AttachmentState(ctx, id)
	if err != nil {
		return err
	}
	if state.State == AttachmentErased {
		return ErrErased
	}
	if state.State == AttachmentMissing {
		if state, err = s.PutAttachmentPiece(ctx, id, -1, line); err != nil {
			return err
		}
	}
	run := make([]byte, AttachmentRun*review.AttachmentChunk)
	for state.State == AttachmentPartly {
		if _, err := file.Seek(int64(len(line))+1+int64(state.Next)*review.AttachmentChunk, io.SeekStart); err != nil {
			return err
		}
		n, err := io.ReadFull(file, run)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return err
		}
		was := state.Next
		if state, err = s.PutAttachmentPiece(ctx, id, was, run[:n]); err != nil {
			return err
		}
		if state.State == AttachmentPartly && state.Next <= was {
			return fmt.Errorf("%w: the node takes no more of it", review.ErrAttachment)
		}
	}
	return nil
}

// NewMemberClient asks a member's node through a client of the federation's
// own connections.
func NewMemberClient(name string, h *http.Client) *Client {
	return &Client{"http://localhost", "the node of " + name, h}
}

// AttachmentState is how far an attachment is at the node.
func (c *Client) AttachmentState(ctx context.Context, id review.DocumentID) (*AttachmentState, error) {
	if _, err := readID("an attachment's digest", string(id)); err != nil {
		return nil, err
	}
	var s AttachmentState
	err := c.call(ctx, "GET", "attachments/"+string(id), nil, "", nil, &s)
	return &s, err
}

// AttachmentPiece is a piece of an attachment.
func (c *Client) AttachmentPiece(ctx context.Context, id review.DocumentID, from int) ([]byte, error) {
	if _, err := readID("an attachment's digest", string(id)); err != nil {
		return nil, err
	}
	path, q := piecePath(id, from)
	return c.ask(ctx, "GET", path, q, "", nil)
}

// PutAttachmentPiece brings a node what AttachmentPiece gives.
func (c *Client) PutAttachmentPiece(ctx context.Context, id review.DocumentID, from int, b []byte) (*AttachmentState, error) {
	if _, err := readID("an attachment's digest", string(id)); err != nil {
		return nil, err
	}
	path, q := piecePath(id, from)
	answer, err := c.ask(ctx, "PUT", path, q, mediaBytes, b)
	if err != nil {
		return nil, err
	}
	var s AttachmentState
	err = json.Unmarshal(answer, &s)
	return &s, err
}

func piecePath(id review.DocumentID, from int) (string, url.Values) {
	if from < 0 {
		return "attachments/" + string(id) + "/manifest", nil
	}
	return "attachments/" + string(id) + "/chunks", url.Values{"from": {strconv.Itoa(from)}}
}
