package review

import (
	"fmt"
	"slices"
)

// Words for a pledge's due date and status. What does not state a due date is
// never overdue.
const (
	dueNotStated = "due: not stated"
	dueAhead     = "due: ahead"
	duePassed    = "due: passed"

	statusNone = "none reported" // nothing is due from a pledge as such, so nothing is missing
)

// PledgeRow is the version of a pledge that stands.
type PledgeRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Author     ParticipantID `json:"author"`
	Title      string        `json:"title"`
	Form       string        `json:"form"`
	Nature     []string      `json:"nature,omitempty"`
	Objectives []int         `json:"objectives"`
	Basis      string        `json:"objectivesBasis,omitempty"`
	Year       string        `json:"year,omitempty"`
	Due        string        `json:"due"`
	Status     string        `json:"status"`               // of its author's last report
	Report     DocumentID    `json:"report,omitempty"`     // that report
	Supersedes DocumentID    `json:"supersedes,omitempty"` // the version before
	Created    string        `json:"created"`              // its author's own claim
	Filed      string        `json:"filed"`
	Witnesses  int           `json:"witnesses"`
}

// pledge is the version that stands of the pledge of a unit, if the scope
// covers it; named is true for one that is in it only because it names a
// participant of the scope as a party.
func (v *view) pledge(unit string) (e *entry, p *Pledge, named, ok bool) {
	e = v.unitVersion(unit)
	if p, ok = predicateOf[*Pledge](e); !ok || !e.counts() || !v.touches(p.Objectives) {
		return nil, nil, false, false
	}
	if v.hears(p.Author) {
		return e, p, false, true
	}
	named = slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Participant != "" && v.covers(q.Participant) })
	return e, p, true, named
}

// ofPledge is the unit of the pledge that a document is, reports on, or accedes to.
func ofPledge(v *view, e *entry) []string {
	switch e.kind() {
	case KindReport, KindAccession:
		e = v.docs[e.doc.About()]
	}
	if e.kind() != KindPledge {
		return nil
	}
	return []string{string(first(e).id)}
}

// versions are all versions of a document that hold.
func versions(e *entry) []*entry {
	all := []*entry{first(e)}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].replacers...)
	}
	return all
}

// reportsOn are the reports that stand on any version of a pledge, by filing.
func (v *view) reportsOn(pledge *entry) []*entry {
	var reports []*entry
	for _, version := range versions(pledge) {
		for _, e := range v.about[version.id] {
			if e.doc.Kind == KindReport && e.counts() {
				reports = append(reports, e)
			}
		}
	}
	return sorted(reports)
}

var pledgesGroup = group{
	name:    groupPledges,
	figures: []string{"pledges", "named as a party"},
	touched: ofPledge,
	fill:    fillPledges,
	rows:    func(c *Contents) any { return &c.Pledges },
	section: func(c *Contents) *Section {
		s := c.newSection(groupPledges, "Pledges", "pledge", "author", "title", "objectives", "due", "status", "report")
		for _, r := range c.Pledges {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), r.Title, numbers(r.Objectives), r.Due, r.Status, string(r.Report))
		}
		return s
	},
}

func fillPledges(v *view, unit string, t *table) {
	e, p, named, ok := v.pledge(unit)
	if !ok {
		return
	}
	row := &PledgeRow{
		Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), Sample: e.sample, Cites: []DocumentID{e.id}},
		ID:  e.id, Author: p.Author, Title: p.Title, Form: p.Form, Nature: p.Nature, Objectives: p.Objectives, Basis: p.Basis,
		Year: p.Year, Due: p.Due, Status: statusNone, Supersedes: p.Supersedes, Created: p.Created, Filed: instant(e.filed), Witnesses: int(e.witnesses),
	}
	for _, report := range v.reportsOn(e) {
		if report.doc.Author == p.Author {
			row.Status, row.Report = report.doc.Predicate.(*Report).Status, report.id
		}
	}
	if row.Report != "" {
		row.Cites = append(row.Cites, row.Report)
	}
	if named {
		row.In = []string{"named as a party"}
		t.add(row)
		return
	}
	row.In = []string{"pledges", "form: " + p.Form, "status: " + row.Status}
	switch {
	case p.Due == NotStated:
		row.In = append(row.In, dueNotStated)
	case p.Due < v.day:
		row.In = append(row.In, duePassed)
	default:
		row.In = append(row.In, dueAhead)
	}
	for _, n := range p.Objectives {
		row.In = append(row.In, objectiveFigure(n))
	}
	t.add(row)
}

