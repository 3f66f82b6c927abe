package store

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
)

func TestExtendAgreesWithTheReferenceAtEverySize(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 70 {
		src.add(a, comment(i))
	}
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		s := openTest(t, "", Options{InMemory: true})
		for held := 0; held < len(src.entries); {
			from := max(0, held-rnd.IntN(4))
			to := min(len(src.entries), from+rnd.IntN(12))
			size := max(1, to+rnd.IntN(len(src.entries)-to+1))
			head, err := s.Extend(src.tail(from, to, size))
			require.NoError(t, err, "seed %d: [%d,%d) under %d with %d held", seed, from, to, size, held)
			held = max(held, to)
			require.EqualValues(t, held, head.Size)
			if held > 0 {
				require.Equal(t, src.root(held), head.Root)
			}
			if uint64(size) == head.Size {
				require.Equal(t, src.note(size), head.Checkpoint)
			}
		}
		checkAgainst(t, s, src, len(src.entries))
	}
}

// checkAgainst compares everything that a store says of a log.
func checkAgainst(t *testing.T, s *Store, src *source, size int) {
	t.Helper()
	head := s.Head(src.origin)
	require.EqualValues(t, size, head.Size)
	require.Equal(t, src.root(size), head.Root)
	for n := 1; n <= size; n++ {
		state, err := s.StateAt(src.origin, uint64(n))
		require.NoError(t, err)
		require.Equal(t, src.root(n), state.Root)
		proof, err := s.ProveTree(src.origin, uint64(n), uint64(size))
		require.NoError(t, err)
		require.Equal(t, naiveProof(n, src.hashes(size), true), proof)
		index := uint64(n - 1)
		inclusion, err := s.Prove(src.origin, index, uint64(size))
		require.NoError(t, err)
		require.NoError(t, tlog.CheckRecord(inclusion, int64(size), head.Root, int64(index), src.entries[index].Leaf.Hash()))
		r, err := s.Record(src.origin, index)
		require.NoError(t, err)
		want := src.entries[index]
		require.Equal(t, review.Record{Origin: src.origin, Index: index, Leaf: want.Leaf, Payload: want.Payload, Genuine: want.Genuine}, r)
		places, err := s.Places(r.ID())
		require.NoError(t, err)
		require.Contains(t, places, Place{src.origin, index})
	}
	states, err := s.LogStates()
	require.NoError(t, err)
	n := 0
	for r, err := range s.Records(review.Snapshot{Logs: states}) {
		require.NoError(t, err)
		if r.Origin == src.origin {
			require.Equal(t, src.entries[n].Leaf, r.Leaf)
			require.Equal(t, src.entries[n].Payload, r.Payload)
			n++
		}
	}
	require.Equal(t, size, n)
}

func TestExtendTakesNothingUnproven(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 20 {
		src.add(a, comment(i))
	}
	s := openTest(t, "", Options{InMemory: true})
	_, err := s.Extend(src.tail(0, 7, 10))
	require.NoError(t, err)

	other := src.fork(7)
	for i := range 13 {
		other.add(a, comment(100+i))
	}
	swapped := src.tail(7, 10, 10)
	swapped.Entries = other.entries[7:10]
	short := src.tail(7, 9, 20)
	short.Proof = short.Proof[1:]
	gap := src.tail(8, 10, 10)
	missing := src.tail(7, 10, 10)
	missing.Entries = missing.Entries[:2]
	beyond := src.tail(7, 12, 12)
	beyond.Checkpoint, beyond.Note = src.checkpoint(10), src.note(10)
	empty := Tail{Origin: testOrigin, From: 7, Checkpoint: other.checkpoint(20), Note: other.note(20), Proof: tlog.TreeProof{{1}}}
	for name, tail := range map[string]Tail{"other entries": swapped, "short proof": short, "gap": gap, "too few": missing, "too many": beyond, "proof of nothing": empty} {
		head, err := s.Extend(tail)
		require.ErrorIs(t, err, ErrProof, name)
		require.EqualValues(t, 7, head.Size, name)
	}
	lying := src.tail(7, 10, 10)
	lying.Checkpoint.Root[0] ^= 1
	_, err = s.Extend(lying)
	require.ErrorIs(t, err, ErrProof)
	zero := src.tail(7, 10, 10)
	zero.Checkpoint.Size = 0
	_, err = s.Extend(zero)
	require.Error(t, err)

	_, err = s.Extend(src.tail(7, 20, 20))
	require.NoError(t, err)
	checkAgainst(t, s, src, 20)
}

