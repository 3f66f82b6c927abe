package node

import (
	"stocktake/review"
	"stocktake/signing"
)

// SignKeyChange signs a change of a participant's own keys, or a guardian's
// recovery of another's. What is common to all documents it fills in, except the
// title.
func SignKeyChange(signer *signing.DocumentSigner, author review.ParticipantID, f *review.Founding, change review.KeyChange) (signing.Envelope, error) {
	_, charter := f.Chain.InForce()
	change.Common = commonOf(f, author, change.Title)
	return sign(signer, review.KindKey, review.Subject{Name: string(review.KindCharter), Digest: charter}, &change)
}

// SignContest signs a participant's contest of a recovery of its keys.
func SignContest(signer *signing.DocumentSigner, author review.ParticipantID, f *review.Founding, recovery review.DocumentID) (signing.Envelope, error) {
	return sign(signer, review.KindKey, review.Subject{Name: string(review.KindKey), Digest: recovery},
		&review.KeyChange{Common: commonOf(f, author, "Contest of a recovery of keys of "+string(author)), Action: "contest"})
}

// SignSecond signs a guardian's voice for a recovery of keys.
func SignSecond(signer *signing.DocumentSigner, author review.ParticipantID, f *review.Founding, recovery review.DocumentID) (signing.Envelope, error) {
	return sign(signer, review.KindAccession, review.Subject{Name: string(review.KindKey), Digest: recovery},
		&review.Accession{Common: commonOf(f, author, "Second of a recovery of keys, by "+string(author)), Role: "guardian"})
}

func commonOf(f *review.Founding, author review.ParticipantID, title string) review.Common {
	c := review.Common{Federation: f.Genesis.ID, Author: author, Language: "en", Created: Now(), Salt: NewSalt(), Title: title}
	if p, _ := f.Chain.Participant(author); p.Sample || f.Genesis.Sample {
		c.MarkSample()
	}
	return c
}

func sign(signer *signing.DocumentSigner, k review.Kind, about review.Subject, predicate any) (signing.Envelope, error) {
	payload := review.Compose(k, []review.Subject{about}, predicate)
	if _, err := review.Parse(payload); err != nil {
		return signing.Envelope{}, err
	}
	return signer.Sign(payload)
}
