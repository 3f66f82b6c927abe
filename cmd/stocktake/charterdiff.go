package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"stocktake/node"
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
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	turned := func(what string, from, until string) {
		switch {
		case until != "":
			say("%s until %s", what, until)
		case from != "":
			say("%s from %s", what, from)
		default:
			say("%s", what)
		}
	}
	for _, v := range []struct {
		name   string
		is, to any
	}{{"number", a.Number, b.Number}, {"title", a.Title, b.Title}, {"threshold", a.Threshold, b.Threshold}, {"licence", a.Licence, b.Licence}, {"compact", a.Compact, b.Compact}, {"rules", a.Rules, b.Rules}, {"suffix", a.Suffix, b.Suffix}} {
		if v.is != v.to {
			say("%s: %v, was %v", v.name, v.to, v.is)
		}
	}
	for _, p := range b.Participants {
		i := slices.IndexFunc(a.Participants, func(q review.Participant) bool { return q.ID == p.ID })
		if i < 0 {
			does := "takes part"
			if len(p.Logs) > 0 {
				does = "takes part and runs a node"
			}
			turned(fmt.Sprintf("new: %s, %s (%s), %s", p.ID, p.Name, p.Kind, does), p.From, p.Until)
			if len(p.Succeeds) > 0 {
				say("%s: succeeds %s", p.ID, joined(p.Succeeds))
			}
			continue
		}
		participantChanges(a.Participants[i], p, say, turned)
	}
	for _, p := range a.Participants {
		if !slices.ContainsFunc(b.Participants, func(q review.Participant) bool { return q.ID == p.ID }) {
			say("dropped: %s, which no successor may do", p.ID)
		}
	}
	for _, w := range b.Witnesses {
		if !slices.Contains(a.Witnesses, w) {
			turned(string(w.Participant)+": witness", w.From, w.Until)
		}
	}
	for _, e := range b.Accreditors {
		if !slices.ContainsFunc(a.Accreditors, func(was review.Accreditor) bool { return reflect.DeepEqual(was, e) }) {
			turned(string(e.Participant)+": may answer for "+answersFor(e), e.From, e.Until)
		}
	}
	for _, q := range b.Quotas {
		if !slices.Contains(a.Quotas, q) {
			turned(quotaInWords(q), q.From, q.Until)
		}
	}
	for _, r := range b.Rounds {
		if !slices.ContainsFunc(a.Rounds, func(was review.Round) bool { return reflect.DeepEqual(was, r) }) {
			say("%s", roundInWords(r))
		}
	}
	for _, s := range b.Suspensions {
		if !slices.Contains(a.Suspensions, s) {
			say("%s: suspended from %s until %s: %s", s.Participant, s.From, s.Until, s.Reason)
		}
	}
	return lines
}

func participantChanges(was, is review.Participant, say func(string, ...any), turned func(what, from, until string)) {
	if was.Name != is.Name {
		say("%s: called %s, was %s", is.ID, is.Name, was.Name)
	}
	if was.Kind != is.Kind || was.Country != is.Country || was.Region != is.Region {
		say("%s: %s %s, was %s %s, which no successor may change", is.ID, is.Kind, is.Country+is.Region, was.Kind, was.Country+was.Region)
	}
	if was.From != is.From || was.Until != is.Until {
		turned(fmt.Sprintf("%s: takes part", is.ID), is.From, is.Until)
	}
	if !slices.Equal(was.Succeeds, is.Succeeds) {
		say("%s: succeeds %s", is.ID, joined(is.Succeeds))
	}
	switch g := is.Guardians; {
	case reflect.DeepEqual(was.Guardians, g):
	case g == nil:
		say("%s: no guardians any more", is.ID)
	default:
		say("%s: its keys may be recovered by %d of %s, after %s to contest", is.ID, g.Threshold, joined(g.Participants), cmp.Or(g.Contest, "14 days"))
	}
	for _, k := range is.Keys {
		if !slices.Contains(was.Keys, k) {
			turned(fmt.Sprintf("%s: %s key %.16s...", is.ID, k.Role, k.Key[max(0, len(k.Key)-18):]), k.From, k.Until)
		}
	}
	for _, l := range is.Logs {
		i := slices.IndexFunc(was.Logs, func(m review.Log) bool { return m.Epoch == l.Epoch })
		switch {
		case i < 0:
			turned(fmt.Sprintf("%s: log of epoch %d", is.ID, l.Epoch), l.From, l.Until)
		case was.Logs[i].Until != l.Until:
			turned(fmt.Sprintf("%s: log of epoch %d", is.ID, l.Epoch), l.From, l.Until)
		case !slices.Equal(was.Logs[i].Addresses, l.Addresses):
			say("%s: reached at %s", is.ID, strings.Join(l.Addresses, ", "))
		}
	}
}
