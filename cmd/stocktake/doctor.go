package main

import (
	"context"
	"flag"
	"fmt"

	"stocktake/node"
)

func doctorCommand() command {
	return command{"doctor", "", "look at clock, disk, keys, ports, peers, charter, backup and version, and say what to do", func(*flag.FlagSet) run {
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("doctor takes no argument %q", args[0])
			}
			service, done, err := c.service(ctx, nil)
			if err != nil {
				return err
			}
			defer done()
			s, err := service.Status(ctx)
			if err != nil {
				return err
			}
			federation, err := service.Federation(ctx)
			if err != nil {
				return err
			}
			findings := c.home.Checkup(s, federation)
			if err := c.printFindings(findings); err != nil {
				return err
			}
			attention := 0
			for _, f := range findings {
				if !f.OK {
					attention++
				}
			}
			if attention > 0 {
				return fail(exitFailed, "%d of %d findings need attention", attention, len(findings))
			}
			return nil
		}
	}}
}

func (c *call) printFindings(findings []node.Finding) error {
	if c.json {
		return c.printJSON("findings", findings)
	}
	for _, f := range findings {
		word := "ok"
		if !f.OK {
			word = "attention"
		}
		fmt.Fprintf(c.out, "%-10s %-8s %s\n", word, f.What, f.Text)
		if f.Do != "" {
			fmt.Fprintf(c.out, "%-10s %-8s %s\n", "", "to do:", f.Do)
		}
	}
	return nil
}
