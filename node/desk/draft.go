package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"stocktake/node/ceremony"
	"stocktake/node/web/lang"
	"stocktake/review"
)

// Draft is a document on its way: written, cleared by another, signed, filed.
// What is cleared is these fields and files and no others: a change ends it.
type Draft struct {
	ID       string            `json:"id"`
	Kind     review.Kind       `json:"kind"`
	About    review.DocumentID `json:"about,omitempty"`
	Fields   map[string]any    `json:"fields"`
	Files    []File            `json:"files,omitempty"`
	State    State             `json:"state"`
	Cleared  string            `json:"cleared,omitempty"` // digest of what was cleared
	History  []Event           `json:"history"`
	Changed  time.Time         `json:"changed"`
	Document review.DocumentID `json:"document,omitempty"` // once it is filed

	// Ceremony is whether it is of the charter's pages: a proposal, whose fields
	// follow from its steps, or our approval of one. Nobody types in its fields.
	Ceremony bool                 `json:"ceremony,omitempty"`
	Steps    []ceremony.Amendment `json:"steps,omitempty"`
}

// File is what will be attached.
type File struct {
	Name   string            `json:"name"` // neutral: annex-1.pdf
	Digest review.DocumentID `json:"digest"`
	Size   int64             `json:"size"`
}

// Event is one line of a draft's history.
type Event struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	What string    `json:"what"`
	Note string    `json:"note,omitempty"`
}

// State is how far a draft has come.
type State string

// The states, in order.
const (
	Writing  State = "being written"
	Awaiting State = "waiting for clearance"
	Cleared  State = "cleared"
	Filed    State = "filed"
)

// What is written in a history.
const (
	didBegin    = "began it"
	didWrite    = "wrote"
	didAttach   = "attached a file"
	didSubmit   = "asked for clearance"
	didClear    = "cleared it"
	didSendBack = "sent it back"
	didSign     = "signed it with the node's key and filed it"
	didBring    = "brought the signed envelope and filed it"
)

// didKeys are the messages for what is written in a history, which is the same
// whoever reads it in whatever language.
var didKeys = map[string]string{
	didBegin: "did.begin", didWrite: "did.write", didAttach: "did.attach", didSubmit: "did.submit",
	didClear: "did.clear", didSendBack: "did.send-back", didSign: "did.sign", didBring: "did.bring",
}

var stateKeys = map[State]string{Writing: "draft.writing", Awaiting: "draft.awaiting", Cleared: "draft.cleared", Filed: "draft.filed"}

func (s State) said() lang.Sentence { return lang.Sentence{Key: stateKeys[s]} }

func (e Event) said() lang.Sentence {
	return lang.Sentence{Key: didKeys[e.What], Arguments: []any{"who", e.Who}}
}

// notNow is why a draft is not in the state for what somebody wants.
func (d *Draft) notNow() error {
	return cannot(http.StatusConflict, "cannot.now", "state", d.State.said())
}

// errFiled is why a draft that was filed is not written in.
var errFiled = cannot(http.StatusConflict, "cannot.change")

// errFixed is why nobody types in a draft of the charter's pages.
var errFixed = cannot(http.StatusConflict, "cannot.fixed")

// content is the digest of what would be signed, but for what signing fills in.
func (d *Draft) content() string {
	sum := sha256.Sum256(review.Canonical(struct {
		Kind   review.Kind       `json:"kind"`
		About  review.DocumentID `json:"about"`
		Fields map[string]any    `json:"fields"`
		Files  []File            `json:"files"`
	}{d.Kind, d.About, d.Fields, d.Files}))
	return hex.EncodeToString(sum[:])
}

// note adds to the history; what one person does several times in a row is one line.
func (d *Draft) note(at time.Time, who, what, text string) {
	d.Changed = at
	if n := len(d.History); n > 0 && text == "" && d.History[n-1].Who == who && d.History[n-1].What == what {
		d.History[n-1].At = at
		return
	}
	if len(d.History) < maxHistory {
		d.History = append(d.History, Event{at, who, what, text})
	}
}

// writers are those who wrote any of it.
func (d *Draft) writers() (names []string) {
	for _, e := range d.History {
		if (e.What == didBegin || e.What == didWrite || e.What == didAttach) && !slices.Contains(names, e.Who) {
			names = append(names, e.Who)
		}
	}
	return names
}

// write takes new fields. What was cleared is not any more.
func (d *Draft) write(p *Person, at time.Time, about review.DocumentID, fields map[string]any) error {
	if !p.is(Drafter) {
		return notFor(p, Drafter)
	}
	if d.State == Filed {
		return errFiled
	}
	before := d.content()
	d.About, d.Fields = about, fields
	if d.content() == before {
		return nil
	}
	d.State, d.Cleared = Writing, ""
	d.note(at, p.Name, didWrite, "")
	return nil
}

// submit asks for clearance. The fields have to keep their kind's rules.
func (d *Draft) submit(p *Person, at time.Time) error {
	if !p.is(Drafter) {
		return notFor(p, Drafter)
	}
	if d.State != Writing {
		return d.notNow()
	}
	d.State = Awaiting
	d.note(at, p.Name, didSubmit, "")
	return nil
}

// clear is the second pair of eyes.
func (d *Draft) clear(p *Person, at time.Time, seen, note string) error {
	switch {
	case !p.is(Clearer):
		return notFor(p, Clearer)
	case d.State != Awaiting:
		return d.notNow()
	case slices.Contains(d.writers(), p.Name):
		return cannot(http.StatusForbidden, "cannot.clear-own")
	case seen != d.content():
		return cannot(http.StatusConflict, "cannot.clear-changed")
	}
	d.State, d.Cleared = Cleared, d.content()
	d.note(at, p.Name, didClear, note)
	return nil
}

// sendBack returns it to whoever wrote it.
func (d *Draft) sendBack(p *Person, at time.Time, note string) error {
	switch {
	case !p.is(Clearer) && !p.is(Signer):
		return notFor(p, Clearer)
	case d.State != Awaiting && d.State != Cleared:
		return d.notNow()
	case note == "":
		return cannot(http.StatusBadRequest, "cannot.send-back")
	}
	d.State, d.Cleared = Writing, ""
	d.note(at, p.Name, didSendBack, note)
	return nil
}

// maySign is why a person may not sign it now.
func (d *Draft) maySign(p *Person) error {
	switch {
	case !p.is(Signer):
		return notFor(p, Signer)
	case d.State != Cleared || d.Cleared != d.content():
		return cannot(http.StatusConflict, "cannot.sign-uncleared", "state", d.State.said())
	}
	return nil
}

// filed is the end.
func (d *Draft) filed(p *Person, at time.Time, what string, id review.DocumentID) {
	d.State, d.Document = Filed, id
	d.note(at, p.Name, what, "")
}
