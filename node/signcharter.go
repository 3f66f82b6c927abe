package node

import (
	"stocktake/node/ceremony"
	"stocktake/review"
	"stocktake/signing"
)

// SignAccession signs a participant's accession to a charter: as a member, or
// into one of its rounds.
func SignAccession(signer *signing.DocumentSigner, author review.ParticipantID, charter *review.Document, round string) (signing.Envelope, error) {
	federation := charter.Federation
	if federation == "" { // the genesis charter is the federation
		federation = charter.ID
	}
	a := ceremony.Accession(author, charter, round)
	a.Federation, a.Author, a.Created, a.Salt = federation, author, Now(), NewSalt()
	payload := review.Compose(review.KindAccession, []review.Subject{{Name: string(review.KindCharter), Digest: charter.ID}}, a)
	if _, err := review.Parse(payload); err != nil {
		return signing.Envelope{}, err
	}
	return signer.Sign(payload)
}

// SignCharter signs a genesis charter as its convener.
func SignCharter(signer *signing.DocumentSigner, author review.ParticipantID, charter review.Charter) (signing.Envelope, error) {
	charter.Author, charter.Language, charter.Created, charter.Salt = author, "en", Now(), NewSalt()
	payload := review.Compose(review.KindCharter, []review.Subject{{Name: "compact", Digest: review.DocumentID(charter.Compact)}}, &charter)
	if _, err := review.Parse(payload); err != nil {
		return signing.Envelope{}, err
	}
	return signer.Sign(payload)
}
