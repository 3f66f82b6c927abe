package store

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// BackupCheck follows all parts of a backup, and holds each line against its
// checkpoint or digest: payloads, signatures and trees are recomputed. Whose
// signatures the notes carry is for the caller to check, once Notes are all
// there.
type BackupCheck struct {
	State BackupState
	Notes map[review.Origin][]byte // of exactly State.Logs[origin].Size

	trees map[review.Origin]*tree
	piece attachmentPieces
}

// Line checks the next line. Of a tail it gives the records, ready for Extend.
func (c *BackupCheck) Line(l *BackupLine) (tail *Tail, err error) {
	if err := c.State.Follow(l); err != nil {
		return nil, err
	}
	if c.trees == nil {
		c.trees, c.Notes = map[review.Origin]*tree{}, map[review.Origin][]byte{}
	}
	if l.Attachment == nil {
		if err := c.piece.done(); err != nil {
			return nil, err
		}
	}
	switch {
	case l.Tail != nil:
		return c.tail(l.Tail)
	case l.Head != nil:
		h := l.Head
		if t := c.trees[h.Log]; t == nil || t.size != h.Size || t.root() != h.Root {
			return nil, fmt.Errorf("%w: the records of %s are not all there", ErrBackup, h.Log)
		}
		note, err := signing.PeekCheckpoint(c.Notes[h.Log])
		if err != nil || note != (signing.Checkpoint{Origin: string(h.Log), Size: h.Size, Root: h.Root}) {
			return nil, fmt.Errorf("%w: no checkpoint covers all records of %s", ErrBackup, h.Log)
		}
	case l.Attachment != nil:
		return nil, c.piece.add(l.Attachment)
	}
	return nil, nil
}

func (c *BackupCheck) tail(t *BackupTail) (*Tail, error) {
	checkpoint, err := signing.PeekCheckpoint([]byte(t.Note))
	if err != nil || checkpoint.Origin != string(t.Log) || boundSize(checkpoint) != nil {
		return nil, fmt.Errorf("%w: records of %s without its checkpoint", ErrBackup, t.Log)
	}
	tail := &Tail{Origin: t.Log, From: t.From, Checkpoint: checkpoint, Note: []byte(t.Note), Proof: t.Proof}
	if tail.Entries, err = backupEntries(t); err != nil {
		return nil, err
	}
	grown := c.trees[t.Log]
	if grown == nil {
		grown = &tree{}
		c.trees[t.Log] = grown
	}
	if len(tail.Entries) == 0 || t.From != grown.size {
		return nil, fmt.Errorf("%w: records of %s from %d on follow %d records", ErrBackup, t.Log, t.From, grown.size)
	}
	for _, e := range tail.Entries {
		grown.grow(e.Leaf.Hash(), func(int, uint64, tlog.Hash) {})
	}
	if grown.size > checkpoint.Size || !committed(*grown, *tail) {
		return nil, fmt.Errorf("%w: records %d to %d of %s are not those that its checkpoint commits to", ErrBackup, t.From, grown.size, t.Log)
	}
	c.Notes[t.Log] = tail.Note
	return tail, nil
}

// backupEntries reads entries and verifies their signatures, on all cores.
func backupEntries(t *BackupTail) ([]Entry, error) {
	entries := make([]Entry, len(t.Entries))
	errs := make([]error, len(t.Entries))
	var wg sync.WaitGroup
	for start, n := 0, runtime.GOMAXPROCS(0); start < min(n, len(entries)); start++ {
		wg.Go(func() {
			for i := start; i < len(entries); i += n {
				if entries[i], errs[i] = t.Entries[i].entry(); errs[i] == nil {
					entries[i].Genuine = entries[i].Leaf.Genuine()
				}
			}
		})
	}
	wg.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return nil, fmt.Errorf("%w: record %d of %s: %w", ErrBackup, t.From+uint64(i), t.Log, errs[i])
	}
	return entries, nil
}

// attachmentPieces follows the pieces of one attachment's file: its manifest,
// a line feed and its content.
type attachmentPieces struct {
	digest   string
	size     int64
	bytes    []byte // not checked yet
	at       int64  // bytes that came
	manifest *review.AttachmentManifest
	chunk    int // the next one's number
}

