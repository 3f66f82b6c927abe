package simulation

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/review/compact"
	"stocktake/signing"
	"stocktake/store"
)

// Federation is an invented one whose keys and documents follow from a seed,
// signatures included, so that a run can be repeated to the byte. No key of it
// is worth anything.
type Federation struct {
	Genesis review.SignedDocument
	Chain   *review.Chain
	Members []*Member
	id      review.DocumentID // of the genesis charter, once there is one
	seed    string
	salts   int
	clock   time.Time // that documents are dated by
	library *library

	accessions []*review.Document
}

// Member is a participant with all its keys.
type Member struct {
	ID                 review.ParticipantID
	Origin             review.Origin
	Root, Author       *Key
	Clerk              *Key
	Log, Node, Witness *signing.NoteSigner
}

// Key signs documents, always with the same signature (RFC 6979).
type Key struct {
	private *ecdsa.PrivateKey
	Public  signing.DocumentKey
}

// Start is the time at which simulations begin.
var Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const suffix = "sim.example"

// NewFederation makes one of so many members with a node each, of which the
// first are witnesses. The members' nodes listen at the addresses, if any.
func NewFederation(seed uint64, members, witnesses int, addresses ...string) *Federation {
	return NewFederationWith(func(*review.Charter) {}, seed, members, witnesses, addresses...)
}

// NewFederationWith makes one with a change of its charter.
func NewFederationWith(change func(*review.Charter), seed uint64, members, witnesses int, addresses ...string) *Federation {
	f := &Federation{seed: fmt.Sprint("simulation ", seed, " "), clock: Start, library: &library{}}
	charter := &review.Charter{
		Common: f.common("xaa"), Number: 1, Suffix: suffix, Compact: compact.Digest(), Rules: 1, Threshold: 2*members/3 + 1,
		Participants: []review.Participant{}, Witnesses: []review.Witness{}, Rounds: []review.Round{
			{ID: "r1", Title: "SAMPLE round", Scope: "global", Opens: "2026-01-01", Due: "2026-12-31"}},
	}
	for i := range members {
		m := f.member(i)
		f.Members = append(f.Members, m)
		p := review.Participant{ID: m.ID, Kind: "state", Name: "SAMPLE " + strings.ToUpper(string(m.ID)), Country: strings.ToUpper(string(m.ID)), Sample: true,
			Keys: []review.Key{{Key: m.Root.Public.Base64(), Role: "root"}, {Key: m.Author.Public.Base64(), Role: "author"}, {Key: m.Clerk.Public.Base64(), Role: "clerk"}},
			Logs: []review.Log{{Epoch: 1, LogKey: m.Log.Key().String(), NodeKey: m.Node.Key().String(), Addresses: []string{}}},
		}
		if i < len(addresses) {
			p.Logs[0].Addresses = []string{addresses[i]}
		}
		charter.Participants = append(charter.Participants, p)
		if i < witnesses {
			charter.Witnesses = append(charter.Witnesses, review.Witness{Participant: m.ID, Key: m.Witness.Key().String()})
		}
	}
	change(charter)
	f.Genesis = f.sign(f.Members[0].Author, review.Compose(review.KindCharter,
		[]review.Subject{{Name: "compact", Digest: review.DocumentID(compact.Digest())}}, charter))
	f.id = f.Genesis.ID
	f.enact()
	for _, m := range f.Members {
		m.Origin = review.OriginOf(1, m.ID, f.Genesis.ID, suffix)
	}
	return f
}

// enact reads the chain with every member's accession.
func (f *Federation) enact() {
	for _, m := range f.Members {
		f.accessions = append(f.accessions, f.Accession(m).Document)
	}
	f.Chain = f.With()
}

// With is the founding chain with openings of later epochs: what the federation
// file of a home says.
func (f *Federation) With(openings ...*review.Document) *review.Chain {
	chain, err := review.NewChain(f.Genesis.Document, append(slices.Clip(f.accessions), openings...)...)
	if err != nil {
		panic(err)
	}
	return chain
}

// Roster is what the protocol needs of the charter.
func (f *Federation) Roster() *federation.Roster { return federation.RosterOf(f.Chain) }

func (f *Federation) member(i int) *Member {
	id := fmt.Sprintf("x%c%c", 'a'+i/26, 'a'+i%26) // user-assigned codes of ISO 3166-1
	return &Member{
		ID:     review.ParticipantID(id),
		Root:   f.key(id, "root"),
		Author: f.key(id, "author"),
		Clerk:  f.key(id, "clerk"),
		Log:    f.noteSigner(id, "log"), Node: f.noteSigner(id, "node"), Witness: f.noteSigner(id, "witness"),
	}
}

func (f *Federation) secret(of, role string) [32]byte {
	return sha256.Sum256([]byte(f.seed + of + " " + role))
}

func (f *Federation) noteSigner(of, role string) *signing.NoteSigner {
	secret := f.secret(of, role)
	return signing.NewNoteSigner(ed25519.NewKeyFromSeed(secret[:]))
}

func (f *Federation) key(of, role string) *Key {
	secret := f.secret(of, role)
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret[:])
	if err != nil {
		panic(err) // once in 2^32 seeds
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		panic(err)
	}
	public, err := signing.ParseDocumentKey(der)
	if err != nil {
		panic(err)
	}
	return &Key{private, public}
}

// Signer is the key as the rest of the program takes it.
func (k *Key) Signer() *signing.DocumentSigner {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		panic(err)
	}
	signer, err := signing.ParseDocumentSigner(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil)
	if err != nil {
		panic(err)
	}
	return signer
}

func (f *Federation) common(author review.ParticipantID) review.Common {
	f.salts++
	salt := f.secret(fmt.Sprint(f.salts), "salt")
	return review.Common{Federation: f.id, Author: author, Language: "en", Created: f.clock.UTC().Format(time.RFC3339),
		Salt: fmt.Sprintf("%x", salt[:16]), Title: "SAMPLE", Sample: true}
}

// sign makes a document; what review would refuse, it does too.
func (f *Federation) sign(k *Key, payload []byte) review.SignedDocument {
	d, err := review.Parse(payload)
	if err != nil {
		panic(fmt.Sprintf("simulation: %v in %.300s", err, payload))
	}
	return review.SignedDocument{Envelope: k.Sign(payload), Document: d, Key: k.Public}
}

// Sign signs a payload, whatever it says.
func (k *Key) Sign(payload []byte) signing.Envelope {
	digest := signing.PayloadDigest(payload)
	signature, err := k.private.Sign(nil, digest[:], crypto.SHA256) // no randomness: RFC 6979
	if err != nil {
		panic(err)
	}
	return signing.Envelope{Payload: payload, Signature: signature}
}

// Entry is a document as a log takes it.
func Entry(d review.SignedDocument) store.Entry {
	return store.Entry{Leaf: d.Envelope.Leaf(d.Key), Payload: d.Envelope.Payload, Genuine: true}
}
