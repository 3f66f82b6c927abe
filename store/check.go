package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// CheckOptions are what a store does not know by itself.
type CheckOptions struct {
	// Note is whether a log's note is signed by the log's key. Nil: not asked.
	Note func(o review.Origin, note []byte) error
	// Own are logs of this node, besides those that the database tells.
	Own []review.Origin
	// Keep is given the documents that a repair cannot leave in an own log.
	Keep func(signing.Envelope) error
}

// Check looks at everything in a database that no process has open: every file,
// leaf, hash, checkpoint, payload, place and index. It changes nothing that is
// stored, though Badger tidies its files when it is opened and closed. Errors
// are about the looking: ErrLocked, ErrDiskFull; damage is in the report.
func Check(ctx context.Context, dir string, o Options, c CheckOptions) (*Report, error) {
	i, err := inspect(ctx, dir, o, c)
	if err != nil {
		return nil, err
	}
	if err := i.all(ctx); err != nil {
		return nil, errors.Join(err, i.close())
	}
	return i.report, i.close()
}

// inspection is a database open to be looked at: without the goroutine that
// writes, without anything in memory, and whatever its state.
type inspection struct {
	*Store
	report   *Report
	check    CheckOptions
	tx       *badger.Txn
	doubtful bool                   // vital keys may be gone without a trace
	own      map[review.Origin]bool // logs that this node signed
	logs     []inspected
}

// inspected is a log as it was found.
type inspected struct {
	log
	prefix  uint64 // so many records from the first on are as they were stored; tree is of those whose hashes are known
	entries uint64 // so many were looked for
	whole   bool   // everything else about it too
}

// inspect opens a database. What keeps Badger from opening it is a finding, and
// db is nil then.
func inspect(ctx context.Context, dir string, o Options, c CheckOptions) (*inspection, error) {
	o = o.withDefaults()
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	i := &inspection{
		Store:  &Store{dir: dir, options: o, logger: o.Logger},
		report: &Report{Findings: []Finding{}},
		check:  c,
		own:    make(map[review.Origin]bool),
	}
	for _, o := range c.Own {
		i.own[o] = true
	}
	if repairBegun(dir) {
		i.doubtful = true
		i.report.find(Finding{What: "a repair", Why: "was begun and not ended", Next: nextFile})
	}
	for _, name := range holedLogs(dir) {
		i.doubtful = true
		i.report.find(Finding{What: "the file " + name, Why: "is damaged: changes are lost", Next: nextFile})
	}
	if err := i.tables(ctx); err != nil {
		return nil, err
	}
	var damage *DamageError
	switch db, err := openToLook(dir, o); {
	case errors.As(err, &damage):
		i.report.Unopened = true
		if i.report.Sound() { // else the table has been named
			i.report.find(Finding{What: damage.What, Why: "is damaged", Next: nextFile})
		}
	case errors.Is(err, ErrLocked), errors.Is(err, ErrDiskFull), errors.Is(err, os.ErrPermission):
		return nil, err
	case err != nil:
		i.report.Unopened = true
		i.report.find(Finding{What: "the database", Why: "cannot be opened: " + err.Error(), Next: nextFile})
	default:
		i.db, i.tx = db, db.NewTransaction(false)
	}
	return i, nil
}

func (i *inspection) close() error {
	if i.db == nil {
		return nil
	}
	i.tx.Discard()
	if err := i.db.Close(); err != nil {
		return fmt.Errorf("store: closing %s: %w", i.dir, err)
	}
	return nil
}

// all looks at everything.
func (i *inspection) all(ctx context.Context) error {
	if i.db == nil {
		return nil
	}
	i.marked()
	c := counters{}
	stages := []func() error{
		func() error { c = i.counters(); return nil },
		i.ownLogs,
		func() error {
			for n := range c.logs {
				if err := i.stage(func() error { return i.oneLog(ctx, n) }); err != nil {
					return err
				}
			}
			return nil
		},
		func() error { i.documentKeys(c.keys); return nil },
		func() error { return i.payloads(ctx) },
		i.placesCounted,
		i.rest,
	}
	for _, stage := range stages {
		if err := i.stage(stage); err != nil {
			return err
		}
	}
	return nil
}

// stage does a part of the looking; a block that Badger panics over ends it. The
// block's table has been found damaged already.
func (i *inspection) stage(f func() error) error {
	var panicked error
	err := func() error {
		defer i.rescue(&panicked)
		return f()
	}()
	if panicked != nil && i.report.Sound() {
		i.report.find(Finding{What: "a table", Why: "cannot be read", Next: nextFile})
	}
	return err
}

