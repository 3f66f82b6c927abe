package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// Repair looks at a database as Check does and, if it is damaged, writes a new
// one beside it from what is sound, looks at that one, and puts it in its
// place. Nothing is taken over that a log's checkpoint does not prove: of a log
// with a damaged record, the records before it, and other nodes give the rest
// again. Indexes are made anew. The damaged database stays where Report.Kept
// says, for somebody to delete.
//
// A log of this node's own that was damaged is fenced: it is not known any more
// what was signed. Its sound documents behind the damage are handed to
// CheckOptions.Keep, since nobody else may have them.
func Repair(ctx context.Context, dir string, o Options, c CheckOptions) (*Report, error) {
	i, err := inspect(ctx, dir, o, c)
	if err != nil {
		return nil, err
	}
	if i.db == nil {
		if err := i.reopen(); err != nil {
			return nil, err
		}
	}
	if err := i.all(ctx); err != nil {
		return nil, errors.Join(err, i.close())
	}
	if i.report.Sound() {
		return i.report, i.close()
	}
	fresh := dir + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return nil, errors.Join(err, i.close())
	}
	err = i.save(ctx, fresh)
	if cerr := i.close(); cerr != nil {
		i.logger.Warn("the damaged database was not closed well; it is not used any more", "err", cerr)
	}
	if err == nil {
		err = proveSound(ctx, fresh, o, c)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: the repair of %s was given up, nothing was lost by it: %w", dir, err), os.RemoveAll(fresh))
	}
	return i.report, i.exchange(fresh)
}

// proveSound looks at a repaired database as at any other.
func proveSound(ctx context.Context, dir string, o Options, c CheckOptions) error {
	again, err := inspect(ctx, dir, o, c)
	if err != nil {
		return err
	}
	err = errors.Join(again.all(ctx), again.close())
	for _, f := range again.report.Findings {
		err = errors.Join(err, errors.New(f.String()))
	}
	return err
}

// exchange puts the new database in the place of the damaged one.
func (i *inspection) exchange(fresh string) error {
	kept := i.dir + ".damaged"
	for n := 2; ; n++ {
		if _, err := os.Lstat(kept); errors.Is(err, os.ErrNotExist) {
			break
		}
		kept = i.dir + ".damaged-" + strconv.Itoa(n)
	}
	_ = os.Remove(i.ballastFile())
	if err := os.Rename(i.dir, kept); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := os.Rename(fresh, i.dir); err != nil {
		return errors.Join(fmt.Errorf("store: %w", err), os.Rename(kept, i.dir))
	}
	i.report.Kept = kept
	return nil
}

// save writes what is sound into a new database.
func (i *inspection) save(ctx context.Context, dir string) (err error) {
	to, err := Open(dir, i.options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	to.mark.origins = slices.Sorted(maps.Keys(i.own))
	fence := make(map[review.Origin]string)
	for _, l := range i.logs {
		size, err := i.copyLog(ctx, to, &l)
		if err != nil {
			return err
		}
		i.report.Dropped += l.entries - min(size, l.entries)
		if i.own[l.origin] && (!l.whole || size < l.entries) {
			fence[l.origin] = fmt.Sprintf("records of it were damaged on this node's disk: %d of %d were sound", size, l.entries)
		}
		if err := i.keep(&l, size); err != nil {
			return err
		}
	}
	if i.db != nil {
		if err := i.stage(func() error { return i.copyRest(to) }); err != nil {
			return err
		}
	}
	if i.doubtful {
		reason := "this node's database was damaged: what it had signed may be lost in part"
		for o := range i.own {
			fence[o] = reason
		}
		if err := to.lose(reason, nil); err != nil {
			return err
		}
	}
	for _, o := range slices.Sorted(maps.Keys(fence)) {
		if err := to.Fence(o, fence[o]); err != nil {
			return err
		}
		i.report.Fenced = append(i.report.Fenced, string(o))
	}
	return nil
}

// copyLog writes a log's sound records as far as a note proves them, and
// returns how many these are.
func (i *inspection) copyLog(ctx context.Context, to *Store, l *inspected) (uint64, error) {
	size := i.provable(l)
	for from := uint64(0); from < size; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		var entries []Entry
		for index := from; index < min(size, from+MaxBatch); index++ {
			e, err := i.entry(l, index)
			if err != nil {
				return 0, err
			}
			entries = append(entries, e)
		}
		documents := prepare(entries)
		parts, costs := to.parts(documents)
		for n, part := range parts {
			err := to.submit(ctxNone, costs[n], func(b *batch) error {
				grown := b.log(l.origin)
				for k := range part {
					index, err := b.add(grown, &part[k])
					if err == nil && i.own[l.origin] {
						err = b.markFiled(grown, &part[k], index)
					}
					if err != nil {
						return err
					}
				}
				grown.remember(l.noted)
				grown.remember(l.targeted)
				return nil
			})
			if err != nil {
				return 0, err
			}
		}
		from += uint64(len(entries))
	}
	return size, nil
}

