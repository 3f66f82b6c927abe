package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"

	"stocktake/review"
	"stocktake/signing"
)

// irregularitiesJSON is what /api/v1/irregularities answers.
type irregularitiesJSON struct {
	Version        int                   `json:"version"`
	Irregularities []review.Irregularity `json:"irregularities"`
}

func (n *site) getIrregularities(w http.ResponseWriter, r *http.Request) error {
	all, err := n.Irregularities(r.Context())
	if err != nil {
		return err
	}
	if all == nil {
		all = []review.Irregularity{}
	}
	return writeJSON(w, http.StatusOK, irregularitiesJSON{listVersion, all})
}

// What pages show among irregularities though it is none of the record: what its
// author took back, and what this node does not display.
const (
	irregularWithdrawn = "withdrawn"
	irregularHidden    = "not-displayed"
)

// eraseAsked is the state of a withdrawal that asks nodes to erase the content.
const eraseAsked = "erase"

// keptIrregularities are those of the snapshot that pages were made from last.
type keptIrregularities struct {
	sync.Mutex
	snapshot  string
	all       []review.Irregularity
	parts     []string // of the withdrawals that were read last
	withdrawn []review.Irregularity
}

// irregularities are all that a reader should know of, the latest first.
func (n *site) irregularities(ctx context.Context, v *view) ([]review.Irregularity, error) {
	n.irregular.Lock()
	defer n.irregular.Unlock()
	if n.irregular.snapshot == v.digest {
		return n.irregular.all, nil
	}
	found, err := n.Irregularities(ctx)
	if err != nil {
		return nil, err
	}
	a, err := n.assembled(ctx, v, review.ScopeGlobal, "")
	if err != nil {
		return nil, err
	}
	if err := n.irregular.withdrawals(a); err != nil {
		return nil, err
	}
	all := slices.Clone(found) // which is the service's own
	for _, rule := range v.status.Display {
		hidden := review.Irregularity{Kind: irregularHidden, Reason: rule.Reason, At: v.listed(v.status.Policy).Filed, Documents: []review.DocumentID{v.status.Policy}}
		if _, err := signing.ParseDigest(rule.What); err == nil {
			hidden.About, hidden.Participant = review.DocumentID(rule.What), v.listed(review.DocumentID(rule.What)).Author
		} else {
			hidden.Participant = review.ParticipantID(rule.What)
		}
		all = append(all, hidden)
	}
	slices.SortStableFunc(all, latestFirst)
	n.irregular.snapshot, n.irregular.all = v.digest, merged(all, n.irregular.withdrawn)
	return n.irregular.all, nil
}

// withdrawals reads those of a stocktake, unless they are as they were.
func (k *keptIrregularities) withdrawals(a *assembled) error {
	parts := a.PartsOf("withdrawals")
	if slices.Equal(parts, k.parts) {
		return nil
	}
	a, err := a.with("withdrawals")
	if err != nil {
		return err
	}
	k.parts, k.withdrawn = parts, nil
	for _, w := range a.Withdrawals {
		if len(w.Attachments) > 0 {
			continue // the document counts as before
		}
		taken := review.Irregularity{Kind: irregularWithdrawn, Participant: w.Author, Reason: w.Reason, At: w.Filed, About: w.About, Documents: []review.DocumentID{w.ID}, Sample: w.Sample}
		if w.Erase {
			taken.State = eraseAsked
		}
		k.withdrawn = append(k.withdrawn, taken)
	}
	slices.SortStableFunc(k.withdrawn, latestFirst)
	return nil
}

func latestFirst(a, b review.Irregularity) int { return strings.Compare(b.At, a.At) }

// merged are two lists, of which each has the latest first, as one.
func merged(a, b []review.Irregularity) []review.Irregularity {
	all := make([]review.Irregularity, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		next := &a
		if latestFirst(a[0], b[0]) > 0 {
			next = &b
		}
		all, *next = append(all, (*next)[0]), (*next)[1:]
	}
	return append(append(all, a...), b...)
}

// concerning are those about one participant.
func concerning(all []review.Irregularity, id review.ParticipantID) []review.Irregularity {
	return slices.DeleteFunc(slices.Clone(all), func(i review.Irregularity) bool { return i.Participant != id })
}

// irregularRow is one of them in plain words.
type irregularRow struct {
	At        string
	Text      template.HTML
	Reason    string // in its author's words
	Excluded  int    // documents that do not count because of it
	Why       string // the address of all that do not count for that reason
	Documents []ref
	Sample    bool
}

