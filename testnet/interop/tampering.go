package interop

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Tampering is a published bundle with one change in it.
type Tampering struct {
	Name   string // what was changed, as in "payload: bit 3 of byte 17"
	Bundle []byte
}

// errForm means that a bundle has not the form to be tampered with.
var errForm = errors.New("interop: not a bundle with a DSSE envelope and log entries")

// Tamper makes changes of every sort to what a bundle's verification rests on:
// payload, signature, the hashes of each inclusion proof, and each
// checkpoint's origin, size, root and log signature. Of each field it flips up
// to `bits` bits, spread over all of it; 0 flips every one.
func Tamper(bundle []byte, bits int) ([]Tampering, error) {
	var cases []Tampering
	// Each change is made to a fresh copy of the bundle.
	change := func(name string, edit func(b *published)) {
		b, err := parse(bundle)
		if err != nil {
			panic(err) // parsed before
		}
		edit(b)
		cases = append(cases, Tampering{name, b.marshal()})
	}
	flip := func(name string, content []byte, edit func(b *published, changed []byte)) {
		for _, at := range spread(len(content)*8, bits) {
			changed := append([]byte(nil), content...)
			changed[at/8] ^= 1 << (at % 8)
			change(fmt.Sprintf("%s: bit %d of byte %d", name, at%8, at/8), func(b *published) { edit(b, changed) })
		}
	}
	original, err := parse(bundle)
	if err != nil {
		return nil, err
	}

	flip("payload", original.Envelope.Payload, func(b *published, changed []byte) { b.Envelope.Payload = changed })
	flip("signature", original.Envelope.Signatures[0].Sig, func(b *published, changed []byte) { b.Envelope.Signatures[0].Sig = changed })
	for e, entry := range original.Material.Entries {
		in := fmt.Sprintf("log entry %d, ", e)
		proof := func(b *published) *inclusionProof { return &b.Material.Entries[e].Proof }
		for h, hash := range entry.Proof.Hashes {
			flip(fmt.Sprintf("%sproof hash %d", in, h), hash, func(b *published, changed []byte) { proof(b).Hashes[h] = changed })
		}
		change(in+"proof: one more hash", func(b *published) { proof(b).Hashes = append(proof(b).Hashes, make([]byte, 32)) })
		if n := len(entry.Proof.Hashes); n > 0 {
			change(in+"proof: the last hash gone", func(b *published) { proof(b).Hashes = proof(b).Hashes[:n-1] })
		}

		n, err := parseNote(entry.Proof.Checkpoint.Envelope)
		if err != nil {
			return nil, err
		}
		renote := func(b *published, edit func(n *logNote)) {
			copied := n
			edit(&copied)
			proof(b).Checkpoint.Envelope = copied.text()
		}
		for i := range n.origin {
			changed := []byte(n.origin)
			changed[i] ^= 1
			change(fmt.Sprintf("%scheckpoint origin: %q", in, changed), func(b *published) {
				renote(b, func(n *logNote) { n.origin = string(changed) })
			})
		}
		change(in+"checkpoint origin: another name, on the signature too", func(b *published) {
			renote(b, func(n *logNote) { n.origin, n.signer = "x"+n.origin, "x"+n.signer })
		})
		for _, size := range []uint64{n.size + 1, n.size - 1, n.size * 2, 1} {
			if size == n.size {
				continue
			}
			change(fmt.Sprintf("%scheckpoint size: %d", in, size), func(b *published) {
				renote(b, func(n *logNote) { n.size = size })
				proof(b).TreeSize = strconv.FormatUint(size, 10)
			})
		}
		flip(in+"checkpoint root", n.root, func(b *published, changed []byte) {
			renote(b, func(n *logNote) { n.root = changed })
		})
		flip(in+"log signature", n.signature, func(b *published, changed []byte) {
			renote(b, func(n *logNote) { n.signature = changed })
		})
	}
	return cases, nil
}

