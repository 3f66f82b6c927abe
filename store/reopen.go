package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4/fb"
)

// reopen gets Badger to open a database in spite of files that it cannot take: a
// table gets another last block, one without an index is forgotten, and the first
// bytes of its logs are known to be zero. If that does not do, nothing is saved.
// From then on the database is good for a repair only.
func (i *inspection) reopen() error {
	i.doubtful = true
	if err := os.WriteFile(filepath.Join(i.dir, repairName), nil, 0o600); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for _, name := range unsound(i.dir, toOpen) {
		switch path := filepath.Join(i.dir, name); filepath.Ext(name) {
		case ".sst":
			if err := os.Rename(path, path+".damaged"); err != nil {
				return fmt.Errorf("store: %w", err)
			}
			err := mendTable(path+".damaged", path)
			if errors.Is(err, errUnsound) {
				err = forgetTable(i.dir, name)
			}
			if err != nil {
				return fmt.Errorf("store: %w", err)
			}
		case ".mem", ".vlog":
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return fmt.Errorf("store: %w", err)
			}
			_, err = f.WriteAt(make([]byte, logKeyID), 0)
			if err = errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("store: %w", err)
			}
		}
	}
	db, err := openToLook(i.dir, i.options)
	if err != nil {
		i.logger.Error("nothing can be saved of the damaged database", "err", err)
		return nil
	}
	i.db, i.tx = db, db.NewTransaction(false)
	return nil
}

// repairName is a file that says that reopen was here.
const repairName = "repairing"

func repairBegun(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, repairName))
	return err == nil
}

// mendTable copies a table whose last block is damaged, with another in its place:
// only the first of its keys is in it, and its value is empty, so damaged. That Badger
// can open, and all other blocks are as they were. It is errUnsound if the index is
// not sound.
//
// A block begins with its first key, after what it shares with itself (2 bytes, in the
// machine's order) and its length (2). Behind the entries stand where each begins (4,
// in that order), how many there are (4), a checksum as soundSum has it, its length (4).
// An entry is a key, as above, that shares so much with the first, and a value: two
// bytes of flags and a time, 0 here. It ends where the next one begins.
func mendTable(from, to string) error {
	f, table, err := openTable(from)
	if err != nil {
		return err
	}
	f.Close()
	var last fb.BlockOffset
	if table.OffsetsLength() == 0 || !table.Offsets(&last, table.OffsetsLength()-1) {
		return errUnsound
	}
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	const entrySize, offsetsSize, sumSize = 4 + 3, 4 + 4, 1 + binary.MaxVarintLen32
	key, block := last.KeyBytes(), b[last.Offset():][:last.Len()]
	clear(block)
	sum := len(block) - 4 - sumSize
	offsets := sum - offsetsSize
	entry := offsets - entrySize
	if entry < 4+len(key) {
		return errUnsound
	}
	binary.NativeEndian.PutUint16(block[2:], uint16(len(key)))
	copy(block[4:], key)
	binary.NativeEndian.PutUint16(block[entry:], uint16(len(key)))
	binary.NativeEndian.PutUint32(block[offsets:], uint32(entry))
	binary.BigEndian.PutUint32(block[offsets+4:], 1)
	copy(block[sum:], []byte{2 << 3, 0x80, 0x80, 0x80, 0x80}) // a varint of five bytes, whatever its value
	for n, so := 1, crc32.Checksum(block[:sum], castagnoli); n < sumSize; n, so = n+1, so>>7 {
		block[sum+n] |= byte(so & 0x7f)
	}
	binary.BigEndian.PutUint32(block[len(block)-4:], sumSize)
	return os.WriteFile(to, b, 0o600)
}

// forgetTable ends the list of tables with a change that deletes one, as
// Badger's MANIFEST has it: length, CRC-32C, and a ManifestChangeSet with one
// ManifestChange of the table's number and DELETE, in protobuf.
func forgetTable(dir, name string) error {
	var number uint64
	if _, err := fmt.Sscanf(name, "%06d.sst", &number); err != nil {
		return err
	}
	change := append(binary.AppendUvarint([]byte{1 << 3}, number), 2<<3, 1)
	set := append([]byte{1<<3 | 2, byte(len(change))}, change...)
	b := binary.BigEndian.AppendUint32(nil, uint32(len(set)))
	b = append(binary.BigEndian.AppendUint32(b, crc32.Checksum(set, castagnoli)), set...)
	f, err := os.OpenFile(filepath.Join(dir, "MANIFEST"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}
