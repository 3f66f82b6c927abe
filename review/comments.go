package review

// stateOpen is a recommendation or a question without its addressee's answer.
const stateOpen = "open"

// CommentRow is a comment that stands: in the group of recommendations, or of
// other comments.
type CommentRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Type       string        `json:"type"`
	Author     ParticipantID `json:"author"`
	To         ParticipantID `json:"to"` // whose answer is asked for
	About      DocumentID    `json:"about"`
	AboutKind  Kind          `json:"aboutKind"`
	Stands     bool          `json:"aboutStands"` // what it is about was neither withdrawn nor replaced
	Objectives []int         `json:"objectives,omitempty"`
	State      string        `json:"state,omitempty"`    // of a recommendation or question: open, or the answer's position
	Response   DocumentID    `json:"response,omitempty"` // that answer
	Intended   string        `json:"intended,omitempty"` // what it intends by when
	Filed      string        `json:"filed"`
}

// comments calls f for the comments of the scope; given is true for one that
// is in it only because of who wrote it.
func (v *view) comments(f func(row *CommentRow, given bool)) {
	for _, e := range v.sortedDocs {
		p, ok := e.doc.Predicate.(*Comment)
		if !ok || !e.counts() {
			continue
		}
		about, _ := v.chain.first(v.known(e.doc))(e.doc.About())
		to := addressee(p, about)
		objectives := p.Objectives
		if pledge, ok := about.Predicate.(*Pledge); ok && len(objectives) == 0 {
			objectives = pledge.Objectives
		}
		if !v.touches(objectives) || !v.covers(to) && !v.covers(p.Author) {
			continue
		}
		row := &CommentRow{
			Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), Sample: e.sample, Cites: []DocumentID{e.id}},
			ID:  e.id, Type: p.Type, Author: p.Author, To: to, About: about.ID, AboutKind: about.Kind, Stands: true, Objectives: p.Objectives, Filed: instant(e.filed),
		}
		if subject := v.docs[about.ID]; subject != nil {
			row.Stands = subject.counts()
		}
		if p.Type == commentQuestion || p.Type == commentRecommendation {
			row.State = stateOpen
			for _, answer := range v.about[e.id] { // by filing: the last one holds
				if r, ok := answer.doc.Predicate.(*Response); ok && answer.counts() && r.Author == to {
					row.State, row.Response, row.Intended = r.Position, answer.id, r.Intended
				}
			}
			if row.Response != "" {
				row.Cites = append(row.Cites, row.Response)
			}
		}
		f(row, !v.covers(to))
	}
}

func fillRecommendations(v *view, t *table) {
	v.comments(func(row *CommentRow, given bool) {
		switch {
		case row.Type != commentRecommendation:
			return
		case given:
			row.In = []string{"given to others"}
		default:
			row.In = []string{"recommendations", row.State}
		}
		t.add(row)
	})
}

func fillComments(v *view, t *table) {
	v.comments(func(row *CommentRow, given bool) {
		switch {
		case row.Type == commentRecommendation:
			return
		case given:
			row.In = []string{"given to others"}
		default:
			row.In = []string{"comments", "type: " + row.Type}
			if row.State != "" {
				row.In = append(row.In, "questions "+row.State)
			}
		}
		t.add(row)
	})
}
