package node

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"stocktake/node/web"
	"stocktake/store"
)

// metrics are what the node's operator acts on, for Prometheus. They name
// nobody: no participant, no address, no document.
type metrics struct {
	node     *Node
	requests *prometheus.CounterVec
	gauges   []gauge
}

// gauge is one number; ok is false where it is not known.
type gauge struct {
	desc  *prometheus.Desc
	value func(*web.Status, *Node) (v float64, ok bool)
}

func newMetrics(n *Node) *metrics {
	m := &metrics{node: n, requests: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "stocktake_http_requests_total", Help: "Requests answered, by route and status.",
	}, []string{"route", "code"})}
	add := func(name, help string, value func(*web.Status, *Node) (float64, bool)) {
		m.gauges = append(m.gauges, gauge{prometheus.NewDesc("stocktake_"+name, help, nil, nil), value})
	}
	number := func(name, help string, value func(*web.Status) int) {
		add(name, help, func(s *web.Status, _ *Node) (float64, bool) { return float64(value(s)), true })
	}
	number("documents", "Documents held.", func(s *web.Status) int { return s.Documents })
	number("logs", "Logs of the charter.", func(s *web.Status) int { return len(s.Logs) })
	number("peers", "Other members' nodes.", func(s *web.Status) int { return len(s.Peers) })
	number("peers_connected", "Of them, those that are connected.", func(s *web.Status) int { return s.Up() })
	number("lag_records", "Records that were heard of and have not arrived.", lag)
	number("missing_payloads", "Records that have arrived without their content.", func(s *web.Status) int { return s.Missing })
	number("pending_documents", "Documents of the own log that no quorum of witnesses has cosigned.", func(s *web.Status) int { return int(s.Pending) })
	number("read_only", "1 if nothing is stored: the disk is full or the database failed.", func(s *web.Status) int { return toNumber(s.ReadOnly) })
	number("fenced", "1 if this node does not sign its log any more.", func(s *web.Status) int { return toNumber(s.Fenced != "") })
	add("last_receipt_timestamp_seconds", "Filing time of what was filed last in the own log.", func(s *web.Status, _ *Node) (float64, bool) {
		t, err := time.Parse(time.RFC3339, s.LastFiled)
		return float64(t.Unix()), err == nil
	})
	add("backup_timestamp_seconds", "When the last backup of this home was made.", func(_ *web.Status, n *Node) (float64, bool) {
		t, ok := n.home.LastBackup()
		return float64(t.Unix()), ok
	})
	add("disk_free_bytes", "Free space on the database's disk.", func(_ *web.Status, n *Node) (float64, bool) {
		free, err := n.store.Free()
		return float64(free), err == nil
	})
	add("clock_difference_seconds", "How far this machine's clock is behind the witnesses', by their last cosignatures.", func(s *web.Status, _ *Node) (float64, bool) {
		if s.Clock == nil {
			return 0, false
		}
		return float64(*s.Clock), true
	})
	return m
}

// lag is how many records are known of and not here.
func lag(s *web.Status) (records int) {
	for _, l := range s.Logs {
		records += int(l.Known - l.Size)
	}
	return records
}

func toNumber(b bool) int {
	if b {
		return 1
	}
	return 0
}

// count takes note of one answer.
func (m *metrics) count(route string, status int) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
}

// handler serves the numbers as they are when they are asked for.
func (m *metrics) handler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: maxScrapes})
}

func (m *metrics) Describe(descs chan<- *prometheus.Desc) {
	for _, g := range m.gauges {
		descs <- g.desc
	}
}

func (m *metrics) Collect(to chan<- prometheus.Metric) {
	s, err := m.node.Status(context.Background())
	for _, g := range m.gauges {
		if err != nil {
			to <- prometheus.NewInvalidMetric(g.desc, err)
		} else if v, ok := g.value(s, m.node); ok {
			to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, v)
		}
	}
}

// readOnly is whether a condition of the store keeps it from writing.
func readOnly(err error) bool {
	return errors.Is(err, store.ErrDiskFull) || errors.Is(err, store.ErrFailed)
}
