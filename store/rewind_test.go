package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// What a rewound store holds is, key for key, what one holds to which the tail
// never came.
func TestARewoundLogIsAsIfItsTailHadNeverCome(t *testing.T) {
	a := newAuthor(t)
	for seed := range uint64(15) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		src, other := newSource(t, testOrigin), newSource(t, "e1.gmb.3f9a1c20.gcm.example")
		for i := range 30 {
			src.add(a, comment(rnd.IntN(25))) // some documents lie in a log twice
			if i%3 == 0 {
				other.add(a, comment(rnd.IntN(30)))
			}
		}
		src.entries[rnd.IntN(30)].Payload = nil
		keep := 1 + rnd.IntN(29)
		forked := src.fork(keep)
		for i := range 20 {
			forked.add(a, comment(100+i))
		}

		s, want := openTest(t, "", Options{InMemory: true}), openTest(t, "", Options{InMemory: true})
		for _, tail := range []Tail{src.tail(0, keep, keep), other.tail(0, 10, 10)} {
			_, err := want.Extend(tail)
			require.NoError(t, err)
		}
		for _, tail := range []Tail{src.tail(0, keep, 30), src.tail(keep, 30, 30), other.tail(0, 10, 10)} {
			_, err := s.Extend(tail)
			require.NoError(t, err)
		}
		for range 2 { // the second time changes nothing
			head, err := s.Rewind(testOrigin, src.checkpoint(keep), src.note(keep))
			require.NoError(t, err, "seed %d", seed)
			require.Equal(t, want.Head(testOrigin), head, "seed %d", seed)
			for _, prefix := range []byte{keyState, keyCheckpoint, keyTarget, keyEntry, keyHash, keyPlace, keyPayload, keyAbsence, keyIndex} {
				require.Equal(t, keysOf(t, want, prefix), keysOf(t, s, prefix), "seed %d, %c", seed, prefix)
			}
		}
		_, err := s.Extend(forked.tail(keep, keep+20, keep+20))
		require.NoError(t, err)
		require.Equal(t, forked.root(keep+20), s.Head(testOrigin).Root)
	}
}

// The end of a log that no quorum ever saw is its beginning, and then the
// other history may come.
func TestALogRewoundToNothingTakesTheOtherHistory(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 20 {
		src.add(a, comment(i))
	}
	other := src.fork(0)
	for i := range 5 {
		other.add(a, comment(50+i))
	}
	dir := t.TempDir()
	s := openTest(t, dir, small)
	_, err := s.Extend(src.tail(0, 20, 20))
	require.NoError(t, err)
	head, err := s.Rewind(testOrigin, signing.Checkpoint{}, nil)
	require.NoError(t, err)
	require.Zero(t, head.Size)
	require.Empty(t, s.Heads())
	require.NoError(t, s.Close())

	s = openTest(t, dir, small)
	require.Zero(t, s.Head(testOrigin).Size)
	_, err = s.Extend(other.tail(0, 5, 5))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	s = openTest(t, dir, small)
	checkAgainst(t, s, other, 5)
}

// A note beyond the end may be of the history that is left, so what only it
// proved goes too.
func TestRewindForgetsWhatOnlyALargerNoteProved(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 20 {
		src.add(a, comment(i))
	}
	other := src.fork(6)
	for i := range 14 {
		other.add(a, comment(50+i))
	}
	s := openTest(t, "", Options{InMemory: true})
	for _, tail := range []Tail{src.tail(0, 4, 4), other.tail(4, 8, 20)} {
		_, err := s.Extend(tail)
		require.NoError(t, err)
	}
	head, err := s.Rewind(testOrigin, src.checkpoint(15), src.note(15))
	require.NoError(t, err)
	require.Equal(t, Head{Origin: testOrigin, Size: 4, Root: src.root(4), Checkpoint: src.note(4)}, head)
	_, err = s.Extend(src.tail(4, 15, 15))
	require.NoError(t, err)
	checkAgainst(t, s, src, 15)
}

func TestRewindRefuses(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 9 {
		src.add(a, comment(i))
	}
	other := src.fork(3)
	other.add(a, comment(50), comment(51))
	dir := t.TempDir()
	s := openTest(t, dir, small)
	w := s.OpenLog(testOrigin, src.signer)
	for _, e := range src.entries {
		_, _, err := w.Append(t.Context(), Submission{Leaf: e.Leaf, Payload: e.Payload})
		require.NoError(t, err)
	}
	_, err := s.Rewind(testOrigin, src.checkpoint(4), src.note(4))
	require.ErrorContains(t, err, "own log")
	require.NoError(t, w.Fence("it showed two histories"))
	_, err = s.Rewind(testOrigin, other.checkpoint(5), other.note(5))
	require.ErrorIs(t, err, ErrProof, "another history")
	_, err = s.Rewind(testOrigin, src.checkpoint(4), src.note(5))
	require.ErrorIs(t, err, ErrProof, "another note")
	checkAgainst(t, s, src, 9)

	// A fenced log is rewound, and does not take its marks for documents.
	_, err = s.Rewind(testOrigin, src.checkpoint(4), src.note(4))
	require.NoError(t, err)
	require.Len(t, keysOf(t, s, keyFiled), 4)
	require.NoError(t, s.Close())
	s = openTest(t, dir, small)
	checkAgainst(t, s, src, 4)
	found, err := s.Find(Query{Kind: review.KindComment})
	require.NoError(t, err)
	require.Len(t, found, 4)
}