func TestForkIsRefusedWithBothCheckpoints(t *testing.T) {
	// ours    0 1 2 3 4 5 6 7 8 9      notes at 6 and 10
	// theirs  0 1 2 3 4 x x x x x x x
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 10 {
		src.add(a, comment(i))
	}
	rival := src.fork(5)
	for i := range 7 {
		rival.add(a, comment(50+i))
	}
	tests := []struct {
		name     string
		held     [][3]int // tails taken before
		tail     Tail
		ours     int
		heldSize int
	}{
		{"same size", [][3]int{{0, 6, 6}, {6, 10, 10}}, rival.tail(5, 10, 10), 10, 10},
		{"smaller, within what is held", [][3]int{{0, 6, 6}, {6, 10, 10}}, rival.tail(5, 7, 7), 10, 10},
		{"smaller than the note that differs", [][3]int{{0, 6, 6}}, rival.tail(5, 6, 6), 6, 6},
		{"larger, from before the fork", [][3]int{{0, 6, 6}, {6, 10, 10}}, rival.tail(4, 12, 12), 10, 10},
		{"larger, in part, with a proof", [][3]int{{0, 10, 10}}, rival.tail(2, 7, 12), 10, 10},
		{"beyond a part, of the target's size", [][3]int{{0, 4, 10}}, rival.tail(4, 10, 10), 10, 4},
		{"beyond a part, of the target's size, in part", [][3]int{{0, 4, 10}}, rival.tail(4, 7, 10), 10, 4},
		{"beyond a part, past the target", [][3]int{{0, 4, 10}}, rival.tail(4, 12, 12), 10, 4},
		{"under the target in what is held", [][3]int{{0, 8, 10}}, rival.tail(0, 7, 7), 10, 8},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := openTest(t, "", Options{InMemory: true})
			for _, h := range test.held {
				_, err := s.Extend(src.tail(h[0], h[1], h[2]))
				require.NoError(t, err)
			}
			head, err := s.Extend(test.tail)
			var fork *ForkError
			require.ErrorAs(t, err, &fork)
			require.Equal(t, src.checkpoint(test.ours), fork.Ours)
			require.Equal(t, src.note(test.ours), fork.OursNote)
			require.Equal(t, test.tail.Checkpoint, fork.Theirs)
			require.Equal(t, test.tail.Note, fork.TheirsNote)
			require.EqualValues(t, test.heldSize, head.Size)
			checkAgainst(t, s, src, test.heldSize)
		})
	}
}

func TestExtendKeepsOnlyTheLogsOwnSignature(t *testing.T) {
	src := newSource(t, testOrigin)
	src.add(newAuthor(t), comment(1))
	tail := src.tail(0, 1, 1)
	tail.Note = append(tail.Note, "— w.sle.3f9a1c20.gcm.example AAAA\n"...)
	s := openTest(t, "", Options{InMemory: true})
	head, err := s.Extend(tail)
	require.NoError(t, err)
	require.Equal(t, src.note(1), head.Checkpoint)
}

func TestLargeTailBecomesVisibleInProvenParts(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 700 {
		src.add(a, comment(i))
	}
	s := openTest(t, "", Options{InMemory: true})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for size := uint64(0); size < 700; {
			h := s.Head(testOrigin)
			if h.Size != size && h.Root != src.root(int(h.Size)) {
				t.Errorf("size %d has a root of another tree", h.Size)
			}
			size = h.Size
		}
	}()
	_, err := s.Extend(src.tail(0, 700, 700))
	require.NoError(t, err)
	<-done
	parts, _ := s.parts(prepare(src.entries))
	require.Greater(t, len(parts), 2)
}
