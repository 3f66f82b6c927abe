package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// backups are of one home, to one key.
type backups struct {
	t    *testing.T
	home Home
	key  *age.X25519Identity
	file string
}

func newBackups(t *testing.T) *backups {
	key, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	return &backups{t, joined(t), key, filepath.Join(t.TempDir(), "backup")}
}

// publish files a pledge at the home.
func (b *backups) publish(title string) review.DocumentID {
	n, err := Open(b.home, Options{Offline: true})
	require.NoError(b.t, err)
	defer n.Close()
	author, err := b.home.DocumentSigner(RoleAuthor, nil)
	require.NoError(b.t, err)
	_, charter := n.founding.Chain.InForce()
	payload, err := review.Complete([]byte("kind: pledge\nlanguage: en\nsample: true\ntitle: SAMPLE "+title+"\nform: individual\nobjectives: [6]\ndue: not-stated\n"),
		review.Completion{Federation: n.founding.Genesis.ID, Charter: charter, Author: "xsa", Created: Now(), Salt: NewSalt()})
	require.NoError(b.t, err)
	e, err := author.Sign(payload)
	require.NoError(b.t, err)
	filed, err := n.File(b.t.Context(), e)
	require.NoError(b.t, err)
	return filed.ID
}

// write adds a part; wrong gets what the node writes.
func (b *backups) write(full bool, wrong func(io.Writer) io.Writer) (*BackedUp, error) {
	n, err := Open(b.home, Options{Offline: true})
	require.NoError(b.t, err)
	defer n.Close()
	return WriteBackup(b.t.Context(), b.home, BackupOptions{File: b.file, Full: full, To: []age.Recipient{b.key.Recipient()},
		Source: func(ctx context.Context, since store.BackupState, w io.Writer) error {
			if wrong != nil {
				w = wrong(w)
			}
			return n.Backup(ctx, since, w)
		}})
}

func (b *backups) open() *BackupFile {
	f, err := OpenBackupFile(b.file)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { f.Close() })
	return f
}

func (b *backups) restore(ctx context.Context, h Home) error {
	_, err := Restore(ctx, h, b.open(), nil, []age.Identity{b.key}, store.Options{MinFree: 1})
	return err
}

func TestARestoredHomeHoldsEverythingAndSignsNothing(t *testing.T) {
	b := newBackups(t)
	one := b.publish("One")
	_, err := b.write(false, nil)
	require.NoError(t, err)
	two := b.publish("Two")
	state, err := b.write(false, nil)
	require.NoError(t, err)
	require.Equal(t, 2, state.State.Header.Part)

	h := Home(filepath.Join(t.TempDir(), "new"))
	require.NoError(t, b.restore(t.Context(), h))
	n, err := Open(h, Options{Offline: true})
	require.NoError(t, err)
	defer n.Close()
	for _, id := range []review.DocumentID{one, two} {
		_, err := n.Envelope(t.Context(), id)
		require.NoError(t, err)
	}
	s, err := n.Status(t.Context())
	require.NoError(t, err)
	require.Contains(t, s.Fenced, "it comes from a backup of 20")
	require.True(t, n.copy, "and its witness key, if it has one, is not used")
	for _, name := range []string{"config.yaml", "federation.jsonl", "card.json"} {
		was, err := os.ReadFile(b.home.path(name))
		require.NoError(t, err)
		is, err := os.ReadFile(h.path(name))
		require.NoError(t, err)
		require.Equal(t, string(was), string(is))
	}
	for _, name := range []string{"keys", "instance", restoring} {
		require.NoFileExists(t, h.path(name))
		require.NoDirExists(t, h.path(name))
	}
}

// failing writes some bytes and then no more.
type failing struct {
	w     io.Writer
	left  int
	cause error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, f.cause
	}
	return f.w.Write(p)
}

func TestABackupThatFailsLeavesTheOneBefore(t *testing.T) {
	b := newBackups(t)
	b.publish("One")
	for _, full := range []bool{true, false, true} {
		before, _ := os.ReadFile(b.file)
		for _, cause := range []error{syscall.ENOSPC, context.Canceled, io.ErrUnexpectedEOF} {
			for _, left := range []int{0, 300, 3000} {
				_, err := b.write(full, func(w io.Writer) io.Writer { return &failing{w, left, cause} })
				require.ErrorIs(t, err, cause)
			}
		}
		// a node that ends its answer in the middle, without an error
		_, err := b.write(full, func(w io.Writer) io.Writer { return &silent{w, 2000} })
		require.ErrorIs(t, err, store.ErrBackup)
		after, _ := os.ReadFile(b.file)
		require.Equal(t, before, after)
		left, err := os.ReadDir(filepath.Dir(b.file))
		require.NoError(t, err)
		require.LessOrEqual(t, len(left), 1, "nothing is left over")

		_, err = b.write(full, nil)
		require.NoError(t, err)
		_, err = VerifyBackup(t.Context(), b.open(), []age.Identity{b.key})
		require.NoError(t, err)
	}
}

