package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

// The measured faults of the database, each made on real files.

// killed is a database as a kill leaves it, with n own documents in its
// write-ahead log.
func killed(t *testing.T, n int) (dir string, w *Writer, head Head) {
	return killedWith(t, n, comment)
}

func killedWith(t *testing.T, n int, payload func(n int) []byte) (dir string, w *Writer, head Head) {
	live := t.TempDir()
	s := openTest(t, live, small)
	w, a := s.OpenLog(testOrigin, newNoteSigner(t)), newAuthor(t)
	for i := range n {
		_, _, err := w.Append(t.Context(), a.sign(t, payload(i)))
		require.NoError(t, err)
	}
	dir = filepath.Join(t.TempDir(), "db")
	copyFiles(t, live, dir)
	return dir, w, s.Head(testOrigin)
}

// only is the one file with a name like that, and where its data end.
func only(t *testing.T, dir, pattern string) (name string, end int64) {
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	for _, n := range names {
		e, _, err := endOfData(n)
		require.NoError(t, err)
		if e > logHeader {
			require.Empty(t, name, "one file with data")
			name, end = n, e
		}
	}
	require.NotEmpty(t, name)
	return name, end
}

func flip(t *testing.T, name string, at int64) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	require.NoError(t, err)
	defer f.Close()
	b := make([]byte, 1)
	_, err = f.ReadAt(b, at)
	require.NoError(t, err)
	b[0] ^= 16
	_, err = f.WriteAt(b, at)
	require.NoError(t, err)
}

// Badger drops what follows a flipped bit in its last write-ahead log, and
// opens without a word.
func TestAShorterOwnLogIsNeverSignedAgain(t *testing.T) {
	for name, at := range map[string]func(end int64) int64{
		"in the first batch": func(int64) int64 { return logHeader + 5 },
		"half way":           func(end int64) int64 { return end / 2 },
		"in the last batch":  func(end int64) int64 { return end - 20 },
	} {
		t.Run(name, func(t *testing.T) {
			dir, before, head := killed(t, 20)
			wal, end := only(t, dir, "*.mem")
			flip(t, wal, at(end))
			for range 2 { // it stays so
				s := openTest(t, dir, small)
				require.Less(t, s.Head(testOrigin).Size, head.Size)
				w := s.OpenLog(testOrigin, before.signer)
				require.Contains(t, w.Fenced(), "are lost")
				_, _, err := w.Append(t.Context(), newAuthor(t).sign(t, comment(99)))
				require.ErrorIs(t, err, ErrFenced)
				lost, err := s.Lost()
				require.NoError(t, err)
				require.NotEmpty(t, lost, "a witness does not go on")
				next := s.OpenLog("e2.sle.3f9a1c20.gcm.example", newNoteSigner(t))
				require.Empty(t, next.Fenced(), "the next epoch does")
				require.NoError(t, s.Close())
			}
			s := openTest(t, dir, small)
			require.NoError(t, s.Recovered())
			lost, err := s.Lost()
			require.NoError(t, err)
			require.Empty(t, lost)
		})
	}
}

// A damaged log that a later one goes on from leaves a hole, not an end.
func TestAHoleIsNeverSignedOver(t *testing.T) {
	dir, before, _ := killed(t, 20)
	wal, end := only(t, dir, "*.mem")
	later := filepath.Join(dir, "00002.mem")
	require.NotEqual(t, wal, later)
	require.NoError(t, os.WriteFile(later, make([]byte, 64), 0o600))
	require.Empty(t, holedLogs(dir))
	flip(t, wal, end-20)
	require.Equal(t, []string{filepath.Base(wal)}, holedLogs(dir))
	report, err := Check(t.Context(), copyOf(t, dir), small, CheckOptions{})
	require.NoError(t, err)
	require.Contains(t, report.Findings[0].What, filepath.Base(wal))
	s := openTest(t, dir, small)
	require.Contains(t, s.OpenLog(testOrigin, before.signer).Fenced(), filepath.Base(wal))
}

