package node

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"stocktake/store"
)

// BackupFile is a backup: parts one after the other, each a line of text
//
//	stocktake-backup-1 <id> <part> <bytes that follow>
//
// with numbers of fixed width, and an age file, in which is a zstd frame of the
// lines that store/BACKUP.md specifies.
type BackupFile struct {
	ID    string
	Parts int

	file    *os.File
	offsets []int64 // of each part's age file, and the end
}

const (
	backupLine    = "stocktake-backup-1 %32s %06d %020d\n"
	backupLineLen = 19 + 32 + 1 + 6 + 1 + 20 + 1
)

// OpenBackupFile reads where the parts of a file lie.
func OpenBackupFile(name string) (*BackupFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	b := &BackupFile{file: f}
	if err := b.scan(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

func (b *BackupFile) scan() error {
	info, err := b.file.Stat()
	if err != nil {
		return err
	}
	line := make([]byte, backupLineLen)
	for at := int64(0); at < info.Size(); {
		if _, err := b.file.ReadAt(line, at); err != nil {
			return fmt.Errorf("%w: it ends in the middle of a part's first line", store.ErrBackup)
		}
		var id string
		var part int
		var length int64
		if _, err := fmt.Sscanf(string(line), backupLine, &id, &part, &length); err != nil || length <= 0 ||
			string(line) != fmt.Sprintf(backupLine, id, part, length) || part != b.Parts+1 || b.Parts > 0 && id != b.ID {
			return fmt.Errorf("%w: at byte %d there is not the first line of part %d", store.ErrBackup, at, b.Parts+1)
		}
		at += backupLineLen
		if length > info.Size()-at {
			return fmt.Errorf("%w: part %d is cut off", store.ErrBackup, part)
		}
		b.ID, b.Parts, b.offsets = id, part, append(b.offsets, at)
		at += length
	}
	if b.Parts == 0 {
		return fmt.Errorf("%w: the file is empty", store.ErrBackup)
	}
	b.offsets = append(b.offsets, info.Size()+backupLineLen)
	return nil
}

// Close closes the file.
func (b *BackupFile) Close() error { return b.file.Close() }

// Size is that of the first parts, in bytes of the file.
func (b *BackupFile) Size(parts int) int64 {
	if parts < 1 || parts > b.Parts {
		return 0
	}
	return b.offsets[parts] - backupLineLen
}

// read calls f for each line of a part, until it returns an error.
func (b *BackupFile) read(part int, identities []age.Identity, f func(*store.BackupLine) error) error {
	start := b.offsets[part-1]
	plain, err := age.Decrypt(bufio.NewReader(io.NewSectionReader(b.file, start, b.Size(part)-start)), identities...)
	if err != nil {
		return unreadable(part, err)
	}
	z, err := zstd.NewReader(plain, zstd.WithDecoderMaxMemory(backupWindow), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	r := store.NewBackupReader(z)
	for {
		l, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(part, err)
		}
		if l.Backup != nil && (l.Backup.ID != b.ID || l.Backup.Part != part) {
			return fmt.Errorf("%w: part %d is of another backup", store.ErrBackup, part)
		}
		if err := f(l); err != nil {
			return err
		}
	}
}

// unreadable is about the bytes unless the disk failed or the key is another.
func unreadable(part int, err error) error {
	var disk *fs.PathError
	var key *age.NoIdentityMatchError
	switch {
	case errors.As(err, &key):
		return fmt.Errorf("part %d was not made for this key; name with --identity the key of one of its recipients: %w", part, err)
	case errors.As(err, &disk) || errors.Is(err, store.ErrBackup):
		return fmt.Errorf("part %d: %w", part, err)
	}
	return fmt.Errorf("%w: part %d: %w", store.ErrBackup, part, err)
}

// AppendBackupPart replaces a backup's file by one with a part more: the first
// keep parts of base, which may be nil, and what write writes. It appears under
// its name once it is whole and on disk; whatever fails leaves what was there.
func AppendBackupPart(name string, base *BackupFile, keep int, id string, to []age.Recipient, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".stocktake-backup-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	if base != nil {
		if _, err := io.Copy(f, io.NewSectionReader(base.file, 0, base.Size(keep))); err != nil {
			return err
		}
	}
	start, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(f, backupLine, id, keep+1, 0); err != nil {
		return err
	}
	if err := sealed(f, to, write); err != nil {
		return err
	}
	end, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	line := fmt.Sprintf(backupLine, id, keep+1, end-start-backupLineLen)
	if _, err := f.WriteAt([]byte(line), start); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return err
	}
	return store.SyncFolder(filepath.Dir(name))
}

// sealed encrypts and compresses what write writes.
func sealed(f io.Writer, to []age.Recipient, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(f, 256<<10)
	secret, err := age.Encrypt(buffered, to...)
	if err != nil {
		return err
	}
	z, err := zstd.NewWriter(secret, zstd.WithWindowSize(backupWindow/2), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	if err := write(z); err != nil {
		z.Close()
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := secret.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}
