package store

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// ErrBackupBase means that a backup cannot be continued: it is not a prefix of
// what is held now. A new one can be begun.
var ErrBackupBase = errors.New("store: the earlier backup does not fit what is held now")

// BackupVersion counts the forms of BACKUP.md.
const BackupVersion = 1

// BackupState is what the parts of a backup hold so far, so that the next part
// holds the rest. The zero value is a backup that has not begun.
type BackupState struct {
	Header BackupHeader                 `json:"header"` // of the last part
	Digest string                       `json:"digest"` // of the last part
	Logs   map[review.Origin]BackupMark `json:"logs,omitempty"`
	// Absent are the documents without a payload, and why.
	Absent      map[review.DocumentID]string `json:"absent,omitempty"`
	Attachments map[string]int64             `json:"attachments,omitempty"` // size by digest
}

// BackupMark is a log's size and root.
type BackupMark struct {
	Size uint64    `json:"size"`
	Root tlog.Hash `json:"root"`
}

// Backup writes what the database holds and the parts so far do not, as it is
// at one moment; filing goes on meanwhile. A log goes as far as a note covers
// it: what has arrived beyond, while a longer tail is coming, comes again. The
// node's bookkeeping (Meta) is left out, and so is the instance. Damage ends it
// with a [*DamageError], a state that does not fit with ErrBackupBase.
func (s *Store) Backup(ctx context.Context, since BackupState, w *BackupWriter) error {
	return s.view(func(tx *badger.Txn) error {
		b := backup{s, tx, w}
		if err := b.absences(); err != nil {
			return err
		}
		if err := b.logs(ctx, since.Logs); err != nil {
			return err
		}
		if err := b.arrived(ctx, since.Absent); err != nil {
			return err
		}
		if err := b.fences(); err != nil {
			return err
		}
		return b.witnessed()
	})
}

// backup is one transaction that is being written.
type backup struct {
	*Store
	tx *badger.Txn
	w  *BackupWriter
}

// absences come first, so that whoever restores knows what was erased before
// the first payload.
func (b backup) absences() error {
	it := b.tx.NewIterator(keysOnly(keyAbsence))
	defer it.Close()
	var absent []BackupAbsence
	for it.Rewind(); it.Valid(); it.Next() {
		d := signing.Digest(it.Item().Key()[1:])
		why, known, err := b.absence(b.tx, d)
		if err != nil {
			return err
		}
		if known && (why == review.Withheld || why == review.Erased) {
			absent = append(absent, BackupAbsence{review.DocumentID(d.String()), why.String()})
		}
		if len(absent) == maxBackupAbsences {
			if err := b.w.Write(BackupLine{Absent: absent}); err != nil {
				return err
			}
			absent = nil
		}
	}
	if len(absent) == 0 {
		return nil
	}
	return b.w.Write(BackupLine{Absent: absent})
}

// logs are read by number: an iteration over them could end early unnoticed.
func (b backup) logs(ctx context.Context, marks map[review.Origin]BackupMark) error {
	value, ok, err := b.get(b.tx, []byte{keyCounters})
	if err != nil {
		return err
	}
	c, well := parseCounters(value)
	if !ok || !well {
		return b.damage("the count of logs")
	}
	found := 0
	for n := range c.logs {
		l, err := b.loadLog(b.tx, n)
		if err != nil {
			return err
		}
		mark, known := marks[l.origin]
		if known {
			found++
		}
		if err := b.log(ctx, l, mark); err != nil {
			return err
		}
	}
	if found < len(marks) {
		return fmt.Errorf("%w: it has a log that is not here", ErrBackupBase)
	}
	return nil
}

func (b backup) log(ctx context.Context, l *log, mark BackupMark) error {
	size := l.noted.checkpoint.Size
	if mark.Size > size {
		return fmt.Errorf("%w: it has %d records of %s, here are %d", ErrBackupBase, mark.Size, l.origin, size)
	}
	if root, err := b.rootAt(b.tx, l, mark.Size); err != nil {
		return err
	} else if mark.Size > 0 && root != mark.Root {
		return fmt.Errorf("%w: it has other records of %s", ErrBackupBase, l.origin)
	}
	if size == 0 {
		return nil
	}
	for from := mark.Size; from < size; {
		if err := ctx.Err(); err != nil {
			return err
		}
		tail, err := b.tail(l, from, size)
		if err != nil {
			return err
		}
		if err := b.w.Write(BackupLine{Tail: tail}); err != nil {
			return err
		}
		from += uint64(len(tail.Entries))
	}
	return b.w.Write(BackupLine{Head: &BackupHead{l.origin, size, l.noted.checkpoint.Root}})
}

