package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/review"
	"stocktake/signing"
)

func charterNewCommand() command {
	return command{"charter new", "CARD...", "a genesis charter from participants' cards, as a draft on stdout", func(f *flag.FlagSet) run {
		var o ceremony.Convening
		var witnesses, rounds, guardians listFlag
		f.StringVar(&o.Title, "title", "", "the federation's `name`")
		f.StringVar(&o.Suffix, "suffix", "", "end of every log's name, as gcm.example; it need not resolve")
		f.StringVar(&o.Licence, "licence", "CC-BY-4.0", "SPDX `identifier` of the licence under which the data may be reused")
		f.Var(&witnesses, "witness", "`IDs` of the participants that cosign everybody's logs; 5 to 9 is wise")
		f.IntVar(&o.Threshold, "threshold", 0, "accessions that put the charter in force (default: more than two thirds)")
		out := f.String("o", "", "write to this `file` instead of stdout")
		f.Var(&rounds, "round", roundHelp)
		f.Var(&guardians, "guardians", guardiansHelp)
		var a answererFlags
		a.add(f)
		return func(_ context.Context, c *call, args []string) error {
			switch {
			case len(args) == 0:
				return usage("name the participants' card.json files")
			case o.Title == "" || o.Suffix == "" || len(witnesses) == 0:
				return usage("--title, --suffix and --witness are needed")
			}
			var cards []ceremony.Card
			for _, name := range args {
				card, err := ceremony.ReadCard(name)
				if err != nil {
					return err
				}
				cards = append(cards, card)
			}
			for _, w := range witnesses {
				o.Witnesses = append(o.Witnesses, review.ParticipantID(w))
			}
			var err error
			if o.Rounds, err = readRounds(rounds); err != nil {
				return err
			}
			if o.Guardians, err = readGuardians(guardians); err != nil {
				return err
			}
			if o.Answerers, err = a.answerers(); err != nil {
				return err
			}
			charter, err := ceremony.Convene(cards, o)
			if err != nil {
				return err
			}
			draft, err := charterDraft(charter, "# The genesis charter: who takes part, who witnesses, which rounds there are.\n# Whoever signs this convenes the federation; its ID becomes the federation's name.\n")
			if err != nil {
				return err
			}
			if len(o.Witnesses) == 1 {
				c.say("With one witness, \"filed\" is its word alone: of what its own node files it is the only copy until another node fetched it. 5 to 9 are wise.")
			}
			c.say("Look the draft over, then sign it: stocktake charter sign DRAFT -o charter.json")
			return c.writeOutput(*out, draft)
		}
	}}
}

const guardiansHelp = "who may recover whose keys, as `ID:NEEDED:GUARDIAN+GUARDIAN`, as sle:2:gin+gha+ecowas; with :P30D after it there are 30 days to contest instead of 14; ID: ends them"

func readGuardians(flags listFlag) (map[review.ParticipantID]*review.Guardians, error) {
	all := map[review.ParticipantID]*review.Guardians{}
	for _, g := range flags {
		part := strings.Split(g, ":")
		id := review.ParticipantID(part[0])
		if len(part) == 2 && part[1] == "" {
			all[id] = nil
			continue
		}
		if len(part) < 3 || len(part) > 4 {
			return nil, usage("--guardians %q: want ID:NEEDED:GUARDIAN+GUARDIAN, as sle:2:gin+gha+ecowas", g)
		}
		needed, err := strconv.Atoi(part[1])
		if err != nil {
			return nil, usage("--guardians %q: %q is not how many of them are needed", g, part[1])
		}
		all[id] = &review.Guardians{Participants: ids(strings.Split(part[2], "+")), Threshold: needed}
		if len(part) == 4 {
			all[id].Contest = part[3]
		}
	}
	return all, nil
}

