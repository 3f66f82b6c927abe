package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/store"
)

// Run serves pages and API on the configured address and on the home's socket,
// and takes part in the federation, until ctx ends. Requests under way get a
// moment to finish. It returns ctx's error after a clean end.
func (n *Node) Run(ctx context.Context) error {
	if n.runner == nil {
		return errors.New("node: opened offline, cannot run")
	}
	public, err := net.Listen("tcp", n.config.HTTP)
	if err != nil {
		return fmt.Errorf("pages and API: %w; set http in %s to a free address", err, n.home.ConfigFile())
	}
	defer public.Close()
	local, err := listenSocket(n.home.Socket())
	if err != nil {
		return err
	}
	defer local.Close()
	servers := map[net.Listener]*http.Server{public: web.NewServer(n.handler(false)), local: web.NewServer(n.handler(true))}
	if n.config.Desk != "" {
		inside, err := net.Listen("tcp", n.config.Desk)
		if err != nil {
			return fmt.Errorf("the desk: %w; set desk in %s to a free address", err, n.home.ConfigFile())
		}
		defer inside.Close()
		d, err := n.Desk()
		if err != nil {
			return fmt.Errorf("the desk: %w", err)
		}
		servers[inside] = web.NewServer(d.Handler())
		n.logger.Info("serving the desk", "pages", "http://"+inside.Addr().String()+"/")
	}
	n.logger.Info("serving", "pages", "http://"+public.Addr().String()+"/", "origin", n.origin, "socket", n.home.Socket())

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.runner.Run(ctx) })
	g.Go(func() error { return n.refile(ctx) })
	g.Go(func() error { return n.erase(ctx) })
	g.Go(func() error { return n.pullAttachments(ctx) })
	g.Go(func() error { return n.reclaim(ctx) })
	for l, server := range servers {
		g.Go(func() error {
			if err := server.Serve(web.Unnamed(l)); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	g.Go(func() error {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
		defer cancel()
		for _, server := range servers {
			if server.Shutdown(grace) != nil {
				server.Close()
			}
		}
		return nil
	})
	return g.Wait()
}

// shutdownGrace is what requests under way get when the node stops.
const shutdownGrace = 3 * time.Second

// handler answers callers; those of the home's socket, its operator's own.
func (n *Node) handler(own bool) http.Handler {
	o := web.Options{Logger: n.logger, Log: logFiles{n.store}, Refusal: n.refuse, Hosts: n.config.Hosts}
	if host, _, err := net.SplitHostPort(n.config.HTTP); err == nil && host != "" {
		o.Hosts = append(o.Hosts, host)
	}
	if n.runner.Witnesses() {
		o.Witness = func(ctx context.Context, body []byte) (int, []byte) {
			status, answer, _ := n.runner.Cosign(ctx, body)
			return status, answer
		}
	}
	if own {
		o.Backup = n.backupLines
	}
	return web.Handler(n, o)
}

// listenSocket opens the home's socket for this user only. The database's lock
// has shown that no other node runs on the home, so an old one is a leftover.
func listenSocket(path string) (net.Listener, error) {
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("%s: a socket's path has at most %d characters; use a home with a shorter path", path, maxSocketPath)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// logFiles serves a store as C2SP tlog-tiles.
type logFiles struct{ store *store.Store }

func (f logFiles) Checkpoint(o review.Origin) ([]byte, error) {
	if note := f.store.Head(o).Checkpoint; note != nil {
		return note, nil
	}
	return nil, web.ErrNotFound
}

func (f logFiles) Tile(o review.Origin, t tlog.Tile) ([]byte, error) {
	b, err := f.store.Tile(o, t)
	if errors.Is(err, store.ErrNotFound) {
		return nil, web.ErrNotFound
	}
	return b, err
}