// What the other party of a joint pledge says.
const (
	partyClaimed   = "claimed, not confirmed"
	partyConfirmed = "confirmed"
	partyEarlier   = "confirmed an earlier version"
	partyDeclined  = "declined"
	partyWithdrawn = "withdrawn"
)

// PartyRow is a party that the author of a pledge names.
type PartyRow struct {
	Row
	Pledge      DocumentID    `json:"pledge"`
	Author      ParticipantID `json:"author"`
	Participant ParticipantID `json:"participant,omitempty"`
	Name        string        `json:"name"`
	State       string        `json:"state"`
}

var partiesGroup = group{
	name:    groupParties,
	figures: []string{partyClaimed, partyConfirmed, partyEarlier, partyDeclined, partyWithdrawn},
	touched: ofPledge,
	fill:    fillParties,
	rows:    func(c *Contents) any { return &c.Parties },
	section: func(c *Contents) *Section {
		s := c.newSection(groupParties, "Parties of joint pledges", "pledge", "author", "party", "state", "said in")
		for _, r := range c.Parties {
			s.add(r.Sample, string(r.Pledge), string(r.Author), r.Name, r.State, lastAfter(r.Cites))
		}
		return s
	},
}

func fillParties(v *view, unit string, t *table) {
	e, p, _, ok := v.pledge(unit)
	if !ok {
		return
	}
	said := v.partyWords(e)
	for i, party := range p.Parties {
		row := &PartyRow{
			Row:    Row{Key: fmt.Sprintf("%s/%03d", e.id, i), Sample: e.sample, Cites: []DocumentID{e.id}},
			Pledge: e.id, Author: p.Author, Participant: party.Participant, Name: party.Name, State: partyClaimed,
		}
		if a := said[party.Participant]; a != nil && party.Participant != "" {
			row.Cites = append(row.Cites, a.id)
			if row.State = partyState(a, e); row.State == partyWithdrawn {
				row.Cites = append(row.Cites, a.withdrawn.id)
			}
		}
		row.In = []string{row.State}
		t.add(row)
	}
}

// partyState is what an accession says of the version that stands.
func partyState(accession, stands *entry) string {
	switch {
	case accession.withdrawn != nil:
		return partyWithdrawn
	case accession.doc.Predicate.(*Accession).Decision == decisionDeclined:
		return partyDeclined
	case accession.doc.About() != stands.id:
		return partyEarlier
	}
	return partyConfirmed
}

// partyWords are the last accessions to a pledge or an agreement, any version
// of it, by author.
func (v *view) partyWords(joint *entry) map[ParticipantID]*entry {
	said := map[ParticipantID]*entry{}
	for _, version := range versions(joint) {
		for _, e := range v.about[version.id] {
			if e.doc.Kind != KindAccession {
				continue
			}
			if last := said[e.doc.Author]; last == nil || byFiling(last, e) < 0 {
				said[e.doc.Author] = e
			}
		}
	}
	return said
}

// ResourceRow is what a pledge commits. Currencies are never added together.
type ResourceRow struct {
	Row
	Pledge   DocumentID    `json:"pledge"`
	Author   ParticipantID `json:"author"`
	Amount   string        `json:"amount"`
	Currency string        `json:"currency"`
	Purpose  string        `json:"purpose,omitempty"`

	Kind       string `json:"kind,omitempty"`
	Earmarking string `json:"earmarking,omitempty"`
	Share      string `json:"share,omitempty"`
	Envelope   string `json:"envelope,omitempty"`
	Advocacy   bool   `json:"advocacy,omitempty"`
}

var resourcesGroup = group{
	name:    groupResources,
	figures: []string{"resources", "amount not stated", "currency not stated"},
	touched: ofPledge,
	fill:    fillResources,
	rows:    func(c *Contents) any { return &c.Resources },
	section: func(c *Contents) *Section {
		s := c.newSection(groupResources, "Resources pledged (currencies are not added together)", "pledge", "author", "amount", "currency", "kind", "earmarking", "share of a larger envelope", "purpose")
		for _, r := range c.Resources {
			s.add(r.Sample, string(r.Pledge), string(r.Author), r.Amount, r.Currency, r.Kind, r.Earmarking, shareOf(r.Share, r.Envelope), r.Purpose)
		}
		return s
	},
}

