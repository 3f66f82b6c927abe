package review

import "slices"

// MatchRow is a pledge that says it matches another. Where both say so of each
// other there are two rows.
type MatchRow struct {
	Row
	Pledge      DocumentID    `json:"pledge"`
	Author      ParticipantID `json:"author"`
	Title       string        `json:"title"`
	Other       DocumentID    `json:"other"` // as named
	OtherAuthor ParticipantID `json:"otherAuthor,omitempty"`
	State       string        `json:"state"`
}

// What the other side of a matching pledge says.
const (
	matchConfirmed = "matched"
	matchClaimed   = "claimed by one side only"
	matchDeclined  = "declined by the other side"
	matchWithdrawn = "the other pledge was withdrawn"
	matchMissing   = "the other pledge is not here"
)

var matchesGroup = group{
	name:    groupMatches,
	figures: []string{matchConfirmed, matchClaimed, matchDeclined, matchWithdrawn, matchMissing},
	touched: func(v *view, e *entry) []string {
		units := ofPledge(v, e)
		for _, citing := range v.citing(e) {
			if citing.kind() == KindPledge {
				units = append(units, string(first(citing).id))
			}
		}
		return units
	},
	fill: fillMatches,
	rows: func(c *Contents) any { return &c.Matches },
	section: func(c *Contents) *Section {
		s := c.newSection(groupMatches, "Matching pledges", "pledge", "author", "title", "matches", "of", "state")
		for _, r := range c.Matches {
			s.add(r.Sample, string(r.Pledge), string(r.Author), r.Title, string(r.Other), string(r.OtherAuthor), r.State)
		}
		return s
	},
}

func fillMatches(v *view, unit string, t *table) {
	e, p, named, ok := v.pledge(unit)
	if !ok || named || p.Matches == "" {
		return
	}
	row := &MatchRow{
		Row:    Row{Key: string(e.id), AccreditedBy: v.accreditors(e), Sample: e.sample, Cites: []DocumentID{e.id}},
		Pledge: e.id, Author: p.Author, Title: p.Title, Other: p.Matches, State: matchMissing,
	}
	if other := v.docs[p.Matches]; other.kind() == KindPledge && other.code == "" {
		row.OtherAuthor, row.State = other.doc.Author, matchWithdrawn
		row.Cites = append(row.Cites, other.id)
		if mirror := standing(other); mirror != nil {
			var by *entry
			row.State, by = v.matched(e, mirror)
			if by != nil && !slices.Contains(row.Cites, by.id) {
				row.Cites = append(row.Cites, by.id)
			}
		}
	}
	row.In = []string{row.State}
	t.add(row)
}

// matched is what the author of the other pledge says of a match, and where: by
// a version of its own that matches back, or by acceding to the one that claims
// it, which names it as a party.
func (v *view) matched(e, mirror *entry) (state string, by *entry) {
	if back := v.docs[mirror.doc.Predicate.(*Pledge).Matches]; back.kind() == KindPledge && first(back) == first(e) {
		return matchConfirmed, mirror
	}
	said := v.partyWords(e)[mirror.doc.Author]
	switch {
	case said == nil || said.withdrawn != nil:
		return matchClaimed, nil
	case said.doc.Predicate.(*Accession).Decision == decisionDeclined:
		return matchDeclined, said
	}
	return matchConfirmed, said
}
