package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// TestClientsGiveWhatTheNodeGives holds that a program sees the same through
// the URL, through the socket, and inside the node.
func TestClientsGiveWhatTheNodeGives(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	socket := web.NewSocketClient(w.home.Socket())
	defer socket.Close()
	snapshot, err := w.node.Snapshot(ctx)
	require.NoError(t, err)
	calls := map[string]func(web.Service) (any, error){
		"documents": func(s web.Service) (any, error) { return s.Documents(ctx, web.Query{}) },
		"documents by": func(s web.Service) (any, error) {
			return s.Documents(ctx, web.Query{Author: "xsa", Kind: review.KindPledge})
		},
		"documents about": func(s web.Service) (any, error) {
			return s.Documents(ctx, web.Query{About: w.genesis.ID, Receipts: true})
		},
		"newest documents": func(s web.Service) (any, error) {
			return s.Documents(ctx, web.Query{Kind: review.KindPledge, Newest: 3, Skip: 2})
		},
		"how many": func(s web.Service) (any, error) {
			return s.Total(ctx, web.Query{Kind: review.KindPledge, Newest: 3, Skip: 2})
		},
		"no documents": func(s web.Service) (any, error) { return s.Documents(ctx, web.Query{Author: "nobody"}) },
		"snapshot":     func(s web.Service) (any, error) { s2, err := s.Snapshot(ctx); return s2.Digest(), err },
		"federation":   func(s web.Service) (any, error) { return s.Federation(ctx) },
		"status":       func(s web.Service) (any, error) { return s.Status(ctx) },
		"stocktake":    func(s web.Service) (any, error) { return s.Assemble(ctx, web.AssembleRequest{}) },
		"stocktake of": func(s web.Service) (any, error) { return s.Assemble(ctx, web.AssembleRequest{Scope: "region:UN-ECE"}) },
		"stocktake then": func(s web.Service) (any, error) {
			return s.Assemble(ctx, web.AssembleRequest{Snapshot: &snapshot, Cutoff: "2020-01-01T00:00:00Z"})
		},
	}
	for _, name := range []string{"1 pledge", "8 unknown", "9 malformed", "sample/pledge-recruitment", "pledges/01-settlement-and-inclusion"} {
		id := w.ids[name]
		require.NotEmpty(t, id, name)
		calls["document "+name] = func(s web.Service) (any, error) { return s.Document(ctx, id) }
		calls["listed "+name] = func(s web.Service) (any, error) { return s.Listed(ctx, id) }
		calls["thread "+name] = func(s web.Service) (any, error) { return s.Thread(ctx, id) }
		calls["envelope "+name] = func(s web.Service) (any, error) { return s.Envelope(ctx, id) }
		if name[0] != '8' && name[0] != '9' {
			calls["export "+name] = func(s web.Service) (any, error) { return s.Export(ctx, id) }
		}
	}
	for name, call := range calls {
		want, err := call(w.node)
		require.NoError(t, err, name)
		for by, s := range map[string]web.Service{"URL": w.client, "socket": socket} {
			got, err := call(s)
			require.NoError(t, err, "%s by %s", name, by)
			assert.Equal(t, want, got, "%s by %s", name, by)
		}
	}
}

// TestDocumentsComeByteForByte holds that a statement passes through JSON
// without a changed byte, so that its ID can be computed from the answer.
func TestDocumentsComeByteForByte(t *testing.T) {
	w := open(t)
	for name, id := range w.ids {
		d, err := w.client.Document(context.Background(), id)
		require.NoError(t, err, name)
		if name == "a not-json" {
			assert.Nil(t, d.Statement)
			e, err := w.client.Envelope(context.Background(), id)
			require.NoError(t, err)
			assert.Equal(t, string(id), e.Digest().String())
			continue
		}
		assert.Equal(t, string(id), signing.PayloadDigest(d.Statement).String(), name)
	}
}

// TestFilingWaitsUntilFinal holds that ?wait gives the witnessed time, and that
// filing the same again changes nothing.
func TestFilingWaitsUntilFinal(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	e, err := w.sign([]byte("kind: comment\nabout: "+string(w.ids["sample/pledge-identity"])+"\nauthor: xsb\nlanguage: en\nsample: true\ntitle: SAMPLE question\ntype: question\nto: xsa\ntext: When?\n"), "xsb", "xsb")
	require.NoError(t, err)
	filed, err := w.client.FileFinal(ctx, e, 20*time.Second)
	require.NoError(t, err)
	assert.Equal(t, web.StateFiled, filed.State)
	assert.NotEmpty(t, filed.Filed)
	assert.Equal(t, 1, filed.Witnesses)
	again, err := w.client.File(ctx, e)
	require.NoError(t, err)
	assert.Equal(t, filed, again)
}

