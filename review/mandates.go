package review

import "slices"

// How far a review with a mandate has come.
const (
	reviewInvited   = "invited"
	reviewDeclined  = "declined"
	reviewConsented = "consented"
	reviewTeam      = "team complete"
	reviewDraft     = "draft"
	reviewCorrected = "corrected"
	reviewFinal     = "final"
	reviewReplied   = "replied"
)

// MandateRow is a mandate with how far its review has come.
type MandateRow struct {
	Row
	ID          DocumentID               `json:"id"`
	Author      ParticipantID            `json:"author"`
	Type        string                   `json:"type"`
	Title       string                   `json:"title"`
	Reviewed    ParticipantID            `json:"reviewed"`
	Team        []ParticipantID          `json:"team"`
	Interests   map[ParticipantID]string `json:"interests,omitempty"` // of those of the team who joined
	Declined    []ParticipantID          `json:"declined,omitempty"`  // of the team
	Round       string                   `json:"round,omitempty"`
	Objectives  []int                    `json:"objectives"`
	From        string                   `json:"from"`
	Until       string                   `json:"until"`
	Stage       string                   `json:"stage"`
	Drafts      []DocumentID             `json:"drafts,omitempty"`
	Corrections []DocumentID             `json:"corrections,omitempty"`
	Finals      []DocumentID             `json:"finals,omitempty"`
	Replies     []DocumentID             `json:"replies,omitempty"` // of the reviewed, to a final
	Filed       string                   `json:"filed"`
}

var mandatesGroup = group{
	name: groupMandates,
	figures: []string{"mandates", reviewInvited, reviewDeclined, reviewConsented, reviewTeam, reviewDraft, reviewCorrected,
		reviewFinal, reviewReplied, "as a reviewer"},
	touched: ofMandate,
	fill:    fillMandates,
	rows:    func(c *Contents) any { return &c.Mandates },
	section: func(c *Contents) *Section {
		s := c.newSection(groupMandates, "Reviews with a mandate", "mandate", "type", "reviewed", "team", "round", "objectives", "until", "stage", "interests declared")
		for _, r := range c.Mandates {
			s.add(r.Sample, string(r.ID), r.Type, string(r.Reviewed), joinIDs(r.Team), r.Round, numbers(r.Objectives), r.Until, r.Stage, interests(r))
		}
		return s
	},
}

func interests(r MandateRow) (text string) {
	for _, id := range r.Team {
		if said, ok := r.Interests[id]; ok {
			if text != "" {
				text += "; "
			}
			text += string(id) + ": " + clip(said)
		}
	}
	return text
}

// ofMandate is the unit of the mandate that a document is, is about, or rests
// on: an accession to it, a review with it, what is said of that review.
func ofMandate(v *view, e *entry) []string {
	switch e.kind() {
	case KindAccession, KindComment, KindResponse:
		e = v.docs[e.doc.About()]
	}
	if p, ok := predicateOf[*Assessment](e); ok && p.Mandate != "" {
		e = v.docs[p.Mandate]
	}
	return itself[*Mandate](v, e)
}

func fillMandates(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*Mandate](e)
	if !ok || !e.counts() || !v.ofRound(p.Round) || !v.touches(p.Objectives) {
		return
	}
	row := &MandateRow{
		Row: Row{Key: string(e.id), Sample: e.sample, Cites: []DocumentID{e.id}},
		ID:  e.id, Author: p.Author, Type: p.Type, Title: p.Title, Reviewed: p.About, Team: p.Team, Round: p.Round, Objectives: p.Objectives,
		From: p.From, Until: p.Until, Filed: instant(e.filed),
	}
	v.stage(row, e)
	switch {
	case v.covers(p.About):
		row.In = []string{"mandates", row.Stage, "type: " + p.Type}
	case slices.ContainsFunc(p.Team, v.covers):
		row.In = []string{"as a reviewer"}
	default:
		return
	}
	t.add(row)
}

// stage finds how far the review has come, and the documents that say so.
func (v *view) stage(row *MandateRow, mandate *entry) {
	consented := row.Author == row.Reviewed
	row.Stage = reviewInvited
	words := v.joined(mandate.id)
	for _, id := range append([]ParticipantID{row.Reviewed}, row.Team...) {
		word := words[id]
		if word == nil {
			continue
		}
		row.Cites = append(row.Cites, word.id)
		said := word.doc.Predicate.(*Accession)
		switch declined := said.Decision == decisionDeclined; {
		case id == row.Reviewed && declined && !consented:
			row.Stage = reviewDeclined
		case id == row.Reviewed:
			consented = true
		case declined:
			row.Declined = append(row.Declined, id)
		default:
			if row.Interests == nil {
				row.Interests = map[ParticipantID]string{}
			}
			row.Interests[id] = said.Interests
		}
	}
	if consented {
		row.Stage = reviewConsented
		if len(row.Interests) == len(row.Team) {
			row.Stage = reviewTeam
		}
	}
	for _, review := range v.under(citedIn(mandate.id)) {
		p, ok := review.doc.Predicate.(*Assessment)
		if !ok || review.unmandated != "" || review.withdrawn != nil {
			continue
		}
		draft := p.Stage == stageDraft
		if draft {
			row.Drafts = append(row.Drafts, review.id)
		} else if review.counts() {
			row.Finals = append(row.Finals, review.id)
		}
		for _, x := range v.about[review.id] {
			switch q := x.doc.Predicate.(type) {
			case *Comment:
				if draft && q.Type == commentCorrection && x.counts() {
					row.Corrections = append(row.Corrections, x.id)
				}
			case *Response:
				if !draft && review.counts() && x.counts() {
					row.Replies = append(row.Replies, x.id)
				}
			}
		}
	}
	for _, step := range []struct {
		stage string
		by    []DocumentID
	}{{reviewDraft, row.Drafts}, {reviewCorrected, row.Corrections}, {reviewFinal, row.Finals}, {reviewReplied, row.Replies}} {
		if len(step.by) > 0 {
			row.Stage = step.stage
			row.Cites = append(row.Cites, step.by...)
		}
	}
}
