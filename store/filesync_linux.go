package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Left to itself, Badger syncs the value log at each change, also if nothing was
// written to it, which has the disk write out its cache once more. So here the
// store syncs, for which Linux takes along what was changed through a mapping: the
// value log if the batch has a value in it, then the memtable's log. Only when
// Badger collects a value-log file it writes by itself: see beforeRemoval.
const syncsFiles = true

// logFiles are the files that the last batch went to.
type logFiles struct {
	changes, values lastFile
	collections     uint64 // when they were looked for
}

// lastFile is the newest of the files of a kind, as it was last looked for.
type lastFile struct{ *os.File }

// syncFiles syncs what a batch was written to. Only the goroutine that writes
// calls it.
func (s *Store) syncFiles(values bool) error {
	if s.options.InMemory {
		return nil
	}
	collections := s.collections.Load()
	look := collections%2 != 0 || collections != s.logFiles.collections
	s.logFiles.collections = collections
	if values {
		if err := s.logFiles.values.syncFrom(filepath.Join(s.dir, "*.vlog")); err != nil {
			return err
		}
	}
	if f := s.logFiles.changes; !look && f.File != nil && !f.followed() {
		return syncFile(f.File)
	}
	return s.logFiles.changes.syncFrom(filepath.Join(s.dir, "*.mem"))
}

// followed is whether there is a newer file, or was.
func (l lastFile) followed() bool {
	var number int
	if _, err := fmt.Sscanf(filepath.Base(l.Name()), "%d.mem", &number); err != nil {
		return true
	}
	next := filepath.Join(filepath.Dir(l.Name()), fmt.Sprintf("%05d.mem", number+1))
	if _, err := os.Lstat(next); !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	info, err := l.Stat()
	return err != nil || info.Sys().(*syscall.Stat_t).Nlink == 0
}

// syncFrom syncs the file that was the newest and those that came after it, of
// which the last is the newest then. What is deleted meanwhile, Badger has
// written elsewhere.
func (l *lastFile) syncFrom(pattern string) error {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return err
	}
	slices.Sort(names) // their numbers have a fixed width
	for _, name := range names {
		if l.File != nil && name < l.Name() {
			continue
		}
		if l.File == nil || name > l.Name() {
			f, err := os.OpenFile(name, os.O_RDWR, 0)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			l.close()
			l.File = f
		}
		if err := syncFile(l.File); err != nil {
			return err
		}
	}
	return nil
}

func (l *lastFile) close() {
	if l.File != nil {
		l.File.Close()
	}
}

func (f *logFiles) close() {
	f.changes.close()
	f.values.close()
}

func syncFile(f *os.File) (err error) {
	for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
		err = syscall.Fdatasync(int(f.Fd()))
	}
	return os.NewSyscallError("fdatasync "+filepath.Base(f.Name()), err)
}

// beforeRemoval syncs all logs before Badger removes a value-log file whose values
// it has written to another. It panics if it cannot, which keeps the file: collect
// recovers.
func (s *Store) beforeRemoval() {
	var values, changes lastFile
	defer values.close()
	defer changes.close()
	for _, err := range []error{
		values.syncFrom(filepath.Join(s.dir, "*.vlog")),
		changes.syncFrom(filepath.Join(s.dir, "*.mem")),
	} {
		if err != nil {
			s.fail(err)
			panic(unsynced{s.failure()})
		}
	}
}
