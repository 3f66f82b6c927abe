package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/store"
)

// Backup writes the lines of the next part of a backup: what the node holds
// and the parts before do not. Keys and the instance are not in it.
func (n *Node) Backup(ctx context.Context, since store.BackupState, w io.Writer) error {
	lines := store.NewBackupWriter(w)
	if err := lines.Write(backupHeader(n.config, since, n.origin)); err != nil {
		return err
	}
	whole, erased := n.attachments.List()
	if err := withdrawnLines(lines, erased); err != nil {
		return err
	}
	if err := n.store.Backup(ctx, since, lines); err != nil {
		return err
	}
	for _, id := range whole {
		if _, known := since.Attachments[string(id)]; known {
			continue
		}
		if err := n.backupAttachment(ctx, lines, id); err != nil {
			return err
		}
	}
	charters, err := n.Federation(ctx) // after the logs: it names the keys of all of them
	if err != nil {
		return err
	}
	if err := lines.Write(store.BackupLine{Charters: charters}); err != nil {
		return err
	}
	for _, name := range backupFiles {
		if err := n.home.backupFile(lines, name); err != nil {
			return err
		}
	}
	return lines.End()
}

// withdrawnLines name what was erased, for a restore to know before it comes to
// the attachments of earlier parts.
func withdrawnLines(w *store.BackupWriter, erased []review.DocumentID) error {
	for some := range slices.Chunk(erased, backupNames) {
		l := store.BackupLine{}
		for _, id := range some {
			l.Withdrawn = append(l.Withdrawn, string(id))
		}
		if err := w.Write(l); err != nil {
			return err
		}
	}
	return nil
}

// backupAttachment writes one file. One that was erased meanwhile is left out;
// one that is damaged shows when the lines are checked, so it is read first.
func (n *Node) backupAttachment(ctx context.Context, w *store.BackupWriter, id review.DocumentID) error {
	err := n.attachments.Content(id, 0, func([]byte) error { return ctx.Err() })
	if damage := (*store.DamageError)(nil); errors.Is(err, store.ErrNotFound) || errors.As(err, &damage) {
		n.logger.Warn("attachment not in the backup", "id", id, "err", err)
		return nil // the next part has it, once it came again
	}
	if err != nil {
		return err
	}
	f, err := n.attachments.Open(id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	piece := make([]byte, backupPiece)
	for at := int64(0); at < info.Size(); {
		m, err := io.ReadFull(f, piece)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if err := w.Write(store.BackupLine{Attachment: &store.BackupAttachment{Digest: string(id), Size: info.Size(), Offset: at, Data: piece[:m]}}); err != nil {
			return err
		}
		at += int64(m)
	}
	return nil
}

// backupLines is Backup for a command that asks over the socket.
func (n *Node) backupLines(ctx context.Context, since []byte, w io.Writer) error {
	var state store.BackupState
	if err := json.Unmarshal(since, &state); err != nil {
		return &web.AnswerError{Status: http.StatusBadRequest, Code: "backup", Message: "what the backup holds so far cannot be read: " + err.Error()}
	}
	err := n.Backup(ctx, state, w)
	if errors.Is(err, store.ErrBackupBase) {
		return &web.AnswerError{Status: http.StatusConflict, Code: "backup", Message: err.Error() + "; begin anew with --full"}
	}
	return err
}

// backupFiles are the home's files in a backup. By config.yaml a folder is a
// home, so whoever restores writes it last.
var backupFiles = []string{"card.json", "federation.jsonl", "config.yaml"}

func (h Home) backupFile(w *store.BackupWriter, name string) error {
	b, err := os.ReadFile(h.path(name))
	if errors.Is(err, fs.ErrNotExist) && name == "card.json" {
		return nil // not there after `init --recover`
	}
	if err != nil {
		return err
	}
	return w.Write(store.BackupLine{File: &store.BackupFile{Name: name, Data: b}})
}

func backupHeader(c Config, since store.BackupState, own review.Origin) store.BackupLine {
	id := since.Header.ID
	if id == "" {
		id = NewSalt()
	}
	return store.BackupLine{Backup: &store.BackupHeader{
		Version: store.BackupVersion, ID: id, Part: since.Header.Part + 1, Previous: since.Digest, Created: Now(),
		Participant: c.Participant, Federation: c.Federation, Log: own,
	}}
}

// backupNote is HOME/backups/<id>.json: what a backup holds so far, so that the
// next part is added without anybody's private key.
type backupNote struct {
	Size  int64             `json:"size"` // of the file, in bytes
	State store.BackupState `json:"state"`
}

func (h Home) backupNoteFile(id string) string { return h.path("backups/" + id + ".json") }

// BackupOptions say where a backup goes.
type BackupOptions struct {
	File string // made, or continued if it is there
	Full bool   // begin anew, in place of what is there
	To   []age.Recipient
	// Source writes the lines of the next part: a running node's, or Node.Backup.
	Source func(ctx context.Context, since store.BackupState, w io.Writer) error
}

// BackedUp is what a backup holds now.
type BackedUp struct {
	State store.BackupState
	Size  int64 // of the file, in bytes
	// Erased is how many documents were erased after an earlier part was made,
	// which still has their text.
	Erased int
}

// WriteBackup makes a backup of a home, or adds to one what is new.
func WriteBackup(ctx context.Context, h Home, o BackupOptions) (*BackedUp, error) {
	var base *BackupFile
	var since store.BackupState
	if _, err := os.Stat(o.File); err == nil && !o.Full {
		if base, err = OpenBackupFile(o.File); err != nil {
			return nil, fmt.Errorf("%w; to begin anew in its place use --full", err)
		}
		defer base.Close()
		if since, err = h.continued(base); err != nil {
			return nil, fmt.Errorf("%s: %w", o.File, err)
		}
	}
	next := since
	keep := since.Header.Part
	id := since.Header.ID
	if id == "" {
		id = NewSalt()
		since.Header.ID = id
	}
	before := erasedIn(since)
	err := AppendBackupPart(o.File, base, keep, id, o.To, func(w io.Writer) error {
		// What is written is also read: a source that breaks off makes no backup.
		r, pipe := io.Pipe()
		read := make(chan error, 1)
		go func() {
			err := follow(r, &next)
			r.CloseWithError(err)
			read <- err
		}()
		err := o.Source(ctx, since, io.MultiWriter(w, pipe))
		pipe.CloseWithError(err)
		if followed := <-read; err == nil {
			err = followed
		}
		return err
	})
	if errors.Is(err, store.ErrBackupBase) {
		err = fmt.Errorf("%s: %w; begin anew in its place with --full", o.File, err)
	}
	if err != nil {
		return nil, err
	}
	b := &BackedUp{State: next}
	if keep > 0 {
		b.Erased = erasedIn(next) - before
	}
	if f, err := os.Stat(o.File); err == nil {
		b.Size = f.Size()
	}
	return b, h.noteBackup(backupNote{b.Size, next})
}

// follow reads lines to their end.
func follow(r io.Reader, state *store.BackupState) error {
	lines := store.NewBackupReader(r)
	for {
		l, err := lines.Read()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = state.Follow(l)
		}
		if err != nil {
			return err
		}
	}
}

