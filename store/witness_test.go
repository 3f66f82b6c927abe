package store

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

func TestWitnessNeverGoesBack(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	cp := func(size uint64, root byte) signing.Checkpoint {
		return signing.Checkpoint{Origin: string(testOrigin), Size: size, Root: [32]byte{root}}
	}
	c, last := s.Witnessed(testOrigin)
	require.Equal(t, signing.Checkpoint{Origin: string(testOrigin)}, c)
	require.True(t, last.IsZero())

	require.NoError(t, s.Witness(testOrigin, 0, cp(3, 1), at))
	require.ErrorIs(t, s.Witness(testOrigin, 0, cp(4, 1), at), ErrConflict)
	require.ErrorIs(t, s.Witness(testOrigin, 2, cp(4, 1), at), ErrConflict)
	require.Error(t, s.Witness(testOrigin, 3, cp(2, 1), at))
	var fork *ForkError
	require.ErrorAs(t, s.Witness(testOrigin, 3, cp(3, 2), at), &fork)
	require.Equal(t, cp(3, 1), fork.Ours)
	require.Equal(t, cp(3, 2), fork.Theirs)
	require.ErrorContains(t, s.Witness(testOrigin, 3, cp(4, 1), at.Add(-time.Second)), "clock")
	require.NoError(t, s.Witness(testOrigin, 3, cp(3, 1), at.Add(time.Second)), "the same again, later")
	require.NoError(t, s.Witness(testOrigin, 3, cp(9, 2), at.Add(time.Second)))
	require.Error(t, s.Witness("e1.ken.3f9a1c20.gcm.example", 0, cp(9, 2), at), "another log's")
	require.Error(t, s.Witness(testOrigin, 9, cp(1<<62+1, 2), at.Add(time.Minute)), "a size that proof checks do not end on")

	require.NoError(t, s.Close())
	s = openTest(t, dir, small)
	c, last = s.Witnessed(testOrigin)
	require.Equal(t, cp(9, 2), c)
	require.Equal(t, at.Add(time.Second), last)
}

// Only one of two that race from the same state may cosign.
func TestWitnessComparesAndSwaps(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	results := make(chan error)
	for n := range 8 {
		go func() {
			results <- s.Witness(testOrigin, 0, signing.Checkpoint{Origin: string(testOrigin), Size: 1, Root: [32]byte{byte(n)}}, time.Now())
		}()
	}
	won := 0
	for range 8 {
		if err := <-results; err == nil {
			won++
		} else if !errors.Is(err, ErrConflict) {
			t.Error(err)
		}
	}
	require.Equal(t, 1, won)
}

func TestMetaIsBounded(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	value, err := s.Meta("none")
	require.NoError(t, err)
	require.Nil(t, value)
	require.NoError(t, s.SetMeta("largest", make([]byte, MaxMeta)))
	require.Error(t, s.SetMeta("larger", make([]byte, MaxMeta+1)))
	value, err = s.Meta("largest")
	require.NoError(t, err)
	require.Len(t, value, MaxMeta)
}
