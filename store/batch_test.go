package store

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFailedJobLeavesNothingAndSpoilsNoOther(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	boom := errors.New("boom")
	set := func(name string, err error) *job {
		return &job{cost: cost{keys: 1}, do: func(b *batch) error {
			b.set(textKey(keyMeta, name), []byte(name))
			return err
		}, done: make(chan error, 1)}
	}
	early := &job{do: func(*batch) error { return boom }, done: make(chan error, 1)}
	jobs := []*job{set("a", nil), early, set("b", boom), set("c", nil), set("d", boom)}
	s.execute(jobs) // nothing else writes here
	want := []error{nil, boom, boom, nil, boom}
	for i, j := range jobs {
		require.Equal(t, want[i], <-j.done)
	}
	for name, kept := range map[string]bool{"a": true, "b": false, "c": true, "d": false} {
		value, err := s.Meta(name)
		require.NoError(t, err)
		require.Equal(t, kept, value != nil, name)
	}
}

func TestGatheredJobsFitOneTransaction(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	a := newAuthor(t)
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	submissions := make([]Submission, 40)
	for i := range submissions {
		noise := make([]byte, 60<<10)
		for k := range noise {
			noise[k] = byte(i*k*k>>7 ^ k*31>>3)
		}
		submissions[i] = a.sign(t, noise)
	}
	results := make(chan error)
	for _, d := range submissions {
		go func() {
			_, _, err := w.Append(context.Background(), d)
			results <- err
		}()
	}
	for range submissions {
		require.NoError(t, <-results)
	}
	_, head, err := w.Append(t.Context(), submissions...)
	require.NoError(t, err)
	require.EqualValues(t, len(submissions), head.Size)
}

func TestAppendGivenUpHalfWayIsSafeToRepeat(t *testing.T) {
	s := openTest(t, "", Options{InMemory: true})
	d := newAuthor(t).sign(t, comment(1))
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		if _, _, err := w.Append(ctx, d); err != nil {
			require.ErrorIs(t, err, context.Canceled)
		}
	}
	_, head, err := w.Append(t.Context(), d)
	require.NoError(t, err)
	require.EqualValues(t, 1, head.Size)
}
