package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"reflect"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// ErrBackup means that bytes are not a backup, or that the backup is damaged or
// not whole.
var ErrBackup = errors.New("store: not a whole backup")

// BackupLine is one line of a part of a backup, in JSON; BACKUP.md specifies
// them. Exactly one field is set.
type BackupLine struct {
	Backup     *BackupHeader     `json:"backup,omitempty"` // the first line
	Charters   []byte            `json:"charters,omitempty"`
	File       *BackupFile       `json:"file,omitempty"`
	Absent     []BackupAbsence   `json:"absent,omitempty"`
	Withdrawn  []string          `json:"withdrawn,omitempty"` // attachments that were erased, by digest
	Tail       *BackupTail       `json:"tail,omitempty"`
	Payload    []byte            `json:"payload,omitempty"`
	Head       *BackupHead       `json:"head,omitempty"`
	Fence      *BackupFence      `json:"fence,omitempty"`
	Witness    *BackupWitness    `json:"witness,omitempty"`
	Attachment *BackupAttachment `json:"attachment,omitempty"`
	End        *BackupEnd        `json:"end,omitempty"` // the last line
}

// BackupHeader says what a part is of.
type BackupHeader struct {
	Version     int                  `json:"version"`
	ID          string               `json:"id"`                 // random, one for all parts
	Part        int                  `json:"part"`               // 1, 2, ...
	Previous    string               `json:"previous,omitempty"` // digest of the part before
	Created     string               `json:"created"`            // RFC 3339, UTC
	Participant review.ParticipantID `json:"participant"`
	Federation  review.DocumentID    `json:"federation"`
	Log         review.Origin        `json:"log"` // the node's own
}

// BackupFile is a file of the home.
type BackupFile struct {
	Name string `json:"name"` // with / between folder and file
	Data []byte `json:"data"`
}

// BackupAbsence is a document whose payload was deleted: withheld or erased.
type BackupAbsence struct {
	ID  review.DocumentID `json:"id"`
	Why string            `json:"why"`
}

// BackupTail is a run of a log's records; see Tail.
type BackupTail struct {
	Log     review.Origin  `json:"log"`
	From    uint64         `json:"from"`
	Note    string         `json:"note"`
	Proof   tlog.TreeProof `json:"proof,omitempty"`
	Entries []BackupEntry  `json:"entries"`
}

// BackupEntry is a record without its place.
type BackupEntry struct {
	Digest    string `json:"digest"`
	Signature []byte `json:"signature"`
	Key       []byte `json:"key"`
	Payload   []byte `json:"payload,omitempty"`
	Absence   string `json:"absence,omitempty"` // why there is none
}

// BackupHead is how far all parts up to this one hold a log.
type BackupHead struct {
	Log  review.Origin `json:"log"`
	Size uint64        `json:"size"`
	Root tlog.Hash     `json:"root"`
}

// BackupFence is a log that is never signed again, and why.
type BackupFence struct {
	Log    review.Origin `json:"log"`
	Reason string        `json:"reason"`
}

// BackupWitness is what the node cosigned last for a log.
type BackupWitness struct {
	Log  review.Origin `json:"log"`
	Size uint64        `json:"size"`
	Root tlog.Hash     `json:"root"`
	Time int64         `json:"time"` // seconds since 1970
}

// BackupAttachment is a piece of an attachment's file; pieces follow each other.
type BackupAttachment struct {
	Digest string `json:"digest"`
	Size   int64  `json:"size"` // of the whole file
	Offset int64  `json:"offset"`
	Data   []byte `json:"data"`
}

// BackupEnd ends a part.
type BackupEnd struct {
	Lines  uint64 `json:"lines"`  // before this one
	Digest string `json:"digest"` // SHA-256 of them, with their line feeds
}

// BackupWriter writes one part.
type BackupWriter struct {
	w     io.Writer
	sum   hash.Hash
	lines uint64
}

func NewBackupWriter(w io.Writer) *BackupWriter { return &BackupWriter{w: w, sum: sha256.New()} }

