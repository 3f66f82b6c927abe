package store

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

func TestReopenedStoreIsTheSame(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	src := newSource(t, "e1.ken.3f9a1c20.gcm.example")
	a := newAuthor(t)
	for i := range 30 {
		src.add(a, comment(i))
	}
	_, err := s.Extend(src.tail(0, 20, 30))
	require.NoError(t, err)
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	_, _, err = w.Append(t.Context(), a.sign(t, comment(3)), a.sign(t, comment(99)))
	require.NoError(t, err)
	require.NoError(t, s.SetMeta("charter", []byte("7")))
	heads, states := s.Heads(), must(t)(s.LogStates())
	require.NoError(t, s.Close())

	s = openTest(t, dir, small)
	require.Equal(t, heads, s.Heads())
	require.Equal(t, states, must(t)(s.LogStates()))
	value, err := s.Meta("charter")
	require.NoError(t, err)
	require.Equal(t, "7", string(value))
	w = s.OpenLog(testOrigin, w.signer)
	require.Empty(t, w.Fenced())
	_, _, err = w.Append(t.Context(), a.sign(t, comment(100)))
	require.NoError(t, err)
	_, err = s.Extend(src.tail(20, 30, 30))
	require.NoError(t, err)
	checkAgainst(t, s, src, 30)
	places, err := s.Places(review.DocumentID(src.entries[3].Leaf.Digest.String()))
	require.NoError(t, err)
	require.Len(t, places, 2)
}

func must(t *testing.T) func([]review.LogState, error) []review.LogState {
	return func(s []review.LogState, err error) []review.LogState {
		require.NoError(t, err)
		return s
	}
}

// TestAcknowledgedIsOnDisk opens copies of the files as they are at a moment
// while documents are filed, as after a kill.
func TestAcknowledgedIsOnDisk(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{}) // whose buffer holds all of it: no file goes away while it is copied
	signer, a := newNoteSigner(t), newAuthor(t)
	w := s.OpenLog(testOrigin, signer)
	var mu sync.Mutex
	var acknowledged []review.Record
	stop := make(chan struct{})
	var appenders sync.WaitGroup
	for n := range 4 {
		appenders.Go(func() {
			for i := range 1000 {
				select {
				case <-stop:
					return
				default:
				}
				records, _, err := w.Append(t.Context(), a.sign(t, comment(n<<20+i)))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, records...)
				mu.Unlock()
			}
		})
	}
	for range 5 {
		mu.Lock()
		before := acknowledged[:len(acknowledged):len(acknowledged)]
		mu.Unlock()
		head := s.Head(testOrigin)
		killed := filepath.Join(t.TempDir(), "db")
		copyFiles(t, dir, killed)
		after := openTest(t, killed, Options{}) // a buffer no smaller than that in which the files were written
		require.GreaterOrEqual(t, after.Head(testOrigin).Size, head.Size)
		for _, want := range before {
			got, err := after.Record(testOrigin, want.Index)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		require.Empty(t, after.OpenLog(testOrigin, signer).Fenced())
		if head.Size > 0 {
			root, err := after.Root(testOrigin, head.Size)
			require.NoError(t, err)
			require.Equal(t, head.Root, root, "no checkpoint that was seen is contradicted")
		}
		require.NoError(t, after.Close())
	}
	close(stop)
	appenders.Wait()
	t.Logf("%d documents acknowledged", len(acknowledged))
}

// copyFiles copies a database, leaving out the holes that Badger maps. The mark
// comes first: of all files it must not be the newest.
func copyFiles(t testing.TB, from, to string) {
	require.NoError(t, os.MkdirAll(to, 0o700))
	if b, err := os.ReadFile(filepath.Join(from, markName)); err == nil {
		require.NoError(t, os.WriteFile(filepath.Join(to, markName), b, 0o600))
	}
	block, zero := make([]byte, 64<<10), make([]byte, 64<<10)
	require.NoError(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "LOCK" || d.Name() == markName || d.Name() == ballastName {
			return err
		}
		in, err := os.Open(path)
		require.NoError(t, err)
		defer in.Close()
		out, err := os.Create(filepath.Join(to, d.Name()))
		require.NoError(t, err)
		defer out.Close()
		size := int64(0)
		for {
			n, err := io.ReadFull(in, block)
			if !bytes.Equal(block[:n], zero[:n]) {
				_, err := out.WriteAt(block[:n], size)
				require.NoError(t, err)
			}
			size += int64(n)
			if err != nil {
				return out.Truncate(size)
			}
		}
	}))
}

