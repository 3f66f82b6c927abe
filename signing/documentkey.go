package signing

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"sync"
	"sync/atomic"
)

// DocumentKey is an ECDSA P-256 public key in SubjectPublicKeyInfo DER, the
// only kind that signs documents. It is comparable, so it serves as a map key;
// a value from ParseDocumentKey is on the curve and in the one canonical form.
type DocumentKey string

// ParseDocumentKey reads SubjectPublicKeyInfo DER.
func ParseDocumentKey(der []byte) (DocumentKey, error) {
	if len(der) > MaxKey {
		return "", fmt.Errorf("signing: a key of %d bytes, P-256 has %d", len(der), MaxKey)
	}
	k := DocumentKey(der)
	if _, err := k.ecdsa(); err != nil {
		return "", err
	}
	return k, nil
}

// ParseDocumentKeyBase64 reads the form that charters hold: the DER in
// standard base64.
func ParseDocumentKeyBase64(s string) (DocumentKey, error) {
	der, err := parseBase64(s)
	if err != nil {
		return "", fmt.Errorf("signing: key: %w", err)
	}
	return ParseDocumentKey(der)
}

// Base64 is the DER in standard base64.
func (k DocumentKey) Base64() string { return base64.StdEncoding.EncodeToString([]byte(k)) }

// Fingerprint is the hexadecimal SHA-256 of the DER.
func (k DocumentKey) Fingerprint() string {
	sum := sha256.Sum256([]byte(k))
	return hex.EncodeToString(sum[:])
}

// PEM is the key as a "PUBLIC KEY" block, the file that cosign's --key takes.
func (k DocumentKey) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte(k)})
}

// Verify reports whether sig is this key's signature over the digest.
func (k DocumentKey) Verify(d Digest, sig []byte) bool {
	pub, err := k.ecdsa()
	return err == nil && len(sig) <= MaxSignature && ecdsa.VerifyASN1(pub, d[:], sig)
}

// parsed keeps the keys that sign most documents: parsing one costs as much
// as a quarter of a verification. A log may carry endless keys, so it is
// emptied when it holds more than maxParsedKeys.
var (
	parsed      sync.Map // DocumentKey -> *ecdsa.PublicKey
	parsedCount atomic.Int64
)

func (k DocumentKey) ecdsa() (*ecdsa.PublicKey, error) {
	if pub, ok := parsed.Load(k); ok {
		return pub.(*ecdsa.PublicKey), nil
	}
	any, err := x509.ParsePKIXPublicKey([]byte(k))
	if err != nil {
		return nil, fmt.Errorf("signing: not a public key: %w", err)
	}
	pub, ok := any.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil, fmt.Errorf("signing: a %T is not an ECDSA P-256 key, the only kind that signs documents", any)
	}
	if der, err := x509.MarshalPKIXPublicKey(pub); err != nil || string(der) != string(k) {
		return nil, fmt.Errorf("signing: key is not in canonical DER form")
	}
	if parsedCount.Add(1) > maxParsedKeys {
		parsed.Clear()
		parsedCount.Store(1)
	}
	parsed.Store(k, pub)
	return pub, nil
}
