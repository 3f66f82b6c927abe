package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"stocktake/review"
)

// The API describes itself: OpenAPI 3.1, made from the table of routes, the
// shapes of the Go types and the schemas of the kinds of document.

// openapi is the description of the routes in n.table.
func (n *site) openapi() ([]byte, error) {
	s := shapes{}
	for _, k := range review.Kinds() {
		s[string(k)] = json.RawMessage(review.Schema(k))
	}
	s["statement"], s["envelope"] = statementSchema(), envelopeSchema
	paths := map[string]map[string]any{}
	for _, e := range n.table {
		if paths[e.path] == nil {
			paths[e.path] = map[string]any{}
		}
		paths[e.path][strings.ToLower(e.method)] = e.operation(s)
	}
	failed := content{mediaJSON, errorBody{}}
	return json.Marshal(map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "stocktake", "version": "1",
			"description": "What a node of the federation holds, and where documents are filed. Nothing needs a login: a document is its author's by its signature.",
		},
		"servers": []any{map[string]any{"url": "/"}},
		"paths":   paths,
		"components": map[string]any{
			"schemas": s,
			"responses": map[string]any{"failed": map[string]any{
				"description": "Why not, for people and programs.",
				"content":     map[string]any{failed.mediaType: map[string]any{"schema": failed.schema(s)}},
			}},
		},
	})
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

func (e endpoint) operation(s shapes) map[string]any {
	parameters := []any{}
	for _, m := range pathParameter.FindAllStringSubmatch(e.path, -1) {
		parameters = append(parameters, parameter("path", m[1], pathParameters[m[1]]))
	}
	for _, name := range e.query {
		parameters = append(parameters, parameter("query", name, queryParameters[name]))
	}
	status := e.status
	if status == 0 {
		status = http.StatusOK
	}
	o := map[string]any{
		"summary": e.about, "parameters": parameters, "operationId": e.operationID(),
		"responses": map[string]any{
			strconv.Itoa(status): map[string]any{"description": e.about, "content": map[string]any{e.gives.mediaType: map[string]any{"schema": e.gives.schema(s)}}},
			"default":            map[string]any{"$ref": "#/components/responses/failed"},
		},
	}
	if e.takes != nil {
		o["requestBody"] = map[string]any{"required": true, "content": map[string]any{e.takes.mediaType: map[string]any{"schema": e.takes.schema(s)}}}
	}
	return o
}

// operationID is "getDocumentsIdThread" for GET /api/v1/documents/{id}/thread.
func (e endpoint) operationID() string {
	id := strings.ToLower(e.method)
	for _, part := range strings.FieldsFunc(strings.TrimPrefix(e.path, "/api/v1/"), func(r rune) bool { return strings.ContainsRune("/{}.", r) }) {
		id += strings.ToUpper(part[:1]) + part[1:]
	}
	return id
}

// described is what a parameter is.
type described struct {
	about string
	shape schema
}

func parameter(in, name string, d described) map[string]any {
	return map[string]any{"in": in, "name": name, "required": in == "path", "description": d.about, "schema": d.shape}
}

var idShape = schema{"type": "string", "pattern": "^[0-9a-f]{64}$"}

var pathParameters = map[string]described{
	"id":   {"64 lower-case hexadecimal digits: a document's ID, or an attachment's digest", idShape},
	"kind": {"a kind of document", schema{"type": "string", "enum": review.Kinds()}},
}

