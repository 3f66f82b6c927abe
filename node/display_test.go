package node_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// alone is the home of a federation of one, whose node files while it is not
// running.
func alone(t *testing.T) (node.Home, *signing.DocumentSigner, *review.Document) {
	t.Helper()
	dir := t.TempDir()
	home := node.Home(filepath.Join(dir, "a"))
	card, err := node.Init(home, node.InitOptions{
		Participant: review.Participant{ID: "ngo", Kind: "civil-society", Name: "A coalition"},
		Addresses:   []string{"/ip4/127.0.0.1/tcp/19999"}, HTTP: "127.0.0.1:19998",
	})
	require.NoError(t, err)
	charter, err := ceremony.Convene([]ceremony.Card{card}, ceremony.Convening{Title: "Test", Suffix: "test.example", Witnesses: []review.ParticipantID{"ngo"}})
	require.NoError(t, err)
	author, err := home.DocumentSigner(node.RoleAuthor, nil)
	require.NoError(t, err)
	signed, err := node.SignCharter(author, "ngo", *charter)
	require.NoError(t, err)
	genesis, err := review.Parse(signed.Payload)
	require.NoError(t, err)
	accession, err := node.SignAccession(author, "ngo", genesis, "")
	require.NoError(t, err)
	file := filepath.Join(dir, "federation.jsonl")
	require.NoError(t, os.WriteFile(file, append(append(append(signed.Marshal(), '\n'), accession.Marshal()...), '\n'), 0o600))
	_, err = node.Join(t.Context(), home, file, nil)
	require.NoError(t, err)
	return home, author, genesis
}

func openOffline(t *testing.T, home node.Home) *node.Node {
	t.Helper()
	n, err := node.Open(home, node.Options{Offline: true, Store: store.Options{WriteBuffer: 2 << 20, MinFree: 1}})
	require.NoError(t, err)
	return n
}

func file(t *testing.T, n *node.Node, author *signing.DocumentSigner, genesis *review.Document, draft string) review.DocumentID {
	t.Helper()
	id, err := tryFile(t, n, author, genesis, draft)
	require.NoError(t, err)
	return id
}

func tryFile(t *testing.T, n *node.Node, author *signing.DocumentSigner, genesis *review.Document, draft string) (review.DocumentID, error) {
	t.Helper()
	payload, err := review.Complete([]byte("language: en\n"+draft), review.Completion{Federation: genesis.ID, Charter: genesis.ID, Author: "ngo", Created: node.Now(), Salt: node.NewSalt()})
	require.NoError(t, err)
	e, err := author.Sign(payload)
	require.NoError(t, err)
	filed, err := n.File(context.Background(), e)
	if err != nil {
		return "", err
	}
	return filed.ID, nil
}

// What a node does not display it holds, counts and has in its stocktakes like
// any other, and it says openly what and why.
func TestWhatIsNotDisplayedStillCounts(t *testing.T) {
	home, author, genesis := alone(t)
	n := openOffline(t, home)
	ctx := context.Background()
	const secret = "PLAINLY-RECOGNISABLE"
	hidden := file(t, n, author, genesis, "kind: pledge\ntitle: "+secret+"\nform: individual\nobjectives: [6]\ndue: not-stated\ntargets: [{id: t1, indicator: "+secret+", value: not-stated, unit: persons, due: not-stated}]\n")
	report := file(t, n, author, genesis, "kind: report\ntitle: A report\nabout: "+string(hidden)+"\nstatus: in-progress\nvalues: [{target: t1, value: '1', on: 2026-01-01}]\n")
	defer n.Close()
	figures := func() map[string]int {
		stocktake, err := n.Assemble(ctx, web.AssembleRequest{Scope: "global"})
		require.NoError(t, err)
		values := map[string]int{}
		for _, f := range stocktake.Contents().Figures {
			if f.Group != "excluded" { // here nobody witnesses: everything is pending, the policy too
				values[f.Group+" "+f.Name] = f.Value
			}
		}
		return values
	}
	before := figures()
	require.NotEmpty(t, before)
	policy := file(t, n, author, genesis, "kind: policy\ntitle: What our node does not show\nrules: [{what: "+string(hidden)+", reason: A court ordered it.}]\n")
	assert.Equal(t, before, figures(), "the policy changed a figure")

	d, err := n.Document(ctx, hidden)
	require.NoError(t, err)
	assert.Equal(t, "A court ordered it.", d.NotDisplayed)
	assert.Nil(t, d.Statement)
	assert.Equal(t, "present", d.Absence)
	status, err := n.Status(ctx)
	require.NoError(t, err)
	assert.Equal(t, []review.DisplayRule{{What: string(hidden), Reason: "A court ordered it."}}, status.Display)
	assert.Equal(t, policy, status.Policy)

	handler := web.Handler(n, web.Options{})
	get := func(path string) (int, string) {
		if !strings.HasPrefix(path, "/api/") {
			path = "/en" + strings.TrimSuffix(path, "/")
		}
		r := httptest.NewRequest("GET", "http://localhost"+path, nil)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, path := range []string{
		"/documents", "/documents/" + string(hidden), "/documents/" + string(report), "/", "/stocktake", "/participants/ngo",
		"/api/v1/documents", "/api/v1/documents/" + string(hidden), "/api/v1/documents/" + string(report) + "/thread", "/policy", "/charter",
	} {
		code, body := get(path)
		assert.Equal(t, http.StatusOK, code, path)
		assert.NotContains(t, body, secret, path)
	}
	_, page := get("/documents/" + string(hidden))
	assert.Contains(t, page, "Not displayed here.")
	assert.Contains(t, page, "A court ordered it.")
	_, public := get("/policy")
	assert.Contains(t, public, "A court ordered it.")
	assert.Contains(t, public, "/documents/"+string(policy))
	for _, below := range []string{"/envelope", "/export"} {
		code, body := get("/api/v1/documents/" + string(hidden) + below)
		assert.Equal(t, http.StatusUnavailableForLegalReasons, code)
		assert.Contains(t, body, "A court ordered it.")
		assert.NotContains(t, body, secret)
	}
	// Replication knows nothing of it: the record is there, byte for byte.
	_, err = n.Envelope(ctx, report)
	assert.NoError(t, err)
}
