package review

// WithdrawalRow is a withdrawal: what was said stays said, the reason beside it.
type WithdrawalRow struct {
	Row
	ID     DocumentID    `json:"id"`
	Author ParticipantID `json:"author"`
	About  DocumentID    `json:"about"`
	Kind   Kind          `json:"kind,omitempty"` // of what was withdrawn; "" if its content is absent
	Reason string        `json:"reason"`
	Erase  bool          `json:"erase,omitempty"` // nodes were asked to delete its content
	Filed  string        `json:"filed"`
}

func fillWithdrawals(v *view, t *table) {
	for _, e := range v.sortedDocs {
		p, ok := e.doc.Predicate.(*Withdrawal)
		if !ok || !v.covers(p.Author) {
			continue
		}
		about := v.docs[e.doc.About()]
		row := &WithdrawalRow{
			Row: Row{Key: string(e.id), In: []string{"withdrawals"}, Sample: e.sample, Cites: []DocumentID{e.id, about.id}},
			ID:  e.id, Author: p.Author, About: about.id, Reason: p.Reason, Erase: p.Erase, Filed: instant(e.filed),
		}
		if about.doc != nil {
			row.Kind = about.doc.Kind
			if !v.touches(objectivesOf(about.doc)) {
				continue
			}
			row.In = append(row.In, "kind: "+string(row.Kind))
		} else if v.objective != 0 {
			continue
		}
		t.add(row)
	}
}

// ExcludedRow is a document that does not count, with the reason.
type ExcludedRow struct {
	Row
	ID     DocumentID    `json:"id"`
	Kind   Kind          `json:"kind,omitempty"`
	Author ParticipantID `json:"author,omitempty"` // as it says itself
	Reason string        `json:"reason"`
	By     DocumentID    `json:"by,omitempty"`
	Filed  string        `json:"filed,omitempty"`
	Log    Origin        `json:"log"`
	Index  uint64        `json:"index"`
	Places int           `json:"places"`
}

func fillExcluded(v *view, t *table) {
	for _, e := range v.docs {
		l := e.label()
		if l.Counts {
			continue
		}
		row := &ExcludedRow{
			Row: Row{Key: string(e.id), In: []string{"excluded", l.Reason}, Sample: l.Sample, Cites: []DocumentID{e.id}},
			ID:  e.id, Reason: l.Reason, By: l.By, Filed: l.Filed, Log: l.Place.Origin, Index: l.Place.Index, Places: l.Places,
		}
		if e.doc != nil {
			row.Kind, row.Author = e.doc.Kind, e.doc.Author
		}
		if l.By != "" {
			row.Cites = append(row.Cites, l.By)
		}
		if v.concernsDocument(e, row.Author) {
			t.add(row)
		}
	}
}

// concernsDocument is whether a document that does not count belongs to the
// scope by who wrote it and what it says. Content that is absent or not
// understood belongs to the global scope alone.
func (v *view) concernsDocument(e *entry, author ParticipantID) bool {
	switch {
	case v.region == "" && v.one == "" && v.objective == 0:
		return true
	case author == "":
		return false
	case v.objective != 0:
		return v.touches(objectivesOf(e.doc))
	}
	return v.covers(author)
}

// objectivesOf are the objectives that a document itself names.
func objectivesOf(d *Document) []int {
	switch p := d.Predicate.(type) {
	case *Pledge:
		return p.Objectives
	case *Comment:
		return p.Objectives
	case *Assessment:
		var all []int
		for _, f := range p.Findings {
			all = append(all, f.Objective)
		}
		return all
	}
	return nil
}
