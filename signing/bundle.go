package signing

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

var (
	// ErrBundle means that bytes are not a bundle of the form that this
	// federation publishes, or that its parts contradict each other.
	ErrBundle = errors.New("signing: not a valid bundle")
	// ErrInclusion means that a log's signed checkpoint does not cover a leaf.
	ErrInclusion = errors.New("signing: inclusion proof does not match")
	// ErrUnknownLog means that a trusted root lists none of a bundle's logs.
	ErrUnknownLog = errors.New("signing: none of the bundle's logs is in the trusted root")
)

const bundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

// Bundle is a published document: all that anyone needs, with the signer's key
// and the federation's trusted root, to verify it offline. Its JSON form,
// written by Marshal and read by ParseBundle, is a Sigstore bundle v0.3:
//
//	{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
//	 "verificationMaterial":{"publicKey":{"hint":"<base64 SHA-256 of the key>"},"tlogEntries":[{
//	   "logIndex":"7","logId":{"keyId":"<base64>"},"kindVersion":{"kind":"hashedrekord","version":"0.0.2"},
//	   "inclusionProof":{"logIndex":"7","rootHash":"<base64>","treeSize":"42","hashes":["<base64>"],"checkpoint":{"envelope":"<note>"}},
//	   "canonicalizedBody":"<base64 leaf>"}]},
//	 "dsseEnvelope":{"payloadType":"application/vnd.in-toto+json","payload":"<base64>","signatures":[{"keyid":"","sig":"<base64>"}]}}
//
// Where the content is gone, its digest stands in place of the envelope: that
// is signed and proven all the same.
//
//	"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"<base64>"},"signature":"<base64>"}}
type Bundle struct {
	Payload    []byte // nil where the content is gone
	Leaf       Leaf   // one and the same in every log
	Inclusions []Inclusion
}

// Inclusion is a leaf's place in one log and the proof of it.
type Inclusion struct {
	LogID      [sha256.Size]byte // see TrustedLog.ID
	Index      uint64
	Proof      tlog.RecordProof
	Checkpoint Checkpoint // what Note says
	Note       []byte     // signed by the log; witnesses' cosignatures may follow
}

// Include states a leaf's place in a log, once it has checked that the log
// signed the note and that the proof holds.
func Include(leaf Leaf, index uint64, proof tlog.RecordProof, note []byte, log TrustedLog) (Inclusion, error) {
	cp, err := PeekCheckpoint(note)
	if err != nil {
		return Inclusion{}, err
	}
	i := Inclusion{log.ID(), index, proof, cp, note}
	return i, i.Verify(leaf, log)
}

// Verify checks the log's signature on the checkpoint (ErrCheckpoint) and the
// proof under it (ErrInclusion).
func (i Inclusion) Verify(leaf Leaf, log TrustedLog) error {
	cp, err := OpenCheckpoint(i.Note, log.Origin, log.Key)
	if err != nil {
		return err
	}
	if cp != i.Checkpoint || log.ID() != i.LogID {
		return fmt.Errorf("%w: the proof is for another checkpoint or log than the note", ErrInclusion)
	}
	if i.Index >= cp.Size {
		return fmt.Errorf("%w: index %d is not below the size %d of %s", ErrInclusion, i.Index, cp.Size, cp.Origin)
	}
	if err := tlog.CheckRecord(i.Proof, int64(cp.Size), cp.Root, int64(i.Index), leaf.Hash()); err != nil {
		return fmt.Errorf("%w: record %d of %s: %v", ErrInclusion, i.Index, cp.Origin, err)
	}
	return nil
}

// Envelope is the signed document.
func (b Bundle) Envelope() Envelope { return Envelope{b.Payload, b.Leaf.Signature} }

// Verify checks everything that a bundle proves by itself: that Leaf.Key signed
// the payload (ErrSignature) and that logs of the root hold it. It returns the
// inclusions in logs that the root lists, each checked; logs that it does not
// list are passed over, but there must be one that it does (ErrUnknownLog).
// Whose key it is and when the document was filed is not in a bundle alone:
// that takes the charter and its witnesses (OpenCosignatures of each Note).
func (b Bundle) Verify(root TrustedRoot) ([]Inclusion, error) {
	if b.Payload != nil && PayloadDigest(b.Payload) != b.Leaf.Digest || !b.Leaf.Genuine() {
		return nil, fmt.Errorf("%w: the document is not what key %.16s signed", ErrSignature, b.Leaf.Key.Fingerprint())
	}
	var known []Inclusion
	for _, i := range b.Inclusions {
		log, ok := root.Log(i.LogID)
		if !ok {
			continue
		}
		if err := i.Verify(b.Leaf, log); err != nil {
			return nil, err
		}
		known = append(known, i)
	}
	if len(known) == 0 {
		return nil, ErrUnknownLog
	}
	return known, nil
}

type bundleJSON struct {
	MediaType string        `json:"mediaType"`
	Material  materialJSON  `json:"verificationMaterial"`
	Envelope  *envelopeJSON `json:"dsseEnvelope,omitempty"`
	Message   *messageJSON  `json:"messageSignature,omitempty"`
}

type messageJSON struct {
	Digest    messageDigestJSON `json:"messageDigest"`
	Signature []byte            `json:"signature"`
}

type messageDigestJSON struct {
	Algorithm string `json:"algorithm"`
	Digest    []byte `json:"digest"`
}

type materialJSON struct {
	PublicKey   hintJSON        `json:"publicKey"`
	TlogEntries []tlogEntryJSON `json:"tlogEntries"`
}