// tail is a run of records that fits one line.
func (b backup) tail(l *log, from, size uint64) (*BackupTail, error) {
	t := &BackupTail{Log: l.origin, From: from, Note: string(l.noted.note)}
	for bytes, index := 0, from; index < size && len(t.Entries) < MaxBatch && bytes < backupRun; index++ {
		r, err := b.record(b.tx, l, index)
		if err != nil {
			return nil, err
		}
		e := BackupEntry{Digest: r.Leaf.Digest.String(), Signature: r.Leaf.Signature, Key: []byte(r.Leaf.Key), Payload: r.Payload}
		if r.Absence != review.Present {
			e.Absence = r.Absence.String()
		}
		t.Entries = append(t.Entries, e)
		bytes += len(r.Payload)
	}
	if end := from + uint64(len(t.Entries)); end < size {
		var err error
		if t.Proof, err = tlog.ProveTree(int64(size), int64(end), b.hashes(b.tx, l)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// arrived are payloads of records that an earlier part has without them.
func (b backup) arrived(ctx context.Context, absent map[review.DocumentID]string) error {
	for id := range absent {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, err := signing.ParseDigest(string(id))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBackupBase, err)
		}
		payload, why, err := b.content(b.tx, d, nil)
		if err != nil {
			return err
		}
		if why == review.Present {
			if err := b.w.Write(BackupLine{Payload: payload}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b backup) fences() error {
	return b.named(keyFence, func(name, value []byte) error {
		return b.w.Write(BackupLine{Fence: &BackupFence{review.Origin(name), string(value)}})
	})
}

func (b backup) witnessed() error {
	return b.named(keyWitness, func(name, value []byte) error {
		c, at, ok := parseWitness(value)
		if !ok {
			return b.damage("the witness's state of %s", name)
		}
		return b.w.Write(BackupLine{Witness: &BackupWitness{review.Origin(name), c.Size, c.Root, at.Unix()}})
	})
}

// named calls f for all keys of a prefix that end in a name.
func (b backup) named(prefix byte, f func(name, value []byte) error) error {
	it := b.tx.NewIterator(keysOnly(prefix))
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		key := it.Item().KeyCopy(nil)
		value, ok, err := b.get(b.tx, key)
		if err != nil {
			return err
		}
		if ok {
			if err := f(key[1:], value); err != nil {
				return err
			}
		}
	}
	return nil
}

// Follow takes note of a line of the next part.
func (s *BackupState) Follow(l *BackupLine) error {
	switch {
	case l.Backup != nil:
		h := l.Backup
		switch {
		case h.Version != BackupVersion:
			return fmt.Errorf("%w: it is of version %d, this program reads %d: use the version that wrote it", ErrBackup, h.Version, BackupVersion)
		case h.Part != s.Header.Part+1 || h.Previous != s.Digest || s.Digest != "" && (h.ID != s.Header.ID || h.Federation != s.Header.Federation || h.Participant != s.Header.Participant):
			return fmt.Errorf("%w: part %d does not follow part %d", ErrBackup, h.Part, s.Header.Part)
		}
		*s = BackupState{Header: *h, Logs: cloned(s.Logs), Absent: cloned(s.Absent), Attachments: cloned(s.Attachments)}
	case s.Header.Part == 0 || s.Digest != "":
		return fmt.Errorf("%w: it does not begin with what it is of", ErrBackup)
	case l.Tail != nil:
		for _, e := range l.Tail.Entries {
			if e.Absence != "" {
				s.Absent[review.DocumentID(e.Digest)] = e.Absence
			}
		}
	case l.Payload != nil:
		delete(s.Absent, review.DocumentID(signing.PayloadDigest(l.Payload).String()))
	case l.Absent != nil:
		for _, a := range l.Absent {
			s.Absent[a.ID] = a.Why
		}
	case l.Head != nil:
		s.Logs[l.Head.Log] = BackupMark{l.Head.Size, l.Head.Root}
	case l.Attachment != nil:
		s.Attachments[l.Attachment.Digest] = l.Attachment.Size
	case l.End != nil:
		s.Digest = l.End.Digest
	}
	return nil
}

func cloned[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m))
	maps.Copy(c, m)
	return c
}