func (p *attachmentPieces) add(a *BackupAttachment) error {
	if p.digest == "" {
		*p = attachmentPieces{digest: a.Digest, size: a.Size}
	}
	if a.Digest != p.digest || a.Size != p.size || a.Offset != p.at || len(a.Data) == 0 {
		return fmt.Errorf("%w: a piece of attachment %.64s is missing", ErrBackup, p.digest)
	}
	p.bytes, p.at = append(p.bytes, a.Data...), p.at+int64(len(a.Data))
	if err := p.check(); err != nil {
		return fmt.Errorf("%w: attachment %.64s: %w", ErrBackup, p.digest, err)
	}
	return nil
}

// check checks the chunks that are whole.
func (p *attachmentPieces) check() (err error) {
	if p.manifest == nil {
		head, rest, whole := bytes.Cut(p.bytes, []byte("\n"))
		if !whole {
			if len(p.bytes) > review.MaxManifest {
				return errors.New("it has no manifest")
			}
			return nil
		}
		m, err := review.ParseAttachmentManifest(head)
		if err != nil {
			return err
		}
		if string(m.Digest()) != p.digest || p.size != int64(len(head))+1+m.Size {
			return errors.New("it has another one's manifest")
		}
		p.manifest, p.bytes = &m, rest
	}
	for p.chunk < len(p.manifest.Chunks) {
		n := p.manifest.Length(p.chunk)
		if int64(len(p.bytes)) < n {
			return nil
		}
		if err := p.manifest.Chunk(p.chunk, p.bytes[:n]); err != nil {
			return err
		}
		p.bytes, p.chunk = p.bytes[n:], p.chunk+1
	}
	if p.at != p.size || len(p.bytes) > 0 {
		return errors.New("it has another size")
	}
	*p = attachmentPieces{}
	return nil
}

func (p *attachmentPieces) done() error {
	if p.digest != "" {
		return fmt.Errorf("%w: the attachment %.64s is not all there", ErrBackup, p.digest)
	}
	return nil
}

// RestoreLine writes what a checked line has for the database; tail is what the
// check gave. gone are the documents that the last part lists as withheld or
// erased: their payloads are not written, whatever part has them. The database
// is to be new, and no log in it open for writing.
func (s *Store) RestoreLine(l *BackupLine, tail *Tail, gone map[review.DocumentID]review.Absence) error {
	switch {
	case tail != nil:
		for i := range tail.Entries {
			e := &tail.Entries[i]
			if why, ok := gone[review.DocumentID(e.Leaf.Digest.String())]; ok {
				e.Payload, e.Absence = nil, why
			}
		}
		_, err := s.Extend(*tail)
		return err
	case l.Payload != nil:
		id := review.DocumentID(signing.PayloadDigest(l.Payload).String())
		if _, ok := gone[id]; ok {
			return nil
		}
		return s.Reveal(l.Payload)
	case l.Fence != nil:
		return s.Fence(l.Fence.Log, l.Fence.Reason)
	case l.Witness != nil:
		old, _ := s.Witnessed(l.Witness.Log) // of an earlier part
		c := signing.Checkpoint{Origin: string(l.Witness.Log), Size: l.Witness.Size, Root: l.Witness.Root}
		return s.Witness(l.Witness.Log, old.Size, c, time.Unix(l.Witness.Time, 0).UTC())
	}
	return nil
}

// Gone are the documents whose payload was withheld or erased, as a line says.
func (l *BackupLine) Gone() (map[review.DocumentID]review.Absence, error) {
	gone := make(map[review.DocumentID]review.Absence, len(l.Absent))
	for _, a := range l.Absent {
		why, ok := parseAbsenceWord(a.Why)
		if !ok || why != review.Withheld && why != review.Erased {
			return nil, fmt.Errorf("%w: document %.64s is %.20q", ErrBackup, a.ID, a.Why)
		}
		gone[a.ID] = why
	}
	return gone, nil
}
