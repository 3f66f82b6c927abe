package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/net/gostream"

	"stocktake/review"
)

// httpProtocol is one HTTP/1.1 request and its answer on a stream.
const httpProtocol protocol.ID = "/stocktake/http/1"

// Client speaks HTTP to a member's Options.HTTP; the host in a URL is ignored,
// as in http://sle/tile/0/000. The caller's context bounds a request.
func (h *Host) Client(to review.ParticipantID) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives:      true, // a stream costs nothing to open
		ResponseHeaderTimeout:  serveTimeout,
		MaxResponseHeaderBytes: maxHeaders,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			m, ok := h.memberNamed(to)
			if !ok {
				return nil, fmt.Errorf("%.60q: %w", to, ErrNotMember)
			}
			if err := h.connect(ctx, m); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
			}
			return gostream.Dial(ctx, h.p2p, peerOf(m.Key), httpProtocol)
		},
	}}
}

// serveHTTP serves Options.HTTP on streams until leave is called.
func (h *Host) serveHTTP() (leave func(), err error) {
	listener, err := gostream.Listen(h.p2p, httpProtocol)
	if err != nil {
		return func() {}, err
	}
	server := &http.Server{
		Handler:           h.o.HTTP,
		ReadHeaderTimeout: requestTimeout,
		ReadTimeout:       requestTimeout,
		WriteTimeout:      serveTimeout + answerTimeout,
		IdleTimeout:       time.Second,
		MaxHeaderBytes:    maxHeaders,
		ErrorLog:          slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, context.Canceled) {
			h.log.Warn("http over libp2p stopped", "err", err)
		}
	}()
	return func() { server.Close(); <-stopped }, nil
}