func (t tabler) irregular(i review.Irregularity, a *assembled) irregularRow {
	row := irregularRow{At: i.At, Text: t.irregularText(i), Documents: t.cites(i.Documents), Sample: i.Sample}
	if i.Kind != review.IrregularEndedLog { // its reason is a code, and in the text
		row.Reason = i.Reason
	}
	for _, e := range a.Excluded {
		if undoes(i, e) {
			row.Excluded++
			row.Why = figureAddress(AssembleRequest{Scope: review.ScopeGlobal}, "excluded", e.Reason, e.Sample)
		}
	}
	return row
}

// undoing are the kinds because of which documents do not count.
var undoing = []string{review.IrregularForkedLog, review.IrregularSuspended, review.IrregularLeft}

// undoes is whether a document does not count because of an irregularity.
func undoes(i review.Irregularity, e review.ExcludedRow) bool {
	switch i.Kind {
	case review.IrregularForkedLog:
		return e.Reason == review.ReasonForked && e.Log == i.Log
	case review.IrregularSuspended:
		return e.Reason == review.ReasonSuspended && e.Author == i.Participant && i.At <= e.Filed && e.Filed < i.Until
	case review.IrregularLeft:
		return e.Reason == review.ReasonAuthorNotInForce && e.Author == i.Participant && i.At <= e.Filed
	}
	return false
}

// irregularText is a sentence or two. Who it is about, logs and documents are
// links in it.
func (t tabler) irregularText(i review.Irregularity) template.HTML {
	who, log, until := t.reference(t.who(i.Participant)), idMark(i.Log), t.moment(i.Until)
	switch i.Kind {
	case review.IrregularForkedLog:
		kept := t.HTML("irregular.kept-none")
		if i.Size > 0 {
			kept = t.HTML("irregular.kept", "size", i.Size)
		}
		return t.HTML("irregular.log-forked", "who", who, "log", log) + " " + kept
	case review.IrregularEndedLog:
		return t.HTML("irregular.log-ended", "who", who, "log", log, "reason", t.phrase(i.Reason))
	case review.IrregularClosedLog:
		return t.HTML("irregular.log-closed", "who", who, "log", log)
	case review.IrregularRevoked:
		return t.HTML("irregular.key-revoked", "who", who, "role", t.keyRole(i.Role))
	case review.IrregularClosedKey:
		return t.HTML("irregular.key-closed", "who", who, "role", t.keyRole(i.Role))
	case review.IrregularRecovery:
		switch i.State {
		case review.ReasonSeconding:
			return t.HTML("irregular.recovery-proposed", "who", who)
		case review.ReasonUnderWay:
			return t.HTML("irregular.recovery-under-way", "who", who, "until", until)
		case review.ReasonContested:
			return t.HTML("irregular.recovery-contested", "who", who)
		}
		return t.HTML("irregular.keys-recovered", "who", who)
	case review.IrregularWitness:
		return t.HTML("irregular.witness-ended", "who", who)
	case review.IrregularSeal:
		return t.HTML("irregular.witness-key-ended", "who", who)
	case review.IrregularTwoSeals:
		return t.HTML("irregular.witness-contradicted", "who", who, "log", log, "a", i.Sizes[0], "b", i.Sizes[1])
	case review.IrregularSuspended:
		switch i.State {
		case review.SuspensionLapsed:
			return t.HTML("irregular.suspension-lapsed", "who", who, "until", until)
		case review.SuspensionConfirmed:
			return t.HTML("irregular.suspension-confirmed", "who", who, "until", until)
		}
		return t.HTML("irregular.suspended", "who", who, "until", until)
	case review.IrregularLeft:
		return t.HTML("irregular.left", "who", who)
	case review.IrregularRivals:
		return t.HTML("irregular.rival-charters", "who", who, "number", i.Number)
	case review.IrregularRefused:
		return t.HTML("irregular.refused", "who", who, "document", t.reference(t.plainly(i.About)))
	case irregularWithdrawn:
		document := t.reference(t.plainly(i.About))
		switch {
		case t.listed(i.About).Erased != "":
			return t.HTML("irregular.erased", "who", who, "document", document)
		case i.State == eraseAsked:
			return t.HTML("irregular.erase-asked", "who", who, "document", document)
		}
		return t.HTML("irregular.withdrawn", "who", who, "document", document)
	case irregularHidden:
		if i.About != "" {
			return t.HTML("irregular.hidden-document", "document", t.reference(t.plainly(i.About)))
		}
		return t.HTML("irregular.hidden-author", "who", who)
	}
	return template.HTML(template.HTMLEscapeString(i.Kind)) // of a node that knows more kinds
}

// plainly is a document by its title; one that is erased or not shown by its
// kind, since the sentence around it says why.
func (t tabler) plainly(id review.DocumentID) ref {
	r := t.document(id)
	if d := t.listed(id); d.Erased != "" || d.NotDisplayed != "" {
		r.Text = t.named(d.Kind, id)
	}
	return r
}
