package signing

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"
	"github.com/stretchr/testify/require"
)

func TestLeafIsItsOwnCanonicalForm(t *testing.T) {
	leaf := loadVectors(t).leaf(t)
	canonical, err := jcs.Transform(leaf.Marshal())
	require.NoError(t, err)
	require.Equal(t, string(canonical), string(leaf.Marshal()))
	require.True(t, json.Valid(leaf.Marshal()))
}

func TestLeafIsGenuineOnlyForItsDocumentSignatureAndKey(t *testing.T) {
	leaf := loadVectors(t).leaf(t)
	require.True(t, leaf.Genuine())
	for i := range leaf.Signature {
		flipped := leaf
		flipped.Signature = append([]byte(nil), leaf.Signature...)
		flipped.Signature[i] ^= 1
		require.False(t, flipped.Genuine(), "signature byte %d", i)
	}
	other := leaf
	other.Digest[7] ^= 1
	require.False(t, other.Genuine())
	stranger, err := GenerateDocumentKey()
	require.NoError(t, err)
	other = leaf
	other.Key = stranger.Key()
	require.False(t, other.Genuine())
	require.False(t, Leaf{}.Genuine())
}

func TestParseLeafKeepsLeavesThatAreNotGenuine(t *testing.T) {
	leaf := loadVectors(t).leaf(t)
	for _, sig := range [][]byte{{}, {1, 2, 3}, make([]byte, MaxSignature)} {
		leaf.Signature = sig
		require.LessOrEqual(t, len(leaf.Marshal()), MaxLeaf)
		parsed, err := ParseLeaf(leaf.Marshal())
		require.NoError(t, err)
		require.Equal(t, leaf, parsed)
		require.False(t, parsed.Genuine())
	}
}

func TestParseLeafRefusesEveryOtherForm(t *testing.T) {
	v := loadVectors(t)
	good := v.Document.Leaf
	p384 := "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE"
	for name, text := range map[string]string{
		"nothing":                 "",
		"a newline":               good + "\n",
		"a space":                 strings.Replace(good, ",", ", ", 1),
		"another version":         strings.Replace(good, "0.0.2", "0.0.1", 1),
		"another kind":            strings.Replace(good, `"hashedrekord"`, `"dsse"`, 1),
		"a short digest":          strings.Replace(good, `"digest":"`, `"digest":"AAAA`, 1),
		"digest not base64":       strings.Replace(good, `"digest":"`, `"digest":"!`, 1),
		"an escape":               strings.Replace(good, "SHA2_256", `SHA2\u005f256`, 1),
		"too long a signature":    strings.Replace(good, v.Document.Signature, base64.StdEncoding.EncodeToString(make([]byte, MaxSignature+1)), 1),
		"signature not base64":    strings.Replace(good, v.Document.Signature, "?", 1),
		"base64 with line breaks": strings.Replace(good, v.Document.Signature, v.Document.Signature+"\n", 1),
		"a key of another kind":   strings.Replace(good, v.DocumentKey.SPKI, p384, 1),
		"no key":                  strings.Replace(good, v.DocumentKey.SPKI, "", 1),
		"a part twice":            strings.Replace(good, leafSig, leafSig+leafSig, 1),
		"too long":                good + strings.Repeat("x", MaxLeaf),
	} {
		require.NotEqual(t, good, text, name)
		_, err := ParseLeaf([]byte(text))
		require.Error(t, err, name)
	}
}

func FuzzParseLeaf(f *testing.F) {
	for _, leaf := range loadVectors(f).Log.Leaves {
		f.Add([]byte(leaf))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		leaf, err := ParseLeaf(b)
		if err != nil {
			return
		}
		require.Equal(t, b, leaf.Marshal())
		leaf.Genuine()
	})
}

func BenchmarkLeafMarshal(b *testing.B) {
	leaf := loadVectors(b).leaf(b)
	b.ReportAllocs()
	for b.Loop() {
		leaf.Marshal()
	}
}

func BenchmarkParseLeaf(b *testing.B) {
	text := loadVectors(b).leaf(b).Marshal()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseLeaf(text); err != nil {
			b.Fatal(err)
		}
	}
}
