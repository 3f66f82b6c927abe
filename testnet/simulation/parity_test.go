package simulation

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// TestMemoryAnswersAsTheStoreDoes gives the same ranges, sound and unsound, to
// a ledger in memory and to a real store, and compares all that they say to
// the protocol: what holds in simulations holds of the database.
func TestMemoryAnswersAsTheStoreDoes(t *testing.T) {
	eachSeed(t, 20, func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		f := NewFederation(seed, 1, 1)
		m := f.Members[0]
		o := m.Origin
		source := NewLedger()
		real, err := store.Open("", store.Options{InMemory: true})
		require.NoError(t, err)
		defer real.Close()
		memory := NewLedger()
		for i := range 12 {
			for range 1 + random.IntN(5) {
				source.Append(o, m.Log, Entry(f.Pledge(m, i)))
			}
			for range 3 {
				tail := randomTail(random, source, memory, o)
				headReal, errReal := real.Extend(tail)
				headMemory, errMemory := memory.Extend(tail)
				if unsound := errors.Is(errMemory, store.ErrProof); unsound {
					require.Error(t, errReal)
				} else {
					require.NoError(t, errMemory)
					require.NoError(t, errReal)
				}
				require.Equal(t, headReal, headMemory)
			}
			if notes := source.logs[o].notes; random.IntN(4) == 0 {
				note := notes[random.IntN(len(notes))]
				to, err := signing.PeekCheckpoint(note)
				require.NoError(t, err)
				if random.IntN(6) == 0 {
					to, note = signing.Checkpoint{}, nil
				}
				headReal, err := real.Rewind(o, to, note)
				require.NoError(t, err)
				headMemory, err := memory.Rewind(o, to, note)
				require.NoError(t, err)
				require.Equal(t, headReal, headMemory)
			}
			requireSameAnswers(t, random, real, memory, o)
		}
	})
}

// randomTail is a range from what is held on, now and then with a fault.
func randomTail(random *rand.Rand, source, memory *Ledger, o review.Origin) store.Tail {
	head, held := source.Head(o), memory.Head(o).Size
	end := held + uint64(random.Int64N(int64(head.Size-held)+1))
	t := store.Tail{Origin: o, From: held, Note: head.Checkpoint,
		Checkpoint: signing.Checkpoint{Origin: string(o), Size: head.Size, Root: head.Root}}
	if end > held {
		t.Entries, _ = source.Entries(o, held, end, 1<<20)
	}
	if 0 < end && end < head.Size {
		t.Proof, _ = source.ProveTree(o, end, head.Size)
	}
	for i := range t.Entries {
		switch random.IntN(8) {
		case 0:
			t.Entries[i].Payload, t.Entries[i].Absence = nil, review.Missing
		case 1:
			if random.IntN(4) == 0 {
				t.Entries[i].Leaf.Digest[0] ^= 1
			}
		}
	}
	if len(t.Proof) > 0 && random.IntN(6) == 0 {
		t.Proof[0][0] ^= 1
	}
	return t
}

func requireSameAnswers(t *testing.T, random *rand.Rand, real *store.Store, memory *Ledger, o review.Origin) {
	require.Equal(t, real.Heads(), append([]store.Head{}, memory.Heads()...))
	statesReal, err := real.LogStates()
	require.NoError(t, err)
	statesMemory, err := memory.LogStates()
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(statesReal), fmt.Sprint(statesMemory))
	size := memory.Head(o).Size
	if size == 0 {
		return
	}
	at := uint64(random.Int64N(int64(size))) + 1
	stateReal, err := real.StateAt(o, at)
	require.NoError(t, err)
	stateMemory, err := memory.StateAt(o, at)
	require.NoError(t, err)
	require.Equal(t, stateReal.Root, stateMemory.Root)
	require.Equal(t, fmt.Sprint(stateReal.Absent), fmt.Sprint(stateMemory.Absent))
	proofReal, err := real.ProveTree(o, at, size)
	require.NoError(t, err)
	proofMemory, err := memory.ProveTree(o, at, size)
	require.NoError(t, err)
	require.Equal(t, append(tlog.TreeProof{}, proofReal...), append(tlog.TreeProof{}, proofMemory...))
	entriesReal, err := real.Entries(o, at-1, size, 1<<20)
	require.NoError(t, err)
	entriesMemory, err := memory.Entries(o, at-1, size, 1<<20)
	require.NoError(t, err)
	require.Equal(t, len(entriesReal), len(entriesMemory))
	for i, e := range entriesReal {
		require.Equal(t, e.Leaf, entriesMemory[i].Leaf)
		require.Equal(t, e.Payload, entriesMemory[i].Payload)
		require.Equal(t, e.Absence, entriesMemory[i].Absence)
	}
	missingReal, err := real.Missing()
	require.NoError(t, err)
	missingMemory := memory.Missing()
	require.Equal(t, len(missingReal), len(missingMemory))
	for i, m := range missingReal {
		require.Equal(t, m.ID, missingMemory[i])
	}
}
