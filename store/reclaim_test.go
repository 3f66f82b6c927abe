package store

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

// filesOf are the database's files, without the zeros that they end in.
func filesOf(t *testing.T, dir string) (files [][]byte) {
	require.NoError(t, filepath.WalkDir(dir, func(name string, f fs.DirEntry, err error) error {
		if err != nil || f.IsDir() || strings.Contains(name, "ballast") {
			return err
		}
		b, err := os.ReadFile(name)
		files = append(files, bytes.TrimRight(b, "\x00"))
		return err
	}))
	return files
}

// traces is how many files have something of a payload: its second half, as it
// was written or as it is stored.
func traces(files [][]byte, payload []byte) (n int) {
	stored := marshalPayload(payload)
	for _, f := range files {
		if bytes.Contains(f, payload[len(payload)/2:]) || bytes.Contains(f, stored[len(stored)/2:]) {
			n++
		}
	}
	return n
}

// told is a comment with a text of that many characters, and its payload.
func told(n, length int) []byte {
	c := review.Comment{Common: common("sle", n), Type: "question", Text: strings.Repeat(fmt.Sprintf("secret %d. ", n), length/10+1)}
	return review.Compose(review.KindComment, []review.Subject{{Name: "document", Digest: genesis}}, c)
}

// What was erased is in no file of the database any more, neither as it was
// written nor packed, while the node runs, files and reads; every leaf, ID and
// proof stays; and it is not taken back.
func TestErasedBytesLeaveTheDisk(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{WriteBuffer: 4 << 20})
	author := newAuthor(t)
	own := s.OpenLog(testOrigin, newNoteSigner(t))
	var gone, kept [][]byte
	for n := range 40 {
		payload := told(n, 10+n*n) // short ones are in the tree, long ones in the value log
		if n%4 == 1 {
			gone = append(gone, payload)
		} else {
			kept = append(kept, payload)
		}
		_, _, err := own.Append(t.Context(), author.sign(t, payload))
		require.NoError(t, err)
	}
	// One whose stored form is its plain text.
	random := review.Compose(review.KindComment, []review.Subject{{Name: "document", Digest: genesis}},
		review.Comment{Common: common("sle", 99), Type: "question", Text: "!#$%&()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~ " + fmt.Sprintf("%x", author.key)})
	gone = append(gone, random)
	_, _, err := own.Append(t.Context(), author.sign(t, random))
	require.NoError(t, err)
	var before Head

	files := filesOf(t, dir)
	for _, payload := range append(gone, kept...) {
		require.NotZero(t, traces(files, payload))
	}
	for _, payload := range gone {
		records, _, err := own.Append(t.Context(), author.sign(t, payload))
		require.NoError(t, err)
		require.NoError(t, s.SetAbsent(records[0].ID(), review.Erased))
	}
	// Who reads and files meanwhile notices nothing.
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for worker := range 2 {
		busy.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				payload := kept[n%len(kept)]
				got, err := s.Payload(review.DocumentID(signing.PayloadDigest(payload).String()))
				assert.NoError(t, err)
				assert.Equal(t, payload, got)
				if worker == 0 && n%50 == 0 {
					_, _, err := own.Append(t.Context(), author.sign(t, told(1000+n, 400)))
					assert.NoError(t, err)
				}
			}
		})
	}
	left, err := s.Reclaim(t.Context())
	close(stop)
	busy.Wait()
	require.NoError(t, err)
	require.Zero(t, left)
	before = s.Head(testOrigin)
	files = filesOf(t, dir)
	for i, payload := range gone {
		require.Zero(t, traces(files, payload), "payload %d of %d bytes", i, len(payload))
	}
	for _, payload := range kept {
		require.NotZero(t, traces(files, payload))
	}
	left, err = s.Reclaim(t.Context())
	require.NoError(t, err)
	require.Zero(t, left)

	require.Equal(t, before, s.Head(testOrigin))
	for i := range before.Size {
		r, err := s.Record(testOrigin, i)
		require.NoError(t, err)
		_, err = s.Prove(testOrigin, i, before.Size)
		require.NoError(t, err)
		if r.Absence == review.Present {
			continue
		}
		require.Equal(t, review.Erased, r.Absence)
	}
	for _, payload := range kept {
		got, err := s.Payload(review.DocumentID(author.sign(t, payload).Leaf.Digest.String()))
		require.NoError(t, err)
		require.Equal(t, payload, got)
	}
	// not from its author, not from a peer, not by revealing it
	for _, payload := range gone {
		_, _, err := own.Append(t.Context(), author.sign(t, payload))
		require.NoError(t, err)
		absent := (*AbsentError)(nil)
		require.ErrorAs(t, s.Reveal(payload), &absent)
	}
	other := newSource(t, "e1.gin.3f9a1c20.gcm.example")
	other.add(author, gone...)
	_, err = s.Extend(other.tail(0, len(gone), len(gone)))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	files = filesOf(t, dir)
	for _, payload := range gone {
		require.Zero(t, traces(files, payload))
	}
	again := openTest(t, dir, Options{WriteBuffer: 4 << 20})
	require.Equal(t, before, again.Head(testOrigin))
}

// A backup reads a state from before the erasure, so the bytes stay until it has
// ended.
func TestReclaimingWaitsForWhoStillReads(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	author := newAuthor(t)
	own := s.OpenLog(testOrigin, newNoteSigner(t))
	records, _, err := own.Append(t.Context(), author.sign(t, told(1, 5000)), author.sign(t, told(2, 5000)))
	require.NoError(t, err)
	var left int
	var state BackupState
	first := true
	var b bytes.Buffer
	w := NewBackupWriter(writerFunc(func(p []byte) (int, error) {
		if first && bytes.Contains(p, []byte(`"tail"`)) { // in the middle of it
			first = false
			require.NoError(t, s.SetAbsent(records[0].ID(), review.Erased))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			left, err = s.Reclaim(ctx)
			require.NoError(t, err)
		}
		return b.Write(p)
	}))
	require.NoError(t, s.Backup(t.Context(), state, w))
	require.Equal(t, 1, left)
	require.Contains(t, b.String(), records[0].Leaf.Digest.String())
	left, err = s.Reclaim(t.Context())
	require.NoError(t, err)
	require.Zero(t, left)
	require.Zero(t, traces(filesOf(t, dir), told(1, 5000)))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
