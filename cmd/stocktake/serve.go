package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"time"

	"stocktake/node"
	"stocktake/store"
)

func serveCommand() command {
	return command{"serve", "", "run the node until interrupted", func(f *flag.FlagSet) run {
		var p passwordFlags
		f.StringVar(&p.file, "password-file", "", "`file` with the password of the node's keys")
		verbose := f.Bool("v", false, "log what the network does")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("serve takes no argument %q; everything else stands in config.yaml", args[0])
			}
			level := slog.LevelInfo
			switch {
			case *verbose:
				level = slog.LevelDebug
			case c.quiet:
				level = slog.LevelWarn
			}
			logger := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level}))
			if config, err := c.home.Config(); err == nil && config.Federation == "" && config.Desk != "" {
				c.say("%s has joined no federation yet. The desk at http://%s/ is open for the one that is being founded; the node starts when it has joined.", c.home, config.Desk)
				if err := node.ServeJoiningDesk(ctx, c.home, logger); err != nil {
					if errors.Is(err, context.Canceled) {
						return nil
					}
					return err
				}
			}
			n, err := openWithRoom(ctx, c.home, node.Options{Password: p.ask(c), Logger: logger})
			if err != nil {
				return err
			}
			err = n.Run(ctx)
			if errors.Is(err, context.Canceled) && ctx.Err() != nil {
				err = nil
			}
			if err = errors.Join(err, n.Close()); err == nil {
				c.say("stopped; everything received is on disk")
			}
			return err
		}
	}}
}

// openWithRoom opens the node. On a full disk it waits until there is space,
// so that nobody has to start the node again.
func openWithRoom(ctx context.Context, h node.Home, o node.Options) (*node.Node, error) {
	for {
		n, err := node.Open(h, o)
		if !errors.Is(err, store.ErrDiskFull) {
			return n, err
		}
		o.Logger.Error("waiting for space", "err", err)
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(roomEvery):
		}
	}
}

// roomEvery is how often a node that cannot start looks for space.
const roomEvery = 5 * time.Second