// spread picks `want` of n positions evenly, the first and last among them.
func spread(n, want int) []int {
	if want == 0 || want > n {
		want = n
	}
	at := make([]int, want)
	for i := range at {
		at[i] = i * (n - 1) / max(1, want-1)
	}
	return at
}

// published is a bundle as a stranger reads it: its fields are named here once
// more, so that a mistake in stocktake's own reading does not hide here.
type published struct {
	MediaType json.RawMessage `json:"mediaType"`
	Material  struct {
		PublicKey json.RawMessage `json:"publicKey"`
		Entries   []struct {
			LogIndex    json.RawMessage `json:"logIndex"`
			LogID       json.RawMessage `json:"logId"`
			KindVersion json.RawMessage `json:"kindVersion"`
			Proof       inclusionProof  `json:"inclusionProof"`
			Body        []byte          `json:"canonicalizedBody"`
		} `json:"tlogEntries"`
	} `json:"verificationMaterial"`
	Envelope struct {
		PayloadType string `json:"payloadType"`
		Payload     []byte `json:"payload"`
		Signatures  []struct {
			KeyID string `json:"keyid"`
			Sig   []byte `json:"sig"`
		} `json:"signatures"`
	} `json:"dsseEnvelope"`
}

type inclusionProof struct {
	LogIndex   json.RawMessage `json:"logIndex"`
	RootHash   []byte          `json:"rootHash"`
	TreeSize   string          `json:"treeSize"`
	Hashes     [][]byte        `json:"hashes"`
	Checkpoint struct {
		Envelope string `json:"envelope"`
	} `json:"checkpoint"`
}

func parse(bundle []byte) (*published, error) {
	b := new(published)
	if err := json.Unmarshal(bundle, b); err != nil {
		return nil, fmt.Errorf("%w: %v", errForm, err)
	}
	if len(b.Envelope.Signatures) != 1 || len(b.Material.Entries) == 0 {
		return nil, errForm
	}
	return b, nil
}

func (b *published) marshal() []byte {
	text, err := json.Marshal(b)
	if err != nil {
		panic(err) // read from JSON
	}
	return text
}

// PredicateType is what the bundle's statement says it is: cosign's --type.
func PredicateType(bundle []byte) (string, error) {
	b, err := parse(bundle)
	if err != nil {
		return "", err
	}
	var statement struct {
		PredicateType string `json:"predicateType"`
	}
	if err := json.Unmarshal(b.Envelope.Payload, &statement); err != nil {
		return "", fmt.Errorf("%w: payload: %v", errForm, err)
	}
	return statement.PredicateType, nil
}

// logNote is a checkpoint with the log's signature line; rest is what follows.
type logNote struct {
	origin    string
	size      uint64
	root      []byte
	signer    string
	signature []byte // key hash and Ed25519 signature
	rest      string
}

func parseNote(text string) (logNote, error) {
	lines := strings.SplitN(text, "\n", 6)
	if len(lines) != 6 || lines[3] != "" {
		return logNote{}, fmt.Errorf("%w: checkpoint %.80q", errForm, text)
	}
	n := logNote{origin: lines[0], rest: lines[5]}
	fields := strings.Split(lines[4], " ") // "—", name, base64
	if len(fields) != 3 {
		return logNote{}, fmt.Errorf("%w: signature line %.80q", errForm, lines[4])
	}
	n.signer = fields[1]
	var err1, err2, err3 error
	n.size, err1 = strconv.ParseUint(lines[1], 10, 63)
	n.root, err2 = base64.StdEncoding.DecodeString(lines[2])
	n.signature, err3 = base64.StdEncoding.DecodeString(fields[2])
	if err := errors.Join(err1, err2, err3); err != nil {
		return logNote{}, fmt.Errorf("%w: checkpoint: %v", errForm, err)
	}
	return n, nil
}

func (n logNote) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n\n— %s %s\n%s", n.origin, n.size, base64.StdEncoding.EncodeToString(n.root),
		n.signer, base64.StdEncoding.EncodeToString(n.signature), n.rest)
}
