package node

import (
	"context"
	"errors"
	"fmt"

	"stocktake/review"
	"stocktake/review/compact"
	"stocktake/signing"
	"stocktake/store"
)

// Export is what others need to verify a document: see review.FilePAE and the
// names beside it.
func (n *Node) Export(_ context.Context, id review.DocumentID) (map[string][]byte, error) {
	reading, _, err := n.read()
	if err != nil {
		return nil, err
	}
	label, ok := reading.Label(id)
	if !ok {
		return nil, notFound(id)
	}
	if err := n.displayable(reading, id); err != nil {
		return nil, err
	}
	place := provable(reading, id, label.Place)
	record, err := n.store.Record(place.Origin, place.Index)
	if err != nil {
		return nil, err
	}
	if record.Payload == nil {
		return nil, contentGone(reading, id, record.Absence)
	}
	bundle, err := n.bundle(reading, record)
	if err != nil {
		return nil, err
	}
	founding, err := n.foundingFile(reading)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{
		review.FilePAE:         signing.PAE(record.Payload),
		review.FileBundle:      bundle.Marshal(),
		review.FileSigner:      record.Leaf.Key.PEM(),
		review.FileTrustedRoot: reading.Chain().TrustedRoot().Marshal(),
		review.FileFounding:    founding,
	}
	d, err := review.Parse(record.Payload)
	if err != nil {
		return nil, err
	}
	switch payload, err := n.store.Payload(d.About()); {
	case err == nil:
		files[review.FileAbout] = signing.PAE(payload)
	case id == n.founding.Genesis.ID && string(d.About()) == compact.Digest():
		files[review.FileAbout] = compact.Document()
	case !errors.Is(err, store.ErrNotFound) && !errors.As(err, new(*store.AbsentError)):
		return nil, err
	}
	return files, nil
}

// provable is the place where a document was filed first, or, if the key of
// that log proves nothing any more, one where it was filed again.
func provable(reading *review.Reading, id review.DocumentID, first review.Place) review.Place {
	if log, ok := reading.Chain().Log(first.Origin); ok && log.Trusted() {
		return first
	}
	for _, p := range reading.Places(id) {
		log, ok := reading.Chain().Log(p.Origin)
		if _, final := reading.Evidence(p); ok && final && log.Trusted() {
			return p
		}
	}
	return first
}

// bundle proves the record under the receipt that made it final, or, while it
// is pending, under the log's own head.
func (n *Node) bundle(reading *review.Reading, r review.Record) (signing.Bundle, error) {
	entry, ok := reading.Chain().Log(r.Origin)
	if !ok {
		return signing.Bundle{}, fmt.Errorf("log %s is in no charter", r.Origin)
	}
	note, final := reading.Evidence(review.Place{Origin: r.Origin, Index: r.Index})
	if !final {
		note = n.store.Head(r.Origin).Checkpoint
	}
	checkpoint, err := signing.OpenCheckpoint(note, string(r.Origin), entry.LogKey)
	if err != nil {
		return signing.Bundle{}, err
	}
	proof, err := n.store.Prove(r.Origin, r.Index, checkpoint.Size)
	if err != nil {
		return signing.Bundle{}, err
	}
	inclusion, err := signing.Include(r.Leaf, r.Index, proof, note, signing.TrustedLog{Origin: string(r.Origin), Key: entry.LogKey})
	if err != nil {
		return signing.Bundle{}, err
	}
	return signing.Bundle{Payload: r.Payload, Leaf: r.Leaf, Inclusions: []signing.Inclusion{inclusion}}, nil
}

// foundingFile writes the charters, the accessions to them, and the openings of
// logs and the changes of keys that no charter lists, as they are in the logs;
// the home's own file while they have not arrived.
func (n *Node) foundingFile(reading *review.Reading) ([]byte, error) {
	var file []byte
	found := false
	for id, d := range reading.Documents() {
		if d == nil {
			continue
		}
		_, charter := reading.Chain().Charter(id)
		_, about := reading.Chain().Charter(d.About())
		label, _ := reading.Label(id)
		opening, _ := d.Predicate.(*review.Opening)
		opens := opening != nil && opening.Epoch > 1 && label.Counts
		changes := d.Kind == review.KindKey && label.Counts
		if !charter && !opens && !changes && !(d.Kind == review.KindAccession && about) {
			continue
		}
		record, err := n.store.Record(label.Place.Origin, label.Place.Index)
		if err != nil {
			return nil, err
		}
		e := signing.Envelope{Payload: record.Payload, Signature: record.Leaf.Signature}
		if _, ok := review.SignerKey(reading.Chain(), e, d); !ok {
			continue // anybody may file it in another's name
		}
		found = found || id == n.founding.Genesis.ID
		file = append(append(file, e.Marshal()...), '\n')
	}
	if found {
		if f, err := review.ReadFounding(file); err == nil && f.Chain.Founded() {
			return file, nil
		}
	}
	return n.founded, nil
}
