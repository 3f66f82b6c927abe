package web

import (
	"net/http"
	"reflect"
	"time"
)

// endpoint is one route of the API. The table of them makes the routes and, in
// openapi.go, their description.
type endpoint struct {
	method, path string
	about        string
	limit        time.Duration // 0: answerTimeout
	answer       route
	query        []string // names of queryParameters
	takes        *content // nil: no body
	status       int      // 0: 200
	gives        content
}

// content is a body: its media type and what is in it.
type content struct {
	mediaType string
	shape     any // a value of the Go type that it is the JSON of, or a schema; nil: bytes
}

// schema is a JSON Schema that is written by hand.
type schema map[string]any

func (c content) schema(s shapes) any {
	switch shape := c.shape.(type) {
	case nil:
		return map[string]any{}
	case schema:
		return shape
	}
	return s.of(reflect.TypeOf(c.shape))
}

// routeEndpoints adds routes of the API, and remembers them for openapi.go.
func (n *site) routeEndpoints(mux *http.ServeMux, endpoints []endpoint) {
	for _, e := range endpoints {
		if e.limit == 0 {
			e.limit = answerTimeout
		}
		n.handle(mux, e.method+" "+e.path, e.limit, e.answer, e.query...)
	}
	n.table = append(n.table, endpoints...)
}
