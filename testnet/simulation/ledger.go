package simulation

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Ledger is a node's records in memory, as plainly as they can be kept: the
// reference for what a *store.Store answers to the protocol. It is a
// federation.Ledger and a federation.WitnessState.
type Ledger struct {
	logs      map[review.Origin]*memoryLog
	payloads  map[signing.Digest][]byte
	erased    map[signing.Digest]review.Absence // withheld or erased: not taken back
	places    map[signing.Digest][]place
	witnessed map[review.Origin]sighting
	fences    map[review.Origin]string // why a log must not be signed here any more
	instance  int                      // which machine's it is: copied with all else, not with a backup
	library   *library
	kinds     map[review.Kind][]signing.Digest // documents of the kinds that nodes look for
	states    []review.LogState                // as they are; nil if they changed

	// Cut, if set, says after how many entries a range that is served ends.
	Cut func() int

	trusting  bool // a mutant's: takes ranges without proof
	forgetful bool // a mutant's: takes back what it erased
}

type memoryLog struct {
	entries []store.Entry // without payloads
	hashes  []tlog.Hash   // in tlog's order of stored hashes
	head    store.Head
	notes   [][]byte // all that were signed here, by ascending size
}

type place struct {
	origin review.Origin
	index  uint64
}

type sighting struct {
	signing.Checkpoint
	at time.Time
}

var (
	_ federation.Ledger       = (*Ledger)(nil)
	_ federation.WitnessState = (*Ledger)(nil)
)

// NewLedger is an empty one.
func NewLedger() *Ledger {
	return &Ledger{
		logs:      make(map[review.Origin]*memoryLog),
		payloads:  make(map[signing.Digest][]byte),
		erased:    make(map[signing.Digest]review.Absence),
		places:    make(map[signing.Digest][]place),
		witnessed: make(map[review.Origin]sighting),
		fences:    make(map[review.Origin]string),
		library:   &library{},
		kinds:     make(map[review.Kind][]signing.Digest),
	}
}

// Clone is a copy that goes its own way: a restored backup.
func (l *Ledger) Clone() *Ledger {
	c := NewLedger()
	for o, log := range l.logs {
		copied := *log
		copied.entries, copied.hashes = slices.Clone(log.entries), slices.Clone(log.hashes)
		c.logs[o] = &copied
	}
	for d, p := range l.payloads {
		c.payloads[d] = p
	}
	for d, why := range l.erased {
		c.erased[d] = why
	}
	for d, ps := range l.places {
		c.places[d] = slices.Clone(ps)
	}
	for o, s := range l.witnessed {
		c.witnessed[o] = s
	}
	for o, why := range l.fences {
		c.fences[o] = why
	}
	for k, ids := range l.kinds {
		c.kinds[k] = slices.Clone(ids)
	}
	c.library, c.instance = l.library, l.instance
	return c
}

// Prefix gives another ledger the first size entries of a log, under the note
// that the log once signed for that size.
func (l *Ledger) Prefix(to *Ledger, o review.Origin, size uint64, note []byte) {
	from, m := l.logs[o], to.log(o)
	for _, e := range from.entries[len(m.entries):size] {
		e.Payload = l.payloads[e.Leaf.Digest]
		to.take(m, o, e)
	}
	m.head = store.Head{Origin: o, Size: size, Root: m.root(size), Checkpoint: note}
	to.states = nil
}

func (m *memoryLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = m.hashes[index]
	}
	return hashes, nil
}

func (m *memoryLog) root(size uint64) tlog.Hash {
	if size == 0 {
		return tlog.Hash{}
	}
	root, err := tlog.TreeHash(int64(size), m)
	if err != nil {
		panic(err) // ReadHashes does not fail
	}
	return root
}

func (m *memoryLog) push(h tlog.Hash) {
	hashes, err := tlog.StoredHashesForRecordHash(int64(len(m.entries)), h, m)
	if err != nil {
		panic(err)
	}
	m.hashes = append(m.hashes, hashes...)
}

func (l *Ledger) log(o review.Origin) *memoryLog {
	if l.logs[o] == nil {
		l.logs[o] = &memoryLog{head: store.Head{Origin: o}}
	}
	return l.logs[o]
}

// Heads are the heads of all logs that hold a record, sorted by origin.
func (l *Ledger) Heads() []store.Head {
	var heads []store.Head
	for _, m := range l.logs {
		if m.head.Size > 0 {
			heads = append(heads, m.head)
		}
	}
	slices.SortFunc(heads, func(a, b store.Head) int { return strings.Compare(string(a.Origin), string(b.Origin)) })
	return heads
}

// Head is one log's head.
func (l *Ledger) Head(o review.Origin) store.Head {
	if m := l.logs[o]; m != nil {
		return m.head
	}
	return store.Head{Origin: o}
}

// LogStates are the heads with the indexes whose payload is absent.
func (l *Ledger) LogStates() ([]review.LogState, error) {
	if l.states != nil {
		return slices.Clone(l.states), nil
	}
	var states []review.LogState
	for _, h := range l.Heads() {
		s, err := l.StateAt(h.Origin, h.Size)
		if err != nil {
			return nil, err
		}
		states = append(states, s)
	}
	l.states = states
	return slices.Clone(states), nil
}

