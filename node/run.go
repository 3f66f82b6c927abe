package node

import (
	"context"
	"errors"
	"net/http"
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
	doors, err := n.openDoors()
	defer func() {
		for _, d := range doors {
			d.Listener.Close()
		}
	}()
	if err != nil {
		return err
	}

	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.runner.Run(ctx) })
	g.Go(func() error { return n.refile(ctx) })
	g.Go(func() error { return n.erase(ctx) })
	g.Go(func() error { return n.pullAttachments(ctx) })
	g.Go(func() error { return n.reclaim(ctx) })
	g.Go(func() error { return n.tellEvents(ctx) })
	for _, d := range doors {
		g.Go(func() error {
			if err := d.serve(); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	g.Go(func() error {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
		defer cancel()
		for _, d := range doors {
			if d.server.Shutdown(grace) != nil {
				d.server.Close()
			}
		}
		return nil
	})
	return g.Wait()
}

// shutdownGrace is what requests under way get when the node stops.
const shutdownGrace = 3 * time.Second

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
