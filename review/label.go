package review

import "time"

// Label is whether a document counts, and if not why.
type Label struct {
	Counts    bool       `json:"counts"`
	Reason    string     `json:"reason,omitempty"`    // why not: one of the reasons below, or a code of a refusal
	By        DocumentID `json:"by,omitempty"`        // the version or withdrawal that stands against it
	Filed     string     `json:"filed,omitempty"`     // RFC 3339; empty while pending
	Witnesses int        `json:"witnesses,omitempty"` // how many had seen it
	Place     Place      `json:"place"`               // where it was filed first
	Places    int        `json:"places"`              // in how many places it lies; it counts once
	Sample    bool       `json:"sample,omitempty"`    // invented, by itself, its author or its subject
}

// Place is a record's place in a log.
type Place struct {
	Origin Origin `json:"log"`
	Index  uint64 `json:"index"`
}

// Why a document does not count, besides the codes with which [Admit] refuses:
// both doors ask the same questions.
const (
	ReasonAbsent           = "absent"               // the snapshot does not count on its content
	ReasonMalformed        = "malformed"            // its content breaks the rules of its kind
	ReasonNotUnderstood    = "not-understood"       // a kind or version that this program does not know
	ReasonSignatureInvalid = "signature-invalid"    // in no place a signature that verifies
	ReasonPending          = "pending"              // no quorum of witnesses has cosigned it yet
	ReasonKeyNotInForce    = "key-not-in-force"     // filed when the key was not, or no longer, its author's
	ReasonAuthorNotInForce = "author-not-in-force"  // filed when its author did not, or no longer, take part
	ReasonSuspended        = "author-suspended"     // filed while its author was suspended
	ReasonAfterCutoff      = "after-cutoff"         // filed after the stocktake's cut-off
	ReasonNotFounded       = "not-founded"          // too few have acceded to the federation's first charter
	ReasonDangling         = "dangling"             // the snapshot has no record of what it is about
	ReasonSubjectAbsent    = "subject-absent"       // the content of what it is about is absent
	ReasonSubjectExcluded  = "subject-excluded"     // what it is about does not hold itself
	ReasonNotAcceded       = "party-not-acceded"    // a report by a party that has not acceded
	ReasonNotConsented     = "review-not-consented" // a review filed before the reviewed consented to it
	ReasonNotJoined        = "reviewer-not-joined"  // a review by one of the team who had not joined it
	ReasonNotAdopted       = "charter-not-in-force" // a charter without its majority
	ReasonVoidReceipt      = "void-receipt"         // its checkpoint is not the log's, or no witness cosigned it
	ReasonVoidFork         = "void-fork"            // its notes do not contradict each other, or are not the log's
	ReasonForked           = "forked"               // in a log that showed two histories, where no quorum had cosigned it
	ReasonWithdrawn        = "withdrawn"            // taken back by its author
	ReasonSuperseded       = "superseded"           // replaced by its author
	ReasonDuplicate        = "duplicate"            // of a record: the document counts from another place

	ReasonSeconding = "recovery-not-seconded" // a recovery of keys that too few guardians have seconded
	ReasonUnderWay  = "recovery-under-way"    // one that they have, and that may still be contested
	ReasonContested = "recovery-contested"    // one that its participant stopped
)

// Label is the label of a document; ok is false if no record has it.
func (r *Reading) Label(id DocumentID) (l Label, ok bool) {
	e := r.docs[id]
	if e == nil {
		return Label{}, false
	}
	return e.label(), true
}

func (e *entry) label() Label {
	filed := e.filed
	if filed.IsZero() {
		filed = e.logged
	}
	l := Label{
		Reason: e.code, Filed: instant(filed), Witnesses: int(e.witnesses), Sample: e.sample,
		Place: Place{e.place().origin(), e.place().index}, Places: len(e.places),
	}
	switch {
	case e.code != "" && (e.code != ReasonAbsent || e.withdrawn == nil):
	case e.withdrawn != nil: // its content may be gone by now
		l.Reason, l.By = ReasonWithdrawn, e.withdrawn.id
	case e.stranger:
		l.Reason = ReasonNotAcceded
	case e.unmandated != "":
		l.Reason = e.unmandated
	case e.replaced != nil:
		l.Reason, l.By = ReasonSuperseded, e.replaced.id
	case e.recovery != "":
		l.Reason, l.By = e.recovery, e.contested
	default:
		l.Counts = true
	}
	return l
}

// RecordLabel is the label of one record: its document's, except that a
// document which lies in several places counts from the first only.
func (r *Reading) RecordLabel(p Place, id DocumentID) (Label, bool) {
	l, ok := r.Label(id)
	if ok && l.Counts && l.Place != p {
		l.Counts, l.Reason = false, ReasonDuplicate
	}
	return l, ok
}

// Chain is the charter in force among the records, with its history.
func (r *Reading) Chain() *Chain { return r.chain }

// Snapshot is what was read, with the charter in force.
func (r *Reading) Snapshot() Snapshot { return r.snapshot }

// Cutoff is the filing time up to which documents count.
func (r *Reading) Cutoff() time.Time { return r.cutoff }

// counts is whether a document holds and stands.
func (e *entry) counts() bool {
	return e.code == "" && e.withdrawn == nil && !e.stranger && e.unmandated == "" && e.replaced == nil && e.recovery == ""
}
