package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// Tail is a run of a log's records with the evidence that the log signed them.
type Tail struct {
	Origin  review.Origin
	From    uint64 // index of the first entry; at most the size that is held
	Entries []Entry
	// Checkpoint is what Note says, whose signature the caller has checked.
	Checkpoint signing.Checkpoint
	Note       []byte
	// Proof is the consistency proof from the tree of From+len(Entries)
	// records to Checkpoint's; empty if they are the same.
	Proof tlog.TreeProof
}

var (
	// ErrProof means that a tail does not fit its checkpoint or what is held:
	// either who sent it is wrong, or the log forked before From. Sending the
	// tail from an earlier index tells which: if it fits its checkpoint there,
	// Extend returns a [*ForkError].
	ErrProof = errors.New("store: tail not proven")
	// errMoved means that a log changed between check and write.
	errMoved = errors.New("store: log changed meanwhile")
)

// ForkError is a log that signed two checkpoints of which neither extends the
// other. Nothing of the second one is taken.
type ForkError struct {
	Ours, Theirs         signing.Checkpoint
	OursNote, TheirsNote []byte // as the log signed them; nil from Witness
}

func (e *ForkError) Error() string {
	return fmt.Sprintf("store: %s forked: its checkpoints of sizes %d and %d contradict each other", e.Ours.Origin, e.Ours.Size, e.Theirs.Size)
}

// Extend takes records of somebody else's log, or of an own one that is
// fenced. It recomputes the tree over what is held and the new entries, and
// takes them if Checkpoint commits to that tree, by being it or by Proof. What
// is held already is compared, not taken again, so tails may overlap. It
// returns the head when it is on disk. A tail of more than one batch becomes
// visible batch by batch, each a proven prefix.
//
// Errors: a [*ForkError], ErrProof, ErrDiskFull, ErrFailed, ErrClosed.
func (s *Store) Extend(t Tail) (Head, error) {
	theirs, err := t.check()
	if err != nil {
		return s.Head(t.Origin), err
	}
	documents := prepare(t.Entries)
	for {
		f, err := s.examine(t, theirs, documents)
		if err == nil {
			err = s.extend(t.Origin, f, theirs)
		}
		if !errors.Is(err, errMoved) {
			return s.Head(t.Origin), err
		}
	}
}

// check is about form; it returns the note that is kept.
func (t *Tail) check() (signedNote, error) {
	note := logSigned(t.Note, t.Origin)
	switch c, err := signing.PeekCheckpoint(note); {
	case err != nil:
		return signedNote{}, err
	case c != t.Checkpoint || c.Origin != string(t.Origin):
		return signedNote{}, fmt.Errorf("%w: its note is of another checkpoint", ErrProof)
	}
	if err := boundSize(t.Checkpoint); err != nil {
		return signedNote{}, err
	}
	if len(t.Entries) > MaxTail {
		return signedNote{}, fmt.Errorf("%w: %d entries, the limit is %d", ErrProof, len(t.Entries), MaxTail)
	}
	if size := t.Checkpoint.Size; t.From > size || uint64(len(t.Entries)) > size-t.From {
		return signedNote{}, fmt.Errorf("%w: entries %d and %d more reach past its checkpoint of %d", ErrProof, t.From, len(t.Entries), size)
	}
	for i, e := range t.Entries {
		if len(e.Leaf.Signature) > signing.MaxSignature || len(e.Leaf.Key) > signing.MaxKey {
			return signedNote{}, fmt.Errorf("%w: entry %d has no leaf", ErrProof, t.From+uint64(i))
		}
	}
	return signedNote{t.Checkpoint, note}, nil
}

// logSigned is a note without the lines of witnesses: receipts keep those.
func logSigned(note []byte, o review.Origin) []byte {
	text, lines, _ := bytes.Cut(note, []byte("\n\n"))
	kept := append(bytes.Clone(text), "\n\n"...)
	for line := range bytes.Lines(lines) {
		if bytes.HasPrefix(line, []byte("— "+string(o)+" ")) {
			kept = append(kept, line...)
		}
	}
	return kept
}

