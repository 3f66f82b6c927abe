package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"stocktake/node"
	"stocktake/review"
	"stocktake/signing"
)

func charterNewCommand() command {
	return command{"charter new", "CARD...", "a genesis charter from participants' cards, as a draft on stdout", func(f *flag.FlagSet) run {
		var o node.Convening
		var witnesses, rounds listFlag
		f.StringVar(&o.Title, "title", "", "the federation's `name`")
		f.StringVar(&o.Suffix, "suffix", "", "end of every log's name, as gcm.example; it need not resolve")
		f.Var(&witnesses, "witness", "`IDs` of the participants that cosign everybody's logs; 5 to 9 is wise")
		f.IntVar(&o.Threshold, "threshold", 0, "accessions that put the charter in force (default: all participants)")
		out := f.String("o", "", "write to this `file` instead of stdout")
		f.Var(&rounds, "round", "a review round as `ID:OPENS:DUE`, as 2027:2027-01-01:2027-06-30; several with commas")
		return func(_ context.Context, c *call, args []string) error {
			switch {
			case len(args) == 0:
				return usage("name the participants' card.json files")
			case o.Title == "" || o.Suffix == "" || len(witnesses) == 0:
				return usage("--title, --suffix and --witness are needed")
			}
			var cards []node.Card
			for _, name := range args {
				card, err := node.ReadCard(name)
				if err != nil {
					return err
				}
				cards = append(cards, card)
			}
			for _, w := range witnesses {
				o.Witnesses = append(o.Witnesses, review.ParticipantID(w))
			}
			for _, r := range rounds {
				part := strings.Split(r, ":")
				if len(part) != 3 {
					return usage("--round %q: want ID:OPENS:DUE, as 2027:2027-01-01:2027-06-30", r)
				}
				o.Rounds = append(o.Rounds, review.Round{ID: part[0], Title: "Round " + part[0], Scope: "global", Opens: part[1], Due: part[2]})
			}
			charter, err := node.Convene(cards, o)
			if err != nil {
				return err
			}
			draft, err := charterDraft(charter)
			if err != nil {
				return err
			}
			c.say("Look the draft over, then sign it: stocktake charter sign DRAFT -o charter.json")
			return c.writeOutput(*out, draft)
		}
	}}
}

// charterDraft writes a charter as the YAML that `charter sign` takes.
func charterDraft(charter *review.Charter) ([]byte, error) {
	b, err := json.Marshal(charter)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return nil, err
	}
	draft := []byte("# The genesis charter: who takes part, who witnesses, which rounds there are.\n# Whoever signs this convenes the federation; its ID becomes the federation's name.\nkind: charter\nlanguage: en\n")
	for _, name := range []string{"title", "number", "suffix", "rules", "compact", "threshold", "witnesses", "rounds", "participants"} {
		if fields[name] == nil {
			continue
		}
		part, err := json.Marshal(map[string]json.RawMessage{name: fields[name]})
		if err != nil {
			return nil, err
		}
		if part, err = yaml.JSONToYAML(part); err != nil {
			return nil, err
		}
		draft = append(draft, part...)
	}
	return draft, nil
}

func charterSignCommand() command {
	return command{"charter sign", "DRAFT|ENVELOPE", "sign a charter's draft as its convener, or accede to a signed charter", func(f *flag.FlagSet) run {
		var s signFlags
		s.add(f)
		round := f.String("round", "", "accede into this review `round` as well")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 1 {
				return usage("name the charter: its draft, or the signed envelope of its convener")
			}
			file, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			if e, err := firstEnvelope(file); err == nil {
				return accede(ctx, c, &s, e, *round)
			}
			s.founds = true
			signed, err := s.signDraft(ctx, c, args[0], file)
			if err != nil {
				return err
			}
			c.say("The federation's name is its charter's ID: %s", signed.Digest())
			c.say("Send the signed charter to every participant; each accedes with: stocktake charter sign charter.json -o ID.json")
			return c.writeOutput(s.out, append(signed.Marshal(), '\n'))
		}
	}}
}

// firstEnvelope reads the envelope on the first line.
func firstEnvelope(file []byte) (signing.Envelope, error) {
	line, _, _ := bytes.Cut(bytes.TrimSpace(file), []byte("\n"))
	return signing.ParseEnvelope(line)
}

