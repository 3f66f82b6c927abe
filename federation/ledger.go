package federation

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Ledger is what the protocol reads of a node's records: a *store.Store, or a
// simulation's memory. Its methods may be called from any goroutine.
type Ledger interface {
	Heads() []store.Head
	Head(review.Origin) store.Head
	// LogStates are the logs that hold a record, sorted by origin, with the
	// indexes whose payload is absent.
	LogStates() ([]review.LogState, error)
	// Root is that of a log's tree at a size that is held; beyond it the error
	// wraps store.ErrNotFound.
	Root(o review.Origin, size uint64) (tlog.Hash, error)
	// Entries are those of [from, to), at least one and then as many as
	// maxBytes of payloads and leaves allow.
	Entries(o review.Origin, from, to uint64, maxBytes int) ([]store.Entry, error)
	ProveTree(o review.Origin, oldSize, newSize uint64) (tlog.TreeProof, error)
	Payload(review.DocumentID) ([]byte, error)
}

var _ Ledger = (*store.Store)(nil)

// digests are what two nodes compare: that of heads and absences, and that of
// the logs' names.
func digests(l Ledger) (state, names [32]byte, origins []review.Origin, err error) {
	states, err := l.LogStates()
	if err != nil {
		return state, names, nil, err
	}
	all, only := sha256.New(), sha256.New()
	var b []byte
	for _, s := range states {
		origins = append(origins, s.Origin)
		b = putString(b[:0], string(s.Origin))
		only.Write(b)
		b = putNumber(b, s.Size)
		b = append(b, s.Root[:]...)
		b = putNumber(b, uint64(len(s.Absent)))
		for _, index := range s.Absent {
			b = putNumber(b, index)
		}
		all.Write(b)
	}
	return [32]byte(all.Sum(nil)), [32]byte(only.Sum(nil)), origins, nil
}

// servable is the newest checkpoint that a node can prove entries under: its
// head's, unless a larger tree is still arriving in parts.
func servable(h store.Head) (cp signing.Checkpoint, ok bool) {
	if len(h.Checkpoint) == 0 {
		return cp, false
	}
	cp, err := signing.PeekCheckpoint(h.Checkpoint)
	return cp, err == nil && cp.Size <= h.Size
}
