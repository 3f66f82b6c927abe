package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Badger maps its files and dies by SIGBUS when the disk fills under one, again
// at every start until there is space. So the disk is never let run full from
// here: before each batch, and some times a second besides, free space is held
// against what is kept free and against what Badger may still write in the
// background. A ballast file gives back what closing takes when somebody else fills it.

// ballastName is the file of nothing in the database's folder.
const ballastName = "ballast"

// diskState is what was last found; guarded by Store.diskMu.
type diskState struct {
	full     error     // why nothing is written, as an ErrDiskFull
	damage   error     // what scrub found
	ballast  bool      // it lies there
	upkeep   uint64    // what Badger may write by itself, in bytes
	measured time.Time // when upkeep was
}

// Condition is nil while all is well. It is ErrFailed if nothing is written
// before a restart, ErrDiskFull if nothing is until there is space, and a
// [*DamageError] if a file was found damaged, which keeps nothing from writing.
func (s *Store) Condition() error {
	if err := s.failure(); err != nil {
		return err
	}
	s.diskMu.Lock()
	defer s.diskMu.Unlock()
	return cmp.Or(s.disk.full, s.disk.damage)
}

// Free is how many bytes are free on the disk that holds the database.
func (s *Store) Free() (uint64, error) {
	free, _, err := s.options.FreeSpace(s.dir)
	return free, err
}

// FreeSpace is how much is free on the disk that holds a folder, and how much
// has to be for a database there to be written to.
func FreeSpace(dir string) (free, least uint64, err error) {
	free, total, err := freeSpace(dir)
	return free, Options{}.leastFree(total), err
}

// writable is nil while nothing speaks against writing.
func (s *Store) writable() error {
	if err := s.failure(); err != nil {
		return err
	}
	if s.options.InMemory {
		return nil
	}
	return s.checkSpace()
}

// checkSpace looks how much space there is, says so once when that changes
// whether the store writes, and tends the ballast.
func (s *Store) checkSpace() error {
	free, total, err := s.options.FreeSpace(s.dir)
	if err != nil {
		return fmt.Errorf("store: free space of %s: %w; nothing is written until it is known", s.dir, err)
	}
	s.diskMu.Lock()
	defer s.diskMu.Unlock()
	d := &s.disk
	if time.Since(d.measured) > upkeepEvery {
		d.upkeep, d.measured = s.upkeep(), time.Now()
	}
	least := max(s.options.leastFree(total), d.upkeep)
	was := d.full
	switch {
	case free >= least:
		d.full = nil
		if was != nil {
			s.logger.Info("store writes again: there is space", "free_mib", free>>20)
		}
		if size := s.options.ballastSize(); !d.ballast && free >= least+2*size {
			if err := makeBallast(s.ballastFile(), size); err != nil {
				s.logger.Warn("no ballast file", "err", err)
			}
			d.ballast = true // or not, but it is not tried again before the next start
		}
	default:
		d.full = fmt.Errorf("%w: %d MiB are free in %s, %d MiB are kept free: delete other files or give it a larger disk; reading goes on, and writing by itself when there is space",
			ErrDiskFull, free>>20, s.dir, least>>20)
		if was == nil {
			s.logger.Error("store only reads", "err", d.full)
		}
		if d.ballast && free < s.options.closing() {
			s.dropBallast()
		}
	}
	return d.full
}

// dropBallast gives the ballast's space back. The caller holds diskMu.
func (s *Store) dropBallast() {
	s.disk.ballast = false
	switch err := os.Remove(s.ballastFile()); {
	case err == nil:
		s.logger.Warn("ballast given up, so that the database can be closed; it is made again when there is space", "mib", s.options.ballastSize()>>20)
	case !errors.Is(err, fs.ErrNotExist):
		s.logger.Error("ballast not given up", "err", err)
	}
}

// watch looks after the disk while nobody writes, until the store is closed.
func (s *Store) watch() {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-tick.C:
			_ = s.checkSpace() // it said so
		}
	}
}

// awaitRoom holds up a compaction while there is no room for all the tables that
// may be under way. If the store is being closed it says so to Close, which then
// leaves Badger as it is.
func (s *Store) awaitRoom() {
	for {
		if _, ok := s.roomForTables(); ok {
			return
		}
		select {
		case <-s.closing:
			s.heldUp.Store(true)
		default:
		}
		time.Sleep(upkeepEvery)
	}
}

func (s *Store) roomForTables() (free uint64, ok bool) {
	if s.options.InMemory {
		return 0, true
	}
	free, _, err := s.options.FreeSpace(s.dir)
	return free, err != nil || free >= s.options.compacting()
}

