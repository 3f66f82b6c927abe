package review

import (
	"fmt"

	"stocktake/signing"
)

// Signed is what an envelope alone proves: who signed what. When it was filed,
// and whether, takes an export: see [Verify].
type Signed struct {
	ID         DocumentID    `json:"id"`
	Kind       Kind          `json:"kind"`
	Title      string        `json:"title"`
	About      DocumentID    `json:"about"`
	Author     ParticipantID `json:"author"`
	AuthorName string        `json:"authorName"`
	Signer     string        `json:"signer"`  // fingerprint of the key
	Role       string        `json:"role"`    // of the key: author, root, clerk
	Claimed    string        `json:"claimed"` // when it was signed, by the signer's word: RFC 3339
	Federation DocumentID    `json:"federation"`
	Sample     bool          `json:"sample"`
	// Of a refusal: why the signer did not file the document that it is about.
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// VerifyEnvelope judges a signed document that was filed nowhere, a carrier's
// refusal above all. The error is ErrUndecided where the federation file does
// not know the signer; a Refusal or signing.ErrSignature where the document or
// its signature is not what it should be.
func VerifyEnvelope(e signing.Envelope, f *Founding) (*Signed, error) {
	d, err := Parse(e.Payload)
	if err != nil {
		return nil, err
	}
	key, ok := SignerKey(f.Chain, e, d)
	p, known := f.Chain.Participant(d.Author)
	switch {
	case !f.Chain.Founded():
		return nil, fmt.Errorf("%w: too few participants have acceded to the charter in the federation file", ErrUndecided)
	case !d.Known:
		return nil, fmt.Errorf("%w: documents of type %.80q are not understood by this version", ErrUndecided, d.Type)
	case d.Federation != f.Chain.Genesis() && d.ID != f.Chain.Genesis():
		return nil, fmt.Errorf("%w: the document is of federation %.12s, the federation file is of %.12s", ErrUndecided, d.Federation, f.Chain.Genesis())
	case !known:
		return nil, fmt.Errorf("%w: the charter lists no participant %s", ErrUndecided, d.Author)
	case !ok:
		return nil, fmt.Errorf("%w: it says to be by %s, and no key that the charter lists for it made the signature", signing.ErrSignature, d.Author)
	}
	if r := f.Chain.authority(d, key); len(r) > 0 {
		return nil, r
	}
	_, role, _ := f.Chain.KeyOwner(key)
	s := &Signed{
		ID: d.ID, Kind: d.Kind, Title: d.Title, About: d.About(), Author: d.Author, AuthorName: p.Name,
		Signer: key.Fingerprint(), Role: role, Claimed: d.Created, Federation: f.Chain.Genesis(), Sample: d.Sample,
	}
	if refusal, ok := d.Predicate.(*CarrierRefusal); ok {
		s.Code, s.Message = refusal.Code, refusal.Message
	}
	return s, nil
}

// ComposeRefusal is the payload of a carrier's refusal to file a document. A
// message that no document can hold, or that is too long for one, is cut or
// left out; the code stays.
func ComposeRefusal(of DocumentID, c Common, code, message string) []byte {
	about := []Subject{{Name: "document", Digest: of}}
	c.Title = "Refusal of document " + string(of[:12])
	if c.Sample {
		c.Title = "SAMPLE: " + c.Title
	}
	for _, text := range []string{message, clip(message), "not filed here"} {
		payload := Compose(KindRefusal, about, &CarrierRefusal{Common: c, Code: code, Message: text})
		if _, err := Parse(payload); err == nil {
			return payload
		}
	}
	return Compose(KindRefusal, about, &CarrierRefusal{Common: c, Code: "refused", Message: "not filed here"})
}
