package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"

	"stocktake/node/desk"
	"stocktake/node/web"
)

// ServeJoiningDesk serves the desk of a home that has joined no federation yet,
// until somebody joins one there, or ctx ends: then the error is ctx's.
func ServeJoiningDesk(ctx context.Context, h Home, logger *slog.Logger) error {
	config, err := h.Config()
	if err != nil {
		return err
	}
	card, err := os.ReadFile(h.CardFile())
	if err != nil {
		return err
	}
	joined := make(chan struct{}, 1)
	d, err := desk.Open(desk.Options{
		Dir: h.DeskFolder(), Author: config.Participant, Logger: logger, Salt: NewSalt, Strip: StripMetadata, Sign: h.signAsAuthor,
		Joining: &desk.Joining{Card: card, Join: func(ctx context.Context, file string, password []byte) error {
			_, err := Join(ctx, h, file, func(bool) ([]byte, error) { return password, nil })
			if err == nil {
				joined <- struct{}{}
			}
			return err
		}},
	})
	if err != nil {
		return fmt.Errorf("desk: %w", err)
	}
	l, err := net.Listen("tcp", config.Desk)
	if err != nil {
		return fmt.Errorf("desk: %w; set desk in %s to a free address", err, h.ConfigFile())
	}
	server := web.NewServer(d.Handler())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(web.Unnamed(l)) }()
	select {
	case err := <-ended:
		return fmt.Errorf("desk: %w", err)
	case <-ctx.Done():
	case <-joined:
	}
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if server.Shutdown(grace) != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return ctx.Err()
}