// closeDatabase closes Badger, unless that needs more space than there is. Badger is
// then left as a kill would leave it, and keeps the folder locked until the process
// ends; all that was acknowledged is there at the next start.
func (s *Store) closeDatabase() error {
	if free, ok := s.roomToClose(); !ok {
		return leftAsItIs(free, s.options.closing()/2)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.db.Close() }()
	for {
		select {
		case err := <-closed:
			return err
		case <-time.After(upkeepEvery):
			if free, ok := s.roomForTables(); !ok && s.heldUp.Load() {
				return leftAsItIs(free, s.options.compacting())
			}
		}
	}
}

func leftAsItIs(free, need uint64) error {
	return fmt.Errorf("%w: %d MiB are free, it may take %d MiB, so the database is left as it is: everything received is on disk; make room before the next start",
		ErrDiskFull, free>>20, need>>20)
}

// roomToClose gives the ballast up if it has to.
func (s *Store) roomToClose() (free uint64, ok bool) {
	if s.options.InMemory {
		return 0, true
	}
	s.diskMu.Lock()
	defer s.diskMu.Unlock()
	free, _, err := s.options.FreeSpace(s.dir)
	if err == nil && free < s.options.closing() && s.disk.ballast {
		s.dropBallast()
		free, _, err = s.options.FreeSpace(s.dir)
	}
	return free, err != nil || free >= s.options.closing()/2
}

func (s *Store) ballastFile() string { return filepath.Join(s.dir, ballastName) }

// leastFree is the free space that Options ask for.
func (o Options) leastFree(total uint64) uint64 {
	if o.MinFree != 0 {
		return o.MinFree
	}
	return max(minFree, total/100*minFreeShare)
}

func (o Options) writeBuffer() uint64 {
	switch {
	case o.WriteBuffer != 0:
		return uint64(max(o.WriteBuffer, memoryWriteBuffer))
	case o.InMemory:
		return memoryWriteBuffer
	}
	return defaultWriteBuffer
}

// closing is what Close may write: the memtable as a table, and what else was
// under way. The ballast is as large.
func (o Options) closing() uint64     { return closingBuffers * o.writeBuffer() }
func (o Options) ballastSize() uint64 { return o.closing() }

// compacting is what has to be free before a compaction writes a table: others may
// have been let through that are not written yet, and memtables besides.
func (o Options) compacting() uint64 { return o.closing() + tablesUnderWay*2*o.tableSize() }

// tableSize is that of the base level's tables; of the level below it, where there is
// one, twice that.
func (o Options) tableSize() uint64 { return o.writeBuffer() / tablesPerBuffer }

// upkeep is what may be written after a batch was let through: the batch
// itself into two files that are mapped and have holes, the memtables as
// tables, and one compaction, which writes its result before it deletes what it
// read: all of level 0 and of the level below.
func (s *Store) upkeep() uint64 {
	n := 2*s.options.writeBuffer() + s.options.compacting()
	for _, level := range s.db.Levels() {
		if level.Level == 0 || level.IsBaseLevel {
			n += uint64(level.Size)
		}
	}
	return n
}

// roomToOpen is nil if there is space for what opening may write: the tables of
// memtables that a kill left, and a compaction.
func roomToOpen(dir string, o Options) error {
	need, err := openingTakes(dir, o)
	if err != nil {
		return err
	}
	free, _, err := o.FreeSpace(dir)
	if err != nil {
		return fmt.Errorf("store: free space of %s: %w", dir, err)
	}
	if free >= need {
		return nil
	}
	if os.Remove(filepath.Join(dir, ballastName)) == nil {
		o.Logger.Warn("ballast given up, so that the database can be opened", "dir", dir)
		if free, _, err = o.FreeSpace(dir); err == nil && free >= need {
			return nil
		}
	}
	return fmt.Errorf("%w: %d MiB are free, opening the database in %s may take %d MiB: delete other files or give it a larger disk, and start again",
		ErrDiskFull, free>>20, dir, need>>20)
}

func openingTakes(dir string, o Options) (need uint64, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	need = o.writeBuffer() / 2 // new files, of which the first pages are written
	tables := uint64(0)
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			continue // deleted meanwhile: by a command that has the database open
		}
		switch filepath.Ext(f.Name()) {
		case ".mem":
			need += max(o.writeBuffer(), uint64(info.Size()/2))
		case ".sst":
			tables += uint64(info.Size())
		}
	}
	return need + min(tables, openingTables*o.writeBuffer()), nil
}

// syncFolder syncs the database's folder if a file has come or gone since the
// last time: Badger syncs files that it makes, and leaves their names to the
// system.
func (s *Store) syncFolder() error {
	if s.options.InMemory || runtime.GOOS == "windows" { // where a folder cannot be synced
		return nil
	}
	info, err := os.Stat(s.dir)
	if err != nil || info.ModTime().Equal(s.folderSynced) {
		return err
	}
	folder, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return err
	}
	s.folderSynced = info.ModTime()
	return nil
}