func TestEveryFlippedByteOfAPayloadIsNoticed(t *testing.T) {
	for name, payload := range map[string][]byte{"packed": comment(1), "plain": []byte(`{"a":"b"}`)} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, "", Options{InMemory: true})
			w := s.OpenLog(testOrigin, newNoteSigner(t))
			records, _, err := w.Append(t.Context(), newAuthor(t).sign(t, payload))
			require.NoError(t, err)
			digest := records[0].Leaf.Digest
			stored := marshalPayload(payload)
			for i := range len(stored) + 1 {
				flipped := bytes.Clone(stored)
				if i < len(stored) {
					flipped[i] ^= 1 << (i % 8)
				} else {
					flipped = nil // an unreadable value
				}
				require.NoError(t, s.db.Update(func(tx *badger.Txn) error {
					return tx.SetEntry(&badger.Entry{Key: digestKey(keyPayload, digest), Value: flipped, ExpiresAt: expiryOf(0, 0)})
				}))
				got, err := s.Payload(records[0].ID())
				var damage *DamageError
				var absent *AbsentError
				if !errors.As(err, &damage) && !errors.As(err, &absent) && !bytes.Equal(got, payload) {
					t.Fatalf("byte %d: %q, %v", i, got, err)
				}
				if err == nil {
					continue // the flip changed nothing that is read, as in a zstd header's spare bits
				}
				r, err := s.Record(testOrigin, 0)
				require.NoError(t, err)
				require.Equal(t, review.Missing, r.Absence)
				s.waitForRepairs()
				missing, err := s.Missing()
				require.NoError(t, err)
				require.Equal(t, []MissingPayload{{records[0].ID(), testOrigin, 0}}, missing)
				state, err := s.StateAt(testOrigin, 1)
				require.NoError(t, err)
				require.Equal(t, []uint64{0}, state.Absent)

				require.NoError(t, s.Reveal(payload), "a peer's copy repairs it")
				got, err = s.Payload(records[0].ID())
				require.NoError(t, err)
				require.Equal(t, payload, got)
			}
		})
	}
}

