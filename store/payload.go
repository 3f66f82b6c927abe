package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// AbsentError is a document whose record is held and whose payload is not.
type AbsentError struct {
	ID      review.DocumentID
	Absence review.Absence
}

func (e *AbsentError) Error() string {
	why := map[review.Absence]string{
		review.Missing:  "has not arrived yet",
		review.Sealed:   "is sealed until its author files it",
		review.Withheld: "is withheld here",
		review.Erased:   "was withdrawn by its author and erased",
	}
	return fmt.Sprintf("store: the payload of %s %s", e.ID, why[e.Absence])
}

// Payload is a document's payload. Its error is ErrNotFound, an [*AbsentError]
// or a [*DamageError].
func (s *Store) Payload(id review.DocumentID) (payload []byte, err error) {
	d, err := signing.ParseDigest(string(id))
	if err != nil {
		return nil, err
	}
	err = s.view(func(tx *badger.Txn) error {
		var why review.Absence
		payload, why, err = s.payload(tx, d)
		if err == nil && why != review.Present {
			err = &AbsentError{id, why}
		}
		return err
	})
	return payload, err
}

// payload is a document's payload or why it is absent. A document that no
// record names is ErrNotFound. A payload that is damaged is reported, an
// error, and Missing from then on.
func (s *Store) payload(tx *badger.Txn, d signing.Digest) ([]byte, review.Absence, error) {
	payload, err := s.held(tx, d)
	if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
		payload, err = s.held(tx, d) // Reclaim may just have moved it
	}
	switch {
	case errors.Is(err, badger.ErrKeyNotFound):
		why, known, err := s.absence(tx, d)
		if err == nil && !known {
			err = fmt.Errorf("%w: document %s", ErrNotFound, d)
		}
		return nil, why, err
	case err != nil:
		s.repair(d, err, nil)
		return nil, review.Missing, err
	}
	return payload, review.Present, nil
}

// held is a payload as it lies there, held against its digest; nothing is set
// right. It is badger.ErrKeyNotFound if there is none.
func (s *Store) held(tx *badger.Txn, d signing.Digest) (payload []byte, err error) {
	item, err := tx.Get(digestKey(keyPayload, d))
	if err != nil {
		return nil, err
	}
	err = item.Value(func(b []byte) error {
		b, err := joined(tx, d, b)
		ok := err == nil
		if ok {
			payload, ok = parsePayload(b)
		}
		if !ok || signing.PayloadDigest(payload) != d {
			return s.damage("payload %s", d)
		}
		payload = bytes.Clone(payload) // b is Badger's
		return nil
	})
	return payload, err
}

func (s *Store) absence(tx *badger.Txn, d signing.Digest) (why review.Absence, known bool, err error) {
	b, ok, err := s.get(tx, digestKey(keyAbsence, d))
	if err != nil || !ok {
		return review.Present, false, err
	}
	why, ok = parseAbsence(b)
	if !ok {
		return why, false, s.damage("the absence of payload %s", d)
	}
	return why, true, nil
}

