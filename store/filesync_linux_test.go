package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

// What has no value in the value log needs no sync of it.
func TestOnlyWhatWasWrittenToIsSynced(t *testing.T) {
	s, w, _ := filedAlone(t, long(0), comment(1))
	require.Nil(t, s.logFiles.values.File)
	require.NotNil(t, s.logFiles.changes.File)
	_, _, err := w.Append(t.Context(), newAuthor(t).sign(t, drawn(2)))
	require.NoError(t, err)
	require.NotNil(t, s.logFiles.values.File)
}

// What is filed alone finds room that was made before: to sync it, one block is
// written and not two. What a kill leaves is the same.
func TestRoomIsMadeInTheLogForWhatIsFiledAlone(t *testing.T) {
	s, w, _ := filedAlone(t)
	a := newAuthor(t)
	holeFrom := func() (at int64) {
		var cannot bool
		var err error
		require.ErrorIs(t, s.submit(t.Context(), cost{}, func(*batch) error { // when what was done after an answer is done
			cannot = s.logFiles.noRoom
			at, err = syscall.Seek(int(s.logFiles.changes.Fd()), 0, 4)
			return errMoved
		}), errMoved)
		require.NoError(t, err)
		if cannot {
			t.Skip("this system cannot")
		}
		return at
	}
	for i := range 2 * roomAhead / 1000 {
		_, _, err := w.Append(t.Context(), a.sign(t, comment(i)))
		require.NoError(t, err)
		if i == 0 {
			require.GreaterOrEqual(t, holeFrom(), int64(roomAhead))
		}
	}
	require.GreaterOrEqual(t, holeFrom(), int64(2*roomAhead))
	killed := filepath.Join(t.TempDir(), "db")
	copyFiles(t, s.dir, killed)
	after := openTest(t, killed, small)
	require.Equal(t, s.Head(testOrigin), after.Head(testOrigin))
	require.Empty(t, checkedAgain(t, after).Findings)
}

// The log of a memtable that is full is followed by another one.
func TestTheNewestLogIsSynced(t *testing.T) {
	s, w, _ := filedAlone(t, comment(0))
	first, a := s.logFiles.changes.Name(), newAuthor(t)
	for round := 0; s.logFiles.changes.Name() == first; round++ {
		require.Less(t, round, 100)
		var many []Submission
		for i := range 100 {
			many = append(many, a.sign(t, comment(1+100*round+i)))
		}
		_, _, err := w.Append(t.Context(), many...)
		require.NoError(t, err)
		logs, err := filepath.Glob(filepath.Join(s.dir, "*.mem"))
		require.NoError(t, err)
		require.Equal(t, logs[len(logs)-1], s.logFiles.changes.Name())
	}
}

func TestAFailedSyncEndsWriting(t *testing.T) {
	s, w, _ := filedAlone(t, comment(0))
	require.NoError(t, s.logFiles.changes.Close())
	_, _, err := w.Append(t.Context(), newAuthor(t).sign(t, comment(1)))
	require.ErrorIs(t, err, ErrFailed)
	require.ErrorContains(t, err, "fdatasync")
	require.EqualValues(t, 1, s.Head(testOrigin).Size, "what is not synced is not shown")
}

// Badger moves values to another file and removes the one where they were: not
// before the other is on disk.
func TestACollectedFileStaysUntilItsValuesAreSyncedElsewhere(t *testing.T) {
	s, _, ids := filedAlone(t, drawn(0), drawn(1))
	gone := map[signing.Digest]bool{ids[0]: true}
	require.NoError(t, s.SetAbsent(review.DocumentID(ids[0].String()), review.Erased))
	require.NoError(t, s.rotate(t.Context(), gone))
	require.NoError(t, s.flush(t.Context(), gone))
	require.NoError(t, s.merge(t.Context(), gone))
	before, err := s.valueLogs()
	require.NoError(t, err)
	inTheWay := filepath.Join(s.dir, "99999.mem") // cannot be synced
	require.NoError(t, os.Mkdir(inTheWay, 0o700))
	require.ErrorIs(t, s.collectOne(), ErrFailed)
	require.NoError(t, os.Remove(inTheWay))
	after, err := s.valueLogs()
	require.NoError(t, err)
	require.Subset(t, after, before)
	require.ErrorIs(t, s.Condition(), ErrFailed)
	dir := s.dir
	require.NoError(t, s.Close())
	s = openTest(t, dir, small)
	got, err := s.Payload(review.DocumentID(ids[1].String()))
	require.NoError(t, err)
	require.Equal(t, drawn(1), got)
	left, err := s.Reclaim(t.Context())
	require.NoError(t, err)
	require.Zero(t, left)
}
