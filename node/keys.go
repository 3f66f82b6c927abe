package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"stocktake/signing"
)

// Role is what a key of a home is for. One key has one role.
type Role string

// The roles. Root and author belong to people and may leave the home once the
// node has joined; the other four are the node's own and stay.
const (
	RoleRoot    Role = "root"    // P-256: signs openings; kept offline
	RoleAuthor  Role = "author"  // P-256: signs what the participant says
	RoleClerk   Role = "clerk"   // P-256: signs the node's receipts and refusals
	RoleLog     Role = "log"     // Ed25519: signs checkpoints of one epoch
	RoleNode    Role = "node"    // Ed25519: the identity on the network
	RoleWitness Role = "witness" // Ed25519: cosigns others' checkpoints
)

// KeyFile is where a role's private key lies, in sigstore's encrypted PEM. Log
// and node keys serve one epoch, and their files say which.
func (h Home) KeyFile(r Role, epoch int) string {
	name := string(r)
	if r == RoleLog || r == RoleNode && epoch > 1 {
		name += "-e" + strconv.Itoa(epoch)
	}
	return filepath.Join(string(h), "keys", name+".pem")
}

func (h Home) writeKey(r Role, epoch int, pem []byte) error {
	name := h.KeyFile(r, epoch)
	if _, err := os.Lstat(name); err == nil {
		return fmt.Errorf("%s exists already; a private key is never overwritten", name)
	}
	return replaceFile(name, pem, 0o600)
}

func (h Home) readKey(r Role, epoch int) ([]byte, error) {
	b, err := os.ReadFile(h.KeyFile(r, epoch))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the %s key is not at %s; put the file back for this command: %w", r, h.KeyFile(r, epoch), err)
	}
	return b, err
}

// DocumentSigner opens the root, author or clerk key.
func (h Home) DocumentSigner(r Role, ask signing.Password) (*signing.DocumentSigner, error) {
	b, err := h.readKey(r, 0)
	if err != nil {
		return nil, err
	}
	s, err := signing.ParseDocumentSigner(b, ask)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.KeyFile(r, 0), err)
	}
	return s, nil
}

// NoteSigner opens the log, node or witness key.
func (h Home) NoteSigner(r Role, epoch int, ask signing.Password) (*signing.NoteSigner, error) {
	b, err := h.readKey(r, epoch)
	if err != nil {
		return nil, err
	}
	s, err := signing.ParseNoteSigner(b, ask)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.KeyFile(r, epoch), err)
	}
	return s, nil
}
