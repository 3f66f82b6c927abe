package signing

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCosignaturesCountForListedWitnessesOnly(t *testing.T) {
	v := loadVectors(t)
	all := v.witnesses(t)
	gmb, npl := v.Witnesses[0].Name, v.Witnesses[1].Name
	names := func(note string, witnesses map[string]NoteKey) []string {
		c, cosignatures, err := OpenCosignatures([]byte(note), witnesses)
		require.NoError(t, err)
		require.Equal(t, v.checkpoint(t), c)
		list := []string{}
		for _, s := range cosignatures {
			list = append(list, s.Name)
		}
		return list
	}
	require.Equal(t, []string{gmb, npl}, names(v.Cosigned, all))
	require.Equal(t, []string{npl}, names(v.Cosigned, map[string]NoteKey{npl: all[npl]}))
	require.Empty(t, names(v.Cosigned, nil))
	require.Empty(t, names(v.Log.Checkpoint, all))
	require.Empty(t, names(v.Cosigned, map[string]NoteKey{gmb: all[npl]}), "the key of another")
}

func TestAWitnessCountsOncePerNote(t *testing.T) {
	v := loadVectors(t)
	w := v.Witnesses[0]
	later := Cosign(v.checkpoint(t), time.Unix(w.Time+3600, 0), w.Name, v.noteSigner(t, w.Seed))
	_, cosignatures, err := OpenCosignatures([]byte(v.Cosigned+later), v.witnesses(t))
	require.NoError(t, err)
	require.Len(t, cosignatures, 2)
	require.Equal(t, w.Time, cosignatures[0].Time.Unix(), "the first line stands")
}

func TestOpenCosignaturesRefusesAnyChange(t *testing.T) {
	v := loadVectors(t)
	_, _, ok := strings.Cut(v.Cosigned, "— w.")
	require.True(t, ok)
	text := len(v.checkpoint(t).Text())
	for i := range text {
		changed := []byte(v.Cosigned)
		changed[i] ^= 1
		_, _, err := OpenCosignatures(changed, v.witnesses(t))
		require.ErrorIs(t, err, ErrCheckpoint, "byte %d of the text", i)
	}
	// In a cosignature's own line a change makes it somebody else's or invalid.
	start := strings.Index(v.Cosigned, "— w.gmb")
	end := start + strings.Index(v.Cosigned[start:], "\n")
	for i := start; i < end; i++ {
		changed := []byte(v.Cosigned)
		changed[i] ^= 1
		if _, cosignatures, err := OpenCosignatures(changed, v.witnesses(t)); err == nil {
			require.Len(t, cosignatures, 1, "byte %d", i)
			require.Equal(t, v.Witnesses[1].Name, cosignatures[0].Name)
		}
	}
}

func TestCosignaturesOfImpossibleTimesAreRefused(t *testing.T) {
	v := loadVectors(t)
	w := v.Witnesses[0]
	for _, at := range []time.Time{time.Unix(-1, 0), time.Unix(maxTime+1, 0)} {
		note := v.Log.Checkpoint + Cosign(v.checkpoint(t), at, w.Name, v.noteSigner(t, w.Seed))
		_, _, err := OpenCosignatures([]byte(note), v.witnesses(t))
		require.ErrorIs(t, err, ErrCheckpoint)
	}
	note := v.Log.Checkpoint + Cosign(v.checkpoint(t), time.Unix(maxTime, 999), w.Name, v.noteSigner(t, w.Seed))
	_, cosignatures, err := OpenCosignatures([]byte(note), v.witnesses(t))
	require.NoError(t, err)
	require.Equal(t, "9999-12-31T23:59:59Z", cosignatures[0].Time.Format(time.RFC3339Nano))
}

func TestALogsSignatureIsNoCosignature(t *testing.T) {
	v := loadVectors(t)
	_, cosignatures, err := OpenCosignatures([]byte(v.Log.Checkpoint), map[string]NoteKey{v.Log.Origin: v.log(t).Key})
	require.NoError(t, err)
	require.Empty(t, cosignatures)
}

func TestTwentyFiveWitnessesFitIntoACheckpoint(t *testing.T) {
	v := loadVectors(t)
	c := v.checkpoint(t)
	c.Origin = strings.Repeat("o", MaxOrigin)
	note := SignCheckpoint(c, v.noteSigner(t, v.Log.Seed))
	witnesses := make(map[string]NoteKey)
	for i := range 25 {
		s, err := GenerateNoteKey()
		require.NoError(t, err)
		name := strings.Repeat("w", MaxOrigin-i)
		witnesses[name] = s.Key()
		note = append(note, Cosign(c, time.Unix(1788220801, 0), name, s)...)
	}
	_, cosignatures, err := OpenCosignatures(note, witnesses)
	require.NoError(t, err)
	require.Len(t, cosignatures, 25)
}

func FuzzOpenCosignatures(f *testing.F) {
	v := loadVectors(f)
	witnesses := v.witnesses(f)
	f.Add([]byte(v.Cosigned))
	f.Add([]byte(v.Log.Checkpoint))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, cosignatures, err := OpenCosignatures(b, witnesses)
		if err != nil {
			require.ErrorIs(t, err, ErrCheckpoint)
			return
		}
		peeked, err := PeekCheckpoint(b)
		require.NoError(t, err)
		require.Equal(t, c, peeked)
		if len(cosignatures) > 0 {
			require.Equal(t, v.checkpoint(t), c)
		}
	})
}
