package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"

	"stocktake/node/web"
)

func listCommand() command {
	return command{"list", "", "the documents that the node holds", func(f *flag.FlagSet) run {
		var q web.Query
		f.StringVar((*string)(&q.Kind), "kind", "", "only this `kind`")
		f.StringVar((*string)(&q.Author), "author", "", "only by this participant `ID`")
		f.StringVar((*string)(&q.About), "about", "", "only about this document `ID`")
		f.BoolVar(&q.Receipts, "receipts", false, "receipts and openings too")
		f.IntVar(&q.Newest, "newest", 0, "only this `number`, the last of the list")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("list takes no argument %q; use --kind, --author or --about", args[0])
			}
			if q.Newest < 0 {
				return usage("--newest is a number from 1, not %d", q.Newest)
			}
			service, done, err := c.service(ctx, nil)
			if err != nil {
				return err
			}
			defer done()
			documents, err := service.Documents(ctx, q)
			if err != nil {
				return err
			}
			if c.json {
				if documents == nil {
					documents = []web.Listed{}
				}
				return c.printJSON("documents", documents)
			}
			for _, d := range documents {
				filed := d.Filed
				if filed == "" {
					filed = "received, not filed"
				}
				if d.NotDisplayed != "" {
					d.Title = "not displayed here: " + d.NotDisplayed
				}
				if d.Erased != "" {
					d.Kind, d.Title = cmp.Or(d.Kind, "document"), erasedOn(d.Erased)
				}
				author := string(d.Author)
				if len(d.AccreditedBy) > 0 {
					author += " (accredited by " + joined(d.AccreditedBy) + ")"
				}
				fmt.Fprintf(c.out, "%s  %-20s  %-10s  %-18s  %s\n", d.ID, filed, d.Kind, author, d.Title)
			}
			c.say("%d documents", len(documents))
			return nil
		}
	}}
}

// erasedOn stands for a title that nobody has any more.
func erasedOn(withdrawn string) string {
	return fmt.Sprintf("erased: withdrawn by its author on %.10s", withdrawn)
}
