package node

import (
	"stocktake/review"
	"stocktake/signing"
)

// refuse is this node's signed word that it did not file a document: evidence
// for whoever was refused. Nothing of it is kept here.
func (n *Node) refuse(id review.DocumentID, code, message string) (signing.Envelope, error) {
	return n.clerk.Sign(review.ComposeRefusal(id, review.Common{
		Federation: n.founding.Genesis.ID, Author: n.config.Participant, Language: "en",
		Created: Now(), Salt: NewSalt(), Sample: n.founding.Genesis.Sample,
	}, code, message))
}
