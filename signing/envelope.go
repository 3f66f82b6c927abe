package signing

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// PayloadType is the DSSE payload type of every document.
const PayloadType = "application/vnd.in-toto+json"

var (
	// ErrEnvelope means that bytes are not an envelope of the form that this
	// federation accepts: one signature, empty keyid, the in-toto payload type.
	ErrEnvelope = errors.New("signing: not a valid envelope")
	// ErrSignature means that a signature does not match its key and content.
	ErrSignature = errors.New("signing: signature does not match")
)

// Digest is the SHA-256 of a payload's pre-authentication encoding: what the
// signature covers, what the log leaf carries, and the document's ID.
type Digest [sha256.Size]byte

// String is the document ID: 64 lower-case hexadecimal digits.
func (d Digest) String() string {
	var b [2 * len(d)]byte
	hex.Encode(b[:], d[:])
	return string(b[:])
}

// ParseDigest reads 64 lower-case hexadecimal digits.
func ParseDigest(s string) (d Digest, err error) {
	if n, err := hex.Decode(d[:], []byte(s[:min(len(s), 2*len(d))])); err != nil || n != len(d) || len(s) != 2*n || strings.ToLower(s) != s {
		return Digest{}, fmt.Errorf("signing: %.80q is not 64 lower-case hexadecimal digits", s)
	}
	return d, nil
}

// PAE is the DSSE v1 pre-authentication encoding of a document's payload
// (github.com/secure-systems-lab/dsse, protocol.md).
func PAE(payload []byte) []byte {
	return append(appendPAEHead(make([]byte, 0, len(payload)+64), len(payload)), payload...)
}

// appendPAEHead appends what comes before a payload of so many bytes.
func appendPAEHead(pae []byte, length int) []byte {
	pae = append(pae, "DSSEv1 "...)
	pae = strconv.AppendInt(pae, int64(len(PayloadType)), 10)
	pae = append(pae, ' ')
	pae = append(pae, PayloadType...)
	pae = append(pae, ' ')
	pae = strconv.AppendInt(pae, int64(length), 10)
	return append(pae, ' ')
}

// PayloadDigest is the digest of the payload's PAE: the document's ID.
func PayloadDigest(payload []byte) (d Digest) {
	var head [64]byte
	h := sha256.New()
	h.Write(appendPAEHead(head[:0], len(payload)))
	h.Write(payload)
	h.Sum(d[:0])
	return d
}

// Envelope is a signed document. Its JSON form, written by Marshal and read
// by ParseEnvelope, is
//
//	{"payloadType":"application/vnd.in-toto+json","payload":"<base64>","signatures":[{"keyid":"","sig":"<base64 DER>"}]}
type Envelope struct {
	Payload   []byte
	Signature []byte // ASN.1 DER ECDSA signature over SHA-256(PAE(Payload))
}

// Digest is the document's ID.
func (e Envelope) Digest() Digest { return PayloadDigest(e.Payload) }

// Leaf is what a log holds of the document if key is the one that signed it;
// whether it is, Leaf.Genuine tells.
func (e Envelope) Leaf(key DocumentKey) Leaf {
	return Leaf{Digest: e.Digest(), Signature: e.Signature, Key: key}
}

type envelopeJSON struct {
	PayloadType string          `json:"payloadType"`
	Payload     []byte          `json:"payload"`
	Signatures  []signatureJSON `json:"signatures"`
}

type signatureJSON struct {
	KeyID string `json:"keyid"`
	Sig   []byte `json:"sig"`
}

// Marshal is the envelope's JSON form, without a final newline.
func (e Envelope) Marshal() []byte { return mustJSON(e.json()) }

func (e Envelope) json() envelopeJSON {
	return envelopeJSON{PayloadType, e.Payload, []signatureJSON{{Sig: e.Signature}}}
}

// ParseEnvelope reads an envelope's JSON form: the value that Marshal writes,
// whatever its white space and order of fields. Other fields, duplicate ones,
// keyids and further signatures are refused.
func ParseEnvelope(b []byte) (Envelope, error) {
	var j envelopeJSON
	if err := decodeJSON(b, MaxEnvelope, &j); err != nil {
		return Envelope{}, fmt.Errorf("%w: %v", ErrEnvelope, err)
	}
	e, err := j.envelope()
	if err != nil {
		return Envelope{}, err
	}
	if !sameJSON(b, e.Marshal()) {
		return Envelope{}, fmt.Errorf("%w: want the fields payloadType, payload and signatures [keyid, sig], each exactly so and once", ErrEnvelope)
	}
	return e, nil
}

// envelope checks the content, not the form.
func (j envelopeJSON) envelope() (Envelope, error) {
	if j.PayloadType != PayloadType {
		return Envelope{}, fmt.Errorf("%w: payloadType is %.80q, want %q", ErrEnvelope, j.PayloadType, PayloadType)
	}
	if n := len(j.Payload); n == 0 || n > MaxPayload {
		return Envelope{}, fmt.Errorf("%w: a payload of %d bytes, want 1 to %d", ErrEnvelope, n, MaxPayload)
	}
	if len(j.Signatures) != 1 {
		return Envelope{}, fmt.Errorf("%w: %d signatures, want exactly one", ErrEnvelope, len(j.Signatures))
	}
	s := j.Signatures[0]
	if s.KeyID != "" {
		return Envelope{}, fmt.Errorf("%w: keyid is %.80q, it must be empty", ErrEnvelope, s.KeyID)
	}
	if n := len(s.Sig); n == 0 || n > MaxSignature {
		return Envelope{}, fmt.Errorf("%w: a signature of %d bytes, want 1 to %d", ErrEnvelope, n, MaxSignature)
	}
	return Envelope{Payload: j.Payload, Signature: s.Sig}, nil
}

// DigestOfPAE is the digest of a PAE as a file holds it.
func DigestOfPAE(pae []byte) Digest { return sha256.Sum256(pae) }
