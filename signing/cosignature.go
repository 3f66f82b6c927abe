package signing

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Cosignature is a witness's word that at Time it had seen and stored a
// checkpoint that extends every earlier one it cosigned for the same log
// (C2SP tlog-cosignature v1). It binds the key, not the name.
type Cosignature struct {
	Name string
	Key  NoteKey
	Time time.Time // whole seconds, UTC
}

// cosigned is the message under a cosignature.
func cosigned(text string, unix uint64) []byte {
	return []byte("cosignature/v1\ntime " + strconv.FormatUint(unix, 10) + "\n" + text)
}

// Cosign is the witness's signature line, newline included, over a
// checkpoint's text at a time of whole seconds.
func Cosign(c Checkpoint, at time.Time, name string, s *NoteSigner) string {
	unix := uint64(at.Unix())
	sig := binary.BigEndian.AppendUint64(nil, unix)
	sig = append(sig, ed25519.Sign(s.private, cosigned(c.Text(), unix))...)
	return signatureLine(name, algCosignature, s.Key(), sig)
}

// OpenCosignatures checks a note's cosignature lines against the witnesses
// that may have made them, by name. Lines of others are passed over; a line
// that carries a listed witness's name and key hash and does not verify
// makes the whole note invalid. At most one per witness is returned.
func OpenCosignatures(b []byte, witnesses map[string]NoteKey) (Checkpoint, []Cosignature, error) {
	if len(b) > MaxCheckpoint {
		return Checkpoint{}, nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrCheckpoint, len(b), MaxCheckpoint)
	}
	verifiers := make([]note.Verifier, 0, len(witnesses))
	for name, key := range witnesses {
		verifiers = append(verifiers, cosignatureVerifier{name, key})
	}
	n, err := note.Open(b, note.VerifierList(verifiers...))
	if none, ok := err.(*note.UnverifiedNoteError); ok {
		n, err = none.Note, nil // well-formed, by none of these witnesses
	}
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("%w: %v", ErrCheckpoint, err)
	}
	c, err := ParseCheckpointText(n.Text)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	cosignatures := make([]Cosignature, 0, len(n.Sigs))
	for _, s := range n.Sigs {
		unix, _, err := splitCosignature(s.Base64)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		cosignatures = append(cosignatures, Cosignature{s.Name, witnesses[s.Name], time.Unix(int64(unix), 0).UTC()})
	}
	return c, cosignatures, nil
}

type cosignatureVerifier struct {
	name string
	key  NoteKey
}

func (v cosignatureVerifier) Name() string { return v.name }
func (v cosignatureVerifier) KeyHash() uint32 {
	id := noteKeyID(v.name, algCosignature, v.key)
	return binary.BigEndian.Uint32(id[:])
}
func (v cosignatureVerifier) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	unix := binary.BigEndian.Uint64(sig)
	return unix <= maxTime && verifyNote(v.key, cosigned(string(msg), unix), sig[8:])
}

// maxTime is the end of the year 9999, past which RFC 3339 has no form.
const maxTime = 253402300799

// splitCosignature reads the base64 of a cosignature line: key hash, time,
// Ed25519 signature.
func splitCosignature(b64 string) (unix uint64, sig []byte, err error) {
	b, err := parseBase64(b64)
	if err != nil || len(b) != 4+8+ed25519.SignatureSize {
		return 0, nil, fmt.Errorf("%w: a cosignature line is not 76 bytes of base64", ErrCheckpoint)
	}
	return binary.BigEndian.Uint64(b[4:12]), b[12:], nil
}
