package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// vectors is testdata/vectors.json, which vectors.py beside it wrote: another
// implementation of the same formats.
type vectors struct {
	DocumentKey struct{ Scalar, SPKI, Fingerprint, PEM string }
	Document    struct{ Payload, PAE, ID, Signature, Envelope, Leaf, LeafHash string }
	Log         struct {
		Origin, Seed, Key, ID string
		From                  time.Time
		Leaves                []string
		Root, Checkpoint      string
	}
	Witnesses []struct {
		Name, Seed, Key string
		Time            int64
	}
	Cosigned  string
	Inclusion struct {
		Index  uint64
		Hashes []string
	}
	Bundle, TrustedRoot string
}

func loadVectors(t testing.TB) *vectors {
	b, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	var v vectors
	require.NoError(t, json.Unmarshal(b, &v))
	return &v
}

func unbase64(t testing.TB, s string) []byte {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	require.NoError(t, err)
	return b
}

func (v *vectors) noteSigner(t testing.TB, seed string) *NoteSigner {
	b, err := hex.DecodeString(seed)
	require.NoError(t, err)
	return NewNoteSigner(ed25519.NewKeyFromSeed(b))
}

func (v *vectors) private(t testing.TB) *ecdsa.PrivateKey {
	scalar, err := hex.DecodeString(v.DocumentKey.Scalar)
	require.NoError(t, err)
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	require.NoError(t, err)
	return private
}

func (v *vectors) leaf(t testing.TB) Leaf {
	l, err := ParseLeaf([]byte(v.Document.Leaf))
	require.NoError(t, err)
	return l
}

func (v *vectors) log(t testing.TB) TrustedLog {
	return TrustedLog{v.Log.Origin, v.noteSigner(t, v.Log.Seed).Key(), v.Log.From}
}

func (v *vectors) witnesses(t testing.TB) map[string]NoteKey {
	keys := make(map[string]NoteKey)
	for _, w := range v.Witnesses {
		keys[w.Name] = v.noteSigner(t, w.Seed).Key()
	}
	return keys
}

func (v *vectors) checkpoint(t testing.TB) Checkpoint {
	return Checkpoint{v.Log.Origin, uint64(len(v.Log.Leaves)), tlog.Hash(unbase64(t, v.Log.Root))}
}

func (v *vectors) proof(t testing.TB) tlog.RecordProof {
	var p tlog.RecordProof
	for _, h := range v.Inclusion.Hashes {
		p = append(p, tlog.Hash(unbase64(t, h)))
	}
	return p
}

func TestKeysAreWrittenAsTheVectorsSay(t *testing.T) {
	v := loadVectors(t)
	key, err := documentKeyOf(v.private(t).Public())
	require.NoError(t, err)
	require.Equal(t, v.DocumentKey.SPKI, key.Base64())
	require.Equal(t, v.DocumentKey.Fingerprint, key.Fingerprint())
	require.Equal(t, v.DocumentKey.PEM, string(key.PEM()))

	log := v.log(t)
	require.Equal(t, v.Log.Key, log.Key.String())
	id := log.ID()
	require.Equal(t, v.Log.ID, base64.StdEncoding.EncodeToString(id[:]))
}

func TestDocumentsAreWrittenAsTheVectorsSay(t *testing.T) {
	v := loadVectors(t)
	payload := []byte(v.Document.Payload)
	require.Equal(t, v.Document.PAE, string(PAE(payload)))
	digest := PayloadDigest(payload)
	require.Equal(t, v.Document.ID, digest.String())

	sig, err := v.private(t).Sign(nil, digest[:], crypto.SHA256) // RFC 6979
	require.NoError(t, err)
	require.Equal(t, v.Document.Signature, base64.StdEncoding.EncodeToString(sig))
	e := Envelope{payload, sig}
	require.Equal(t, v.Document.Envelope, string(e.Marshal()))

	key, err := ParseDocumentKeyBase64(v.DocumentKey.SPKI)
	require.NoError(t, err)
	leaf := e.Leaf(key)
	require.True(t, leaf.Genuine())
	require.Equal(t, v.Document.Leaf, string(leaf.Marshal()))
	hash := leaf.Hash()
	require.Equal(t, v.Document.LeafHash, base64.StdEncoding.EncodeToString(hash[:]))
	require.Equal(t, leaf, v.leaf(t))
}

func TestCheckpointsAreWrittenAsTheVectorsSay(t *testing.T) {
	v := loadVectors(t)
	cp := v.checkpoint(t)
	note := SignCheckpoint(cp, v.noteSigner(t, v.Log.Seed))
	require.Equal(t, v.Log.Checkpoint, string(note))
	for _, w := range v.Witnesses {
		note = append(note, Cosign(cp, time.Unix(w.Time, 0), w.Name, v.noteSigner(t, w.Seed))...)
	}
	require.Equal(t, v.Cosigned, string(note))

	opened, err := OpenCheckpoint(note, v.Log.Origin, v.log(t).Key)
	require.NoError(t, err)
	require.Equal(t, cp, opened)
	opened, cosignatures, err := OpenCosignatures(note, v.witnesses(t))
	require.NoError(t, err)
	require.Equal(t, cp, opened)
	require.Len(t, cosignatures, len(v.Witnesses))
	for i, w := range v.Witnesses {
		require.Equal(t, Cosignature{w.Name, v.noteSigner(t, w.Seed).Key(), time.Unix(w.Time, 0).UTC()}, cosignatures[i])
	}
}

func TestPublishedFilesAreWrittenAsTheVectorsSay(t *testing.T) {
	v := loadVectors(t)
	root := TrustedRoot{v.log(t)}
	require.Equal(t, v.TrustedRoot, string(root.Marshal()))

	inclusion, err := Include(v.leaf(t), v.Inclusion.Index, v.proof(t), []byte(v.Cosigned), v.log(t))
	require.NoError(t, err)
	b := Bundle{[]byte(v.Document.Payload), v.leaf(t), []Inclusion{inclusion}}
	require.Equal(t, v.Bundle, string(b.Marshal()))
	parsed, err := ParseBundle([]byte(v.Bundle))
	require.NoError(t, err)
	require.Equal(t, b, parsed)
	known, err := parsed.Verify(root)
	require.NoError(t, err)
	require.Equal(t, b.Inclusions, known)
}
