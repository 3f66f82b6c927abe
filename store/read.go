package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// get is the value of a key, checked; ok is false if there is no such key.
func (s *Store) get(tx *badger.Txn, key []byte) (value []byte, ok bool, err error) {
	defer s.rescue(&err)
	item, err := tx.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("store: reading %s: %w", s.dir, err)
	}
	sealed, err := item.ValueCopy(nil)
	if err != nil {
		return nil, false, fmt.Errorf("store: reading %s: %w", s.dir, err)
	}
	value, ok = unseal(key, sealed)
	if !ok {
		return nil, false, s.damage("the value of key %q", key)
	}
	return value, true, nil
}

func (s *Store) number(tx *badger.Txn, key []byte) (n uint64, ok bool, err error) {
	b, ok, err := s.get(tx, key)
	if err != nil || !ok {
		return 0, false, err
	}
	n, well := parseNumber(b)
	if !well {
		return 0, false, s.damage("the number at key %q", key)
	}
	return n, true, nil
}

// has reports whether a key exists; it reads no value.
func (s *Store) has(tx *badger.Txn, key []byte) (ok bool, err error) {
	defer s.rescue(&err)
	_, err = tx.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("store: reading %s: %w", s.dir, err)
	}
	return true, nil
}

// hash is a Merkle hash of a log: a leaf's at level 0.
func (s *Store) hash(tx *badger.Txn, l *log, level int, n uint64) (h tlog.Hash, err error) {
	if level >= entryLevels {
		b, ok, err := s.get(tx, hashKey(l.number, level, n))
		if err != nil {
			return h, err
		}
		if !ok || len(b) != len(h) {
			return h, s.damage("hash %d of level %d of %s", n, level, l.origin)
		}
		return tlog.Hash(b), nil
	}
	e, err := s.entryAt(tx, l, lastBelow(level, n))
	if err != nil {
		return h, err
	}
	return e.hashes[level], nil
}

func (s *Store) entryAt(tx *badger.Txn, l *log, index uint64) (e entry, err error) {
	b, ok, err := s.get(tx, entryKey(l.number, index))
	if err != nil {
		return e, err
	}
	if ok {
		e, ok = parseEntry(index, b)
	}
	if !ok {
		return e, s.damage("entry %d of %s", index, l.origin)
	}
	return e, nil
}

// leaf is a record's leaf, held against its hash in the tree.
func (s *Store) leaf(tx *badger.Txn, l *log, index uint64) (leaf signing.Leaf, genuine bool, err error) {
	e, err := s.entryAt(tx, l, index)
	if err != nil {
		return leaf, false, err
	}
	if leaf, err = s.leafOf(tx, e); err == nil && leaf.Hash() != e.hashes[0] {
		err = s.damage("entry %d of %s", index, l.origin)
	}
	return leaf, e.genuine, err
}

func (s *Store) leafOf(tx *badger.Txn, e entry) (signing.Leaf, error) {
	key, err := s.documentKey(tx, e.key)
	return signing.Leaf{Digest: e.digest, Signature: e.signature, Key: key}, err
}

// rescue makes an error of a panic: over some bytes at the end of a damaged block
// Badger panics before it looks at the block's checksum. Any other panic goes
// on.
func (s *Store) rescue(err *error) {
	p := recover()
	if p == nil {
		return
	}
	if !bytes.Contains(debug.Stack(), []byte("badger/v4/table.")) {
		panic(p)
	}
	*err = s.damage("a table (%v)", p)
}

func (s *Store) damage(format string, args ...any) error {
	return &DamageError{Dir: s.dir, What: fmt.Sprintf(format, args...)}
}
