package review

import "fmt"

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

	Progress string     `json:"progress,omitempty"` // of a recommendation: how far it is, in the addressee's last follow-up
	FollowUp DocumentID `json:"followUp,omitempty"` // that follow-up
	Seen     string     `json:"seen,omitempty"`     // how far it is, in the recommender's
	SeenIn   DocumentID `json:"seenIn,omitempty"`
}

// comment is the row of a unit's comment, if it stands in the scope; given is
// true for one that is in it only because of who wrote it.
func (v *view) comment(unit string) (row *CommentRow, given bool) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*Comment](e)
	if !ok || !e.counts() {
		return nil, false
	}
	about, _ := v.chain.first(v.known(e.doc))(e.doc.About())
	to := addressee(p, about)
	objectives := p.Objectives
	if pledge, ok := about.Predicate.(*Pledge); ok && len(objectives) == 0 {
		objectives = pledge.Objectives
	}
	if !v.touches(objectives) || !v.hears(to) && !v.covers(p.Author) {
		return nil, false
	}
	row = &CommentRow{
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
	if p.Type == commentRecommendation {
		own, other := v.followUps(e, to)
		if own != nil {
			row.Progress, row.FollowUp = own.doc.Predicate.(*FollowUp).Status, own.id
			row.Cites = append(row.Cites, own.id)
		}
		if other != nil {
			row.Seen, row.SeenIn = other.doc.Predicate.(*FollowUp).Status, other.id
			row.Cites = append(row.Cites, other.id)
		}
	}
	return row, !v.hears(to)
}

// followThrough is what the figures say of a recommendation's follow-up.
func (r *CommentRow) followThrough() []string {
	progress := "no follow-up yet"
	if r.Progress != "" {
		progress = "follow-up: " + r.Progress
	}
	if r.Seen != "" && r.Progress != "" && r.Seen != r.Progress {
		return []string{progress, "follow-up seen differently"}
	}
	return []string{progress}
}

// ofComment are the units of the comments whose rows rest on a document:
// itself, what it responds to, those about it.
func ofComment(v *view, e *entry) (units []string) {
	for _, x := range v.about[e.id] {
		units = append(units, itself[*Comment](v, x)...)
	}
	if e.kind() == KindFollowUp {
		e = v.docs[e.doc.About()]
	}
	if e.kind() == KindResponse {
		e = v.docs[e.doc.About()]
	}
	return append(units, itself[*Comment](v, e)...)
}

var recommendationsGroup = group{
	name:    groupRecommendations,
	figures: []string{"recommendations", stateOpen, "supported", "noted", "declined", "answered"},
	touched: ofComment,
	fill: func(v *view, unit string, t *table) {
		row, given := v.comment(unit)
		switch {
		case row == nil || row.Type != commentRecommendation:
			return
		case given:
			row.In = []string{"given to others"}
		default:
			row.In = append([]string{"recommendations", row.State}, row.followThrough()...)
		}
		t.add(row)
	},
	rows: func(c *Contents) any { return &c.Recommendations },
	section: func(c *Contents) *Section {
		s := c.newSection(groupRecommendations, "Recommendations", "recommendation", "by", "to", "about", "objectives", "state", "response", "intended", "follow-up", "as the recommender sees it")
		for _, r := range c.Recommendations {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), string(r.To), aboutName(r), numbers(r.Objectives), r.State, string(r.Response), r.Intended, r.Progress, r.Seen)
		}
		return s
	},
}

var commentsGroup = group{
	name:    groupComments,
	figures: []string{"comments"},
	touched: ofComment,
	fill: func(v *view, unit string, t *table) {
		row, given := v.comment(unit)
		switch {
		case row == nil || row.Type == commentRecommendation:
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
	},
	rows: func(c *Contents) any { return &c.Comments },
	section: func(c *Contents) *Section {
		s := c.newSection(groupComments, "Questions and other comments", "comment", "type", "by", "to", "about", "state", "response")
		for _, r := range c.Comments {
			s.add(r.Sample, string(r.ID), r.Type, by(string(r.Author), r.AccreditedBy), string(r.To), aboutName(r), r.State, string(r.Response))
		}
		return s
	},
}

func aboutName(r CommentRow) string {
	stands := ""
	if !r.Stands {
		stands = " (no longer stands)"
	}
	return fmt.Sprintf("%s %.12s%s", r.AboutKind, r.About, stands)
}