func copyOf(t *testing.T, dir string) string {
	to := filepath.Join(t.TempDir(), "db")
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

func TestAnInterruptedRepairIsEndedBeforeTheStoreOpens(t *testing.T) {
	dir, table := tabled(t)
	info, err := os.Stat(table)
	require.NoError(t, err)
	flip(t, table, info.Size()-4) // Badger cannot open it
	full := small
	full.Commit = func(func() error) error { return errors.New("no space left") }
	_, err = Repair(t.Context(), dir, full, CheckOptions{Own: []review.Origin{testOrigin}})
	require.ErrorContains(t, err, "no space left")
	_, err = Open(dir, small)
	var damaged *DamageError
	require.ErrorAs(t, err, &damaged, "without the table it would be an earlier state")
	report, err := Repair(t.Context(), dir, small, CheckOptions{Own: []review.Origin{testOrigin}})
	require.NoError(t, err)
	require.Contains(t, report.Fenced, string(testOrigin))
	require.Empty(t, openTest(t, dir, small).Head(testOrigin).Size)
}

func TestALossThatBoundNobodyIsNoFence(t *testing.T) {
	live, src := t.TempDir(), newSource(t, "e1.ken.3f9a1c20.gcm.example")
	s := openTest(t, live, small)
	w, a := s.OpenLog(testOrigin, newNoteSigner(t)), newAuthor(t)
	_, _, err := w.Append(t.Context(), a.sign(t, comment(1)))
	require.NoError(t, err)
	for i := range 10 {
		src.add(a, comment(100+i))
		_, err := s.Extend(src.tail(i, i+1, i+1))
		require.NoError(t, err)
	}
	dir := filepath.Join(t.TempDir(), "db")
	copyFiles(t, live, dir)
	wal, end := only(t, dir, "*.mem")
	flip(t, wal, end-20)
	s = openTest(t, dir, small)
	require.Less(t, s.Head(src.origin).Size, uint64(10))
	require.Empty(t, s.OpenLog(testOrigin, w.signer).Fenced())
	_, err = s.Extend(src.tail(0, 10, 10))
	require.NoError(t, err, "it comes again from peers")
}

// Badger cuts its last value log off at the first value that it cannot read.
func TestADamagedPayloadCostsNoOther(t *testing.T) {
	dir, _, head := killedWith(t, 20, drawn)
	values, end := only(t, dir, "*.vlog")
	flip(t, values, end/2)
	for range 2 {
		s := openTest(t, dir, small)
		present := 0
		for i := range head.Size {
			r, err := s.Record(testOrigin, i)
			require.NoError(t, err)
			if r.Payload != nil {
				present++
			} else {
				require.Equal(t, review.Missing, r.Absence)
			}
		}
		require.EqualValues(t, head.Size-1, present)
		s.waitForRepairs()
		missing, err := s.Missing()
		require.NoError(t, err)
		require.Len(t, missing, 1)
		require.NoError(t, s.Close())
	}
}

// tabled is a database with one table.
func tabled(t *testing.T) (dir, table string) {
	dir = t.TempDir()
	s := openTest(t, dir, small)
	a, src := newAuthor(t), newSource(t, testOrigin)
	for i := range 40 {
		src.add(a, comment(i))
	}
	_, err := s.Extend(src.tail(0, 40, 40))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	names, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	return dir, names[0]
}

// Badger passes over a table whose index it cannot read, finds nothing in a
// block that it cannot read, deletes tables that a damaged list of them does
// not name, and ends the process over some other bytes.
func TestDamagedTablesAreNamedBeforeTheDatabaseOpens(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dir, table string) (file string){
		"the index": func(t *testing.T, _, table string) string {
			info, err := os.Stat(table)
			require.NoError(t, err)
			flip(t, table, info.Size()-200)
			return filepath.Base(table)
		},
		"the length of the index's checksum": func(t *testing.T, _, table string) string {
			info, err := os.Stat(table)
			require.NoError(t, err)
			flip(t, table, info.Size()-4)
			return filepath.Base(table)
		},
		"the block with the heads": func(t *testing.T, _, table string) string {
			info, err := os.Stat(table)
			require.NoError(t, err)
			b, err := os.ReadFile(table)
			require.NoError(t, err)
			require.EqualValues(t, len(b), info.Size())
			at := len(b) - 1
			for string(b[at:min(len(b), at+len(testOrigin))]) != string(testOrigin) {
				at--
			}
			flip(t, table, int64(at))
			return filepath.Base(table)
		},
		"the list of tables": func(t *testing.T, dir, _ string) string {
			flip(t, filepath.Join(dir, "MANIFEST"), 8+3) // a length
			return "MANIFEST"
		},
		"the key of a value log": func(t *testing.T, dir, _ string) string {
			names, err := filepath.Glob(filepath.Join(dir, "*.vlog"))
			require.NoError(t, err)
			flip(t, names[0], 2)
			return filepath.Base(names[0])
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, table := tabled(t)
			file := damage(t, dir, table)
			_, err := Open(dir, small)
			var damaged *DamageError
			require.ErrorAs(t, err, &damaged)
			require.ErrorContains(t, err, file)
			require.FileExists(t, table)
			report, err := Check(t.Context(), dir, small, CheckOptions{})
			require.NoError(t, err)
			require.Contains(t, report.Findings[0].What, file)
		})
	}
}

