package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4/fb"
)

// Some damage Badger does not survive opening: it ends the process, passes a
// table over, or cuts a file off at the first thing that it cannot read. So its
// files are looked at before it is let at them.

// sound is nil unless a file in the database's folder is damaged in a way that
// Badger does not report. It is a [*DamageError] that names the file.
func sound(dir string, d depth) error {
	if d > toOpen && repairBegun(dir) {
		return &DamageError{Dir: dir, What: "a database whose repair was begun and not ended"}
	}
	if names := unsound(dir, d); len(names) > 0 {
		return &DamageError{Dir: dir, What: "the file " + names[0]}
	}
	return nil
}

// depth is how much of a table is looked at: what Badger reads to open it, which is
// its index and its last block, also the blocks that may hold a vital key, or
// everything.
type depth int

const (
	toOpen depth = iota
	vitalBlocks
	allBlocks
)

// unsound lists such files. A table that the list of tables does not name is
// one that a kill left half written: Badger deletes it.
func unsound(dir string, d depth) (names []string) {
	tables, err := manifestTables(filepath.Join(dir, "MANIFEST"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return []string{"MANIFEST"}
	}
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		var err error
		switch name := filepath.Join(dir, f.Name()); {
		case tables[f.Name()]:
			err = soundTable(name, d)
		case filepath.Ext(name) == ".mem" || filepath.Ext(name) == ".vlog":
			err = soundLogHeader(name)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) { // Badger deletes files of its own
			names = append(names, f.Name())
		}
	}
	return names
}

var errUnsound = errors.New("its bytes do not match their checksum")

// vital are the keys whose absence would mean something: that the database is
// new, that a log may be signed, that nothing was cosigned or erased. Badger
// says of a key in a block that it cannot read that there is none. Others are
// missed by whoever reads them.
var vital = []byte{keyVersion, keyCounters, keyBatch, keyOrigin, keyState, keyCheckpoint, keyTarget, keyFence, keyWitness, keyMeta, keyAbsence}

// soundTable looks at a table.
func soundTable(name string, d depth) error {
	f, table, err := openTable(name)
	if err != nil {
		return err
	}
	defer f.Close()
	var at, after fb.BlockOffset
	for n := range table.OffsetsLength() {
		if !table.Offsets(&at, n) || len(at.KeyBytes()) == 0 {
			return errUnsound
		}
		if n+1 < table.OffsetsLength() && d < allBlocks {
			if !table.Offsets(&after, n+1) || len(after.KeyBytes()) == 0 {
				return errUnsound
			}
			first, last := at.KeyBytes()[0], after.KeyBytes()[0]
			if d < vitalBlocks || !slices.ContainsFunc(vital, func(prefix byte) bool { return first <= prefix && prefix <= last }) {
				continue
			}
		}
		block := make([]byte, at.Len())
		if _, err := f.ReadAt(block, int64(at.Offset())); err != nil {
			return err
		}
		if rest, sum, ok := cutField(block); !ok || !soundSum(rest, sum) {
			return errUnsound
		}
	}
	return nil
}

