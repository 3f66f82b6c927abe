package store

import (
	"encoding/binary"
	"fmt"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// hashes lets tlog read a log's stored hashes.
func (s *Store) hashes(tx *badger.Txn, l *log) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			var err error
			if hashes[i], err = s.hash(tx, l, level, uint64(n)); err != nil {
				return nil, err
			}
		}
		return hashes, nil
	})
}

// Root is the RFC 6962 root of the tree of the log's first size records.
func (s *Store) Root(o review.Origin, size uint64) (root tlog.Hash, err error) {
	err = s.reading(o, func(tx *badger.Txn, l *log) (err error) {
		if err = l.holds(size); err == nil {
			root, err = s.rootAt(tx, l, size)
		}
		return err
	})
	return root, err
}

// Prove is the RFC 6962 inclusion proof of a record in the tree of the log's
// first size records.
func (s *Store) Prove(o review.Origin, index, size uint64) (proof tlog.RecordProof, err error) {
	if index >= size {
		return nil, fmt.Errorf("%w: record %d in a tree of %d", ErrNotFound, index, size)
	}
	err = s.reading(o, func(tx *badger.Txn, l *log) (err error) {
		if err := l.holds(size); err != nil {
			return err
		}
		if proof, err = tlog.ProveRecord(int64(size), int64(index), s.hashes(tx, l)); err != nil {
			return err
		}
		leaf, _, err := s.leaf(tx, l, index)
		if err != nil {
			return err
		}
		root, err := s.rootAt(tx, l, size)
		if err == nil && tlog.CheckRecord(proof, int64(size), root, int64(index), leaf.Hash()) != nil {
			err = s.damage("the tree of %s", o)
		}
		return err
	})
	return proof, err
}

// ProveTree is the RFC 6962 consistency proof that the tree of the log's first
// newSize records extends that of its first oldSize. From no record, it is
// empty.
func (s *Store) ProveTree(o review.Origin, oldSize, newSize uint64) (proof tlog.TreeProof, err error) {
	if oldSize > newSize {
		return nil, fmt.Errorf("%w: a tree of %d in one of %d", ErrNotFound, oldSize, newSize)
	}
	err = s.reading(o, func(tx *badger.Txn, l *log) (err error) {
		if err := l.holds(newSize); err != nil {
			return err
		}
		if oldSize == 0 {
			proof = tlog.TreeProof{}
			return nil
		}
		if proof, err = tlog.ProveTree(int64(newSize), int64(oldSize), s.hashes(tx, l)); err != nil {
			return err
		}
		older, err := s.rootAt(tx, l, oldSize)
		if err != nil {
			return err
		}
		newer, err := s.rootAt(tx, l, newSize)
		if err == nil && tlog.CheckTree(proof, int64(newSize), newer, int64(oldSize), older) != nil {
			err = s.damage("the tree of %s", o)
		}
		return err
	})
	return proof, err
}

// Tile is a C2SP tlog-tiles resource of a log: t.H is 8, t.L the level, t.N the
// index, t.W the width, 1 to 256. It is t.W hashes of 32 bytes; at level -1 it
// is an entry bundle, t.W leaves, each after its length in two bytes.
func (s *Store) Tile(o review.Origin, t tlog.Tile) (data []byte, err error) {
	const height, width = 8, 1 << 8
	if t.H != height || t.L < -1 || t.L > 5 || t.W < 1 || t.W > width || t.N < 0 || t.N > maxLogSize {
		return nil, fmt.Errorf("%w: tile %s", ErrNotFound, t.Path())
	}
	first := uint64(t.N) * width
	err = s.reading(o, func(tx *badger.Txn, l *log) (err error) {
		data = nil
		if first+uint64(t.W) > l.size>>(height*max(t.L, 0)) {
			return fmt.Errorf("%w: tile %s of %s reaches past %d records", ErrNotFound, t.Path(), o, l.size)
		}
		if t.L >= 0 {
			data, err = tlog.ReadTileData(t, s.hashes(tx, l))
			return err
		}
		for index := first; index < first+uint64(t.W); index++ {
			leaf, _, err := s.leaf(tx, l, index)
			if err != nil {
				return err
			}
			b := leaf.Marshal()
			data = append(binary.BigEndian.AppendUint16(data, uint16(len(b))), b...)
		}
		return nil
	})
	return data, err
}

// boundSize keeps proof checks from what they cannot take; see maxLogSize.
func boundSize(c signing.Checkpoint) error {
	if c.Size == 0 || c.Size > maxLogSize {
		return fmt.Errorf("store: a checkpoint of size %d of %s: sizes are 1 to %d", c.Size, c.Origin, uint64(maxLogSize))
	}
	return nil
}
