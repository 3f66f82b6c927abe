package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

func TestAppendReturnsRecordsUnderASignedCheckpoint(t *testing.T) {
	s := openTest(t, t.TempDir(), small)
	signer, a := newNoteSigner(t), newAuthor(t)
	w := s.OpenLog(testOrigin, signer)
	src := &source{t: t, origin: testOrigin, signer: signer}
	for n := 0; n < 40; n += 1 + n%5 {
		var submissions []Submission
		for i := range 1 + n%5 {
			submissions = append(submissions, a.sign(t, comment(n+i)))
		}
		records, head, err := w.Append(t.Context(), submissions...)
		require.NoError(t, err)
		for i, r := range records {
			src.entries = append(src.entries, Entry{Leaf: submissions[i].Leaf, Payload: submissions[i].Payload, Genuine: true})
			require.EqualValues(t, n+i, r.Index)
			require.Equal(t, submissions[i].Payload, r.Payload)
		}
		cp, err := signing.OpenCheckpoint(head.Checkpoint, string(testOrigin), signer.Key())
		require.NoError(t, err)
		require.Equal(t, src.checkpoint(len(src.entries)), cp)
	}
	checkAgainst(t, s, src, len(src.entries))
}

func TestADocumentIsFiledOnceInALog(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	a, b := newAuthor(t), newAuthor(t)
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	one, again, byOther := a.sign(t, comment(1)), a.sign(t, comment(1)), b.sign(t, comment(1))
	require.NotEqual(t, one.Leaf.Signature, again.Leaf.Signature, "ECDSA is randomised")

	first, head, err := w.Append(t.Context(), one, again)
	require.NoError(t, err)
	require.EqualValues(t, 1, head.Size)
	require.Equal(t, first[0], first[1])
	require.Equal(t, one.Leaf, first[0].Leaf)

	second, after, err := w.Append(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, first[:1], second)
	require.Equal(t, head, after, "nothing new is signed")

	third, _, err := w.Append(t.Context(), byOther)
	require.NoError(t, err)
	require.EqualValues(t, 1, third[0].Index, "another's signature does not keep the author's out")
}

func TestSealedIsRevealedByFilingThePayload(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	d := newAuthor(t).sign(t, comment(1))
	records, head, err := w.Append(t.Context(), Submission{Leaf: d.Leaf})
	require.NoError(t, err)
	require.Equal(t, review.Sealed, records[0].Absence)
	state, err := s.StateAt(testOrigin, 1)
	require.NoError(t, err)
	require.Equal(t, []uint64{0}, state.Absent)
	missing, err := s.Missing()
	require.NoError(t, err)
	require.Empty(t, missing, "nobody is asked for what is sealed")

	records, after, err := w.Append(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, d.Payload, records[0].Payload)
	require.Equal(t, head, after)
	found, err := s.Find(Query{Kind: review.KindComment})
	require.NoError(t, err)
	require.Equal(t, []review.DocumentID{records[0].ID()}, found)
}

func TestAppendRefusesWhatIsNotSigned(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	a := newAuthor(t)
	forged := a.sign(t, comment(1))
	forged.Leaf.Key = newAuthor(t).key
	_, _, err := w.Append(t.Context(), a.sign(t, comment(2)), forged)
	require.ErrorIs(t, err, signing.ErrSignature)
	swapped := a.sign(t, comment(1))
	swapped.Payload = comment(2)
	_, _, err = w.Append(t.Context(), swapped)
	require.Error(t, err)
	for _, payload := range [][]byte{comment(1), comment(2)} { // what is said to be checked has to be of the payload, which has to be of the leaf
		swapped.Checked, err = review.Parse(payload)
		require.NoError(t, err)
		_, _, err = w.Append(t.Context(), swapped)
		require.Error(t, err)
	}
	other := a.sign(t, comment(3))
	other.Checked = swapped.Checked
	_, _, err = w.Append(t.Context(), other)
	require.Error(t, err)
	huge := a.sign(t, make([]byte, signing.MaxPayload+1))
	_, _, err = w.Append(t.Context(), huge)
	require.Error(t, err)
	_, _, err = w.Append(t.Context(), forged)
	require.ErrorIs(t, err, signing.ErrSignature, "alone")
	require.Zero(t, s.Head(testOrigin).Size)
	require.Empty(t, keysOf(t, s, keyPayload))
	require.Empty(t, keysOf(t, s, keyKey))
	records, _, err := w.Append(t.Context(), a.sign(t, comment(1)))
	require.NoError(t, err)
	require.Zero(t, records[0].Index)
}