// Root is that of a log's tree at an earlier size.
func (l *Ledger) Root(o review.Origin, size uint64) (tlog.Hash, error) {
	s, err := l.StateAt(o, size)
	return s.Root, err
}

// StateAt is a log at an earlier size.
func (l *Ledger) StateAt(o review.Origin, size uint64) (review.LogState, error) {
	m := l.logs[o]
	if m == nil || size > m.head.Size {
		return review.LogState{}, store.ErrNotFound
	}
	s := review.LogState{Origin: o, Size: size, Root: m.head.Root}
	if size != m.head.Size {
		s.Root = m.root(size)
	}
	for i, e := range m.entries[:size] {
		if l.payloads[e.Leaf.Digest] == nil {
			s.Absent = append(s.Absent, uint64(i))
		}
	}
	return s, nil
}

// Entries are those of [from, to) that fit, at least one.
func (l *Ledger) Entries(o review.Origin, from, to uint64, maxBytes int) ([]store.Entry, error) {
	m := l.logs[o]
	if m == nil || to > m.head.Size || from >= to {
		return nil, store.ErrNotFound
	}
	if l.Cut != nil {
		to = min(to, from+uint64(l.Cut()))
	}
	var entries []store.Entry
	for size := 0; from < to; from++ {
		e := m.entries[from]
		e.Payload, e.Absence = l.payload(e.Leaf.Digest)
		if size += len(e.Payload) + 256; size > maxBytes && len(entries) > 0 {
			break
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (l *Ledger) payload(d signing.Digest) ([]byte, review.Absence) {
	if p := l.payloads[d]; p != nil {
		return p, review.Present
	}
	if why, ok := l.erased[d]; ok {
		return nil, why
	}
	return nil, review.Missing
}

// ProveTree is a consistency proof.
func (l *Ledger) ProveTree(o review.Origin, oldSize, newSize uint64) (tlog.TreeProof, error) {
	m := l.logs[o]
	if m == nil || newSize > m.head.Size {
		return nil, store.ErrNotFound
	}
	return tlog.ProveTree(int64(newSize), int64(oldSize), m)
}

// has is whether a document lies in such a log, and its content is here or erased.
func (l *Ledger) has(d review.SignedDocument, in func(review.Origin) bool) bool {
	_, absence := l.payload(d.Envelope.Digest())
	return absence != review.Missing && slices.ContainsFunc(l.places[d.Envelope.Digest()], func(p place) bool { return in(p.origin) })
}

// Payload is a document's.
func (l *Ledger) Payload(id review.DocumentID) ([]byte, error) {
	d, err := signing.ParseDigest(string(id))
	if err != nil {
		return nil, err
	}
	if p := l.payloads[d]; p != nil {
		return p, nil
	}
	return nil, store.ErrNotFound
}

// Append signs entries into a log: what a store's writer does.
func (l *Ledger) Append(o review.Origin, signer *signing.NoteSigner, entries ...store.Entry) store.Head {
	m := l.log(o)
	for _, e := range entries {
		l.take(m, o, e)
	}
	size := uint64(len(m.entries))
	m.head = store.Head{Origin: o, Size: size, Root: m.root(size)}
	l.states = nil
	m.head.Checkpoint = signing.SignCheckpoint(signing.Checkpoint{Origin: string(o), Size: size, Root: m.head.Root}, signer)
	m.notes = append(m.notes, m.head.Checkpoint)
	return m.head
}

func (l *Ledger) take(m *memoryLog, o review.Origin, e store.Entry) {
	d := e.Leaf.Digest
	m.push(e.Leaf.Hash())
	l.places[d] = append(l.places[d], place{o, uint64(len(m.entries))})
	if e.Payload != nil && signing.PayloadDigest(e.Payload) == d {
		l.keep(d, e.Payload)
	}
	e.Payload, e.Absence = nil, review.Present
	m.entries = append(m.entries, e)
}

// keep holds a payload, unless it is not to be taken back.
func (l *Ledger) keep(d signing.Digest, payload []byte) {
	if _, gone := l.erased[d]; gone && !l.forgetful || l.payloads[d] != nil {
		return
	}
	l.payloads[d], l.states = payload, nil
	if kind, ok := kindOf(payload); ok && !slices.Contains(l.kinds[kind], d) {
		l.kinds[kind] = append(l.kinds[kind], d)
	}
}

// Extend takes a range of somebody's log, if the tree with it is a prefix of
// its checkpoint.
func (l *Ledger) Extend(t store.Tail) (store.Head, error) {
	m := l.log(t.Origin)
	size := uint64(len(m.entries))
	if t.From > size {
		return m.head, fmt.Errorf("simulation: a tail of %s from %d, held are %d", t.Origin, t.From, size)
	}
	entries := t.Entries[min(size-t.From, uint64(len(t.Entries))):]
	trial := &memoryLog{entries: slices.Clone(m.entries), hashes: slices.Clone(m.hashes)}
	for _, e := range entries {
		trial.push(e.Leaf.Hash())
		trial.entries = append(trial.entries, e)
	}
	if !l.trusting && !proven(t, trial, size) {
		return m.head, fmt.Errorf("%w: %s from %d", store.ErrProof, t.Origin, t.From)
	}
	if len(trial.entries) == 0 || t.Checkpoint.Size < size {
		return m.head, nil
	}
	for _, e := range entries {
		l.take(m, t.Origin, e)
	}
	size = uint64(len(m.entries))
	m.head.Size, m.head.Root = size, m.root(size)
	l.states = nil
	m.remember(t.Note)
	return m.head, nil
}

// remember keeps the newest note of what is held, and one of more than that
// as long as that is still arriving.
func (m *memoryLog) remember(note []byte) {
	for _, n := range [][]byte{m.head.Target, note} {
		if size := sizeOf(n); n != nil && size <= m.head.Size && size >= sizeOf(m.head.Checkpoint) {
			m.head.Checkpoint = n
		}
	}
	if sizeOf(m.head.Target) <= m.head.Size {
		m.head.Target = nil
	}
	if m.head.Target == nil && sizeOf(note) > m.head.Size {
		m.head.Target = note
	}
}

// sizeOf is the size that a note is for, 0 for none.
func sizeOf(note []byte) uint64 {
	if note == nil {
		return 0
	}
	cp, err := signing.PeekCheckpoint(note)
	if err != nil {
		panic(err) // notes come checked
	}
	return cp.Size
}

// proven is whether a tail's checkpoint commits to the log as it would be with
// the tail.
func proven(t store.Tail, grown *memoryLog, held uint64) bool {
	size, cp := uint64(len(grown.entries)), t.Checkpoint
	switch {
	case cp.Size <= held:
		return grown.root(cp.Size) == cp.Root
	case size == cp.Size:
		return grown.root(size) == cp.Root
	case size == 0:
		return true
	}
	return size < cp.Size && tlog.CheckTree(t.Proof, int64(cp.Size), cp.Root, int64(size), grown.root(size)) == nil
}

// Reveal fills in a payload that some record lacks.
func (l *Ledger) Reveal(payload []byte) {
	if d := signing.PayloadDigest(payload); len(l.places[d]) > 0 {
		l.keep(d, payload)
	}
}

// Lose drops a payload, as damage does: it is missing from then on.
func (l *Ledger) Lose(id review.DocumentID) {
	d, err := signing.ParseDigest(string(id))
	if err != nil {
		panic(err)
	}
	delete(l.payloads, d)
	l.states = nil
}

// SetAbsent withholds or erases a payload for good.
func (l *Ledger) SetAbsent(id review.DocumentID, why review.Absence) {
	l.Lose(id)
	d, _ := signing.ParseDigest(string(id))
	l.erased[d] = why
}

// Missing lists documents whose payload should be here and is not, by ID.
func (l *Ledger) Missing() []review.DocumentID {
	var ids []review.DocumentID
	for d := range l.places {
		if _, gone := l.erased[d]; l.payloads[d] == nil && (!gone || l.forgetful) {
			ids = append(ids, review.DocumentID(d.String()))
		}
	}
	slices.Sort(ids)
	return ids
}

// Records are the records of a snapshot in order of origin and index. What the
// snapshot lists as absent comes Withheld, whether held here or not; what it
// does not list and is not held comes Missing.
func (l *Ledger) Records(s review.Snapshot) iter.Seq2[review.Record, error] {
	return func(yield func(review.Record, error) bool) {
		for _, state := range s.Logs {
			m := l.log(state.Origin)
			if uint64(len(m.entries)) < state.Size {
				yield(review.Record{}, fmt.Errorf("%w: %s at size %d", store.ErrNotFound, state.Origin, state.Size))
				return
			}
			for i, e := range m.entries[:state.Size] {
				r := review.Record{Origin: state.Origin, Index: uint64(i), Leaf: e.Leaf, Genuine: e.Genuine}
				if r.Payload = l.payloads[e.Leaf.Digest]; r.Payload == nil {
					r.Absence = review.Missing
				}
				if _, absent := slices.BinarySearch(state.Absent, uint64(i)); absent {
					r.Payload, r.Absence = nil, review.Withheld
				}
				if r.Payload != nil {
					r.Parsed = l.library.parse(e.Leaf.Digest, r.Payload)
				}
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// Witnessed is what this node last cosigned of a log.
func (l *Ledger) Witnessed(o review.Origin) (signing.Checkpoint, time.Time) {
	s := l.witnessed[o]
	return s.Checkpoint, s.at
}

// Witness replaces it if it is of the old size.
func (l *Ledger) Witness(o review.Origin, old uint64, cp signing.Checkpoint, at time.Time) error {
	if l.witnessed[o].Size != old {
		return store.ErrConflict
	}
	l.witnessed[o] = sighting{cp, at}
	return nil
}