func TestDamageOutsidePayloadsIsNamedAndNotServed(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 8 {
		src.add(a, comment(i))
	}
	damage := func(t *testing.T, s *Store, key []byte, change func([]byte) []byte) {
		require.NoError(t, s.db.Update(func(tx *badger.Txn) error {
			item, err := tx.Get(key)
			require.NoError(t, err)
			value, err := item.ValueCopy(nil)
			require.NoError(t, err)
			return tx.Set(key, change(value))
		}))
	}
	flipAt := func(at int) func([]byte) []byte { return func(b []byte) []byte { b[at%len(b)] ^= 4; return b } }
	resealed := func(key []byte, at int) func([]byte) []byte { // as a faulty program would leave it
		return func(b []byte) []byte { return seal(key, flipAt(at)(b[:len(b)-sealSize])) }
	}
	flip := flipAt(5)
	entry5, entry3, entry7 := entryKey(0, 5), entryKey(0, 3), entryKey(0, 7)
	hashAt := func(level int) int { return entryHeader + level*tlog.HashSize }
	remove := func(t *testing.T, s *Store, key []byte) {
		require.NoError(t, s.db.Update(func(tx *badger.Txn) error { return tx.Delete(key) }))
	}
	for name, c := range map[string]struct {
		index  uint64
		change func(t *testing.T, s *Store)
	}{
		"entry":               {5, func(t *testing.T, s *Store) { damage(t, s, entry5, flip) }},
		"entry, sealed":       {5, func(t *testing.T, s *Store) { damage(t, s, entry5, resealed(entry5, 5)) }},
		"entry, emptied":      {5, func(t *testing.T, s *Store) { damage(t, s, entry5, func([]byte) []byte { return nil }) }},
		"entry, deleted":      {5, func(t *testing.T, s *Store) { remove(t, s, entry5) }},
		"last entry, deleted": {7, func(t *testing.T, s *Store) { remove(t, s, entryKey(0, 7)) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, "", Options{InMemory: true})
			_, err := s.Extend(src.tail(0, 8, 8))
			require.NoError(t, err)
			states, err := s.LogStates()
			require.NoError(t, err)
			c.change(t, s)
			var damaged *DamageError
			_, err = s.Record(testOrigin, c.index)
			require.ErrorAs(t, err, &damaged)
			_, err = s.Entries(testOrigin, 4, 8, math.MaxInt)
			require.ErrorAs(t, err, &damaged)
			var last error
			for _, last = range s.Records(review.Snapshot{Logs: states}) {
			}
			require.ErrorAs(t, last, &damaged)
		})
	}
	for name, change := range map[string]func(t *testing.T, s *Store){
		"leaf hash":         func(t *testing.T, s *Store) { damage(t, s, entry5, flipAt(hashAt(0))) },
		"leaf hash, sealed": func(t *testing.T, s *Store) { damage(t, s, entry5, resealed(entry5, hashAt(0))) },
		"inner hash":        func(t *testing.T, s *Store) { damage(t, s, entry3, resealed(entry3, hashAt(1))) },
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t, "", Options{InMemory: true})
			_, err := s.Extend(src.tail(0, 8, 8))
			require.NoError(t, err)
			change(t, s)
			var damaged *DamageError
			failed := 0
			for i := range uint64(8) {
				proof, err := s.Prove(testOrigin, i, 8)
				if err != nil {
					require.ErrorAs(t, err, &damaged)
					failed++
				} else {
					require.NotEmpty(t, proof)
				}
			}
			require.NotZero(t, failed)
		})
	}
	for name, at := range map[string]struct {
		key    []byte
		change func([]byte) []byte
	}{
		"head":         {numberKey(keyState, 0), flip},
		"edge":         {entry7, flipAt(hashAt(3))},
		"edge, sealed": {entry7, resealed(entry7, hashAt(3))},
		"checkpoint":   {numberKey(keyCheckpoint, 0), flip},
		"origin":       {numberKey(keyOrigin, 0), flip},
		"counters":     {[]byte{keyCounters}, flip},
	} {
		t.Run("open with damaged "+name, func(t *testing.T) {
			dir := t.TempDir()
			s := openTest(t, dir, small)
			_, err := s.Extend(src.tail(0, 8, 8))
			require.NoError(t, err)
			damage(t, s, at.key, at.change)
			require.NoError(t, s.Close())
			_, err = Open(dir, small)
			var damaged *DamageError
			require.ErrorAs(t, err, &damaged)
		})
	}
}

func TestFullDiskStopsWritesAndNothingElse(t *testing.T) {
	free := uint64(1 << 40)
	var mu sync.Mutex
	o := small
	o.FreeSpace = func(string) (uint64, uint64, error) {
		mu.Lock()
		defer mu.Unlock()
		return free, 1 << 40, nil
	}
	s, err := Open(t.TempDir(), o)
	require.NoError(t, err)
	defer s.Close()
	a := newAuthor(t)
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	records, head, err := w.Append(t.Context(), a.sign(t, comment(1)))
	require.NoError(t, err)
	set := func(n uint64) { mu.Lock(); free = n; mu.Unlock() }

	set(100 << 30) // below 10 % of a terabyte
	for range 3 {
		_, _, err = w.Append(t.Context(), a.sign(t, comment(2)))
		require.ErrorIs(t, err, ErrDiskFull)
	}
	require.ErrorIs(t, s.Witness(testOrigin, 0, signing.Checkpoint{Origin: string(testOrigin), Size: 1}, time.Now()), ErrDiskFull)
	require.Equal(t, head, s.Head(testOrigin))
	_, err = s.Payload(records[0].ID())
	require.NoError(t, err)

	set(1 << 40)
	_, head, err = w.Append(t.Context(), a.sign(t, comment(2)))
	require.NoError(t, err)
	require.EqualValues(t, 2, head.Size)
}

