package signing

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
)

// GenerateNoteKey makes a new Ed25519 key for a log, a witness or a node.
func GenerateNoteKey() (*NoteSigner, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("signing: making an Ed25519 key: %w", err)
	}
	return NewNoteSigner(private), nil
}

// MarshalPEM is the private key as a file, as for [DocumentSigner.MarshalPEM].
func (s *NoteSigner) MarshalPEM(ask Password) ([]byte, error) {
	return marshalKeyFile(s.private, ask)
}

// ParseNoteSigner reads a private key file. A wrong password gives ErrPassword.
func ParseNoteSigner(file []byte, ask Password) (*NoteSigner, error) {
	private, err := parseKeyFile(file, ask)
	if err != nil {
		return nil, err
	}
	key, ok := private.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing: a %T is not an Ed25519 key, the kind of logs, witnesses and nodes", private)
	}
	return NewNoteSigner(key), nil
}