// Whoever reads a log while it goes back and forth between two histories gets
// a record, proof or list of one of them, or learns that it is not there: no
// mixture, and no word of damage.
func TestReadersOfALogThatIsRewoundGetNoWrongAnswer(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 12 {
		src.add(a, comment(i))
	}
	other := src.fork(5)
	for i := range 12 {
		other.add(a, comment(50+i))
	}
	histories := []*source{src, other}
	roots := map[tlog.Hash]bool{{}: true}
	for _, h := range histories {
		for n := range len(h.entries) {
			roots[h.root(n+1)] = true
		}
	}
	s := openTest(t, t.TempDir(), small)
	_, err := s.Extend(src.tail(0, 12, 12))
	require.NoError(t, err)

	var readers sync.WaitGroup
	stop := make(chan struct{})
	read := func(what string, do func() error) {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := do(); err != nil && !errors.Is(err, ErrNotFound) {
					t.Errorf("%s: %v", what, err)
					return
				}
			}
		})
	}
	read("record", func() error {
		for i := range uint64(12) {
			r, err := s.Record(testOrigin, i)
			if err != nil {
				return err
			}
			if d := r.Leaf.Digest; d != histories[0].entries[i].Leaf.Digest && d != histories[1].entries[i].Leaf.Digest {
				return fmt.Errorf("record %d is of neither history", i)
			}
			if r.Payload == nil {
				return fmt.Errorf("record %d has no content", i)
			}
		}
		return nil
	})
	read("proof", func() error {
		h := s.Head(testOrigin)
		if h.Size <= 5 {
			return nil
		}
		_, err := s.ProveTree(testOrigin, 5, h.Size)
		if err == nil {
			_, err = s.Prove(testOrigin, h.Size-1, h.Size)
		}
		return err
	})
	read("root", func() error {
		root, err := s.Root(testOrigin, 8)
		if err == nil && !roots[root] {
			err = fmt.Errorf("root %x is of neither history", root)
		}
		return err
	})
	read("tile", func() error {
		_, err := s.Tile(testOrigin, tlog.Tile{H: 8, L: 0, N: 0, W: 9})
		return err
	})
	read("entries", func() error {
		entries, err := s.Entries(testOrigin, 3, 12, 1<<20)
		for i, e := range entries {
			if d := e.Leaf.Digest; d != histories[0].entries[3+i].Leaf.Digest && d != histories[1].entries[3+i].Leaf.Digest {
				return fmt.Errorf("entry %d is of neither history", 3+i)
			}
		}
		return err
	})
	read("records", func() error {
		states, err := s.LogStates()
		if err != nil {
			return err
		}
		n := 0
		for _, err := range s.Records(review.Snapshot{Logs: states}) {
			if err != nil {
				if strings.Contains(err.Error(), "they are of a fork") {
					return nil // the other history by now, and it says so
				}
				return err
			}
			n++
		}
		if len(states) > 0 && uint64(n) != states[0].Size {
			return fmt.Errorf("%d records of %d", n, states[0].Size)
		}
		return nil
	})
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	for i := range rounds {
		_, err := s.Rewind(testOrigin, src.checkpoint(5), src.note(5))
		require.NoError(t, err)
		h := histories[(i+1)%2]
		_, err = s.Extend(h.tail(5, len(h.entries), len(h.entries)))
		require.NoError(t, err)
	}
	close(stop)
	readers.Wait()
	missing, err := s.Missing()
	require.NoError(t, err)
	require.Empty(t, missing, "a payload passed for damaged")
}

// Hashes of high levels lie outside the entries; they come and go with them.
func TestHashesAboveATileComeAndGoWithTheirRecords(t *testing.T) {
	src, a := newSource(t, testOrigin), newAuthor(t)
	for i := range 1100 {
		src.add(a, comment(i))
	}
	s, want := openTest(t, "", Options{InMemory: true}), openTest(t, "", Options{InMemory: true})
	for _, in := range []*Store{s, want} {
		_, err := in.Extend(src.tail(0, 600, 600))
		require.NoError(t, err)
	}
	require.Len(t, keysOf(t, s, keyHash), 3, "two of level 8, one of level 9")
	_, err := s.Extend(src.tail(600, 1100, 1100))
	require.NoError(t, err)
	require.Equal(t, src.root(1100), s.Head(testOrigin).Root)
	for _, index := range []uint64{0, 255, 256, 600, 1023, 1024, 1099} {
		_, err := s.Prove(testOrigin, index, 1100)
		require.NoError(t, err)
	}
	_, err = s.ProveTree(testOrigin, 513, 1100)
	require.NoError(t, err)
	head, err := s.Rewind(testOrigin, src.checkpoint(600), src.note(600))
	require.NoError(t, err)
	require.Equal(t, want.Head(testOrigin), head)
	for _, prefix := range []byte{keyEntry, keyHash, keyPlace} {
		require.Equal(t, keysOf(t, want, prefix), keysOf(t, s, prefix), "%c", prefix)
	}
}
