package node

import (
	"context"
	"errors"
	"maps"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/review/compact"
	"stocktake/signing"
	"stocktake/store"
)

// Export is what others need to verify a document: see review.FilePAE and the
// names beside it. Of a document that was withdrawn and erased it proves what
// stays known of it.
func (n *Node) Export(_ context.Context, id review.DocumentID) (map[string][]byte, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	label, ok := reading.Label(id)
	if !ok {
		return nil, notFound(id)
	}
	if err := n.displayable(reading, id); err != nil {
		return nil, err
	}
	record, err := n.store.Record(label.Place.Origin, label.Place.Index)
	if err != nil {
		return nil, err
	}
	if _, withdrawn := reading.Withdrawn(id); record.Payload == nil && !withdrawn {
		return nil, contentGone(reading.Reading, id, record.Absence)
	}
	files, leftOut, err := reading.Export(id, exportSource{n, reading})
	if err != nil {
		return nil, err
	}
	if files[review.FileFounding], err = n.foundingFile(reading); err != nil {
		return nil, err
	}
	if files[review.FileAbout], err = n.about(id, record.Payload); err != nil {
		return nil, err
	}
	maps.DeleteFunc(files, func(_ string, b []byte) bool { return b == nil })
	if n.runner != nil { // else the node key is not open
		files[review.FileNote] = reading.NoteExport(id, files, leftOut, n.origin, n.nodeKey)
	}
	return files, nil
}

// about is the PAE of what a document is about; nil if its content is not held.
func (n *Node) about(id review.DocumentID, payload []byte) ([]byte, error) {
	if payload == nil {
		return nil, nil
	}
	d, err := review.Parse(payload)
	if err != nil {
		return nil, err
	}
	switch about, err := n.store.Payload(d.About()); {
	case err == nil:
		return signing.PAE(about), nil
	case id == n.founding.Genesis.ID && string(d.About()) == compact.Digest():
		return compact.Document(), nil
	case errors.Is(err, store.ErrNotFound) || errors.As(err, new(*store.AbsentError)):
		return nil, nil
	default:
		return nil, err
	}
}

// exportSource is the database as an export reads it. What is not displayed
// here is not handed out with what it is about either.
type exportSource struct {
	*Node
	reading held
}

func (s exportSource) Record(o review.Origin, index uint64) (review.Record, error) {
	record, err := s.store.Record(o, index)
	if err == nil && s.displayable(s.reading, record.ID()) != nil {
		record.Payload = nil
	}
	return record, err
}

func (s exportSource) Prove(o review.Origin, index, size uint64) (tlog.RecordProof, error) {
	return s.store.Prove(o, index, size)
}

func (s exportSource) Note(o review.Origin) []byte { return s.store.Head(o).Checkpoint }

// foundingFile is who the members are as the logs have it; the home's own file
// while that has not arrived. It is made once for each state of them.
func (n *Node) foundingFile(reading held) ([]byte, error) {
	n.mu.Lock()
	file, of := n.members, n.membersOf
	n.mu.Unlock()
	if of == reading.state {
		return file, nil
	}
	file, err := reading.Founding(exportSource{n, reading})
	if err != nil {
		return nil, err
	}
	if f, err := review.ReadFounding(file); err != nil || !f.Chain.Founded() {
		file = n.founded
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.members, n.membersOf = file, reading.state
	return file, nil
}