// Badger panics over some bytes at the end of a block before it looks at the
// block's checksum; in a compaction nobody can catch that.
func TestABlockThatBadgerPanicsOverIsDamageLikeAnyOther(t *testing.T) {
	dir, table := tabled(t)
	ends := blockEnds(t, table)
	panicked := 0
	for n, end := range ends {
		for back := int64(1); back <= 16; back++ {
			copied := copyOf(t, dir)
			flip(t, filepath.Join(copied, filepath.Base(table)), end-back)
			s, err := Open(copied, small)
			var damaged *DamageError
			if err != nil { // a block with a head, or the last one
				require.ErrorAs(t, err, &damaged, "block %d", n)
			} else {
				for i := range s.Head(testOrigin).Size {
					if _, err := s.Record(testOrigin, i); err != nil {
						require.ErrorAs(t, err, &damaged)
						if strings.Contains(err.Error(), "a table (") {
							panicked++
						}
					}
				}
				_, _ = s.Find(Query{Kind: review.KindComment})
				require.Error(t, s.scrubOnce())
				require.NoError(t, s.Close())
			}
			report, err := Check(t.Context(), copied, small, CheckOptions{})
			require.NoError(t, err)
			require.Contains(t, report.Findings[0].What, filepath.Base(table))
			if back%8 != 4 {
				continue
			}
			mended := copyOf(t, copied)
			report, err = Repair(t.Context(), mended, small, CheckOptions{})
			require.NoError(t, err)
			require.Contains(t, report.Findings[0].What, filepath.Base(table))
			if n == len(ends)-1 { // of the other blocks nothing is lost
				require.EqualValues(t, 40, openTest(t, mended, small).Head(testOrigin).Size)
			}
			// the next start after a process died of it
			require.NoError(t, os.WriteFile(filepath.Join(copied, "LOCK"), []byte("1"), 0o600))
			_, err = Open(copied, small)
			require.ErrorAs(t, err, &damaged)
			require.ErrorContains(t, err, filepath.Base(table))
		}
	}
	require.NotZero(t, panicked)
}

// blockEnds are where a table's blocks end.
func blockEnds(t *testing.T, name string) (ends []int64) {
	f, table, err := openTable(name)
	require.NoError(t, err)
	defer f.Close()
	for n := range table.OffsetsLength() {
		var at fb.BlockOffset
		require.True(t, table.Offsets(&at, n))
		ends = append(ends, int64(at.Offset())+int64(at.Len()))
	}
	return ends
}

func TestADamagedIndexIsFoundWhileTheStoreRuns(t *testing.T) {
	dir, table := tabled(t)
	s := openTest(t, dir, small)
	require.NoError(t, s.scrubOnce())
	b, err := os.ReadFile(table)
	require.NoError(t, err)
	at := 0
	for string(b[at:at+7]) != "comment" { // a term of an index
		at++
	}
	flip(t, table, int64(at))
	err = s.scrubOnce()
	var damaged *DamageError
	require.ErrorAs(t, err, &damaged)
	require.ErrorContains(t, err, "`stocktake fsck` tells")
}

