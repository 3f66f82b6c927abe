package signing

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseTrustedRootReadsWhatMarshalWrites(t *testing.T) {
	v := loadVectors(t)
	other, err := GenerateNoteKey()
	require.NoError(t, err)
	for _, want := range []TrustedRoot{
		{},
		{v.log(t)},
		{v.log(t), {"e2" + v.Log.Origin[2:], other.Key(), time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)}},
	} {
		got, err := ParseTrustedRoot(want.Marshal())
		require.NoError(t, err)
		require.Equal(t, want, got)
		for _, l := range want {
			found, ok := got.Log(l.ID())
			require.True(t, ok)
			require.Equal(t, l, found)
		}
		_, ok := got.Log([32]byte{})
		require.False(t, ok)
	}
}

func TestParseTrustedRootTakesAnyLayout(t *testing.T) {
	v := loadVectors(t)
	root, err := ParseTrustedRoot([]byte(strings.ReplaceAll(v.TrustedRoot, ":{", ": {\n  ")))
	require.NoError(t, err)
	require.Equal(t, TrustedRoot{v.log(t)}, root)
}

func TestParseTrustedRootRefusesEveryOtherValue(t *testing.T) {
	v := loadVectors(t)
	good := v.TrustedRoot
	entry := good[strings.Index(good, "[")+1 : strings.LastIndex(good, "]")]
	for name, text := range map[string]string{
		"nothing":               "",
		"another media type":    strings.Replace(good, "version=0.1", "version=0.2", 1),
		"an authority too":      strings.Replace(good, `"tlogs"`, `"certificateAuthorities":[],"tlogs"`, 1),
		"no logs field":         `{"mediaType":"` + trustedRootMediaType + `"}`,
		"null logs":             `{"mediaType":"` + trustedRootMediaType + `","tlogs":null}`,
		"another case":          strings.Replace(good, `"tlogs"`, `"Tlogs"`, 1),
		"a log twice":           strings.Replace(good, entry, entry+","+entry, 1),
		"logs twice":            strings.Replace(good, `"tlogs"`, `"tlogs":[],"tlogs"`, 1),
		"http":                  strings.Replace(good, "https://", "http://", 1),
		"a path":                strings.Replace(good, `gcm.example"`, `gcm.example/"`, 1),
		"another origin":        strings.Replace(good, "https://e1.", "https://e2.", 1),
		"another hash":          strings.Replace(good, "SHA2_256", "SHA2_512", 1),
		"another kind of key":   strings.Replace(good, "PKIX_ED25519", "PKIX_ED25519_PH", 1),
		"a P-256 key":           strings.Replace(good, jsonField(t, good, "rawBytes"), v.DocumentKey.SPKI, 1),
		"no key":                strings.Replace(good, jsonField(t, good, "rawBytes"), "", 1),
		"no start":              strings.Replace(good, v.Log.From.Format(time.RFC3339), "", 1),
		"start in another zone": strings.Replace(good, "00:00:00Z", "00:00:00+00:00", 1),
		"start with a fraction": strings.Replace(good, "00:00:00Z", "00:00:00.5Z", 1),
		"an end":                strings.Replace(good, `"start"`, `"end":"2027-01-01T00:00:00Z","start"`, 1),
		"another log ID":        strings.Replace(good, `"logId":{"keyId":"r`, `"logId":{"keyId":"s`, 1),
		"no checkpoint key ID":  good[:strings.Index(good, `,"checkpointKeyId"`)] + "}]}",
		"more after it":         good + "{}",
	} {
		require.NotEqual(t, good, text, name)
		_, err := ParseTrustedRoot([]byte(text))
		require.ErrorIs(t, err, ErrTrustedRoot, name)
		require.NotContains(t, err.Error(), "\n", name)
	}
}

func FuzzParseTrustedRoot(f *testing.F) {
	f.Add([]byte(loadVectors(f).TrustedRoot))
	f.Add(TrustedRoot{}.Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		root, err := ParseTrustedRoot(b)
		if err != nil {
			require.ErrorIs(t, err, ErrTrustedRoot)
			return
		}
		again, err := ParseTrustedRoot(root.Marshal())
		require.NoError(t, err)
		require.Equal(t, root, again)
		require.True(t, sameJSON(b, root.Marshal()))
	})
}