// silent drops what comes after some bytes.
type silent struct {
	w    io.Writer
	left int
}

func (s *silent) Write(p []byte) (int, error) {
	if s.left -= len(p); s.left >= 0 {
		return s.w.Write(p)
	}
	return len(p), nil
}

// A restore that is interrupted, at whatever moment, leaves no home, and can be
// begun again in the same folder.
func TestAnInterruptedRestoreLeavesNoHome(t *testing.T) {
	b := newBackups(t)
	for n := range 5 {
		b.publish(fmt.Sprint("Pledge ", n))
		_, err := b.write(false, nil)
		require.NoError(t, err)
	}
	h := Home(filepath.Join(t.TempDir(), "new"))
	for steps := 0; ; steps++ {
		err := b.restore(&stopping{Context: t.Context(), left: steps}, h)
		if err == nil {
			require.Greater(t, steps, 5)
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		_, err = h.Config()
		require.ErrorIs(t, err, ErrNotInitialised)
		if steps == 3 { // as a kill leaves it
			require.NoError(t, os.Mkdir(h.Database(), 0o700))
			require.NoError(t, os.WriteFile(h.path(restoring), nil, 0o600))
			require.NoError(t, os.WriteFile(h.path("db/000001.vlog"), []byte("half"), 0o600))
		}
	}
	require.ErrorContains(t, b.restore(t.Context(), h), "not empty")
	reason, _ := fenced(t, h)
	require.NotEmpty(t, reason)
}

// stopping is a context that ends after it was asked some times.
type stopping struct {
	context.Context
	left int
}

func (s *stopping) Err() error {
	if s.left--; s.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestARestoreTouchesNoFolderThatHoldsAnything(t *testing.T) {
	b := newBackups(t)
	_, err := b.write(false, nil)
	require.NoError(t, err)
	dir := Home(t.TempDir())
	require.NoError(t, os.WriteFile(dir.path("letter"), []byte("x"), 0o600))
	require.ErrorContains(t, b.restore(t.Context(), dir), "is not empty (there is letter)")
	require.ErrorContains(t, b.restore(t.Context(), b.home), "is not empty")
	require.NoFileExists(t, dir.path(restoring))
	left, err := os.ReadDir(string(dir))
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// What a backup says is held against the keys of the charters in it.
func TestABackupWithAnothersCheckpointIsRefused(t *testing.T) {
	b := newBackups(t)
	b.publish("One")
	stranger, err := signing.GenerateNoteKey()
	require.NoError(t, err)
	state := store.BackupState{}
	id := NewSalt()
	err = AppendBackupPart(b.file, nil, 0, id, []age.Recipient{b.key.Recipient()}, func(w io.Writer) error {
		n, err := Open(b.home, Options{Offline: true})
		if err != nil {
			return err
		}
		defer n.Close()
		r, pipe := io.Pipe()
		go func() { pipe.CloseWithError(n.Backup(t.Context(), state, pipe)) }()
		in, out := store.NewBackupReader(r), store.NewBackupWriter(w)
		for {
			l, err := in.Read()
			switch {
			case err != nil:
				return err
			case l.End != nil:
				_, err := in.Read()
				if !errors.Is(err, io.EOF) {
					return err
				}
				return out.End()
			case l.Backup != nil:
				l.Backup.ID = id
			case l.Tail != nil:
				c, err := signing.PeekCheckpoint([]byte(l.Tail.Note))
				if err != nil {
					return err
				}
				l.Tail.Note = string(signing.SignCheckpoint(c, stranger))
			}
			if err := out.Write(*l); err != nil {
				return err
			}
		}
	})
	require.NoError(t, err)
	_, err = VerifyBackup(t.Context(), b.open(), []age.Identity{b.key})
	require.ErrorIs(t, err, signing.ErrCheckpoint)
	h := Home(filepath.Join(t.TempDir(), "new"))
	require.ErrorIs(t, b.restore(t.Context(), h), signing.ErrCheckpoint)
	_, err = h.Config()
	require.ErrorIs(t, err, ErrNotInitialised)
}
