package store

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"stocktake/signing"
)

const (
	// defaultWriteBuffer makes tables of 10.6 MiB, for which Badger's builder takes
	// 12 MiB in memory; for those of a buffer of 16 MiB it takes 28. It keeps eight of
	// these.
	defaultWriteBuffer = 13 << 20
	valueLogSize       = 64 << 20
	// treeValue is the longest value that lies in the tree: every entry does, most
	// payloads do not, since compactions write again whatever lies there.
	treeValue = 400
	// levelZero is how many tables, each a memtable, are merged at once into the
	// level below, and baseLevel the least that this one grows to, in memtables,
	// before there is another: keys are digests, so each merge writes all of it
	// again. Where the memtable is smaller, so is the disk, and these too.
	levelZero, levelZeroSmall = 24, 5
	baseLevel                 = 8
	// tablesPerBuffer is how many tables of the base level are as large as a memtable.
	tablesPerBuffer = 8
	// memoryWriteBuffer keeps opening and closing a store in memory near a
	// millisecond: Badger allocates and clears the whole buffer.
	memoryWriteBuffer = 2 << 20
)

// openDatabase opens Badger with the options that measurement favoured: with
// its defaults it reaches 2 GB on bulk ingest.
func openDatabase(dir string, o Options, fail func(error), beforeTable, beforeRemoval func()) (*badger.DB, error) {
	return openBadger(dir, o, vitalBlocks, badgerOptions(dir, o, badgerLogger{o.Logger, fail, beforeTable, beforeRemoval}))
}

// openToLook opens a database that may be damaged. Nothing is compacted: that
// drops what stands behind damage.
func openToLook(dir string, o Options) (*badger.DB, error) {
	logger := badgerLogger{slog.New(slog.DiscardHandler), func(error) {}, func() {}, func() {}}
	return openBadger(dir, o, toOpen, badgerOptions(dir, o, logger).WithNumCompactors(0))
}

func badgerOptions(dir string, o Options, logger badger.Logger) badger.Options {
	opts := badger.DefaultOptions(dir).
		WithLogger(logger).
		WithSyncWrites(!syncsFiles).
		WithMemTableSize(defaultWriteBuffer).
		WithNumMemtables(2).
		WithNumCompactors(2).
		WithNumLevelZeroTables(levelZero).
		WithNumLevelZeroTablesStall(2 * levelZero).
		WithBaseLevelSize(baseLevel * defaultWriteBuffer).
		WithBaseTableSize(defaultWriteBuffer / tablesPerBuffer).
		WithValueThreshold(treeValue).
		WithValueLogFileSize(valueLogSize).
		WithVerifyValueChecksum(true).
		WithChecksumVerificationMode(options.OnBlockRead).
		WithCompression(options.None). // hashes and signatures do not compress, payloads are compressed here
		WithBlockCacheSize(0).         // what is not compressed is read where it is mapped
		WithIndexCacheSize(16 << 20).
		WithDetectConflicts(false). // one goroutine writes
		WithMetricsEnabled(false)
	if o.InMemory {
		opts = opts.WithDir("").WithValueDir("").WithInMemory(true).WithMemTableSize(memoryWriteBuffer).WithIndexCacheSize(0).
			WithValueThreshold(2 * signing.MaxPayload) // there is no value log
	}
	if o.WriteBuffer != 0 {
		size := max(o.WriteBuffer, memoryWriteBuffer)
		opts = opts.WithMemTableSize(size).WithBaseLevelSize(baseLevel * size).WithBaseTableSize(size / tablesPerBuffer).
			WithNumLevelZeroTables(levelZeroSmall).WithNumLevelZeroTablesStall(2 * levelZero)
	}
	return opts
}

func openBadger(dir string, o Options, d depth, opts badger.Options) (*badger.DB, error) {
	if !o.InMemory {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		if err := makeReady(dir, o, d); err != nil {
			return nil, err
		}
	}
	opts = opts.WithMemTableSize(max(opts.MemTableSize, leftBuffer(dir)))
	torn := !o.InMemory && hasEmptyFile(dir)
	db, err := badger.Open(opts)
	if err != nil && torn {
		// A kill between the creation of a file and its first byte leaves it
		// empty. Badger removes it while it fails, and then opens
		// (dgraph-io/badger issue 2207).
		db, err = badger.Open(opts)
	}
	if err != nil && strings.Contains(err.Error(), "Another process is using this Badger database") {
		return nil, locked(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("store: opening %s: %w", dir, err)
	}
	return db, nil
}

func locked(dir string) error {
	return fmt.Errorf("%w: %s: stop the node that has it open, or ask that node", ErrLocked, dir)
}

// makeReady looks at the files of a database that no other process has open,
// before Badger does.
func makeReady(dir string, o Options, d depth) error {
	release, err := lockFolder(dir)
	if err != nil {
		return err
	}
	defer release()
	if err := roomToOpen(dir, o); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(dir, "LOCK")); err == nil && d == vitalBlocks {
		// The process that had it open was killed or died, perhaps of a block
		// that Badger panics over, in a compaction: then it is named here.
		d = allBlocks
	}
	if err := sound(dir, d); err != nil {
		return err
	}
	return keepLastValues(dir)
}

// leftBuffer is the memtable of whoever had the database open and was killed, at
// least: what is in its log has to fit ours. Badger makes the log twice as long.
func leftBuffer(dir string) (size int64) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.mem"))
	for _, name := range files {
		if info, err := os.Stat(name); err == nil {
			size = max(size, info.Size()/2)
		}
	}
	return size
}

// hasEmptyFile reports whether a memtable or value-log file has no byte.
func hasEmptyFile(dir string) bool {
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		ext := filepath.Ext(f.Name())
		if info, err := f.Info(); err == nil && info.Size() == 0 && (ext == ".mem" || ext == ".vlog") {
			return true
		}
	}
	return false
}

// badgerLogger hands Badger's own messages on, and listens to three of them.
// Badger only logs a failed sync of its value log, where it syncs that itself, and
// goes on; fail makes an error of it. A compaction says what it has gathered just
// before it writes a table, the one moment at which it can be held up: beforeTable
// waits there until the disk has room. And whoever collects a value-log file says
// so before it is removed.
type badgerLogger struct {
	*slog.Logger
	fail          func(error)
	beforeTable   func()
	beforeRemoval func()
}

func (l badgerLogger) Errorf(format string, args ...any) {
	message := strings.TrimSpace(fmt.Sprintf(format, args...))
	l.Error("badger", "err", message)
	if strings.Contains(format, "sync") {
		l.fail(fmt.Errorf("badger: %s", message))
	}
}

func (l badgerLogger) Warningf(format string, args ...any) {
	l.Warn("badger", "err", strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (l badgerLogger) Infof(format string, _ ...any) {
	if strings.HasPrefix(format, aboutToRemove) {
		l.beforeRemoval()
	}
}

func (l badgerLogger) Debugf(format string, _ ...any) {
	if strings.HasPrefix(format, aboutToWriteTable) {
		l.beforeTable()
	}
}

const (
	aboutToWriteTable = "[%d] LOG Compact. Added"
	aboutToRemove     = "Removing fid: %d"
)
