package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
	"github.com/klauspost/compress/s2"

	"stocktake/review"
	"stocktake/signing"
)

// What an assembly keeps of a stocktake lies in cells: parts by their digest, and
// one head for each scope that says what they are parts of. They follow from the
// logs, so nothing here needs them: whoever finds them missing or damaged has them
// made anew, a repair leaves them out, and a backup does not have them.
//
// A cell is packed and cut into pieces that lie in the tree: parts come and go with
// every receipt, and what the tree drops takes no room, while the value log is
// collected only for what is erased.

// Cells are those of one scope.
type Cells struct {
	store *Store
	scope review.Scope
}

// Cells are those of a scope, for [review.Assembly].
func (s *Store) Cells(scope review.Scope) *Cells { return &Cells{s, scope} }

// The pieces of a cell are numbered by two bytes after its key, and the first tells
// how many there are.
const (
	cellHead byte = 0
	cellPart byte = 1

	cellTight byte = 1 // zstd
	cellQuick byte = 2 // S2

	cellPiece = pieceSize - 2*sealSize
)

// prefix begins the keys of a scope's cells.
func (c *Cells) prefix(what ...byte) []byte {
	k := append([]byte{keyCell, byte(len(c.scope))}, c.scope...)
	return append(k, what...)
}

func (c *Cells) partKey(digest string) ([]byte, error) {
	d, err := signing.ParseDigest(digest)
	return append(c.prefix(cellPart), d[:]...), err
}

// Part is a part that was put. That it has its digest is for the reader to see.
func (c *Cells) Part(digest string) (part []byte, err error) {
	key, err := c.partKey(digest)
	if err != nil {
		return nil, err
	}
	if part, err = c.read(key); err == nil && part == nil {
		err = fmt.Errorf("%w: part %.12s of the stocktake of %s", ErrNotFound, digest, c.scope)
	}
	return part, err
}

// Head is what the last change ended with; nil if none did.
func (c *Cells) Head() ([]byte, error) { return c.read(c.prefix(cellHead)) }

// read puts a cell together; nil if there is none.
func (c *Cells) read(key []byte) (cell []byte, err error) {
	err = c.store.view(func(tx *badger.Txn) error {
		first, ok, err := c.store.get(tx, pieceOfCell(key, 0))
		if err != nil || !ok {
			return err
		}
		if len(first) < 3 {
			return c.store.damage("a cell of %s", c.scope)
		}
		packed := first[2:]
		for n := 1; n < int(binary.BigEndian.Uint16(first)); n++ {
			piece, ok, err := c.store.get(tx, pieceOfCell(key, n))
			if err != nil {
				return err
			}
			if !ok {
				return c.store.damage("a cell of %s", c.scope)
			}
			packed = append(packed, piece...)
		}
		if cell, err = unpackCell(packed); err != nil {
			return c.store.damage("a cell of %s: %v", c.scope, err)
		}
		return nil
	})
	return cell, err
}

// Parts are the digests of the parts that are held.
func (c *Cells) Parts() (digests []string, err error) {
	prefix := c.prefix(cellPart)
	err = c.store.view(func(tx *badger.Txn) error {
		it := tx.NewIterator(badger.IteratorOptions{Prefix: prefix})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			rest := it.Item().Key()[len(prefix):]
			if len(rest) == len(signing.Digest{})+2 && binary.BigEndian.Uint16(rest[len(rest)-2:]) == 0 {
				digests = append(digests, hex.EncodeToString(rest[:len(rest)-2]))
			}
		}
		return nil
	})
	return digests, err
}

// Change puts parts, takes others out and sets the head, in one transaction if
// that is enough. Else there is no head until all is done.
func (c *Cells) Change(put map[string][]byte, gone []string, head []byte) error {
	headKey := c.prefix(cellHead)
	steps := make([]cellStep, 0, len(put)+len(gone)+1)
	for _, digest := range gone {
		key, err := c.partKey(digest)
		if err != nil {
			return err
		}
		steps = append(steps, cellStep{key: key})
	}
	for digest, part := range put {
		key, err := c.partKey(digest)
		if err != nil {
			return err
		}
		steps = append(steps, cellStep{key, packPart(part)})
	}
	last := cellStep{key: headKey}
	if head != nil {
		last.packed = packHead(head)
	}
	var rooms []cost
	var runs [][]cellStep
	budget := c.store.budget()
	for _, step := range append(steps, last) {
		room := step.cost()
		if n := len(runs) - 1; n >= 0 && rooms[n].plus(room).within(budget) {
			runs[n], rooms[n] = append(runs[n], step), rooms[n].plus(room)
			continue
		}
		runs, rooms = append(runs, []cellStep{step}), append(rooms, room)
	}
	if len(runs) > 1 {
		runs, rooms = append([][]cellStep{{{key: headKey}}}, runs...), append([]cost{cellStep{}.cost()}, rooms...)
	}
	for i, run := range runs {
		err := c.store.submit(ctxNone, rooms[i], func(b *batch) error {
			for _, step := range run {
				b.setCell(step)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("cells of %s: %w", c.scope, err)
		}
	}
	return nil
}

// cellStep sets a cell, or deletes it.
type cellStep struct{ key, packed []byte }

// cost is what it takes of a batch: what was there may have had as many pieces as
// a part can have.
func (s cellStep) cost() cost {
	pieces := max(len(s.packed), maxCell)/pieceSize + 2
	return cost{keys: pieces, bytes: len(s.packed) + pieces*64}
}

// setCell writes a cell, and deletes what an earlier one had beyond it.
func (b *batch) setCell(s cellStep) {
	had, count := 0, 0
	switch first, ok, err := b.get(pieceOfCell(s.key, 0)); {
	case err != nil || ok && len(first) < 2: // damaged: as many as there can be
		had = maxCell/cellPiece + 2
	case ok:
		had = int(binary.BigEndian.Uint16(first))
	}
	for rest := s.packed; len(rest) > 0; count++ {
		n := min(len(rest), cellPiece)
		piece := rest[:n]
		if rest = rest[n:]; count == 0 {
			piece = append(binary.BigEndian.AppendUint16(nil, uint16((len(s.packed)-1)/cellPiece+1)), piece...)
		}
		b.set(pieceOfCell(s.key, count), piece)
	}
	for ; count < had; count++ {
		b.delete(pieceOfCell(s.key, count))
	}
}

func pieceOfCell(key []byte, n int) []byte {
	return binary.BigEndian.AppendUint16(bytes.Clone(key), uint16(n))
}

// packPart makes a part, half of which is digests in hexadecimal, half as long.
func packPart(b []byte) []byte {
	encoder, _ := coders()
	return encoder.EncodeAll(b, []byte{cellTight})
}

// packHead is quick rather than tight: a manifest goes with every change.
func packHead(b []byte) []byte { return append([]byte{cellQuick}, s2.Encode(nil, b)...) }

func unpackCell(packed []byte) (b []byte, err error) {
	switch packed[0] {
	case cellTight:
		_, decoder := coders()
		return decoder.DecodeAll(packed[1:], nil)
	case cellQuick:
		n, err := s2.DecodedLen(packed[1:])
		if err == nil && n > maxHead {
			err = s2.ErrTooLarge
		}
		if err != nil {
			return nil, err
		}
		return s2.Decode(nil, packed[1:])
	}
	return nil, errors.New("a cell of unknown form")
}

// DropCells deletes the cells of all scopes.
func (s *Store) DropCells() error {
	return s.sweep(keyCell, func(b *batch, item *badger.Item) error {
		b.delete(item.KeyCopy(nil))
		return nil
	})
}
