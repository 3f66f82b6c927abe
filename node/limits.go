package node

import "time"

// Bounds on what comes from outside.
const (
	// maxConfig is far above any config.yaml that a person wrote.
	maxConfig = 64 << 10
)

// Bounds of the stocktakes that are kept current.
const (
	// maxKept bounds how many: each is looked through for every record that comes.
	maxKept = 32
	// maxKeptBytes bounds their parts, unless two of the largest take more: the
	// global one of 100,000 documents takes some 75 MB.
	maxKeptBytes = 128 << 20
	// turnOf is for how long one is made while nobody else reads: no reader notices.
	turnOf = 20 * time.Millisecond
)

// maxScrapes bounds how many at once are told the metrics: two Prometheus
// servers that watch each other.
const maxScrapes = 2

// maxSocketPath is what the smallest of the systems' sockaddr_un holds, with
// its final zero byte (macOS: 104).
const maxSocketPath = 103

// Bounds of attachments, and times.
const (
	// maxAttachmentMiB is more than any server of a ministry has.
	maxAttachmentMiB = 64 << 20
	// attachmentShares is into how many shares the quota is cut, of which one
	// author fills one, and with the last attachments that it was given a little
	// more: attachmentRound is how many one look through starts.
	attachmentShares = 8
	attachmentRound  = 16
	// attachmentPulls is how many arrive at once, 1 MiB of each in memory.
	attachmentPulls  = 3
	attachmentsEvery = 2 * time.Second
	// attachmentRetry and attachmentRetryMax bound the time between two attempts
	// at what nobody gave.
	attachmentRetry    = 2 * time.Second
	attachmentRetryMax = 10 * time.Minute
	// askPiece is for 1 MiB at 100 kbit/s.
	askPiece = 2 * time.Minute
	// askReader is how long a reader waits while others are asked.
	askReader = 20 * time.Second
	// reclaimFirst is when a node that started, and has caught up by then, writes
	// the files anew from which something was deleted; reclaimEvery when it looks
	// again: merging the tree of a million documents takes some ten seconds.
	reclaimFirst = time.Minute
	reclaimEvery = 10 * time.Minute
	// collectEvery is how soon after a start, and how often, what no document
	// names is removed.
	collectEvery = time.Hour
)

// Bounds of backups.
const (
	// backupWindow bounds the memory for unpacking a backup; it is packed with
	// half of that.
	backupWindow = 8 << 20
	// backupPiece is how much of an attachment one line holds, backupNames how
	// many digests.
	backupPiece = 512 << 10
	backupNames = 10000
	// maxBackupNotes is how many backup files one home continues: one for each
	// day of a week, twice.
	maxBackupNotes = 14
)