// tables reads every block before Badger does, which ends an iteration at one
// that it cannot read, without a word; and a compaction then drops what was
// behind it.
func (i *inspection) tables(ctx context.Context) error {
	tables, _ := manifestTables(filepath.Join(i.dir, "MANIFEST"))
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		path := filepath.Join(i.dir, name)
		err := soundTable(path, allBlocks)
		if tables[name] && err != nil && !errors.Is(err, os.ErrNotExist) {
			i.doubtful = i.doubtful || soundTable(path, vitalBlocks) != nil
			i.report.find(Finding{What: "the file " + name, Why: "is damaged: " + err.Error(), Next: nextFile})
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}

// marked holds the database against its mark.
func (i *inspection) marked() {
	last, _, err := i.number(i.tx, []byte{keyBatch})
	if err != nil {
		i.damaged(Finding{What: "the number of the last change", Next: nextFile}, err)
		i.doubtful = true
	}
	m, ok := readMark(i.dir)
	for _, o := range m.origins {
		i.own[o] = true
	}
	if ok && m.batch > last {
		i.doubtful = i.doubtful || m.bound > last
		f := Finding{What: fmt.Sprintf("the last %d changes", m.batch-last), Why: "are lost: the end of the database's log is damaged", Next: nextPayload}
		if m.bound > last {
			f.Next = nextLost
		}
		i.report.find(f)
	}
	lost, _, _ := i.get(i.tx, textKey(keyMeta, metaLost)) // rest looks at it
	i.report.Lost = string(lost)
}

// damaged adds a finding about what could not be read.
func (i *inspection) damaged(f Finding, err error) {
	f.Why = badSum
	if damage := (*DamageError)(nil); err != nil && !errors.As(err, &damage) {
		f.Why = "cannot be read: " + firstLine(err.Error())
	}
	i.report.find(f)
}

// counters are how many logs and keys there are, counted where the number is
// damaged.
func (i *inspection) counters() counters {
	b, ok, err := i.get(i.tx, []byte{keyCounters})
	c, well := parseCounters(b)
	if err == nil && ok && well {
		return c
	}
	if _, fresh, _ := i.get(i.tx, []byte{keyVersion}); !ok && err == nil && !fresh {
		return counters{} // empty: nothing was ever written
	}
	i.damaged(Finding{What: "the count of logs", Next: nextIndex}, err)
	return counters{uint32(i.highest(keyOrigin)), uint32(i.highest(keyKey))}
}

// highest is one more than the highest number among keys that are a prefix and
// a number.
func (i *inspection) highest(prefix byte) (n uint64) {
	i.each([]byte{prefix}, func(key []byte) {
		if len(key) == 5 {
			n = max(n, uint64(binary.BigEndian.Uint32(key[1:]))+1)
		}
	})
	return min(n, 1<<20)
}

// each calls f for every key of a prefix.
func (i *inspection) each(prefix []byte, f func(key []byte)) { i.eachFrom(prefix, prefix, f) }

func (i *inspection) eachFrom(prefix, from []byte, f func(key []byte)) {
	it := i.tx.NewIterator(badger.IteratorOptions{Prefix: prefix})
	defer it.Close()
	for it.Seek(from); it.Valid(); it.Next() {
		f(it.Item().Key())
	}
}

// ownLogs are those that documents were filed into here: the mark names them,
// and so do their filing marks.
func (i *inspection) ownLogs() error {
	numbers := map[uint32]bool{}
	it := i.tx.NewIterator(badger.IteratorOptions{Prefix: []byte{keyFiled}})
	defer it.Close()
	for it.Rewind(); it.Valid(); {
		key := it.Item().Key()
		if len(key) < 5 {
			break
		}
		n := binary.BigEndian.Uint32(key[1:])
		numbers[n] = true
		it.Seek(numberKey(keyFiled, n+1))
	}
	for n := range numbers {
		if origin, ok, err := i.get(i.tx, numberKey(keyOrigin, n)); ok && err == nil {
			i.own[review.Origin(origin)] = true
		}
	}
	return nil
}

func (i *inspection) documentKeys(n uint32) {
	for number := range n {
		key, ok, err := i.get(i.tx, numberKey(keyKey, number))
		var back []byte
		if ok {
			back, _, err = i.get(i.tx, textKey(keyKeyNumber, string(key)))
		}
		if err != nil || !ok || len(back) != 4 || binary.BigEndian.Uint32(back) != number {
			i.damaged(Finding{What: fmt.Sprintf("document key %d", number), Next: nextRecord}, err)
		}
	}
}

// rest looks at everything that is not of a log.
func (i *inspection) rest() error {
	for _, prefix := range []byte{keyAbsence, keyWitness, keyFence, keyMeta, keyFiled} {
		what := map[byte]string{keyAbsence: "a note of an absent content", keyWitness: "what this node cosigned", keyFence: "why a log is fenced", keyMeta: "the node's bookkeeping", keyFiled: "a filing mark"}[prefix]
		next := nextFile
		if prefix == keyWitness || prefix == keyFence {
			next = nextLost
		}
		i.each([]byte{prefix}, func(key []byte) {
			if prefix == keyAbsence {
				i.report.Absent++
			}
			if _, _, err := i.get(i.tx, key); err != nil {
				i.doubtful = i.doubtful || next == nextLost
				i.damaged(Finding{What: fmt.Sprintf("%s (%q)", what, key), Next: next}, err)
			}
		})
	}
	return nil
}

// Check holds a whole attachment against its digest. It is a [*DamageError] if
// it is another. A file without a manifest goes, as it does whoever reads it.
func (a *Attachments) Check(id review.DocumentID) error {
	a.mu.Lock()
	f, m, err := a.open(id, "")
	a.mu.Unlock()
	if err != nil {
		return err
	}
	defer f.Close()
	if err := m.Content(f, 0, func([]byte) error { return nil }); errors.Is(err, review.ErrAttachment) {
		return a.damage(id)
	} else if err != nil {
		return err
	}
	return nil
}
