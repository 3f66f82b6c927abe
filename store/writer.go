package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// ErrFenced means that a log of this node's own is never signed again: its
// state may be an old copy of it, or its key may be in use elsewhere. Work goes
// on in the next epoch.
var ErrFenced = errors.New("store: log is fenced")

// Submission is a signed document for this node's own log. Without a payload
// it is sealed: committed now, to be revealed by filing the payload later.
type Submission struct {
	Leaf    signing.Leaf
	Payload []byte
	// Checked is what review.Parse made of Payload, if the caller has found Leaf's
	// signature genuine, too. Else Append does both.
	Checked *review.Document
}

// Writer appends to a log of this node's own.
type Writer struct {
	store  *Store
	origin review.Origin
	signer *signing.NoteSigner
	fenced atomic.Pointer[string] // why, if it is
}

// OpenLog is the writer of this node's own log, the same one each time. If the
// log that is held was not signed by this signer up to its head, as after it
// was pulled back from peers, the writer is fenced from the start.
func (s *Store) OpenLog(o review.Origin, signer *signing.NoteSigner) *Writer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.writers[o]; w != nil && w.signer.Key() == signer.Key() {
		return w
	}
	w := &Writer{store: s, origin: o, signer: signer}
	if reason := s.reasonToFence(w); reason != "" {
		w.fenced.Store(&reason)
	}
	if s.writers[o] == nil {
		s.writers[o] = w
	}
	return w
}

func (s *Store) reasonToFence(w *Writer) string {
	if s.writers[w.origin] != nil {
		return "it is open with another key"
	}
	reason, err := s.fence(w.origin)
	if err != nil {
		return err.Error()
	}
	if l := s.logs[w.origin]; reason == "" && l != nil {
		c, err := signing.OpenCheckpoint(l.noted.note, string(l.origin), w.signer.Key())
		if err != nil || c != l.checkpoint() || l.targeted.note != nil {
			return fmt.Sprintf("the %d records that are held were not all signed here with this key", l.size)
		}
	}
	return reason
}

// fence is why a log is never signed again; "" if it may be.
func (s *Store) fence(o review.Origin) (reason string, err error) {
	err = s.db.View(func(tx *badger.Txn) error {
		b, _, err := s.get(tx, textKey(keyFence, string(o)))
		reason = string(b)
		return err
	})
	return reason, err
}

// writesTo reports whether a log is this node's own and not fenced.
func (s *Store) writesTo(o review.Origin) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	w := s.writers[o]
	return w != nil && w.Fenced() == ""
}

// Origin is the log's.
func (w *Writer) Origin() review.Origin { return w.origin }

// Fenced is why the log is never signed again; "" if it may be.
func (w *Writer) Fenced() string {
	if reason := w.fenced.Load(); reason != nil {
		return *reason
	}
	return ""
}

// Fence ends all signing of the log, for ever. When it returns, no checkpoint
// is under way, whatever the error, which says that the fence is not on disk.
func (w *Writer) Fence(reason string) error {
	w.fenced.CompareAndSwap(nil, &reason)
	return w.store.submit(ctxNone, cost{keys: 1, bytes: len(reason) + 2*maxName}, func(b *batch) error {
		b.set(textKey(keyFence, string(w.origin)), []byte(w.Fenced()))
		return nil
	})
}

// Fence ends all signing of a log that is not open for writing, for ever. The
// first reason stays.
func (s *Store) Fence(o review.Origin, reason string) error {
	return s.submit(ctxNone, cost{keys: 1, bytes: len(reason) + 2*maxName}, func(b *batch) error {
		key := textKey(keyFence, string(o))
		if _, fenced, err := b.get(key); fenced || err != nil {
			return err
		}
		b.set(key, []byte(reason))
		return nil
	})
}

// Fenced is why a log is never signed again; "" if it may be.
func (s *Store) Fenced(o review.Origin) (string, error) { return s.fence(o) }

