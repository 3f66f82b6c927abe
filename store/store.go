// Package store keeps one node's records in one Badger database: every log it
// follows and its own, with their Merkle hashes, checkpoints, payloads and
// indexes. It is the only importer of badger; README.md holds the layout and
// says what is promised when.
//
// It is not a judge: what counts, and what a log may hold, is package review's.
// It does not fetch: package federation does.
//
// The main type is [Store]. A log comes in by one of two ways:
//
//	w := s.OpenLog(origin, signer)                   // this node's own log
//	records, head, err := w.Append(ctx, submissions...)
//
//	head, err := s.Extend(store.Tail{...})           // somebody else's
//
// and goes out as records, proofs and tiles:
//
//	for r, err := range s.Records(snapshot) { ... }
//
// What Append or Extend returned is synced to disk. What a read returns was
// checked against its checksum, its digest or the log's tree.
package store

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

var (
	// ErrNotFound means that the store holds no such log, record or document.
	ErrNotFound = errors.New("store: not found")
	// ErrLocked means that another process has the database open.
	ErrLocked = errors.New("store: in use by another process")
	// ErrDiskFull means that nothing more is written until there is more free
	// space. Reading goes on, and writing by itself when space returns.
	ErrDiskFull = errors.New("store: disk full")
	// ErrFailed means that a write failed, so that nothing written since can be
	// trusted to be on disk. Reading goes on; writing needs a restart.
	ErrFailed = errors.New("store: a write failed")
	// ErrClosed means that Close was called.
	ErrClosed = errors.New("store: closed")
)

// Options of a store; the zero value suits a node with a database of its own.
type Options struct {
	// InMemory keeps everything in memory, for simulations; dir is ignored.
	InMemory bool
	// WriteBuffer is Badger's memtable in bytes, of which up to three are in
	// memory; 0 means 13 MiB, or 2 MiB in memory. 4 MiB suits many stores in
	// one process; less than 2 MiB means 2 MiB.
	WriteBuffer int64
	// MinFree is the free disk space in bytes below which the store only
	// reads; 0 means the larger of 256 MiB and 10 % of the disk.
	MinFree uint64
	// FreeSpace tells the free and the total bytes of the disk that holds dir;
	// nil asks the operating system.
	FreeSpace func(dir string) (free, total uint64, err error)
	// Commit stands between the store and the disk: write puts one batch into
	// the files and syncs them, and nothing is acknowledged unless Commit
	// returns nil. Nil just calls it; tests make it fail before or after.
	Commit func(write func() error) error
	// Logger is told of damage and of Badger's own errors; nil means silence.
	Logger *slog.Logger
}

// Store is an open database. Its methods may be called from any goroutine;
// slices that they return are not to be modified.
type Store struct {
	dir     string
	options Options
	db      *badger.DB
	logger  *slog.Logger

	jobs    chan *job     // to the one goroutine that writes
	closing chan struct{} // closed by Close
	heldUp  atomic.Bool   // a compaction waits for room, and the store is being closed
	written chan struct{} // closed when that goroutine has ended

	keys keyCache

	// Of the goroutine that writes, and of Open.
	mark         mark
	markFile     *os.File
	folderSynced time.Time
	holed        []string // what holedLogs found before the database was opened
	absences     absenceFilter
	logFiles     logFiles

	payloads heldFilter // of those that are held

	collections atomic.Uint64 // odd while value-log files are collected

	diskMu sync.Mutex
	disk   diskState

	mu        sync.RWMutex
	logs      map[review.Origin]*log // as last committed; a *log in here never changes
	numbered  []review.Origin        // by log number
	keyCount  uint32
	writers   map[review.Origin]*Writer
	repairing map[signing.Digest]bool
	failed    error // why nothing more is written
	closed    bool
	users     sync.WaitGroup // reads and repairs under way; Add only while !closed
}