func accede(ctx context.Context, c *call, s *signFlags, e signing.Envelope, round string) error {
	d, err := review.Parse(e.Payload)
	if err != nil {
		return err
	}
	charter, ok := d.Predicate.(*review.Charter)
	if !ok {
		return fail(exitFailed, "this is a %s, not a charter; sign a draft with `stocktake sign`", d.Kind)
	}
	c.say("%s: number %d, %d participants, %d witnesses, in force with %d accessions", charter.Title, charter.Number, len(charter.Participants), len(charter.Witnesses), charter.Threshold)
	signer, author, err := s.open(ctx, c)
	if err != nil {
		return err
	}
	var out []byte
	for _, r := range []string{"", round}[:1+min(1, len(round))] { // as a member, then into the round
		signed, err := node.SignAccession(signer, author, d, r)
		if err != nil {
			return err
		}
		out = append(append(out, signed.Marshal()...), '\n')
	}
	c.say("Send this accession to the convener, who puts all of them together: stocktake charter verify charter.json ID.json... -o federation.jsonl")
	return c.writeOutput(s.out, out)
}

func charterShowCommand() command {
	return command{"charter show", "[FILE]", "who is in the federation, from a federation file or the home", func(*flag.FlagSet) run {
		return func(_ context.Context, c *call, args []string) error {
			f, err := founding(c, args)
			if err != nil {
				return err
			}
			charter, id := f.Chain.InForce()
			if c.json {
				return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "federation": f.Genesis.ID, "id": id, "founded": f.Chain.Founded(), "charter": charter})
			}
			fmt.Fprintf(c.out, "%s\nfederation  %s\ncharter     number %d, %s\n", charter.Title, f.Genesis.ID, charter.Number, inForce(f))
			witness := map[review.ParticipantID]bool{}
			for _, w := range charter.Witnesses {
				witness[w.Participant] = true
			}
			fmt.Fprintf(c.out, "witnesses   %d, a quorum is %d\n\n", len(witness), review.Quorum(len(witness)))
			for _, p := range charter.Participants {
				does := "carried by others"
				if len(p.Logs) > 0 {
					does = "runs a node"
				}
				if witness[p.ID] {
					does += ", witness"
				}
				fmt.Fprintf(c.out, "%-18s %-26s %-40s %s\n", p.ID, p.Kind, p.Name, does)
			}
			for _, r := range charter.Rounds {
				fmt.Fprintf(c.out, "\nround %s: %s, opens %s, reports due %s", r.ID, r.Title, r.Opens, r.Due)
			}
			if len(charter.Rounds) > 0 {
				fmt.Fprintln(c.out)
			}
			return nil
		}
	}}
}

func charterVerifyCommand() command {
	return command{"charter verify", "FILE...", "check charters and accessions, whether they are enough, and put them together", func(fs *flag.FlagSet) run {
		out := fs.String("o", "", "write them together to this `file`, with which members join")
		return func(_ context.Context, c *call, args []string) error {
			f, err := founding(c, args)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "federation %s: %d signatures valid, the charter is %s\n", f.Genesis.ID, len(f.Documents), inForce(f))
			if !f.Chain.Founded() {
				return fail(exitUndecided, "too few participants have acceded; collect their `stocktake charter sign` files")
			}
			if *out == "" {
				return nil
			}
			c.say("Send %s to every member, who joins with: stocktake init --charter %s", *out, filepath.Base(*out))
			return c.writeOutput(*out, f.Marshal())
		}
	}}
}

func inForce(f *review.Founding) string {
	charter, _ := f.Chain.InForce()
	acceded := map[review.ParticipantID]bool{}
	for _, d := range f.Documents {
		if a, ok := d.Predicate.(*review.Accession); ok && a.Role == "member" {
			acceded[a.Author] = true
		}
	}
	state := "not in force yet"
	if f.Chain.Founded() {
		state = "in force"
	}
	return fmt.Sprintf("%s: %d of %d participants acceded, %d needed", state, len(acceded), len(charter.Participants), charter.Threshold)
}

// founding reads the federation from files put together, or from the home.
func founding(c *call, files []string) (*review.Founding, error) {
	if len(files) == 0 {
		return c.home.Founding()
	}
	var all []byte
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all = append(append(all, b...), '\n')
	}
	f, err := review.ReadFounding(all)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fail(exitInvalid, "%s: %w", strings.Join(files, ", "), err)
	}
	return f, err
}
