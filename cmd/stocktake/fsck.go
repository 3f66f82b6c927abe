package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"

	"stocktake/node"
	"stocktake/store"
)

func fsckCommand() command {
	return command{"fsck", "", "hold all that the node stores against the checkpoints; the node must not run", func(f *flag.FlagSet) run {
		repair := f.Bool("repair", false, "put a sound database in the place of a damaged one; the running node gets again what is missing")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("fsck takes no argument %q", args[0])
			}
			if running(c.home) {
				return fmt.Errorf("%w: a node runs on %s: stop it first", store.ErrLocked, c.home)
			}
			logger := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelError}))
			if c.quiet {
				logger = nil
			}
			f, err := node.CheckHome(ctx, c.home, *repair, logger)
			if err != nil {
				return err
			}
			if c.json {
				err = json.NewEncoder(c.out).Encode(struct {
					Version int `json:"version"`
					*node.Fsck
				}{1, f})
			} else {
				err = c.printFsck(f)
			}
			if err != nil {
				return err
			}
			return c.fsckResult(f, *repair)
		}
	}}
}

func (c *call) printFsck(f *node.Fsck) error {
	for _, finding := range f.Findings {
		fmt.Fprintln(c.out, finding)
	}
	if f.Lost != "" {
		fmt.Fprintf(c.out, "signing has ended: %s\n", f.Lost)
	}
	if f.More > 0 {
		fmt.Fprintf(c.out, "and %d more\n", f.More)
	}
	_, err := fmt.Fprintf(c.out, "looked at: %d logs, %d records, %d hashes, %d contents and %d that are absent, %d index entries, %d attachments\n",
		f.Logs, f.Records, f.Hashes, f.Payloads, f.Absent, f.Indexes, f.Attachments)
	return err
}

// fsckResult says what comes next, and with which exit code: 5 if something is
// damaged, 3 if it was repaired as far as that is possible here.
func (c *call) fsckResult(f *node.Fsck, repair bool) error {
	switch {
	case f.Sound():
		c.say("everything is as it was stored")
		return nil
	case !repair:
		return fail(exitInvalid, "%d findings; nothing of it is served; run `stocktake fsck --repair --home %s`", len(f.Findings)+f.More, c.home)
	}
	if f.Kept != "" {
		c.say("The database was made anew from what is sound. The damaged one is in %s: delete it once the node has everything again.", f.Kept)
	}
	if f.Dropped > 0 {
		c.say("%d records come again from other nodes when this one runs.", f.Dropped)
	}
	if f.Saved > 0 {
		c.say("%d documents that were filed here and may be nowhere else are in %s; file them again with `stocktake publish`.", f.Saved, f.SavedFile)
	}
	if len(f.Fenced) > 0 {
		return fail(exitPartly, "repaired; this node never signs %s again: now open the next epoch with `stocktake key epoch --home %s --reason restored -o opening.json`", f.Fenced[len(f.Fenced)-1], c.home)
	}
	return nil
}
