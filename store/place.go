package store

import (
	"errors"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// A document may have several records: its places. One is noted with its payload, if
// that came with the record (see expiryOf), and each of the others has a key.

// Place is where a record is.
type Place struct {
	Origin review.Origin
	Index  uint64
}

// Places are all records of a document, in no order that means anything.
func (s *Store) Places(id review.DocumentID) (places []Place, err error) {
	d, err := signing.ParseDigest(string(id))
	if err != nil {
		return nil, err
	}
	err = s.view(func(tx *badger.Txn) error {
		return s.places(tx, d, func(p Place) bool { places = append(places, p); return true })
	})
	return places, err
}

func (s *Store) places(tx *badger.Txn, d signing.Digest, yield func(Place) bool) error {
	return s.eachPlace(tx, d, func(log uint32, index uint64) bool {
		s.mu.RLock()
		known := int(log) < len(s.numbered)
		var origin review.Origin
		if known {
			origin = s.numbered[log]
		}
		s.mu.RUnlock()
		return !known || yield(Place{origin, index})
	})
}

// eachPlace calls f with each place of a document until it says false.
func (s *Store) eachPlace(tx *badger.Txn, d signing.Digest, f func(log uint32, index uint64) (more bool)) error {
	if log, index, ok, err := s.firstPlace(tx, d); err != nil || ok && !f(log, index) {
		return err
	}
	it := tx.NewIterator(badger.IteratorOptions{Prefix: digestKey(keyPlace, d)})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		_, log, index, ok := splitPlaceKey(it.Item().Key())
		if !ok {
			return s.damage("a place of document %s", d)
		}
		if !f(log, index) {
			break
		}
	}
	return nil
}

// firstPlace is the place that is noted with a payload; ok is false if there is none.
func (s *Store) firstPlace(tx *badger.Txn, d signing.Digest) (log uint32, index uint64, ok bool, err error) {
	item, err := tx.Get(digestKey(keyPayload, d))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return 0, 0, false, nil
	}
	if err == nil {
		log, index, ok = placeOf(item.ExpiresAt())
	}
	return log, index, ok, err
}

// hasPlace is whether a document has this place.
func (s *Store) hasPlace(tx *badger.Txn, d signing.Digest, log uint32, index uint64) (bool, error) {
	if l, i, ok, err := s.firstPlace(tx, d); err != nil || ok && l == log && i == index {
		return err == nil, err
	}
	return s.has(tx, placeKey(d, log, index))
}

// placed is whether a record names the document.
func (b *batch) placed(d signing.Digest) (placed bool) {
	_ = b.store.eachPlace(b.tx, d, func(uint32, uint64) bool { placed = true; return false })
	return placed
}

// place gives a document back a place that was lost with its payload's key, and
// reports whether the record is there.
func (b *batch) place(d signing.Digest, at *Place) bool {
	if at == nil {
		return false
	}
	l := b.store.log(at.Origin)
	if has, err := b.store.hasPlace(b.tx, d, l.number, at.Index); has && err == nil {
		return true
	}
	if e, err := b.store.entryAt(b.tx, l, at.Index); at.Index >= l.size || err != nil || e.digest != d {
		return false
	}
	b.set(placeKey(d, l.number, at.Index), nil)
	return true
}

// displace takes a place from a document; left is whether it has another one. If
// that was noted with the payload, another is now.
func (b *batch) displace(d signing.Digest, log uint32, index uint64) (left bool, err error) {
	l, i, noted, err := b.store.firstPlace(b.tx, d)
	if err != nil {
		return false, err
	}
	if !noted || l != log || i != index {
		b.delete(placeKey(d, log, index))
		return b.placed(d), nil
	}
	err = b.store.eachPlace(b.tx, d, func(l uint32, i uint64) (more bool) {
		if l == log && i == index {
			return true
		}
		log, index, left = l, i, true
		return false
	})
	if !left || err != nil {
		return false, err
	}
	item, err := b.tx.Get(digestKey(keyPayload, d))
	if err != nil {
		return false, err
	}
	value, err := item.ValueCopy(nil)
	if err != nil {
		return false, err
	}
	at := expiryOf(log, index)
	b.setEntry(&badger.Entry{Key: digestKey(keyPayload, d), Value: value, ExpiresAt: at})
	if at != 0 {
		b.delete(placeKey(d, log, index))
	}
	return true, nil
}
