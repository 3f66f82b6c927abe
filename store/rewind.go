package store

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// Rewind drops the records of a log past a checkpoint that it signed, for a
// log that signed two histories: to is where what counts of it ends, note what
// says so, whose signatures the caller has checked. Size 0, without a note,
// drops all. What is held of fewer records stays, except for a run that only
// a note past its end had proven, for that note may be of the other history.
//
// Payloads stay where another record has them. It returns the head when it is
// on disk. A long tail goes in runs, from its end, so that whatever happens the
// log is a prefix of what it was; calling again goes on. It is ErrProof if the
// tree that is held is not to's at its size, and an error for a log that this
// node may still sign.
func (s *Store) Rewind(o review.Origin, to signing.Checkpoint, note []byte) (Head, error) {
	end := signedNote{to, logSigned(note, o)}
	if to.Size == 0 {
		end = signedNote{}
	} else if c, err := signing.PeekCheckpoint(end.note); err != nil || c != to || c.Origin != string(o) {
		return s.Head(o), fmt.Errorf("%w: rewinding %s to size %d: the note is of another checkpoint", ErrProof, o, to.Size)
	}
	for more := true; more; {
		err := s.submit(ctxNone, cost{documents: MaxBatch, keys: rewindRun * maxRewound, bytes: rewindRun * maxRewound * (maxIndexTerm + 64)}, func(b *batch) (err error) {
			if s.writesTo(o) {
				return fmt.Errorf("store: %s is this node's own log: it is not rewound unless it is fenced", o)
			}
			more, err = b.rewind(o, end)
			return err
		})
		if err != nil {
			return s.Head(o), err
		}
	}
	return s.Head(o), nil
}

// rewind drops at most rewindRun records from a log's end; more says that
// others are to go.
func (b *batch) rewind(o review.Origin, end signedNote) (more bool, err error) {
	held := b.store.log(o)
	if b.logs[o] != nil {
		held = b.logs[o]
	}
	if held.size < end.checkpoint.Size {
		end = held.noted
	}
	if !held.numbered || held.size == end.checkpoint.Size && held.targeted.note == nil {
		return false, nil
	}
	switch root, err := b.store.rootAt(b.tx, held, end.checkpoint.Size); {
	case err != nil:
		return false, err
	case root != end.checkpoint.Root:
		return false, fmt.Errorf("%w: what is held of %s at size %d is of another history", ErrProof, o, end.checkpoint.Size)
	}
	size := end.checkpoint.Size
	if more = held.size-size > rewindRun; more {
		size = held.size - rewindRun
	}
	left, err := b.store.treeAt(b.tx, held, size)
	if err != nil {
		return false, err
	}
	l := b.log(o)
	l.rewinds++
	for index := l.size; index > size; index-- {
		if err := b.drop(l, index-1); err != nil {
			return false, err
		}
	}
	if l.targeted.note == nil {
		l.targeted = l.noted
	}
	if l.tree, l.noted = left, end; !more {
		l.targeted = signedNote{}
	}
	return more, nil
}

// drop forgets a log's last record.
func (b *batch) drop(l *log, index uint64) error {
	e, err := b.store.entryAt(b.tx, l, index)
	if err != nil {
		return err
	}
	b.delete(entryKey(l.number, index))
	for level := entryLevels; (index+1)&(1<<level-1) == 0; level++ {
		b.delete(hashKey(l.number, level, (index+1)>>level-1))
	}
	filed := filedKey(l.number, e.digest, e.key)
	if at, ok, err := b.store.number(b.tx, filed); err != nil {
		return err
	} else if ok && at == index {
		b.delete(filed)
	}
	if left, err := b.displace(e.digest, l.number, index); left || err != nil {
		return err
	}
	if payload, _, err := b.store.payload(b.tx, e.digest); err == nil {
		for _, t := range indexKeys(payload, e.digest) {
			b.delete(t)
		}
	}
	b.deletePayload(e.digest)
	b.delete(digestKey(keyAbsence, e.digest))
	return nil
}

// recall shows the shorter logs of a batch before it is on disk: whoever reads
// a record that is gone then finds out that the log was rewound. (Rewind shares
// no batch with documents.) If the batch fails, the records are back when the
// store is opened again.
func (b *batch) recall() {
	s := b.store
	s.mu.Lock()
	defer s.mu.Unlock()
	for o, l := range b.logs {
		if was := s.logs[o]; was != nil && was.rewinds != l.rewinds {
			s.logs[o] = l
		}
	}
}

// reading runs f on a log and a state of the database in which all its records
// are. A log that is rewound meanwhile is read again as it then is.
func (s *Store) reading(o review.Origin, f func(tx *badger.Txn, l *log) error) error {
	for {
		l := s.log(o)
		err := s.view(func(tx *badger.Txn) error { return f(tx, l) })
		if err == nil || s.log(o).rewinds == l.rewinds {
			return err
		}
	}
}
