package signing

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseCheckpointTextReadsOnlyWhatTextWrites(t *testing.T) {
	v := loadVectors(t)
	good := v.checkpoint(t).Text()
	c, err := ParseCheckpointText(good)
	require.NoError(t, err)
	require.Equal(t, v.checkpoint(t), c)
	sized := func(size string) string { return strings.Replace(good, "\n7\n", "\n"+size+"\n", 1) }
	_, err = ParseCheckpointText(sized("1099511627776"))
	require.NoError(t, err)

	for name, text := range map[string]string{
		"nothing":                        "",
		"a size whose proofs do not end": sized("9223372036854775807"),
		"a size above the limit":         sized("1099511627777"),
		"no last newline":                strings.TrimSuffix(good, "\n"),
		"a fourth line":                  good + "extension\n",
		"a blank line":                   good + "\n",
		"no origin":                      good[strings.Index(good, "\n"):],
		"origin in capitals":             "E" + good[1:],
		"origin with a path":             "x/" + good,
		"origin with a port":             strings.Replace(good, "\n", ":443\n", 1),
		"origin with a NUL":              "\x00" + good,
		"origin with a space":            " " + good,
		"too long an origin":             strings.Repeat("a", MaxOrigin) + good,
		"size with a zero":               sized("07"),
		"size with a sign":               sized("+7"),
		"negative size":                  sized("-7"),
		"size past 2^63":                 sized("9223372036854775808"),
		"no size":                        sized(""),
		"size in other digits":           sized("٧"),
		"short root":                     good[:len(good)-5] + "\n",
		"root not base64":                good[:len(good)-2] + "!\n",
		"carriage returns":               strings.ReplaceAll(good, "\n", "\r\n"),
	} {
		require.NotEqual(t, good, text, name)
		_, err := ParseCheckpointText(text)
		require.ErrorIs(t, err, ErrCheckpoint, name)
	}
}

func TestOpenCheckpointRefusesAnyChange(t *testing.T) {
	v := loadVectors(t)
	log := v.log(t)
	good := []byte(v.Log.Checkpoint)
	for i := range good {
		for bit := range 8 {
			changed := append([]byte(nil), good...)
			changed[i] ^= 1 << bit
			_, err := OpenCheckpoint(changed, log.Origin, log.Key)
			require.ErrorIs(t, err, ErrCheckpoint, "bit %d of byte %d", bit, i)
		}
	}
	_, err := OpenCheckpoint(append(good, make([]byte, MaxCheckpoint)...), log.Origin, log.Key)
	require.ErrorIs(t, err, ErrCheckpoint)
}

func TestOpenCheckpointWantsThisLogAndThisKey(t *testing.T) {
	v := loadVectors(t)
	log := v.log(t)
	other, err := GenerateNoteKey()
	require.NoError(t, err)
	_, err = OpenCheckpoint([]byte(v.Log.Checkpoint), log.Origin, other.Key())
	require.ErrorIs(t, err, ErrCheckpoint)
	_, err = OpenCheckpoint([]byte(v.Log.Checkpoint), "e2."+log.Origin[3:], log.Key)
	require.ErrorIs(t, err, ErrCheckpoint)

	// Signed by the log's key under the log's name, over another log's text.
	text := strings.Replace(v.checkpoint(t).Text(), "e1.", "e2.", 1)
	signer := v.noteSigner(t, v.Log.Seed)
	elsewhere, err := ParseCheckpointText(text)
	require.NoError(t, err)
	line := string(SignCheckpoint(elsewhere, signer))
	renamed := signatureLine(log.Origin, algEd25519, signer.Key(), unbase64(t, line[strings.LastIndex(line, " ")+1:len(line)-1])[4:])
	_, err = OpenCheckpoint([]byte(text+"\n"+renamed), log.Origin, log.Key)
	require.ErrorContains(t, err, "origin is")
}

func TestOpenCheckpointPassesOverWhatOthersSigned(t *testing.T) {
	v := loadVectors(t)
	note := v.Cosigned + "— stranger.example AAAAAGFueXRoaW5n\n"
	c, err := OpenCheckpoint([]byte(note), v.Log.Origin, v.log(t).Key)
	require.NoError(t, err)
	require.Equal(t, v.checkpoint(t), c)
}

func FuzzParseCheckpointText(f *testing.F) {
	f.Add(loadVectors(f).checkpoint(f).Text())
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := ParseCheckpointText(text); err == nil {
			require.Equal(t, text, c.Text())
		}
	})
}

func FuzzPeekCheckpoint(f *testing.F) {
	f.Add([]byte(loadVectors(f).Cosigned))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := PeekCheckpoint(b); err == nil {
			require.True(t, strings.HasPrefix(string(b), c.Text()+"\n"))
		}
	})
}

func FuzzOpenCheckpoint(f *testing.F) {
	v := loadVectors(f)
	log, signer := v.log(f), v.noteSigner(f, v.Log.Seed)
	f.Add([]byte(v.Log.Checkpoint))
	f.Add([]byte(v.Cosigned))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := OpenCheckpoint(b, log.Origin, log.Key)
		if err != nil {
			require.ErrorIs(t, err, ErrCheckpoint)
		} else {
			require.Equal(t, v.checkpoint(t), c)
			peeked, err := PeekCheckpoint(b)
			require.NoError(t, err)
			require.Equal(t, c, peeked)
		}
		// What is signed over any text at all opens only if the text is a
		// checkpoint of this log.
		sig := string(SignCheckpoint(v.checkpoint(t), signer))
		_, err = OpenCheckpoint(slices.Concat(b, []byte(sig[strings.Index(sig, "\n\n"):])), log.Origin, log.Key)
		if err == nil {
			require.True(t, strings.HasPrefix(string(b)+"\n", v.checkpoint(t).Text()))
		}
	})
}

func TestANoteIsOpenedWithItsOneSignature(t *testing.T) {
	signer, err := GenerateNoteKey()
	require.NoError(t, err)
	const text, name = "what is said\n", "e1.sle.3f9a1c20.gcm.example"
	n := SignNote(text, name, signer)
	got, err := OpenNote(n, name, signer.Key())
	require.NoError(t, err)
	require.Equal(t, text, got)
	other, err := GenerateNoteKey()
	require.NoError(t, err)
	_, err = OpenNote(n, name, other.Key())
	require.ErrorIs(t, err, ErrNote)
	_, err = OpenNote(n, "e2.sle.3f9a1c20.gcm.example", signer.Key())
	require.ErrorIs(t, err, ErrNote)
	_, second, _ := strings.Cut(string(SignNote(text, name, other)), "\n\n")
	_, err = OpenNote(append(n, second...), name, signer.Key())
	require.ErrorIs(t, err, ErrNote)
	for i := range n {
		changed := slices.Clone(n)
		changed[i] ^= 1
		_, err := OpenNote(changed, name, signer.Key())
		require.ErrorIs(t, err, ErrNote, "byte %d", i)
	}
}

func FuzzOpenNote(f *testing.F) {
	v := loadVectors(f)
	f.Add([]byte(v.Log.Checkpoint))
	log := v.log(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if text, err := OpenNote(b, log.Origin, log.Key); err == nil {
			require.True(t, strings.HasPrefix(string(b), text+"\n"))
		} else {
			require.ErrorIs(t, err, ErrNote)
		}
	})
}
