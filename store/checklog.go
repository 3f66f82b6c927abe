package store

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// next is what mends a record of a log.
func (i *inspection) next(o review.Origin) string {
	if i.own[o] {
		return nextOwn
	}
	return nextRecord
}

// oneLog looks at a log's name, head, notes and tree, and at its records.
func (i *inspection) oneLog(ctx context.Context, number uint32) error {
	l := inspected{log: log{number: number, numbered: true}, whole: true}
	looked := false
	defer func() {
		l.whole = l.whole && looked // it may have panicked
		i.logs = append(i.logs, l)
	}()
	i.report.Logs++
	origin, ok, err := i.get(i.tx, numberKey(keyOrigin, number))
	if err != nil || !ok {
		l.whole = false
		i.damaged(Finding{What: fmt.Sprintf("the name of log %d", number), Next: nextRecord}, err)
		return nil
	}
	l.origin = review.Origin(origin)
	l.noted, l.targeted = i.note(&l, keyCheckpoint), i.note(&l, keyTarget)
	b, ok, err := i.get(i.tx, numberKey(keyState, number))
	state, well := parseTreeState(b)
	if err != nil || !ok || !well {
		i.found(&l, Finding{What: "its head", Why: badSum})
		state = treeState{size: l.noted.checkpoint.Size}
	}
	l.entries = state.size
	intact, known := true, true // so far: the records, their hashes
	for index := range state.size {
		if index%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		stored, h, sound := i.oneRecord(&l, index)
		intact, known = intact && sound, known && len(stored) > 0
		if intact {
			l.prefix = index + 1
		}
		if known {
			l.grow(h, func(level int, n uint64, h tlog.Hash) { i.oneHash(&l, level, n, h, stored) })
		}
		if c := l.noted.checkpoint; known && l.size == c.Size && l.root() != c.Root {
			i.found(&l, Finding{What: fmt.Sprintf("its tree of %d records", c.Size), Why: "is another than its checkpoint says"})
			l.prefix = 0
		}
	}
	switch {
	case !known || !well:
	case l.root() != state.root:
		i.found(&l, Finding{What: "its head", Why: "has another root than its records"})
	case l.noted.checkpoint.Size > state.size || l.noted.checkpoint.Size < state.size && l.targeted.note == nil:
		i.found(&l, Finding{What: "its checkpoint", Why: "does not fit its head"})
	}
	i.beyond(&l)
	looked = true
	return nil
}

// found adds a finding about a log, which is not whole then.
func (i *inspection) found(l *inspected, f Finding) {
	l.whole = false
	f.Log, f.Next = l.origin, i.next(l.origin)
	i.report.find(f)
}

const badSum = "does not match its checksum"

// oneRecord looks at a record's entry, place and payload. It returns the hashes
// that the entry holds, none if it cannot be read, the leaf's hash, and whether
// the leaf is sound.
func (i *inspection) oneRecord(l *inspected, index uint64) (stored []tlog.Hash, h tlog.Hash, sound bool) {
	i.report.Records++
	f := Finding{Index: &index, What: "its entry"}
	value, there, err := i.get(i.tx, entryKey(l.number, index))
	e, well := entry{}, false
	if err == nil && there {
		e, well = parseEntry(index, value)
	}
	var leaf signing.Leaf
	if well {
		stored, h = e.hashes, e.hashes[0]
		leaf, err = i.leafOf(i.tx, e)
	}
	switch {
	case err == nil && !there:
		f.Why = "is missing"
	case err != nil || !well:
		f.Why = badSum
	case h != leaf.Hash():
		f.Why = "is another than the log's tree has there"
	default:
		f.What, f.Document = "", review.DocumentID(leaf.Digest.String())
		i.placed(l, f, leaf.Digest)
		return stored, h, true
	}
	i.found(l, f)
	return stored, h, false
}

// oneHash holds a stored hash against the one that it should be.
func (i *inspection) oneHash(l *inspected, level int, n uint64, h tlog.Hash, inEntry []tlog.Hash) {
	i.report.Hashes++
	var stored tlog.Hash
	var err error
	if level < len(inEntry) {
		stored = inEntry[level] // at level 0 it was compared with the leaf
	} else {
		stored, err = i.hash(i.tx, &l.log, level, n)
	}
	if err != nil || stored != h {
		i.found(l, Finding{What: fmt.Sprintf("hash %d of level %d", n, level), Why: "is not that of the hashes below it"})
	}
}

// placed is whether a record's document is found by it, and has a payload or a
// reason why not.
func (i *inspection) placed(l *inspected, f Finding, d signing.Digest) {
	f.Log = l.origin
	f.What, f.Next = "its content", nextPayload
	held, err := i.has(i.tx, digestKey(keyPayload, d))
	if err != nil {
		i.damaged(f, err)
		return
	}
	_, known, err := i.absence(i.tx, d)
	switch {
	case err != nil:
		i.damaged(f, err)
	case !held && !known:
		f.Why = "is missing"
		i.report.find(f)
		return // the place may have been with it
	case held && known:
		f.Why, f.Next = "is there and noted as absent", nextIndex
		i.report.find(f)
	}
	if has, err := i.hasPlace(i.tx, d, l.number, *f.Index); err != nil || !has {
		f.What, f.Why, f.Next = "its place", "is missing", nextIndex
		i.report.find(f)
	}
}

// note is one of a log's two notes.
func (i *inspection) note(l *inspected, prefix byte) signedNote {
	n, err := i.loadNote(i.tx, prefix, &l.log)
	if err == nil && n.note != nil && i.check.Note != nil {
		err = i.check.Note(l.origin, n.note)
	}
	if err != nil {
		f := Finding{What: "its checkpoint", Why: badSum}
		if damage := (*DamageError)(nil); !errors.As(err, &damage) {
			f.Why = "is not signed by the log: " + firstLine(err.Error())
		}
		i.found(l, f)
		return signedNote{}
	}
	return n
}

// beyond looks for entries and hashes that are of no record.
func (i *inspection) beyond(l *inspected) {
	n := uint64(0)
	count := func([]byte) { n++ }
	i.eachFrom(numberKey(keyEntry, l.number), entryKey(l.number, l.entries), count)
	for level := entryLevels; level < 64; level++ {
		i.eachFrom(append(numberKey(keyHash, l.number), byte(level)), hashKey(l.number, level, l.entries>>level), count)
	}
	if n > 0 {
		i.found(l, Finding{What: fmt.Sprintf("%d values", n), Why: "lie beyond its last record: what the head was is lost"})
	}
}
