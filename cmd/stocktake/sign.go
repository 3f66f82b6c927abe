package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"stocktake/node"
	"stocktake/review"
	"stocktake/signing"
)

// signFlags are the flags of every command that signs.
type signFlags struct {
	passwordFlags
	key    string
	as     string
	out    string
	founds bool // the draft may be a genesis charter, signed before there is a federation
}

func (s *signFlags) add(f *flag.FlagSet) {
	f.StringVar(&s.file, "password-file", "", "`file` with the password of the private key")
	f.StringVar(&s.key, "key", "", "the author's key: a `file`, or a KMS reference as pkcs11://… (default: keys/author.pem of the home)")
	f.StringVar(&s.as, "as", "", "the author's participant `ID` (default: the home's)")
	f.StringVar(&s.out, "o", "", "write to this `file` instead of stdout")
}

// open gives the author's key and name.
func (s *signFlags) open(ctx context.Context, c *call) (*signing.DocumentSigner, review.ParticipantID, error) {
	author := review.ParticipantID(s.as)
	if author == "" || s.key == "" {
		config, err := c.home.Config()
		if err != nil {
			return nil, "", fmt.Errorf("%w; or name --key and --as", err)
		}
		if author == "" {
			author = config.Participant
		}
	}
	if s.key == "" {
		signer, err := c.home.DocumentSigner(node.RoleAuthor, s.ask(c))
		return signer, author, err
	}
	signer, err := signing.OpenDocumentSigner(ctx, s.key, s.ask(c))
	return signer, author, err
}

// signDraft fills in what a draft leaves to the program and signs it.
func (s *signFlags) signDraft(ctx context.Context, c *call, name string, draft []byte) (signing.Envelope, error) {
	completion := review.Completion{Created: node.Now(), Salt: node.NewSalt()}
	f, err := c.home.Founding()
	switch {
	case err == nil:
		_, completion.Charter = f.Chain.InForce()
		completion.Federation = f.Genesis.ID
	case !s.founds:
		return signing.Envelope{}, err
	}
	signer, author, err := s.open(ctx, c)
	if err != nil {
		return signing.Envelope{}, err
	}
	completion.Author = author
	payload, err := review.Complete(draft, completion)
	if err != nil {
		return signing.Envelope{}, draftError(name, err)
	}
	return signer.Sign(payload)
}

// draftError puts the draft's name before each reason.
func draftError(name string, err error) error {
	lines := strings.Split(err.Error(), "\n")
	for i := range lines {
		lines[i] = filepath.Base(name) + ": " + lines[i]
	}
	return fmt.Errorf("%s", strings.Join(lines, "\n"))
}

func signCommand() command {
	return command{"sign", "DRAFT", "sign a draft offline; writes the signed envelope", func(f *flag.FlagSet) run {
		var s signFlags
		s.add(f)
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 1 {
				return usage("name one draft; `stocktake new KIND` writes one to fill in")
			}
			draft, err := readInput(args[0], maxDraft)
			if err != nil {
				return err
			}
			signed, err := s.signDraft(ctx, c, args[0], draft)
			if err != nil {
				return err
			}
			c.say("signed %s", signed.Digest())
			return c.writeOutput(s.out, append(signed.Marshal(), '\n'))
		}
	}}
}

// readInput reads a file of at most limit bytes.
func readInput(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fail(exitFailed, "%s has %d bytes, the limit is %d; long narratives are attachments, not drafts", name, info.Size(), limit)
	}
	return os.ReadFile(name)
}
