package store

import "golang.org/x/sys/windows"

// freeSpace is what this user may still use of dir's disk, and its size, in
// bytes.
func freeSpace(dir string) (free, total uint64, err error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(path, &free, &total, nil)
	return free, total, err
}