// Append files documents and returns their records, and a head that covers
// them, when they are on disk. Those that the log holds already under the same
// key come back as they were filed; if they were without a payload and come
// with it now, it is stored. Callers that come together share a checkpoint.
// If ctx ends or an error comes, some of the documents may be filed.
//
// Errors: ErrFenced, ErrDiskFull, ErrFailed, ErrClosed, signing.ErrSignature.
func (w *Writer) Append(ctx context.Context, submissions ...Submission) ([]review.Record, Head, error) {
	entries := make([]Entry, len(submissions))
	for i, d := range submissions {
		if len(d.Payload) > signing.MaxPayload {
			return nil, Head{}, fmt.Errorf("store: document %s has a payload of %d bytes, the limit is %d", d.Leaf.Digest, len(d.Payload), signing.MaxPayload)
		}
		if d.Checked == nil && !d.Leaf.Genuine() {
			return nil, Head{}, fmt.Errorf("document %s: %w", d.Leaf.Digest, signing.ErrSignature)
		}
		entries[i] = Entry{Leaf: d.Leaf, Payload: d.Payload, Absence: review.Sealed, Genuine: true, parsed: d.Checked}
	}
	documents := prepare(entries)
	for i, d := range submissions {
		if len(d.Payload) > 0 && documents[i].payload == nil {
			return nil, Head{}, fmt.Errorf("store: the payload submitted as document %s is another's", d.Leaf.Digest)
		}
	}
	indexes := make([]uint64, 0, len(documents))
	parts, costs := w.store.parts(documents)
	for i, part := range parts {
		at, err := w.append(ctx, part, costs[i])
		if err != nil {
			return nil, Head{}, err
		}
		indexes = append(indexes, at...)
	}
	records := make([]review.Record, len(indexes))
	for i, index := range indexes {
		if d := documents[i]; d.kept {
			records[i] = review.Record{Origin: w.origin, Index: index, Leaf: d.leaf, Payload: submissions[i].Payload, Genuine: true}
			continue
		}
		var err error
		if records[i], err = w.store.Record(w.origin, index); err != nil {
			return nil, Head{}, err
		}
	}
	return records, w.store.Head(w.origin), nil
}

func (w *Writer) append(ctx context.Context, documents []document, c cost) ([]uint64, error) {
	indexes := make([]uint64, len(documents))
	err := w.store.submit(ctx, c, func(b *batch) error {
		if reason := w.Fenced(); reason != "" {
			return fmt.Errorf("%w: %s: %s", ErrFenced, w.origin, reason)
		}
		l := b.log(w.origin)
		for i := range documents {
			d := &documents[i]
			d.inTree = true
			index, ok, err := b.filed(l, d)
			switch {
			case err != nil:
			case ok:
				err = b.arrive(d, 0)
			default:
				if index, err = b.add(l, d); err == nil {
					err = b.markFiled(l, d, index)
				}
				b.signers[w.origin] = w
			}
			if err != nil {
				return err
			}
			indexes[i] = index
		}
		return nil
	})
	if err != nil {
		return nil, err // indexes may still be written to
	}
	return indexes, nil
}

// filed is the index at which an own log holds a document under its key. By
// key, since anyone can sign and seal another's document, and that must not
// keep its author out.
func (b *batch) filed(l *log, d *document) (index uint64, ok bool, err error) {
	if l.size == 0 {
		return 0, false, nil
	}
	key, err := b.keyNumber(d.leaf.Key)
	if err != nil {
		return 0, false, err
	}
	return b.store.number(b.tx, filedKey(l.number, d.leaf.Digest, key))
}

func (b *batch) markFiled(l *log, d *document, index uint64) error {
	key, err := b.keyNumber(d.leaf.Key)
	b.set(filedKey(l.number, d.leaf.Digest, key), marshalNumber(index))
	return err
}
