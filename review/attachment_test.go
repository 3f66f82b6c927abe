package review

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const testSalt = "00112233445566778899aabbccddeeff"

func TestAnAttachmentIsItsManifestAndItsChunks(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 2*AttachmentChunk/16+3)
	m, err := NewAttachmentManifest(content, testSalt)
	require.NoError(t, err)
	require.Len(t, m.Chunks, 3)
	again, err := ParseAttachmentManifest(m.Marshal())
	require.NoError(t, err)
	require.Equal(t, m, again)

	read := func(b []byte) (got []byte, err error) {
		err = m.Content(bytes.NewReader(b), 0, func(c []byte) error { got = append(got, c...); return nil })
		return got, err
	}
	got, err := read(content)
	require.NoError(t, err)
	require.Equal(t, content, got)
	for name, wrong := range map[string][]byte{
		"cut": content[:len(content)-1], "longer": append(bytes.Clone(content), 'x'), "nothing": nil,
		"changed": append([]byte("x"), content[1:]...),
	} {
		_, err := read(wrong)
		require.ErrorIs(t, err, ErrAttachment, name)
	}
	other, err := NewAttachmentManifest(content, strings.Repeat("0", 32))
	require.NoError(t, err)
	require.NotEqual(t, m.Digest(), other.Digest(), "the salt is in the digest")
}

func TestManifestsHaveOneForm(t *testing.T) {
	good := `{"chunks":["` + strings.Repeat("a", 64) + `"],"salt":"` + testSalt + `","size":5}`
	_, err := ParseAttachmentManifest([]byte(good))
	require.NoError(t, err)
	for _, wrong := range []string{
		"", "{}", good + "\n", " " + good, strings.Replace(good, `"size":5`, `"size":0`, 1), strings.Replace(good, `"size":5`, `"size":65537`, 1),
		strings.Replace(good, `"size":5`, `"size":33554433`, 1), strings.Replace(good, testSalt, "AA", 1), strings.Replace(good, "aaa", "AAA", 1),
		strings.Replace(good, `"salt"`, `"Salt"`, 1), `{"chunks":null,"salt":"` + testSalt + `","size":5}`,
	} {
		_, err := ParseAttachmentManifest([]byte(wrong))
		require.ErrorIs(t, err, ErrAttachment, wrong)
	}
	_, err = NewAttachmentManifest(nil, testSalt)
	require.ErrorIs(t, err, ErrAttachment)
}

func FuzzAttachmentManifest(f *testing.F) {
	f.Add([]byte(`{"chunks":["`+strings.Repeat("a", 64)+`"],"salt":"`+testSalt+`","size":5}`), []byte("hello"))
	f.Fuzz(func(t *testing.T, b, content []byte) {
		m, err := ParseAttachmentManifest(b)
		if err != nil {
			return
		}
		require.Equal(t, b, m.Marshal())
		_ = m.Content(bytes.NewReader(content), 0, func([]byte) error { return nil })
	})
}
