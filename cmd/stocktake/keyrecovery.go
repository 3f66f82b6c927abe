package main

import (
	"context"
	"flag"
	"fmt"

	"stocktake/node"
	"stocktake/review"
	"stocktake/signing"
)

func keyNewCommand() command {
	return command{"key new", "FILE...", "make private keys; the public half goes beside each, as FILE.pub", func(f *flag.FlagSet) run {
		var k keyFlags
		f.StringVar(&k.file, "password-file", "", "`file` with the password of the private keys")
		f.BoolVar(&k.unprotected, "no-password", false, "leave the private keys unencrypted")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) == 0 {
				return usage("name the files of the private keys to be made, as root.pem author.pem")
			}
			for _, file := range args {
				key, err := k.made(ctx, c, file)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s.pub  %.16s\n", file, key.Fingerprint())
			}
			return nil
		}
	}}
}

func keyRecoverCommand() command {
	return command{"key recover", "", "as a guardian: propose new keys for a participant that lost its own", func(f *flag.FlagSet) run {
		var k keyFlags
		k.signFlags.add(f)
		of := f.String("for", "", "`ID` of the participant that lost its keys")
		author := f.String("new", "", "its new author `key`, the public half that it gave you in person: a .pub file, or the base64 of a card")
		root := f.String("new-root", "", "its new root `key`, likewise")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 || *of == "" || *author == "" && *root == "" {
				return usage("want --for ID, and --new KEY or --new-root KEY or both")
			}
			change := review.KeyChange{Action: "recover", Participant: review.ParticipantID(*of)}
			change.Title = "Recovery of the keys of " + *of
			for _, given := range []struct {
				name string
				to   *string
			}{{*author, &change.Key}, {*root, &change.Root}} {
				if given.name == "" {
					continue
				}
				key, err := publicKey(given.name)
				if err != nil {
					return err
				}
				*given.to = key.Base64()
			}
			return k.signRecovery(ctx, c, "The other guardians second it: stocktake key second %.12s... -o second.json, and stocktake publish second.json", func(s *signing.DocumentSigner, id review.ParticipantID, f *review.Founding) (signing.Envelope, error) {
				return node.SignKeyChange(s, id, f, change)
			})
		}
	}}
}

func keySecondCommand() command {
	return command{"key second", "ID|FILE", "as a guardian: second a recovery of keys that another guardian proposed", func(f *flag.FlagSet) run {
		var k keyFlags
		k.signFlags.add(f)
		return func(ctx context.Context, c *call, args []string) error {
			recovery, err := c.recovery(ctx, &k.passwordFlags, args)
			if err != nil {
				return err
			}
			c.say("%s", recoveryInWords(recovery))
			c.say("Second it only if %s itself read these fingerprints out to you.", recovery.Participant)
			return k.signRecovery(ctx, c, "", func(s *signing.DocumentSigner, id review.ParticipantID, f *review.Founding) (signing.Envelope, error) {
				return node.SignSecond(s, id, f, recovery.ID)
			})
		}
	}}
}

func keyContestCommand() command {
	return command{"key contest", "ID|FILE", "stop a recovery of your keys, which you still have", func(f *flag.FlagSet) run {
		var k keyFlags
		k.signFlags.add(f)
		f.Lookup("key").Usage = "any key of yours: a `file`, or a KMS reference as pkcs11://… (default: keys/author.pem of the home)"
		return func(ctx context.Context, c *call, args []string) error {
			recovery, err := c.recovery(ctx, &k.passwordFlags, args)
			if err != nil {
				return err
			}
			c.say("%s", recoveryInWords(recovery))
			return k.signRecovery(ctx, c, "", func(s *signing.DocumentSigner, id review.ParticipantID, f *review.Founding) (signing.Envelope, error) {
				return node.SignContest(s, id, f, recovery.ID)
			})
		}
	}}
}

// signRecovery signs a document about a recovery and writes it. then says what
// follows, with its ID.
func (k *keyFlags) signRecovery(ctx context.Context, c *call, then string, sign func(*signing.DocumentSigner, review.ParticipantID, *review.Founding) (signing.Envelope, error)) error {
	f, err := c.home.Founding()
	if err != nil {
		return err
	}
	signer, author, err := k.open(ctx, c)
	if err != nil {
		return err
	}
	e, err := sign(signer, author, f)
	if err != nil {
		return err
	}
	c.say("signed %s; now file it: stocktake publish %s", e.Digest(), orFile(k.out))
	if then != "" {
		c.say(then, e.Digest())
	}
	return c.writeOutput(k.out, append(e.Marshal(), '\n'))
}

// recovery is the recovery of keys that the arguments name: by its ID, as the
// home's node has it, or the proposer's file, for who has no node.
func (c *call) recovery(ctx context.Context, p *passwordFlags, args []string) (*review.Recovery, error) {
	if len(args) != 1 {
		return nil, usage("name the recovery by its document ID, as `stocktake key show` prints it, or the file that its proposer signed")
	}
	if _, err := signing.ParseDigest(args[0]); err != nil {
		return c.proposedRecovery(args[0])
	}
	id := review.DocumentID(args[0])
	service, done, err := c.service(ctx, p.ask(c))
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := service.Document(ctx, id)
	if err != nil {
		return nil, err
	}
	if d.Recovery == nil {
		return nil, fail(exitNotFound, "%s is no recovery of keys that a guardian proposed and that was filed; see `stocktake key show`", id)
	}
	return d.Recovery, nil
}

// proposedRecovery reads a recovery of keys as its proposer signed it.
func (c *call) proposedRecovery(name string) (*review.Recovery, error) {
	b, err := readInput(name, maxDraft)
	if err != nil {
		return nil, err
	}
	e, err := signing.ParseEnvelope(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f, err := c.home.Founding()
	if err != nil {
		return nil, err
	}
	if _, err := review.VerifyEnvelope(e, f); err != nil {
		return nil, judged(err)
	}
	r, ok := f.Chain.Proposed(e.Payload)
	if !ok {
		return nil, fail(exitFailed, "%s is no recovery of keys by a guardian whom the charter lists", name)
	}
	return &r, nil
}

// recoveryInWords says what a recovery gives and how far it is. Until what time
// it may be contested, the reader's clock says.
func recoveryInWords(r *review.Recovery) string {
	line := "recover " + string(r.Participant)
	if r.Author != "" {
		line += fmt.Sprintf(" author %.16s", r.Author)
	}
	if r.Root != "" {
		line += fmt.Sprintf(" root %.16s", r.Root)
	}
	line += fmt.Sprintf(", seconded by %d of %d guardians (%s), %d needed", len(r.Seconded), len(r.Guardians), joined(r.Seconded), r.Needed)
	switch {
	case r.Contested != "":
		line += fmt.Sprintf(": contested by document %s, which ended it", r.Contested)
	case r.Effect == "":
	case r.Effect > node.Now():
		line += ": contestable until " + r.Effect
	default:
		line += ": in force since " + r.Effect
	}
	return line
}
