package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Joined is what joining gave.
type Joined struct {
	Participant review.ParticipantID `json:"participant"`
	Federation  review.DocumentID    `json:"federation"`
	Log         review.Origin        `json:"log"`
}

// Join makes a home a member of the federation that a founding file describes:
// it checks the file, opens the participant's log with an opening signed by
// the root key, and, where the participant convened the charter, files the
// charter and its accessions. An author's home without a node only keeps the
// file. Joining the same federation again does what is left to do.
func Join(ctx context.Context, h Home, file string, ask signing.Password) (*Joined, error) {
	config, err := h.Config()
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	f, err := review.ReadFounding(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	switch c, _ := f.Chain.InForce(); {
	case config.Federation != "" && config.Federation != f.Genesis.ID:
		return nil, fmt.Errorf("%s is of federation %.12s, this home belongs to %.12s; a home has one federation, use another --home", file, f.Genesis.ID, config.Federation)
	case !f.Chain.Founded():
		return nil, fmt.Errorf("%s: fewer than %d participants have acceded to the charter; collect the missing `stocktake charter sign` files", file, c.Threshold)
	}
	p, ok := f.Chain.Participant(config.Participant)
	if !ok {
		return nil, fmt.Errorf("%s: the charter does not list %q; send %s to the convener and ask for a charter with it", file, config.Participant, h.CardFile())
	}
	joined := &Joined{Participant: p.ID, Federation: f.Genesis.ID}
	if len(p.Logs) > 0 {
		if joined.Log, err = openLog(ctx, h, config, f, ask); err != nil {
			return nil, err
		}
	}
	if err := replaceFile(h.FederationFile(), b, 0o644); err != nil {
		return nil, err
	}
	config.Federation = f.Genesis.ID
	return joined, h.WriteConfig(config)
}

// openLog writes index 0 of the log, and what else a convener's log starts with.
func openLog(ctx context.Context, h Home, config Config, f *review.Founding, ask signing.Password) (review.Origin, error) {
	charter, _ := f.Chain.InForce()
	origin := review.OriginOf(config.Epoch, config.Participant, f.Genesis.ID, charter.Suffix)
	entry, ok := f.Chain.Log(origin)
	if !ok {
		return "", fmt.Errorf("the charter lists no log of epoch %d for %s; ask the convener for a charter with the log of %s", config.Epoch, config.Participant, h.CardFile())
	}
	logSigner, err := h.NoteSigner(RoleLog, config.Epoch, ask)
	if err != nil {
		return "", err
	}
	if logSigner.Key() != entry.LogKey {
		return "", fmt.Errorf("%s is not the log key that the charter lists for %s; use the home whose card is in the charter", h.KeyFile(RoleLog, config.Epoch), config.Participant)
	}
	db, err := store.Open(h.Database(), store.Options{})
	if err != nil {
		return "", err
	}
	defer db.Close()
	door := federation.Door{Chain: func() *review.Chain { return f.Chain }, Store: db, Writer: db.OpenLog(origin, logSigner)}
	if db.Head(origin).Size == 0 {
		root, err := h.DocumentSigner(RoleRoot, ask)
		if err != nil {
			return "", err
		}
		o := &review.Opening{
			Common: review.Common{Federation: f.Genesis.ID, Author: config.Participant, Language: "en", Created: Now(), Salt: NewSalt(),
				Title: fmt.Sprintf("Opening of the log of %s, epoch %d", config.Participant, config.Epoch)},
			Epoch: config.Epoch, LogKey: entry.LogKey.String(), NodeKey: entry.NodeKey.String(),
		}
		if f.Genesis.Sample {
			o.MarkSample()
		}
		opening, err := root.Sign(review.Compose(review.KindOpening, []review.Subject{{Name: string(review.KindCharter), Digest: f.Genesis.ID}}, o))
		if err != nil {
			return "", err
		}
		if _, err := door.File(ctx, opening); err != nil {
			return "", err
		}
	}
	if f.Genesis.Author == config.Participant {
		for _, d := range f.Documents {
			if _, err := door.File(ctx, d.Envelope); err != nil {
				return "", err
			}
		}
	}
	return origin, nil
}

// Founding reads the federation that a home belongs to. It is
// ErrNotInitialised before the home joined one.
func (h Home) Founding() (*review.Founding, error) {
	b, err := os.ReadFile(h.FederationFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s belongs to no federation yet; `stocktake init --home %s --charter FILE` lets it join one", ErrNotInitialised, h, h)
	}
	if err != nil {
		return nil, err
	}
	f, err := review.ReadFounding(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.FederationFile(), err)
	}
	return f, nil
}

// Now is the time as documents write it.
func Now() string { return time.Now().UTC().Truncate(time.Second).Format(time.RFC3339) }
