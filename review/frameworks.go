package review

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// FrameworkRow is a framework that stands.
type FrameworkRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Author     ParticipantID `json:"author"`
	Title      string        `json:"title"`
	Objectives []int         `json:"objectives"`
	Acceding   string        `json:"acceding"` // what somebody takes on who accedes
	Acceded    int           `json:"acceded"`  // others that did, to the version that stands
	Filed      string        `json:"filed"`
}

// AdherentRow is somebody who is named in a framework or said whether it accedes.
type AdherentRow struct {
	Row
	Framework   DocumentID    `json:"framework"`
	Author      ParticipantID `json:"author"` // of the framework
	Participant ParticipantID `json:"participant,omitempty"`
	Name        string        `json:"name"`
	Pioneer     bool          `json:"pioneer,omitempty"` // the framework names it
	State       string        `json:"state"`
}

// How somebody stands to a framework.
const (
	adherentNamed     = "named, not acceded"
	adherentAcceded   = "acceded"
	adherentEarlier   = "acceded to an earlier version"
	adherentDeclined  = "declined"
	adherentWithdrawn = "withdrawn"
)

// ofFramework is the unit of a framework, or of the one that is acceded to.
func ofFramework(v *view, e *entry) []string {
	if e.kind() == KindAccession {
		e = v.docs[e.doc.About()]
	}
	if e.kind() != KindFramework {
		return nil
	}
	return []string{string(first(e).id)}
}

// framework is the version that stands of the framework of a unit, with those
// who are named in it or spoke about it, if the scope has it or one of them.
func (v *view) framework(unit string) (e *entry, p *Framework, adherents []*AdherentRow) {
	e = standing(v.unitEntry(unit))
	p, ok := predicateOf[*Framework](e)
	if !ok || !e.counts() || !v.touches(p.Objectives) {
		return nil, nil, nil
	}
	said := v.partyWords(e)
	for i, pioneer := range p.Pioneers {
		row := &AdherentRow{Row: Row{Key: fmt.Sprintf("%s/named %03d", e.id, i)}, Participant: pioneer.Participant, Name: pioneer.Name, Pioneer: true}
		adherents = append(adherents, v.adherent(row, e, said[pioneer.Participant]))
		delete(said, pioneer.Participant)
	}
	for _, id := range slices.Sorted(maps.Keys(said)) {
		row := &AdherentRow{Row: Row{Key: string(e.id) + "/" + string(id)}, Participant: id, Name: v.chain.participants[id].Name}
		adherents = append(adherents, v.adherent(row, e, said[id]))
	}
	if !v.hears(p.Author) {
		adherents = slices.DeleteFunc(adherents, func(a *AdherentRow) bool { return a.Participant == "" || !v.covers(a.Participant) })
		if len(adherents) == 0 {
			return nil, nil, nil
		}
	}
	return e, p, adherents
}

// adherent fills in the last accession that somebody filed, if there is one.
func (v *view) adherent(row *AdherentRow, framework, said *entry) *AdherentRow {
	row.Framework, row.Author, row.Sample = framework.id, framework.doc.Author, framework.sample
	row.Cites, row.State = []DocumentID{framework.id}, adherentNamed
	if said != nil && row.Participant != "" {
		row.Cites = append(row.Cites, said.id)
		row.Sample = row.Sample || said.sample
		switch {
		case said.withdrawn != nil:
			row.State = adherentWithdrawn
			row.Cites = append(row.Cites, said.withdrawn.id)
		case said.doc.Predicate.(*Accession).Decision == decisionDeclined:
			row.State = adherentDeclined
		case said.doc.About() != framework.id:
			row.State = adherentEarlier
		default:
			row.State = adherentAcceded
		}
	}
	row.In = []string{row.State}
	return row
}

var frameworksGroup = group{
	name:    groupFrameworks,
	figures: []string{"frameworks", "of others, with somebody of the scope"},
	touched: ofFramework,
	fill: func(v *view, unit string, t *table) {
		e, p, adherents := v.framework(unit)
		if e == nil {
			return
		}
		row := &FrameworkRow{
			Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), In: []string{"of others, with somebody of the scope"}, Sample: e.sample, Cites: []DocumentID{e.id}},
			ID:  e.id, Author: p.Author, Title: p.Title, Objectives: p.Objectives, Acceding: p.Acceding, Filed: instant(e.filed),
		}
		if v.hears(p.Author) {
			row.In = []string{"frameworks"}
			for _, n := range p.Objectives {
				row.In = append(row.In, objectiveFigure(n))
			}
		}
		for _, a := range adherents {
			if a.State == adherentAcceded {
				row.Acceded++
				row.Cites = append(row.Cites, a.Cites[1])
			}
		}
		t.add(row)
	},
	rows: func(c *Contents) any { return &c.Frameworks },
	section: func(c *Contents) *Section {
		s := c.newSection(groupFrameworks, "Frameworks that others may join", "framework", "by", "title", "objectives", "acceding means", "acceded")
		for _, r := range c.Frameworks {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), r.Title, numbers(r.Objectives), r.Acceding, strconv.Itoa(r.Acceded))
		}
		return s
	},
}

var adherentsGroup = group{
	name:    groupAdherents,
	figures: []string{adherentAcceded, adherentEarlier, adherentNamed, adherentDeclined, adherentWithdrawn},
	touched: ofFramework,
	fill: func(v *view, unit string, t *table) {
		_, _, adherents := v.framework(unit)
		for _, a := range adherents {
			t.add(a)
		}
	},
	rows: func(c *Contents) any { return &c.Adherents },
	section: func(c *Contents) *Section {
		s := c.newSection(groupAdherents, "Who acceded to frameworks", "framework", "by", "participant", "state", "said in")
		for _, r := range c.Adherents {
			s.add(r.Sample, string(r.Framework), string(r.Author), r.Name, r.State, lastAfter(r.Cites))
		}
		return s
	},
}
