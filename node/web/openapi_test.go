package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

// api is what a node says of its own API.
type api struct {
	world    *world
	compiler *jsonschema.Compiler
	Paths    map[string]map[string]struct {
		RequestBody *struct{ Content map[string]any }
		Responses   map[string]struct{ Content map[string]any }
	}
}

const described = "https://node.test/openapi.json"

func readAPI(t *testing.T, w *world) *api {
	b := w.get(t, "/api/v1/openapi.json")
	a := &api{world: w, compiler: jsonschema.NewCompiler()}
	require.NoError(t, json.Unmarshal(b, a))
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	require.NoError(t, err)
	a.compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, a.compiler.AddResource(described, document))
	return a
}

// schema is the one at a place of the description.
func (a *api) schema(t *testing.T, steps ...string) *jsonschema.Schema {
	t.Helper()
	pointer := ""
	for _, s := range steps {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
	}
	s, err := a.compiler.Compile(described + "#" + url.PathEscape(pointer))
	require.NoError(t, err)
	return s
}

func valid(s *jsonschema.Schema, b []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// ask does one operation and holds the answer against its description.
func (a *api) ask(t *testing.T, method, path, target string, body []byte) {
	t.Helper()
	o, ok := a.Paths[path][strings.ToLower(method)]
	require.True(t, ok, "%s %s is not described", method, path)
	r, err := http.NewRequest(method, "http://"+a.world.address+target, bytes.NewReader(body))
	require.NoError(t, err)
	if o.RequestBody != nil {
		for mediaType := range o.RequestBody.Content {
			r.Header.Set("Content-Type", mediaType)
			if strings.HasSuffix(mediaType, "json") {
				require.NoError(t, valid(a.schema(t, "paths", path, strings.ToLower(method), "requestBody", "content", mediaType, "schema"), body))
			}
		}
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	code := fmt.Sprint(res.StatusCode)
	mediaType := res.Header.Get("Content-Type")
	if _, ok := o.Responses[code]; !ok {
		require.GreaterOrEqual(t, res.StatusCode, 400, "%s %s", method, target)
		require.NoError(t, valid(a.schema(t, "components", "responses", "failed", "content", "application/json", "schema"), b), "%s %s: %s", method, target, b)
		return
	}
	require.Contains(t, o.Responses[code].Content, mediaType, "%s %s", method, target)
	if mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") {
		assert.NoError(t, valid(a.schema(t, "paths", path, strings.ToLower(method), "responses", code, "content", mediaType, "schema"), b), "%s %s: %.2000s", method, target, b)
	}
}

// TestEveryAnswerIsAsDescribed asks for everything that the node holds, by
// every route of its description, and files what the description says.
func TestEveryAnswerIsAsDescribed(t *testing.T) {
	w := open(t)
	a := readAPI(t, w)
	content := []byte(strings.Repeat("y", review.AttachmentChunk+9))
	_, m := w.attach(t, "annex-2.txt", content)
	e, err := w.sign([]byte("kind: pledge\nlanguage: en\nsample: true\ntitle: SAMPLE as described\nform: individual\nobjectives: [6]\ndue: not-stated\n"), "xsa", "xsa")
	require.NoError(t, err)
	refused, err := w.sign([]byte("kind: comment\nlanguage: en\nsample: true\ntitle: SAMPLE\nabout: "+strings.Repeat("0", 64)+"\ntype: question\ntext: What?\n"), "xsb", "xsb")
	require.NoError(t, err)
	all, err := w.client.Documents(t.Context(), web.Query{Receipts: true})
	require.NoError(t, err)
	require.Greater(t, len(all), 50)
	unknown := strings.Repeat("0", 64)
	attachment := "/api/v1/attachments/" + string(m.Digest())

	asked := map[string]bool{"GET /api/v1/events": true} // which never ends: see events_test.go
	ask := func(method, path, target string, body []byte) {
		t.Helper()
		asked[method+" "+path] = true
		a.ask(t, method, path, target, body)
	}
	for _, path := range []string{"status", "snapshot", "federation", "irregularities", "documents", "stocktake", "openapi.json"} {
		ask("GET", "/api/v1/"+path, "/api/v1/"+path, nil)
	}
	for _, target := range []string{"?receipts=true", "?kind=pledge", "?author=xsa", "?about=" + string(w.genesis.ID), "?kind=treaty"} {
		ask("GET", "/api/v1/documents", "/api/v1/documents"+target, nil)
	}
	for _, scope := range []string{"global", "region:UN-ECA", "participant:xsa", "objective:4", "world"} {
		ask("GET", "/api/v1/stocktake", "/api/v1/stocktake?scope="+scope, nil)
	}
	ids := []string{unknown, "abc"}
	for _, d := range all {
		ids = append(ids, string(d.ID))
	}
	for _, id := range ids {
		for _, part := range []string{"", "/envelope", "/thread", "/export"} {
			ask("GET", "/api/v1/documents/{id}"+part, "/api/v1/documents/"+id+part, nil)
		}
	}
	for _, k := range append(review.Kinds(), "treaty") {
		ask("GET", "/api/v1/schema/{kind}", "/api/v1/schema/"+string(k), nil)
	}
	ask("POST", "/api/v1/documents", "/api/v1/documents?wait=1", e.Marshal())
	ask("POST", "/api/v1/documents", "/api/v1/documents", refused.Marshal())
	snapshot, err := w.client.Snapshot(t.Context())
	require.NoError(t, err)
	ask("GET", "/api/v1/stocktake/figure", "/api/v1/stocktake/figure?group=pledges&name=pledges", nil)
	ask("POST", "/api/v1/stocktake", "/api/v1/stocktake", snapshot.Marshal())
	ask("GET", "/api/v1/attachments/{id}", attachment, nil)
	ask("PUT", "/api/v1/attachments/{id}/manifest", attachment+"/manifest", m.Marshal())
	ask("PUT", "/api/v1/attachments/{id}/chunks", attachment+"/chunks?from=0", content)
	ask("GET", "/api/v1/attachments/{id}", attachment, nil)
	ask("GET", "/api/v1/attachments/{id}/manifest", attachment+"/manifest", nil)
	ask("GET", "/api/v1/attachments/{id}/chunks", attachment+"/chunks?from=1", nil)
	ask("GET", "/api/v1/attachments/{id}/chunks", attachment+"/chunks", nil)

	for path, operations := range a.Paths {
		for method := range maps.Keys(operations) {
			assert.Contains(t, asked, strings.ToUpper(method)+" "+path, "nothing here asks it")
		}
	}
}

// A description that fits every answer would say nothing.
func TestADescriptionFitsItsOwnAnswersOnly(t *testing.T) {
	w := open(t)
	a := readAPI(t, w)
	status := a.schema(t, "paths", "/api/v1/status", "get", "responses", "200", "content", "application/json", "schema")
	require.NoError(t, valid(status, w.get(t, "/api/v1/status")))
	require.Error(t, valid(status, w.get(t, "/api/v1/snapshot")))
	require.Error(t, valid(status, []byte(`{}`)))
	require.Error(t, valid(status, bytes.Replace(w.get(t, "/api/v1/status"), []byte(`"size":`), []byte(`"sizes":`), 1)))
	statement := a.schema(t, "components", "schemas", "statement")
	e, err := w.client.Envelope(t.Context(), w.genesis.ID)
	require.NoError(t, err)
	require.NoError(t, valid(statement, e.Payload))
	require.Error(t, valid(statement, bytes.Replace(e.Payload, []byte("/charter/v1"), []byte("/pledge/v1"), 1)))
}
