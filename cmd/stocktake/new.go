package main

import (
	"context"
	"flag"
	"strings"

	"stocktake/review"
)

func newCommand() command {
	return command{"new", "KIND", "a commented draft on stdout, to fill in", func(f *flag.FlagSet) run {
		out := f.String("o", "", "write to this `file` instead of stdout")
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
			return c.writeOutput(*out, draft)
		}
	}}
}
