package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
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
func filesOf(t *testing.T, dir string) map[string][]byte {
	files := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, f fs.DirEntry, err error) error {
		if err != nil || f.IsDir() || strings.Contains(name, "ballast") {
			return err
		}
		b, err := os.ReadFile(name)
		files[filepath.Base(name)] = bytes.TrimRight(b, "\x00")
		return err
	}))
	return files
}

// traces are the files that have something of a payload: its second half, as it
// was written or as it is stored, or one of its pieces.
func traces(files map[string][]byte, payload []byte) (names []string) {
	stored := marshalPayload(payload)
	parts := [][]byte{payload[len(payload)/2:], stored[len(stored)/2:]}
	for _, piece := range cut(stored) {
		if len(piece) > 64 { // others may be anywhere
			parts = append(parts, piece)
		}
	}
	for name, f := range files {
		if slices.ContainsFunc(parts, func(part []byte) bool { return bytes.Contains(f, part) }) {
			names = append(names, name)
		}
	}
	return names
}

// told is a comment with a text of that many characters, and its payload.
func told(n, length int) []byte {
	c := review.Comment{Common: common("sle", n), Type: "question", Text: strings.Repeat(fmt.Sprintf("secret %d. ", n), length/10+1)}
	return review.Compose(review.KindComment, []review.Subject{{Name: "document", Digest: genesis}}, c)
}

// drawn is a comment with a text that no other one shares a part with, packed or
// not.
func drawn(n int) []byte {
	text := make([]byte, 4000) // packed, more than what is cut into pieces
	mathrand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(text)
	return review.Compose(review.KindComment, []review.Subject{{Name: "document", Digest: genesis}},
		review.Comment{Common: common("sle", n), Type: "question", Text: hex.EncodeToString(text)})
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
		payload := told(n, 10+n*n) // in the tree
		if n%8 < 2 {
			payload = drawn(n) // in the value log
		}
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
		require.NotEmpty(t, traces(files, payload))
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
				if worker == 0 && n%50 == 0 && !racing {
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
		require.Empty(t, traces(files, payload), "payload %d of %d bytes", i, len(payload))
	}
	for _, payload := range kept {
		require.NotEmpty(t, traces(files, payload))
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
		require.Empty(t, traces(files, payload))
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
	require.Empty(t, traces(filesOf(t, dir), told(1, 5000)))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

const reclaimerDir = "STOCKTAKE_RECLAIMER"

func reclaimerSigner() *signing.NoteSigner {
	return signing.NewNoteSigner(ed25519.NewKeyFromSeed(make([]byte, 32)))
}

// TestReclaimer is the process that the next test kills: it files, erases every
// other document and reclaims, over and over, and says what is done.
func TestReclaimer(t *testing.T) {
	dir := os.Getenv(reclaimerDir)
	if dir == "" {
		t.Skip("a part of another test")
	}
	s := openTest(t, dir, small)
	own := s.OpenLog(testOrigin, reclaimerSigner())
	require.Empty(t, own.Fenced())
	author := newAuthor(t)
	for n := int(s.Head(testOrigin).Size); ; n += 4 {
		for i := range 4 {
			payload := drawn(n + i)
			_, _, err := own.Append(t.Context(), author.sign(t, payload))
			require.NoError(t, err)
			id := signing.PayloadDigest(payload).String()
			if i%2 == 0 {
				fmt.Println("kept", id)
				continue
			}
			require.NoError(t, s.SetAbsent(review.DocumentID(id), review.Erased))
			fmt.Println("erased", id)
		}
		fmt.Println("reclaiming")
		_, err := s.Reclaim(t.Context())
		require.NoError(t, err)
	}
}

// A node that is killed in the middle of reclaiming loses nothing that it was to
// keep and gets nothing back that it was to forget; the next one finishes.
// STOCKTAKE_RECLAIM_KILLS=200 runs so many.
func TestKillsThroughReclaimingLoseNothing(t *testing.T) {
	kills := 3
	if n, err := strconv.Atoi(os.Getenv("STOCKTAKE_RECLAIM_KILLS")); err == nil {
		kills = n
	} else if testing.Short() {
		t.Skip("a process that is started and killed some times")
	}
	random := mathrand.New(mathrand.NewPCG(uint64(time.Now().UnixNano()), 0))
	dir := t.TempDir()
	done := map[string]string{} // what was done with each document
	for range kills {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestReclaimer$", "-test.v")
		cmd.Env = append(os.Environ(), reclaimerDir+"="+dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		once := sync.OnceFunc(func() {
			time.AfterFunc(time.Duration(random.Int64N(int64(2*time.Second))), func() { _ = cmd.Process.Kill() })
		})
		for lines := bufio.NewScanner(out); lines.Scan(); {
			what, id, _ := strings.Cut(lines.Text(), " ")
			switch what {
			case "kept", "erased":
				done[id] = what
			case "reclaiming":
				once()
			case "---", "FAIL":
				t.Error(lines.Text())
			}
		}
		_ = cmd.Wait()

		s := openTest(t, dir, small)
		require.Empty(t, s.OpenLog(testOrigin, reclaimerSigner()).Fenced())
		for id, what := range done {
			_, err := s.Payload(review.DocumentID(id))
			if absent := (*AbsentError)(nil); what == "kept" {
				require.NoError(t, err)
			} else {
				require.ErrorAs(t, err, &absent)
				require.Equal(t, review.Erased, absent.Absence)
			}
		}
		require.NoError(t, s.Close())
	}
	s := openTest(t, dir, small)
	left, err := s.Reclaim(t.Context())
	require.NoError(t, err)
	require.Zero(t, left)
	files := filesOf(t, dir)
	for n := range int(s.Head(testOrigin).Size) {
		payload := drawn(n)
		if what := done[signing.PayloadDigest(payload).String()]; what == "erased" {
			require.Empty(t, traces(files, payload))
		} else if what == "kept" {
			require.NotEmpty(t, traces(files, payload))
		}
	}
	t.Logf("%d kills over %d documents", kills, len(done))
}
