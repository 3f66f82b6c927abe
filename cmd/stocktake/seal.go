package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"stocktake/review"
	"stocktake/signing"
)

// sealDraft is the draft of a seal that commits to a signed review: what it is
// about, and the date on which its round reveals. The review itself stays with
// its author, since its salt is all that keeps its ID from being guessed.
func sealDraft(f *review.Founding, e signing.Envelope) ([]byte, error) {
	d, err := review.Parse(e.Payload)
	if err != nil {
		return nil, err
	}
	a, ok := d.Predicate.(*review.Assessment)
	if !ok {
		return nil, fail(exitFailed, "--seal is for an assessment, and this is a %s", d.Kind)
	}
	charter, _ := f.Chain.InForce()
	for _, round := range charter.Rounds {
		if round.ID != a.Round {
			continue
		}
		if round.Reveal == "" {
			return nil, fail(exitFailed, "round %s has no date on which sealed reviews are revealed: publish the review openly", a.Round)
		}
		about := a.About
		if about == "" {
			about = a.Author
		}
		title := "Sealed review for " + a.Round
		if a.Sample {
			title = "SAMPLE: " + title
		}
		draft := fmt.Appendf(nil, "kind: seal\nlanguage: en\ntitle: %q\ncommits: %s\nparticipant: %s\nround: %s\nreveal: %s\n", title, d.ID, about, a.Round, round.Reveal)
		if a.Sample {
			draft = append(draft, "sample: true\n"...)
		}
		return draft, nil
	}
	return nil, fail(exitFailed, "the review names no round of the charter: write round: and the ID of one in its draft")
}

// keepSealed writes a signed review for its author's eyes only, and never over
// another file: what is lost cannot be revealed.
func keepSealed(name string, e signing.Envelope) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and a kept review cannot be made again: name another file with -o", name)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(append(e.Marshal(), '\n'))
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}
