package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/web/lang"
	"stocktake/review"
)

func charterDiffCommand() command {
	return command{"charter diff", "[A] B", "what charter B changes in A, or in the charter in force; files or IDs", func(*flag.FlagSet) run {
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usage("name two charters, or one to compare with the charter in force: drafts, envelopes, federation files or IDs")
			}
			var charters []*review.Charter
			if len(args) == 1 {
				f, _, err := federationOf(ctx, c, nil)
				if err != nil {
					return err
				}
				charter, _ := f.Chain.InForce()
				charters = append(charters, charter)
			}
			for _, name := range args {
				charter, err := readCharter(ctx, c, name)
				if err != nil {
					return err
				}
				charters = append(charters, charter)
			}
			if charters[1].Number == charters[0].Number+1 { // it states what it changes
				charters[1] = charters[0].Amended(charters[1])
			}
			lines := changes(charters[0], charters[1])
			if c.json {
				return c.printJSON("changes", lines)
			}
			for _, line := range lines {
				fmt.Fprintln(c.out, line)
			}
			return nil
		}
	}}
}

// readCharter reads a charter from a draft, from an envelope, from a federation
// file (the one in force), or by its ID.
func readCharter(ctx context.Context, c *call, name string) (*review.Charter, error) {
	file, err := charterFile(ctx, c, name)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(bytes.TrimSpace(file), []byte("\n")) && file[0] == '{' {
		f, err := review.ReadFounding(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		charter, _ := f.Chain.InForce()
		return charter, nil
	}
	var payload []byte
	if e, err := firstEnvelope(file); err == nil {
		payload = e.Payload
	} else if payload, err = completeDraft(file); err != nil {
		return nil, draftError(name, err)
	}
	d, err := review.Parse(payload)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	charter, ok := d.Predicate.(*review.Charter)
	if !ok {
		return nil, fail(exitFailed, "%s is a %s, not a charter", name, d.Kind)
	}
	return charter, nil
}

// completeDraft fills in what does not matter for reading a charter's draft.
func completeDraft(draft []byte) ([]byte, error) {
	completion := review.Completion{Author: "draft", Created: node.Now(), Salt: node.NewSalt()}
	if _, predicate, _, err := review.ReadDraft(draft); err == nil && predicate["federation"] != nil {
		completion.Federation = review.DocumentID(fmt.Sprint(predicate["federation"]))
	}
	return review.Complete(draft, completion)
}

// sayChanges tells who is about to accede what the charter changes.
func sayChanges(ctx context.Context, c *call, id review.DocumentID, next *review.Charter) error {
	f, _, err := federationOf(ctx, c, nil)
	if err != nil {
		return nil // a key without a home signs all the same
	}
	if _, ok := f.Chain.Charter(id); ok {
		c.say("Its members have agreed to it already.")
		return nil
	}
	charter, _ := f.Chain.InForce()
	if next.Number > charter.Number+1 { // an author's home without a node learns of charters by file only
		c.say("This home knows charter number %d only, so what number %d changes cannot be shown; get a newer federation file, and: stocktake init --charter FILE", charter.Number, next.Number)
		return nil
	}
	if err := f.Chain.Follows(next); err != nil {
		return fmt.Errorf("this charter may not follow the one in force: %w", err)
	}
	for _, line := range changes(charter, charter.Amended(next)) {
		c.say("%s", line)
	}
	return nil
}

// changes are what charter b changes in a, one plain line each.
func changes(a, b *review.Charter) []string {
	lines := []string{}
	for _, s := range ceremony.Changes(a, b) {
		lines = append(lines, inEnglish(s))
	}
	return lines
}

func inEnglish(s lang.Sentence) string { return lang.Default().Text(s.Key, s.Arguments...) }
