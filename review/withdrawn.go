package review

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