// provable is how many of a log's records a note of it proves.
func (i *inspection) provable(l *inspected) uint64 {
	noted := l.noted.checkpoint
	switch {
	case l.whole:
		return l.entries
	case noted.Size == 0:
		return 0
	}
	if t := i.leafTree(l, noted.Size); t.root() == noted.Root {
		return noted.Size // the entries are sound, whatever their hashes are
	}
	// A lost entry takes the hashes along that became final with it; the tree of
	// a few records less may be proven without them.
	for size := min(l.prefix, noted.Size-1); size > 0; size &= size - 1 {
		t := i.leafTree(l, size)
		proof, err := tlog.ProveTree(int64(noted.Size), int64(size), i.hashes(i.tx, &l.log))
		if err == nil && tlog.CheckTree(proof, int64(noted.Size), noted.Root, int64(size), t.root()) == nil {
			return size
		}
	}
	return 0
}

// leafTree is the tree of a log's first records, from its entries; empty if one
// cannot be read.
func (i *inspection) leafTree(l *inspected, size uint64) (t tree) {
	for index := range size {
		e, err := i.entry(l, index)
		if err != nil {
			return tree{}
		}
		t.grow(e.Leaf.Hash(), func(int, uint64, tlog.Hash) {})
	}
	return t
}

// entry is a record as far as it is sound.
func (i *inspection) entry(l *inspected, index uint64) (e Entry, err error) {
	stored, err := i.entryAt(i.tx, &l.log, index)
	if err != nil {
		return e, err
	}
	e.Genuine = stored.genuine
	if e.Leaf, err = i.leafOf(i.tx, stored); err != nil {
		return e, err
	}
	why, known, err := i.absence(i.tx, e.Leaf.Digest)
	switch {
	case err != nil:
		e.Absence = review.Missing
	case known && why != review.Missing:
		e.Absence = why
	default:
		e.Absence = review.Missing
		if payload, err := i.stored(e.Leaf.Digest); err == nil {
			e.Payload, e.Absence = payload, review.Present
		}
	}
	return e, nil
}

// keep hands over the documents of an own log that are sound and lie behind
// what is kept of it.
func (i *inspection) keep(l *inspected, size uint64) error {
	if !i.own[l.origin] || i.check.Keep == nil {
		return nil
	}
	for index := size; index < l.entries; index++ {
		e, err := i.entry(l, index)
		if err != nil || e.Payload == nil {
			continue
		}
		if err := i.check.Keep(signing.Envelope{Payload: e.Payload, Signature: e.Leaf.Signature}); err != nil {
			return err
		}
		i.report.Saved++
	}
	return nil
}

// copyRest takes over what is of no log.
func (i *inspection) copyRest(to *Store) error {
	for _, prefix := range []byte{keyWitness, keyFence, keyMeta} {
		it := i.tx.NewIterator(badger.IteratorOptions{Prefix: []byte{prefix}})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			key := it.Item().KeyCopy(nil)
			value, _, err := i.get(i.tx, key)
			if err != nil && prefix != keyFence {
				continue // found, and said so
			}
			if err != nil {
				value = []byte("it was fenced; the note why is damaged")
			}
			if err := to.submit(ctxNone, cost{keys: 1, bytes: len(key) + len(value) + 64}, func(b *batch) error {
				b.set(key, value)
				return nil
			}); err != nil {
				return err
			}
		}
	}
	return nil
}
