//go:build linux || darwin || freebsd

package store

import "golang.org/x/sys/unix"

// freeSpace is what an unprivileged process may still use of dir's disk, and
// its size, in bytes.
func freeSpace(dir string) (free, total uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), uint64(s.Blocks) * uint64(s.Bsize), nil
}
