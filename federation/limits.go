package federation

import (
	"time"

	"stocktake/signing"
	"stocktake/store"
)

// Bounds on what comes from outside, and on what this node asks of others.
const (
	// MaxMessage bounds any request or answer, so that one peer can make a
	// node hold that much per request and no more. It is a full range (MaxRange
	// and one entry that starts below it) with its proofs and note, and holds
	// the heads of MaxHeads logs with names of usual length.
	MaxMessage = 2 << 20
	// MaxRange is the most that the entries of one range answer add up to
	// before the last one is begun: enough that asking costs nothing beside
	// verifying (about 700 documents of 1 KiB, 30 ms on two cores), little
	// enough that a small node holds several.
	MaxRange = 1 << 20
	// packWindow is how far back repetition is looked for in an answer: twenty
	// documents of full length. More costs memory on both sides.
	packWindow = 1 << 20
	// MinRange is where asking starts, and what it falls back to with a peer
	// that did not answer in time: 128 KiB take 16 s at 64 kbit/s.
	MinRange = 128 << 10
	// A peer that takes less than quickRange for a range is asked for twice as
	// much next time, one that takes slowRange or more for half: so a range
	// stays well within the minute that it may take.
	quickRange = 5 * time.Second
	slowRange  = 20 * time.Second
	// maxSize is the largest log: far beyond what a federation's lifetime
	// fills. Anyone with a log key can sign any size, and proof checks in
	// x/mod/sumdb/tlog do not end past 2^62.
	maxSize = 1 << 40
	// maxEntries bounds a range's entries, should they all be tiny.
	maxEntries = store.MaxTail
	// MaxHeads is how many logs one federation may list: the design's 10,000
	// with room for epochs that ended.
	MaxHeads = 16384
	// maxProof bounds a consistency proof: one hash per level on the way to an
	// old size and one beside it (C2SP tlog-witness allows 63).
	maxProof = 63
	// maxPayloadIDs bounds one request for missing payloads; 64 statements of
	// the usual few KiB fill an answer.
	maxPayloadIDs = 64
	// maxAddCheckpoint is an add-checkpoint request: the old size, 63 hashes
	// of 45 bytes and a note.
	maxAddCheckpoint = signing.MaxCheckpoint + 4096
	// maxCosignatures is an add-checkpoint answer: a status and signature
	// lines, of which a witness sends one.
	maxCosignatures = 4096
	// maxGossip is a gossiped checkpoint: three lines and the log's signature.
	// Cosignatures travel in receipts.
	maxGossip = 1024

	// maxFetches is how many ranges are on their way at once, from all peers.
	maxFetches = 8
	// maxCopies is how many requests for a cosignature wait at one witness for
	// records. Each member's node has one under way, and the plain HTTP way in
	// is open to anybody who has a checkpoint.
	maxCopies = 64
	// maxRanges is how many are on their way or wait to be stored: 16 MiB.
	maxRanges = 2 * maxFetches
	// maxAsks is how many ranges are asked of one peer at a time, so that a
	// member with a poor link still answers everybody.
	maxAsks = 3
	// maxMissing is how many missing payloads the core looks for at a time;
	// the rest wait for the next page.
	maxMissing = 1024
	// quotaReserve are the last places of a log's quota, for its own receipts:
	// one for the collection under way, one for the head after it, and proofs of
	// forks. A charter gives a log 16 places at least.
	quotaReserve = 8
	// maxEnds is how many checkpoints of a forked log are kept as its ends. Who
	// holds less than the smallest of them pulls the log from its beginning.
	maxEnds = 256
	// headBurst heads of one log may be relayed at once, then one per second:
	// a batch and its receipt pass together, a flood does not.
	headBurst = 3
	headEvery = time.Second
)