// Callers of whom some bring what is forged: each gets an answer of its own.
func TestAForgedDocumentSpoilsNoOther(t *testing.T) {
	s := openTest(t, t.TempDir(), small)
	signer, a, b := newNoteSigner(t), newAuthor(t), newAuthor(t)
	w := s.OpenLog(testOrigin, signer)
	var callers sync.WaitGroup
	for n := range 8 {
		callers.Go(func() {
			for i := range 12 {
				d := a.sign(t, comment(100*n+i))
				forged := i%3 == 0
				if forged {
					d.Leaf.Key = b.key
				}
				if _, _, err := w.Append(context.Background(), d); errors.Is(err, signing.ErrSignature) != forged || err != nil && !forged {
					t.Errorf("%v", err)
				}
			}
		})
	}
	callers.Wait()
	head := s.Head(testOrigin)
	require.EqualValues(t, 8*8, head.Size)
	cp, err := signing.OpenCheckpoint(head.Checkpoint, string(testOrigin), signer.Key())
	require.NoError(t, err)
	require.Equal(t, head.Root, cp.Root)
	for i := range head.Size {
		r, err := s.Record(testOrigin, i)
		require.NoError(t, err)
		require.True(t, r.Leaf.Genuine())
	}
	require.Empty(t, checkedAgain(t, s).Findings)
}