// Open opens the database in dir, which it makes if need be. It starts the
// goroutines of Badger and one of its own, which end with Close.
func Open(dir string, o Options) (*Store, error) {
	o = o.withDefaults()
	if o.InMemory {
		dir = "memory"
	}
	s := &Store{
		dir:       dir,
		options:   o,
		logger:    o.Logger,
		jobs:      make(chan *job),
		closing:   make(chan struct{}),
		written:   make(chan struct{}),
		logs:      make(map[review.Origin]*log),
		writers:   make(map[review.Origin]*Writer),
		repairing: make(map[signing.Digest]bool),
	}
	s.payloads.init(o)
	var err error
	if !o.InMemory {
		s.holed = holedLogs(dir)
	}
	if s.db, err = openDatabase(dir, o, s.fail, s.awaitRoom, s.beforeRemoval); err != nil {
		return nil, err
	}
	if !o.InMemory {
		if s.markFile, err = os.OpenFile(filepath.Join(dir, markName), os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
			return nil, errors.Join(fmt.Errorf("store: %w", err), s.db.Close())
		}
		_, err := os.Stat(s.ballastFile())
		s.disk.ballast = err == nil
		go s.watch()
		go s.scrub()
	}
	go s.write()
	if err := s.load(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.FreeSpace == nil {
		o.FreeSpace = freeSpace
	}
	if o.Commit == nil {
		o.Commit = func(write func() error) error { return write() }
	}
	return o
}

// load reads what is kept in memory, and checks each log's hashes against its
// root and its root against its checkpoint.
func (s *Store) load() error {
	var version, last uint64
	err := s.view(func(tx *badger.Txn) (err error) {
		var ok bool
		if version, ok, err = s.number(tx, []byte{keyVersion}); err == nil && !ok && !s.blank(tx) {
			err = s.damage("the layout version")
		}
		if err != nil || !ok {
			return err
		}
		if version > layoutVersion {
			return fmt.Errorf("store: %s has layout %d, which a later version of this program wrote; this one reads layouts up to %d: use the later one", s.dir, version, layoutVersion)
		}
		if last, _, err = s.number(tx, []byte{keyBatch}); err != nil {
			return err
		}
		s.loadAbsences(tx)
		return s.loadLogs(tx)
	})
	if err != nil {
		return err
	}
	if err := s.checkMark(last, s.holed); err != nil {
		return err
	}
	switch {
	case version == 0:
		s.payloads.complete.Store(true)
		return s.submit(ctxNone, cost{}, func(b *batch) error {
			b.set([]byte{keyVersion}, marshalNumber(layoutVersion))
			b.set([]byte{keyCounters}, counters{}.marshal())
			b.set(textKey(keyMeta, metaIndexes), []byte(strconv.Itoa(indexVersion)))
			return nil
		})
	case version < layoutVersion:
		return s.upgrade(version)
	}
	return s.checkIndexes()
}

// blank is whether nothing was ever written, or nothing of it is left.
func (s *Store) blank(tx *badger.Txn) bool {
	it := tx.NewIterator(badger.IteratorOptions{})
	defer it.Close()
	it.Rewind()
	return !it.Valid()
}

// upgrade makes what follows from the logs anew, since an earlier layout may
// have kept it otherwise. Layout 2 numbers batches, and is otherwise layout 1; in
// layout 3 payloads may be in pieces, in layout 4 a place with them.
func (s *Store) upgrade(from uint64) error {
	s.logger.Info("the database has an earlier layout: its indexes are made anew", "dir", s.dir, "layout", from, "new", layoutVersion)
	if err := errors.Join(s.RebuildIndexes(), s.DropCells()); err != nil {
		return err
	}
	return s.submit(ctxNone, cost{keys: 1, bytes: 64}, func(b *batch) error {
		b.set([]byte{keyVersion}, marshalNumber(layoutVersion))
		return nil
	})
}

func (s *Store) loadLogs(tx *badger.Txn) error {
	key := []byte{keyCounters}
	b, ok, err := s.get(tx, key)
	if err != nil {
		return err
	}
	c, well := parseCounters(b)
	if !ok || !well {
		return s.damage("the count of logs")
	}
	s.keyCount = c.keys
	for n := range c.logs {
		l, err := s.loadLog(tx, n)
		if err != nil {
			return err
		}
		s.logs[l.origin] = l
		s.numbered = append(s.numbered, l.origin)
	}
	return nil
}

// Close lets writes and reads under way end, then closes the database.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	close(s.closing)
	<-s.written
	s.users.Wait()
	if s.markFile != nil {
		defer s.markFile.Close()
		defer s.logFiles.close()
	}
	if err := s.closeDatabase(); err != nil {
		return fmt.Errorf("store: closing %s: %w", s.dir, err)
	}
	return nil
}

// view runs f on a consistent state of the database.
func (s *Store) view(f func(tx *badger.Txn) error) (err error) {
	defer s.rescue(&err)
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return ErrClosed
	}
	s.users.Add(1)
	s.mu.RUnlock()
	defer s.users.Done()
	return s.db.View(f)
}

// fail stops all writing until the store is opened again: after a failed write
// or sync the operating system may have dropped what it could not write, and a
// later sync that succeeds says nothing about it.
func (s *Store) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = fmt.Errorf("%w in %s: %v; nothing more is written: check the disk and restart", ErrFailed, s.dir, err)
		s.logger.Error("store writes no more", "err", err)
	}
}

func (s *Store) failure() error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.failed
}

// Head is how far a log is held. Every record below Size is, with its proof
// that a checkpoint which the log signed commits to it.
type Head struct {
	Origin review.Origin
	Size   uint64
	Root   tlog.Hash
	// Checkpoint is the newest note of at most Size that the log signed, nil if
	// there is none. It is of exactly Size, except while a larger tree is
	// arriving in parts: each part is visible once it is proven, and waits for
	// no note of its own size.
	Checkpoint []byte
	// Target is a note of a larger size under which a part was proven, nil if
	// there is none. It stays until Size reaches it: a fork beyond Size shows
	// against it. It is never nil while Checkpoint is of less than Size.
	Target []byte
}

// Heads are the heads of all logs that hold a record, sorted by origin.
func (s *Store) Heads() []Head {
	s.mu.RLock()
	logs := slices.Collect(maps.Values(s.logs))
	s.mu.RUnlock()
	heads := make([]Head, 0, len(logs))
	for _, l := range logs {
		if l.size > 0 {
			heads = append(heads, l.head())
		}
	}
	slices.SortFunc(heads, func(a, b Head) int { return cmp.Compare(a.Origin, b.Origin) })
	return heads
}

// Head is one log's head; of size zero if nothing is held of it.
func (s *Store) Head(o review.Origin) Head { return s.log(o).head() }

// log is a log as last committed; an empty one without a number if unknown.
func (s *Store) log(o review.Origin) *log {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if l := s.logs[o]; l != nil {
		return l
	}
	return &log{origin: o}
}
