package main

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"strings"
	"time"

	"stocktake/node/ceremony"
	"stocktake/review"
)

// amendFlags are what an amendment may change.
type amendFlags struct {
	add, closed, witness, noWitness, rounds, suspend, guardians, succeeds listFlag
	title, until, reason, decision                                        string
	threshold, days                                                       int
	noAccreditor                                                          listFlag
	answererFlags
}

func charterAmendCommand() command {
	return command{"charter amend", "", "the successor of the charter in force, as a draft on stdout", func(f *flag.FlagSet) run {
		var a amendFlags
		f.Var(&a.add, "add", "`CARDS` of new participants")
		f.Var(&a.closed, "close", "`IDs` of participants that end")
		f.Var(&a.witness, "witness", "participants that become witnesses: their `CARDS`, or the IDs of new ones")
		f.Var(&a.noWitness, "no-witness", "`IDs` of witnesses that end to be ones")
		f.StringVar(&a.until, "until", "", "when participants end and witnesses change, as `2027-01-01T00:00:00Z`; the members have to agree before (default: in 14 days)")
		f.Var(&a.rounds, "round", roundHelp)
		f.StringVar(&a.decision, "decision", "", "the `ID` of the decision that the amendment carries out")
		f.Var(&a.guardians, "guardians", guardiansHelp)
		f.Var(&a.succeeds, "succeeds", "who follows whom, as `LATER:EARLIER+EARLIER`: a State after a union, a body that took over from others")
		f.Var(&a.suspend, "suspend", "`IDs` of participants that are suspended in an emergency, from when this is filed")
		f.IntVar(&a.days, "days", ceremony.SuspensionDays, "how many `days` a suspension lasts, 30 at most")
		f.StringVar(&a.reason, "reason", "", "why they are suspended, for everybody to read")
		f.IntVar(&a.threshold, "threshold", 0, "how many must accede to a successor at least")
		a.answererFlags.add(f)
		f.Var(&a.noAccreditor, "no-accreditor", "`IDs` of accreditors that end to be ones, and answer for nobody any more")
		f.StringVar(&a.title, "title", "", "another `name` of the federation")
		out := f.String("o", "", "write to this `file` instead of stdout")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 {
				return usage("charter amend takes flags only, not %q", args[0])
			}
			if len(a.suspend) > 0 && a.reason == "" {
				return usage("--suspend needs a --reason, for everybody to read")
			}
			if a.days < 1 || a.days > 30 {
				return usage("--days %d: a suspension lasts 1 to 30 days", a.days)
			}
			amendment, err := a.amendment(time.Now())
			if err != nil {
				return err
			}
			found, _, err := federationOf(ctx, c, nil)
			if err != nil {
				return err
			}
			next, err := ceremony.Propose(found.Chain, amendment)
			if err != nil {
				return err
			}
			draft, err := charterDraft(next, "# The successor of the charter in force. It states what is new and what changes,\n# each entry whole; what it leaves out stays as it is.\n")
			if err != nil {
				return err
			}
			charter, _ := found.Chain.InForce()
			for _, line := range changes(charter, charter.Amended(next)) {
				c.say("%s", line)
			}
			tally := found.Chain.Tally(next, func(review.ParticipantID) bool { return false })
			c.say("%s", majorityNeeded(tally))
			c.say("Look the draft over, then sign it: stocktake charter sign DRAFT -o charter.json")
			return c.writeOutput(*out, draft)
		}
	}}
}

func (a *amendFlags) amendment(now time.Time) (ceremony.Amendment, error) {
	o := ceremony.Amendment{
		Title: a.title, Decision: review.DocumentID(a.decision), Threshold: a.threshold, Close: ids(a.closed), NoWitness: ids(a.noWitness), Suspend: ids(a.suspend),
		Term: time.Duration(a.days) * 24 * time.Hour, Reason: a.reason, Now: now, Turn: now.AddDate(0, 0, ceremony.NoticeDays),
	}
	if a.until != "" {
		var err error
		if o.Turn, err = time.Parse(time.RFC3339, a.until); err != nil {
			return o, usage("--until %q: want a time as 2027-01-01T00:00:00Z", a.until)
		}
	}
	cards := map[string]ceremony.Card{}
	for _, name := range a.add {
		card, err := ceremony.ReadCard(name)
		if err != nil {
			return o, err
		}
		cards[string(card.Participant.ID)] = card
		o.Add = append(o.Add, card)
	}
	for _, name := range a.witness {
		card, ok := cards[name]
		if !ok {
			var err error
			if card, err = ceremony.ReadCard(name); errors.Is(err, fs.ErrNotExist) {
				return o, usage("--witness %s: name its card.json, which has its witness key", name)
			} else if err != nil {
				return o, err
			}
		}
		o.Witness = append(o.Witness, card)
	}
	var err error
	if o.Answerers, err = a.answerers(); err != nil {
		return o, err
	}
	o.NoAccreditors = ids(a.noAccreditor)
	if o.Rounds, err = readRounds(a.rounds); err != nil {
		return o, err
	}
	if o.Guardians, err = readGuardians(a.guardians); err != nil {
		return o, err
	}
	o.Succeeds, err = readSuccessors(a.succeeds)
	return o, err
}

func readSuccessors(flags listFlag) (map[review.ParticipantID][]review.ParticipantID, error) {
	all := map[review.ParticipantID][]review.ParticipantID{}
	for _, s := range flags {
		later, earlier, ok := strings.Cut(s, ":")
		if !ok || later == "" || earlier == "" {
			return nil, usage("--succeeds %q: want LATER:EARLIER, as ssd:sdn", s)
		}
		id := review.ParticipantID(later)
		all[id] = append(all[id], ids(strings.Split(earlier, "+"))...)
	}
	return all, nil
}

func joined(ids []review.ParticipantID) string {
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	return strings.Join(names, ", ")
}

func ids(names listFlag) (out []review.ParticipantID) {
	for _, n := range names {
		out = append(out, review.ParticipantID(n))
	}
	return out
}
