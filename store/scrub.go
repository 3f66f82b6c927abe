package store

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// An index entry in a block that Badger cannot read is not found, and nobody
// knows that it should have been. So a running store reads all its tables now
// and then, and says so if one is damaged.

// scrub does that until the store is closed.
func (s *Store) scrub() {
	wait := time.NewTimer(scrubAfter)
	defer wait.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-wait.C:
		}
		if err := s.scrubOnce(); err != nil {
			s.logger.Error("the database is damaged", "err", err)
			s.diskMu.Lock()
			s.disk.damage = err
			s.diskMu.Unlock()
			return
		}
		wait.Reset(scrubEvery)
	}
}

// scrubOnce reads all tables; it rests as long as it reads, and more.
func (s *Store) scrubOnce() error {
	list := filepath.Join(s.dir, "MANIFEST")
	tables, err := manifestTables(list)
	if err != nil {
		return nil // being written
	}
	for name, there := range tables {
		if !there {
			continue
		}
		start := time.Now()
		err := soundTable(filepath.Join(s.dir, name), allBlocks)
		if again, lerr := manifestTables(list); lerr != nil || !again[name] || errors.Is(err, os.ErrNotExist) {
			continue // a compaction deleted it meanwhile
		}
		if err != nil {
			return s.damage("the file %s", name)
		}
		select {
		case <-s.closing:
			return nil
		case <-time.After(scrubRest * time.Since(start)):
		}
	}
	return nil
}
