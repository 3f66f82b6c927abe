// Package web is how people and their programs reach a node: the JSON API
// under /api/v1, the pages, and the static files of the transparency log. It
// decides nothing: everything it shows comes from a [Service].
package web

import (
	"context"
	"encoding/json"

	"stocktake/review"
	"stocktake/signing"
)

// Service is what a node does for people and their programs. A node does it
// itself; a [Client] asks a running node, over its socket or its URL. JSON
// field names are those of /api/v1.
type Service interface {
	// File logs a signed document here, or says why not: a review.Refusal.
	// When it returns the document is received: it survives a crash. Final it
	// is when Document says so.
	File(context.Context, signing.Envelope) (*Filed, error)
	// Documents lists what is held, by filing time, pending ones last.
	Documents(context.Context, Query) ([]Listed, error)
	// Total is how many documents a query selects, whatever its Newest and Skip.
	Total(context.Context, Query) (int, error)
	// Listed is one document as lists have it. It is an ErrNotFound where no record
	// has it.
	Listed(context.Context, review.DocumentID) (*Listed, error)
	// Document is one document with all that this node knows of it.
	Document(context.Context, review.DocumentID) (*Shown, error)
	// Envelope is the document as it was signed. It is an ErrNotFound also where
	// only the leaf is held: the content is missing, withheld or erased.
	Envelope(context.Context, review.DocumentID) (signing.Envelope, error)
	// Thread is a document with everything that was said about it.
	Thread(context.Context, review.DocumentID) (*review.Thread, error)
	// Assemble computes a stocktake.
	Assemble(context.Context, AssembleRequest) (*review.Stocktake, error)
	// Export is what others need to verify a document: files by name.
	Export(context.Context, review.DocumentID) (map[string][]byte, error)
	// AttachmentState is how far an attachment is here. It is an ErrNotFound if no
	// document here names it.
	AttachmentState(context.Context, review.DocumentID) (*AttachmentState, error)
	AttachmentSource
	// PutAttachmentPiece takes what AttachmentPiece gives, of an attachment that
	// a document here names.
	PutAttachmentPiece(ctx context.Context, id review.DocumentID, from int, piece []byte) (*AttachmentState, error)
	// Snapshot is what a stocktake made now would be made from.
	Snapshot(context.Context) (review.Snapshot, error)
	// Federation is the charter and its accessions, one envelope a line.
	Federation(context.Context) ([]byte, error)
	// Irregularities are what the records show to have gone wrong or ended before
	// its time, the latest first.
	Irregularities(context.Context) ([]review.Irregularity, error)
	// Status is how the node and its federation are.
	Status(context.Context) (*Status, error)
}

// Filed is what filing gives.
type Filed struct {
	ID        review.DocumentID `json:"id"`
	Log       review.Origin     `json:"log"`
	Index     uint64            `json:"index"`
	State     string            `json:"state"`               // received, filed
	Filed     string            `json:"filed,omitempty"`     // filing time, once final
	Witnesses int               `json:"witnesses,omitempty"` // how many cosigned, once final
	Reason    string            `json:"reason,omitempty"`    // why this record never counts, if that is known: its key or author was not in force, or its log forked
}

// States of a filing.
const (
	StateReceived = "received" // stored here, safe from a crash
	StateFiled    = "filed"    // a quorum of witnesses cosigned it, and the receipt is logged
)

// Query selects documents. Zero fields select all.
type Query struct {
	Kind     review.Kind
	Author   review.ParticipantID
	About    review.DocumentID
	Receipts bool // receipts and openings too, which are left out otherwise
	Newest   int  // only so many, the last of the list; 0: all
	Skip     int  // without so many at its end
}

// Listed is a document in a list.
type Listed struct {
	ID     review.DocumentID    `json:"id"`
	Kind   review.Kind          `json:"kind"`
	Author review.ParticipantID `json:"author"`
	About  review.DocumentID    `json:"about"`
	Title  string               `json:"title"`
	Filed  string               `json:"filed"` // RFC 3339; empty while pending
	Log    review.Origin        `json:"log"`
	Index  uint64               `json:"index"`
	Sample bool                 `json:"sample,omitempty"`
	Type   string               `json:"type,omitempty"` // of an assessment: self, regional, shadow
	// NotDisplayed is why this node does not show it, if so; it has no title then.
	NotDisplayed string `json:"notDisplayed,omitempty"`
	// AccreditedBy are the accreditors that answered for its author when it was
	// filed, where the charter does not list that.
	AccreditedBy []review.ParticipantID `json:"accreditedBy,omitempty"`
	Erased       string                 `json:"erased,omitempty"` // when its author withdrew it, if its content was erased here; it has no title then
}

