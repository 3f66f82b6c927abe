package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// ErrConflict means that a witness cosigned another checkpoint meanwhile.
var ErrConflict = errors.New("store: witness's state changed")

// Witnessed is the last checkpoint that this node cosigned for a log, and when;
// of size zero if it never did. State that cannot be read also comes as that,
// and Witness then fails.
func (s *Store) Witnessed(o review.Origin) (c signing.Checkpoint, at time.Time) {
	err := s.view(func(tx *badger.Txn) (err error) {
		c, at, err = s.witnessed(tx, o)
		return err
	})
	if err != nil {
		s.logger.Error("witness's state cannot be read", "origin", o, "err", err)
	}
	return c, at
}

func (s *Store) witnessed(tx *badger.Txn, o review.Origin) (signing.Checkpoint, time.Time, error) {
	none := signing.Checkpoint{Origin: string(o)}
	b, ok, err := s.get(tx, textKey(keyWitness, string(o)))
	if err != nil || !ok {
		return none, time.Time{}, err
	}
	c, at, ok := parseWitness(b)
	if !ok {
		return none, time.Time{}, s.damage("the witness's state of %s", o)
	}
	c.Origin = string(o)
	return c, at, nil
}

// Witness records that this node is about to cosign a checkpoint at a time of
// whole seconds. Only when it returns nil may the cosignature leave. It is
// ErrConflict if old is not the size that was cosigned last, a [*ForkError] if
// that size had another root, and an error if the time goes back. That the
// trees are consistent is for the caller to have checked.
func (s *Store) Witness(o review.Origin, old uint64, c signing.Checkpoint, at time.Time) error {
	if err := boundSize(c); err != nil {
		return err
	}
	if c.Origin != string(o) || c.Size < old {
		return fmt.Errorf("store: witness of %s at size %d: asked to cosign %s at size %d", o, old, c.Origin, c.Size)
	}
	return s.submit(ctxNone, cost{keys: 1, bytes: 2 * maxName}, func(b *batch) error {
		known, last, err := s.witnessed(b.tx, o)
		switch {
		case err != nil:
			return err
		case known.Size != old:
			return fmt.Errorf("%w: %s was cosigned at size %d, not %d", ErrConflict, o, known.Size, old)
		case known.Size == c.Size && known.Root != c.Root:
			return &ForkError{Ours: known, Theirs: c}
		case at.Unix() < last.Unix() && known.Size > 0:
			return fmt.Errorf("store: the clock says %s and cosigned %s at %s: set it right", at.UTC().Format(time.RFC3339), o, last.Format(time.RFC3339))
		}
		b.set(textKey(keyWitness, string(o)), marshalWitness(c, at))
		return nil
	})
}

// A witness's state is size, root and seconds since 1970.
func marshalWitness(c signing.Checkpoint, at time.Time) []byte {
	return binary.BigEndian.AppendUint64(treeState{c.Size, c.Root}.marshal(), uint64(at.Unix()))
}

func parseWitness(b []byte) (signing.Checkpoint, time.Time, bool) {
	const n = 8 + tlog.HashSize
	if len(b) != n+8 {
		return signing.Checkpoint{}, time.Time{}, false
	}
	state, ok := parseTreeState(b[:n])
	return signing.Checkpoint{Size: state.size, Root: state.root}, time.Unix(int64(binary.BigEndian.Uint64(b[n:])), 0).UTC(), ok
}
