package store

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// log is one log at one size.
type log struct {
	number   uint32 // in this database; set with the first record
	numbered bool   // it is set, also if no record is left
	origin   review.Origin
	tree
	noted    signedNote // newest of at most size; zero if none
	targeted signedNote // of more than size; not zero if noted is of less
	rewinds  uint64     // how often its end was dropped since the store was opened
}

// signedNote is a checkpoint with the note that the log signed.
type signedNote struct {
	checkpoint signing.Checkpoint
	note       []byte
}

func (l *log) head() Head {
	return Head{Origin: l.origin, Size: l.size, Root: l.root(), Checkpoint: l.noted.note, Target: l.targeted.note}
}

// holds is an error unless at least size records are held.
func (l *log) holds(size uint64) error {
	if l.size < size {
		return fmt.Errorf("%w: %s at size %d, %d records are held", ErrNotFound, l.origin, size, l.size)
	}
	return nil
}

func (l *log) clone() *log {
	c := *l
	c.edge = slices.Clone(l.edge)
	return &c
}

// checkpoint is the log's size and root, signed or not.
func (l *log) checkpoint() signing.Checkpoint {
	return signing.Checkpoint{Origin: string(l.origin), Size: l.size, Root: l.root()}
}

// remember takes note of a checkpoint that the log's tree was proven to extend
// or to be a prefix of.
func (l *log) remember(n signedNote) {
	for _, n := range []signedNote{l.targeted, n} {
		if size := n.checkpoint.Size; n.note != nil && size <= l.size && size >= l.noted.checkpoint.Size {
			l.noted = n
		}
	}
	if l.targeted.checkpoint.Size <= l.size {
		l.targeted = signedNote{}
	}
	if l.targeted.note == nil && n.checkpoint.Size > l.size {
		l.targeted = n
	}
}

// signedOver is our evidence about the record at index: the smallest of our
// notes that covers it.
func (l *log) signedOver(index uint64) signedNote {
	if l.noted.checkpoint.Size > index {
		return l.noted
	}
	return l.targeted
}

// tree is an RFC 6962 tree that grows at its right edge.
type tree struct {
	size uint64
	edge []tlog.Hash // roots of its perfect subtrees, largest first: one for each set bit of size
}

// grow adds a leaf's hash and hands each hash that became final to keep, as
// (level, index in level, hash).
func (t *tree) grow(h tlog.Hash, keep func(level int, n uint64, h tlog.Hash)) {
	keep(0, t.size, h)
	n, last := t.size, len(t.edge)
	for level := 1; n&1 == 1; level++ {
		n >>= 1
		last--
		h = tlog.NodeHash(t.edge[last], h)
		keep(level, n, h)
	}
	t.edge = append(t.edge[:last], h)
	t.size++
}

// root of no leaf is the zero hash, which no checkpoint has.
func (t *tree) root() (root tlog.Hash) {
	for i := len(t.edge) - 1; i >= 0; i-- {
		if i == len(t.edge)-1 {
			root = t.edge[i]
		} else {
			root = tlog.NodeHash(t.edge[i], root)
		}
	}
	return root
}

// treeAt is a log's tree of an earlier size, from its stored hashes.
func (s *Store) treeAt(tx *badger.Txn, l *log, size uint64) (tree, error) {
	if size == l.size {
		return tree{size, slices.Clone(l.edge)}, nil
	}
	t := tree{size: size}
	for rest := size; rest != 0; {
		level := bits.Len64(rest) - 1
		rest &^= 1 << level
		h, err := s.hash(tx, l, level, (size-rest)>>level-1)
		if err != nil {
			return tree{}, err
		}
		t.edge = append(t.edge, h)
	}
	return t, nil
}

// rootAt is a log's root at an earlier size.
func (s *Store) rootAt(tx *badger.Txn, l *log, size uint64) (tlog.Hash, error) {
	t, err := s.treeAt(tx, l, size)
	return t.root(), err
}

// loadLog reads one log's head back, and holds it against its hashes and its
// checkpoint.
func (s *Store) loadLog(tx *badger.Txn, number uint32) (*log, error) {
	key := numberKey(keyOrigin, number)
	origin, ok, err := s.get(tx, key)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, s.damage("the name of log %d", number)
	}
	l := &log{number: number, numbered: true, origin: review.Origin(origin)}
	b, ok, err := s.get(tx, numberKey(keyState, number))
	if err != nil {
		return nil, err
	}
	state, well := parseTreeState(b)
	if !ok || !well {
		return nil, s.damage("the head of %s", l.origin)
	}
	if l.tree, err = s.treeAt(tx, l, state.size); err != nil {
		return nil, err
	}
	if l.root() != state.root {
		return nil, s.damage("the tree of %s", l.origin)
	}
	if l.noted, err = s.loadNote(tx, keyCheckpoint, l); err != nil {
		return nil, err
	}
	if l.targeted, err = s.loadNote(tx, keyTarget, l); err != nil {
		return nil, err
	}
	if size := l.noted.checkpoint.Size; size > l.size || l.size > 0 && size == l.size && l.noted.checkpoint != l.checkpoint() || size < l.size && l.targeted.note == nil {
		return nil, s.damage("the checkpoint of %s", l.origin)
	}
	return l, nil
}

func (s *Store) loadNote(tx *badger.Txn, prefix byte, l *log) (signedNote, error) {
	note, ok, err := s.get(tx, numberKey(prefix, l.number))
	if err != nil || !ok || len(note) == 0 {
		return signedNote{}, err
	}
	checkpoint, err := signing.PeekCheckpoint(note)
	if err != nil || checkpoint.Origin != string(l.origin) {
		return signedNote{}, s.damage("a checkpoint of %s", l.origin)
	}
	return signedNote{checkpoint, note}, nil
}