// Errors of writing and syncing, at the store's own seam: before the batch
// reached the files, and after. After it nobody knows what is on disk.
func TestAnErrorOfTheDiskEndsWritingUntilARestart(t *testing.T) {
	broken := errors.New("input/output error")
	for name, c := range map[string]struct {
		commit func(write func() error) error
		kept   uint64 // records at the next start
	}{
		"write": {func(func() error) error { return broken }, 1},
		"sync":  {func(write func() error) error { return errors.Join(write(), broken) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			dir, bad := t.TempDir(), false
			o := small
			o.Commit = func(write func() error) error {
				if bad {
					return c.commit(write)
				}
				return write()
			}
			s := openTest(t, dir, o)
			w, a := s.OpenLog(testOrigin, newNoteSigner(t)), newAuthor(t)
			_, head, err := w.Append(t.Context(), a.sign(t, comment(1)))
			require.NoError(t, err)
			bad = true
			_, _, err = w.Append(t.Context(), a.sign(t, comment(2)))
			require.ErrorIs(t, err, ErrFailed)
			require.ErrorContains(t, err, "input/output error; nothing more is written: check the disk and restart")
			require.ErrorIs(t, s.Condition(), ErrFailed)
			bad = false
			_, _, err = w.Append(t.Context(), a.sign(t, comment(3)))
			require.ErrorIs(t, err, ErrFailed, "what failed once is not trusted again")
			require.ErrorIs(t, s.Witness("e1.ken.3f9a1c20.gcm.example", 0, signing.Checkpoint{Origin: "e1.ken.3f9a1c20.gcm.example", Size: 1}, time.Unix(1e9, 0)), ErrFailed)
			require.Equal(t, head, s.Head(testOrigin), "no checkpoint left that was not acknowledged")
			_, err = s.Record(testOrigin, 0)
			require.NoError(t, err)
			require.NoError(t, s.Close())

			s = openTest(t, dir, small)
			require.NoError(t, s.Condition())
			require.EqualValues(t, c.kept, s.Head(testOrigin).Size, "all of the batch, or nothing")
			_, grown, err := s.OpenLog(testOrigin, w.signer).Append(t.Context(), a.sign(t, comment(3)))
			require.NoError(t, err)
			require.EqualValues(t, c.kept+1, grown.Size)
			for i := range grown.Size {
				_, err := s.Prove(testOrigin, i, grown.Size)
				require.NoError(t, err, "a failed commit leaves no trace in the tree")
			}
		})
	}
}

// A compaction that waits for room is not let go on because the store is closed: it
// would die of a full disk then. Close leaves the database as it is.
func TestCloseDoesNotWaitForACompactionThatWaitsForRoom(t *testing.T) {
	dir, a, signer := t.TempDir(), newAuthor(t), newNoteSigner(t)
	var free atomic.Uint64
	free.Store(1 << 40)
	o := Options{WriteBuffer: small.WriteBuffer, MinFree: 1}
	o.FreeSpace = func(string) (uint64, uint64, error) { return free.Load(), 1 << 40, nil }
	open := func() *Store {
		s, err := Open(dir, o)
		require.NoError(t, err)
		return s
	}
	for i := range levelZeroSmall {
		s := open()
		_, _, err := s.OpenLog(testOrigin, signer).Append(t.Context(), a.sign(t, comment(i)))
		require.NoError(t, err)
		require.NoError(t, s.Close()) // which makes a table
	}
	free.Store(o.compacting() - 1)
	s := open()
	head := s.Head(testOrigin)
	time.Sleep(1500 * time.Millisecond) // Badger's compactors begin within a second
	require.ErrorIs(t, s.Close(), ErrDiskFull)
	tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	require.NoError(t, err)
	require.Len(t, tables, levelZeroSmall)
	free.Store(1 << 40)
	require.Eventually(t, func() bool { // once it was let go on, what was left closes, too
		s, err := Open(dir, o)
		if err != nil {
			require.ErrorIs(t, err, ErrLocked)
			return false
		}
		defer func() { require.NoError(t, s.Close()) }()
		return s.Head(testOrigin).Root == head.Root
	}, 10*time.Second, 100*time.Millisecond)
}