// openTable opens a table's file and reads its index.
func openTable(name string) (*os.File, *fb.TableIndex, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	index, err := tableIndex(f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, fb.GetRootAsTableIndex(index, 0), nil
}

// tableIndex is a table's index. The file ends in index, its length (4), its
// checksum, the checksum's length (4).
func tableIndex(f *os.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	end := make([]byte, min(info.Size(), 4+16+4)) // a checksum is shorter
	if _, err := f.ReadAt(end, info.Size()-int64(len(end))); err != nil {
		return nil, err
	}
	rest, sum, ok := cutField(end)
	if !ok || len(rest) < 4 {
		return nil, errUnsound
	}
	at := info.Size() - int64(len(end)-len(rest)) - 4 // where the index ends
	n := int64(binary.BigEndian.Uint32(rest[len(rest)-4:]))
	if n < 8 || n > at {
		return nil, errUnsound
	}
	index := make([]byte, n)
	if _, err := f.ReadAt(index, at-n); err != nil {
		return nil, err
	}
	if !soundSum(index, sum) {
		return nil, errUnsound
	}
	return index, nil
}

// cutField cuts a field with its length (4) behind it from the end.
func cutField(b []byte) (rest, field []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	rest = b[:len(b)-4]
	n := int64(binary.BigEndian.Uint32(b[len(b)-4:]))
	if n > int64(len(rest)) {
		return nil, nil, false
	}
	return rest[:int64(len(rest))-n], rest[int64(len(rest))-n:], true
}

// soundSum holds bytes against a checksum in protobuf: field 2 is the sum, a
// varint, and field 1, absent, would be an algorithm that is not used here.
func soundSum(b, sum []byte) bool {
	if len(sum) == 0 {
		return crc32.Checksum(b, castagnoli) == 0
	}
	expected, n := binary.Uvarint(sum[1:])
	return sum[0] == 2<<3 && n == len(sum)-1 && uint64(crc32.Checksum(b, castagnoli)) == expected
}

// manifestTables are the names of the files that the list of tables names: a
// magic number (8), then changes, each after its length (4) and CRC-32C (4). A
// kill may cut the last one short. One whose length only is wrong Badger takes
// for that, drops it, and deletes the tables that it names; here it is
// errUnsound.
func manifestTables(name string) (map[string]bool, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parseManifest(b)
}

func parseManifest(b []byte) (map[string]bool, error) {
	tables := make(map[string]bool)
	for b = b[min(8, len(b)):]; len(b) >= 8; {
		n, sum := int(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint32(b[4:])
		b = b[8:]
		if n > len(b) {
			so := uint32(0) // of nothing, then of ever more
			for i := range b {
				if so == sum {
					return nil, errUnsound
				}
				so = crc32.Update(so, castagnoli, b[i:i+1])
			}
			if so == sum {
				return nil, errUnsound
			}
			break
		}
		if crc32.Checksum(b[:n], castagnoli) != sum || !manifestChanges(b[:n], tables) {
			return nil, errUnsound
		}
		b = b[n:]
	}
	return tables, nil
}

// manifestChanges applies a ManifestChangeSet in protobuf: field 1 are changes,
// whose fields are varints: 1 the table's number, 2 is 1 if it is deleted.
func manifestChanges(b []byte, tables map[string]bool) bool {
	for len(b) > 0 {
		size, n := binary.Uvarint(b[1:])
		if b[0] != 1<<3|2 || n <= 0 || size > uint64(len(b)-1-n) {
			return false
		}
		change := b[1+n:][:size]
		b = b[1+n:][size:]
		var fields [8]uint64
		for len(change) > 0 {
			value, n := binary.Uvarint(change[1:])
			if field := change[0] >> 3; n <= 0 || change[0]&7 != 0 || int(field) >= len(fields) {
				return false
			} else {
				fields[field] = value
			}
			change = change[1+n:]
		}
		tables[fmt.Sprintf("%06d.sst", fields[1])] = fields[2] == 0
	}
	return true
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

// holedLogs lists write-ahead logs that Badger would read to a damaged change
// and no further, though a later log goes on from their end: what is between is
// lost, and the mark does not show it. The last log may end as a kill left it.
func holedLogs(dir string) (names []string) {
	logs, _ := filepath.Glob(filepath.Join(dir, "*.mem"))
	slices.Sort(logs) // numbers have five digits
	for _, name := range logs[:max(0, len(logs)-1)] {
		if errors.Is(soundValues(name, true), errUnsound) {
			names = append(names, filepath.Base(name))
		}
	}
	return names
}

// soundValues is errUnsound if a log of values or of changes has one that is
// damaged, and others behind it unless the log was closed well. Each is meta (2),
// the lengths of key and value and a time as LEB128, key, value, and the CRC-32C
// of all that. Zeros end the file, or what a kill left of the last one.
func soundValues(name string, closed bool) error {
	b, err := os.ReadFile(name)
	if err != nil || len(b) < logHeader {
		return err
	}
	b = bytes.TrimRight(b[logHeader:], "\x00")
	b = b[:min(len(b)+crc32.Size, cap(b))] // a checksum may end in zeros
	for len(b) > crc32.Size {
		n := valueSize(b)
		if n > 0 {
			b = b[n:]
			continue
		}
		for behind := 1; behind < len(b); behind++ {
			if closed || valueSize(b[behind:]) > 0 {
				return errUnsound
			}
		}
		return nil
	}
	return nil
}

// valueSize is the size of the value that begins b; 0 if none does.
func valueSize(b []byte) int {
	at := 2
	var field [3]uint64 // lengths of key and value, a time
	for i := range field {
		n := 0
		if at < len(b) {
			field[i], n = binary.Uvarint(b[at:])
		}
		if n <= 0 || i < 2 && field[i] > math.MaxUint32 {
			return 0
		}
		at += n
	}
	size := uint64(at) + field[0] + field[1]
	if field[0] == 0 || size+crc32.Size > uint64(len(b)) || crc32.Checksum(b[:size], castagnoli) != binary.BigEndian.Uint32(b[size:]) {
		return 0
	}
	return int(size) + crc32.Size
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
