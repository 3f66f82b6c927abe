package store

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"stocktake/review"
	"stocktake/signing"
)

// These tests fill a real disk of 64 MB under a process of its own, which files
// documents and says which ones it acknowledged. STOCKTAKE_DISKFULL=200 runs
// the campaign of store/README.md.

// small disk: what the process keeps free, and its memtable.
var onSmallDisk = Options{WriteBuffer: 2 << 20, MinFree: 4 << 20}

const fillerDir = "STOCKTAKE_TEST_FILLER"

// TestFiler is that process; on its own it does nothing.
func TestFiler(t *testing.T) {
	dir := os.Getenv(fillerDir)
	if dir == "" {
		t.Skip("is run by TestAFullDiskLosesNothing")
	}
	var out sync.Mutex
	say := func(format string, args ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	s, err := Open(dir, onSmallDisk)
	if errors.Is(err, ErrDiskFull) {
		say("closed %v", err)
		return
	}
	require.NoError(t, err)
	w := s.OpenLog(testOrigin, fixedNoteSigner())
	a := newAuthor(t)
	ctx, stop := context.WithCancel(context.Background())
	var filers sync.WaitGroup
	say("open %d %s", s.Head(testOrigin).Size, w.Fenced())
	for range 4 {
		filers.Go(func() {
			for full := false; ctx.Err() == nil; {
				records, _, err := w.Append(context.Background(), a.sign(t, bulky()))
				switch {
				case errors.Is(err, ErrDiskFull):
					if !full {
						say("full %v", err)
					}
					full = true
					time.Sleep(5 * time.Millisecond)
				case err != nil:
					say("failed %v", err)
					return
				default:
					full = false
					say("ack %d %s", records[0].Index, records[0].ID())
				}
			}
		})
	}
	io.Copy(io.Discard, os.Stdin)
	stop()
	filers.Wait()
	if err := s.Close(); err != nil && !errors.Is(err, ErrDiskFull) {
		say("failed %v", err)
	}
}

// fixedNoteSigner is the same in each process.
func fixedNoteSigner() *signing.NoteSigner {
	return signing.NewNoteSigner(ed25519.NewKeyFromSeed(make([]byte, 32)))
}

// bulky is a payload of 2 KiB that packs to half of it.
func bulky() []byte {
	b := make([]byte, 1<<10)
	rand.Read(b)
	return []byte(`{"x":"` + hex.EncodeToString(b) + `"}`)
}

// filer is the process as its parent sees it.
type filer struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	acked map[uint64]review.DocumentID
	log   []string // what else it said
}

func startFiler(t *testing.T, dir string, acked map[uint64]review.DocumentID) *filer {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestFiler$", "-test.v")
	cmd.Env = append(os.Environ(), fillerDir+"="+dir)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	f := &filer{t, cmd, in, make(chan string, 1<<16), acked, nil}
	go func() {
		defer close(f.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			f.lines <- s.Text()
		}
	}()
	return f
}

// await reads what the process says until it says word n times, and reports
// whether it did before it ended or a minute passed.
func (f *filer) await(word string, n int) bool {
	deadline := time.After(time.Minute)
	for n > 0 {
		select {
		case line, ok := <-f.lines:
			if !ok {
				return false
			}
			first, rest, _ := strings.Cut(line, " ")
			if first == "ack" {
				index, id, _ := strings.Cut(rest, " ")
				i, err := strconv.ParseUint(index, 10, 64)
				require.NoError(f.t, err)
				f.acked[i] = review.DocumentID(id)
			} else {
				f.log = append(f.log, line)
			}
			if first == "failed" {
				f.t.Errorf("the process says %s", line)
			}
			if first == word {
				n--
			}
		case <-deadline:
			f.t.Errorf("no %q in a minute: %q", word, f.log)
			return false
		}
	}
	return true
}

// end ends the process, by force or by closing it, and says how it went.
func (f *filer) end(kill bool) {
	if kill {
		_ = f.cmd.Process.Kill()
	}
	f.in.Close()
	f.await("never", 1)
	err := f.cmd.Wait()
	if !kill && err != nil {
		f.t.Errorf("the process ended with %v: %s", err, strings.Join(f.log, "\n"))
	}
}

