package review

import "fmt"

// LinkRow is what a document that stands serves at another level, in its
// author's words. It is read from both ends: what a participant's documents
// serve, and what serves them.
type LinkRow struct {
	Row
	From       DocumentID    `json:"from"`
	FromKind   Kind          `json:"fromKind"`
	FromAuthor ParticipantID `json:"fromAuthor"`
	FromLevel  string        `json:"fromLevel"`
	To         DocumentID    `json:"to"` // as named
	ToKind     Kind          `json:"toKind,omitempty"`
	ToAuthor   ParticipantID `json:"toAuthor,omitempty"`
	ToLevel    string        `json:"toLevel,omitempty"`
	State      string        `json:"state"`
}

// The levels of the review, by what an author is. Whoever belongs to none, as
// a coalition or an institute, is beside them.
const (
	levelLocal    = "local"
	levelNational = "national"
	levelRegional = "regional"
	levelGlobal   = "global"
	levelBeside   = "beside the levels"
)

// How what is served stands.
const (
	linkStands    = "stands"
	linkReplaced  = "replaced by a later version"
	linkWithdrawn = "withdrawn"
	linkDangling  = "dangling" // not here, or it does not hold
)

// level is a participant's.
func (v *view) level(id ParticipantID) string {
	switch p := v.chain.participants[id]; p.Kind {
	case "local-authority":
		return levelLocal
	case kindState, kindPublicAgency, "human-rights-institution":
		return levelNational
	case kindRegionalBody:
		return levelRegional
	case kindUNEntity:
		if p.Region != "" {
			return levelRegional
		}
		return levelGlobal
	}
	return levelBeside
}

var transmissionGroup = group{
	name:    groupTransmission,
	figures: []string{"links", "upward", "downward", "on one level", levelBeside, linkReplaced, linkWithdrawn, linkDangling},
	touched: func(v *view, e *entry) (units []string) {
		if e.doc == nil || !e.doc.Known {
			return v.contributors(e)
		}
		if _, ok := e.doc.Predicate.(contributing); ok {
			units = append(units, string(first(e).id))
		}
		return append(units, v.contributors(e)...)
	},
	fill: fillTransmission,
	rows: func(c *Contents) any { return &c.Transmission },
	section: func(c *Contents) *Section {
		s := c.newSection(groupTransmission, "What serves what, between levels", "document", "by", "level", "serves", "of", "level", "which is")
		for _, r := range c.Transmission {
			s.add(r.Sample, string(r.From), string(r.FromAuthor), r.FromLevel, string(r.To), string(r.ToAuthor), r.ToLevel, r.State)
		}
		return s
	},
}

// contributors are the units of the documents that say they serve one.
func (v *view) contributors(e *entry) (units []string) {
	for _, citing := range v.citing(e) {
		if _, ok := citing.doc.Predicate.(contributing); ok {
			units = append(units, string(first(citing).id))
		}
	}
	return units
}

func fillTransmission(v *view, unit string, t *table) {
	e := standing(v.unitEntry(unit))
	if e == nil || !e.counts() {
		return
	}
	p, ok := e.doc.Predicate.(contributing)
	if !ok {
		return
	}
	for i, id := range p.contributes() {
		row := &LinkRow{
			Row:  Row{Key: fmt.Sprintf("%s/%03d", e.id, i), AccreditedBy: v.accreditors(e), Sample: e.sample, Cites: []DocumentID{e.id}},
			From: e.id, FromKind: e.doc.Kind, FromAuthor: e.doc.Author, FromLevel: v.level(e.doc.Author), To: id, State: linkDangling,
		}
		in, objectives := v.hears(e.doc.Author), v.touches(objectivesOf(e.doc))
		if to := v.docs[id]; to != nil && to.doc != nil && to.code == "" {
			row.ToKind, row.ToAuthor, row.ToLevel, row.State = to.doc.Kind, to.doc.Author, v.level(to.doc.Author), linkStands
			row.Cites = append(row.Cites, id)
			switch {
			case standing(to) == nil:
				row.State = linkWithdrawn
			case standing(to) != to:
				row.State = linkReplaced
			}
			in, objectives = in || v.covers(to.doc.Author), objectives || v.touches(objectivesOf(to.doc))
		}
		if !in || !objectives {
			continue
		}
		row.In = []string{"links"}
		if row.ToLevel != "" {
			row.In = append(row.In, row.FromLevel+" to "+row.ToLevel, course(row.FromLevel, row.ToLevel))
		}
		if row.State != linkStands {
			row.In = append(row.In, row.State)
		}
		t.add(row)
	}
}

// course is which way a link goes.
func course(from, to string) string {
	rank := map[string]int{levelLocal: 1, levelNational: 2, levelRegional: 3, levelGlobal: 4}
	a, b := rank[from], rank[to]
	switch {
	case a == 0 || b == 0:
		return levelBeside
	case a < b:
		return "upward"
	case a > b:
		return "downward"
	}
	return "on one level"
}
