package review

import "slices"

// ChangeRow is one difference between a version of a pledge and the one before.
type ChangeRow struct {
	Row
	Pledge    DocumentID    `json:"pledge"` // the later version
	Before    DocumentID    `json:"before"`
	Author    ParticipantID `json:"author"`
	Field     string        `json:"field"`
	Direction string        `json:"direction"`
	Words     string        `json:"words"`
	Answers   DocumentID    `json:"answers,omitempty"` // what led to the later version, as its author says
	Filed     string        `json:"filed"`
}

var ratchetGroup = group{
	name:    groupRatchet,
	figures: []string{"changes", moreAmbitious, lessAmbitious, onlyChanged},
	touched: func(v *view, e *entry) []string {
		if e.kind() != KindPledge {
			return nil
		}
		return ofPledge(v, e)
	},
	fill: fillRatchet,
	rows: func(c *Contents) any { return &c.Ratchet },
	section: func(c *Contents) *Section {
		s := c.newSection(groupRatchet, "What changed between versions of pledges (a decrease is allowed, and shows)", "pledge", "author", "what changed", "direction", "in answer to", "filed")
		for _, r := range c.Ratchet {
			s.add(r.Sample, string(r.Pledge), string(r.Author), r.Words, r.Direction, string(r.Answers), r.Filed)
		}
		return s
	},
}

// fillRatchet compares each version that holds with the one that it replaces.
func fillRatchet(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	if e.kind() != KindPledge || e.code != "" || first(e) != e {
		return
	}
	for _, later := range versions(e)[1:] {
		before := v.docs[later.doc.Supersedes]
		old, next := before.doc.Predicate.(*Pledge), later.doc.Predicate.(*Pledge)
		if !v.hears(next.Author) || !v.touches(slices.Concat(old.Objectives, next.Objectives)) {
			continue
		}
		for _, c := range pledgeChanges(old, next) {
			row := &ChangeRow{
				Row:    Row{Key: string(later.id) + "/" + c.field, AccreditedBy: v.accreditors(later), In: []string{"changes", c.direction}, Sample: later.sample, Cites: []DocumentID{later.id, before.id}},
				Pledge: later.id, Before: before.id, Author: next.Author, Field: c.field, Direction: c.direction, Words: c.words,
				Answers: next.Answers, Filed: instant(later.filed),
			}
			if later.withdrawn != nil {
				row.In = append(row.In, "in a version that was withdrawn")
				row.Cites = append(row.Cites, later.withdrawn.id)
			}
			t.add(row)
		}
	}
}
