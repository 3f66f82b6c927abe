package review

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// Reading is what the records of one snapshot say, up to a cut-off: which
// charter is in force, when everything was filed, and what counts. It is a
// function of snapshot, genesis charter and cut-off; the order in which the
// records came changes nothing. Stocktakes, labels and threads are read off it,
// by several goroutines if need be.
type Reading struct {
	snapshot Snapshot
	genesis  *Document
	asked    time.Time // the cut-off that was asked for; zero: the latest filing time
	cutoff   time.Time

	logs      map[Origin]*readLog
	docs      map[DocumentID]*entry
	kinds     map[Kind][]*entry // those whose content is there
	attaching []*entry          // those of them that name attachments
	chain     *Chain
	filings   *Witnessed
	about     map[DocumentID][]*entry // by subject, those that hold
	receipts  map[DocumentID]bool     // that carry evidence
	evidence  []receipt               // those, note by note
	histories *Histories              // of the logs that forked
	proofs    []*placeProof           // where it was read from exported files
	takings   map[DocumentID][]*entry // withdrawals by subject, whether they hold or not
	index     map[indexKey][]*entry   // those that hold
	lists     *lists
}

type readLog struct {
	LogState
	leaves []tlog.Hash
	docs   []*entry // by index; nil where no record came yet
	seen   uint64
}

// ErrSnapshotRecords means that records are not those of the snapshot.
var ErrSnapshotRecords = errors.New("review: the records are not those of the snapshot")

// ErrRules means that the charter in force asks for rules or a compact that
// this program does not have.
var ErrRules = errors.New("review: the charter in force asks for other rules than this program has")

// CannotComputeError means that payloads which the snapshot lists as present
// are not held here: the answer is that there is none, never a different one.
type CannotComputeError struct {
	Missing []DocumentID // sorted
}

func (e *CannotComputeError) Error() string {
	const named = 3
	names := make([]string, 0, named)
	for _, id := range e.Missing[:min(named, len(e.Missing))] {
		names = append(names, string(id))
	}
	more := ""
	if len(e.Missing) > named {
		more = fmt.Sprintf(" and %d more", len(e.Missing)-named)
	}
	return "review: cannot be computed here: the content of " + strings.Join(names, ", ") + more + " is not held: it has not arrived yet, so try again later, or its author had it erased since"
}

// Read takes in the records of a snapshot, in any order; records beyond it are
// passed over. A zero cut-off is the snapshot's latest filing time. What was
// filed later does not count. Where the snapshot names no charter, Read finds
// the one in force: see [Reading.Snapshot].
//
// It recomputes every log's root from the leaves, and each payload's digest;
// Record.Genuine it takes as given. Besides errors of records it returns a
// [*CannotComputeError], [ErrSnapshotRecords] where records are missing or do
// not make the snapshot's roots, and [ErrRules].
func Read(s Snapshot, genesis *Document, records iter.Seq2[Record, error], cutoff time.Time) (*Reading, error) {
	if s.Federation != genesis.ID {
		return nil, fmt.Errorf("%w: they are of federation %.12s, the snapshot is of %.12s", ErrSnapshotRecords, genesis.ID, s.Federation)
	}
	r := newReading(s, genesis)
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		if err := r.take(record); err != nil {
			return nil, err
		}
	}
	if err := r.complete(); err != nil {
		return nil, err
	}
	r.shareNames()
	if r.asked = cutoff; !cutoff.IsZero() {
		r.asked = cutoff.UTC()
	}
	if err := r.judgeAll(); err != nil {
		return nil, err
	}
	return r, nil
}

// judgeAll finds the charter in force, and under it what counts.
func (r *Reading) judgeAll() error {
	if err := r.govern(); err != nil {
		return err
	}
	if r.cutoff = r.asked; r.asked.IsZero() {
		r.cutoff = r.filings.Latest()
	}
	r.weigh()
	return nil
}

func newReading(s Snapshot, genesis *Document) *Reading {
	r := &Reading{
		snapshot: s, genesis: genesis,
		logs: map[Origin]*readLog{}, docs: map[DocumentID]*entry{}, kinds: map[Kind][]*entry{},
		about: map[DocumentID][]*entry{}, receipts: map[DocumentID]bool{}, takings: map[DocumentID][]*entry{}, index: map[indexKey][]*entry{},
		lists: new(lists),
	}
	for _, l := range s.Logs {
		r.logs[l.Origin] = &readLog{LogState: l}
	}
	return r
}

// take folds one record in.
func (r *Reading) take(record Record) error {
	l := r.logs[record.Origin]
	if l == nil || record.Index >= l.Size {
		return nil
	}
	hash := record.Leaf.Hash()
	for uint64(len(l.leaves)) <= record.Index {
		l.leaves, l.docs = append(l.leaves, tlog.Hash{}), append(l.docs, nil)
	}
	if l.docs[record.Index] != nil {
		if l.leaves[record.Index] != hash {
			return fmt.Errorf("%w: two records at index %d of %s", ErrSnapshotRecords, record.Index, l.Origin)
		}
		return nil
	}
	id := record.ID()
	e := r.docs[id]
	if e == nil {
		e = newEntry(id)
		r.docs[id] = e
	}
	l.leaves[record.Index], l.docs[record.Index] = hash, e
	l.seen++
	e.places = append(e.places, recordAt(record.Origin, record.Index, record.Leaf.Key, record.Genuine))
	if _, absent := slices.BinarySearch(l.Absent, record.Index); absent {
		return nil
	}
	e.expected = true
	r.read(e, record)
	return nil
}

// read takes the content of a record in, if that is its document's.
func (r *Reading) read(e *entry, record Record) {
	if e.doc != nil || e.malformed || record.Payload == nil || signing.PayloadDigest(record.Payload) != record.Leaf.Digest {
		return
	}
	parsed, err := record.Parsed, error(nil)
	if parsed == nil {
		parsed, err = Parse(record.Payload)
	}
	if e.malformed = err != nil; e.malformed {
		return
	}
	own := *parsed // others may have that one
	own.ID, own.Subjects = e.id, slices.Clone(parsed.Subjects)
	e.doc = &own
	r.sort(e)
}

// sort puts a document whose content is there to those of its kind.
func (r *Reading) sort(e *entry) {
	r.kinds[e.doc.Kind] = append(r.kinds[e.doc.Kind], e)
	if len(e.doc.Attachments()) > 0 {
		r.attaching = append(r.attaching, e)
	}
}

// shareNames has documents name each other in one copy of each name.
func (r *Reading) shareNames() {
	for _, e := range r.docs {
		if e.doc == nil {
			continue
		}
		if about := r.docs[e.doc.About()]; about != nil {
			e.doc.Subjects[0].Digest = about.id
		}
	}
}

// complete is whether these were all the records, and every payload came.
func (r *Reading) complete() error {
	for _, l := range r.logs {
		if l.seen != l.Size {
			return fmt.Errorf("%w: %d of %d records of %s", ErrSnapshotRecords, l.seen, l.Size, l.Origin)
		}
		if rootsAt(l.leaves, []uint64{l.Size})[l.Size] != l.Root {
			return fmt.Errorf("%w: the leaves of %s do not make its root", ErrSnapshotRecords, l.Origin)
		}
	}
	var missing []DocumentID
	for id, e := range r.docs {
		if e.expected && e.doc == nil && !e.malformed {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return &CannotComputeError{missing}
	}
	return nil
}
