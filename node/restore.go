package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"filippo.io/age"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Verified is what a backup was found to hold.
type Verified struct {
	store.BackupState
	Records uint64
	Missing int // documents whose payload had not arrived
	Gone    int // documents whose payload was withheld or erased
}

// VerifyBackup reads a backup whole and checks everything in it: payloads and
// signatures of all records, the logs' trees against their checkpoints, the
// checkpoints' signatures against the charters in it. Its error is an
// store.ErrBackup, signing.ErrCheckpoint, or from reading.
func VerifyBackup(ctx context.Context, b *BackupFile, identities []age.Identity) (*Verified, error) {
	r := backupReading{ctx: ctx, identities: identities}
	if err := r.read(b, nil); err != nil {
		return nil, err
	}
	return r.verified()
}

// backupReading reads all parts of a backup and checks them.
type backupReading struct {
	ctx        context.Context
	identities []age.Identity
	check      store.BackupCheck
	files      map[string][]byte // of the last part
	charters   []byte
}

// read hands each line that was checked to use, which may be nil.
func (r *backupReading) read(b *BackupFile, use func(*store.BackupLine, *store.Tail) error) error {
	for part := range b.Parts {
		r.files = map[string][]byte{}
		err := b.read(part+1, r.identities, func(l *store.BackupLine) error {
			if err := r.ctx.Err(); err != nil {
				return err
			}
			tail, err := r.check.Line(l)
			switch {
			case err != nil:
				return err
			case l.Charters != nil:
				r.charters = l.Charters
			case l.File != nil:
				r.files[l.File.Name] = l.File.Data
			case use != nil:
				return use(l, tail)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// verified holds the checkpoints against the keys that the charters name.
func (r *backupReading) verified() (*Verified, error) {
	v := &Verified{BackupState: r.check.State}
	f, err := review.ReadFounding(r.charters)
	if err != nil {
		return nil, fmt.Errorf("%w: its charters: %w", store.ErrBackup, err)
	}
	if f.Genesis.ID != v.Header.Federation {
		return nil, fmt.Errorf("%w: its charters are of another federation", store.ErrBackup)
	}
	for origin, mark := range v.Logs {
		v.Records += mark.Size
		log, ok := f.Chain.Log(origin)
		if !ok {
			return nil, fmt.Errorf("%w: no charter in it names the log %s", signing.ErrCheckpoint, origin)
		}
		if _, err := signing.OpenCheckpoint(r.check.Notes[origin], string(origin), log.LogKey); err != nil {
			return nil, err
		}
	}
	for _, why := range v.Absent {
		if why == review.Erased.String() || why == review.Withheld.String() {
			v.Gone++
		} else {
			v.Missing++
		}
	}
	return v, nil
}

// restoring is a file that stands in a home while it is being restored.
const restoring = "restore-incomplete"

// Restore makes a home from a backup, in an empty folder or one in which a
// restore was interrupted. The folder becomes a home in the last step. The log
// of the backup is never signed again there: OpenEpoch opens the next one.
// Private keys come from a backup of their own; keys may be nil.
func Restore(ctx context.Context, h Home, b, keys *BackupFile, identities []age.Identity, o store.Options) (*Verified, error) {
	if err := h.clearForRestore(); err != nil {
		return nil, err
	}
	v, err := h.restore(ctx, b, keys, identities, o)
	if err != nil {
		return nil, errors.Join(err, h.clearForRestore(), os.Remove(h.path(restoring)))
	}
	return v, os.Remove(h.path(restoring))
}

// clearForRestore leaves an empty folder with the mark of a restore in it, or
// refuses to.
func (h Home) clearForRestore() error {
	if err := os.MkdirAll(string(h), 0o700); err != nil {
		return err
	}
	found, err := os.ReadDir(string(h))
	if err != nil {
		return err
	}
	marked := func(name string) bool {
		return slices.ContainsFunc(found, func(f fs.DirEntry) bool { return f.Name() == name })
	}
	if len(found) > 0 && (!marked(restoring) || marked("config.yaml")) {
		return fmt.Errorf("%s is not empty (there is %s): a backup is restored into an empty folder only; name another one with --home", h, found[0].Name())
	}
	if err := replaceFile(h.path(restoring), []byte("a backup is being restored here; run the same command again if it was interrupted\n"), 0o600); err != nil {
		return err
	}
	for _, f := range found {
		if f.Name() != restoring {
			if err := os.RemoveAll(h.path(f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h Home) restore(ctx context.Context, b, keys *BackupFile, identities []age.Identity, o store.Options) (*Verified, error) {
	gone, withdrawn, err := b.gone(identities)
	if err != nil {
		return nil, err
	}
	files, err := store.OpenAttachments(h.Attachments(), store.AttachmentOptions{Quota: maxAttachmentMiB << 20, MinFree: o.MinFree, FreeSpace: o.FreeSpace})
	if err != nil {
		return nil, err
	}
	for id := range withdrawn {
		if err := files.Erase(id); err != nil {
			return nil, err
		}
	}
	db, err := store.Open(h.Database(), o)
	if err != nil {
		return nil, err
	}
	r := backupReading{ctx: ctx, identities: identities}
	err = r.read(b, func(l *store.BackupLine, tail *store.Tail) error {
		if l.Attachment != nil {
			return files.Restore(l.Attachment)
		}
		return db.RestoreLine(l, tail, gone)
	})
	var v *Verified
	if err == nil {
		v, err = r.verified()
	}
	if err == nil {
		err = disown(db, v)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	if keys != nil {
		if err := h.restoreKeys(ctx, keys, v, identities); err != nil {
			return nil, err
		}
	}
	for _, name := range backupFiles {
		if data := r.files[name]; data != nil {
			if err := replaceFile(h.path(name), data, 0o600); err != nil {
				return nil, err
			}
		}
	}
	if _, err := h.Config(); err != nil {
		return nil, fmt.Errorf("%w: its config.yaml: %w", store.ErrBackup, err)
	}
	return v, store.SyncFolder(string(h))
}

// gone are the documents that the last part says were withheld or erased, and
// the attachments that were erased. They stand before everything else there.
func (b *BackupFile) gone(identities []age.Identity) (gone map[review.DocumentID]review.Absence, withdrawn map[review.DocumentID]bool, err error) {
	gone, withdrawn = map[review.DocumentID]review.Absence{}, map[review.DocumentID]bool{}
	done := errors.New("read")
	err = b.read(b.Parts, identities, func(l *store.BackupLine) error {
		if l.Backup == nil && l.Absent == nil && l.Withdrawn == nil {
			return done
		}
		for _, id := range l.Withdrawn {
			withdrawn[review.DocumentID(id)] = true
		}
		more, err := l.Gone()
		for id, why := range more {
			gone[id] = why
		}
		return err
	})
	if err != nil && !errors.Is(err, done) {
		return nil, nil, err
	}
	return gone, withdrawn, nil
}

// disown sees to it that this database never signs a log which went on after
// the backup: the logs of the participant are fenced, and the database has an
// instance that no home has.
func disown(db *store.Store, v *Verified) error {
	reason := "it comes from a backup of " + v.Header.Created
	for _, l := range db.Heads() {
		if _, p, _, _, err := l.Origin.Split(); err == nil && p == v.Header.Participant {
			if err := db.Fence(l.Origin, reason); err != nil {
				return err
			}
		}
	}
	if err := db.Fence(v.Header.Log, reason); err != nil { // also if it holds nothing yet
		return err
	}
	return db.SetMeta(instanceKey, []byte(NewSalt()))
}

func (h Home) restoreKeys(ctx context.Context, keys *BackupFile, v *Verified, identities []age.Identity) error {
	if err := os.MkdirAll(h.path("keys"), 0o700); err != nil {
		return err
	}
	return keys.read(1, identities, func(l *store.BackupLine) error {
		switch {
		case l.Backup != nil && l.Backup.Participant != v.Header.Participant:
			return fmt.Errorf("the keys are those of %s, the backup is of %s", l.Backup.Participant, v.Header.Participant)
		case l.File != nil && isKeyName(l.File.Name):
			return replaceFile(h.path(filepath.FromSlash(l.File.Name)), l.File.Data, 0o600)
		case l.File != nil:
			return fmt.Errorf("%w: %.40q is no key's name", store.ErrBackup, l.File.Name)
		}
		return ctx.Err()
	})
}
