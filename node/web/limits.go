package web

import (
	"time"

	"stocktake/signing"
)

// Bounds on what comes from outside.
const (
	// maxEnvelope bounds a document that is filed.
	maxEnvelope = signing.MaxEnvelope
	// maxSnapshot holds 10,000 logs of about 150 bytes each with 300,000 absent
	// indexes: the largest federation of the design, a tenth of it erased.
	maxSnapshot = 4 << 20
	// maxWitness bounds an add-checkpoint body: an old size, 63 proof hashes in
	// base64 and a signed checkpoint.
	maxWitness = signing.MaxCheckpoint + 8<<10
	// maxAnswer bounds what a client reads: a stocktake of 100,000 documents is
	// some 80 MB, and nobody's answer may fill the memory.
	maxAnswer = 128 << 20
	// maxBackupState bounds what a backup so far is said to hold: 10,000 logs,
	// 300,000 absences and as many attachments at under 100 bytes each.
	maxBackupState = 64 << 20
	// maxQuery bounds a query string: every parameter that any route takes, at
	// its longest, is under 1 KiB.
	maxQuery = 2 << 10
	// maxPath bounds a path: an origin of 253 bytes and a tile below it.
	maxPath = 512
	// maxHeader bounds a request's headers: browsers send 1 to 2 KiB, proxies
	// add some.
	maxHeader = 16 << 10
	// maxSiteFiles bounds a copy of the pages: a federation of 1,000 documents has
	// some 30,000 files a language, and a folder tree of a million takes hours.
	maxSiteFiles = 1_000_000
	// maxWait bounds how long a filing waits to become final: what a browser,
	// a proxy and a person wait anyway.
	maxWait = 60 * time.Second
	// maxWaiters bounds how many filings wait at once: each asks the node four
	// times a second.
	maxWaiters = 64
	// maxRequests bounds how many requests are answered at once: at 1 MB each
	// they fit a small server. Further ones are told to come again.
	maxRequests = 128
	// maxConnections bounds how many connections are open at once, those that do
	// nothing too: some 30 KB each with TLS.
	maxConnections = 1024
	// minCompressed is under what fits into one packet anyway.
	minCompressed = 1 << 10
	// gzipLevel gives 80 KB in some milliseconds a quarter of their size; higher
	// levels take longer for little.
	gzipLevel = 5
	// maxListeners bounds who listens for events: each has one of maxRequests.
	maxListeners = 32
	// maxEvents bounds the events kept for who comes back, and how many are told
	// one by one before it is quicker to read anew.
	maxEvents = 1024
	// maxAssemblies bounds how many stocktakes are computed at once: each keeps
	// a core busy, and the small server has two.
	maxAssemblies = 2
	// maxMaking bounds the stocktakes that are computed or wait for it: each is made
	// to its end, whoever still waits, and a great one takes a minute.
	maxMaking = 16
	// maxStocktakes bounds the stocktakes kept for pages. One is 0.1 to 1 MB.
	maxStocktakes = 32
	// maxStocktakeBytes bounds all of them together, but for the last: that of a
	// million documents is 1 GB by itself.
	maxStocktakeBytes = 64 << 20
	// maxPages bounds the pages kept as they were made, with their compressed form:
	// some 500 of them.
	maxPages = 32 << 20
	// feedSize is how many documents a feed holds: of a busy month.
	feedSize = 100
	// rowsShown is how many rows of a group a stocktake's page shows: with all
	// groups full it stays under 100 KB on the wire. The rest is a page away.
	rowsShown = 40
	// citesShown is how many of the documents that a row rests on are named: a
	// participant's state in a round may rest on thousands of reports.
	citesShown = 8
	// maxSearch bounds what is searched for: a long title.
	maxSearch = 200
	// maxSearched bounds the documents whose summaries are searched, and kept for
	// that: the newest. Titles and authors of all are searched.
	maxSearched = 10_000
	// pageSize is how many documents a list shows at once: a few screens.
	pageSize = 100
	// maxCount bounds how many of a list one asks for, or its pages: more than there
	// will be.
	maxCount = 1_000_000_000
)

// Times after which a connection that does nothing is closed. Reading is
// generous: 100 KB over a poor link take half a minute.
const (
	headerTimeout   = 10 * time.Second
	readTimeout     = 60 * time.Second
	answerTimeout   = 30 * time.Second // for the work on one answer, beside waiting
	writeTimeout    = maxWait + answerTimeout + 60*time.Second
	idleTimeout     = 60 * time.Second
	dialTimeout     = 10 * time.Second
	pollEvery       = 250 * time.Millisecond
	heartbeatEvery  = 15 * time.Second // under what proxies take for a dead connection
	maxUploadTime   = 2 * time.Minute  // 1 MiB over a poor link
	maxDownloadTime = 2 * time.Hour    // 32 MiB over one
	maxBackupTime   = 12 * time.Hour   // a night, for a backup to a slow disk
)
