package store

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// author signs documents.
type author struct {
	private *ecdsa.PrivateKey
	key     signing.DocumentKey
}

func newAuthor(t testing.TB) author {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	require.NoError(t, err)
	key, err := signing.ParseDocumentKey(der)
	require.NoError(t, err)
	return author{private, key}
}

func (a author) sign(t testing.TB, payload []byte) Submission {
	d := signing.PayloadDigest(payload)
	sig, err := ecdsa.SignASN1(rand.Reader, a.private, d[:])
	require.NoError(t, err)
	return Submission{Leaf: signing.Leaf{Digest: d, Signature: sig, Key: a.key}, Payload: payload}
}

func newNoteSigner(t testing.TB) *signing.NoteSigner {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return signing.NewNoteSigner(private)
}

const testOrigin review.Origin = "e1.sle.3f9a1c20.gcm.example"

const genesis review.DocumentID = "3f9a1c20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func common(p review.ParticipantID, n int) review.Common {
	return review.Common{
		Federation: genesis, Author: p, Language: "en", Created: "2026-01-02T03:04:05Z",
		Salt: fmt.Sprintf("%032x", n), Title: fmt.Sprintf("SAMPLE document %d", n),
		Summary: "An invented text, about as long as a short summary in a report of an invented State would be.",
	}
}

// comment is a real statement, about some document.
func comment(n int) []byte {
	return review.Compose(review.KindComment, []review.Subject{{Name: "document", Digest: genesis}},
		review.Comment{Common: common("sle", n), Type: "question", Text: "What was done since?"})
}

// source is somebody else's log, kept as plainly as can be: the reference that
// a store is compared with.
type source struct {
	t       testing.TB
	origin  review.Origin
	signer  *signing.NoteSigner
	entries []Entry
}

func newSource(t testing.TB, o review.Origin) *source {
	return &source{t: t, origin: o, signer: newNoteSigner(t)}
}

func (s *source) add(a author, payloads ...[]byte) {
	for _, p := range payloads {
		d := a.sign(s.t, p)
		s.entries = append(s.entries, Entry{Leaf: d.Leaf, Payload: p, Genuine: true})
	}
}

// fork is a second history that shares the first n entries.
func (s *source) fork(n int) *source {
	c := *s
	c.entries = append([]Entry(nil), s.entries[:n]...)
	return &c
}

func (s *source) hashes(size int) []tlog.Hash {
	hashes := make([]tlog.Hash, size)
	for i := range hashes {
		hashes[i] = s.entries[i].Leaf.Hash()
	}
	return hashes
}

// naiveRoot is RFC 6962's definition (section 2.1), word for word.
func naiveRoot(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	k := 1
	for 2*k < len(hashes) {
		k *= 2
	}
	return tlog.NodeHash(naiveRoot(hashes[:k]), naiveRoot(hashes[k:]))
}

func (s *source) root(size int) tlog.Hash { return naiveRoot(s.hashes(size)) }

func (s *source) checkpoint(size int) signing.Checkpoint {
	return signing.Checkpoint{Origin: string(s.origin), Size: uint64(size), Root: s.root(size)}
}

func (s *source) note(size int) []byte { return signing.SignCheckpoint(s.checkpoint(size), s.signer) }

// naiveProof is RFC 6962's consistency proof (section 2.1.2), word for word.
func naiveProof(m int, hashes []tlog.Hash, whole bool) tlog.TreeProof {
	if m == len(hashes) {
		if whole {
			return tlog.TreeProof{}
		}
		return tlog.TreeProof{naiveRoot(hashes)}
	}
	k := 1
	for 2*k < len(hashes) {
		k *= 2
	}
	if m <= k {
		return append(naiveProof(m, hashes[:k], whole), naiveRoot(hashes[k:]))
	}
	return append(naiveProof(m-k, hashes[k:], false), naiveRoot(hashes[:k]))
}

// tail is entries from to before to, under the checkpoint of size.
func (s *source) tail(from, to, size int) Tail {
	t := Tail{
		Origin: s.origin, From: uint64(from), Entries: s.entries[from:to],
		Checkpoint: s.checkpoint(size), Note: s.note(size),
	}
	if 0 < to && to < size {
		t.Proof = naiveProof(to, s.hashes(size), true)
	}
	return t
}

func openTest(t testing.TB, dir string, o Options) *Store {
	o.MinFree = 1 // the disk that tests run on may be small
	s, err := Open(dir, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// small keeps a store on disk cheap to open.
var small = Options{WriteBuffer: 2 << 20}

// waitForRepairs returns when no repair is under way.
func (s *Store) waitForRepairs() {
	for {
		s.mu.RLock()
		n := len(s.repairing)
		s.mu.RUnlock()
		if n == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