func TestBallastComesAndGoes(t *testing.T) {
	dir := t.TempDir()
	free := uint64(1 << 30)
	o := small
	o.FreeSpace = func(string) (uint64, uint64, error) { return free, 1 << 40, nil }
	s := openTest(t, dir, o)
	require.NoError(t, s.checkSpace())
	info, err := os.Stat(s.ballastFile())
	require.NoError(t, err)
	require.EqualValues(t, o.ballastSize(), info.Size())
	free = 1 << 20
	require.ErrorIs(t, s.checkSpace(), ErrDiskFull)
	require.NoFileExists(t, s.ballastFile())
	require.ErrorIs(t, s.Condition(), ErrDiskFull)
	free = 1 << 30
	require.NoError(t, s.checkSpace())
	require.FileExists(t, s.ballastFile())
	require.NoError(t, s.Condition())
}

func TestNothingIsOpenedWhereItWouldNotFit(t *testing.T) {
	dir, _, head := killed(t, 5)
	o := small
	o.FreeSpace = func(string) (uint64, uint64, error) { return 1 << 20, 1 << 40, nil }
	_, err := Open(dir, o)
	require.ErrorIs(t, err, ErrDiskFull)
	require.ErrorContains(t, err, "start again")
	require.Equal(t, head, openTest(t, dir, small).Head(testOrigin))
}

// Badger says what a compaction has gathered just before it writes a table:
// that message is the only place at which it can be held up.
func TestACompactionAsksForRoom(t *testing.T) {
	asked := make(chan struct{}, 1)
	o := small.withDefaults()
	db, err := openDatabase(t.TempDir(), o, func(err error) { t.Error(err) }, func() {
		select {
		case asked <- struct{}{}:
		default:
		}
	}, func() {})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	for i := range uint64(60) {
		tx := db.NewTransaction(true)
		for n := range uint64(1000) {
			require.NoError(t, tx.Set(entryKey(uint32(i), n), make([]byte, 200)))
		}
		require.NoError(t, tx.Commit())
	}
	require.NoError(t, db.Flatten(1))
	select {
	case <-asked:
	case <-time.After(30 * time.Second):
		t.Fatal("no compaction said that it writes a table")
	}
}

func TestALockedDatabaseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	w, a := s.OpenLog(testOrigin, newNoteSigner(t)), newAuthor(t)
	_, _, err := w.Append(t.Context(), a.sign(t, comment(1)))
	require.NoError(t, err)
	before, err := os.ReadDir(dir)
	require.NoError(t, err)
	_, err = Open(dir, small)
	require.ErrorIs(t, err, ErrLocked)
	_, err = Check(t.Context(), dir, small, CheckOptions{})
	require.ErrorIs(t, err, ErrLocked)
	_, err = Repair(t.Context(), dir, small, CheckOptions{})
	require.ErrorIs(t, err, ErrLocked)
	after, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Equal(t, len(before), len(after))
	_, _, err = w.Append(t.Context(), a.sign(t, comment(2)))
	require.NoError(t, err)
}

func TestMarkIsWholeAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	m := mark{batch: 8, bound: 7, origins: []review.Origin{"a", "b", "c", "d", "e", "f"}}
	old := mark{batch: 7, bound: 7, origins: []review.Origin{"f"}}
	name := filepath.Join(dir, markName)
	require.NoError(t, os.WriteFile(name, append(m.marshal(), old.marshal()...), 0o600))
	got, ok := readMark(dir)
	require.True(t, ok)
	require.Equal(t, mark{8, 7, []review.Origin{"b", "c", "d", "e", "f"}}, got)
	for at := int64(0); at < markSlot; at += 37 { // torn while it was written
		flip(t, name, at)
		got, ok := readMark(dir)
		require.True(t, ok)
		require.Equal(t, old, got)
		flip(t, name, at)
	}
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	_, ok = readMark(dir)
	require.False(t, ok)
}
