package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// Every value but a payload ends in the CRC-32C of its key and itself. Badger
// hands out an unreadable value as an empty one without an error, and checks
// no sums of its own in its write-ahead log; the checksum makes the one an
// error and pins a value to its key. Payloads are checked against their
// digest, hashes and leaves against each other besides.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const sealSize = crc32.Size

// seal is the value with its checksum, in memory of its own.
func seal(key, value []byte) []byte {
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
	sealed := append(make([]byte, 0, len(value)+sealSize), value...)
	return binary.BigEndian.AppendUint32(sealed, sum)
}

// unseal checks and removes it.
func unseal(key, sealed []byte) ([]byte, bool) {
	n := len(sealed) - sealSize
	if n < 0 {
		return nil, false
	}
	sum := crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, sealed[:n])
	return sealed[:n:n], binary.BigEndian.Uint32(sealed[n:]) == sum
}

// entry is a record as it is stored: flags, key number, digest, the Merkle
// hashes that became final with it, DER signature. The hashes are the leaf's and,
// while the record is the last below it, that of each level above, up to the
// width of a tile: two on average, and none of them needs a key of its own.
type entry struct {
	genuine   bool
	key       uint32
	digest    signing.Digest
	hashes    []tlog.Hash // by level
	signature []byte
}

const (
	entryHeader  = 1 + 4 + 32
	entryGenuine = 1
	entryLevels  = 8 // hashes of higher levels, one in 128 records, have keys: an entry stays short
)

// hashesAt is how many hashes the entry of a log's record has.
func hashesAt(index uint64) int { return min(1+bits.TrailingZeros64(^index), entryLevels) }

// lastBelow is the record with which a hash becomes final, and in whose entry it is.
func lastBelow(level int, n uint64) (index uint64) { return (n+1)<<level - 1 }

func (e entry) marshal() []byte {
	b := make([]byte, 1, entryHeader+len(e.hashes)*tlog.HashSize+len(e.signature))
	if e.genuine {
		b[0] = entryGenuine
	}
	b = binary.BigEndian.AppendUint32(b, e.key)
	b = append(b, e.digest[:]...)
	for _, h := range e.hashes {
		b = append(b, h[:]...)
	}
	return append(b, e.signature...)
}

// parseEntry reads the entry of the record at index.
func parseEntry(index uint64, b []byte) (e entry, ok bool) {
	signature := entryHeader + hashesAt(index)*tlog.HashSize
	if index >= maxLogSize || len(b) < signature || len(b) > signature+signing.MaxSignature || b[0]&^entryGenuine != 0 {
		return entry{}, false
	}
	e = entry{genuine: b[0] == entryGenuine, key: binary.BigEndian.Uint32(b[1:]), signature: b[signature:]}
	copy(e.digest[:], b[5:])
	e.hashes = make([]tlog.Hash, hashesAt(index))
	for level := range e.hashes {
		copy(e.hashes[level][:], b[entryHeader+level*tlog.HashSize:])
	}
	return e, true
}

// treeState is a log's size and root as they are stored.
type treeState struct {
	size uint64
	root tlog.Hash
}

func (t treeState) marshal() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 40), t.size)
	return append(b, t.root[:]...)
}

func parseTreeState(b []byte) (t treeState, ok bool) {
	if len(b) != 8+tlog.HashSize {
		return t, false
	}
	t.size = binary.BigEndian.Uint64(b)
	copy(t.root[:], b[8:])
	return t, t.size <= maxLogSize
}

// counters are how many logs and document keys this database has numbered.
type counters struct{ logs, keys uint32 }

func (c counters) marshal() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 8), c.logs)
	return binary.BigEndian.AppendUint32(b, c.keys)
}

func parseCounters(b []byte) (c counters, ok bool) {
	if len(b) != 8 {
		return c, false
	}
	return counters{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])}, true
}

func marshalNumber(n uint64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, 8), n)
}

func parseNumber(b []byte) (uint64, bool) {
	if len(b) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), true
}

func parseAbsence(b []byte) (review.Absence, bool) {
	if len(b) != 1 || b[0] < byte(review.Missing) || b[0] > byte(review.Erased) {
		return 0, false
	}
	return review.Absence(b[0]), true
}

// DamageError is something stored that is not what was stored there. It is never
// served. What is a payload is asked for again from peers; for the rest there is
// Repair.
type DamageError struct {
	Dir  string
	What string // as in "payload 3f9a..." or "entry 7 of e1.sle..."
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("store: %s in %s is damaged: the stored bytes do not match their checksum or hash; `stocktake fsck` tells how far that goes", e.What, e.Dir)
}
