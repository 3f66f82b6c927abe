package store

import (
	"context"
	"fmt"

	"stocktake/review"
	"stocktake/signing"
)

// payloads holds every payload against its digest, and the indexes against the
// payloads.
func (i *inspection) payloads(ctx context.Context) error {
	it := i.tx.NewIterator(keysOnly(keyPayload))
	defer it.Close()
	expected, pieces := uint64(0), uint64(0)
	for it.Rewind(); it.Valid(); it.Next() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		key := it.Item().Key()
		if len(key) != 1+len(signing.Digest{}) {
			i.report.find(Finding{What: "a content's key", Why: "is none", Next: nextFile})
			continue
		}
		d := signing.Digest(key[1:])
		i.report.Payloads++
		payload, err := i.stored(d)
		if err != nil {
			f := Finding{Document: review.DocumentID(d.String()), What: "its content", Why: "does not match its digest", Next: nextPayload}
			if l, index, ok := i.anyPlace(d); ok {
				f.Log, f.Index = l, &index
			}
			i.report.find(f)
			continue
		}
		if first, err := it.Item().ValueCopy(nil); err == nil {
			pieces += uint64(max(0, piecesOf(first)-1))
		}
		for _, k := range indexKeys(payload, d) {
			expected++
			if has, err := i.has(i.tx, k); err != nil || !has {
				i.report.find(Finding{Document: review.DocumentID(d.String()), What: "an index of it", Why: "is missing", Next: nextIndex})
			}
		}
	}
	i.each([]byte{keyIndex}, func([]byte) { i.report.Indexes++ })
	if i.report.Indexes > expected && i.report.Sound() {
		i.report.find(Finding{What: fmt.Sprintf("%d index entries", i.report.Indexes-expected), Why: "are of no document that is held", Next: nextIndex})
	}
	i.each([]byte{keyPiece}, func([]byte) { pieces-- })
	if pieces != 0 && i.report.Sound() {
		i.report.find(Finding{What: fmt.Sprintf("%d pieces", -int64(pieces)), Why: "are of no content that is held", Next: nextIndex})
	}
	return nil
}

// stored is held, also where Badger panics.
func (i *inspection) stored(d signing.Digest) (payload []byte, err error) {
	defer i.rescue(&err)
	return i.held(i.tx, d)
}

// anyPlace is a document's, for a finding.
func (i *inspection) anyPlace(d signing.Digest) (o review.Origin, index uint64, ok bool) {
	_ = i.eachPlace(i.tx, d, func(log uint32, at uint64) (more bool) {
		for _, l := range i.logs {
			if l.number == log {
				o, index, ok = l.origin, at, true
			}
		}
		return false
	})
	return o, index, ok
}

// placesCounted finds places that are of no record.
func (i *inspection) placesCounted() error {
	n := uint64(0)
	i.each([]byte{keyPlace}, func([]byte) { n++ })
	it := i.tx.NewIterator(keysOnly(keyPayload))
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if _, _, ok := placeOf(it.Item().ExpiresAt()); ok {
			n++
		}
	}
	if n != i.report.Records && i.report.Sound() {
		i.report.find(Finding{What: "the places of documents", Why: fmt.Sprintf("are %d, the records %d", n, i.report.Records), Next: nextIndex})
	}
	return nil
}
