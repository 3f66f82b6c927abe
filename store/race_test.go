//go:build race

package store

// racing is whether the race detector looks on. It finds that Badger, as it begins
// to collect a value-log file, reads the newest version of the memtable that is
// written to (DB.MaxVersion), which may be one too early; what comes later is kept
// all the same.
const racing = true