// TestRefusalsKeepTheirFields holds that whoever files learns which field is
// wrong, and that nothing is stored.
func TestRefusalsKeepTheirFields(t *testing.T) {
	w := open(t)
	e, err := w.sign([]byte("kind: pledge\nauthor: gmb\nlanguage: en\ntitle: Spoofed\nform: individual\nobjectives: [9]\ndue: not-stated\n"), "gmb", "gmb-academic")
	require.NoError(t, err)
	_, err = w.client.File(context.Background(), e)
	var refusal review.Refusal
	require.ErrorAs(t, err, &refusal)
	assert.Equal(t, "/author", refusal[0].Pointer)
	assert.Contains(t, refusal.Error(), "gmb-academic")
	_, err = w.client.Document(context.Background(), review.DocumentID(e.Digest().String()))
	assert.ErrorIs(t, err, web.ErrNotFound)

	e.Signature = bytes.Clone(e.Signature)
	e.Signature[len(e.Signature)-1] ^= 1
	_, err = w.client.File(context.Background(), e)
	assert.Error(t, err)
}

// TestAnOldSnapshotGivesTheSameBytesLater is what makes a stocktake checkable.
func TestAnOldSnapshotGivesTheSameBytesLater(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	then, err := w.client.Snapshot(ctx)
	require.NoError(t, err)
	want, err := w.client.Assemble(ctx, web.AssembleRequest{Snapshot: &then})
	require.NoError(t, err)
	e, err := w.sign([]byte("kind: pledge\nauthor: xsc\nlanguage: en\nsample: true\ntitle: SAMPLE later pledge\nform: individual\nobjectives: [1]\ndue: not-stated\n"), "xsc", "xsc")
	require.NoError(t, err)
	_, err = w.client.FileFinal(ctx, e, 20*time.Second)
	require.NoError(t, err)
	got, err := w.client.Assemble(ctx, web.AssembleRequest{Snapshot: &then})
	require.NoError(t, err)
	assert.Equal(t, want, got)
	now, err := w.client.Assemble(ctx, web.AssembleRequest{})
	require.NoError(t, err)
	assert.NotEqual(t, want.Digest(), now.Digest())

	more := then
	more.Logs = append([]review.LogState(nil), then.Logs...)
	more.Logs[0].Size += 1000
	_, err = w.client.Assemble(ctx, web.AssembleRequest{Snapshot: &more})
	assert.Error(t, err, "a snapshot of more than the node holds")
}

// TestAnExportVerifiesWithoutANode holds of the API's files and of the archive
// that pages offer.
func TestAnExportVerifiesWithoutANode(t *testing.T) {
	w := open(t)
	id := w.ids["sample/report-recruitment"]
	archive := w.get(t, "/documents/"+string(id)+"/files.zip")
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		files[filepath.Base(f.Name)], err = io.ReadAll(r)
		require.NoError(t, err)
	}
	assert.Equal(t, string(review.VerifyPage()), string(files[review.FilePage]))
	delete(files, review.FilePage)
	exported, err := w.client.Export(context.Background(), id)
	require.NoError(t, err)
	assert.Equal(t, exported, files)
	verdict, err := review.Verify(files)
	require.NoError(t, err)
	assert.Equal(t, id, verdict.ID)
	assert.NotEmpty(t, verdict.Filed)
}

// failing is a node whose every status and snapshot is an error: only what travels over
// HTTP is under test.
type failing struct {
	web.Service
	err error
}

func (f failing) Status(context.Context) (*web.Status, error) { return nil, f.err }

func (f failing) Snapshot(context.Context) (review.Snapshot, error) { return review.Snapshot{}, f.err }

// TestErrorsComeBackAsTheyWere holds of every error that callers branch on.
func TestErrorsComeBackAsTheyWere(t *testing.T) {
	missing := &review.CannotComputeError{Missing: []review.DocumentID{someID}}
	refusal := review.Refusal{{Pointer: "/due", Code: "not-a-date", Args: map[string]string{"value": "\"soon\""}}, {Code: "dangling"}}
	for _, err := range []error{
		missing, refusal, web.ErrNotFound, web.ErrUnavailable, web.ErrDiskFull, signing.ErrSignature, signing.ErrEnvelope,
		review.ErrSnapshot, review.ErrSnapshotRecords, review.ErrScope, review.ErrRates, review.ErrRules,
		&web.AnswerError{Status: 409, Code: "odd", Message: "an odd one"},
	} {
		server := httptest.NewServer(web.Handler(failing{err: fmt.Errorf("asking: %w", err)}, web.Options{}))
		c, cerr := web.NewClient(server.URL)
		require.NoError(t, cerr)
		_, got := c.Status(context.Background())
		server.Close()
		switch want := err.(type) {
		case *review.CannotComputeError:
			var back *review.CannotComputeError
			require.ErrorAs(t, got, &back)
			assert.Equal(t, want, back)
		case review.Refusal:
			assert.Equal(t, want, got)
		case *web.AnswerError:
			var back *web.AnswerError
			require.ErrorAs(t, got, &back)
			assert.Equal(t, want.Code, back.Code)
		default:
			assert.ErrorIs(t, got, err)
			assert.Equal(t, "asking: "+err.Error(), got.Error())
		}
	}
}

