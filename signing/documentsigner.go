package signing

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/sigstore/sigstore/pkg/signature/dsse"
	"github.com/sigstore/sigstore/pkg/signature/kms"
	"github.com/sigstore/sigstore/pkg/signature/options"
)

// DocumentSigner signs documents with one private key, held in memory or by a
// key management service. It may be used by several goroutines.
type DocumentSigner struct {
	key     DocumentKey
	signer  signature.Signer  // in DSSE form
	private *ecdsa.PrivateKey // nil if the key never leaves its service
}

// GenerateDocumentKey makes a new key in memory.
func GenerateDocumentKey() (*DocumentSigner, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("signing: making a document key: %w", err)
	}
	return newDocumentSigner(private)
}

// ParseDocumentSigner reads a private key file: what MarshalPEM and
// `cosign generate-key-pair` write. A wrong password gives ErrPassword.
func ParseDocumentSigner(file []byte, ask Password) (*DocumentSigner, error) {
	private, err := parseKeyFile(file, ask)
	if err != nil {
		return nil, err
	}
	p256, ok := private.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing: a %T is not an ECDSA P-256 key, the only kind that signs documents", private)
	}
	return newDocumentSigner(p256)
}

// OpenDocumentSigner opens a private key by reference: the path of a private
// key file, or "<name>://<key>" for a key that stays in a service or device,
// reached through the program sigstore-kms-<name> on PATH (sigstore's KMS
// plugins). Such a program is asked for its public key at once.
func OpenDocumentSigner(ctx context.Context, ref string, ask Password) (*DocumentSigner, error) {
	if !strings.Contains(ref, "://") {
		file, err := os.ReadFile(ref)
		if err != nil {
			return nil, fmt.Errorf("signing: opening a document key: %w", err)
		}
		s, err := ParseDocumentSigner(file, ask)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ref, err)
		}
		return s, nil
	}
	service, err := kms.Get(ctx, ref, crypto.SHA256)
	if missing := (*kms.ProviderNotFoundError)(nil); errors.As(err, &missing) {
		name, _, _ := strings.Cut(ref, "://")
		return nil, fmt.Errorf("signing: opening %s: no program sigstore-kms-%s on PATH; install that plugin or name a key file", ref, name)
	}
	if err != nil {
		return nil, fmt.Errorf("signing: opening %s: %w", ref, err)
	}
	public, err := service.PublicKey(options.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("signing: asking %s for its public key: %w", ref, err)
	}
	key, err := documentKeyOf(public)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	return &DocumentSigner{key: key, signer: dsse.WrapSigner(service, PayloadType)}, nil
}

func newDocumentSigner(private *ecdsa.PrivateKey) (*DocumentSigner, error) {
	key, err := documentKeyOf(&private.PublicKey)
	if err != nil {
		return nil, err
	}
	signer, err := signature.LoadECDSASigner(private, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("signing: loading a document key: %w", err)
	}
	return &DocumentSigner{key: key, signer: dsse.WrapSigner(signer, PayloadType), private: private}, nil
}

func documentKeyOf(public crypto.PublicKey) (DocumentKey, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("signing: not a public key that documents can be signed with: %w", err)
	}
	return ParseDocumentKey(der)
}

// Key is the public half.
func (s *DocumentSigner) Key() DocumentKey { return s.key }

// Sign signs a payload of 1 to MaxPayload bytes. What comes back verifies
// under Key: a service that signs with another key gives ErrSignature.
func (s *DocumentSigner) Sign(payload []byte) (Envelope, error) {
	if len(payload) == 0 || len(payload) > MaxPayload {
		return Envelope{}, fmt.Errorf("%w: a payload of %d bytes, want 1 to %d", ErrEnvelope, len(payload), MaxPayload)
	}
	b, err := s.signer.SignMessage(bytes.NewReader(payload))
	if err != nil {
		return Envelope{}, fmt.Errorf("signing: signing a document: %w", err)
	}
	e, err := ParseEnvelope(b)
	if err != nil {
		return Envelope{}, err
	}
	if !e.Leaf(s.key).Genuine() {
		return Envelope{}, fmt.Errorf("%w: the signer does not hold the private half of key %.16s", ErrSignature, s.key.Fingerprint())
	}
	return e, nil
}

// MarshalPEM is the private key as a file (see Password), to be kept with
// permission 0600. An encrypted one costs about 0.2 s to write and again to
// open, on purpose; without a password it costs nothing and protects nothing.
// A key in a service has no such form.
func (s *DocumentSigner) MarshalPEM(ask Password) ([]byte, error) {
	if s.private == nil {
		return nil, errors.New("signing: the private key is held by a key management service, which does not give it out")
	}
	return marshalKeyFile(s.private, ask)
}
