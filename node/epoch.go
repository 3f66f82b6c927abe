package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// EpochOptions say how a participant goes on in another log.
type EpochOptions struct {
	Reason    string   // lost, restored, cloned, moved, stolen or forked
	Addresses []string // where others reach the node from now on; none: as before
	Listen    []string // where it listens; Addresses if empty, else as before
	Root      *signing.DocumentSigner
	Password  signing.Password
}

// Epoch is what opening an epoch gave.
type Epoch struct {
	Opening signing.Envelope
	Log     review.Origin
	Ends    review.Origin
	Retired string // where the witness key went; "" if it stays in use
	Witness string // the card of the key in its place; "" if the charter lists no witness here
	// Clerk is the rotation to a new clerk key, where the old one was lost: it
	// is filed like the opening. Nil else.
	Clerk *signing.Envelope
}

// OpenEpoch makes new log and node keys and an opening of the participant's
// next epoch, signed with its root key, which becomes index 0 of the new log
// here. The log before is never signed again here. The other members have to
// learn the opening before the node can reach them: file it at one of theirs.
// A clerk key that is lost gets a successor, which the root key signs as well.
// The node must not run (store.ErrLocked). Doing it again, before the new log
// holds anything else, does what is left to do and returns the same opening.
func OpenEpoch(ctx context.Context, h Home, o EpochOptions) (*Epoch, error) {
	config, err := h.Config()
	if err != nil {
		return nil, err
	}
	founding, err := h.Founding()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(h.Database(), store.Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	last, ok := founding.Chain.LastLog(config.Participant)
	if !ok {
		return nil, fmt.Errorf("%w: the charter lists no log for %s, so there is none to go on from", ErrNotInitialised, config.Participant)
	}
	e := &Epoch{}
	if opening, begun := h.begun(founding, db, last); begun {
		e.Opening = opening
	} else if e.Opening, err = h.signOpening(founding, last, o); err != nil {
		return nil, err
	}
	if e.Clerk, err = h.newClerk(founding, config.Participant, o); err != nil {
		return nil, err
	}
	if e.Clerk != nil {
		if founding, err = h.addToFederation(founding, *e.Clerk); err != nil {
			return nil, err
		}
	}
	if founding, err = h.addToFederation(founding, e.Opening); err != nil {
		return nil, err
	}
	opened, _ := founding.Chain.LastLog(config.Participant)
	e.Log, e.Ends = opened.Origin, review.OriginOf(opened.Epoch-1, opened.Participant, founding.Genesis.ID, suffix(founding))
	forgetful, err := h.forgetful(db, e.Ends, opened.Epoch, o.Reason)
	if err != nil {
		return nil, err
	}
	if forgetful { // before the database counts as this home's
		if e.Retired, e.Witness, err = h.retireWitness(founding, opened, o.Password); err != nil {
			return nil, err
		}
	}
	if err := h.begin(ctx, db, founding, e, opened.Epoch, o.Password); err != nil {
		return nil, err
	}
	config.Epoch = opened.Epoch
	switch {
	case len(o.Listen) > 0:
		config.Listen = o.Listen
	case len(o.Addresses) > 0:
		config.Listen = o.Addresses
	}
	return e, h.WriteConfig(config)
}

func suffix(f *review.Founding) string {
	charter, _ := f.Chain.InForce()
	return charter.Suffix
}

// begun finds the opening of an epoch that this home opened and has not used.
func (h Home) begun(f *review.Founding, db *store.Store, last review.LogEntry) (signing.Envelope, bool) {
	fenced, err := db.Fenced(last.Origin)
	if _, lacks := os.Stat(h.KeyFile(RoleLog, last.Epoch)); lacks != nil || err != nil || fenced != "" || db.Head(last.Origin).Size > 1 {
		return signing.Envelope{}, false
	}
	for _, d := range f.Documents {
		p, ok := d.Predicate.(*review.Opening)
		if ok && p.Author == last.Participant && p.Epoch == last.Epoch && p.LogKey == last.LogKey.String() {
			return d.Envelope, true
		}
	}
	return signing.Envelope{}, false
}

func (h Home) signOpening(f *review.Founding, last review.LogEntry, o EpochOptions) (signing.Envelope, error) {
	owner, _, _ := f.Chain.KeyOwner(o.Root.Key())
	if owner != last.Participant {
		return signing.Envelope{}, fmt.Errorf("%w: the charter does not list this root key for %s", signing.ErrSignature, last.Participant)
	}
	epoch := last.Epoch + 1
	log, err := h.newNoteKey(RoleLog, epoch, o.Password)
	if err != nil {
		return signing.Envelope{}, err
	}
	node, err := h.newNoteKey(RoleNode, epoch, o.Password)
	if err != nil {
		return signing.Envelope{}, err
	}
	opening := &review.Opening{
		Common: review.Common{Federation: f.Genesis.ID, Author: last.Participant, Language: "en", Created: Now(), Salt: NewSalt(),
			Title: fmt.Sprintf("Opening of the log of %s, epoch %d", last.Participant, epoch)},
		Epoch: epoch, Ends: last.Origin, Reason: o.Reason, Addresses: o.Addresses,
	}
	opening.Prove(review.OriginOf(epoch, last.Participant, f.Genesis.ID, suffix(f)), log, node)
	if f.Genesis.Sample {
		opening.MarkSample()
	}
	payload := review.Compose(review.KindOpening, []review.Subject{{Name: string(review.KindCharter), Digest: f.Genesis.ID}}, opening)
	if _, err := review.Parse(payload); err != nil {
		return signing.Envelope{}, err
	}
	return o.Root.Sign(payload)
}

// newClerk puts a new clerk key in the place of one that is lost: the rotation to
// it, or nil if the home has the key that is known.
func (h Home) newClerk(f *review.Founding, p review.ParticipantID, o EpochOptions) (*signing.Envelope, error) {
	signer, err := h.DocumentSigner(RoleClerk, o.Password)
	if errors.Is(err, fs.ErrNotExist) {
		if signer, err = signing.GenerateDocumentKey(); err == nil {
			err = saveKey(h, RoleClerk, signer, o.Password)
		}
	}
	if err != nil {
		return nil, err
	}
	if _, _, known := f.Chain.KeyOwner(signer.Key()); known {
		return nil, nil
	}
	old, ok := f.Chain.ClerkKey(p)
	if !ok {
		return nil, fmt.Errorf("the charter lists no clerk key for %s that a new one could replace; ask for an amendment with the key of %s", p, h.KeyFile(RoleClerk, 0))
	}
	change := review.KeyChange{Action: "rotate", Key: signer.Key().Base64(), Replaces: old.Base64()}
	change.Title = "New clerk key of " + string(p)
	e, err := SignKeyChange(o.Root, p, f, change)
	return &e, err
}

// newNoteKey makes a key, or opens the one that an interrupted attempt left.
func (h Home) newNoteKey(r Role, epoch int, ask signing.Password) (*signing.NoteSigner, error) {
	s, err := h.NoteSigner(r, epoch, ask)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	if s, err = signing.GenerateNoteKey(); err != nil {
		return nil, err
	}
	pem, err := s.MarshalPEM(ask)
	if err != nil {
		return nil, err
	}
	return s, h.writeKey(r, epoch, pem)
}

// addToFederation keeps the opening in the home's federation file.
func (h Home) addToFederation(f *review.Founding, opening signing.Envelope) (*review.Founding, error) {
	id := review.DocumentID(opening.Digest().String())
	if slices.ContainsFunc(f.Documents, func(d review.SignedDocument) bool { return d.ID == id }) {
		return f, nil
	}
	file := append(append(f.Marshal(), opening.Marshal()...), '\n')
	f, err := review.ReadFounding(file)
	if err != nil {
		return nil, err
	}
	return f, replaceFile(h.FederationFile(), file, 0o644)
}

// begin writes index 0 of the new log, and ends the old one here.
func (h Home) begin(ctx context.Context, db *store.Store, f *review.Founding, e *Epoch, epoch int, ask signing.Password) error {
	signer, err := h.NoteSigner(RoleLog, epoch, ask)
	if err != nil {
		return err
	}
	door := federation.Door{Chain: func() *review.Chain { return f.Chain }, Store: db, Writer: db.OpenLog(e.Log, signer)}
	if db.Head(e.Log).Size == 0 {
		// What it is about may not be in a new database: the chain knows it.
		if _, err := door.File(ctx, e.Opening); err != nil {
			return err
		}
	}
	if err := db.Fence(e.Ends, "the root key opened "+string(e.Log)+", which goes on in its place"); err != nil {
		return err
	}
	return h.renewInstance(db)
}
