package signing

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseDocumentKeyTakesP256InOneFormOnly(t *testing.T) {
	v := loadVectors(t)
	der := unbase64(t, v.DocumentKey.SPKI)
	key, err := ParseDocumentKey(der)
	require.NoError(t, err)
	same, err := ParseDocumentKeyBase64(v.DocumentKey.SPKI)
	require.NoError(t, err)
	require.Equal(t, key, same)

	spki := func(public any) []byte {
		der, err := x509.MarshalPKIXPublicKey(public)
		require.NoError(t, err)
		return der
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	offCurve := append([]byte(nil), der...)
	offCurve[len(offCurve)-1] ^= 1
	for name, der := range map[string][]byte{
		"nothing":          {},
		"cut short":        der[:90],
		"trailing byte":    append(der[:91:91], 0),
		"off the curve":    offCurve,
		"P-224":            spki(p224.Public()),
		"Ed25519":          spki(ed),
		"RSA":              spki(rsaKey.Public()),
		"compressed":       append([]byte{0x30, 0x39, 0x30, 0x13}, append(append([]byte(nil), der[4:23]...), append([]byte{3, 0x22, 0, 2 | der[90]&1}, der[27:59]...)...)...),
		"long-form in DER": append([]byte{0x30, 0x81, 0x59}, der[2:]...),
	} {
		_, err := ParseDocumentKey(der)
		require.Error(t, err, name)
		_, err = ParseDocumentKeyBase64(base64.StdEncoding.EncodeToString(der))
		require.Error(t, err, name)
	}
	_, err = ParseDocumentKeyBase64("not base64")
	require.Error(t, err)
}

func TestEndlessKeysDoNotFillTheMemory(t *testing.T) {
	held := func() (n int) {
		parsed.Range(func(any, any) bool { n++; return true })
		return n
	}
	keys := make(chan DocumentKey)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for k := range keys {
				if _, err := ParseDocumentKey([]byte(k)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range maxParsedKeys + 100 {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		der, err := x509.MarshalPKIXPublicKey(private.Public())
		require.NoError(t, err)
		keys <- DocumentKey(der)
	}
	close(keys)
	wg.Wait()
	require.Positive(t, held())
	require.LessOrEqual(t, held(), maxParsedKeys+4) // each goroutine may be one ahead of the count
}

func TestVerifyNeverPanicsOnKeysThatWereNotParsed(t *testing.T) {
	for _, k := range []DocumentKey{"", "nonsense"} {
		require.False(t, k.Verify(Digest{}, []byte{0x30, 0}))
	}
}

func BenchmarkVerify(b *testing.B) {
	leaf := loadVectors(b).leaf(b)
	for b.Loop() {
		if !leaf.Genuine() {
			b.Fatal("not genuine")
		}
	}
}