// charterDraft writes a charter as the YAML that `charter sign` takes.
func charterDraft(charter *review.Charter, comment string) ([]byte, error) {
	b, err := json.Marshal(charter)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return nil, err
	}
	draft := []byte(comment + "kind: charter\nlanguage: en\n")
	if charter.Previous != "" {
		draft = fmt.Appendf(draft, "about: %s\n", charter.Previous)
	}
	for _, name := range []string{"title", "sample", "federation", "number", "previous", "decision", "suffix", "licence", "rules", "compact", "threshold", "suspensions", "witnesses", "accreditors", "quotas", "rounds", "participants"} {
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
	return command{"charter sign", "DRAFT|ENVELOPE|ID", "sign a charter's draft as its proposer, or accede to a signed charter", func(f *flag.FlagSet) run {
		var s signFlags
		s.add(f)
		round := f.String("round", "", "accede into this review `round` as well")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 1 {
				return usage("name the charter: its draft, or what its proposer signed, as a file or by its ID")
			}
			file, err := charterFile(ctx, c, args[0])
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
			if d, err := review.Parse(signed.Payload); err == nil && d.Federation != "" {
				c.say("The proposal's ID is %s. File it with: stocktake publish %s", signed.Digest(), orFile(s.out))
				c.say("Then each member accedes, you too: stocktake charter sign %.12s... -o ID.json, and stocktake publish ID.json", signed.Digest())
				return c.writeOutput(s.out, append(signed.Marshal(), '\n'))
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
	c.say("%s: number %d, %d participants, %d witnesses", charter.Title, charter.Number, len(charter.Participants), len(charter.Witnesses))
	if charter.Number > 1 {
		if err := sayChanges(ctx, c, d.ID, charter); err != nil {
			return err
		}
	}
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
	if charter.Number > 1 {
		c.say("File this accession with: stocktake publish %s, or send it to a member whose node carries it", orFile(s.out))
		return c.writeOutput(s.out, out)
	}
	c.say("Send this accession to the convener, who puts all of them together: stocktake charter verify charter.json ID.json... -o federation.jsonl")
	return c.writeOutput(s.out, out)
}

func charterVerifyCommand() command {
	return command{"charter verify", "[FILE...]", "check charters and accessions, whether they are enough, and put them together", func(fs *flag.FlagSet) run {
		out := fs.String("o", "", "write them together to this `file`, with which members join")
		return func(ctx context.Context, c *call, args []string) error {
			f, _, err := federationOf(ctx, c, args)
			if err != nil {
				return err
			}
			if !c.json {
				fmt.Fprintf(c.out, "federation %s: %d signatures valid, the charter is %s\n", f.Genesis.ID, len(f.Documents), inForce(f))
			} else if err := json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "federation": f.Genesis.ID, "signatures": len(f.Documents), "founded": f.Chain.Founded()}); err != nil {
				return err
			}
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

// inForce says how the charter in force stands.
func inForce(f *review.Founding) string {
	charter, id := f.Chain.InForce()
	acceded := map[review.ParticipantID]bool{}
	for _, d := range f.Documents {
		if a, ok := d.Predicate.(*review.Accession); ok && a.Role == "member" && a.Decision != "declined" && d.About() == id {
			acceded[a.Author] = true
		}
	}
	state := "not in force yet"
	if f.Chain.Founded() {
		state = "in force"
	}
	if charter.Number > 1 {
		return fmt.Sprintf("%s: %d participants acceded", state, len(acceded))
	}
	return fmt.Sprintf("%s: %d of %d participants acceded, %d needed", state, len(acceded), len(charter.Participants), charter.Threshold)
}

// federationOf reads the federation from files put together; without files
// from the home's node, with the charters that were proposed and the accessions
// to them, or, where no node is, from the file that the home joined with.
func federationOf(ctx context.Context, c *call, files []string) (*review.Founding, []signing.Envelope, error) {
	if len(files) == 0 {
		return federationAtHome(ctx, c)
	}
	var all []byte
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		all = append(append(all, b...), '\n')
	}
	f, err := review.ReadFounding(all)
	if err != nil {
		return nil, nil, fail(exitInvalid, "%s: %w", strings.Join(files, ", "), err)
	}
	return f, nil, nil
}

func federationAtHome(ctx context.Context, c *call) (*review.Founding, []signing.Envelope, error) {
	s, done, err := c.service(ctx, nil)
	if errors.Is(err, node.ErrNotInitialised) { // an author without a node
		f, err := c.home.Founding()
		return f, nil, err
	}
	if err != nil {
		return nil, nil, err
	}
	defer done()
	b, err := s.Federation(ctx)
	if err != nil {
		return nil, nil, err
	}
	f, err := review.ReadFounding(b)
	if err != nil {
		return nil, nil, err
	}
	proposed, err := ceremony.Proposed(ctx, s, f)
	return f, proposed, err
}

// charterFile reads a charter's file, or fetches the document of that ID from
// the home's node.
func charterFile(ctx context.Context, c *call, name string) ([]byte, error) {
	if _, err := signing.ParseDigest(name); err != nil {
		return readInput(name, maxDraft)
	}
	s, done, err := c.service(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer done()
	e, err := s.Envelope(ctx, review.DocumentID(name))
	if err != nil {
		return nil, err
	}
	return e.Marshal(), nil
}

func orFile(name string) string {
	if name == "" {
		return "FILE"
	}
	return name
}
