package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// approve begins our accession to a proposed charter and asks for its clearance:
// there is nothing to fill in.
func (d *Desk) approve(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	f, err := d.o.Founding()
	if err != nil {
		return err
	}
	p, _, err := d.proposal(ctx, vocabulary(r), f, review.DocumentID(r.PathValue("id")))
	switch {
	case err != nil:
		return err
	case p.Draft != nil:
		goTo(w, r, "/drafts/", p.Draft.ID)
		return nil
	case !p.Asked:
		return cannot(http.StatusConflict, "cannot.approve-not-asked")
	}
	doc, err := d.charterDocument(ctx, p.ID)
	if err != nil {
		return err
	}
	return d.beginApproval(w, r, s, doc)
}

// beginApproval begins our accession to a charter and asks for its clearance.
func (d *Desk) beginApproval(w http.ResponseWriter, r *http.Request, s *session, charter *review.Document) error {
	fields, err := fieldsFor(review.KindAccession, ceremony.Accession(d.o.Author, charter, ""))
	if err != nil {
		return err
	}
	draft, err := d.drafts.begin(s.Person, &Draft{Kind: review.KindAccession, About: charter.ID, Fields: fields, Ceremony: true})
	if err != nil {
		return err
	}
	draft, err = d.drafts.change(draft.ID, func(draft *Draft) error { return draft.submit(s.Person, d.o.Now()) })
	if err != nil {
		return err
	}
	goTo(w, r, "/drafts/", draft.ID)
	return nil
}

// charterDocument is a charter that the node holds.
func (d *Desk) charterDocument(ctx context.Context, id review.DocumentID) (*review.Document, error) {
	e, err := d.o.Node.Envelope(ctx, id)
	if errors.Is(err, web.ErrNotFound) {
		return nil, errNoCharter
	}
	if err != nil {
		return nil, err
	}
	doc, err := review.Parse(e.Payload)
	if err == nil && doc.Kind != review.KindCharter {
		err = errNoCharter
	}
	return doc, err
}

// accede signs and files our accession to a charter that we proposed, by the key
// that has just signed that.
func (d *Desk) accede(ctx context.Context, id review.DocumentID, password []byte) error {
	doc, err := d.charterDocument(ctx, id)
	if err != nil {
		return err
	}
	fields, err := fieldsFor(review.KindAccession, ceremony.Accession(d.o.Author, doc, ""))
	if err != nil {
		return err
	}
	payload, err := d.payload(&Draft{Kind: review.KindAccession, About: id, Fields: fields})
	if err != nil {
		return err
	}
	e, err := d.o.Sign(payload, password)
	if err != nil {
		return err
	}
	_, err = d.fileNow(ctx, e)
	return err
}

// bring files what another member sent: a proposed charter, approvals of one, or
// both. Anybody may have the node carry them, and it checks each at its door.
func (d *Desk) bring(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	if !s.is(Drafter) {
		return notFor(s.Person, Drafter)
	}
	b, name, err := uploaded(r, "file", maxCeremony)
	if err != nil {
		return err
	}
	f, err := d.o.Founding()
	if err != nil {
		return err
	}
	brought, err := readCeremony(f, name, b)
	if err != nil {
		return err
	}
	var charter review.DocumentID
	for _, one := range brought {
		if charter = one.ID; one.Kind == review.KindAccession {
			charter = one.About()
		}
		if _, err := d.o.Node.Envelope(ctx, one.ID); err == nil {
			continue // the node has it
		}
		if _, err := d.fileNow(ctx, one.Envelope); err != nil {
			return err
		}
	}
	goTo(w, r, "/charter/", charter)
	return nil
}

// readCeremony is what a file has of charters that are not in force and of
// accessions to them, charters first. The rest of a founding file every node has
// by itself.
func readCeremony(f *review.Founding, name string, file []byte) (all []review.SignedDocument, err error) {
	envelopes, err := review.Envelopes(cutName(name), file)
	if err != nil {
		one, oneErr := signing.ParseEnvelope(file) // of several lines
		if oneErr != nil {
			return nil, cannot(http.StatusBadRequest, "cannot.bring", "reason", because(err))
		}
		envelopes = []signing.Envelope{one}
	}
	for _, e := range envelopes {
		doc, err := review.Parse(e.Payload)
		if err != nil {
			return nil, cannot(http.StatusBadRequest, "cannot.document", "reason", because(err))
		}
		if doc.Kind != review.KindCharter && doc.Kind != review.KindAccession {
			continue
		}
		if federation := doc.Federation; federation != f.Genesis.ID && doc.ID != f.Genesis.ID {
			return nil, cannot(http.StatusUnprocessableEntity, "cannot.bring-other", "name", cutName(name))
		}
		charter := doc.ID
		if doc.Kind == review.KindAccession {
			charter = doc.About()
		}
		if _, ok := f.Chain.Charter(charter); ok {
			continue
		}
		all = append(all, review.SignedDocument{Envelope: e, Document: doc})
	}
	if len(all) == 0 {
		return nil, cannot(http.StatusUnprocessableEntity, "cannot.bring-nothing", "name", cutName(name))
	}
	slices.SortStableFunc(all, func(a, b review.SignedDocument) int {
		return order(a.Kind) - order(b.Kind)
	})
	return all, nil
}

func order(k review.Kind) int {
	if k == review.KindCharter {
		return 0
	}
	return 1
}
