package store

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// Entry is a record without its place: what one node hands another.
type Entry struct {
	Leaf    signing.Leaf
	Payload []byte // nil if absent
	// Absence says why Payload is nil. Present means no reason is known, and
	// counts as Missing, as does a payload that is not Leaf's.
	Absence review.Absence
	Genuine bool // Leaf.Genuine(), which costs a verification

	parsed *review.Document // the payload's, if it was parsed
	ready  *document        // see Prepare
}

// Prepare does what storing the entry takes of the processor and not of the
// database: a node does it while the range before is stored, in many goroutines.
// Leaf and Payload are not changed afterwards. Extend does what was not done.
func (e *Entry) Prepare() {
	if d := prepareOne(*e); d.payload != nil {
		e.ready = &d
	}
}

// Record is one record of a log. A payload that is damaged is Missing in it.
func (s *Store) Record(o review.Origin, index uint64) (r review.Record, err error) {
	err = s.reading(o, func(tx *badger.Txn, l *log) (err error) {
		if index >= l.size {
			return fmt.Errorf("%w: record %d of %s, %d are held", ErrNotFound, index, o, l.size)
		}
		r, err = s.record(tx, l, index)
		return err
	})
	return r, err
}

func (s *Store) record(tx *badger.Txn, l *log, index uint64) (review.Record, error) {
	leaf, genuine, err := s.leaf(tx, l, index)
	if err != nil {
		return review.Record{}, err
	}
	payload, why, err := s.content(tx, leaf.Digest, &Place{l.origin, index})
	return review.Record{Origin: l.origin, Index: index, Leaf: leaf, Payload: payload, Absence: why, Genuine: genuine}, err
}

// content is the payload of a document that has a record: one that cannot be
// read is Missing, and is set right in the background.
func (s *Store) content(tx *badger.Txn, d signing.Digest, record *Place) ([]byte, review.Absence, error) {
	payload, why, err := s.payload(tx, d)
	damage := (*DamageError)(nil)
	switch {
	case errors.Is(err, ErrNotFound):
		s.repair(d, err, record)
		return nil, review.Missing, nil
	case errors.As(err, &damage):
		return nil, review.Missing, nil
	}
	return payload, why, err
}

// Entries are the records from index from to before index to, or as many of
// them as the log holds and fit maxBytes and MaxTail, but at least one if there
// is one.
func (s *Store) Entries(o review.Origin, from, to uint64, maxBytes int) (entries []Entry, err error) {
	err = s.reading(o, func(tx *badger.Txn, l *log) error {
		entries = nil
		left := maxBytes
		for index := from; index < min(to, l.size, from+MaxTail); index++ {
			r, err := s.record(tx, l, index)
			if err != nil {
				return err
			}
			left -= len(r.Payload) + len(r.Leaf.Signature) + len(r.Leaf.Digest)
			if left < 0 && len(entries) > 0 {
				return nil
			}
			entries = append(entries, Entry{Leaf: r.Leaf, Payload: r.Payload, Absence: r.Absence, Genuine: r.Genuine})
		}
		return nil
	})
	return entries, err
}

// Records are the records of a snapshot in order of origin and index. What the
// snapshot lists as absent comes Withheld, whether held here or not, and what
// it does not list but is not held here comes Missing: a result depends on the
// snapshot alone, or cannot be had. An error ends it; the last one may be that
// a log's leaves do not make up its root, so nothing counts before the end.
func (s *Store) Records(snapshot review.Snapshot) iter.Seq2[review.Record, error] {
	return func(yield func(review.Record, error) bool) {
		more := true
		logs := make([]*log, len(snapshot.Logs)) // before the transaction, so that it has all their records
		for i, state := range snapshot.Logs {
			logs[i] = s.log(state.Origin)
		}
		err := s.view(func(tx *badger.Txn) error {
			for i, state := range snapshot.Logs {
				if err := s.records(tx, logs[i], state, func(r review.Record) bool { more = more && yield(r, nil); return more }); err != nil || !more {
					return err
				}
			}
			return nil
		})
		if err != nil && more {
			yield(review.Record{}, err)
		}
	}
}

func (s *Store) records(tx *badger.Txn, l *log, state review.LogState, yield func(review.Record) bool) (err error) {
	if err := l.holds(state.Size); err != nil {
		return err
	}
	defer func() {
		if err != nil && s.log(state.Origin).rewinds != l.rewinds {
			err = fmt.Errorf("%w: %s was rewound while it was read", ErrNotFound, state.Origin)
		}
	}()
	absent := state.Absent
	t := tree{}
	it := tx.NewIterator(badger.IteratorOptions{Prefix: numberKey(keyEntry, l.number)})
	defer it.Close()
	for it.Rewind(); t.size < state.Size; it.Next() {
		if !it.Valid() { // Badger ends an iteration at a table that it cannot read
			return s.damage("entry %d of %s", t.size, l.origin)
		}
		sealed, err := it.Item().ValueCopy(nil)
		value, ok := unseal(entryKey(l.number, t.size), sealed) // which also fails if one was passed over
		e, well := parseEntry(t.size, value)
		if err != nil || !ok || !well {
			return s.damage("entry %d of %s", t.size, l.origin)
		}
		r := review.Record{Origin: l.origin, Index: t.size, Absence: review.Withheld, Genuine: e.genuine}
		if r.Leaf, err = s.leafOf(tx, e); err != nil {
			return err
		}
		if len(absent) > 0 && absent[0] == t.size {
			absent = absent[1:]
		} else if r.Payload, r.Absence, err = s.content(tx, r.Leaf.Digest, &Place{l.origin, t.size}); err != nil {
			return err
		} else if r.Absence != review.Present {
			r.Absence = review.Missing
		}
		t.grow(r.Leaf.Hash(), func(int, uint64, tlog.Hash) {})
		if !yield(r) {
			return nil
		}
	}
	if t.root() != state.Root {
		held, err := s.rootAt(tx, l, state.Size)
		if err != nil {
			return err
		}
		if held == state.Root {
			return s.damage("a leaf of %s", l.origin)
		}
		return fmt.Errorf("store: the snapshot has another root than the %d records of %s that are held: they are of a fork", state.Size, l.origin)
	}
	return nil
}

// LogStates are the states of all logs at their heads, sorted by origin: the
// logs of a snapshot of everything held.
func (s *Store) LogStates() ([]review.LogState, error) {
	heads := s.Heads()
	states := make([]review.LogState, len(heads))
	at := make(map[review.Origin]*review.LogState, len(heads))
	for i, h := range heads {
		states[i] = review.LogState{Origin: h.Origin, Size: h.Size, Root: h.Root}
		at[h.Origin] = &states[i]
	}
	return states, s.addAbsent(at)
}

// StateAt is the state of one log's first size records. It looks through all
// absences; Root does not.
func (s *Store) StateAt(o review.Origin, size uint64) (review.LogState, error) {
	root, err := s.Root(o, size)
	state := review.LogState{Origin: o, Size: size, Root: root}
	if err != nil {
		return state, err
	}
	return state, s.addAbsent(map[review.Origin]*review.LogState{o: &state})
}

// addAbsent fills in which records have no payload.
func (s *Store) addAbsent(at map[review.Origin]*review.LogState) error {
	err := s.absent(func(tx *badger.Txn, d signing.Digest, _ review.Absence) (bool, error) {
		return true, s.places(tx, d, func(p Place) bool {
			if state := at[p.Origin]; state != nil && p.Index < state.Size {
				state.Absent = append(state.Absent, p.Index)
			}
			return true
		})
	})
	for _, state := range at {
		slices.Sort(state.Absent)
	}
	return err
}
