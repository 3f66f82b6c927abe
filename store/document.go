package store

import (
	"runtime"
	"sync"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// document is an entry made ready for the goroutine that writes: whatever
// costs processor time is done before.
type document struct {
	leaf    signing.Leaf
	hash    tlog.Hash
	genuine bool
	payload []byte   // as stored; nil if absent
	terms   [][]byte // index keys
	absence review.Absence
	inTree  bool // cut into pieces where it is long
	kept    bool // the payload was not held before
}

// prepare makes documents of entries, on all cores.
func prepare(entries []Entry) []document {
	documents := make([]document, len(entries))
	var wg sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	share := func(start int) {
		for i := start; i < len(entries); i += n {
			documents[i] = prepareOne(entries[i])
		}
	}
	for start := 1; start < min(n, len(entries)); start++ {
		wg.Go(func() { share(start) })
	}
	share(0)
	wg.Wait()
	return documents
}

func prepareOne(e Entry) document {
	if e.ready != nil {
		d := *e.ready
		d.genuine = e.Genuine
		return d
	}
	d := document{leaf: e.Leaf, hash: e.Leaf.Hash(), genuine: e.Genuine, absence: e.Absence}
	if len(e.Payload) > 0 && len(e.Payload) <= signing.MaxPayload && d.take(e.Payload, e.parsed) {
		return d
	}
	if d.absence == review.Present || d.absence > review.Erased {
		d.absence = review.Missing
	}
	return d
}

// take makes the payload the document's if it is. Parsed is what it says, if that is
// known.
func (d *document) take(payload []byte, parsed *review.Document) (taken bool) {
	var err error
	if parsed == nil {
		parsed, err = review.Parse(payload)
	} else if signing.PayloadDigest(payload) != d.leaf.Digest {
		return false
	}
	if err != nil {
		taken = signing.PayloadDigest(payload) == d.leaf.Digest
	} else if id, err := signing.ParseDigest(string(parsed.ID)); err == nil && id == d.leaf.Digest {
		d.terms, taken = termKeys(parsed, id), true
	}
	if taken {
		d.payload, d.absence = marshalPayload(payload), review.Present
	}
	return taken
}

// cost is at most what writing the document takes: entry, place, absence,
// filing mark, two hashes of high levels, two for a new key, the pieces of its
// payload; some 50 bytes of key each.
func (d *document) cost() cost {
	pieces := min(len(d.payload)/pieceSize+1, maxPieces)
	c := cost{documents: 1, keys: 9 + len(d.terms) + pieces, bytes: 1024 + len(d.payload) + 50*pieces}
	for _, t := range d.terms {
		c.bytes += len(t) + 16
	}
	return c
}

// parts cuts documents into runs that each fit one batch. A single document
// always does: see limits.go and openDatabase's buffers.
func (s *Store) parts(documents []document) (parts [][]document, costs []cost) {
	budget := s.budget()
	start, sum := 0, cost{}
	for i := range documents {
		c := documents[i].cost()
		if i > start && !sum.plus(c).within(budget) {
			parts, costs = append(parts, documents[start:i]), append(costs, sum)
			start, sum = i, cost{}
		}
		sum = sum.plus(c)
	}
	if start < len(documents) {
		parts, costs = append(parts, documents[start:]), append(costs, sum)
	}
	return parts, costs
}

// add makes the document the log's next record, and returns its index.
func (b *batch) add(l *log, d *document) (uint64, error) {
	key, err := b.keyNumber(d.leaf.Key)
	if err != nil {
		return 0, err
	}
	if !l.numbered {
		l.number, l.numbered = b.counters.logs, true
		b.counters.logs++
		b.newLogs = append(b.newLogs, l.origin)
		b.set(numberKey(keyOrigin, l.number), []byte(l.origin))
	}
	index := l.size
	b.added++
	e := entry{genuine: d.genuine, key: key, digest: d.leaf.Digest, signature: d.leaf.Signature}
	l.grow(d.hash, func(level int, n uint64, h tlog.Hash) {
		if level < entryLevels {
			e.hashes = append(e.hashes, h)
		} else {
			b.set(hashKey(l.number, level, n), h[:])
		}
	})
	b.set(entryKey(l.number, index), e.marshal())
	at := expiryOf(l.number, index)
	if err := b.arrive(d, at); err != nil {
		return 0, err
	}
	if !d.kept || at == 0 {
		b.set(placeKey(d.leaf.Digest, l.number, index), nil)
	}
	return index, nil
}

// arrive settles whether the payload of a document is held that has a place, or gets
// the one at, if that is not 0. A payload that came before is kept; one that was
// withheld or erased is not taken back.
func (b *batch) arrive(d *document, at uint64) error {
	d.kept = false
	if d.payload == nil || b.store.payloads.mayHold(d.leaf.Digest) {
		held, err := b.has(digestKey(keyPayload, d.leaf.Digest))
		if held || err != nil {
			return err
		}
	}
	why, known, err := b.absence(d.leaf.Digest)
	switch {
	case err != nil:
		return err
	case d.payload == nil && !known:
		b.set(digestKey(keyAbsence, d.leaf.Digest), []byte{byte(d.absence)})
	case d.payload != nil && (!known || why == review.Missing || why == review.Sealed):
		b.keep(d, at)
		if known {
			b.delete(digestKey(keyAbsence, d.leaf.Digest))
		}
	}
	return nil
}

// keep stores the payload, with its first place, and what it is found by.
func (b *batch) keep(d *document, at uint64) {
	d.kept = true
	first := d.payload
	if d.inTree {
		for n, piece := range cut(d.payload) {
			if n == 0 {
				first = piece
			} else {
				b.setRaw(pieceKey(d.leaf.Digest, n), piece)
			}
		}
	}
	b.setEntry(&badger.Entry{Key: digestKey(keyPayload, d.leaf.Digest), Value: first, ExpiresAt: at})
	b.store.payloads.add(d.leaf.Digest[:])
	for _, t := range d.terms {
		b.setRaw(t, nil)
	}
}

// absence is why a document's payload is not held; known is false if it is, or
// if the document has no record.
func (b *batch) absence(d signing.Digest) (why review.Absence, known bool, err error) {
	if !b.store.absences.possible(d) {
		return review.Present, false, nil
	}
	return b.store.absence(b.tx, d)
}
