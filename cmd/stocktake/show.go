package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	"stocktake/node/web"
	"stocktake/review"
)

func showCommand() command {
	return command{"show", "ID", "one document: what it says, who signed it, when it was filed, whether it counts", func(*flag.FlagSet) run {
		return func(ctx context.Context, c *call, args []string) error {
			return c.withDocument(ctx, args, func(s web.Service, id review.DocumentID) error {
				d, err := s.Document(ctx, id)
				switch {
				case err != nil:
					return err
				case c.json:
					return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "document": d})
				}
				return printDocument(c, d)
			})
		}
	}}
}

func printDocument(c *call, d *web.Shown) error {
	filed := "received, not filed: no quorum of witnesses has cosigned it yet"
	if d.Filed != "" {
		filed = fmt.Sprintf("%s, witnessed by %d", d.Filed, d.Witnesses)
	}
	counts := "yes"
	if !d.Label.Counts {
		counts = "no: " + strings.ReplaceAll(d.Label.Reason, "-", " ")
	}
	title := d.Title
	if d.Erased != "" {
		d.Kind, title = cmp.Or(d.Kind, "document"), erasedOn(d.Erased)
	}
	fmt.Fprintf(c.out, "%s: %s\ndocument    %s\nabout       %s\nsigned by   %s, key %.16s\nfiled       %s\ncounts      %s\n", d.Kind, title, d.ID, d.About, d.SignedBy, d.Signer, filed, counts)
	if d.Holder != "" {
		fmt.Fprintf(c.out, "capacity    delegated by %s to %s\n", d.SignedBy, d.Holder)
	}
	if d.Accredited != nil {
		for _, line := range d.Accredited.Lines() {
			fmt.Fprintf(c.out, "author      %s: %s\n", d.Accredited.ID, line)
		}
	}
	if k := d.KeyEnded; k != nil {
		fmt.Fprintf(c.out, "key ended   %s by %s; what was filed before stays as valid as it was\n", k.At, endedBy(k))
	}
	if d.Recovery != nil {
		fmt.Fprintf(c.out, "recovery    %s\n", recoveryInWords(d.Recovery))
	}
	for _, p := range d.Places {
		fmt.Fprintf(c.out, "log         %s, index %d\n", p.Origin, p.Index)
	}
	if d.NotDisplayed != "" {
		fmt.Fprintf(c.out, "not displayed here: %s\nheld too by the nodes of %v\n", d.NotDisplayed, d.Elsewhere)
		return nil
	}
	if d.Proves != "" {
		fmt.Fprintf(c.out, "proves      %s\n", d.Proves)
	}
	if w := d.Withdrawn; w != nil {
		fmt.Fprintf(c.out, "withdrawn   %s by %s, document %s\nreason      %s\n", w.Filed, w.Author, w.By, strings.ReplaceAll(w.Reason, "\n", "\n            "))
	}
	if d.Statement == nil {
		fmt.Fprintf(c.out, "content     %s; its place in the log, and every proof about it, stays\n", d.Absence)
		return nil
	}
	for _, a := range d.Attachments {
		if a.Text != "" {
			name, _ := review.DetailName(a.Name)
			fmt.Fprintf(c.out, "detail      %s: %s\n            attached as %s\n", name, strings.ReplaceAll(a.Text, "\n", "\n            "), a.Name)
			continue
		}
		fmt.Fprintf(c.out, "attachment  %s: %s\n", a.Name, attachmentInWords(a))
	}
	statement, err := json.Marshal(d.Statement)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := json.Indent(&text, statement, "", "  "); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\n%s\n", text.Bytes())
	return nil
}

func endedBy(k *review.KeyEnd) string {
	if k.By == "" {
		return "the charter"
	}
	return fmt.Sprintf("document %s (%s)", k.By, k.Action)
}

func threadCommand() command {
	return command{"thread", "ID", "a document with everything that was said about it", func(*flag.FlagSet) run {
		return func(ctx context.Context, c *call, args []string) error {
			return c.withDocument(ctx, args, func(s web.Service, id review.DocumentID) error {
				t, err := s.Thread(ctx, id)
				switch {
				case err != nil:
					return err
				case c.json:
					return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "thread": t})
				}
				printThread(c, t, 0)
				return nil
			})
		}
	}}
}

func printThread(c *call, t *review.Thread, depth int) {
	what := cmp.Or(string(t.Kind), "document")
	if t.Type != "" {
		what += " (" + t.Type + ")"
	}
	note := ""
	if !t.Label.Counts {
		note = "  [" + strings.ReplaceAll(t.Label.Reason, "-", " ") + "]"
	}
	title := ""
	if t.Title != "" { // what has none, or is not shown here, goes by its kind
		title = ": " + t.Title
	}
	indent := strings.Repeat("  ", depth)
	fmt.Fprintf(c.out, "%s%s by %s%s%s\n%s  %s\n", indent, what, t.Author, title, note, indent, t.ID)
	for _, reply := range t.Replies {
		printThread(c, reply, depth+1)
	}
	if t.NotListed > 0 {
		fmt.Fprintf(c.out, "%s%d more\n", strings.Repeat("  ", depth+1), t.NotListed)
	}
}