// repair makes Missing of a payload that cannot be read, so that it is asked
// for from peers; in the background, since readers do not wait for writes.
//
// If Badger does not find the payload's key any more, its place is gone with it:
// record is another, and may be nil.
func (s *Store) repair(d signing.Digest, found error, record *Place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.repairing[d] || s.closed {
		return
	}
	s.repairing[d] = true
	s.logger.Error("payload cannot be read, it will be fetched again", "id", d.String(), "err", found)
	s.users.Go(func() {
		err := s.submit(ctxNone, cost{keys: 4, bytes: 256}, func(b *batch) error {
			if _, known, _ := b.absence(d); known || b.readable(d) {
				return nil // another writer was quicker
			}
			if !b.place(d, record) && !b.placed(d) {
				return nil // it is gone, as its record is
			}
			b.forget(d)
			b.set(digestKey(keyAbsence, d), []byte{byte(review.Missing)})
			return nil
		})
		if err != nil {
			s.logger.Warn("damaged payload is not marked as missing", "id", d.String(), "err", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.repairing, d)
	})
}

func (b *batch) readable(d signing.Digest) bool {
	_, err := b.store.held(b.tx, d)
	return err == nil
}

// Reveal stores the payload of a document whose records are held without it,
// be it missing or sealed. It is ErrNotFound if no record has this payload,
// and an [*AbsentError] if it was withheld or erased.
func (s *Store) Reveal(payload []byte) error {
	d := document{leaf: signing.Leaf{Digest: signing.PayloadDigest(payload)}}
	id := d.leaf.Digest.String()
	if len(payload) == 0 || len(payload) > signing.MaxPayload {
		return fmt.Errorf("store: a payload of %d bytes, the limit is %d", len(payload), signing.MaxPayload)
	}
	d.take(payload, nil)
	return s.submit(ctxNone, d.cost(), func(b *batch) error {
		held, err := b.has(digestKey(keyPayload, d.leaf.Digest))
		if held || err != nil {
			return err
		}
		why, known, err := b.absence(d.leaf.Digest)
		switch {
		case err != nil:
			return err
		case !known:
			return fmt.Errorf("%w: document %s", ErrNotFound, id)
		case why != review.Missing && why != review.Sealed:
			return &AbsentError{review.DocumentID(id), why}
		}
		return b.arrive(&d, 0)
	})
}

// SetAbsent marks a document Withheld or Erased and deletes its payload, which
// is not taken back. It refuses charters, openings, accessions, receipts,
// withdrawals and refusals, which everybody's figures rest on. The bytes leave the disk
// with Reclaim.
func (s *Store) SetAbsent(id review.DocumentID, why review.Absence) error {
	if why != review.Withheld && why != review.Erased {
		return fmt.Errorf("store: a payload is made withheld or erased, not %d", why)
	}
	d, err := signing.ParseDigest(string(id))
	if err != nil {
		return err
	}
	return s.submit(ctxNone, cost{keys: 3 + maxIndexTerms, bytes: (3 + maxIndexTerms) * (maxIndexTerm + 64)}, func(b *batch) error {
		payload, _, err := s.payload(b.tx, d)
		if damage := (*DamageError)(nil); err != nil && !errors.As(err, &damage) {
			return err
		}
		if payload != nil {
			if kind := kindOf(payload); lasting[kind] {
				return fmt.Errorf("store: document %s is a %s: its payload is kept", id, kind)
			}
			for _, t := range indexKeys(payload, d) {
				b.delete(t)
			}
		}
		b.forget(d)
		b.set(digestKey(keyAbsence, d), []byte{byte(why)})
		b.setRaw(digestKey(keyReclaim, d), nil)
		return nil
	})
}

// lasting are the kinds whose payload is never deleted.
var lasting = map[review.Kind]bool{
	review.KindCharter:    true,
	review.KindOpening:    true,
	review.KindAccession:  true,
	review.KindReceipt:    true,
	review.KindWithdrawal: true,
	review.KindRefusal:    true,
	review.KindFork:       true,
	review.KindKey:        true,

	review.KindAccreditation: true,
	review.KindMandate:       true,
	review.KindSeal:          true,
}

// MissingPayload is a document whose payload is to be asked for, with one of
// its places.
type MissingPayload struct {
	ID     review.DocumentID
	Origin review.Origin
	Index  uint64
}

// Missing lists documents whose payload has not arrived, sorted by ID, the
// first MaxMissing of them.
func (s *Store) Missing() (missing []MissingPayload, err error) {
	err = s.absent(func(tx *badger.Txn, d signing.Digest, why review.Absence) (bool, error) {
		if why != review.Missing {
			return true, nil
		}
		return len(missing) < MaxMissing-1, s.places(tx, d, func(p Place) bool {
			missing = append(missing, MissingPayload{review.DocumentID(d.String()), p.Origin, p.Index})
			return false
		})
	})
	return missing, err
}

// absent calls f for every document without a payload, sorted by ID, until it
// says false.
func (s *Store) absent(f func(tx *badger.Txn, d signing.Digest, why review.Absence) (bool, error)) error {
	return s.view(func(tx *badger.Txn) error {
		it := tx.NewIterator(keysOnly(keyAbsence))
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			d := signing.Digest(it.Item().Key()[1:])
			why, known, err := s.absence(tx, d)
			if err != nil {
				return err
			}
			if known {
				if more, err := f(tx, d, why); err != nil || !more {
					return err
				}
			}
		}
		return nil
	})
}