// Write writes a line.
func (w *BackupWriter) Write(l BackupLine) error {
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	w.sum.Write(b)
	w.lines++
	_, err = w.w.Write(b)
	return err
}

// End writes the last line: without it the part is not whole.
func (w *BackupWriter) End() error {
	return w.Write(BackupLine{End: &BackupEnd{Lines: w.lines, Digest: hex.EncodeToString(w.sum.Sum(nil))}})
}

// BackupReader reads one part, line by line.
type BackupReader struct {
	r      *bufio.Reader
	sum    hash.Hash
	lines  uint64
	digest string // once the end was read
}

func NewBackupReader(r io.Reader) *BackupReader {
	return &BackupReader{r: bufio.NewReaderSize(r, 256<<10), sum: sha256.New()}
}

// Read is the next line; after the last, which it has held against the lines
// before, io.EOF. What is wrong with the bytes is an ErrBackup.
func (r *BackupReader) Read() (*BackupLine, error) {
	b, err := r.line()
	if r.digest != "" {
		if err == io.EOF && len(b) == 0 {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("%w: something follows its end", ErrBackup)
	}
	if err == io.EOF {
		return nil, fmt.Errorf("%w: it ends after %d lines, in the middle", ErrBackup, r.lines)
	}
	if err != nil {
		return nil, err
	}
	l, err := parseBackupLine(b[:len(b)-1])
	if err != nil {
		return nil, fmt.Errorf("%w: line %d: %w", ErrBackup, r.lines+1, err)
	}
	if l.End != nil {
		want, _ := json.Marshal(BackupLine{End: &BackupEnd{r.lines, hex.EncodeToString(r.sum.Sum(nil))}})
		if !bytes.Equal(b[:len(b)-1], want) { // decoding alone folds case
			return nil, fmt.Errorf("%w: its digest is not that of its %d lines", ErrBackup, r.lines)
		}
		r.digest = l.End.Digest
	}
	r.sum.Write(b)
	r.lines++
	return l, nil
}

// line reads up to a line feed, within the limit.
func (r *BackupReader) line() (b []byte, err error) {
	for {
		piece, err := r.r.ReadSlice('\n')
		b = append(b, piece...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return b, err
		}
		if len(b) > maxBackupLine {
			return nil, fmt.Errorf("%w: line %d is longer than %d bytes", ErrBackup, r.lines+1, maxBackupLine)
		}
	}
}

func parseBackupLine(b []byte) (*BackupLine, error) {
	var l BackupLine
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one object")
	}
	v, n := reflect.ValueOf(l), 0
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			n++
		}
	}
	if n != 1 {
		return nil, fmt.Errorf("%d things on one line", n)
	}
	return &l, nil
}

var absences = []review.Absence{review.Missing, review.Sealed, review.Withheld, review.Erased}

func parseAbsenceWord(word string) (review.Absence, bool) {
	for _, a := range absences {
		if a.String() == word {
			return a, true
		}
	}
	return review.Missing, false
}

// entry is what the line says.
func (e *BackupEntry) entry() (Entry, error) {
	digest, err := signing.ParseDigest(e.Digest)
	if err != nil {
		return Entry{}, err
	}
	key, err := signing.ParseDocumentKey(e.Key)
	if err != nil {
		return Entry{}, err
	}
	entry := Entry{Leaf: signing.Leaf{Digest: digest, Signature: e.Signature, Key: key}, Payload: e.Payload}
	if len(e.Signature) > signing.MaxSignature {
		return Entry{}, fmt.Errorf("a signature of %d bytes", len(e.Signature))
	}
	if len(e.Payload) == 0 {
		why, ok := parseAbsenceWord(e.Absence)
		if !ok {
			return Entry{}, fmt.Errorf("neither a payload nor why there is none (%.20q)", e.Absence)
		}
		entry.Absence = why
	} else if e.Absence != "" || signing.PayloadDigest(e.Payload) != digest {
		return Entry{}, fmt.Errorf("the payload of document %s is another's", digest)
	}
	return entry, nil
}
