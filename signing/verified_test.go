package signing

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What was checked once is not taken for something else, however often.
func TestARememberedCheckStandsForItselfOnly(t *testing.T) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize))
	message := []byte("e1.sle.3f9a1c20.gcm.example\n1\n")
	signature := ed25519.Sign(private, message)
	key, stranger := NoteKey(private.Public().(ed25519.PublicKey)), NoteKey(other.Public().(ed25519.PublicKey))
	for range 3 {
		assert.True(t, verifyNote(key, message, signature))
		assert.False(t, verifyNote(stranger, message, signature))
		assert.False(t, verifyNote(key, message, signature[1:]))
		assert.False(t, verifyNote(key, message, append(bytes.Clone(signature), 0)))
		for i := range message {
			changed := bytes.Clone(message)
			changed[i] ^= 1
			assert.False(t, verifyNote(key, changed, signature))
		}
		for i := range signature {
			changed := bytes.Clone(signature)
			changed[i] ^= 1
			assert.False(t, verifyNote(key, message, changed))
		}
	}
}

func TestRememberedChecksAreBounded(t *testing.T) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))
	key := NoteKey(private.Public().(ed25519.PublicKey))
	for i := range uint32(100) {
		message := binary.BigEndian.AppendUint32(nil, i)
		assert.True(t, verifyNote(key, message, ed25519.Sign(private, message)))
		if i == 50 { // as if that many had come
			verified.Lock()
			for n := range uint32(maxVerified) {
				var check [32]byte
				binary.BigEndian.PutUint32(check[:], n)
				verified.recent[check] = struct{}{}
			}
			verified.Unlock()
		}
		verified.Lock()
		assert.LessOrEqual(t, len(verified.recent), maxVerified+1000)
		assert.LessOrEqual(t, len(verified.before), maxVerified+1000)
		verified.Unlock()
	}
}
