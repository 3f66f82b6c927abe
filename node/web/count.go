package web

import "net/http"

// counted counts an answer by its route, which is one of a fixed number, and
// its status. Nothing else of a request is kept.
func (n *site) counted(h http.Handler) http.Handler {
	if n.Count == nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &statusWriter{ResponseWriter: w, route: "none", status: http.StatusOK}
		defer func() { n.Count(c.route, c.status) }() // also where an answer is broken off
		h.ServeHTTP(c, r)
	})
}

// statusWriter learns the status of an answer, and by setRoute its route.
type statusWriter struct {
	http.ResponseWriter
	route   string
	status  int
	written bool
}

func (s *statusWriter) WriteHeader(status int) {
	if !s.written && status >= http.StatusOK {
		s.status, s.written = status, true
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusWriter) Write(b []byte) (int, error) {
	s.written = true
	return s.ResponseWriter.Write(b)
}

func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func setRoute(w http.ResponseWriter, pattern string) {
	if s, ok := w.(*statusWriter); ok {
		s.route = pattern
	}
}