// fresh is what of a tail is new, for a log in the state in which it was
// examined.
type fresh struct {
	documents []document
	size      uint64
	root      tlog.Hash
}

// examine holds a tail against its checkpoint and what is held. It changes
// nothing.
func (s *Store) examine(t Tail, theirs signedNote, documents []document) (f fresh, err error) {
	end := t.From + uint64(len(t.Entries))
	err = s.reading(t.Origin, func(tx *badger.Txn, l *log) error {
		f = fresh{size: l.size, root: l.root()}
		if t.Checkpoint.Size > l.size && end > l.size && t.From <= l.size {
			f.documents = documents[l.size-t.From:]
		}
		switch {
		case t.From > l.size:
			return fmt.Errorf("%w: it starts at record %d of %s, %d are held", ErrProof, t.From, t.Origin, l.size)
		case l.targeted.checkpoint.Size == t.Checkpoint.Size && l.targeted.checkpoint != t.Checkpoint:
			return forked(l.targeted, theirs)
		case t.Checkpoint.Size <= l.size:
			root, err := s.rootAt(tx, l, t.Checkpoint.Size)
			if err == nil && root != t.Checkpoint.Root {
				err = forked(l.signedOver(t.Checkpoint.Size-1), theirs)
			}
			return err
		}
		grown, err := s.treeAt(tx, l, t.From)
		if err != nil {
			return err
		}
		fork := signedNote{} // ours, if there is one and t fits its checkpoint
		for i := range documents {
			if index := grown.size; index < l.size && fork.note == nil {
				if h, err := s.hash(tx, l, 0, index); err != nil {
					return err
				} else if h != documents[i].hash {
					fork = l.signedOver(index)
				}
			}
			grown.grow(documents[i].hash, func(int, uint64, tlog.Hash) {})
			if ours := l.targeted; fork.note == nil && ours.note != nil && grown.size == ours.checkpoint.Size && grown.root() != ours.checkpoint.Root {
				fork = ours
			}
		}
		if !committed(grown, t) {
			return fmt.Errorf("%w: records %d to %d of %s are not those that its checkpoint of %d commits to", ErrProof, t.From, end, t.Origin, t.Checkpoint.Size)
		}
		if fork.note != nil {
			return forked(fork, theirs)
		}
		return nil
	})
	return f, err
}

// committed reports whether a tail's checkpoint commits to the tree up to its
// end.
func committed(grown tree, t Tail) bool {
	switch grown.size {
	case t.Checkpoint.Size:
		return grown.root() == t.Checkpoint.Root
	case 0:
		return true
	}
	return tlog.CheckTree(t.Proof, int64(t.Checkpoint.Size), t.Checkpoint.Root, int64(grown.size), grown.root()) == nil
}

func forked(ours, theirs signedNote) error {
	return &ForkError{ours.checkpoint, theirs.checkpoint, ours.note, theirs.note}
}

// extend writes what examine let through.
func (s *Store) extend(o review.Origin, f fresh, theirs signedNote) error {
	parts, costs := s.parts(f.documents)
	if len(parts) == 0 {
		l := s.log(o).clone()
		before := *l
		if l.remember(theirs); l.size == 0 || l.noted.checkpoint == before.noted.checkpoint && l.targeted.checkpoint == before.targeted.checkpoint {
			return nil // nothing to write
		}
		parts, costs = [][]document{nil}, []cost{{}}
	}
	for i, part := range parts {
		before := f
		err := s.submit(ctxNone, costs[i], func(b *batch) error {
			if s.writesTo(o) {
				return fmt.Errorf("store: %s is this node's own log: it grows by Append until it is fenced", o)
			}
			l := b.log(o)
			if l.size != before.size || l.root() != before.root {
				return errMoved
			}
			for k := range part {
				if _, err := b.add(l, &part[k]); err != nil {
					return err
				}
			}
			l.remember(theirs)
			f.size, f.root = l.size, l.root()
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
