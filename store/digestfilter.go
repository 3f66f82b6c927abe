package store

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"stocktake/signing"
)

// digestFilter tells of most digests that were never added to it, without a look
// into the database: by two bits for each digest. Adding is safe from several
// goroutines.
type digestFilter struct {
	width int             // it is of 2^width bits
	bits  []atomic.Uint64 // nil while nothing was ever added
}

const (
	// absenceBits is of use for some 100,000 absences, in 64 KiB.
	absenceBits = 19
	// heldBits is of use for some ten million payloads, in 4 MiB; heldBitsSmall for
	// some hundred thousand, where many stores are in one process.
	heldBits, heldBitsSmall = 25, 19
	// heldFrom is how many documents a batch has for which it is worth while to go
	// through all payloads that are held, which takes a second a million.
	heldFrom = 128
)

func (f *digestFilter) bitsOf(digest []byte) (a, b uint32) {
	return binary.BigEndian.Uint32(digest) >> (32 - f.width), binary.BigEndian.Uint32(digest[4:]) >> (32 - f.width)
}

func (f *digestFilter) grow() { f.bits = make([]atomic.Uint64, 1<<f.width/64) }

func (f *digestFilter) add(digest []byte) {
	a, b := f.bitsOf(digest)
	f.bits[a/64].Or(1 << (a % 64))
	f.bits[b/64].Or(1 << (b % 64))
}

// possible is false if the digest was not added.
func (f *digestFilter) possible(d signing.Digest) bool {
	if f.bits == nil {
		return false
	}
	a, b := f.bitsOf(d[:])
	return f.bits[a/64].Load()&(1<<(a%64)) != 0 && f.bits[b/64].Load()&(1<<(b%64)) != 0
}

// absenceFilter is of the documents of which an absence is or was noted. Only the
// goroutine that writes uses it, and Open before.
type absenceFilter struct{ digestFilter }

func (a *absenceFilter) add(digest []byte) {
	if a.bits == nil {
		a.width = absenceBits
		a.grow()
	}
	a.digestFilter.add(digest)
}

// loadAbsences counts on every block that may hold one having been looked at: see
// vitalBlocks.
func (s *Store) loadAbsences(tx *badger.Txn) {
	s.eachDigest(tx, keyAbsence, s.absences.add)
}

// heldFilter is of the documents whose payload is or was held. It spares a new one
// the look into all tables of level 0. A payload that it does not know of, which takes
// a damaged table, would be stored once more, and fsck would miss its older place.
type heldFilter struct {
	digestFilter
	filling  bool        // of the goroutine that writes
	complete atomic.Bool // it knows of all
}

func (h *heldFilter) init(o Options) {
	h.width = heldBits
	if o.InMemory || o.WriteBuffer != 0 {
		h.width = heldBitsSmall
	}
	h.grow()
}

// mayHold is false if a payload is not held.
func (h *heldFilter) mayHold(d signing.Digest) bool { return !h.complete.Load() || h.possible(d) }

// fillHeld lets the filter know, in the background, of the payloads from before the
// store was opened, once it takes in so many documents that this pays. Those that
// come meanwhile are added as they come.
func (s *Store) fillHeld(documents int) {
	if documents < heldFrom || s.payloads.filling {
		return
	}
	s.payloads.filling = true
	go func() {
		err := s.view(func(tx *badger.Txn) error {
			s.eachDigest(tx, keyPayload, s.payloads.add)
			return nil
		})
		select {
		case <-s.closing:
		default:
			s.payloads.complete.Store(err == nil)
		}
	}()
}

// eachDigest calls f with the digest in each key of a prefix, until the store is
// closed.
func (s *Store) eachDigest(tx *badger.Txn, prefix byte, f func(digest []byte)) {
	it := tx.NewIterator(keysOnly(prefix))
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if key := it.Item().Key(); len(key) == 1+len(signing.Digest{}) {
			f(key[1:])
		}
		select {
		case <-s.closing:
			return
		default:
		}
	}
}
