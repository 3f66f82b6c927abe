package store

import (
	"crypto/rand"
	"os"
)

// fillFile writes a file full of what no file system compresses. If it cannot,
// it leaves nothing.
func fillFile(f *os.File, size uint64) error {
	block := make([]byte, 1<<20)
	rand.Read(block) // never fails (crypto/rand, Go 1.24)
	for at := uint64(0); at < size; at += uint64(len(block)) {
		if _, err := f.WriteAt(block[:min(uint64(len(block)), size-at)], int64(at)); err != nil {
			f.Close()
			os.Remove(f.Name())
			return err
		}
	}
	return nil
}
