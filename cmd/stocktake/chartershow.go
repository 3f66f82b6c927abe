package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
)

func charterShowCommand() command {
	return command{"charter show", "[FILE...]", "who is in the federation, and who has acceded to what is proposed", func(*flag.FlagSet) run {
		return func(ctx context.Context, c *call, args []string) error {
			f, more, err := federationOf(ctx, c, args)
			if err != nil {
				return err
			}
			charter, id := f.Chain.InForce()
			proposals := f.Proposals(more...)
			contradictions, err := contradictionsAtHome(ctx, c, args)
			if err != nil {
				return err
			}
			if c.json {
				type proposal struct {
					ID     review.DocumentID `json:"id"`
					Number int               `json:"number"`
					review.Tally
				}
				list := []proposal{}
				for _, p := range proposals {
					list = append(list, proposal{p.ID, p.Charter.Number, p.Tally})
				}
				return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "federation": f.Genesis.ID, "id": id, "founded": f.Chain.Founded(), "charter": charter, "proposals": list, "contradictions": contradictions})
			}
			now := time.Now()
			witnesses, _ := f.Chain.WitnessesAt(now)
			fmt.Fprintf(c.out, "%s\nfederation  %s\ncharter     number %d, %s\n", charter.Title, f.Genesis.ID, charter.Number, inForce(f))
			if !f.Chain.Founded() {
				printChambers(c.out, f.Chain.Tally(charter, acceded(f, id)), false)
			}
			fmt.Fprintf(c.out, "witnesses   %d, a quorum is %d\n\n", len(witnesses), review.Quorum(len(witnesses)))
			for _, p := range charter.Participants {
				fmt.Fprintf(c.out, "%-18s %-26s %-40s %s\n", p.ID, p.Kind, p.Name, doing(f.Chain, charter, p, now))
			}
			for _, e := range charter.Accreditors {
				fmt.Fprintf(c.out, "\n%s", inEnglish(ceremony.Accrediting(charter, e)))
			}
			for _, q := range charter.Quotas {
				fmt.Fprintf(c.out, "\n%s", inEnglish(ceremony.Holding(charter, q)))
			}
			for _, r := range charter.Rounds {
				fmt.Fprintf(c.out, "\n%s", inEnglish(ceremony.Round(charter, r)))
			}
			if len(charter.Rounds)+len(charter.Accreditors)+len(charter.Quotas) > 0 {
				fmt.Fprintln(c.out)
			}
			for _, p := range proposals {
				printProposal(c.out, charter, p)
			}
			if len(contradictions) > 0 {
				fmt.Fprintln(c.out)
				printContradictions(c.out, contradictions)
			}
			return nil
		}
	}}
}

// contradictionsAtHome are what the node's records show of witnesses and voices;
// of files alone nothing is known.
func contradictionsAtHome(ctx context.Context, c *call, files []string) ([]web.Contradiction, error) {
	if len(files) > 0 {
		return nil, nil
	}
	s, done, err := c.service(ctx, nil)
	if errors.Is(err, node.ErrNotInitialised) { // an author without a node
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer done()
	status, err := s.Status(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(status.Contradictions, func(x web.Contradiction) bool { return x.Kind == web.ContradictionLog }), nil
}

// acceded are the members that acceded to the genesis charter in a file.
func acceded(f *review.Founding, id review.DocumentID) func(review.ParticipantID) bool {
	by := map[review.ParticipantID]bool{}
	for _, d := range f.Documents {
		if a, ok := d.Predicate.(*review.Accession); ok && a.Role == "member" && a.Decision != "declined" && d.About() == id {
			by[a.Author] = true
		}
	}
	return func(p review.ParticipantID) bool { return by[p] }
}

// doing is what a participant does in the federation, on one line.
func doing(chain *review.Chain, charter *review.Charter, p review.Participant, now time.Time) string {
	var does []string
	for _, s := range ceremony.Doing(chain, charter, p, now) {
		does = append(does, inEnglish(s))
	}
	return strings.Join(does, ", ")
}

func printProposal(w io.Writer, charter *review.Charter, p review.Proposal) {
	fmt.Fprintf(w, "\nproposed    number %d by %s, %s\n", p.Charter.Number, p.Author, p.ID)
	for _, line := range changes(charter, p.Charter) {
		fmt.Fprintf(w, "            %s\n", line)
	}
	if len(p.Faults) > 0 {
		fmt.Fprintf(w, "            may not follow the charter in force: %v\n", p.Faults)
		return
	}
	state := "not carried yet"
	if p.Tally.Carried {
		state = "carried: in force once a quorum of witnesses has filed the accessions, if that was in time"
	}
	fmt.Fprintf(w, "acceded     %d of %d, %d needed: %s\n", p.Tally.Acceded, p.Tally.Open, p.Tally.Needed, state)
	printChambers(w, p.Tally, !p.Tally.Emergency)
}

// printChambers says of each chamber who acceded and who is missing.
func printChambers(w io.Writer, t review.Tally, majorities bool) {
	for _, part := range t.Chambers {
		line := fmt.Sprintf("%s: %d of %d", part.Name, part.Acceded, part.Open)
		if majorities && part.Majority() {
			line += ", majority reached"
		} else if majorities {
			line += ", no majority yet"
		}
		if len(part.Missing) > 0 {
			names := make([]string, len(part.Missing))
			for i, id := range part.Missing {
				names[i] = string(id)
			}
			line += "; missing: " + strings.Join(names, ", ")
		}
		fmt.Fprintf(w, "            %s\n", line)
	}
}

// majorityNeeded says what carries a proposal.
func majorityNeeded(t review.Tally) string {
	if t.Emergency {
		return fmt.Sprintf("An emergency: %d of %d members carry it, from two chambers at least where there are two.", t.Needed, t.Open)
	}
	return fmt.Sprintf("An amendment: %d of %d members carry it, with more than half of each chamber.", t.Needed, t.Open)
}
