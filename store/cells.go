package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/dgraph-io/badger/v4"
	"github.com/klauspost/compress/zstd"

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
		if len(first) < 2 {
			return c.store.damage("a cell of %s", c.scope)
		}
		packed := first[2:]
		for n := uint16(1); n < binary.BigEndian.Uint16(first); n++ {
			piece, ok, err := c.store.get(tx, pieceOfCell(key, n))
			if err != nil {
				return err
			}
			if !ok {
				return c.store.damage("a cell of %s", c.scope)
			}
			packed = append(packed, piece...)
		}
		if cell, ok = unpackCell(packed); !ok {
			return c.store.damage("a cell of %s", c.scope)
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
		steps = append(steps, cellStep{key, packCell(part)})
	}
	last := cellStep{key: headKey}
	if head != nil {
		last.packed = packCell(head)
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
				if err := b.setCell(step); err != nil {
					return err
				}
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
func (b *batch) setCell(s cellStep) error {
	had := uint16(0)
	first, ok, err := b.get(pieceOfCell(s.key, 0))
	if err == nil && ok && len(first) >= 2 {
		had = binary.BigEndian.Uint16(first)
	}
	count := uint16(0)
	for rest := s.packed; len(rest) > 0; count++ {
		n := min(len(rest), cellPiece)
		piece := rest[:n]
		if rest = rest[n:]; count == 0 {
			piece = append(binary.BigEndian.AppendUint16(nil, uint16((len(s.packed)-1)/(cellPiece)+1)), piece...)
		}
		b.set(pieceOfCell(s.key, count), piece)
	}
	for n := count; n < had || n == 0 && ok; n++ {
		b.delete(pieceOfCell(s.key, n))
	}
	return nil
}

func pieceOfCell(key []byte, n uint16) []byte {
	return binary.BigEndian.AppendUint16(bytes.Clone(key), n)
}

func packCell(b []byte) []byte {
	encoder, _ := coders()
	return encoder.EncodeAll(b, nil)
}

func unpackCell(packed []byte) (b []byte, ok bool) {
	b, err := cellDecoder().DecodeAll(packed, nil)
	return b, err == nil
}

var cellDecoder = sync.OnceValue(func() *zstd.Decoder {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxUnpackedCell), zstd.WithDecoderConcurrency(0))
	if err != nil {
		panic(err) // constant options
	}
	return decoder
})

// DropCells deletes the cells of all scopes.
func (s *Store) DropCells() error {
	return s.sweep(keyCell, func(b *batch, item *badger.Item) error {
		b.delete(item.KeyCopy(nil))
		return nil
	})
}
