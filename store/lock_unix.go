//go:build linux || darwin || freebsd

package store

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lockFolder takes the lock that Badger takes on an open database, until it is
// released: nothing in the folder may be touched while another process has it.
func lockFolder(dir string) (release func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, locked(dir)
		}
		return nil, fmt.Errorf("store: locking %s: %w", dir, err)
	}
	return func() { f.Close() }, nil
}
