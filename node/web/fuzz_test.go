package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/signing"
)

// FuzzTilePath holds that a path stands for one tile, and no other path for
// the same.
func FuzzTilePath(f *testing.F) {
	for _, p := range []string{"0/000", "0/x001/x234/067", "entries/000.p/112", "63/000.p/1", "data/000", "0/0"} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, p string) {
		tile, ok := parseTilePath(p)
		if !ok {
			return
		}
		back := strings.TrimPrefix(tile.Path(), "tile/8/")
		if rest, ok := strings.CutPrefix(back, "data/"); ok {
			back = "entries/" + rest
		}
		if back != p {
			t.Errorf("%q is read as %q", p, back)
		}
	})
}

// FuzzScope holds that what is read as a scope is written the same.
func FuzzScope(f *testing.F) {
	for _, s := range []string{"global", "region:UN-ECA", "participant:sle", "objective:7", "objective:+7", "region:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := readScope(s); err == nil && s != "" && string(got) != s {
			t.Errorf("%q is read as %q", s, got)
		}
	})
}

// FuzzAnswer holds that no answer of a stranger makes a client panic or take
// an error for none, and that an error of ours survives another round.
func FuzzAnswer(f *testing.F) {
	f.Add(422, []byte(`{"error":{"code":"refused","message":"x","fields":[{"pointer":"/due","code":"not-a-date"}]}}`))
	f.Add(409, []byte(`{"error":{"code":"cannot-compute","missing":["00"]}}`))
	f.Add(404, []byte(`{"error":{"code":"not-found","message":"gone"}}`))
	f.Add(200, []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		err := errorOf(status, body)
		if err == nil || err.Error() == "" {
			t.Fatalf("%#v", err)
		}
		status, e, own := answerOf(err)
		if own {
			t.Fatalf("%v is not recognised", err)
		}
		b, _ := json.Marshal(errorBody{Error: e})
		if again := errorOf(status, b); again.Error() != err.Error() {
			t.Errorf("%q comes back as %q", err, again)
		}
	})
}

// FuzzPredicate holds that any JSON in the place of a predicate is shown, as
// text, for every kind.
func FuzzPredicate(f *testing.F) {
	f.Add(4, []byte(`{"title":"A","targets":[{"id":"t1","value":"<b>"},7],"objectives":[6,"x",1e9],"parties":{}}`))
	f.Add(1, []byte(`{"participants":[{"keys":[{"key":null}],"logs":"x"}]}`))
	f.Add(3, []byte(`{"checkpoint":["<script>"]}`))
	english := words{lang.Default()}
	read := fieldReader{
		words:    english,
		name:     func(id review.ParticipantID) string { return string(id) },
		who:      func(id review.ParticipantID) ref { return ref{Text: string(id)} },
		round:    func(id string) string { return id },
		document: func(id review.DocumentID) value { return value{Form: "code", Text: string(id)} },
	}
	f.Fuzz(func(t *testing.T, kind int, predicate []byte) {
		if !json.Valid(predicate) {
			return
		}
		kinds := append(review.Kinds(), "")
		body := &documentBody{Fields: read.fields(kinds[uint(kind)%uint(len(kinds))], predicate)}
		w := httptest.NewRecorder()
		if err := writePage(w, http.StatusOK, english.Language, "document", page{Body: body}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%s", w.Body)
		}
	})
}

// FuzzRequest holds that no request line gets past the guard into a panic or
// an answer without its headers.
func FuzzRequest(f *testing.F) {
	for _, target := range []string{"/", "/documents/%00", "/api/v1/documents?kind=%zz", "/log/x/tile/0/000", "//x/..", "/stocktake?scope=objective:1&scope=x", "/ar/stocktake?scope=x", "/fr/"} {
		f.Add("GET", target, "localhost")
	}
	f.Add("POST", "/api/v1/documents?wait=1", "127.0.0.1:80")
	h := Handler(absentNode{}, Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	f.Fuzz(func(t *testing.T, method, target, host string) {
		r, err := http.NewRequest(method, "http://localhost", strings.NewReader("{}"))
		if err != nil {
			return
		}
		if r.URL, err = r.URL.Parse(target); err != nil {
			return
		}
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Header().Get("Content-Security-Policy") != policy {
			t.Errorf("%s %s: no policy", method, target)
		}
		if w.Code == http.StatusOK && !strings.HasPrefix(target, "/") {
			t.Errorf("%s %q is answered", method, target)
		}
	})
}

// absentNode fails at everything: requests end there at the latest.
type absentNode struct{}

var errAbsent = errors.New("no node")

func (absentNode) File(context.Context, signing.Envelope) (*Filed, error)     { return nil, errAbsent }
func (absentNode) Total(context.Context, Query) (int, error)                  { return 0, errAbsent }
func (absentNode) Listed(context.Context, review.DocumentID) (*Listed, error) { return nil, errAbsent }
func (absentNode) Documents(context.Context, Query) ([]Listed, error)         { return nil, errAbsent }
func (absentNode) Document(context.Context, review.DocumentID) (*Shown, error) {
	return nil, errAbsent
}
func (absentNode) Envelope(context.Context, review.DocumentID) (signing.Envelope, error) {
	return signing.Envelope{}, errAbsent
}
func (absentNode) Thread(context.Context, review.DocumentID) (*review.Thread, error) {
	return nil, errAbsent
}
func (absentNode) Assemble(context.Context, AssembleRequest) (*review.Stocktake, error) {
	return nil, errAbsent
}
func (absentNode) Export(context.Context, review.DocumentID) (map[string][]byte, error) {
	return nil, errAbsent
}
func (absentNode) Snapshot(context.Context) (review.Snapshot, error) {
	return review.Snapshot{}, errAbsent
}
func (absentNode) Federation(context.Context) ([]byte, error) { return nil, errAbsent }
func (absentNode) Status(context.Context) (*Status, error)    { return nil, errAbsent }
func (absentNode) Irregularities(context.Context) ([]review.Irregularity, error) {
	return nil, errAbsent
}
func (absentNode) AttachmentState(context.Context, review.DocumentID) (*AttachmentState, error) {
	return nil, errAbsent
}
func (absentNode) AttachmentPiece(context.Context, review.DocumentID, int) ([]byte, error) {
	return nil, errAbsent
}
func (absentNode) PutAttachmentPiece(context.Context, review.DocumentID, int, []byte) (*AttachmentState, error) {
	return nil, errAbsent
}