func erasedIn(s store.BackupState) (n int) {
	for _, why := range s.Absent {
		if why == review.Erased.String() {
			n++
		}
	}
	return n
}

// continued is what a file holds, as this home noted when it wrote it. A part
// that was written and not noted, as before a power cut, is written again.
func (h Home) continued(b *BackupFile) (store.BackupState, error) {
	var note backupNote
	file, err := os.ReadFile(h.backupNoteFile(b.ID))
	if errors.Is(err, fs.ErrNotExist) {
		return note.State, fmt.Errorf("this home did not write it or forgot how far it goes: name another file, or begin anew in its place with --full")
	}
	if err != nil {
		return note.State, err
	}
	if err := json.Unmarshal(file, &note); err != nil {
		return note.State, fmt.Errorf("%s cannot be read (%w): begin anew with --full", h.backupNoteFile(b.ID), err)
	}
	if parts := note.State.Header.Part; parts < 1 || b.Size(parts) != note.Size {
		return note.State, fmt.Errorf("it is not as this home left it, with %d parts of %d bytes: name another file, or begin anew in its place with --full", parts, note.Size)
	}
	return note.State, nil
}

// noteBackup keeps the note, and forgets the oldest ones.
func (h Home) noteBackup(n backupNote) error {
	if err := os.MkdirAll(h.path("backups"), 0o700); err != nil {
		return err
	}
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if err := replaceFile(h.backupNoteFile(n.State.Header.ID), b, 0o600); err != nil {
		return err
	}
	notes, err := os.ReadDir(h.path("backups"))
	if err != nil {
		return err
	}
	for len(notes) > maxBackupNotes {
		oldest := 0
		for i := range notes {
			if older(notes[i], notes[oldest]) {
				oldest = i
			}
		}
		if err := os.Remove(h.path("backups/" + notes[oldest].Name())); err != nil {
			return err
		}
		notes = append(notes[:oldest], notes[oldest+1:]...)
	}
	return nil
}

// LastBackup is when a backup of this home was made last, as far as it knows:
// of those that a file system's snapshot or another program made it does not.
func (h Home) LastBackup() (at time.Time, known bool) {
	notes, err := os.ReadDir(h.path("backups"))
	if err != nil {
		return at, false
	}
	for _, note := range notes {
		if info, err := note.Info(); err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
	}
	return at, !at.IsZero()
}

func older(a, b fs.DirEntry) bool {
	ai, aerr := a.Info()
	bi, berr := b.Info()
	return aerr == nil && berr == nil && ai.ModTime().Before(bi.ModTime())
}

// BackupKeys writes the home's private keys to a file of their own, as they
// are: most have a password of their own besides.
func BackupKeys(h Home, file string, to []age.Recipient) error {
	config, err := h.Config()
	if err != nil {
		return err
	}
	names, err := filepath.Glob(h.path("keys/*.pem"))
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("there is no key in %s", h.path("keys"))
	}
	id := NewSalt()
	return AppendBackupPart(file, nil, 0, id, to, func(w io.Writer) error {
		lines := store.NewBackupWriter(w)
		if err := lines.Write(backupHeader(config, store.BackupState{Header: store.BackupHeader{ID: id}}, "")); err != nil {
			return err
		}
		for _, name := range names {
			if err := h.backupFile(lines, "keys/"+filepath.Base(name)); err != nil {
				return err
			}
		}
		return lines.End()
	})
}

// isKeyName is whether a backup's file is one of keys/.
func isKeyName(name string) bool {
	base, ok := strings.CutPrefix(name, "keys/")
	return ok && filepath.Base(base) == base && strings.HasSuffix(base, ".pem") && !strings.HasPrefix(base, ".")
}
