package signing

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrCheckpoint means that bytes are not a checkpoint signed by the log.
var ErrCheckpoint = errors.New("signing: not a valid checkpoint")

// ErrNote means that bytes are not a note that its name's key signed.
var ErrNote = errors.New("signing: not a valid signed note")

// Checkpoint is a log's head: a C2SP tlog-checkpoint without extension lines.
// Signed, it is a note:
//
//	e1.sle.3f9a1c20.gcm.example
//	42
//	<base64 root>
//
//	— e1.sle.3f9a1c20.gcm.example <base64 of key hash and signature>
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   tlog.Hash
}

// ValidOrigin reports whether a name can be a log's or a witness's: a bare host
// name in lower case, without port or path, so that stock tools take it. It
// need not resolve.
func ValidOrigin(name string) bool {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return name != "" && len(name) <= MaxOrigin
}

// Text is the note's text: three lines, each with its newline.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatUint(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) + "\n"
}

// ParseCheckpointText reads exactly what Text writes.
func ParseCheckpointText(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fmt.Errorf("%w: want the three lines origin, size, root", ErrCheckpoint)
	}
	if !ValidOrigin(lines[0]) {
		return Checkpoint{}, fmt.Errorf("%w: origin %.80q is not a bare host name", ErrCheckpoint, lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || size > MaxTreeSize || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("%w: size %.30q", ErrCheckpoint, lines[1])
	}
	root, err := parseBase64(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, fmt.Errorf("%w: root is not 32 bytes of base64", ErrCheckpoint)
	}
	return Checkpoint{Origin: lines[0], Size: uint64(size), Root: tlog.Hash(root)}, nil
}

// SignCheckpoint is the note with the log's one signature line. The origin
// must be a ValidOrigin and the size below 2^63, else nobody can open it.
func SignCheckpoint(c Checkpoint, s *NoteSigner) []byte {
	text := c.Text()
	return append([]byte(text+"\n"), signatureLine(c.Origin, algEd25519, s.Key(), ed25519.Sign(s.private, []byte(text)))...)
}

// OpenCheckpoint checks the log's signature on a note and returns the
// checkpoint. Cosignature lines may follow it; they are not checked here.
func OpenCheckpoint(b []byte, origin string, key NoteKey) (Checkpoint, error) {
	if len(b) > MaxCheckpoint {
		return Checkpoint{}, fmt.Errorf("%w: %d bytes, the limit is %d", ErrCheckpoint, len(b), MaxCheckpoint)
	}
	n, err := note.Open(b, note.VerifierList(logVerifier{origin, key}))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %s: %v", ErrCheckpoint, origin, err)
	}
	c, err := ParseCheckpointText(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if _, err := parseBase64(n.Sigs[0].Base64); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: signature of %s: %v", ErrCheckpoint, origin, err)
	}
	if c.Origin != origin {
		return Checkpoint{}, fmt.Errorf("%w: origin is %.80q, want %q", ErrCheckpoint, c.Origin, origin)
	}
	return c, nil
}

// PeekCheckpoint reads a signed note's checkpoint without checking any
// signature: only to learn which log's key to check it with.
func PeekCheckpoint(b []byte) (Checkpoint, error) {
	if len(b) > MaxCheckpoint {
		return Checkpoint{}, fmt.Errorf("%w: %d bytes, the limit is %d", ErrCheckpoint, len(b), MaxCheckpoint)
	}
	text, _, ok := strings.Cut(string(b), "\n\n")
	if !ok {
		return Checkpoint{}, fmt.Errorf("%w: no signature follows the text", ErrCheckpoint)
	}
	return ParseCheckpointText(text + "\n")
}

// SignNote is a C2SP signed note: a text of whole lines under a name and its
// Ed25519 key. It is for texts that are no checkpoints.
func SignNote(text, name string, s *NoteSigner) []byte {
	return append([]byte(text+"\n"), signatureLine(name, algEd25519, s.Key(), ed25519.Sign(s.private, []byte(text)))...)
}

// OpenNote is the text of a note that has the one signature of a name's key.
// Of the several forms that a note's base64 could have, it takes one.
func OpenNote(b []byte, name string, key NoteKey) (text string, err error) {
	if len(b) > MaxCheckpoint {
		return "", fmt.Errorf("%w: %d bytes, the limit is %d", ErrNote, len(b), MaxCheckpoint)
	}
	n, err := note.Open(b, note.VerifierList(logVerifier{name, key}))
	if err != nil {
		return "", fmt.Errorf("%w: %s: %v", ErrNote, name, err)
	}
	if _, err := parseBase64(n.Sigs[0].Base64); err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) > 0 {
		return "", fmt.Errorf("%w: want the one signature of %s", ErrNote, name)
	}
	return n.Text, nil
}

type logVerifier struct {
	name string
	key  NoteKey
}

func (v logVerifier) Name() string { return v.name }
func (v logVerifier) KeyHash() uint32 {
	id := CheckpointKeyID(v.name, v.key)
	return binary.BigEndian.Uint32(id[:])
}
func (v logVerifier) Verify(msg, sig []byte) bool { return verifyNote(v.key, msg, sig) }

// signatureLine is one line of a signed note: "— name base64(hash ‖ sig)\n".
func signatureLine(name string, alg byte, key NoteKey, sig []byte) string {
	id := noteKeyID(name, alg, key)
	return "— " + name + " " + base64.StdEncoding.EncodeToString(append(id[:4:4], sig...)) + "\n"
}