var queryParameters = map[string]described{
	"kind":     {"only documents of this kind", schema{"type": "string", "enum": review.Kinds()}},
	"author":   {"only this participant's documents", schema{"type": "string", "minLength": 2, "maxLength": 40}},
	"about":    {"only documents about this one", idShape},
	"receipts": {"receipts and openings too", schema{"type": "boolean"}},
	"newest":   {"only so many, the last of the list", schema{"type": "integer", "minimum": 1, "maximum": maxCount}},
	"skip":     {"without so many at its end", schema{"type": "integer", "minimum": 1, "maximum": maxCount}},
	"wait":     {"seconds to wait for the document to become final", schema{"type": "integer", "minimum": 0, "maximum": int(maxWait.Seconds())}},
	"scope":    {"global, region:CODE, participant:ID or objective:NUMBER", schema{"type": "string", "default": "global"}},
	"cutoff":   {"documents filed later do not count; a time in UTC as in 2026-05-04T09:30:00Z", schema{"type": "string"}},
	"rates":    {"sums of money also in the base currency of this table of exchange rates: the ID of a document", schema{"type": "string"}},
	"group":    {"a group of the stocktake", schema{"type": "string", "enum": review.Groups()}},
	"name":     {"a figure of the group", schema{"type": "string"}},
	"from":     {"the number of the first chunk", schema{"type": "integer", "minimum": 0}},
}

// statementSchema is an in-toto Statement v1 of a kind that this program knows.
func statementSchema() schema {
	kinds := []any{}
	for _, k := range review.Kinds() {
		kinds = append(kinds, map[string]any{"properties": map[string]any{
			"predicateType": map[string]any{"const": review.PredicateType(k)},
			"predicate":     map[string]any{"$ref": "#/components/schemas/" + string(k)},
		}})
	}
	return schema{
		"type": "object", "required": []string{"_type", "subject", "predicateType", "predicate"},
		"properties": map[string]any{
			"_type":   map[string]any{"const": "https://in-toto.io/Statement/v1"},
			"subject": map[string]any{"type": "array", "items": map[string]any{"type": "object"}},
		},
		"oneOf": kinds,
	}
}

// envelopeSchema is DSSE with the one signature and the empty keyid of the design.
var envelopeSchema = schema{
	"type": "object", "required": []string{"payload", "payloadType", "signatures"},
	"properties": map[string]any{
		"payloadType": map[string]any{"const": "application/vnd.in-toto+json"},
		"payload": map[string]any{
			"type": "string", "contentEncoding": "base64", "contentMediaType": "application/vnd.in-toto+json",
			"contentSchema": map[string]any{"$ref": "#/components/schemas/statement"},
		},
		"signatures": map[string]any{"type": "array", "minItems": 1, "maxItems": 1, "items": map[string]any{
			"type": "object", "required": []string{"sig"},
			"properties": map[string]any{"sig": map[string]any{"type": "string", "contentEncoding": "base64"}, "keyid": map[string]any{"const": ""}},
		}},
	},
}

var envelopeReference = schema{"$ref": "#/components/schemas/envelope"}

// snapshotShape is a snapshot, and stocktakeShape a stocktake file, as review
// writes them.
type snapshotShape struct {
	Charter    review.DocumentID `json:"charter"`
	Federation review.DocumentID `json:"federation"`
	Logs       []logShape        `json:"logs"`
}

type logShape struct {
	Origin review.Origin `json:"origin"`
	Size   uint64        `json:"size"`
	Root   string        `json:"root"`
	Absent []uint64      `json:"absent"`
}

type stocktakeShape struct {
	Manifest review.Manifest            `json:"manifest"`
	Parts    map[string]json.RawMessage `json:"parts"`
	Snapshot snapshotShape              `json:"snapshot"`
}

// routeOpenAPI adds the description, of itself too. It comes last.
func (n *site) routeOpenAPI(mux *http.ServeMux) {
	n.routeEndpoints(mux, []endpoint{{
		method: "GET", path: "/api/v1/openapi.json", about: "This description.", answer: n.getOpenAPI,
		gives: content{mediaJSON, schema{"type": "object", "required": []string{"openapi", "paths"}}},
	}})
}

func (n *site) getOpenAPI(w http.ResponseWriter, _ *http.Request) error {
	b, err := n.openapi()
	if err != nil {
		return err
	}
	writeBytes(w, mediaJSON, b)
	return nil
}
