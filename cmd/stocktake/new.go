package main

import (
	"context"
	"flag"
	"strings"

	"stocktake/review"
)

func newCommand() command {
	return command{"new", "KIND", "a commented draft on stdout, to fill in", func(*flag.FlagSet) run {
		return func(_ context.Context, c *call, args []string) error {
			var names []string
			for _, k := range review.Kinds() {
				names = append(names, string(k))
			}
			if len(args) != 1 {
				return usage("name one kind of document: %s", strings.Join(names, ", "))
			}
			draft := review.Draft(review.Kind(args[0]))
			if draft == nil {
				return usage("there is no kind %q; there are %s", args[0], strings.Join(names, ", "))
			}
			_, err := c.out.Write(draft)
			return err
		}
	}}
}
