package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"stocktake/testnet/demo"
)

func demoCommand() command {
	return command{"demo", "", "a real federation on this machine, on real pledges, ending in one stocktake", func(f *flag.FlagSet) run {
		o := demo.Options{}
		f.IntVar(&o.Nodes, "nodes", demo.DefaultNodes, fmt.Sprintf("`how many` nodes, %d to %d", demo.MinNodes, demo.MaxNodes))
		f.StringVar(&o.Dir, "dir", "", "keep the homes in this new `folder`, as DIR/<participant>")
		once := f.Bool("once", false, "exit at the end instead of keeping the pages up")
		return func(ctx context.Context, c *call, args []string) (err error) {
			switch {
			case len(args) > 0:
				return usage("demo takes no argument %q", args[0])
			case o.Nodes < demo.MinNodes || o.Nodes > demo.MaxNodes:
				return usage("--nodes %d: want %d to %d", o.Nodes, demo.MinNodes, demo.MaxNodes)
			}
			if o.Dir == "" {
				if o.Dir, err = os.MkdirTemp("", "stocktake-demo-"); err != nil {
					return err
				}
				defer os.RemoveAll(o.Dir)
			} else if entries, err := os.ReadDir(o.Dir); err == nil && len(entries) > 0 {
				return usage("--dir %s is not empty; name a new folder", o.Dir)
			}
			if o.Dir, err = filepath.Abs(o.Dir); err != nil {
				return err
			}
			o.Say = c.say
			c.say("These are demonstration keys: no government, organisation or person named here takes part or signed anything.")
			d, err := demo.Run(ctx, o)
			defer func() {
				if stopped := d.Stop(); err == nil {
					err = stopped
				}
			}()
			if err != nil {
				return err
			}
			if c.json {
				if err := json.NewEncoder(c.out).Encode(d.Result); err != nil {
					return err
				}
			} else if _, err := c.out.Write(d.Summary); err != nil {
				return err
			}
			c.say("%d nodes, %d documents, one stocktake everywhere: %s  (%.1f s)", len(d.Nodes), d.Documents, d.Nodes[0].Stocktake, d.Seconds)
			if *once {
				return nil
			}
			for _, page := range d.Pages() {
				c.say("  %s", page)
			}
			c.say("The nodes run until you press Ctrl-C.")
			<-ctx.Done()
			return nil
		}
	}}
}
