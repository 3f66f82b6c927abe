package review

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unique"

	"stocktake/signing"
)

// entry is one document: what it says, where it lies, what follows. There are as
// many as documents, so what few of them have lies apart, in fate.
type entry struct {
	id     DocumentID
	doc    *Document // nil if absent or malformed
	places []recordPlace

	code   string // why it does not hold; "" if it holds
	filed  moment // of a valid record
	logged moment // when a quorum had seen it, though its key or author was not in force then
	held   moment // Witnessed.Held, the earliest of its valid records
	*fate

	at        int32 // index of the place at which it was filed
	witnesses uint8
	expected  bool // the snapshot lists its payload as present somewhere
	malformed bool
	resolved  bool
	sample    bool
	stranger  bool // a report by a party that has not acceded
}

// fate is what other documents made of one. It is read as of the entry, and
// written through own.
type fate struct {
	withdrawn *entry   // the withdrawal that took it back
	replaced  *entry   // the version that stands in its place
	replacers []*entry // the versions that name it as theirs to replace
	lineage   *entry   // the first version, where there are several
	standing  *entry   // of a first version: the one that stands, nil if withdrawn
	// of a review with a mandate: why it does not count; "" if it does, and of all else
	unmandated string
	recovery   string // of a recovery of keys: why it is not in force; "" if it is, and of all else
	contested  DocumentID
}

// unchanged is the fate of most.
var unchanged fate

func newEntry(id DocumentID) *entry { return &entry{id: id, fate: &unchanged} }

// own is the document's own fate, to write to.
func (e *entry) own() *fate {
	if e.fate == &unchanged {
		e.fate = &fate{}
	}
	return e.fate
}

// unjudged is a document as it was before anything was found out about it.
func (e *entry) unjudged() *entry {
	return &entry{id: e.id, doc: e.doc, expected: e.expected, malformed: e.malformed, places: slices.Clip(e.places), fate: &unchanged}
}

// kind is the document's; "" where its content is absent or not understood.
func (e *entry) kind() Kind {
	if e == nil || e.doc == nil {
		return ""
	}
	return e.doc.Kind
}

// place is where it was filed: the first, until that is known. Of what no record
// has, it is none.
func (e *entry) place() recordPlace {
	if len(e.places) == 0 {
		return recordPlace{}
	}
	return e.places[e.at]
}

// firstPlace is the index of the first place.
func (e *entry) firstPlace() (first int32) {
	for i, p := range e.places {
		if comparePlaces(p, e.places[first]) < 0 {
			first = int32(i)
		}
	}
	return first
}

// recordPlace is where a record of a document lies, and who signed it.
type recordPlace struct {
	log     unique.Handle[Origin]
	by      unique.Handle[signing.DocumentKey]
	index   uint64
	genuine bool
	proof   uint32 // of a record that was read from exported files: which of Reading.proofs, from 1
}

func recordAt(o Origin, index uint64, key signing.DocumentKey, genuine bool) recordPlace {
	return recordPlace{log: unique.Make(o), by: unique.Make(key), index: index, genuine: genuine}
}

func (p recordPlace) origin() Origin           { return valueOf(p.log) }
func (p recordPlace) key() signing.DocumentKey { return valueOf(p.by) }

func valueOf[T comparable](h unique.Handle[T]) (v T) {
	if h != (unique.Handle[T]{}) {
		v = h.Value()
	}
	return v
}

func comparePlaces(a, b recordPlace) int {
	if a.log != b.log {
		return strings.Compare(string(a.origin()), string(b.origin()))
	}
	return cmp.Compare(a.index, b.index)
}

// moment is a time in whole seconds, in a third of a time.Time's room: seconds
// since the zero time.
type moment int64

func momentOf(t time.Time) moment { return moment(t.Unix() - time.Time{}.Unix()) }

// UTC is the time.
func (m moment) UTC() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.Unix(int64(m)+time.Time{}.Unix(), 0).UTC()
}

func (m moment) IsZero() bool { return m == 0 }

// sorted are the documents in the order in which ties break: by filing time,
// pending ones last, then by ID.
func sorted(entries []*entry) []*entry {
	slices.SortFunc(entries, byFiling)
	return entries
}

func byFiling(a, b *entry) int {
	switch {
	case a.filed == b.filed:
		return strings.Compare(string(a.id), string(b.id))
	case a.filed == 0:
		return 1
	case b.filed == 0:
		return -1
	}
	return cmp.Compare(a.filed, b.filed)
}
