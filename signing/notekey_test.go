package signing

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseNoteKeyTakesOneSpelling(t *testing.T) {
	s, err := GenerateNoteKey()
	require.NoError(t, err)
	text := s.Key().String()
	key, err := ParseNoteKey(text)
	require.NoError(t, err)
	require.Equal(t, s.Key(), key)
	for _, other := range []string{"", text[1:], text + "=", text[:43], text + "AAAA", " " + text, text + "\n", "_" + text[1:]} {
		_, err := ParseNoteKey(other)
		require.Error(t, err, other)
	}
}

func TestKeyIDsTellNamesKeysAndRolesApart(t *testing.T) {
	a, err := GenerateNoteKey()
	require.NoError(t, err)
	b, err := GenerateNoteKey()
	require.NoError(t, err)
	ids := [][32]byte{
		CheckpointKeyID("a.example", a.Key()),
		CheckpointKeyID("b.example", a.Key()),
		CheckpointKeyID("a.example", b.Key()),
		noteKeyID("a.example", algCosignature, a.Key()),
	}
	for i := range ids {
		for k := range i {
			require.NotEqual(t, ids[i], ids[k])
		}
	}
}
