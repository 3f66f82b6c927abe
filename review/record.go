package review

import "stocktake/signing"

// Absence says why a record's payload is not held. The leaf always is.
type Absence uint8

const (
	// Present: the payload is held.
	Present Absence = iota
	// Missing: the payload belongs here and has not arrived; a stocktake over
	// a snapshot that lists it as present cannot be computed until it does.
	Missing
	// Sealed: committed, to be revealed later by filing the same payload.
	Sealed
	// Withheld: the holder does not hand it out.
	Withheld
	// Erased: withdrawn by its author and deleted.
	Erased
)

// String is the word for it: present, missing, sealed, withheld or erased.
func (a Absence) String() string {
	return [...]string{"present", "missing", "sealed", "withheld", "erased"}[a]
}

// Record is a document's place in a log: what every node holds of it. Leaf
// and place are replicated; Payload is nil unless Absence is Present.
type Record struct {
	Origin  Origin
	Index   uint64
	Leaf    signing.Leaf
	Payload []byte
	Absence Absence
	// Genuine is whether Leaf.Signature verifies: a function of the leaf,
	// computed once when the record arrives because it is the costly part.
	Genuine bool
	// Parsed is what Parse makes of Payload, where that is known already; nil
	// where it is not.
	Parsed *Document
}

// ID is the document's.
func (r Record) ID() DocumentID { return DocumentID(r.Leaf.Digest.String()) }
