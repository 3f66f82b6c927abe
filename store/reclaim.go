package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"stocktake/signing"
)

// What was deleted is gone from every answer at once, and from the files of the
// database only when Badger writes them anew: a payload in a value-log file
// stays there until that file is collected, which takes that the tree has
// forgotten it, which takes that all its tables were merged; and the file that
// is being written to is never collected. Reclaim does all of that, in order,
// and then looks whether it worked.

// Reclaim has the bytes of payloads that were withheld or erased leave the disk.
// It returns how many are still there: while somebody reads a state from before
// the deletion, as a backup does, they have to stay; so call it again later.
// With nothing to do it costs nothing; else it merges the tree and rewrites
// value-log files while filing and reading go on. Errors: ErrDiskFull, ErrFailed,
// ErrClosed, ctx's.
func (s *Store) Reclaim(ctx context.Context) (left int, err error) {
	if s.options.InMemory {
		return 0, nil
	}
	pending, err := s.reclaimable()
	if err != nil || len(pending) == 0 {
		return 0, err
	}
	lingering, err := s.lingering(pending)
	if err != nil {
		return len(pending), err
	}
	if len(lingering) > 0 {
		for _, step := range []func(context.Context, map[signing.Digest]bool) error{s.rotate, s.flush, s.intact, s.merge, s.collect} {
			if err := errors.Join(ctx.Err(), s.writable()); err != nil {
				return len(lingering), err
			}
			if err := step(ctx, lingering); err != nil {
				return len(lingering), err
			}
		}
		if lingering, err = s.lingering(pending); err != nil {
			return len(pending), err
		}
	}
	for _, d := range pending {
		if !lingering[d] {
			if err := s.settle(d); err != nil {
				return len(lingering), err
			}
		}
	}
	if done := len(pending) - len(lingering); done > 0 {
		s.logger.Info("what was deleted has left the database's files", "payloads", done, "left", len(lingering))
	}
	return len(lingering), nil
}

func (s *Store) settle(d signing.Digest) error {
	return s.submit(ctxNone, cost{keys: 1, bytes: 64}, func(b *batch) error {
		b.delete(digestKey(keyReclaim, d))
		return nil
	})
}

// reclaimable are the payloads that were deleted and may still be in files.
func (s *Store) reclaimable() (pending []signing.Digest, err error) {
	err = s.view(func(tx *badger.Txn) error {
		it := tx.NewIterator(keysOnly(keyReclaim))
		defer it.Close()
		for it.Rewind(); it.Valid() && len(pending) < maxReclaim; it.Next() {
			if key := it.Item().Key(); len(key) == 1+len(signing.Digest{}) {
				pending = append(pending, signing.Digest(key[1:]))
			}
		}
		return nil
	})
	return pending, err
}

// lingering are those of which something is left: an older version in the tree,
// or an entry in a value-log file, which begins with its key.
func (s *Store) lingering(pending []signing.Digest) (map[signing.Digest]bool, error) {
	left := map[signing.Digest]bool{}
	if err := s.olderVersions(pending, left); err != nil {
		return nil, err
	}
	files, err := s.valueLogs()
	for _, name := range files {
		if err = findKeys(name, pending, left); err != nil {
			return nil, err
		}
	}
	return left, err
}

// olderVersions marks the payloads of which the tree has a version from before
// the deletion.
func (s *Store) olderVersions(pending []signing.Digest, found map[signing.Digest]bool) error {
	return s.view(func(tx *badger.Txn) error {
		for _, d := range pending {
			for _, prefix := range []byte{keyPayload, keyPiece} {
				it := tx.NewIterator(badger.IteratorOptions{AllVersions: true, Prefix: digestKey(prefix, d)})
				for it.Rewind(); it.Valid(); it.Next() {
					if !it.Item().IsDeletedOrExpired() {
						found[d] = true
					}
				}
				it.Close()
			}
		}
		return nil
	})
}

// valueLogs are the database's value-log files, the one that is being written
// to last.
func (s *Store) valueLogs() ([]string, error) {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".vlog") {
			names = append(names, filepath.Join(s.dir, f.Name()))
		}
	}
	slices.Sort(names) // their numbers have a fixed width
	return names, nil
}

