package store

import (
	"os"

	"golang.org/x/sys/unix"
)

// makeBallast makes a file of size bytes that really take space.
func makeBallast(name string, size uint64) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Fallocate(int(f.Fd()), 0, 0, int64(size)); err != nil {
		return fillFile(f, size)
	}
	return nil
}
