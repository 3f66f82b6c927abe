package store

import (
	"time"

	"stocktake/signing"
)

// Bounds on what one call or one record may take.
const (
	// MaxBatch is how many documents share one checkpoint and one fsync: past
	// it the time for an fsync no longer counts beside that for a signature.
	// It is a range as peers send them.
	MaxBatch = 512
	// MaxTail is how many entries one Extend takes and one Entries gives: at
	// 1 KiB a document it is 6 MiB in memory, and some 0.4 s of verification.
	MaxTail = 4096
	// MaxMeta is the longest value of Meta: bookkeeping, not content.
	MaxMeta = 64 << 10
	// MaxMissing is how many missing payloads one call lists: more than a node
	// asks for at once, at 100 bytes each.
	MaxMissing = 10000

	// maxQuickPayload is the longest payload that is packed quickly, not tightly:
	// past it a payload is mostly a text.
	maxQuickPayload = 2 << 10
	// maxPieces is in how many pieces a payload is cut: packed, one of 3 KiB, most of
	// 5 or 6 KiB as they are signed. Longer ones are rare, and the tree stays small.
	maxPieces = 8
	// maxCell is the longest part of a stocktake. A batch is filled as if all that is
	// replaced were of that length.
	maxCell = 64 << 10
	// maxHead bounds what cells end with: a manifest of some 100 KiB, and a snapshot
	// with 150 bytes for each of 10,000 logs.
	maxHead = 16 << 20
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
	// mark, payload, absence, index entries, and of the hashes of high levels as
	// many as run to 2^8 on average far less.
	maxRewound = maxIndexTerms + 8
	// maxName bounds the names of Meta and of origins.
	maxName = signing.MaxOrigin
	// maxKeyCache bounds the document keys kept in memory: more than a
	// federation has in use, some 800 KiB.
	maxKeyCache = 4096

	// backupRun is how many bytes of payload one line of a backup holds, and one
	// payload more: lines are read whole.
	backupRun = 512 << 10
	// maxBackupLine holds such a line in base64, with MaxBatch leaves of 300
	// bytes and two notes of 16 KiB, or maxBackupAbsences, or a federation's
	// charters (16 MiB in base64).
	maxBackupLine = 24 << 20
	// maxBackupAbsences is how many absences one line has, at 100 bytes each.
	maxBackupAbsences = 10000

	// minFree and minFreeShare are the disk space that is kept free unless
	// Options.MinFree says otherwise: Badger maps its files and dies by SIGBUS
	// when the disk fills under one, again at every start until there is
	// space. 256 MiB is a memtable and a value-log file, several times over.
	minFree      = 256 << 20
	minFreeShare = 10 // per cent
	// maxFindings is how many findings a report lists: more than a person
	// reads; the rest is counted.
	maxFindings = 1000
	// closingBuffers is what closing may write, in memtables: the last one as
	// a table, and one that was being written. The ballast file is as large:
	// 26 MiB, a fraction of what is kept free anyway.
	closingBuffers = 2
	// tablesUnderWay is how many tables Badger's two compactors may be writing at
	// once, each eight, by as many goroutines.
	tablesUnderWay = 2 * 8
	// openingTables bounds, in memtables, the compaction that may begin as
	// soon as the database is open: level 0, at most twice levelZero, and the
	// level below it, where everything is not smaller.
	openingTables = 2*levelZero + baseLevel
	// scrubAfter is when a store that was opened begins to read its tables, and
	// scrubEvery when again; after each table it rests scrubRest times as long
	// as that took: a million documents are read in a minute, unnoticed.
	scrubAfter = 10 * time.Second
	scrubEvery = 24 * time.Hour
	scrubRest  = 20
	// upkeepEvery is how often free space is looked at without a batch. A
	// disk that takes 200 MB a second loses 40 MB in it.
	upkeepEvery = 200 * time.Millisecond
)

const (
	// maxReclaim is how many deleted payloads one Reclaim looks for in the files.
	maxReclaim = 100_000
	// paddingRun is how much padding is written at once: 16 syncs a file.
	paddingRun = 4 << 20
	// reclaimRatio is the part of a value-log file that must be of no use before
	// it is rewritten: one erased payload of 300 bytes in 64 MiB is more.
	reclaimRatio = 1e-9
)

// DefaultQuota is what attachments may take: some 300 of the longest, or the
// narratives of 40,000 reports.
const DefaultQuota = 10 << 30
