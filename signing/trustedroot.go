package signing

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrTrustedRoot means that bytes are not a trusted root of the form that this
// federation publishes.
var ErrTrustedRoot = errors.New("signing: not a valid trusted root")

const (
	trustedRootMediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
	baseURL              = "https://" // before the origin; stock tools take the host name as the origin
)

// TrustedLog is a log whose checkpoints count.
type TrustedLog struct {
	Origin string
	Key    NoteKey
	From   time.Time // whole seconds, UTC
}

// ID is the log's name in bundles: the whole SHA-256 of origin and key.
func (l TrustedLog) ID() [sha256.Size]byte { return CheckpointKeyID(l.Origin, l.Key) }

// TrustedRoot lists the logs of a federation. Its JSON form, written by Marshal
// and read by ParseTrustedRoot, is Sigstore's trusted_root.json v0.1 with
// transparency logs only:
//
//	{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[{
//	  "baseUrl":"https://e1.sle.3f9a1c20.gcm.example","hashAlgorithm":"SHA2_256",
//	  "publicKey":{"rawBytes":"<base64 SPKI>","keyDetails":"PKIX_ED25519","validFor":{"start":"2026-01-01T00:00:00Z"}},
//	  "logId":{"keyId":"<base64 ID>"},"checkpointKeyId":{"keyId":"<base64 ID>"}}]}
type TrustedRoot []TrustedLog

// Log is the log with an ID, if the root lists it.
func (r TrustedRoot) Log(id [sha256.Size]byte) (TrustedLog, bool) {
	for _, l := range r {
		if l.ID() == id {
			return l, true
		}
	}
	return TrustedLog{}, false
}

type trustedRootJSON struct {
	MediaType string           `json:"mediaType"`
	Tlogs     []trustedLogJSON `json:"tlogs"`
}

type trustedLogJSON struct {
	BaseURL         string        `json:"baseUrl"`
	HashAlgorithm   string        `json:"hashAlgorithm"`
	PublicKey       publicKeyJSON `json:"publicKey"`
	LogID           keyIDJSON     `json:"logId"`
	CheckpointKeyID keyIDJSON     `json:"checkpointKeyId"`
}

type publicKeyJSON struct {
	RawBytes   []byte       `json:"rawBytes"`
	KeyDetails string       `json:"keyDetails"`
	ValidFor   validForJSON `json:"validFor"`
}

type validForJSON struct {
	Start string `json:"start"`
}

type keyIDJSON struct {
	KeyID []byte `json:"keyId"`
}

// Marshal is the root's JSON form, in the order given.
func (r TrustedRoot) Marshal() []byte {
	j := trustedRootJSON{MediaType: trustedRootMediaType, Tlogs: make([]trustedLogJSON, 0, len(r))}
	for _, l := range r {
		id := l.ID()
		j.Tlogs = append(j.Tlogs, trustedLogJSON{
			BaseURL:         baseURL + l.Origin,
			HashAlgorithm:   "SHA2_256",
			PublicKey:       publicKeyJSON{l.Key.spki(), "PKIX_ED25519", validForJSON{l.From.UTC().Format(time.RFC3339)}},
			LogID:           keyIDJSON{id[:]},
			CheckpointKeyID: keyIDJSON{id[:]},
		})
	}
	return mustJSON(j)
}

// ParseTrustedRoot reads the value that Marshal writes, whatever its white
// space and order of fields. It refuses what it would not understand: another
// kind of log, a key that has ended, a log listed twice.
func ParseTrustedRoot(b []byte) (TrustedRoot, error) {
	var j trustedRootJSON
	if err := decodeJSON(b, MaxTrustedRoot, &j); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrTrustedRoot, err)
	}
	r := make(TrustedRoot, 0, len(j.Tlogs))
	seen := make(map[string]bool, len(j.Tlogs))
	for _, t := range j.Tlogs {
		origin, _ := strings.CutPrefix(t.BaseURL, baseURL)
		if !ValidOrigin(origin) || seen[origin] {
			return nil, fmt.Errorf("%w: baseUrl %.80q is not https:// and a host name listed once", ErrTrustedRoot, t.BaseURL)
		}
		seen[origin] = true
		public, err := x509.ParsePKIXPublicKey(t.PublicKey.RawBytes)
		key, ok := public.(ed25519.PublicKey)
		if err != nil || !ok {
			return nil, fmt.Errorf("%w: the key of %s is not Ed25519", ErrTrustedRoot, origin)
		}
		from, err := time.Parse(time.RFC3339, t.PublicKey.ValidFor.Start)
		if err != nil {
			return nil, fmt.Errorf("%w: validFor.start of %s: %v", ErrTrustedRoot, origin, err)
		}
		r = append(r, TrustedLog{origin, NoteKey(key), from.UTC()})
	}
	if !sameJSON(b, r.Marshal()) {
		return nil, fmt.Errorf("%w: a field is missing, doubled, spelt otherwise or does not fit its origin and key", ErrTrustedRoot)
	}
	return r, nil
}

// spki is the key in SubjectPublicKeyInfo DER.
func (k NoteKey) spki() []byte {
	der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(k[:]))
	if err != nil {
		panic(err) // every 32 bytes have a form
	}
	return der
}
