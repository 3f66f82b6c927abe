package signing

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func password(p string) Password { return func(bool) ([]byte, error) { return []byte(p), nil } }

func TestEncryptedKeyFilesOpenWithTheirPasswordOnly(t *testing.T) {
	s, err := GenerateNoteKey()
	require.NoError(t, err)
	asked := []bool{}
	file, err := s.MarshalPEM(func(confirm bool) ([]byte, error) {
		asked = append(asked, confirm)
		return []byte("right"), nil
	})
	require.NoError(t, err)
	require.Equal(t, []bool{true}, asked)
	require.True(t, strings.HasPrefix(string(file), "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"))
	require.LessOrEqual(t, len(file), MaxKeyFile)

	opened, err := ParseNoteSigner(file, password("right"))
	require.NoError(t, err)
	require.Equal(t, s.Private(), opened.Private())
	for _, ask := range []Password{password("wrong"), password(""), nil} {
		_, err = ParseNoteSigner(file, ask)
		require.ErrorIs(t, err, ErrPassword)
	}
	gone := errors.New("no terminal")
	_, err = ParseNoteSigner(file, func(bool) ([]byte, error) { return nil, gone })
	require.ErrorIs(t, err, gone)
}

func TestKeyFilesWithoutAPasswordAreNotEncryptedAndNeverAsk(t *testing.T) {
	s, err := GenerateNoteKey()
	require.NoError(t, err)
	for _, ask := range []Password{nil, password("")} {
		file, err := s.MarshalPEM(ask)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(file), "-----BEGIN PRIVATE KEY-----\n"))
		opened, err := ParseNoteSigner(file, func(bool) ([]byte, error) { panic("asked for a password") })
		require.NoError(t, err)
		require.Equal(t, s.Private(), opened.Private())
	}
}

// testdata/cosign.key was made by `cosign generate-key-pair`, version 3.1.3,
// for this test alone.
func TestCosignsKeyFileSignsDocuments(t *testing.T) {
	file, err := os.ReadFile("testdata/cosign.key")
	require.NoError(t, err)
	public, err := os.ReadFile("testdata/cosign.pub")
	require.NoError(t, err)
	s, err := ParseDocumentSigner(file, password("testdata"))
	require.NoError(t, err)
	require.Equal(t, string(public), string(s.Key().PEM()))
	_, err = s.Sign([]byte("{}"))
	require.NoError(t, err)
}

func TestKeyFilesOfAnotherKindAreNamed(t *testing.T) {
	note, err := GenerateNoteKey()
	require.NoError(t, err)
	ed, err := note.MarshalPEM(nil)
	require.NoError(t, err)
	document, err := GenerateDocumentKey()
	require.NoError(t, err)
	p256, err := document.MarshalPEM(nil)
	require.NoError(t, err)
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	p384, err := marshalKeyFile(private, nil)
	require.NoError(t, err)

	_, err = ParseDocumentSigner(ed, nil)
	require.ErrorContains(t, err, "ECDSA P-256")
	_, err = ParseDocumentSigner(p384, nil)
	require.Error(t, err)
	_, err = ParseNoteSigner(p256, nil)
	require.ErrorContains(t, err, "Ed25519")
	for _, file := range []string{"", "no PEM here", string(document.Key().PEM()), strings.Replace(string(ed), "MC4", "AAA", 1), string(ed) + strings.Repeat("\n", MaxKeyFile)} {
		_, err = ParseDocumentSigner([]byte(file), password("x"))
		require.Error(t, err)
		require.NotErrorIs(t, err, ErrPassword)
	}
}

func FuzzParseKeyFile(f *testing.F) {
	note, err := GenerateNoteKey()
	require.NoError(f, err)
	document, err := GenerateDocumentKey()
	require.NoError(f, err)
	for _, marshal := range []func(Password) ([]byte, error){note.MarshalPEM, document.MarshalPEM} {
		file, err := marshal(nil)
		require.NoError(f, err)
		f.Add(file)
	}
	encrypted, err := os.ReadFile("testdata/cosign.key")
	require.NoError(f, err)
	f.Add(encrypted)
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseNoteSigner(b, password("testdata")); err == nil {
			file, err := s.MarshalPEM(nil)
			require.NoError(t, err)
			again, err := ParseNoteSigner(file, nil)
			require.NoError(t, err)
			require.Equal(t, s.Private(), again.Private())
		}
		if s, err := ParseDocumentSigner(b, password("testdata")); err == nil {
			file, err := s.MarshalPEM(nil)
			require.NoError(t, err)
			again, err := ParseDocumentSigner(file, nil)
			require.NoError(t, err)
			require.Equal(t, s.Key(), again.Key())
		}
	})
}

func BenchmarkOpenEncryptedKeyFile(b *testing.B) {
	file, err := os.ReadFile("testdata/cosign.key")
	require.NoError(b, err)
	for b.Loop() {
		if _, err := ParseDocumentSigner(file, password("testdata")); err != nil {
			b.Fatal(err)
		}
	}
}
