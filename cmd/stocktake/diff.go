package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"

	"stocktake/node/web"
	"stocktake/review"
)

func diffCommand() command {
	return command{"diff", "EARLIER LATER", "what changed between two stocktake files, and because of which documents", func(f *flag.FlagSet) run {
		out := f.String("o", "", "write to this `file` instead of stdout")
		return func(_ context.Context, c *call, args []string) error {
			if len(args) != 2 {
				return usage("name two files that `stocktake assemble --format json` wrote")
			}
			earlier, err := readStocktake(args[0])
			if err != nil {
				return err
			}
			later, err := readStocktake(args[1])
			if err != nil {
				return err
			}
			d := earlier.Difference(later)
			b := d.Text()
			if c.json {
				if b, err = json.Marshal(struct {
					Version int `json:"version"`
					*review.Difference
				}{1, d}); err != nil {
					return err
				}
				b = append(b, '\n')
			}
			return c.writeOutput(*out, b)
		}
	}}
}

// readStocktake reads a stocktake file, which may come from anybody.
func readStocktake(name string) (*review.Stocktake, error) {
	b, err := readInput(name, maxInput)
	if err != nil {
		return nil, err
	}
	s, err := review.ParseStocktakeFile(trimNewline(b))
	if err != nil {
		return nil, fail(exitInvalid, "%s: %w", name, err)
	}
	return s, nil
}

// recompute assembles again, from the records at hand, what a stocktake file
// says that it was made from, and compares: whoever made it has a mistake, or
// something to hide, if a byte differs.
func recompute(ctx context.Context, c *call, name string) error {
	theirs, err := readStocktake(name)
	if err != nil {
		return err
	}
	contents := theirs.Contents()
	snapshot, err := review.ParseSnapshot(theirs.Snapshot)
	if err != nil {
		return fail(exitInvalid, "%s: %w", name, err)
	}
	if contents.Rules != review.RuleVersion {
		return fail(exitUndecided, "%s: made by rules of version %d, which this program does not have", name, contents.Rules)
	}
	service, done, err := c.service(ctx, nil)
	if err != nil {
		return err
	}
	defer done()
	ours, err := service.Assemble(ctx, web.AssembleRequest{Scope: contents.Scope, Cutoff: contents.Cutoff, Rates: contents.Rates, Snapshot: &snapshot})
	if err != nil {
		return fail(exitUndecided, "%s: it cannot be computed again here: %w", name, err)
	}
	if ours.Digest() != theirs.Digest() {
		_, _ = c.out.Write(theirs.Difference(ours).Text())
		return fail(exitInvalid, "%s: not what its snapshot makes: the records give stocktake %s, the file is %s; the difference is above", name, ours.Digest(), theirs.Digest())
	}
	_, err = fmt.Fprintf(c.out, "%s: stocktake %s is what the records of its snapshot make, byte for byte\n", name, ours.Digest())
	return err
}
