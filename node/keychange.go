package node

import (
	"stocktake/review"
	"stocktake/signing"
)

// SignKeyChange signs a change of a participant's own keys. What is common to
// all documents it fills in, except the title.
func SignKeyChange(signer *signing.DocumentSigner, author review.ParticipantID, f *review.Founding, change review.KeyChange) (signing.Envelope, error) {
	change.Common = review.Common{
		Federation: f.Genesis.ID, Author: author, Language: "en", Created: Now(), Salt: NewSalt(), Title: change.Title,
	}
	if p, _ := f.Chain.Participant(author); p.Sample || f.Genesis.Sample {
		change.MarkSample()
	}
	_, charter := f.Chain.InForce()
	payload := review.Compose(review.KindKey, []review.Subject{{Name: string(review.KindCharter), Digest: charter}}, &change)
	if _, err := review.Parse(payload); err != nil {
		return signing.Envelope{}, err
	}
	return signer.Sign(payload)
}
