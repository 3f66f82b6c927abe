package signing

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// The same notes are checked again and again: at every reading of the records
// each receipt's, with a signature of each witness. A check that succeeded once
// would succeed again, so it is remembered, by the hash of all that went into
// it. What failed is not: it may be as varied as whoever sends it likes.

// verified remembers successful checks, the last maxVerified at least.
var verified struct {
	sync.Mutex
	recent, before map[[sha256.Size]byte]struct{}
}

// verifyNote is ed25519.Verify.
func verifyNote(key NoteKey, message, signature []byte) bool {
	if len(signature) != ed25519.SignatureSize {
		return false
	}
	h := sha256.New()
	h.Write(key[:])
	h.Write(signature)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(message))))
	h.Write(message)
	check := [sha256.Size]byte(h.Sum(nil))

	verified.Lock()
	_, ok := verified.recent[check]
	if !ok {
		_, ok = verified.before[check]
	}
	verified.Unlock()
	if ok {
		return true
	}
	if !ed25519.Verify(key[:], message, signature) {
		return false
	}
	verified.Lock()
	defer verified.Unlock()
	if len(verified.recent) >= maxVerified || verified.recent == nil {
		verified.recent, verified.before = make(map[[sha256.Size]byte]struct{}), verified.recent
	}
	verified.recent[check] = struct{}{}
	return true
}
