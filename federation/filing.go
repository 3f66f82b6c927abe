package federation

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Door is where a document enters this node's own log: the one admission,
// whether a person, a carrier or the node itself brings it. It refuses with
// reasons; replication, the other way in, never refuses.
type Door struct {
	Chain  func() *review.Chain
	Store  *store.Store
	Writer *store.Writer

	entering atomic.Int64 // documents between the check of the quota and their record
}

// File admits a signed document and appends it. When it returns, the document
// is on disk under a signed checkpoint. What the log holds already comes back
// as it was filed. A refusal is a review.Refusal; if the log is closed the
// error is store.ErrFenced.
func (d *Door) File(ctx context.Context, e signing.Envelope) (review.Record, error) {
	if r, ok, err := d.held(e); ok || err != nil {
		return r, err
	}
	if err := d.erased(e); err != nil {
		return review.Record{}, err
	}
	chain := d.Chain()
	document, err := review.Parse(e.Payload)
	if err != nil {
		return review.Record{}, err
	}
	key, ok := signer(chain, e, document)
	if _, known := chain.Participant(document.Author); !ok && known && document.Author.Accredited() {
		return review.Record{}, fmt.Errorf("author: %w: no key that was accredited for %s made it; sign with that key, or let an accreditor accredit yours under another ID", signing.ErrSignature, document.Author)
	} else if !ok && known {
		return review.Record{}, fmt.Errorf("author: %w: no key that the charter lists for %s made it; sign with the key whose card is in the charter", signing.ErrSignature, document.Author)
	}
	if err := review.Admit(chain, document, key, lookup{d.Store}); err != nil {
		return review.Record{}, err
	}
	if o := d.Writer.Origin(); document.Kind != review.KindOpening && d.Store.Head(o).Size == 0 {
		return review.Record{}, review.Refusal{{Code: review.CodeNotOpened}}
	}
	leave, err := d.enter(chain, document)
	if err != nil {
		return review.Record{}, err
	}
	defer leave()
	records, _, err := d.Writer.Append(ctx, store.Submission{Leaf: e.Leaf(key), Payload: e.Payload, Checked: document})
	if err != nil {
		return review.Record{}, err
	}
	return records[0], nil
}

// erased refuses what its author withdrew and had deleted here: another record
// would not bring it back.
func (d *Door) erased(e signing.Envelope) error {
	_, err := d.Store.Payload(review.DocumentID(e.Digest().String()))
	var absent *store.AbsentError
	if errors.As(err, &absent) && absent.Absence == review.Erased {
		return review.Refusal{{Code: review.CodeErased}}
	}
	return nil
}

// held is the record of a document that this log has with its content.
func (d *Door) held(e signing.Envelope) (review.Record, bool, error) {
	id := review.DocumentID(e.Digest().String())
	places, err := d.Store.Places(id)
	if err != nil {
		return review.Record{}, false, err
	}
	for _, p := range places {
		if p.Origin != d.Writer.Origin() {
			continue
		}
		r, err := d.Store.Record(p.Origin, p.Index)
		if err != nil || r.Genuine && r.Absence == review.Present {
			return r, err == nil, err
		}
	}
	return review.Record{}, false, nil
}

// signer finds whose key made a signature: the author's, or anybody else's in
// the charter, so that the refusal can say who signed in another's name.
func signer(chain *review.Chain, e signing.Envelope, d *review.Document) (signing.DocumentKey, bool) {
	if key, ok := review.SignerKey(chain, e, d); ok {
		return key, true
	}
	charter, _ := chain.InForce()
	for _, p := range charter.Participants {
		posed, common := *d, *d.Common
		posed.Common, common.Author = &common, p.ID
		if key, ok := review.SignerKey(chain, e, &posed); ok {
			return key, true
		}
	}
	return "", false
}

// lookup finds documents in the store.
type lookup struct{ store *store.Store }

func (l lookup) Document(id review.DocumentID) (*review.Document, bool) {
	payload, err := l.store.Payload(id)
	if err != nil {
		return nil, false
	}
	d, err := review.Parse(payload)
	return d, err == nil
}
