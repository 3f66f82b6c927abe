package node

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// Snapshot is what a stocktake made now would be made from.
func (n *Node) Snapshot(context.Context) (review.Snapshot, error) {
	reading, err := n.read()
	if err != nil {
		return review.Snapshot{}, err
	}
	defer reading.done()
	return reading.Snapshot(), nil
}

// Documents lists what is held.
func (n *Node) Documents(_ context.Context, q web.Query) ([]web.Listed, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	documents, veil := []web.Listed{}, n.veil(reading)
	for id, d := range selected(reading, q) {
		if q.Skip > 0 {
			q.Skip--
			continue
		}
		documents = append(documents, veil.line(listed(reading.Reading, id, d)))
		if len(documents) == q.Newest {
			break
		}
	}
	slices.Reverse(documents)
	return documents, nil
}

// Total is how many documents a query selects.
func (n *Node) Total(_ context.Context, q web.Query) (total int, err error) {
	reading, err := n.read()
	if err != nil {
		return 0, err
	}
	defer reading.done()
	if q.About == "" {
		return list(reading, q).Len(), nil
	}
	for range selected(reading, q) {
		total++
	}
	return total, nil
}

// list are the documents of a query, about whatever they are.
func list(reading held, q web.Query) review.List {
	return reading.List(q.Author, q.Kind, q.Receipts)
}

// selected are the documents that a query selects, the newest first.
func selected(reading held, q web.Query) iter.Seq2[review.DocumentID, *review.Document] {
	return func(yield func(review.DocumentID, *review.Document) bool) {
		for id, d := range list(reading, q).Backward() {
			if (q.About == "" || d != nil && d.About() == q.About) && !yield(id, d) {
				return
			}
		}
	}
}

func listed(reading *review.Reading, id review.DocumentID, d *review.Document) web.Listed {
	label, _ := reading.Label(id)
	l := web.Listed{ID: id, Filed: label.Filed, Log: label.Place.Origin, Index: label.Place.Index, Sample: label.Sample}
	l.AccreditedBy = reading.AccreditedBy(id)
	if d != nil {
		l.Kind, l.Author, l.About, l.Title = d.Kind, d.Author, d.About(), d.Title
		if a, ok := d.Predicate.(*review.Assessment); ok {
			l.Type = a.Type
		}
	} else if w, ok := reading.Withdrawn(id); ok && w.Erase {
		l.Kind, l.Author, l.Erased = w.Kind, w.Author, w.Filed
	}
	return l
}

// Listed is one document as lists have it: of what was read last, so that a page
// may ask for many.
func (n *Node) Listed(_ context.Context, id review.DocumentID) (*web.Listed, error) {
	reading, err := n.readAlready()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	d, ok := reading.Document(id)
	if !ok {
		return nil, notFound(id)
	}
	line := n.veil(reading).line(listed(reading.Reading, id, d))
	return &line, nil
}

// Document is one document with all that this node knows of it.
func (n *Node) Document(_ context.Context, id review.DocumentID) (*web.Shown, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	d, ok := reading.Document(id)
	if !ok {
		return nil, notFound(id)
	}
	label, _ := reading.Label(id)
	record, err := n.store.Record(label.Place.Origin, label.Place.Index)
	if err != nil {
		return nil, err
	}
	shown := &web.Shown{
		Listed: n.veil(reading).line(listed(reading.Reading, id, d)), Signer: record.Leaf.Key.Fingerprint(), Witnesses: label.Witnesses,
		Label: label, Places: reading.Places(id), Absence: record.Absence.String(),
	}
	if owner, _, ok := reading.Chain().KeyOwner(record.Leaf.Key); ok {
		p, _ := reading.Chain().Participant(owner)
		shown.SignedBy, shown.Holder, shown.KeyEnded = p.Name, reading.Chain().Holder(record.Leaf.Key), reading.KeyEnd(record.Leaf.Key)
	}
	if shown.NotDisplayed != "" {
		shown.Elsewhere = n.elsewhere(reading.Chain())
	} else if record.Payload != nil {
		shown.Statement = json.RawMessage(record.Payload)
		if d != nil {
			if shown.Attachments, err = n.shownAttachments(reading, d); err != nil {
				return nil, err
			}
		}
	}
	if w, ok := reading.Withdrawn(id); ok {
		shown.Withdrawn = &w
	}
	if d != nil && shown.Statement != nil {
		if said, err := review.Proves(reading.Chain(), d); err == nil {
			shown.Proves = said
		}
	}
	if a, ok := reading.AccreditedAuthor(accreditedIn(d)); ok {
		shown.Accredited = &a
	}
	if recovery, ok := reading.Chain().Recovery(id); ok {
		shown.Recovery = &recovery
	}
	return shown, nil
}

// accreditedIn is the author whom a document accredits, else its own.
func accreditedIn(d *review.Document) review.ParticipantID {
	if d == nil {
		return ""
	}
	if a, ok := d.Predicate.(*review.Accreditation); ok {
		return a.Participant
	}
	return d.Author
}

// Envelope is a document as it was signed.
func (n *Node) Envelope(_ context.Context, id review.DocumentID) (signing.Envelope, error) {
	reading, err := n.read()
	if err != nil {
		return signing.Envelope{}, err
	}
	defer reading.done()
	label, ok := reading.Label(id)
	if !ok {
		return signing.Envelope{}, notFound(id)
	}
	if err := n.displayable(reading, id); err != nil {
		return signing.Envelope{}, err
	}
	record, err := n.store.Record(label.Place.Origin, label.Place.Index)
	switch {
	case err != nil:
		return signing.Envelope{}, err
	case record.Payload == nil:
		return signing.Envelope{}, contentGone(reading.Reading, id, record.Absence)
	}
	return signing.Envelope{Payload: record.Payload, Signature: record.Leaf.Signature}, nil
}

// contentGone says why a document's content cannot be had here.
func contentGone(reading *review.Reading, id review.DocumentID, why review.Absence) error {
	if w, ok := reading.Withdrawn(id); ok && why == review.Erased {
		return fmt.Errorf("%w: the content of document %s was erased: withdrawn by its author on %.10s, see %s", web.ErrNotFound, id, w.Filed, w.By)
	}
	return fmt.Errorf("%w: the content of document %s is %s", web.ErrNotFound, id, why)
}

func notFound(id review.DocumentID) error {
	return fmt.Errorf("%w: %s; it may not have arrived yet, see `stocktake status`", web.ErrNotFound, id)
}

// Thread is a document with everything that was said about it.
func (n *Node) Thread(_ context.Context, id review.DocumentID) (*review.Thread, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	thread, ok := reading.Thread(id)
	if !ok {
		return nil, notFound(id)
	}
	n.veil(reading).thread(thread)
	return thread, nil
}

// Federation is the charter and its accessions.
func (n *Node) Federation(context.Context) ([]byte, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	return n.foundingFile(reading)
}
