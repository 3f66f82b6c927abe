package web

import (
	"net/http"
	"strings"
)

// Condition is what a node says of itself to whatever watches it.
type Condition struct {
	// Failed is what starting the program again may mend; "" if nothing.
	Failed string
	// NotReady is why it does not do all of a node's work now, one line each.
	NotReady []string
}

// routeProbes adds what supervisors, proxies and Prometheus ask:
//
//	/-/healthy   200, or 503 if the node should be started again
//	/-/ready     200, or 503 and a line for each reason
//	/-/metrics   only where Options.Metrics is set
func (n *site) routeProbes(mux *http.ServeMux) {
	if n.Condition != nil {
		n.handle(mux, "GET /-/healthy", answerTimeout, n.getHealthy)
		n.handle(mux, "GET /-/ready", answerTimeout, n.getReady)
	}
	if n.Metrics != nil {
		n.handle(mux, "GET /-/metrics", answerTimeout, func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "no-store")
			n.Metrics.ServeHTTP(w, r)
			return nil
		})
	}
}

func (n *site) getHealthy(w http.ResponseWriter, _ *http.Request) error {
	if c := n.Condition(); c.Failed != "" {
		return probed(w, http.StatusServiceUnavailable, "not healthy", c.Failed)
	}
	return probed(w, http.StatusOK, "healthy")
}

func (n *site) getReady(w http.ResponseWriter, _ *http.Request) error {
	c := n.Condition()
	if c.Failed != "" {
		c.NotReady = append([]string{c.Failed}, c.NotReady...)
	}
	if len(c.NotReady) > 0 {
		return probed(w, http.StatusServiceUnavailable, "not ready", c.NotReady...)
	}
	return probed(w, http.StatusOK, "ready")
}

func probed(w http.ResponseWriter, status int, word string, reasons ...string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(strings.Join(append([]string{word}, reasons...), "\n") + "\n")) // the asker has gone
	return nil
}

// ProbeHandler answers /-/ alone, for a listener of its own.
func ProbeHandler(o Options) http.Handler {
	n := newSite(nil, Options{Logger: o.Logger, Hosts: o.Hosts, Condition: o.Condition, Metrics: o.Metrics})
	mux := http.NewServeMux()
	n.routeProbes(mux)
	return n.guard(mux)
}
