package review

import "time"

// Bounds on what comes from outside. Those on single fields stand in the
// schemas; a payload's own is signing.MaxPayload.
const (
	// maxDepth bounds how deep JSON and YAML may nest before anything recursive
	// reads them. The deepest document of version 1 is a charter with 7
	// (statement, predicate, participants, one, logs, one, addresses); the
	// rest is room for kinds to come.
	maxDepth = 16

	// maxForkSize bounds the sizes of a fork's notes: the checks of consistency
	// proofs loop for ever past 2^62, which anyone with a log key can sign. It
	// is what a log may hold.
	maxForkSize = 1 << 40
	// maxSubjects is what a statement is about and 32 attachments: six
	// languages of a narrative, its annexes, and room.
	maxSubjects = 33
	// maxSubjectName holds attachments/ and a file name with room for kinds to come.
	maxSubjectName = 200
	// maxPredicateType is a URL that still fits a line of a page.
	maxPredicateType = 200
	// maxDigits of a decimal: a national budget in its smallest unit has 18.
	maxDigits = 24
	// maxSumDigits of a sum in a row: an amount times a rate, added up as often as
	// there can be documents.
	maxSumDigits = 2*maxDigits + 16
	// maxDraft leaves a draft of the longest payload room for help and comments.
	maxDraft = 1 << 20
	// maxDraftEntries counts fields and entries of lists: the longest charter that
	// fits a payload has some 1,500. The YAML parser recurses for each field and
	// copies those before it.
	maxDraftEntries = 4096
	// maxReasons is how many reasons a refusal gives: more than anybody reads
	// at once, and a bound on what a hostile payload can make us say.
	maxReasons = 50
	// maxWitnesses at one time is what a signed checkpoint has room for
	// (signing.MaxCheckpoint), and far more than the 5 to 9 that are wise.
	maxWitnesses = 25
)

// maxKeyChanges of one participant between amendments: a new author key and ten
// ministries a year for twenty years. It bounds what a thief of a key can make
// everybody work through.
const maxKeyChanges = 256

// defaultContest is how long a participant may object to a recovery of its keys
// where the charter does not say: two weeks, through which some office is open
// anywhere. minContest holds for all but invented participants, for holidays;
// maxContest bounds how long a State may be without its keys.
const (
	defaultContest = 14 * 24 * time.Hour
	minContest     = 7 * 24 * time.Hour
	maxContest     = 90 * 24 * time.Hour
)

// maxAccreditations of one accreditor that took effect, renewals included: a
// coalition with 200 authors, each accredited anew once a year for twenty years.
// It bounds what a thief of its key can make everybody work through.
const maxAccreditations = 4096

// maxCircle is how many documents are looked through for a circle of
// contributions: more levels and versions than anybody has, and a bound on what
// a hostile chain of them costs.
const maxCircle = 256

// maxNamed is how many participants an error lists: a screen of them.
const maxNamed = 100

// maxSuspension is what members need to agree on an amendment, or to let the
// matter drop: a suspension is no way to keep a participant out.
const maxSuspension = 30 * 24 * time.Hour

// maxFounding holds a charter of 64 KiB and an accession from each of 1,000
// participants, of some 6 KiB with leaf, proof and cosigned checkpoint.
const maxFounding = 16 << 20

const (
	// maxRelated is what an export carries beside its document: room for the
	// versions and disputes of the most disputed one, of some 8 KiB each.
	maxRelated = 16 << 20
	// maxRelatedLines is how many documents those are: more than anybody reads.
	maxRelatedLines = 1024
	// maxOwnLines is for one document filed by many carriers, each line with
	// signing.MaxInclusions places; the filing time needs one.
	maxOwnLines = 16
	// maxEvidence is how many receipts an export looks through for those that
	// make a filing time. The first does unless witnesses were away or late.
	maxEvidence = 64
)

// maxThreadDepth is deeper than people discuss, and bounds the recursion and
// the nesting of the JSON where somebody answers himself for ever.
const maxThreadDepth = 64

// maxPart is the longest part of a stocktake: the design's figure, so that a
// changed document re-emits little and a poor link carries it.
const maxPart = 64 << 10

// maxPiece is how much of a longer row lies in one part: as text within JSON,
// where at worst every character is escaped, with its key it keeps to maxPart.
const maxPiece = 28 << 10

// maxStocktakeFile is a stocktake of 500,000 documents with its rows of some
// 500 bytes each.
const maxStocktakeFile = 256 << 20

// Bounds on attachments.
const (
	// AttachmentChunk is how much of an attachment arrives unchecked, and is
	// sent again after an interruption: some seconds of a poor link.
	AttachmentChunk = 64 << 10
	// MaxAttachment is a long report with photographs, as a PDF.
	MaxAttachment = 32 << 20
	// MaxManifest holds the digests of its 512 chunks.
	MaxManifest = 40 << 10
	// MaxAttachments of a document is maxSubjects without what it is about.
	MaxAttachments = maxSubjects - 1
	// MaxNarrative is the design's figure: some 40,000 words, shown on one page.
	MaxNarrative = 256 << 10
	// MaxDetail holds what details.json lets a draft say: 3,000 characters of at
	// most four bytes, a name and a salt.
	MaxDetail = 16 << 10
)
