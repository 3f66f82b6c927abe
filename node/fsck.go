package node

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Fsck is what a look at all that a home stores gave.
type Fsck struct {
	*store.Report
	Attachments int `json:"attachments"` // that are here whole
}

// CheckHome holds everything in a home's database against the checkpoints, the
// checkpoints against the keys of the charter that the home joined with, and
// every attachment against its digest. With repair it puts a sound database in
// the place of a damaged one and drops damaged attachments; the running node
// then gets again what is missing. No node may run (store.ErrLocked).
func CheckHome(ctx context.Context, h Home, repair bool, logger *slog.Logger) (*Fsck, error) {
	config, err := h.Config()
	if err != nil {
		return nil, err
	}
	founding, err := h.Founding()
	if err != nil {
		return nil, err
	}
	charter, _ := founding.Chain.InForce()
	c := store.CheckOptions{
		Own: []review.Origin{review.OriginOf(config.Epoch, config.Participant, founding.Genesis.ID, charter.Suffix)},
		Note: func(o review.Origin, note []byte) error {
			l, ok := founding.Chain.Log(o)
			if !ok {
				return nil // a later charter lists it
			}
			_, err := signing.OpenCheckpoint(note, string(o), l.LogKey)
			return err
		},
	}
	for _, l := range founding.Chain.Logs() {
		if l.Participant == config.Participant && !slices.Contains(c.Own, l.Origin) {
			c.Own = append(c.Own, l.Origin)
		}
	}
	f := &Fsck{}
	o := store.Options{Logger: logger}
	if !repair {
		f.Report, err = store.Check(ctx, h.Database(), o, c)
	} else {
		saved := savedFile(h.path("saved.jsonl"))
		c.Keep = saved.add
		if f.Report, err = store.Repair(ctx, h.Database(), o, c); err == nil && f.Saved > 0 {
			f.SavedFile = string(saved)
		}
	}
	if err != nil {
		return nil, err
	}
	return f, f.checkAttachments(ctx, h, repair)
}

// savedFile is a file of envelopes, one a line.
type savedFile string

func (name savedFile) add(e signing.Envelope) error {
	f, err := os.OpenFile(string(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(e.Marshal(), '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

func (f *Fsck) checkAttachments(ctx context.Context, h Home, repair bool) error {
	if _, err := os.Stat(h.Attachments()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	attachments, err := store.OpenAttachments(h.Attachments(), store.AttachmentOptions{})
	if err != nil {
		return err
	}
	whole, _ := attachments.List()
	for _, id := range whole {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f.Attachments++
		damage := (*store.DamageError)(nil)
		err := attachments.Check(id)
		if !errors.As(err, &damage) {
			if err != nil {
				return err
			}
			continue
		}
		f.Findings = append(f.Findings, store.Finding{
			Document: id, What: "the attachment", Why: "does not match its digest", Next: "the running node gets it again from other nodes when somebody asks for it",
		})
		if repair {
			if _, err := attachments.Collect(func(other review.DocumentID) bool { return other != id }); err != nil {
				return err
			}
		}
	}
	return nil
}
