package node

import (
	"errors"
	"fmt"
	"os"

	"stocktake/review"
	"stocktake/signing"
)

// Recover makes a home for a participant whose node is gone, from a federation
// file, which every member has, and the keys that were kept elsewhere: root,
// author and clerk lie in the home's keys/ already. Without a clerk key OpenEpoch
// makes one. There is no log in it yet: OpenEpoch opens the next one.
func Recover(h Home, file string, o InitOptions) (review.LogEntry, error) {
	if _, err := h.Config(); !errors.Is(err, ErrNotInitialised) {
		if err == nil {
			err = fmt.Errorf("%s is a home already; go on with `stocktake key epoch --home %s`", h, h)
		}
		return review.LogEntry{}, err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return review.LogEntry{}, err
	}
	f, err := review.ReadFounding(b)
	if err != nil {
		return review.LogEntry{}, fmt.Errorf("%s: %w", file, err)
	}
	owner := o.Participant.ID
	for _, r := range []Role{RoleAuthor, RoleClerk, RoleRoot} {
		s, err := h.DocumentSigner(r, o.Password)
		if errors.Is(err, os.ErrNotExist) && (r == RoleRoot && owner != "" || r == RoleClerk) {
			continue // it is a file elsewhere, or in a device; or lost
		}
		if err != nil {
			return review.LogEntry{}, err
		}
		p, _, ok := f.Chain.KeyOwner(s.Key())
		if owner == "" {
			owner = p
		}
		if !ok || p != owner {
			return review.LogEntry{}, fmt.Errorf("%w: the charter does not list the key in %s for %q", signing.ErrSignature, h.KeyFile(r, 0), owner)
		}
	}
	last, ok := f.Chain.LastLog(owner)
	if !ok {
		return review.LogEntry{}, fmt.Errorf("%s: the charter lists no log for %s, so there is no node to make again; use `stocktake init --author-only`", file, owner)
	}
	if err := replaceFile(h.FederationFile(), b, 0o644); err != nil {
		return review.LogEntry{}, err
	}
	c := Config{Participant: owner, Federation: f.Genesis.ID, Epoch: last.Epoch, Listen: o.Listen, HTTP: o.HTTP}
	if len(c.Listen) == 0 {
		c.Listen = last.Addresses
	}
	if c.HTTP == "" {
		c.HTTP = DefaultHTTP
	}
	return last, h.WriteConfig(c)
}
