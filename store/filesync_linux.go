package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
	room            int    // bytes behind the end of changes, at least, that are no hole
	noRoom          bool   // none can be made
	collections     uint64 // when they were looked for
}

// lastFile is the newest of the files of a kind, as it was last looked for.
type lastFile struct {
	*os.File
	next string // the name of the one after it
}

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
	s.logFiles.room, s.logFiles.noRoom = 0, false
	return s.logFiles.changes.syncFrom(filepath.Join(s.dir, "*.mem"))
}

// Room is made in the memtable's log for roomAhead bytes when no more than roomLeft
// are left, after a batch of at most smallBatch: that is for some hundred documents
// that come one by one, or a few at a time. Where more come, they share the other write.
const (
	roomAhead  = 256 << 10
	roomLeft   = 32 << 10
	smallBatch = 8 << 10
)

// makeRoom sees to it that what is filed next finds room in the memtable's log. That
// file has holes where nothing was written yet, and to sync a page that was one takes
// another write, of where it lies now. It runs when a batch, which took at most so
// many bytes of the file, was answered. Where it cannot be done, syncs take longer,
// and that is all.
func (s *Store) makeRoom(taken int) {
	f := &s.logFiles
	f.room = max(f.room-taken, 0)
	if taken == 0 || taken > smallBatch || f.room > roomLeft || f.changes.File == nil || f.noRoom {
		return
	}
	const (
		seekHole      = 4  // SEEK_HOLE of lseek
		keepSize      = 1  // FALLOC_FL_KEEP_SIZE of fallocate
		populateWrite = 23 // MADV_POPULATE_WRITE of madvise: each page becomes one that was written to, and stays as it is
	)
	fd := int(f.changes.Fd())
	hole, err := syscall.Seek(fd, 0, seekHole)
	if err != nil || hole%int64(os.Getpagesize()) != 0 {
		return
	}
	if end, err := syscall.Seek(fd, 0, io.SeekEnd); err != nil || hole+roomAhead > end {
		return
	}
	if f.noRoom = syscall.Fallocate(fd, keepSize, hole, roomAhead) != nil; f.noRoom {
		return
	}
	room, err := syscall.Mmap(fd, hole, roomAhead, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return
	}
	defer syscall.Munmap(room)
	if f.noRoom = syscall.Madvise(room, populateWrite) != nil; f.noRoom {
		return // Linux before 5.14, or Badger is deleting the file
	}
	if err := syncFile(f.changes.File); err != nil {
		s.fail(err)
		return
	}
	f.room = roomAhead
}

// followed is whether there is a newer file, or was. It asks for no times: where
// somebody has looked at them, Linux 6.13 and later gives the file a new one at the
// next change, and the sync after it has one more block to write.
func (l lastFile) followed() bool { return !absent(l.next) || absent(l.Name()) }

// nextName is that of the file after one: names are numbers of a fixed width.
func nextName(name string) string {
	ext := filepath.Ext(name)
	number := strings.TrimSuffix(filepath.Base(name), ext)
	n, err := strconv.Atoi(number)
	if err != nil {
		return name // as if it were there
	}
	return filepath.Join(filepath.Dir(name), fmt.Sprintf("%0*d%s", len(number), n+1, ext))
}

// absent is whether there is no file of a name; where that cannot be told, it is
// taken for not absent.
func absent(name string) bool {
	const exists = 0 // F_OK of access
	return errors.Is(syscall.Access(name, exists), fs.ErrNotExist)
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
			l.File, l.next = f, nextName(name)
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
