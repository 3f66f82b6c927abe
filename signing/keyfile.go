package signing

import (
	"crypto"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
)

// ErrPassword means that a private key is encrypted and the password given,
// if any, does not open it.
var ErrPassword = errors.New("signing: wrong password for the private key")

// Password supplies the password of a private key; confirm asks for it twice,
// as for a new one. It is asked only where a key is encrypted or about to be.
// A nil function, like an empty password, stands for "no password".
type Password = func(confirm bool) ([]byte, error)

// PEM block types of sigstore's key files.
const (
	plainBlock     = string(cryptoutils.PrivateKeyPEMType)                  // PKCS #8
	encryptedBlock = string(cryptoutils.EncryptedSigstorePrivateKeyPEMType) // scrypt and NaCl secretbox over PKCS #8
	cosignBlock    = "ENCRYPTED COSIGN PRIVATE KEY"                         // the same, by older cosign
)

// marshalKeyFile is a private key as a PEM file that cosign reads too:
// encrypted under the password, or plain PKCS #8 without one.
//
// Encrypting and opening cost one scrypt each, N = 2^16: about 0.2 s and
// 64 MiB, whatever the password. That is what slows down guessing, so there
// is no cheaper setting here; keys that protect nothing, as in tests and the
// demonstration, are made without a password and cost nothing. The file's
// permissions, 0600, are the caller's.
func marshalKeyFile(key crypto.PrivateKey, ask Password) ([]byte, error) {
	password, err := answer(ask, true)
	if err != nil {
		return nil, err
	}
	if password == nil {
		return cryptoutils.MarshalPrivateKeyToPEM(key)
	}
	der, err := cryptoutils.MarshalPrivateKeyToEncryptedDER(key, cryptoutils.StaticPasswordFunc(password))
	if err != nil {
		return nil, fmt.Errorf("signing: encrypting a private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: encryptedBlock, Bytes: der}), nil
}

// parseKeyFile reads what marshalKeyFile writes, and cosign's own key files.
func parseKeyFile(b []byte, ask Password) (crypto.PrivateKey, error) {
	if len(b) > MaxKeyFile {
		return nil, fmt.Errorf("signing: a private key file of %d bytes, the limit is %d", len(b), MaxKeyFile)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, errors.New("signing: not a private key file: no PEM block in it")
	}
	switch block.Type {
	case plainBlock:
		key, err := cryptoutils.UnmarshalPEMToPrivateKey(b, nil)
		if err != nil {
			return nil, fmt.Errorf("signing: not a private key in PKCS #8 form: %w", err)
		}
		return key, nil
	case encryptedBlock, cosignBlock:
		password, err := answer(ask, false)
		if err != nil {
			return nil, err
		}
		given := password != nil
		if !given {
			password = []byte{} // nil would mean "already decrypted" to sigstore
		}
		key, err := cryptoutils.UnmarshalPEMToPrivateKey(b, cryptoutils.StaticPasswordFunc(password))
		if err != nil && !given {
			return nil, fmt.Errorf("%w: it is encrypted, give its password", ErrPassword)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %v", ErrPassword, err)
		}
		return key, nil
	}
	return nil, fmt.Errorf("signing: a PEM block of type %.60q is not a private key file: want %q or %q", block.Type, encryptedBlock, plainBlock)
}

// Encrypted is whether a private key's file needs a password.
func Encrypted(file []byte) bool {
	block, _ := pem.Decode(file)
	return block != nil && (block.Type == encryptedBlock || block.Type == cosignBlock)
}

// answer is the password, nil if there is none.
func answer(ask Password, confirm bool) ([]byte, error) {
	if ask == nil {
		return nil, nil
	}
	password, err := ask(confirm)
	if err != nil {
		return nil, fmt.Errorf("signing: asking for the private key's password: %w", err)
	}
	if len(password) == 0 {
		return nil, nil
	}
	return password, nil
}
