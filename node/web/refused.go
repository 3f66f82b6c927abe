package web

import (
	"stocktake/review"
	"stocktake/signing"
)

// RefusedError is why a document was not filed, with the node's signed word
// that it did not. Err is what it would be without.
type RefusedError struct {
	Err     error
	Refusal signing.Envelope // a document of kind refusal; a client has not checked it
}

func (e *RefusedError) Error() string { return e.Err.Error() }
func (e *RefusedError) Unwrap() error { return e.Err }

// refused signs a refusal. Trouble of the node's own, or an asker who has gone,
// is none.
func (n *site) refused(e signing.Envelope, err error) error {
	_, answer, own := answerOf(err)
	if own || n.Refusal == nil {
		return err
	}
	code := answer.Code
	if len(answer.Fields) > 0 {
		code = answer.Fields[0].Code
	}
	signed, failed := n.Refusal(review.DocumentID(e.Digest().String()), code, answer.Message)
	if failed != nil {
		n.Logger.Error("web: refusal not signed", "err", failed)
		return err
	}
	return &RefusedError{err, signed}
}
