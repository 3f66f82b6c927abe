package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// reopen gets Badger to open a database in spite of files that it cannot take:
// it forgets tables without an index, and the first bytes of its logs are known
// to be zero. If that does not do, nothing is saved. From then on the database is
// good for a repair only.
func (i *inspection) reopen() error {
	i.doubtful = true
	if err := os.WriteFile(filepath.Join(i.dir, repairName), nil, 0o600); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for _, name := range unsound(i.dir, indexOnly) {
		switch path := filepath.Join(i.dir, name); filepath.Ext(name) {
		case ".sst":
			if err := forgetTable(i.dir, name); err != nil {
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

// forgetTable ends the list of tables with a change that deletes one, as
// Badger's MANIFEST has it: length, CRC-32C, and a ManifestChangeSet with one
// ManifestChange of the table's number and DELETE, in protobuf.
func forgetTable(dir, name string) error {
	var number uint64
	if _, err := fmt.Sscanf(name, "%06d.sst", &number); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, name+".damaged")); err != nil {
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
