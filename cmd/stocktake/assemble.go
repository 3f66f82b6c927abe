package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"stocktake/node/web"
	"stocktake/review"
)

func assembleCommand() command {
	return command{"assemble", "", "the stocktake of what the node holds, or of a given snapshot", func(f *flag.FlagSet) run {
		scope := f.String("scope", "global", "`what` it covers: global, region:UN-ECA, participant:sle or objective:4")
		cutoff := f.String("cutoff", "", "count what was filed up to this `time`, as 2026-12-31T23:59:59Z (default: the last filing)")
		snapshot := f.String("snapshot", "", "assemble this snapshot `file`, as another node's")
		format := f.String("format", "text", "text, html, json (the whole stocktake file) or snapshot (what it is made from)")
		patience := f.Duration("wait", 0, "with --snapshot: wait up to this long until the node holds what it lists")
		out := f.String("o", "", "write to this `file` instead of stdout")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("assemble takes no argument %q; use --scope", args[0])
			}
			q := web.AssembleRequest{Scope: review.Scope(*scope), Cutoff: *cutoff}
			if *snapshot != "" {
				b, err := readInput(*snapshot, maxInput)
				if err != nil {
					return err
				}
				s, err := review.ParseSnapshot(trimNewline(b))
				if err != nil {
					return fmt.Errorf("%s: %w; `stocktake assemble --format snapshot` writes one", *snapshot, err)
				}
				q.Snapshot = &s
			}
			if c.json {
				*format = "json"
			}
			if *format != "text" && *format != "html" && *format != "json" && *format != "snapshot" {
				return usage("there is no format %q; there are text, html, json and snapshot", *format)
			}
			service, done, err := c.service(ctx, nil)
			if err != nil {
				return err
			}
			defer done()
			file, err := service.Assemble(ctx, q)
			for deadline := time.Now().Add(*patience); err != nil && !errors.Is(err, review.ErrScope) && time.Now().Before(deadline) && ctx.Err() == nil; {
				time.Sleep(200 * time.Millisecond)
				file, err = service.Assemble(ctx, q)
			}
			switch {
			case errors.Is(err, review.ErrScope):
				return usage("%v", err)
			case err != nil:
				return err
			}
			s, err := review.ParseStocktakeFile(file)
			if err != nil {
				return err
			}
			c.say("stocktake %s", s.Digest())
			switch *format {
			case "text":
				file = s.Text()
			case "html":
				file = s.HTML()
			case "snapshot":
				file = append(s.Snapshot, '\n')
			}
			return c.writeOutput(*out, file)
		}
	}}
}

func trimNewline(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}
