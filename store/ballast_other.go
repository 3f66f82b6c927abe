//go:build !linux

package store

import "os"

// makeBallast makes a file of size bytes that really take space.
func makeBallast(name string, size uint64) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	return fillFile(f, size)
}
