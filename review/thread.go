package review

// Thread is a document with what was said about it, and about that: comments,
// responses, reports, assessments, accessions and withdrawals that hold,
// whether or not they still stand. Replies are in order of filing. Receipts
// and openings are left out.
type Thread struct {
	ID        DocumentID    `json:"id"`
	Kind      Kind          `json:"kind,omitempty"` // "" where the content is absent or not understood
	Type      string        `json:"type,omitempty"` // of a comment or an assessment, role of an accession, position of a response, status of a report
	Author    ParticipantID `json:"author,omitempty"`
	Title     string        `json:"title,omitempty"`
	Label     Label         `json:"label"`
	Replies   []*Thread     `json:"replies"`
	NotListed int           `json:"notListed,omitempty"` // replies that lie deeper than a thread goes
}

// Thread is the thread of a document; ok is false if no record has it.
func (r *Reading) Thread(id DocumentID) (t *Thread, ok bool) {
	e := r.docs[id]
	if e == nil {
		return nil, false
	}
	return r.thread(e, 0), true
}

func (r *Reading) thread(e *entry, depth int) *Thread {
	t := &Thread{ID: e.id, Label: e.label(), Replies: []*Thread{}}
	if e.doc != nil {
		t.Kind, t.Author, t.Title = e.doc.Kind, e.doc.Author, e.doc.Title
		t.Type = typeOf(e.doc)
	} else if w, ok := r.Withdrawn(e.id); ok { // erased: the withdrawal tells whose it was
		t.Kind, t.Author = w.Kind, w.Author
	}
	for _, reply := range r.about[e.id] {
		switch {
		case reply.doc.Kind.Bookkeeping():
		case depth == maxThreadDepth:
			t.NotListed++
		default:
			t.Replies = append(t.Replies, r.thread(reply, depth+1))
		}
	}
	return t
}
