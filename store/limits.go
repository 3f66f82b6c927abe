package store

import "stocktake/signing"

// Bounds on what one call or one record may take.
const (
	// MaxBatch is how many documents share one checkpoint and one fsync: past
	// it the time for an fsync no longer counts beside that for a signature.
	MaxBatch = 256
	// MaxTail is how many entries one Extend takes and one Entries gives: at
	// 1 KiB a document it is 6 MiB in memory, and some 0.4 s of verification.
	MaxTail = 4096
	// MaxMeta is the longest value of Meta: bookkeeping, not content.
	MaxMeta = 64 << 10
	// MaxMissing is how many missing payloads one call lists: more than a node
	// asks for at once, at 100 bytes each.
	MaxMissing = 10000

	// maxLogSize is a million times the records of a federation's lifetime.
	// Proof checks in x/mod/sumdb/tlog loop for ever on a size past 2^62,
	// which anyone with a log key can sign.
	maxLogSize = 1 << 40
	// maxIndexTerm is the longest indexed value. Participants, kinds, rounds
	// and IDs are shorter; a longer one comes from no schema of ours and is
	// not found by it.
	maxIndexTerm = 128
	// maxIndexTerms bounds the index entries of one document: 23 objectives
	// and eight other terms, with room.
	maxIndexTerms = 64
	// rewindRun is how many records one transaction of Rewind drops, each with
	// at most maxRewound keys: it fits the smallest batch that Options allow.
	// The tail of a fork is short.
	rewindRun = 8
	// maxRewound is the record's keys and its document's: entry, place, filing
	// mark, payload, absence, index entries, and of the hashes as many as run
	// to 2^8 on average far less.
	maxRewound = maxIndexTerms + 8
	// maxName bounds the names of Meta and of origins.
	maxName = signing.MaxOrigin
	// maxKeyCache bounds the document keys kept in memory: more than a
	// federation has in use, some 800 KiB.
	maxKeyCache = 4096

	// minFree and minFreeShare are the disk space that is kept free unless
	// Options.MinFree says otherwise: Badger maps its files and dies by SIGBUS
	// when the disk fills under one, again at every start until there is
	// space. 256 MiB is a memtable and a value-log file, several times over.
	minFree      = 256 << 20
	minFreeShare = 10 // per cent
)
