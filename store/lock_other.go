//go:build !(linux || darwin || freebsd)

package store

import (
	"fmt"
	"os"
	"path/filepath"
)

// lockFolder is the lock that Badger takes on an open database, until it is
// released. Here Badger makes a file that exists while the database is open.
func lockFolder(dir string) (release func(), err error) {
	name := filepath.Join(dir, "LOCK")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if os.IsExist(err) {
		if os.Remove(name) != nil { // in use
			return nil, locked(dir)
		}
		return lockFolder(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return func() { f.Close(); os.Remove(name) }, nil
}
