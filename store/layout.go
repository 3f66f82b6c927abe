package store

import (
	"encoding/binary"

	"stocktake/signing"
)

// layoutVersion is the version of the keys and values below. A database of an
// earlier version is brought up to it, see upgrade; one of a later version is
// not opened.
const layoutVersion = 4

// LayoutVersion is the latest layout of a database that this program reads.
const LayoutVersion = layoutVersion

// The first byte of a key says what it holds. Numbers are big-endian, so that
// keys sort as numbers do. README.md has the table with the values.
const (
	keyVersion    = 'v' // layout version
	keyCounters   = 'n' // how many logs and document keys have numbers
	keyBatch      = 'q' // number of the last batch
	keyOrigin     = 'o' // log number -> origin
	keyState      = 's' // log number -> size and root
	keyCheckpoint = 'c' // log number -> newest note of at most that size
	keyTarget     = 't' // log number -> note of a larger size, under which a part was proven
	keyFence      = 'f' // origin -> why this node never signs that log again
	keyEntry      = 'e' // log number, index -> leaf and Merkle hashes
	keyFiled      = 'u' // log number, digest, key number -> index, in own logs
	keyHash       = 'h' // log number, level from entryLevels on, index in level -> Merkle hash
	keyPlace      = 'd' // digest, log number, index; not of the place that the payload's key has
	keyPayload    = 'p' // digest -> payload, or its first piece
	keyPiece      = 'P' // digest, n from 1 on -> a further piece of the payload
	keyAbsence    = 'a' // digest -> why there is no payload
	keyKey        = 'k' // key number -> document key
	keyKeyNumber  = 'K' // document key -> key number
	keyIndex      = 'i' // field, term, digest
	keyWitness    = 'w' // origin -> what this node last cosigned
	keyMeta       = 'm' // name -> the node's own bookkeeping
	keyReclaim    = 'r' // digest of a payload that was deleted and may still be in files
	keyCell       = 'x' // scope, what, n -> piece n of a cell: see cells.go
	keyPadding    = 'z' // nothing: see reclaim.go
)

func textKey(prefix byte, text string) []byte { return append([]byte{prefix}, text...) }

func numberKey(prefix byte, n uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{prefix}, n)
}

func entryKey(log uint32, index uint64) []byte {
	k := append(make([]byte, 0, 13), keyEntry)
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(k, log), index)
}

func hashKey(log uint32, level int, n uint64) []byte {
	k := append(make([]byte, 0, 14), keyHash)
	k = append(binary.BigEndian.AppendUint32(k, log), byte(level))
	return binary.BigEndian.AppendUint64(k, n)
}

func digestKey(prefix byte, d signing.Digest) []byte {
	return append(append(make([]byte, 0, 1+len(d)), prefix), d[:]...)
}

func pieceKey(d signing.Digest, n int) []byte {
	return append(append(append(make([]byte, 0, 2+len(d)), keyPiece), d[:]...), byte(n))
}

func placeKey(d signing.Digest, log uint32, index uint64) []byte {
	k := append(append(make([]byte, 0, 45), keyPlace), d[:]...)
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(k, log), index)
}

// splitPlaceKey reads what placeKey writes.
func splitPlaceKey(k []byte) (d signing.Digest, log uint32, index uint64, ok bool) {
	if len(k) != 1+len(d)+4+8 || k[0] != keyPlace {
		return d, 0, 0, false
	}
	copy(d[:], k[1:])
	return d, binary.BigEndian.Uint32(k[33:]), binary.BigEndian.Uint64(k[37:]), true
}

// A place costs a key, and keys are what storing a document takes most of. So the
// first record of a document, if the payload comes with it, is noted where Badger
// keeps when a value expires: as a time that never comes.
const (
	never      = 1 << 62
	placeIndex = 40 // bits of the index: see maxLogSize
	placeLog   = 21
)

// expiryOf is a place as such a time, 0 if it is none that fits.
func expiryOf(log uint32, index uint64) uint64 {
	if log >= 1<<placeLog || index >= 1<<placeIndex {
		return 0
	}
	return never | uint64(log)<<placeIndex | index
}

// placeOf reads what expiryOf made.
func placeOf(expiry uint64) (log uint32, index uint64, ok bool) {
	log, index = uint32(expiry>>placeIndex)&(1<<placeLog-1), expiry&(1<<placeIndex-1)
	return log, index, expiry != 0 && expiry == expiryOf(log, index)
}

func filedKey(log uint32, d signing.Digest, key uint32) []byte {
	k := append(make([]byte, 0, 41), keyFiled)
	k = append(binary.BigEndian.AppendUint32(k, log), d[:]...)
	return binary.BigEndian.AppendUint32(k, key)
}
