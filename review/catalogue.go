package review

import (
	"iter"
	"maps"
	"slices"
	"sync"
)

// Documents are all documents of the snapshot by filing time, pending ones
// last. The document is nil where its content is absent or malformed.
func (r *Reading) Documents() iter.Seq2[DocumentID, *Document] {
	return func(yield func(DocumentID, *Document) bool) {
		for _, e := range sorted(slices.Collect(maps.Values(r.docs))) {
			if !yield(e.id, e.doc) {
				return
			}
		}
	}
}

// List are documents in the order of filing, pending ones last, until the reading
// changes: those with their content, and those of which it was erased.
type List struct{ entries []*entry }

// Len is how many there are.
func (l List) Len() int { return len(l.entries) }

// Backward are the documents, the last one first; nil where its content was erased.
func (l List) Backward() iter.Seq2[DocumentID, *Document] {
	return func(yield func(DocumentID, *Document) bool) {
		for _, e := range slices.Backward(l.entries) {
			if !yield(e.id, e.doc) {
				return
			}
		}
	}
}

// List are the documents of an author and of a kind, "" for any. Of any kind, it
// has receipts and openings only if they are asked for.
func (r *Reading) List(author ParticipantID, kind Kind, bookkeeping bool) List {
	r.lists.made.Do(func() {
		r.lists.of = map[listKey][]*entry{}
		for _, e := range sorted(slices.Collect(maps.Values(r.docs))) {
			r.enlist(e, func(list []*entry) []*entry { return append(list, e) })
		}
	})
	return List{r.lists.of[listKey{author, kind, bookkeeping || kind != ""}]}
}

// lists are those that [Reading.List] gives: made when one is first asked for,
// and from then on kept current.
type lists struct {
	made sync.Once
	of   map[listKey][]*entry // nil until then
}

type listKey struct {
	author      ParticipantID
	kind        Kind
	bookkeeping bool
}

// relist is enlist, where the lists are made.
func (r *Reading) relist(e *entry, with func([]*entry) []*entry) {
	if r.lists.of != nil {
		r.enlist(e, with)
	}
}

// enlist has with put a document into the lists that it belongs to, or take it out.
func (r *Reading) enlist(e *entry, with func([]*entry) []*entry) {
	var author ParticipantID
	var kind Kind
	if e.doc != nil {
		author, kind = e.doc.Author, e.doc.Kind
	} else if w, ok := r.Withdrawn(e.id); ok && w.Erase {
		author, kind = w.Author, w.Kind
	} else {
		return
	}
	for _, author := range slices.Compact([]ParticipantID{"", author}) {
		for _, of := range slices.Compact([]Kind{"", kind}) {
			keys := []listKey{{author, of, true}, {author, "", false}}
			if of != "" || kind.Bookkeeping() {
				keys = keys[:1]
			}
			for _, k := range keys {
				r.lists.of[k] = with(r.lists.of[k])
			}
		}
	}
}

// Attaching are the documents that name attachments, as [Reading.Documents] does.
func (r *Reading) Attaching() iter.Seq2[DocumentID, *Document] {
	return func(yield func(DocumentID, *Document) bool) {
		for _, e := range sorted(slices.Clone(r.attaching)) {
			if !yield(e.id, e.doc) {
				return
			}
		}
	}
}

// Counts are how many documents of each kind there are with their content.
func (r *Reading) Counts() map[Kind]int {
	counts := map[Kind]int{}
	for k, of := range r.kinds {
		counts[k] = len(of)
	}
	return counts
}

// Unfiled is how many documents at the end of a log no quorum has cosigned yet,
// and the filing time of the last one before them, in RFC 3339; "" if there is none.
func (r *Reading) Unfiled(o Origin) (pending uint64, last string) {
	l := r.logs[o]
	if l == nil {
		return 0, ""
	}
	for i, e := range slices.Backward(l.docs[:l.Size]) {
		if p := e.place(); p.origin() != o || p.index != uint64(i) {
			continue // it counts from elsewhere
		}
		if e.code == ReasonPending {
			pending++
		} else if last = e.label().Filed; last != "" {
			return pending, last
		}
	}
	return pending, ""
}

// Document is one document; nil where its content is absent or malformed. ok
// is false if no record has it.
func (r *Reading) Document(id DocumentID) (d *Document, ok bool) {
	e := r.docs[id]
	if e == nil {
		return nil, false
	}
	return e.doc, true
}

// Places are all records of a document, by origin and index.
func (r *Reading) Places(id DocumentID) []Place {
	e := r.docs[id]
	if e == nil {
		return nil
	}
	places := make([]Place, len(e.places))
	for i, p := range slices.SortedFunc(slices.Values(e.places), comparePlaces) {
		places[i] = Place{p.origin(), p.index}
	}
	return places
}

// Evidence is the receipt that shows the filing time of a record: of the notes
// that cover it and that a quorum cosigned, the one of the smallest size.
func (r *Reading) Evidence(p Place) (note []byte, ok bool) {
	var best uint64
	for _, a := range r.evidence {
		if Origin(a.checkpoint.Origin) != p.Origin || a.checkpoint.Size <= p.Index || ok && a.checkpoint.Size >= best {
			continue
		}
		if e, err := openReceipt(r.chain, a.note); err == nil && e.quorate() {
			note, best, ok = a.note, a.checkpoint.Size, true
		}
	}
	return note, ok
}

// quorate is whether one set of witnesses gave a quorum.
func (e evidence) quorate() bool {
	for _, enough := range e.quorums {
		if enough {
			return true
		}
	}
	return false
}
