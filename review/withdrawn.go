package review

import "slices"

// Withdrawn is what stays known of a document that its author took back,
// whether or not its content is still held: guarantee 9.
type Withdrawn struct {
	By     DocumentID    `json:"by"`             // the withdrawal
	Kind   Kind          `json:"kind,omitempty"` // "" once erased, unless the withdrawal names it
	Author ParticipantID `json:"author"`
	Reason string        `json:"reason"`
	Filed  string        `json:"filed"`           // when the withdrawal was: RFC 3339
	Erase  bool          `json:"erase,omitempty"` // its author asked for the content to be deleted
}

// Withdrawn is what is known of a document that its author took back; ok is
// false of any other. A later withdrawal may ask to erase what an earlier one
// took back.
func (r *Reading) Withdrawn(id DocumentID) (w Withdrawn, ok bool) {
	e := r.docs[id]
	if e == nil || e.label().Reason != ReasonWithdrawn {
		return Withdrawn{}, false
	}
	d := e.withdrawn.doc
	w = Withdrawn{By: d.ID, Kind: namedKind(d), Author: d.Author, Reason: d.Predicate.(*Withdrawal).Reason, Filed: instant(e.withdrawn.filed)}
	if e.doc != nil {
		w.Kind = e.doc.Kind
	}
	for _, about := range r.about[id] {
		p, is := about.doc.Predicate.(*Withdrawal)
		w.Erase = w.Erase || is && p.Erase
	}
	return w, true
}

// AttachmentsTakenBack are the attachments of a document that its author took
// back by name, each with the first withdrawal that says so. The document stays
// as it is.
func (r *Reading) AttachmentsTakenBack(id DocumentID) map[string]Withdrawn {
	taken := map[string]Withdrawn{}
	for _, e := range slices.Backward(r.about[id]) { // the first filed comes last
		if p, ok := e.doc.Predicate.(*Withdrawal); ok {
			for _, name := range p.Attachments {
				taken[name] = Withdrawn{By: e.id, Kind: r.docs[id].kind(), Author: p.Author, Reason: p.Reason, Filed: instant(e.filed)}
			}
		}
	}
	return taken
}
