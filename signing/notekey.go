package signing

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// NoteKey is an Ed25519 public key: a log's, a witness's or a node's.
type NoteKey [ed25519.PublicKeySize]byte

// ParseNoteKey reads the form that charters hold: 32 bytes in standard base64.
func ParseNoteKey(s string) (NoteKey, error) {
	var k NoteKey
	b, err := parseBase64(s)
	if err != nil || len(b) != len(k) {
		return k, fmt.Errorf("signing: %.60q is not an Ed25519 key: 32 bytes of base64", s)
	}
	copy(k[:], b)
	return k, nil
}

// String is the key in standard base64.
func (k NoteKey) String() string { return base64.StdEncoding.EncodeToString(k[:]) }

// NoteSigner holds an Ed25519 private key.
type NoteSigner struct{ private ed25519.PrivateKey }

// NewNoteSigner takes a private key that ed25519.GenerateKey made.
func NewNoteSigner(private ed25519.PrivateKey) *NoteSigner { return &NoteSigner{private} }

// Key is the public half.
func (s *NoteSigner) Key() NoteKey { return NoteKey(s.private.Public().(ed25519.PublicKey)) }

// Private is the private half, for libp2p, which takes the key itself.
func (s *NoteSigner) Private() ed25519.PrivateKey { return s.private }

// Signature types of C2SP signed-note.
const (
	algEd25519     = 0x01 // a log's own signature
	algCosignature = 0x04 // tlog-cosignature v1
)

// CheckpointKeyID is SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), whose first four bytes
// stand in a checkpoint's signature line and the whole of which is the logId
// in a Sigstore trusted root.
func CheckpointKeyID(name string, key NoteKey) [sha256.Size]byte {
	return noteKeyID(name, algEd25519, key)
}

func noteKeyID(name string, alg byte, key NoteKey) [sha256.Size]byte {
	b := append([]byte(name), '\n', alg)
	return sha256.Sum256(append(b, key[:]...))
}
