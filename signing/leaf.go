package signing

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Leaf is what a log commits to: the digest of a document, a signature over it
// and the key that made it. It holds no payload, so content can be erased and
// every proof still holds. Marshal writes a Rekor v2 hashedrekord v0.0.2 entry
// in RFC 8785 form, without a newline:
//
//	{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","digest":"<base64>"},"signature":{"content":"<base64 DER>","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"<base64 SPKI>"}}}}}}
type Leaf struct {
	Digest    Digest
	Signature []byte
	Key       DocumentKey
}

const (
	leafHead = `{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","digest":"`
	leafSig  = `"},"signature":{"content":"`
	leafKey  = `","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"`
	leafTail = `"}}}}}}`
)

// Marshal is the leaf's bytes in the log.
func (l Leaf) Marshal() []byte { return l.append(make([]byte, 0, MaxLeaf)) }

func (l Leaf) append(b []byte) []byte {
	b = append(b, leafHead...)
	b = base64.StdEncoding.AppendEncode(b, l.Digest[:])
	b = append(b, leafSig...)
	b = base64.StdEncoding.AppendEncode(b, l.Signature)
	b = append(b, leafKey...)
	b = base64.StdEncoding.AppendEncode(b, []byte(l.Key))
	return append(b, leafTail...)
}

// Hash is the RFC 6962 leaf hash (section 2.1: that of a zero byte and the leaf).
func (l Leaf) Hash() tlog.Hash {
	var b [1 + MaxLeaf]byte // allocates nothing, unlike tlog.RecordHash
	return sha256.Sum256(l.append(b[:1]))
}

// Genuine reports whether the signature is the key's own over the digest.
func (l Leaf) Genuine() bool { return l.Key.Verify(l.Digest, l.Signature) }

// ParseLeaf reads exactly what Marshal writes. It checks form, not the
// signature: a log may hold a leaf that is not Genuine.
func ParseLeaf(b []byte) (Leaf, error) {
	var l Leaf
	if len(b) > MaxLeaf {
		return l, fmt.Errorf("signing: a leaf of %d bytes, the limit is %d", len(b), MaxLeaf)
	}
	rest, ok := bytes.CutPrefix(b, []byte(leafHead))
	digest, rest, ok1 := bytes.Cut(rest, []byte(leafSig))
	sig, rest, ok2 := bytes.Cut(rest, []byte(leafKey))
	key, rest, ok3 := bytes.Cut(rest, []byte(leafTail))
	if !ok || !ok1 || !ok2 || !ok3 || len(rest) != 0 {
		return l, fmt.Errorf("signing: not a hashedrekord v0.0.2 leaf in canonical form")
	}
	d, err := parseBase64(string(digest))
	if err != nil || len(d) != len(l.Digest) {
		return l, fmt.Errorf("signing: leaf digest is not 32 bytes of base64")
	}
	copy(l.Digest[:], d)
	if l.Signature, err = parseBase64(string(sig)); err != nil || len(l.Signature) > MaxSignature {
		return l, fmt.Errorf("signing: leaf signature is not base64 of at most %d bytes", MaxSignature)
	}
	der, err := parseBase64(string(key))
	if err != nil {
		return l, fmt.Errorf("signing: leaf key is not base64")
	}
	l.Key, err = ParseDocumentKey(der)
	return l, err
}
