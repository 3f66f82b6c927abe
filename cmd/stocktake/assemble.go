package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stocktake/node/web"
	"stocktake/review"
)

func assembleCommand() command {
	return command{"assemble", "", "the stocktake of what the node holds, or of a given snapshot", func(f *flag.FlagSet) run {
		scope := f.String("scope", "global", "`what` it covers: global, region:UN-ECA, participant:sle, objective:4, round:review-2026, theme:safe/climate or corridor:DEU-MAR")
		cutoff := f.String("cutoff", "", "count what was filed up to this `time`, as 2026-12-31T23:59:59Z (default: the last filing)")
		rates := f.String("rates", "", "sums of money also in the base currency of this table of exchange rates, a document's `ID`")
		snapshot := f.String("snapshot", "", "assemble this snapshot `file`, as another node's")
		format := f.String("format", "text", "text, html, json (the whole stocktake file), csv (tables, with -o FOLDER), snapshot (what it is made from) or adoption (a draft for the body that adopts it)")
		explain := f.String("explain", "", "walk a `figure`, as \"pledges/status: fulfilled\", to its rows and documents")
		patience := f.Duration("wait", 0, "with --snapshot: wait up to this long until the node holds what it lists")
		out := f.String("o", "", "write to this `file` instead of stdout; of csv, to this folder")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("assemble takes no argument %q; use --scope", args[0])
			}
			if _, err := review.ParseScope(*scope); err != nil {
				return usage("%v", err)
			}
			q := web.AssembleRequest{Scope: review.Scope(*scope), Cutoff: *cutoff, Rates: review.DocumentID(*rates)}
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
			switch {
			case !slices.Contains(formats, *format):
				return usage("there is no format %q; there are %s", *format, strings.Join(formats, ", "))
			case *format == "csv" && *out == "" && *explain == "":
				return usage("csv is several files: name with -o the folder to write them to")
			}
			service, done, err := c.service(ctx, nil)
			if err != nil {
				return err
			}
			defer done()
			s, err := service.Assemble(ctx, q)
			for deadline := time.Now().Add(*patience); err != nil && !errors.Is(err, review.ErrScope) && !errors.Is(err, review.ErrRates) && time.Now().Before(deadline) && ctx.Err() == nil; {
				time.Sleep(200 * time.Millisecond)
				s, err = service.Assemble(ctx, q)
			}
			switch {
			case errors.Is(err, review.ErrScope):
				return usage("%v", err)
			case err != nil:
				return err
			}
			c.say("stocktake %s", s.Digest())
			if *explain != "" {
				return c.explain(ctx, service, s, *explain, *out)
			}
			file := s.File()
			switch *format {
			case "csv":
				return c.writeTables(*out, s.Tables())
			case "text":
				file = s.Text()
			case "html":
				file = s.HTML()
			case "snapshot":
				file = append(s.Snapshot, '\n')
			case "adoption":
				file = adoptionDraft(s)
			}
			return c.writeOutput(*out, file)
		}
	}}
}

// formats are those of a stocktake.
var formats = []string{"text", "html", "json", "csv", "snapshot", "adoption"}

// explain prints how a figure comes about, with the documents' titles.
func (c *call) explain(ctx context.Context, service web.Service, s *review.Stocktake, figure, out string) error {
	found, err := s.Explain(figure)
	if err != nil {
		return usage("%v", err)
	}
	if c.json {
		b, err := json.Marshal(struct {
			Version int                  `json:"version"`
			Figures []review.Explanation `json:"figures"`
		}{1, found})
		if err != nil {
			return err
		}
		return c.writeOutput(out, append(b, '\n'))
	}
	var text []byte
	for _, e := range found {
		text = append(text, e.Text(func(id review.DocumentID) string {
			shown, err := service.Document(ctx, id)
			if err != nil {
				return "not held here"
			}
			return fmt.Sprintf("%s by %s: %s", shown.Kind, shown.Author, shown.Title)
		})...)
	}
	return c.writeOutput(out, text)
}

// writeTables writes a data package into a folder that is made for it, or that
// holds an earlier one.
func (c *call) writeTables(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := replaceFile(filepath.Join(dir, name), files[name]); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(c.out, dir)
	return err
}

func trimNewline(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}
