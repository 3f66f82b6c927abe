package federation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

func TestTheWitnessesTellThatAClockIsWrong(t *testing.T) {
	l, now := newTestLog(1, 5), time.Unix(1_800_000_000, 700_000_000)
	note := l.note(5)
	checkpoint, err := signing.PeekCheckpoint(note)
	require.NoError(t, err)
	var c clocks
	_, known := c.difference()
	require.False(t, known)
	answer := func(id review.ParticipantID, ahead time.Duration) {
		s := noteSigner(id[0])
		w := Witness{ID: id, Name: string(id) + ".test.example", Key: s.Key()}
		c.read(w, note, CosignAnswer{Status: statusOK, Body: []byte(signing.Cosign(checkpoint, now.Add(ahead), w.Name, s))}, now)
	}
	difference := func() time.Duration {
		d, known := c.difference()
		require.True(t, known)
		return d
	}
	answer("a", 3*time.Hour)
	require.Equal(t, 3*time.Hour, difference())
	answer("b", 0)
	require.Zero(t, difference(), "two disagree: nothing says that it is this clock that is wrong")
	answer("c", -time.Second)
	require.Zero(t, difference())
	answer("b", 3*time.Hour)
	answer("c", 3*time.Hour+time.Second)
	require.Equal(t, 3*time.Hour, difference())

	before := difference()
	stranger := noteSigner('x')
	w := Witness{ID: "a", Name: "a.test.example", Key: noteSigner('a').Key()}
	c.read(w, note, CosignAnswer{Status: statusOK, Body: []byte(signing.Cosign(checkpoint, now, w.Name, stranger))}, now)
	c.read(w, note, CosignAnswer{Status: statusConflict, Body: []byte("12\n")}, now)
	require.Equal(t, before, difference(), "who did not sign tells no time")
}