// TestTheNodesOwnTroubleStaysWithIt holds that an asker learns that the node
// failed, not how its inside looks.
func TestTheNodesOwnTroubleStaysWithIt(t *testing.T) {
	server := httptest.NewServer(web.Handler(failing{err: errors.New("open /home/secret/db: broken")}, web.Options{Logger: quiet()}))
	defer server.Close()
	for _, path := range []string{"/api/v1/status", "/"} {
		res, err := http.Get(server.URL + path)
		require.NoError(t, err)
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		assert.Equal(t, http.StatusInternalServerError, res.StatusCode)
		assert.NotContains(t, string(b), "secret")
	}
}

// TestWhoCannotBeReachedIsNamed holds that a network error says whom it asked
// and what to do.
func TestWhoCannotBeReachedIsNamed(t *testing.T) {
	free, err := freeAddress()
	require.NoError(t, err)
	remote, err := web.NewClient("http://" + free)
	require.NoError(t, err)
	socket := filepath.Join(t.TempDir(), "node.sock")
	for c, words := range map[*web.Client][]string{
		remote:                      {free, "check the address"},
		web.NewSocketClient(socket): {socket, "stocktake serve"},
	} {
		_, err := c.Status(context.Background())
		var network *web.NetworkError
		require.ErrorAs(t, err, &network)
		for _, word := range words {
			assert.Contains(t, err.Error(), word)
		}
	}
	for _, address := range []string{"", "node.example", "ftp://node.example", "http://", "http://u:p@node.example", "http://node.example/?q", "::"} {
		_, err := web.NewClient(address)
		assert.Error(t, err, address)
	}
}

// TestStrangersAnswersAreNotBelieved holds of a server that is no node, and of
// one that answers for another document.
func TestStrangersAnswersAreNotBelieved(t *testing.T) {
	for answer, status := range map[string]int{
		"<html>welcome</html>": 200, "": 204, `{"error":"x"}`: 500, `{"error":{"code":"refused"}}`: 422,
		`{"id":"` + someID + `","state":"filed"}`: 200,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			if status != 204 {
				_, _ = io.WriteString(w, answer)
			}
		}))
		c, err := web.NewClient(server.URL)
		require.NoError(t, err)
		_, err = c.File(context.Background(), signing.Envelope{Payload: []byte("{}"), Signature: []byte{1}})
		assert.Error(t, err, answer)
		_, err = c.Snapshot(context.Background())
		assert.Error(t, err, answer)
		_, err = c.Document(context.Background(), "../../status")
		assert.Error(t, err, "an ID that climbs")
		server.Close()
	}
}

// TestSchemasAreServedAsTheyAre holds of every kind.
func TestSchemasAreServedAsTheyAre(t *testing.T) {
	w := open(t)
	for _, k := range review.Kinds() {
		assert.True(t, bytes.Equal(review.Schema(k), w.get(t, "/api/v1/schema/"+string(k))), k)
	}
}

// TestListsHaveTheirVersionedShape holds of what other programs read.
func TestListsHaveTheirVersionedShape(t *testing.T) {
	w := open(t)
	var list struct {
		Version   int
		Documents []map[string]any
	}
	require.NoError(t, json.Unmarshal(w.get(t, "/api/v1/documents?kind=pledge&author=can"), &list))
	assert.Equal(t, 1, list.Version)
	require.Len(t, list.Documents, 2)
	for _, field := range []string{"id", "kind", "author", "about", "title", "filed", "log", "index"} {
		assert.Contains(t, list.Documents[0], field)
	}
	whole, err := w.client.Documents(t.Context(), web.Query{Receipts: true})
	require.NoError(t, err)
	var pages []web.Listed
	for q := (web.Query{Receipts: true, Newest: 50}); len(pages) < len(whole); q.Skip += q.Newest {
		page, err := w.client.Documents(t.Context(), q)
		require.NoError(t, err)
		require.NotEmpty(t, page)
		pages = append(page, pages...)
	}
	assert.Equal(t, whole, pages)
	assert.JSONEq(t, `{"version":1,"total":0,"documents":[]}`, string(w.get(t, "/api/v1/documents?author=nobody")))
}