func fillResources(v *view, unit string, t *table) {
	e, p, named, ok := v.pledge(unit)
	if !ok || named {
		return
	}
	for i, resource := range p.Resources {
		row := &ResourceRow{
			Row:    Row{Key: fmt.Sprintf("%s/%03d", e.id, i), In: []string{"resources"}, Sample: e.sample, Cites: []DocumentID{e.id}},
			Pledge: e.id, Author: p.Author, Amount: resource.Amount, Currency: resource.Currency, Purpose: resource.Purpose,
			Kind: resource.Kind, Earmarking: resource.Earmarking, Share: resource.Share, Envelope: resource.Envelope, Advocacy: resource.Advocacy,
		}
		if resource.Kind != "" {
			row.count("kind: " + resource.Kind)
		}
		if resource.Share != "" {
			row.count("share of a larger envelope")
		}
		switch {
		case resource.Amount == NotStated:
			row.In = append(row.In, "amount not stated")
		case resource.Currency == NotStated:
			row.In = append(row.In, "currency not stated")
		default:
			sum := func(name string, holds bool) {
				if holds {
					v.money(&row.Row, name, resource.Currency, parseDecimal(resource.Amount))
				}
			}
			sum("pledged", true)
			sum("pledged unearmarked", resource.Earmarking == unearmarked)
			sum("pledged to advocacy", resource.Advocacy)
			sum("pledged as a share of a larger envelope", resource.Share != "")
		}
		t.add(row)
	}
}

// shareOf writes a share of an envelope for people.
func shareOf(share, envelope string) string {
	switch share {
	case "":
		return ""
	case notIsolated:
		return "difficult to isolate, of " + envelope
	}
	return share + " % of " + envelope
}

// ReportRow is a report that stands.
type ReportRow struct {
	Row
	ID     DocumentID    `json:"id"`
	Author ParticipantID `json:"author"`
	Pledge DocumentID    `json:"pledge"` // the version that it is about
	Role   string        `json:"role"`   // pledgor or party
	Status string        `json:"status"`
	Round  string        `json:"round,omitempty"`
	Period *Period       `json:"period,omitempty"`
	Filed  string        `json:"filed"`
}

var reportsGroup = group{
	name:    groupReports,
	figures: []string{"reports", "by a party", "on a pledge that no longer stands"},
	touched: func(v *view, e *entry) (units []string) {
		if e.kind() != KindPledge {
			return itself[*Report](v, e)
		}
		return v.aboutVersions(e, KindReport)
	},
	fill: fillReports,
	rows: func(c *Contents) any { return &c.Reports },
	section: func(c *Contents) *Section {
		s := c.newSection(groupReports, "Reports", "report", "author", "pledge", "as", "status", "round", "filed")
		for _, r := range c.Reports {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), string(r.Pledge), r.Role, r.Status, r.Round, r.Filed)
		}
		return s
	},
}

func fillReports(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*Report](e)
	if !ok || !e.counts() {
		return
	}
	pledge := v.docs[e.doc.About()]
	promised := pledge.doc.Predicate.(*Pledge)
	if !v.touches(promised.Objectives) || !v.ofRound(p.Round) || !v.hears(p.Author) && !v.covers(promised.Author) {
		return
	}
	row := &ReportRow{
		Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), In: []string{"reports", "status: " + p.Status}, Sample: e.sample, Cites: []DocumentID{e.id, pledge.id}},
		ID:  e.id, Author: p.Author, Pledge: pledge.id, Role: "pledgor", Status: p.Status, Round: p.Round, Period: p.Period, Filed: instant(e.filed),
	}
	if p.Author != promised.Author {
		row.Role = "party"
		row.In = append(row.In, "by a party")
	}
	if standing(pledge) == nil {
		row.In = append(row.In, "on a pledge that no longer stands")
	}
	t.add(row)
}

// aboutVersions are the units of the documents of a kind about any version of
// a document.
func (v *view) aboutVersions(e *entry, k Kind) (units []string) {
	for _, version := range versions(e) {
		for _, x := range v.about[version.id] {
			if x.doc.Kind == k {
				units = append(units, string(x.id))
			}
		}
	}
	return units
}