// fill takes space from a disk until left bytes are free, at 100 MB a second: what
// is kept free of it lasts a quarter of a second, as 256 MiB do where 1 GB a second
// is taken. A disk of 64 MB has no more to spare for a compaction that is under way.
func fill(t *testing.T, disk string, left uint64) {
	f, err := os.OpenFile(filepath.Join(disk, "filler"), os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer f.Close()
	for {
		free, _, err := freeSpace(disk)
		require.NoError(t, err)
		if free <= left {
			return
		}
		info, err := f.Stat()
		require.NoError(t, err)
		if err := unix.Fallocate(int(f.Fd()), 0, info.Size(), int64(min(free-left, 1<<20))); err != nil {
			require.ErrorIs(t, err, unix.ENOSPC) // the other was quicker
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAFullDiskLosesNothing(t *testing.T) {
	points := 4
	if n, err := strconv.Atoi(os.Getenv("STOCKTAKE_DISKFULL")); err == nil {
		points = n
	} else if testing.Short() {
		points = 2
	}
	disk := t.TempDir()
	if err := unix.Mount("stocktake-test", disk, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("a disk of 64 MB cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, unix.Unmount(disk, unix.MNT_DETACH)) })
	random := mathrand.New(mathrand.NewPCG(1, 2))
	dir := filepath.Join(disk, "db")
	acked := map[uint64]review.DocumentID{}
	total := 0
	var f *filer
	for point := range points {
		if f == nil {
			f = startFiler(t, dir, acked)
			require.True(t, f.await("open", 1), "%q", f.log)
		}
		f.await("ack", 1+random.IntN(1000))
		left := uint64(random.Int64N(int64(2 * onSmallDisk.MinFree)))
		fill(t, disk, left)
		f.await("full", 1)
		if point%4 == 0 { // all of it, once the database is quiet
			time.Sleep(time.Second)
			fill(t, disk, 0)
		}
		switch point % 3 {
		case 0: // it goes on by itself
			require.NoError(t, os.Remove(filepath.Join(disk, "filler")))
			require.True(t, f.await("ack", 20), "%q", f.log)
		case 1: // killed while the disk is full, and started again before there is space
			f.end(true)
			again := startFiler(t, dir, acked)
			again.await("full", 1) // or it does not open
			again.end(false)
			require.NoError(t, os.Remove(filepath.Join(disk, "filler")))
			f = startFiler(t, dir, acked)
		case 2: // closed while the disk is full
			f.end(false)
			require.NoError(t, os.Remove(filepath.Join(disk, "filler")))
			f = startFiler(t, dir, acked)
		}
		if !f.await("ack", 1) {
			t.Fatalf("point %d, %d bytes left: %q", point, left, f.log)
		}
		free, _, err := freeSpace(disk)
		require.NoError(t, err)
		if free < 52<<20 || point%8 == 7 || point == points-1 { // all of it, and another database, before it fills the disk itself
			f.end(point%2 == 1)
			total += checkAcknowledged(t, dir, acked)
			require.NoError(t, os.RemoveAll(dir))
			clear(acked)
			f = nil
		}
		if t.Failed() {
			t.Fatalf("point %d, %d bytes left", point, left)
		}
	}
	t.Logf("%d points, %d documents acknowledged, none lost", points, total)
}

// checkAcknowledged opens a database, on a disk that has room, and holds it against
// what was acknowledged.
func checkAcknowledged(t *testing.T, dir string, acked map[uint64]review.DocumentID) int {
	roomy := filepath.Join(t.TempDir(), "db")
	copyFiles(t, dir, roomy)
	s, err := Open(roomy, onSmallDisk)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.Empty(t, s.OpenLog(testOrigin, fixedNoteSigner()).Fenced())
	for index, id := range acked {
		r, err := s.Record(testOrigin, index)
		require.NoError(t, err)
		require.Equal(t, id, r.ID())
		require.NotEmpty(t, r.Payload)
	}
	return len(acked)
}
