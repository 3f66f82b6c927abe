package store

import (
	"bytes"

	"github.com/dgraph-io/badger/v4"

	"stocktake/signing"
)

// What is longer than treeValue lies in the value log, which is one more file to
// sync. So a payload of this node's own log is cut into pieces that lie in the tree:
// the first, after formPieces and how many there are, under the payload's key, the
// others under keys of their own. Whoever files waits for one sync. The payload's
// digest tells whether it is whole.

const pieceSize = treeValue - 16

// cut is a packed payload in pieces; nil if it is too short, or too long.
func cut(packed []byte) (pieces [][]byte) {
	if len(packed) < treeValue || len(packed) > maxPieces*pieceSize {
		return nil
	}
	for start := 0; start < len(packed); start += pieceSize {
		pieces = append(pieces, packed[start:min(start+pieceSize, len(packed))])
	}
	pieces[0] = append([]byte{formPieces, byte(len(pieces))}, pieces[0]...)
	return pieces
}

// piecesOf is how many pieces there are of a payload, of which b lies under its
// key; 0 if it was not cut.
func piecesOf(b []byte) int {
	if len(b) < 2 || b[0] != formPieces {
		return 0
	}
	return int(b[1])
}

// joined is a packed payload, of which b lies under its key.
func joined(tx *badger.Txn, d signing.Digest, b []byte) ([]byte, error) {
	count := piecesOf(b)
	if count == 0 {
		return b, nil
	}
	packed := bytes.Clone(b[2:])
	for n := 1; n < min(count, maxPieces); n++ {
		item, err := tx.Get(pieceKey(d, n))
		if err != nil {
			return nil, err
		}
		if err := item.Value(func(piece []byte) error { packed = append(packed, piece...); return nil }); err != nil {
			return nil, err
		}
	}
	return packed, nil
}

// forget deletes a payload, of which the places stay.
func (b *batch) forget(d signing.Digest) {
	if log, index, ok, _ := b.store.firstPlace(b.tx, d); ok {
		b.set(placeKey(d, log, index), nil)
	}
	b.deletePayload(d)
}

func (b *batch) deletePayload(d signing.Digest) {
	b.delete(digestKey(keyPayload, d))
	it := b.tx.NewIterator(badger.IteratorOptions{Prefix: digestKey(keyPiece, d)})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		b.delete(it.Item().KeyCopy(nil))
	}
}
