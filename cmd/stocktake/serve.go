package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"

	"stocktake/node"
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
			n, err := node.Open(c.home, node.Options{Password: p.ask(c), Logger: logger})
			if err != nil {
				return err
			}
			defer n.Close()
			err = n.Run(ctx)
			if errors.Is(err, context.Canceled) && ctx.Err() != nil {
				c.say("stopped; everything received is on disk")
				return nil
			}
			return err
		}
	}}
}
