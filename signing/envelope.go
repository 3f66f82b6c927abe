package signing

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
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
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads 64 lower-case hexadecimal digits.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(d) || hex.EncodeToString(b) != s {
		return d, fmt.Errorf("signing: %.80q is not 64 lower-case hexadecimal digits", s)
	}
	copy(d[:], b)
	return d, nil
}

// PAE is the DSSE v1 pre-authentication encoding of a document's payload
// (github.com/secure-systems-lab/dsse, protocol.md).
func PAE(payload []byte) []byte {
	pae := make([]byte, 0, len(payload)+64)
	pae = append(pae, "DSSEv1 "...)
	pae = strconv.AppendInt(pae, int64(len(PayloadType)), 10)
	pae = append(pae, ' ')
	pae = append(pae, PayloadType...)
	pae = append(pae, ' ')
	pae = strconv.AppendInt(pae, int64(len(payload)), 10)
	pae = append(pae, ' ')
	return append(pae, payload...)
}

// PayloadDigest is the digest of the payload's PAE: the document's ID.
func PayloadDigest(payload []byte) Digest { return sha256.Sum256(PAE(payload)) }

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
	Payload     string          `json:"payload"`
	Signatures  []signatureJSON `json:"signatures"`
}

type signatureJSON struct {
	KeyID string `json:"keyid"`
	Sig   string `json:"sig"`
}

// Marshal is the envelope's JSON form, without a final newline.
func (e Envelope) Marshal() []byte {
	b, err := json.Marshal(e.json())
	if err != nil {
		panic(err) // strings only
	}
	return b
}

func (e Envelope) json() envelopeJSON {
	return envelopeJSON{
		PayloadType: PayloadType,
		Payload:     base64.StdEncoding.EncodeToString(e.Payload),
		Signatures:  []signatureJSON{{Sig: base64.StdEncoding.EncodeToString(e.Signature)}},
	}
}

// ParseEnvelope reads an envelope's JSON form. White space around and inside
// the JSON is accepted, other fields, keyids and further signatures are not.
func ParseEnvelope(b []byte) (Envelope, error) {
	if len(b) > MaxEnvelope {
		return Envelope{}, fmt.Errorf("%w: %d bytes, the limit is %d", ErrEnvelope, len(b), MaxEnvelope)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var j envelopeJSON
	if err := dec.Decode(&j); err != nil {
		return Envelope{}, fmt.Errorf("%w: %v", ErrEnvelope, err)
	}
	if dec.More() {
		return Envelope{}, fmt.Errorf("%w: something follows the JSON object", ErrEnvelope)
	}
	switch {
	case j.PayloadType != PayloadType:
		return Envelope{}, fmt.Errorf("%w: payloadType is %.80q, want %q", ErrEnvelope, j.PayloadType, PayloadType)
	case len(j.Signatures) != 1:
		return Envelope{}, fmt.Errorf("%w: %d signatures, want exactly one", ErrEnvelope, len(j.Signatures))
	case j.Signatures[0].KeyID != "":
		return Envelope{}, fmt.Errorf("%w: keyid is %.80q, it must be empty", ErrEnvelope, j.Signatures[0].KeyID)
	}
	payload, err := base64.StdEncoding.Strict().DecodeString(j.Payload)
	if err != nil {
		return Envelope{}, fmt.Errorf("%w: payload: %v", ErrEnvelope, err)
	}
	if len(payload) > MaxPayload {
		return Envelope{}, fmt.Errorf("%w: a payload of %d bytes, the limit is %d", ErrEnvelope, len(payload), MaxPayload)
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(j.Signatures[0].Sig)
	if err != nil {
		return Envelope{}, fmt.Errorf("%w: sig: %v", ErrEnvelope, err)
	}
	if len(sig) == 0 || len(sig) > MaxSignature {
		return Envelope{}, fmt.Errorf("%w: a signature of %d bytes, the limit is %d", ErrEnvelope, len(sig), MaxSignature)
	}
	return Envelope{Payload: payload, Signature: sig}, nil
}