type hintJSON struct {
	Hint string `json:"hint"`
}

type tlogEntryJSON struct {
	LogIndex    uint64          `json:"logIndex,string"`
	LogID       keyIDJSON       `json:"logId"`
	KindVersion kindVersionJSON `json:"kindVersion"`
	Proof       proofJSON       `json:"inclusionProof"`
	Body        []byte          `json:"canonicalizedBody"`
}

type kindVersionJSON struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
}

type proofJSON struct {
	LogIndex   uint64       `json:"logIndex,string"`
	RootHash   []byte       `json:"rootHash"`
	TreeSize   uint64       `json:"treeSize,string"`
	Hashes     [][]byte     `json:"hashes"`
	Checkpoint envelopeText `json:"checkpoint"`
}

type envelopeText struct {
	Envelope string `json:"envelope"`
}

// Marshal is the bundle's JSON form, without a final newline.
func (b Bundle) Marshal() []byte {
	key := sha256.Sum256([]byte(b.Leaf.Key))
	j := bundleJSON{
		MediaType: bundleMediaType,
		Material:  materialJSON{PublicKey: hintJSON{base64.StdEncoding.EncodeToString(key[:])}},
	}
	if b.Payload == nil {
		j.Message = &messageJSON{messageDigestJSON{"SHA2_256", b.Leaf.Digest[:]}, b.Leaf.Signature}
	} else {
		envelope := b.Envelope().json()
		j.Envelope = &envelope
	}
	for _, i := range b.Inclusions {
		hashes := make([][]byte, 0, len(i.Proof))
		for _, h := range i.Proof {
			hashes = append(hashes, h[:])
		}
		j.Material.TlogEntries = append(j.Material.TlogEntries, tlogEntryJSON{
			LogIndex:    i.Index,
			LogID:       keyIDJSON{i.LogID[:]},
			KindVersion: kindVersionJSON{"hashedrekord", "0.0.2"},
			Proof:       proofJSON{i.Index, i.Checkpoint.Root[:], i.Checkpoint.Size, hashes, envelopeText{string(i.Note)}},
			Body:        b.Leaf.Marshal(),
		})
	}
	return mustJSON(j)
}

// ParseBundle reads the value that Marshal writes, whatever its white space
// and order of fields. All that is said twice must agree: the envelope, the
// leaf of every log and the key hint; an inclusion proof and its checkpoint.
// Nothing is verified: see Verify.
func ParseBundle(b []byte) (Bundle, error) {
	var j bundleJSON
	if err := decodeJSON(b, MaxBundle, &j); err != nil {
		return Bundle{}, fmt.Errorf("%w: %v", ErrBundle, err)
	}
	entries := j.Material.TlogEntries
	if len(entries) == 0 || len(entries) > MaxInclusions {
		return Bundle{}, fmt.Errorf("%w: %d tlogEntries, want 1 to %d", ErrBundle, len(entries), MaxInclusions)
	}
	leaf, err := ParseLeaf(entries[0].Body)
	if err != nil {
		return Bundle{}, fmt.Errorf("%w: canonicalizedBody: %w", ErrBundle, err)
	}
	bundle := Bundle{Leaf: leaf}
	if j.Envelope != nil {
		envelope, err := j.Envelope.envelope()
		if err != nil {
			return Bundle{}, fmt.Errorf("%w: %w", ErrBundle, err)
		}
		bundle.Payload = envelope.Payload
		if envelope.Digest() != leaf.Digest || string(envelope.Signature) != string(leaf.Signature) {
			return Bundle{}, fmt.Errorf("%w: the log's entry is for another document or signature than the envelope", ErrBundle)
		}
	}
	for _, t := range entries {
		i, err := t.inclusion()
		if err != nil {
			return Bundle{}, err
		}
		bundle.Inclusions = append(bundle.Inclusions, i)
	}
	if !sameJSON(b, bundle.Marshal()) {
		return Bundle{}, fmt.Errorf("%w: a field is missing, doubled, spelt otherwise or contradicts another", ErrBundle)
	}
	return bundle, nil
}

func (t tlogEntryJSON) inclusion() (Inclusion, error) {
	i := Inclusion{
		Index: t.LogIndex,
		Proof: make(tlog.RecordProof, 0, len(t.Proof.Hashes)),
		Note:  []byte(t.Proof.Checkpoint.Envelope),
	}
	var err error
	if i.Checkpoint, err = PeekCheckpoint(i.Note); err != nil {
		return i, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if t.Proof.TreeSize != i.Checkpoint.Size || string(t.Proof.RootHash) != string(i.Checkpoint.Root[:]) {
		return i, fmt.Errorf("%w: treeSize or rootHash is not the checkpoint's", ErrBundle)
	}
	if len(t.LogID.KeyID) != len(i.LogID) {
		return i, fmt.Errorf("%w: logId is not %d bytes of base64", ErrBundle, len(i.LogID))
	}
	copy(i.LogID[:], t.LogID.KeyID)
	if len(t.Proof.Hashes) > MaxProof {
		return i, fmt.Errorf("%w: a proof of %d hashes, the limit is %d", ErrBundle, len(t.Proof.Hashes), MaxProof)
	}
	for _, h := range t.Proof.Hashes {
		if len(h) != tlog.HashSize {
			return i, fmt.Errorf("%w: a proof hash is not %d bytes of base64", ErrBundle, tlog.HashSize)
		}
		i.Proof = append(i.Proof, tlog.Hash(h))
	}
	return i, nil
}
