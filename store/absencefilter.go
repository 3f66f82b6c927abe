package store

import (
	"encoding/binary"

	"github.com/dgraph-io/badger/v4"

	"stocktake/signing"
)

// absenceFilter tells of most documents that no absence is noted of them, without a
// look into the database: by a bit for each beginning of a digest. Only the
// goroutine that writes uses it, and Open before.
type absenceFilter struct{ bits []uint64 } // nil while nothing was ever absent

// absenceBits is how much of a digest counts: 64 KiB, of use for some 100,000
// absences.
const absenceBits = 19

func absenceBit(digest []byte) (word int, mask uint64) {
	n := binary.BigEndian.Uint32(digest) >> (32 - absenceBits)
	return int(n / 64), 1 << (n % 64)
}

func (a *absenceFilter) add(digest []byte) {
	if a.bits == nil {
		a.bits = make([]uint64, 1<<absenceBits/64)
	}
	word, mask := absenceBit(digest)
	a.bits[word] |= mask
}

// possible is false if there is no absence of the document.
func (a *absenceFilter) possible(d signing.Digest) bool {
	if a.bits == nil {
		return false
	}
	word, mask := absenceBit(d[:])
	return a.bits[word]&mask != 0
}

// loadAbsences counts on every block that may hold one having been looked at: see
// vitalBlocks.
func (s *Store) loadAbsences(tx *badger.Txn) {
	it := tx.NewIterator(keysOnly(keyAbsence))
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if key := it.Item().Key(); len(key) == 1+len(signing.Digest{}) {
			s.absences.add(key[1:])
		}
	}
}