func TestConcurrentCallersShareCheckpointsAndReadersSeeWholeBatches(t *testing.T) {
	s := openTest(t, t.TempDir(), small)
	signer := newNoteSigner(t)
	w := s.OpenLog(testOrigin, signer)
	a := newAuthor(t)
	const writers, each = 16, 6
	done := make(chan struct{})
	var readers, appenders sync.WaitGroup
	sizes := make(map[uint64]signing.Checkpoint)
	readers.Go(func() {
		for last := uint64(0); ; {
			h := s.Head(testOrigin)
			if h.Size > 0 {
				cp, err := signing.OpenCheckpoint(h.Checkpoint, string(testOrigin), signer.Key())
				if err != nil || cp.Size != h.Size || cp.Root != h.Root || h.Size < last {
					t.Errorf("head %d: %v %v", h.Size, cp, err)
				}
				sizes[h.Size] = cp
				if _, err := s.Record(testOrigin, h.Size-1); err != nil {
					t.Error(err)
				}
				if _, err := s.Prove(testOrigin, h.Size/2, h.Size); err != nil {
					t.Error(err)
				}
				last = h.Size
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	for n := range writers {
		appenders.Go(func() {
			for i := range each {
				d := a.sign(t, comment(n*each+i))
				records, head, err := w.Append(context.Background(), d)
				if err != nil || records[0].Index >= head.Size || records[0].ID() != review.DocumentID(d.Leaf.Digest.String()) {
					t.Errorf("%v %v", records, err)
				}
			}
		})
	}
	appenders.Wait()
	close(done)
	readers.Wait()
	require.EqualValues(t, writers*each, s.Head(testOrigin).Size)
	for size, cp := range sizes {
		root, err := s.Root(testOrigin, size)
		require.NoError(t, err)
		require.Equal(t, cp.Root, root)
	}
	t.Logf("%d documents, %d or more checkpoints", writers*each, len(sizes))
}

func TestFenceHoldsForEver(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	signer, a := newNoteSigner(t), newAuthor(t)
	w := s.OpenLog(testOrigin, signer)
	_, head, err := w.Append(t.Context(), a.sign(t, comment(1)))
	require.NoError(t, err)
	require.Same(t, w, s.OpenLog(testOrigin, signer))
	require.NotEmpty(t, s.OpenLog(testOrigin, newNoteSigner(t)).Fenced(), "one log, one key")
	require.Empty(t, w.Fenced())

	require.NoError(t, w.Fence("a peer shows a longer head"))
	require.NoError(t, w.Fence("a later reason"))
	require.NoError(t, s.Close())
	s = openTest(t, dir, small)
	w = s.OpenLog(testOrigin, signer)
	require.Equal(t, "a peer shows a longer head", w.Fenced())
	_, _, err = w.Append(t.Context(), a.sign(t, comment(2)))
	require.ErrorIs(t, err, ErrFenced)
	require.Equal(t, head, s.Head(testOrigin))
}

func TestOwnLogIsPulledBackOnlyWhenFenced(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 5 {
		src.add(a, comment(i))
	}
	dir := t.TempDir()
	s := openTest(t, dir, small)
	w := s.OpenLog(testOrigin, src.signer)
	for _, e := range src.entries[:3] {
		_, _, err := w.Append(t.Context(), Submission{Leaf: e.Leaf, Payload: e.Payload})
		require.NoError(t, err)
	}
	_, err := s.Extend(src.tail(3, 5, 5))
	require.Error(t, err)
	require.NoError(t, w.Fence("a peer shows size 5"))
	head, err := s.Extend(src.tail(3, 4, 5))
	require.NoError(t, err)
	require.EqualValues(t, 4, head.Size)
	checkAgainst(t, s, src, 4)
}

func TestALogThatCameFromPeersIsNotSigned(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 5 {
		src.add(a, comment(i))
	}
	for name, take := range map[string]Tail{"part": src.tail(0, 4, 5), "part and a target": src.tail(0, 3, 3)} {
		s := openTest(t, "", Options{InMemory: true})
		if name == "part and a target" {
			_, err := s.Extend(src.tail(0, 2, 5))
			require.NoError(t, err)
		}
		_, err := s.Extend(take)
		require.NoError(t, err)
		require.NotEmpty(t, s.OpenLog(testOrigin, src.signer).Fenced(), name)
	}
	s := openTest(t, "", Options{InMemory: true})
	_, err := s.Extend(src.tail(0, 5, 5))
	require.NoError(t, err)
	require.NotEmpty(t, s.OpenLog(testOrigin, newNoteSigner(t)).Fenced(), "another key")
}

func TestTilesAreThoseOfTheTree(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 520 {
		src.add(a, comment(i))
	}
	s := openTest(t, "", Options{InMemory: true})
	_, err := s.Extend(src.tail(0, 520, 520))
	require.NoError(t, err)
	tree := tlog.Tree{N: 520, Hash: src.root(520)}
	reader := tlog.TileHashReader(tree, tileReader{t, s})
	for i := range src.entries {
		proof, err := tlog.ProveRecord(520, int64(i), reader)
		require.NoError(t, err)
		require.NoError(t, tlog.CheckRecord(proof, 520, tree.Hash, int64(i), src.entries[i].Leaf.Hash()))
	}
	bundle, err := s.Tile(testOrigin, tlog.Tile{H: 8, L: -1, N: 2, W: 8})
	require.NoError(t, err)
	for i := 512; i < 520; i++ {
		n := int(bundle[0])<<8 | int(bundle[1])
		require.Equal(t, src.entries[i].Leaf.Marshal(), bundle[2:2+n])
		bundle = bundle[2+n:]
	}
	require.Empty(t, bundle)
	for _, none := range []tlog.Tile{{H: 8, L: 0, N: 2, W: 9}, {H: 8, L: 0, N: 3, W: 1}, {H: 8, L: 1, N: 0, W: 3}, {H: 8, L: 2, N: 0, W: 1}, {H: 4, L: 0, N: 0, W: 16}, {H: 8, L: 0, N: -1, W: 1}, {H: 8, L: 9, N: 0, W: 1}} {
		_, err := s.Tile(testOrigin, none)
		require.ErrorIs(t, err, ErrNotFound, fmt.Sprint(none))
	}
}

type tileReader struct {
	t *testing.T
	s *Store
}

func (r tileReader) Height() int                     { return 8 }
func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		b, err := r.s.Tile(testOrigin, tile)
		require.NoError(r.t, err)
		data = append(data, b)
	}
	return data, nil
}