// Shown is a document with its context.
type Shown struct {
	Listed
	Signer    string          `json:"signer"`             // fingerprint of the key
	SignedBy  string          `json:"signedBy"`           // name of the participant that owns it
	Holder    string          `json:"holder,omitempty"`   // office that its owner delegated the key to
	KeyEnded  *review.KeyEnd  `json:"keyEnded,omitempty"` // when the key ended, if it has
	Witnesses int             `json:"witnesses"`          // how many cosigned
	Label     review.Label    `json:"label"`              // whether it counts, and if not why
	Places    []review.Place  `json:"places"`             // every log that holds it
	Absence   string          `json:"absence"`            // present, missing, sealed, withheld, erased
	Statement json.RawMessage `json:"statement"`          // the payload, byte for byte as signed; null if absent
	// Attachments are those that it names, with how far each is here.
	Attachments []ShownAttachment `json:"attachments,omitempty"`
	// Proves is what it shows by itself: of a proof of a fork, the log and what
	// becomes of it.
	Proves string `json:"proves,omitempty"`
	// Elsewhere are the participants whose nodes hold what this one does not show.
	Elsewhere []review.ParticipantID `json:"elsewhere,omitempty"`
	// Withdrawn is what stays known if its author took it back.
	Withdrawn *review.Withdrawn `json:"withdrawn,omitempty"`
	// Accredited is the author, or whom it accredits, where no charter lists that.
	Accredited *review.Accredited `json:"accredited,omitempty"`
	// Recovery is how far guardians have come, if it is a recovery of keys.
	Recovery *review.Recovery `json:"recovery,omitempty"`
}

// AssembleRequest asks for a stocktake.
type AssembleRequest struct {
	Scope    review.Scope
	Cutoff   string           // RFC 3339; empty: the snapshot's latest filing time
	Snapshot *review.Snapshot // nil: what the node holds now

	Rates review.DocumentID // a table of exchange rates; empty: currencies stay apart
}

// Status is how a node is, for people who run it.
type Status struct {
	Participant review.ParticipantID `json:"participant"`
	Name        string               `json:"name"`
	Federation  review.DocumentID    `json:"federation"`
	Charter     int                  `json:"charter"` // number of the one in force
	Log         review.Origin        `json:"log"`
	Size        uint64               `json:"size"`
	Quota       uint64               `json:"quota,omitempty"`     // how many records the own log may hold; 0 for any number
	Pending     uint64               `json:"pending"`             // records of the own log that no quorum has cosigned yet
	Fenced      string               `json:"fenced,omitempty"`    // why this node never signs its log again
	Remedy      string               `json:"remedy,omitempty"`    // of that: what its operator does
	Storage     string               `json:"storage,omitempty"`   // what is wrong with it, and what to do
	ReadOnly    bool                 `json:"readOnly,omitempty"`  // nothing is stored: Storage says why
	LastFiled   string               `json:"lastFiled,omitempty"` // filing time of what was filed last in the own log
	Clock       *int                 `json:"clock,omitempty"`     // seconds by which the witnesses' clocks are ahead of this machine's; nil if not known
	Documents   int                  `json:"documents"`
	Running     bool                 `json:"running"`  // it takes part now; else peers and known sizes say nothing
	Missing     int                  `json:"missing"`  // payloads that have not arrived
	Snapshot    string               `json:"snapshot"` // digest
	Peers       []PeerStatus         `json:"peers"`
	Logs        []LogStatus          `json:"logs"`
	Forks       []string             `json:"forks,omitempty"`
	// Contradictions are what documents show of participants that said two things
	// of which only one can be: of forked logs too.
	Contradictions []Contradiction      `json:"contradictions,omitempty"`
	Addresses      []string             `json:"addresses"`
	Recoveries     []review.Recovery    `json:"recoveries,omitempty"` // of the participant's keys, by its guardians: those that it did not contest
	Accredited     []review.Accredited  `json:"accredited,omitempty"` // authors whom the charter does not list
	Demo           bool                 `json:"demonstration,omitempty"`
	Display        []review.DisplayRule `json:"display,omitempty"` // what is carried here and not shown
	Policy         review.DocumentID    `json:"policy,omitempty"`  // the document that says so
}

// Up is how many peers are connected.
func (s *Status) Up() (connected int) {
	for _, p := range s.Peers {
		if p.Connected {
			connected++
		}
	}
	return connected
}

// Contradiction is one, with the documents that show it.
type Contradiction struct {
	Kind        string               `json:"kind"` // log, witness or charter
	Participant review.ParticipantID `json:"participant"`
	Text        string               `json:"text"`
	Documents   []review.DocumentID  `json:"documents"`
}

// Kinds of contradictions.
const (
	ContradictionLog     = "log"     // its log's key signed two histories
	ContradictionWitness = "witness" // as a witness it cosigned both
	ContradictionCharter = "charter" // it acceded to two successors of one charter
)

// PeerStatus is one other member's node.
type PeerStatus struct {
	Participant review.ParticipantID `json:"participant"`
	Connected   bool                 `json:"connected"`
	Address     string               `json:"address,omitempty"`
	Trouble     string               `json:"trouble,omitempty"` // why it is not connected, if that is known
}

// LogStatus is one log: what is held and the longest head that was heard of.
type LogStatus struct {
	Log   review.Origin `json:"log"`
	Size  uint64        `json:"size"`
	Known uint64        `json:"known"`
}
