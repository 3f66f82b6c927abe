package review

import (
	"strconv"
	"strings"
)

// WithdrawalRow is a withdrawal: what was said stays said, the reason beside it.
type WithdrawalRow struct {
	Row
	ID     DocumentID    `json:"id"`
	Author ParticipantID `json:"author"`
	About  DocumentID    `json:"about"`
	Kind   Kind          `json:"kind,omitempty"` // of what was withdrawn; "" if its content is absent
	Reason string        `json:"reason"`
	Erase  bool          `json:"erase,omitempty"` // nodes were asked to delete its content
	// Attachments are all that was taken back, if any are named: the document stays.
	Attachments []string `json:"attachments,omitempty"`
	Filed       string   `json:"filed"`
}

var withdrawalsGroup = group{
	name:    groupWithdrawals,
	figures: []string{"withdrawals"},
	touched: func(v *view, e *entry) (units []string) {
		for _, w := range v.takings[e.id] {
			units = append(units, string(w.id))
		}
		return append(units, itself[*Withdrawal](v, e)...)
	},
	fill: fillWithdrawals,
	rows: func(c *Contents) any { return &c.Withdrawals },
	section: func(c *Contents) *Section {
		s := c.newSection(groupWithdrawals, "Withdrawals", "withdrawal", "by", "of", "kind", "reason", "filed")
		for _, r := range c.Withdrawals {
			kind := string(r.Kind)
			if len(r.Attachments) > 0 {
				kind += ", only " + strings.Join(r.Attachments, ", ")
			}
			s.add(r.Sample, string(r.ID), string(r.Author), string(r.About), kind, r.Reason, r.Filed)
		}
		return s
	},
}

func fillWithdrawals(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*Withdrawal](e)
	if !ok || e.code != "" || !v.hears(p.Author) {
		return
	}
	about := v.docs[e.doc.About()]
	row := &WithdrawalRow{
		Row: Row{Key: string(e.id), In: []string{"withdrawals"}, Sample: e.sample, Cites: []DocumentID{e.id, about.id}},
		ID:  e.id, Author: p.Author, About: about.id, Reason: p.Reason, Erase: p.Erase, Attachments: p.Attachments, Filed: instant(e.filed),
	}
	if p.partial() {
		row.In = append(row.In, "attachments only")
	}
	if about.doc != nil {
		row.Kind = about.doc.Kind
		if !v.touches(objectivesOf(about.doc)) {
			return
		}
		row.In = append(row.In, "kind: "+string(row.Kind))
	} else if v.objective != 0 {
		return
	}
	t.add(row)
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

var excludedGroup = group{
	name:    groupExcluded,
	figures: []string{"excluded"},
	touched: func(_ *view, e *entry) []string { return []string{string(e.id)} },
	fill:    fillExcluded,
	rows:    func(c *Contents) any { return &c.Excluded },
	section: func(c *Contents) *Section {
		s := c.newSection(groupExcluded, "Not counted, and why", "document", "kind", "author it names", "reason", "by", "log", "index")
		for _, r := range c.Excluded {
			s.add(r.Sample, string(r.ID), string(r.Kind), string(r.Author), FieldError{Code: r.Reason}.Message(), string(r.By), string(r.Log), strconv.FormatUint(r.Index, 10))
		}
		return s
	},
}

func fillExcluded(v *view, unit string, t *table) {
	e := v.docs[DocumentID(unit)]
	l := e.label()
	if l.Counts {
		return
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

// concernsDocument is whether a document that does not count belongs to the
// scope by who wrote it and what it says. Content that is absent or not
// understood belongs to the global scope alone.
func (v *view) concernsDocument(e *entry, author ParticipantID) bool {
	switch {
	case v.bounds == bounds{}:
		return true
	case v.tagged():
		return v.speaks(e)
	case author == "":
		return false
	case v.objective != 0:
		return v.touches(objectivesOf(e.doc))
	}
	return v.covers(author)
}
