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
	attach attachFlags
	key    string
	as     string
	out    string
	member string // the federation's file
	founds bool   // the draft may be a genesis charter, signed before there is a federation
}

func (s *signFlags) add(f *flag.FlagSet) {
	f.StringVar(&s.file, "password-file", "", "`file` with the password of the private key")
	f.StringVar(&s.key, "key", "", "the author's key: a `file`, or a KMS reference as pkcs11://… (default: keys/author.pem of the home)")
	f.StringVar(&s.as, "as", "", "the author's participant `ID` (default: the home's)")
	f.StringVar(&s.member, "federation-file", "", "the federation's `file`, for an author who has no home (default: the home's)")
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

// founding is the federation that the author signs for.
func (s *signFlags) founding(c *call) (*review.Founding, error) {
	if s.member == "" {
		return c.home.Founding()
	}
	b, err := readInput(s.member, maxInput)
	if err != nil {
		return nil, err
	}
	return review.ReadFounding(b)
}

// signDraft fills in what a draft leaves to the program and signs it.
func (s *signFlags) signDraft(ctx context.Context, c *call, name string, draft []byte) (signing.Envelope, error) {
	completion := review.Completion{Created: node.Now(), Salt: node.NewSalt()}
	files, err := s.attachments(c, draft)
	if err != nil {
		return signing.Envelope{}, err
	}
	for _, a := range files {
		completion.Attachments = append(completion.Attachments, review.AttachmentSubject(a.name, a.manifest.Digest()))
	}
	f, err := s.founding(c)
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
	e, err := signer.Sign(payload)
	if err == nil && len(files) > 0 {
		err = keep(s.out, files)
	}
	return e, err
}

// attachments are the files that --attach and --narrative name, and the draft's
// details.
func (s *signFlags) attachments(c *call, draft []byte) ([]attached, error) {
	details := review.ReadDetails(draft)
	if !s.attach.offered || !s.attach.any() && len(details) == 0 {
		return nil, nil
	}
	if s.out == "" || s.out == "-" {
		return nil, usage("name with -o the file for the envelope: attachments are kept beside it until they are filed")
	}
	_, predicate, _, err := review.ReadDraft(draft)
	if err != nil {
		return nil, nil // completing the draft says why, with line numbers
	}
	language, _ := predicate["language"].(string)
	return s.attach.prepare(c, language, details)
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
		s.attach.add(f)
		seal := f.String("seal", "", "keep the review that is signed, and write to this `file` the draft of a seal to publish now")
		return func(ctx context.Context, c *call, args []string) error {
			if len(args) != 1 {
				return usage("name one draft; `stocktake new KIND` writes one to fill in")
			}
			if *seal != "" && (s.out == "" || s.out == "-" || s.out == *seal) {
				return usage("with --seal, name with -o another file, in which you keep the review until it is revealed")
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
			if *seal != "" {
				return s.sealReview(c, signed, *seal)
			}
			if d, err := review.Parse(signed.Payload); err == nil && len(d.Attachments()) > 0 {
				c.say("its attachments are in %s: keep that folder beside it until it is filed, then delete it", attachmentFolder(s.out))
			}
			return c.writeOutput(s.out, append(signed.Marshal(), '\n'))
		}
	}}
}

// sealReview keeps a signed review and writes the draft of its seal.
func (s *signFlags) sealReview(c *call, signed signing.Envelope, seal string) error {
	f, err := s.founding(c)
	if err != nil {
		return err
	}
	draft, err := sealDraft(f, signed)
	if err != nil {
		return err
	}
	if err := keepSealed(s.out, signed); err != nil {
		return err
	}
	if err := replaceFile(seal, draft); err != nil {
		return fmt.Errorf("the review is kept in %s, but its seal could not be written: %w", s.out, err)
	}
	c.say("Publish the seal now: stocktake publish %s", seal)
	c.say("Keep %s, and a copy, unseen by others: publish it on the day of the reveal. Without it nothing can be revealed.", s.out)
	return nil
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
