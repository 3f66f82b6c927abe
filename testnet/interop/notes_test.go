package interop

import (
	"crypto/ed25519"
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	formatslog "github.com/transparency-dev/formats/log"
	formatsnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"stocktake/signing"
)

// verifierKey is the key in C2SP's text form, name+hash+base64.
func verifierKey(t *testing.T, name string, key signing.NoteKey) string {
	text, err := note.NewEd25519VerifierKey(name, ed25519.PublicKey(key[:]))
	require.NoError(t, err)
	return text
}

func TestOthersReadOurCheckpointsAndCosignatures(t *testing.T) {
	log, err := signing.GenerateNoteKey()
	require.NoError(t, err)
	witness, err := signing.GenerateNoteKey()
	require.NoError(t, err)
	head := signing.Checkpoint{Origin: "e1.sle.3f9a1c20.gcm.example", Size: 42, Root: [32]byte{7}}
	at := time.Unix(1788220801, 0)
	signed := signing.SignCheckpoint(head, log)
	signed = append(signed, signing.Cosign(head, at, "w.gmb.3f9a1c20.gcm.example", witness)...)

	logVerifier, err := note.NewVerifier(verifierKey(t, head.Origin, log.Key()))
	require.NoError(t, err)
	witnessVerifier, err := formatsnote.NewVerifierForCosignatureV1(verifierKey(t, "w.gmb.3f9a1c20.gcm.example", witness.Key()))
	require.NoError(t, err)
	cp, rest, n, err := formatslog.ParseCheckpoint(signed, head.Origin, logVerifier, witnessVerifier)
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Equal(t, head.Size, cp.Size)
	require.Equal(t, head.Root[:], cp.Hash)
	require.Len(t, n.Sigs, 2)
	seen, err := formatsnote.CoSigV1Timestamp(n.Sigs[1])
	require.NoError(t, err)
	require.Equal(t, at.Unix(), seen.Unix())
}

func TestWeReadOthersCheckpointsAndCosignatures(t *testing.T) {
	origin, name := "e1.sle.3f9a1c20.gcm.example", "w.gmb.3f9a1c20.gcm.example"
	secret, public, err := note.GenerateKey(nil, origin)
	require.NoError(t, err)
	logSigner, err := note.NewSigner(secret)
	require.NoError(t, err)
	witnessSecret, witnessPublic, err := note.GenerateKey(nil, name)
	require.NoError(t, err)
	witnessSigner, err := formatsnote.NewSignerForCosignatureV1(witnessSecret)
	require.NoError(t, err)
	text := formatslog.Checkpoint{Origin: origin, Size: 42, Hash: make([]byte, 32)}.Marshal()
	signed, err := note.Sign(&note.Note{Text: string(text)}, logSigner, witnessSigner)
	require.NoError(t, err)

	head, err := signing.OpenCheckpoint(signed, origin, noteKey(t, public))
	require.NoError(t, err)
	require.Equal(t, signing.Checkpoint{Origin: origin, Size: 42}, head)
	_, cosignatures, err := signing.OpenCosignatures(signed, map[string]signing.NoteKey{name: noteKey(t, witnessPublic)})
	require.NoError(t, err)
	require.Len(t, cosignatures, 1)
	require.WithinDuration(t, time.Now(), cosignatures[0].Time, time.Minute)
}

// noteKey is the 32 bytes behind the algorithm byte of a verifier key.
func noteKey(t *testing.T, verifier string) signing.NoteKey {
	b, err := base64.StdEncoding.DecodeString(verifier[len(verifier)-44:])
	require.NoError(t, err)
	require.Len(t, b, 33)
	return signing.NoteKey(b[1:])
}
