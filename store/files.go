package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/y"
)

// Some damage Badger does not survive opening: it ends the process, passes a
// table over, or cuts a file off at the first thing that it cannot read. So its
// files are looked at before it is let at them.

// sound is nil unless a file in the database's folder is damaged in a way that
// Badger does not report. It is a [*DamageError] that names the file.
func sound(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for _, f := range files {
		var err error
		switch name := filepath.Join(dir, f.Name()); {
		case f.Name() == "MANIFEST":
			err = soundManifest(name)
		case filepath.Ext(name) == ".sst":
			err = soundTable(name)
		case filepath.Ext(name) == ".mem" || filepath.Ext(name) == ".vlog":
			err = soundLogHeader(name)
		}
		if errors.Is(err, errUnsound) {
			return &DamageError{Dir: dir, What: fmt.Sprintf("the file %s (%v)", f.Name(), err)}
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) { // Badger deletes files of its own
			return fmt.Errorf("store: looking at %s: %w", f.Name(), err)
		}
	}
	return nil
}

var errUnsound = errors.New("its bytes do not match their checksum")

// soundTable looks at the end of a table: index, its length (4), its checksum,
// the checksum's length (4). The blocks before it are checked as they are read.
func soundTable(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	at := info.Size()
	take := func(n int64) ([]byte, error) {
		if at -= n; n < 0 || at < 0 {
			return nil, errUnsound
		}
		b := make([]byte, n)
		_, err := f.ReadAt(b, at)
		return b, err
	}
	field := func(limit int64) ([]byte, error) { // with its length behind it
		b, err := take(4)
		if err != nil {
			return nil, err
		}
		n := int64(binary.BigEndian.Uint32(b))
		if n > limit {
			return nil, errUnsound
		}
		return take(n)
	}
	sum, err := field(64)
	if err != nil {
		return err
	}
	index, err := field(info.Size())
	if err != nil {
		return err
	}
	// A protobuf message: field 2 is the sum, a varint, and field 1, absent,
	// would be an algorithm that is not used here.
	expected, n := uint64(0), -1
	if len(sum) > 0 && sum[0] == 2<<3 {
		expected, n = binary.Uvarint(sum[1:])
	}
	if n+1 != len(sum) || y.CalculateChecksum(index, pb.Checksum_CRC32C) != expected {
		return errUnsound
	}
	return nil
}

// soundManifest looks through the list of tables: a magic number (8), then
// changes, each after its length (4) and CRC-32C (4). A kill may cut the last
// one short. One whose length only is wrong Badger takes for that, drops it, and
// deletes the tables that it names.
func soundManifest(name string) error {
	b, err := os.ReadFile(name)
	if err != nil || len(b) < 8 {
		return err
	}
	for b = b[8:]; len(b) >= 8; {
		n, sum := int(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:])
		b = b[8:]
		if n > len(b) {
			for rest := range len(b) + 1 {
				if rest > 0 && crc32.Checksum(b[:rest], castagnoli) == sum {
					return errUnsound
				}
			}
			return nil
		}
		if crc32.Checksum(b[:n], castagnoli) != sum {
			return errUnsound
		}
		b = b[n:]
	}
	return nil
}

// A log file of Badger's, be it of values or of a memtable, begins with the
// number of a key, which is zero since nothing is encrypted, and random bytes.
const (
	logKeyID  = 8
	logHeader = 20
)

func soundLogHeader(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	key := make([]byte, logKeyID)
	if _, err := io.ReadFull(f, key); err != nil {
		return nil // empty, as a kill leaves it
	}
	if !bytes.Equal(key, make([]byte, logKeyID)) {
		return errUnsound
	}
	return nil
}

// keepLastValues keeps Badger from cutting off its last value-log file at the
// first value that it cannot read, and all behind it with it: it does so to the
// file with the highest number only, so there is an empty one after it. What is
// behind the last value is a hole, and goes.
func keepLastValues(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.vlog"))
	if err != nil || len(names) == 0 {
		return err
	}
	last := slices.Max(names) // numbers have six digits
	var number uint32
	if _, err := fmt.Sscanf(filepath.Base(last), "%06d.vlog", &number); err != nil {
		return fmt.Errorf("store: %s is no file of the database: move it elsewhere", last)
	}
	end, size, err := endOfData(last)
	if err != nil || end <= logHeader {
		return err
	}
	if err := os.Truncate(last, min(end+crc32.Size, size)); err != nil { // a checksum may end in zeros
		return fmt.Errorf("store: %w", err)
	}
	next := strings.TrimSuffix(last, filepath.Base(last)) + fmt.Sprintf("%06d.vlog", number+1)
	if err := os.WriteFile(next, make([]byte, logHeader), 0o600); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// endOfData is where a file's last byte that is not zero ends, and the file's
// size.
func endOfData(name string) (end, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, 0, fmt.Errorf("store: %w", err)
	}
	block := make([]byte, 256<<10)
	for end = info.Size(); end > 0; {
		n := min(end, int64(len(block)))
		if _, err := f.ReadAt(block[:n], end-n); err != nil {
			return 0, 0, fmt.Errorf("store: %w", err)
		}
		kept := int64(len(bytes.TrimRight(block[:n], "\x00")))
		if end -= n - kept; kept > 0 {
			break
		}
	}
	return end, info.Size(), nil
}
