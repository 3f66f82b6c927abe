package federation

import (
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/store"
)

// Event is something that happened to a node. The core learns of the world
// through these and nothing else.
type Event interface{ event() }

// Started is the first event: what the database holds.
type Started struct {
	Heads  []store.Head
	Fenced string // why the own log must not be signed, from an earlier run; leads to Fence again
	Owed   bool   // the own log holds documents that no receipt in it makes final
}

// Enrolled replaces the roster. Owed is as in Started: a receipt may have been
// made by witnesses whose time was over, as a charter says that came since.
type Enrolled struct {
	Roster *Roster
	Owed   bool
}

// PeerUp and PeerDown say that a connection came or went.
type (
	PeerUp   struct{ Peer review.ParticipantID }
	PeerDown struct{ Peer review.ParticipantID }
)

// Heard is a gossiped checkpoint, unchecked. The effects contain Relay if it
// may be passed on. One that came in person, to be cosigned, is not passed on.
type Heard struct {
	From     review.ParticipantID
	Note     []byte
	InPerson bool
}

// Answered ends an Ask. Answer is what Call.Read gave; Err is why there is
// none. Every Ask ends so, once.
type Answered struct {
	Ask    uint64
	Answer any
	Err    error
}

// Extended ends an Extend. Head is the log's afterwards. Missing says that
// payloads did not come along. Refused says that the entries do not belong
// under their checkpoint; any other Err is this node's own trouble.
type Extended struct {
	Origin  review.Origin
	Head    store.Head
	Missing bool
	Refused bool
	Err     error
}

// Contradicted ends a Compare of a note that the tree held here does not
// extend. A note that it does extend ends without a word.
type Contradicted struct{ Contradiction }

// HeadsDiffer ends a CompareHeads: those that the trees here do not extend. If
// there are none, it ends without a word.
type HeadsDiffer struct {
	From  review.ParticipantID
	Heads []LogHead
}

// Rewound ends a Rewind. Head is the log's afterwards.
type Rewound struct {
	Origin review.Origin
	Head   store.Head
	Err    error
}

// Appended says that the own log grew. It comes before any event that another
// node could cause by knowing that head, else the core takes its own log for
// a stranger's. Substance is false if nothing but receipts was appended.
type Appended struct {
	Head      store.Head
	Substance bool
}

// ReceiptFiled ends a FileReceipt.
type ReceiptFiled struct {
	Origin review.Origin
	Err    error
}

// ReceiptFound ends a FindReceipt. Size is how much of the log the receipts that
// are held make final; Substance is whether anything but receipts lies beyond.
type ReceiptFound struct {
	Origin    review.Origin
	Size      uint64
	Substance bool
}

// MissingListed ends a ListMissing: at most maxMissing IDs, ascending.
type MissingListed struct{ IDs []review.DocumentID }

// Tick says that time has passed: at least when Core.Wake says, or more often.
type Tick struct{}

func (Started) event()       {}
func (Enrolled) event()      {}
func (PeerUp) event()        {}
func (PeerDown) event()      {}
func (Heard) event()         {}
func (Answered) event()      {}
func (Extended) event()      {}
func (Contradicted) event()  {}
func (HeadsDiffer) event()   {}
func (Rewound) event()       {}
func (Appended) event()      {}
func (ReceiptFiled) event()  {}
func (ReceiptFound) event()  {}
func (MissingListed) event() {}
func (Tick) event()          {}

// Effect is something that the core wants done.
type Effect interface{ effect() }

// Ask sends a request to a peer, or to this node itself if To is its own name
// (a log's owner may be one of the witnesses). It ends with Answered.
type Ask struct {
	ID      uint64
	To      review.ParticipantID
	Request Request
}

// Extend stores a range whose entries VerifyRange has seen. It ends with Extended.
// Extends of one log are to be done in the order given.
type Extend struct{ Tail store.Tail }

// Announce gossips a head.
type Announce struct{ Note []byte }

// Relay, in answer to Heard, lets the message pass on.
type Relay struct{}

// Reveal stores payloads that some records lacked. It has no ending.
type Reveal struct{ Payloads [][]byte }

// ListMissing asks for documents whose payload should be here and is not, in
// order of ID, above After. It ends with MissingListed.
type ListMissing struct{ After review.DocumentID }

// FileReceipt files a receipt with this note of a log, the own or another, in
// the own log. It ends with ReceiptFiled; the growth itself is told with
// Appended.
type FileReceipt struct {
	Origin review.Origin
	Note   []byte
}

// FindReceipt asks how much of a log is final by what is held. It ends with
// ReceiptFound, or not at all.
type FindReceipt struct{ Origin review.Origin }

// OpenLog lets the own log be signed: the peers have been asked for its head.
type OpenLog struct{}

// Doubted says that a witness does not cosign because it holds another tree of
// the own log, or one of a larger size. Nothing follows from it yet: no member
// can end another's log by its word. It is told once per witness.
type Doubted struct {
	Witness review.ParticipantID
	Size    uint64 // that the witness names; 0 if it names none
}

// Fence stops the signing of the own log for good. Evidence is a note under
// its key of what this node does not have.
type Fence struct {
	Reason   string
	Evidence []byte
}

// ForkSeen is a log's two faces: notes under its key of which the second's tree
// does not extend the first's, which is no larger. Where sizes differ, Prefix is
// the root that Second has at the size of First, and Link proves it.
type ForkSeen struct {
	Origin        review.Origin
	First, Second []byte
	Prefix        tlog.Hash
	Link          tlog.TreeProof
}

// Compare holds a note, of fewer records than are held, against the tree here
// (Contradicts). It ends with Contradicted, or not at all.
type Compare struct {
	From review.ParticipantID
	Note []byte
}

// CompareHeads holds the heads that a peer says it has, smaller than those here,
// against the trees here (Differing). It ends with HeadsDiffer, or not at all.
type CompareHeads struct {
	From  review.ParticipantID
	Heads []LogHead
}

// CarryReceipts files in the own log the receipts of a forked log that a quorum
// made and that lie in that log only. It has no ending.
type CarryReceipts struct{ Origin review.Origin }

// Rewind drops the end of a forked log down to where, at most, it counts: to the
// last of Ends that the tree here has, or to nothing. What only those records
// hold is filed elsewhere before. It ends with Rewound. No Extend of that log is
// under way.
type Rewind struct {
	Origin review.Origin
	Ends   []review.End
	Finals []review.End
	Look   bool // nothing speaks against what is held: look only for two that a quorum cosigned (Retreat)
}

func (Ask) effect()           {}
func (Extend) effect()        {}
func (Announce) effect()      {}
func (Relay) effect()         {}
func (Reveal) effect()        {}
func (ListMissing) effect()   {}
func (FileReceipt) effect()   {}
func (FindReceipt) effect()   {}
func (OpenLog) effect()       {}
func (Doubted) effect()       {}
func (Fence) effect()         {}
func (ForkSeen) effect()      {}
func (Compare) effect()       {}
func (CompareHeads) effect()  {}
func (CarryReceipts) effect() {}
func (Rewind) effect()        {}