func TestAFailedWriteIsNotSeenAndStopsWriting(t *testing.T) {
	for name, fail := range map[string]func(*Store) (undo func()){
		"commit": func(s *Store) func() { // Badger refuses commits while a stream is open, however it fares
			stream := s.db.NewStreamWriter()
			_ = stream.PrepareIncremental()
			return stream.Cancel
		},
		"sync": func(s *Store) func() { // all that Badger says of a value log that it could not sync
			badgerLogger{s.logger, s.fail, s.awaitRoom, s.beforeRemoval}.Errorf("Error while curlf sync: %v\n", io.ErrShortWrite)
			return func() {}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openTest(t, dir, small)
			a := newAuthor(t)
			w := s.OpenLog(testOrigin, newNoteSigner(t))
			_, head, err := w.Append(t.Context(), a.sign(t, comment(1)))
			require.NoError(t, err)
			undo := fail(s)
			_, _, err = w.Append(t.Context(), a.sign(t, comment(2)))
			require.ErrorIs(t, err, ErrFailed)
			undo()
			_, _, err = w.Append(t.Context(), a.sign(t, comment(3)))
			require.ErrorIs(t, err, ErrFailed, "what failed once is not trusted again")
			require.Equal(t, head, s.Head(testOrigin))
			_, err = s.Record(testOrigin, 0)
			require.NoError(t, err)
			require.NoError(t, s.Close())

			s = openTest(t, dir, small)
			require.Equal(t, head, s.Head(testOrigin))
			_, _, err = s.OpenLog(testOrigin, w.signer).Append(t.Context(), a.sign(t, comment(2)))
			require.NoError(t, err)
		})
	}
}

func TestAnOpenDatabaseIsLocked(t *testing.T) {
	dir := t.TempDir()
	openTest(t, dir, small)
	_, err := Open(dir, small)
	require.ErrorIs(t, err, ErrLocked)
}

func TestEmptyFilesOfAKilledProcessDoNotKeepTheStoreFromOpening(t *testing.T) {
	for _, name := range []string{"00003.mem", "000002.vlog"} {
		dir := t.TempDir()
		s := openTest(t, dir, small)
		_, head, err := s.OpenLog(testOrigin, newNoteSigner(t)).Append(t.Context(), newAuthor(t).sign(t, comment(1)))
		require.NoError(t, err)
		killed := filepath.Join(t.TempDir(), "db")
		copyFiles(t, dir, killed)
		require.NoError(t, os.WriteFile(filepath.Join(killed, name), nil, 0o600))
		require.Equal(t, head, openTest(t, killed, small).Head(testOrigin), name)
	}
}

func TestAMemtableThatWasLargerIsTakenOver(t *testing.T) {
	dir, killed := t.TempDir(), filepath.Join(t.TempDir(), "db")
	s, a := openTest(t, dir, Options{WriteBuffer: 8 << 20}), newAuthor(t)
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	for written := 0; written < 7<<20; { // more than fits one of 2 MiB
		var run []Submission
		for range 100 {
			run = append(run, a.sign(t, long(written)))
			written += len(run[0].Payload)
		}
		_, _, err := w.Append(t.Context(), run...)
		require.NoError(t, err)
	}
	copyFiles(t, dir, killed)
	require.Equal(t, s.Head(testOrigin), openTest(t, killed, small).Head(testOrigin))
}

func TestClosedStoreSaysSo(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, _, err := w.Append(t.Context(), newAuthor(t).sign(t, comment(1)))
	require.ErrorIs(t, err, ErrClosed)
	_, err = s.LogStates()
	require.ErrorIs(t, err, ErrClosed)
}

func TestALaterLayoutIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	setLayout(t, s, layoutVersion+1)
	require.NoError(t, s.Close())
	_, err := Open(dir, small)
	require.ErrorContains(t, err, "a later version of this program wrote")
}

func setLayout(t *testing.T, s *Store, version uint64) {
	require.NoError(t, s.submit(ctxNone, cost{}, func(b *batch) error {
		b.set([]byte{keyVersion}, marshalNumber(version))
		return nil
	}))
}

func TestAnEarlierLayoutIsBroughtUpToDate(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	a := newAuthor(t)
	records, head, err := s.OpenLog(testOrigin, newNoteSigner(t)).Append(t.Context(), a.sign(t, comment(1)), a.sign(t, comment(2)))
	require.NoError(t, err)
	id := records[0].ID()
	require.NoError(t, s.db.Update(func(tx *badger.Txn) error { // as if that layout had no indexes
		for _, k := range append(indexKeys(records[0].Payload, records[0].Leaf.Digest), placeKey(records[0].Leaf.Digest, 0, 0)) {
			require.NoError(t, tx.Delete(k))
		}
		return nil
	}))
	setLayout(t, s, 1)
	require.NoError(t, s.Close())

	s = openTest(t, dir, small)
	require.Equal(t, head, s.Head(testOrigin))
	found, err := s.Find(Query{Kind: review.KindComment})
	require.NoError(t, err)
	require.Contains(t, found, id)
	places, err := s.Places(id)
	require.NoError(t, err)
	require.Equal(t, []Place{{testOrigin, 0}}, places)
}
