package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// keyFlags are the flags of the commands that change keys.
type keyFlags struct {
	signFlags
	fresh       string
	unprotected bool
}

func (k *keyFlags) add(f *flag.FlagSet) {
	k.signFlags.add(f)
	f.Lookup("key").Usage = "the key that signs the change, root or author: a `file`, or a KMS reference as pkcs11://… (default: keys/author.pem of the home)"
}

func (k *keyFlags) addNew(f *flag.FlagSet) {
	k.add(f)
	f.StringVar(&k.fresh, "new", "", "`file` of the new private key: made if it is not there; its public half goes beside it, as FILE.pub")
	f.BoolVar(&k.unprotected, "no-password", false, "leave a new private key unencrypted")
}

// sign signs a change and writes it.
func (k *keyFlags) sign(c *call, signer *signing.DocumentSigner, author review.ParticipantID, change review.KeyChange) error {
	f, err := c.home.Founding()
	if err != nil {
		return err
	}
	e, err := node.SignKeyChange(signer, author, f, change)
	if err != nil {
		return err
	}
	c.say("signed %s; it works from its filing time on: stocktake publish %s", e.Digest(), orDefault(k.out, "FILE"))
	return c.writeOutput(k.out, append(e.Marshal(), '\n'))
}

// made opens a private key file, or makes it with its public half beside it.
func (k *keyFlags) made(ctx context.Context, c *call, file string) (signing.DocumentKey, error) {
	s, err := signing.OpenDocumentSigner(ctx, file, k.ask(c))
	if err == nil {
		return s.Key(), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if s, err = signing.GenerateDocumentKey(); err != nil {
		return "", err
	}
	ask := k.ask(c)
	if k.unprotected {
		ask = nil
	}
	private, err := s.MarshalPEM(ask)
	if err != nil {
		return "", err
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = out.Write(private)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return "", err
	}
	c.say("%s is a new private key; keep it, and nowhere else", file)
	return s.Key(), os.WriteFile(file+".pub", s.Key().PEM(), 0o644)
}

// publicKey reads a public key: a PEM file, as signer.pub of an export, or the
// base64 of a card or charter.
func publicKey(s string) (signing.DocumentKey, error) {
	if k, err := signing.ParseDocumentKeyBase64(s); err == nil {
		return k, nil
	}
	b, err := readInput(s, signing.MaxEnvelope)
	if err != nil {
		return "", err
	}
	if k, err := signing.ParseDocumentKeyBase64(string(bytes.TrimSpace(b))); err == nil {
		return k, nil
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "PUBLIC KEY" {
		return "", usage("%s is not a public key: name a .pub file, an export's %s, or the base64 of a card", s, review.FileSigner)
	}
	k, err := signing.ParseDocumentKey(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("%s: %w", s, err)
	}
	return k, nil
}

func keyRotateCommand() command {
	return command{"key rotate", "", "let a new key take the place of an author or clerk key; old documents stay valid", func(f *flag.FlagSet) run {
		var k keyFlags
		k.addNew(f)
		next := f.String("next", "", "`file` of the private key that will come after the new one: made if it is not there, announced by its digest")
		replaces := f.String("replaces", "", "the public `key` that ends, where the root key signs (default: the key that signs)")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 || k.fresh == "" {
				return usage("want --new FILE, for the new private key, and no other argument")
			}
			signer, author, err := k.open(ctx, c)
			if err != nil {
				return err
			}
			old := signer.Key()
			if *replaces != "" {
				if old, err = publicKey(*replaces); err != nil {
					return err
				}
			}
			fresh, err := k.made(ctx, c, k.fresh)
			if err != nil {
				return err
			}
			change := review.KeyChange{Common: review.Common{Title: "New key of " + string(author)}, Action: "rotate", Key: fresh.Base64(), Replaces: old.Base64()}
			if *next != "" {
				announced, err := k.made(ctx, c, *next)
				if err != nil {
					return err
				}
				change.Next = announced.Fingerprint()
			}
			return k.sign(c, signer, author, change)
		}
	}}
}

func keyRevokeCommand() command {
	return command{"key revoke", "PUBLIC-KEY", "end a key: what is filed under it later does not count", func(f *flag.FlagSet) run {
		var k keyFlags
		k.add(f)
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 1 {
				return usage("name the public key that ends: a .pub file, an export's %s, or the base64 of a card", review.FileSigner)
			}
			ends, err := publicKey(args[0])
			if err != nil {
				return err
			}
			signer, author, err := k.open(ctx, c)
			if err != nil {
				return err
			}
			return k.sign(c, signer, author, review.KeyChange{Common: review.Common{Title: "End of a key of " + string(author)}, Action: "revoke", Key: ends.Base64()})
		}
	}}
}

func keyDelegateCommand() command {
	return command{"key delegate", "", "give an office a key of its own, for some kinds of document", func(f *flag.FlagSet) run {
		var k keyFlags
		var kinds listFlag
		k.addNew(f)
		public := f.String("public", "", "the office's own public `key`, instead of --new: a .pub file, or the base64 of a card")
		holder := f.String("to", "", "the `office`, as \"Ministry of Labour\"; never a person")
		until := f.String("until", "", "`time` at which it ends, as 2030-01-01T00:00:00Z (default: until further notice)")
		f.Var(&kinds, "kinds", "what it may sign: pledge, report, assessment, comment, response, withdrawal; several with commas")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) > 0 || *holder == "" || len(kinds) == 0 || (k.fresh == "") == (*public == "") {
				return usage("want --to OFFICE, --kinds KINDS, and --new FILE or --public KEY")
			}
			signer, author, err := k.open(ctx, c)
			if err != nil {
				return err
			}
			var key signing.DocumentKey
			if *public != "" {
				key, err = publicKey(*public)
			} else {
				key, err = k.made(ctx, c, k.fresh)
			}
			if err != nil {
				return err
			}
			change := review.KeyChange{Common: review.Common{Title: "Key of " + *holder}, Action: "delegate", Key: key.Base64(), Holder: *holder, Until: *until}
			for _, kind := range kinds {
				change.Kinds = append(change.Kinds, review.Kind(kind))
			}
			return k.sign(c, signer, author, change)
		}
	}}
}

