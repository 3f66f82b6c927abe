package node

import (
	"cmp"

	"stocktake/review"
	"stocktake/signing"
)

// SignAccreditation signs an accreditor's word for an author whom the charter
// does not list. What is common to all documents it fills in.
func SignAccreditation(signer *signing.DocumentSigner, author review.ParticipantID, f *review.Founding, a review.Accreditation) (signing.Envelope, error) {
	_, charter := f.Chain.InForce()
	a.Common = commonOf(f, author, "Accreditation of "+cmp.Or(a.Name, string(a.Participant)))
	return sign(signer, review.KindAccreditation, review.Subject{Name: string(review.KindCharter), Digest: charter}, &a)
}