// findKeys marks the payloads whose keys a file has. One that Badger removes
// meanwhile has none.
func findKeys(name string, wanted []signing.Digest, found map[signing.Digest]bool) error {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	keys := make(map[signing.Digest]bool, len(wanted))
	for _, d := range wanted {
		keys[d] = true
	}
	const run, overlap = 1 << 20, 1 + len(signing.Digest{}) - 1
	buffer := make([]byte, overlap+run)
	for held := 0; ; {
		n, err := io.ReadFull(f, buffer[held:])
		b := buffer[:held+n]
		for i := 0; i < len(b); i++ {
			k := bytes.IndexByte(b[i:], keyPayload)
			if k < 0 || i+k+overlap >= len(b) {
				break
			}
			if i += k; keys[signing.Digest(b[i+1:i+1+len(signing.Digest{})])] {
				found[signing.Digest(b[i+1:i+1+len(signing.Digest{})])] = true
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("store: reading %s: %w", name, err)
		}
		held = copy(buffer, b[len(b)-overlap:])
	}
}

// rotate fills the value-log file that is being written to, if it has something
// to reclaim, so that Badger begins another: only closed files are collected.
func (s *Store) rotate(ctx context.Context, lingering map[signing.Digest]bool) error {
	files, err := s.valueLogs()
	if err != nil || len(files) == 0 {
		return err
	}
	active := files[len(files)-1]
	found := map[signing.Digest]bool{}
	if err := findKeys(active, slices.Collect(maps.Keys(lingering)), found); err != nil || len(found) == 0 {
		return err
	}
	padding := make([]byte, paddingRun) // of a transaction, Badger counts the key only
	for written := 0; written <= valueLogSize+len(padding); written += len(padding) {
		err := s.submit(ctx, cost{documents: MaxBatch, keys: 1, bytes: len(padding)}, func(b *batch) error {
			b.setRaw([]byte{keyPadding}, padding)
			return nil
		})
		if err != nil {
			return err
		}
		if files, err = s.valueLogs(); err != nil {
			return err
		}
		if files[len(files)-1] != active {
			break
		}
	}
	return s.submit(ctxNone, cost{keys: 1, bytes: 64}, func(b *batch) error {
		b.delete([]byte{keyPadding})
		return nil
	})
}

// flush writes what Badger has in memory, and in the log of it, to tables. The
// one way to ask for that is to drop a prefix, which needs a key; and nothing
// may be written meanwhile, so the goroutine that writes does it.
func (s *Store) flush(context.Context, map[signing.Digest]bool) error {
	key := []byte{keyPadding, 0}
	err := s.submit(ctxNone, cost{documents: MaxBatch, keys: 1, bytes: 64}, func(b *batch) error {
		b.setRaw(key, nil)
		return nil
	})
	if err != nil {
		return err
	}
	return s.submit(ctxNone, cost{documents: MaxBatch}, func(*batch) error {
		if err := s.db.DropPrefix([]byte{keyPadding}); err != nil {
			return fmt.Errorf("store: writing out the memory of %s: %w", s.dir, err)
		}
		return nil
	})
}

// intact is an error if a file is damaged: merging tables drops what is behind a
// block that Badger cannot read, and collecting a value-log file what is behind
// a value.
func (s *Store) intact(ctx context.Context, _ map[signing.Digest]bool) error {
	if err := s.scrubOnce(); err != nil {
		return err
	}
	files, err := s.valueLogs()
	for _, name := range files[:max(0, len(files)-1)] { // the last is not collected
		if err := ctx.Err(); err != nil {
			return err
		}
		switch err := soundValues(name, false); {
		case errors.Is(err, errUnsound):
			return s.damage("the file %s", filepath.Base(name))
		case err != nil && !errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("store: %w", err)
		}
	}
	return err
}

// merge merges all tables, if writing out the memory did not drop the older
// versions already.
func (s *Store) merge(_ context.Context, lingering map[signing.Digest]bool) error {
	versions := map[signing.Digest]bool{}
	if err := s.olderVersions(slices.Collect(maps.Keys(lingering)), versions); err != nil || len(versions) == 0 {
		return err
	}
	return s.using(func() error {
		if err := s.db.Flatten(1); err != nil {
			return fmt.Errorf("store: merging the tables of %s: %w", s.dir, err)
		}
		return nil
	})
}

// collect has Badger rewrite the value-log files of which the tree needs no
// longer all.
func (s *Store) collect(ctx context.Context, _ map[signing.Digest]bool) error {
	return s.using(func() error {
		files, err := s.valueLogs()
		for range files { // Badger takes one a call
			if err = errors.Join(ctx.Err(), s.writable()); err != nil {
				return err
			}
			if err = s.collectOne(); err != nil {
				break
			}
		}
		if err != nil && !errors.Is(err, badger.ErrNoRewrite) && !errors.Is(err, badger.ErrRejected) {
			s.logger.Warn("value log not collected; it is tried again", "err", err)
		}
		return nil
	})
}

// collectOne collects one file. Meanwhile Badger writes by itself.
func (s *Store) collectOne() (err error) {
	s.collections.Add(1)
	defer s.collections.Add(1)
	defer func() {
		switch p := recover().(type) {
		case nil:
		case unsynced:
			err = p.error
		default:
			panic(p)
		}
	}()
	return s.db.RunValueLogGC(reclaimRatio)
}

// unsynced is why a file that was collected is not removed.
type unsynced struct{ error }

// using keeps the database open while f uses it.
func (s *Store) using(f func() error) error {
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return ErrClosed
	}
	s.users.Add(1)
	s.mu.RUnlock()
	defer s.users.Done()
	return f() // in no transaction: that would keep what it could read
}