// shownKey is a key of the charter, or a change of keys, as `key show` lists it.
type shownKey struct {
	Key    string            `json:"key"` // fingerprint
	Role   string            `json:"role,omitempty"`
	Action string            `json:"action,omitempty"`
	Holder string            `json:"holder,omitempty"`
	Kinds  []review.Kind     `json:"kinds,omitempty"`
	ID     review.DocumentID `json:"id,omitempty"`
	Filed  string            `json:"filed,omitempty"`
	About  review.DocumentID `json:"about,omitempty"`
	Reason string            `json:"reason,omitempty"` // why it has no effect

	Recovery *review.Recovery `json:"recovery,omitempty"` // by guardians
}

func keyShowCommand() command {
	return command{"key show", "[PARTICIPANT]", "the keys that the charter lists for a participant, its guardians, and every change of them", func(f *flag.FlagSet) run {
		var p passwordFlags
		return func(ctx context.Context, c *call, args []string) error {
			config, err := c.home.Config()
			if err != nil {
				return err
			}
			founding, _, err := federationOf(ctx, c, nil)
			if err != nil {
				return err
			}
			id := config.Participant
			if len(args) > 0 {
				id = review.ParticipantID(args[0])
			}
			who, ok := founding.Chain.Participant(id)
			if !ok {
				return fail(exitNotFound, "the charter lists no participant %s", id)
			}
			var keys []shownKey
			for _, k := range who.Keys {
				if key, err := signing.ParseDocumentKeyBase64(k.Key); err == nil {
					keys = append(keys, shownKey{Key: key.Fingerprint(), Role: k.Role})
				}
			}
			changes, err := c.keyChanges(ctx, &p, id)
			if err != nil {
				return err
			}
			if keys = append(keys, changes...); c.json {
				return json.NewEncoder(c.out).Encode(map[string]any{"version": 1, "participant": id, "keys": keys, "guardians": who.Guardians})
			}
			for _, k := range keys {
				fmt.Fprintln(c.out, k)
			}
			if g := who.Guardians; g != nil {
				fmt.Fprintf(c.out, "guardians             %s, %d needed; %s to contest\n", joined(g.Participants), g.Threshold, cmp.Or(g.Contest, "P14D"))
			}
			return nil
		}
	}}
}

func (k shownKey) String() string {
	if k.Action == "" {
		return fmt.Sprintf("%-21s %-9s %.16s", "charter", k.Role, k.Key)
	}
	switch {
	case k.Action == "contest":
		return fmt.Sprintf("%-21s %-9s of recovery %s", orDefault(k.Filed, "not filed yet"), k.Action, k.About)
	case k.Recovery != nil:
		return fmt.Sprintf("%-21s %s\n%-21s document %s", k.Filed, recoveryInWords(k.Recovery), "", k.ID)
	}
	line := fmt.Sprintf("%-21s %-9s %.16s", orDefault(k.Filed, "not filed yet"), k.Action, k.Key)
	if k.Holder != "" {
		var kinds []string
		for _, kind := range k.Kinds {
			kinds = append(kinds, string(kind))
		}
		line += " to " + k.Holder + " for " + strings.Join(kinds, ", ")
	}
	if k.Reason != "" {
		line += ": no effect, " + strings.ReplaceAll(k.Reason, "-", " ")
	}
	return line
}

// keyChanges are a participant's changes of keys that the node holds, those that
// guardians propose among them.
func (c *call) keyChanges(ctx context.Context, p *passwordFlags, id review.ParticipantID) ([]shownKey, error) {
	service, done, err := c.service(ctx, p.ask(c))
	if err != nil {
		return nil, err
	}
	defer done()
	listed, err := service.Documents(ctx, web.Query{Kind: review.KindKey})
	if err != nil {
		return nil, err
	}
	var keys []shownKey
	for _, l := range listed {
		d, err := service.Document(ctx, l.ID)
		if err != nil {
			return nil, err
		}
		switch {
		case d.Recovery != nil && d.Recovery.Participant == id:
			keys = append(keys, shownKey{ID: l.ID, Filed: l.Filed, Action: "recover", Reason: d.Label.Reason, Recovery: d.Recovery})
			continue
		case d.Recovery != nil || l.Author != id:
			continue
		}
		k := shownKey{ID: l.ID, Filed: l.Filed, Reason: d.Label.Reason, About: l.About}
		if parsed, err := review.Parse(d.Statement); err == nil {
			if change, ok := parsed.Predicate.(*review.KeyChange); ok {
				k.Action, k.Holder, k.Kinds = change.Action, change.Holder, change.Kinds
				if key, err := signing.ParseDocumentKeyBase64(change.Key); err == nil {
					k.Key = key.Fingerprint()
				}
			}
		}
		keys = append(keys, k)
	}
	return keys, nil
}
