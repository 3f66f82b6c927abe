package review

import (
	"slices"
	"strconv"
)

// Consultation is one that a self-assessment's author invited to say something
// about it, by capacity.
type Consultation struct {
	Capacity    string        `json:"capacity"`              // ministries, local-authorities, parliament, human-rights-institution, civil-society, private-sector, academia, migrants, other
	Who         string        `json:"who,omitempty"`         // a body or group, never persons
	Participant ParticipantID `json:"participant,omitempty"` // if it takes part in the federation
	State       string        `json:"state"`                 // invited, consulted, took-part
	How         string        `json:"how,omitempty"`
	Changed     string        `json:"changed,omitempty"` // because of what it said
}

const (
	consultedInvited = "invited"
	capacityOther    = "other"
)

// capacities are those in which kinds of participant are consulted.
var capacities = map[string]string{
	"local-authority": "local-authorities", "human-rights-institution": "human-rights-institution", "civil-society": "civil-society",
	"academic": "academia", kindPublicAgency: "ministries",
}

func (p *Assessment) checkConsultation(r *Refusal) {
	if len(p.Consultation) > 0 && p.Type != assessmentSelf {
		r.add("/consultation", "consultation-of-others", "type", p.Type)
	}
	for i, c := range p.Consultation {
		at := "/consultation/" + strconv.Itoa(i)
		switch invited := c.State == consultedInvited; {
		case !invited && c.How == "":
			r.add(at+"/how", "how-missing")
		case invited && c.How != "":
			r.add(at+"/how", "invited-only")
		}
		if c.State == consultedInvited && c.Changed != "" {
			r.add(at+"/changed", "invited-only")
		}
		if c.Capacity == capacityOther && c.Who == "" && c.Participant == "" {
			r.add(at+"/who", "who-missing")
		}
		if c.Participant != "" && c.Participant == p.Author {
			r.add(at+"/participant", "consults-itself")
		}
		if slices.ContainsFunc(p.Consultation[:i], func(o Consultation) bool {
			return o.Capacity == c.Capacity && o.Who == c.Who && o.Participant == c.Participant
		}) {
			r.add(at, "repeated")
		}
	}
}

// consulted is in which capacity a participant was consulted for a
// self-assessment: named, or as one of a capacity that it lists.
func (c *Chain) consulted(id ParticipantID, p *Assessment) (capacity string, ok bool) {
	for _, e := range p.Consultation {
		if e.Participant == id {
			return e.Capacity, true
		}
	}
	kind := capacities[c.participants[id].Kind]
	return kind, slices.ContainsFunc(p.Consultation, func(e Consultation) bool { return e.Participant == "" && e.Capacity == kind })
}

// consultedFaults is why concurrence or dissent may not be filed about a
// document; about is nil if that is no assessment.
func (c *Chain) consultedFaults(p *Comment, about *Assessment) Refusal {
	if about == nil || len(about.Consultation) == 0 {
		return Refusal{*refuse("/about", "without-consultation", "type", p.Type)}
	}
	if _, ok := c.consulted(p.Author, about); !ok {
		return Refusal{*refuse("/author", "not-consulted", "author", string(p.Author))}
	}
	return nil
}

// consultationFaults names those consulted that nobody lists.
func (c *Chain) consultationFaults(p *Assessment) (r Refusal) {
	for i, e := range p.Consultation {
		if _, ok := c.participants[e.Participant]; e.Participant != "" && !ok {
			r.add("/consultation/"+strconv.Itoa(i)+"/participant", "unknown-participant", "participant", string(e.Participant))
		}
	}
	return r
}

// ConsultationRow is one entry of a self-assessment's consultation.
type ConsultationRow struct {
	Row
	Assessment  DocumentID    `json:"assessment"`
	Author      ParticipantID `json:"author"`
	Capacity    string        `json:"capacity"`
	Who         string        `json:"who,omitempty"`
	Participant ParticipantID `json:"participant,omitempty"`
	State       string        `json:"state"`
	How         string        `json:"how,omitempty"`
	Changed     string        `json:"changed,omitempty"`
}

var consultationsGroup = group{
	name:    groupConsultations,
	figures: []string{"consultations", "invited only", "consulted", "took part in writing", "changed something"},
	touched: itself[*Assessment],
	fill:    fillConsultations,
	rows:    func(c *Contents) any { return &c.Consultations },
	section: func(c *Contents) *Section {
		s := c.newSection(groupConsultations, "Who was consulted for self-assessments, as their authors say", "assessment", "by", "capacity", "participant", "who", "state", "how", "what changed")
		for _, r := range c.Consultations {
			s.add(r.Sample, string(r.Assessment), string(r.Author), r.Capacity, string(r.Participant), r.Who, r.State, r.How, r.Changed)
		}
		return s
	},
}

// consultationWords are the states of a consultation in figures.
var consultationWords = map[string]string{consultedInvited: "invited only", "consulted": "consulted", "took-part": "took part in writing"}

func fillConsultations(v *view, unit string, t *table) {
	a, ok := v.assessment(unit)
	if !ok {
		return
	}
	for i, c := range a.Consultation {
		row := &ConsultationRow{
			Row:        Row{Key: string(a.id) + "/" + padded(i), In: []string{"consultations", consultationWords[c.State], "capacity: " + c.Capacity}, Sample: a.sample, Cites: []DocumentID{a.id}},
			Assessment: a.id, Author: a.Author, Capacity: c.Capacity, Who: c.Who, Participant: c.Participant, State: c.State, How: c.How, Changed: c.Changed,
		}
		if c.Changed != "" {
			row.In = append(row.In, "changed something")
		}
		t.add(row)
	}
}

// ConcurrenceRow is what one consulted says of a self-assessment.
type ConcurrenceRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Type       string        `json:"type"` // concurrence, dissent
	Author     ParticipantID `json:"author"`
	Capacity   string        `json:"capacity,omitempty"`
	Assessment DocumentID    `json:"assessment"`
	Assessed   ParticipantID `json:"assessed"`
	Filed      string        `json:"filed"`
}

var concurrenceGroup = group{
	name:    groupConcurrence,
	figures: []string{commentConcurrence, commentDissent},
	touched: func(v *view, e *entry) (units []string) {
		for _, x := range v.about[e.id] {
			units = append(units, itself[*Comment](v, x)...)
		}
		return append(units, itself[*Comment](v, e)...)
	},
	fill: fillConcurrence,
	rows: func(c *Contents) any { return &c.Concurrence },
	section: func(c *Contents) *Section {
		s := c.newSection(groupConcurrence, "What those consulted say of self-assessments", "document", "says", "by", "capacity", "assessment", "of", "filed")
		for _, r := range c.Concurrence {
			s.add(r.Sample, string(r.ID), r.Type, by(string(r.Author), r.AccreditedBy), r.Capacity, string(r.Assessment), string(r.Assessed), r.Filed)
		}
		return s
	},
}

func fillConcurrence(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*Comment](e)
	if !ok || !e.counts() || p.Type != commentConcurrence && p.Type != commentDissent {
		return
	}
	about := v.docs[e.doc.About()]
	row := &ConcurrenceRow{
		Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), In: []string{p.Type}, Sample: e.sample, Cites: []DocumentID{e.id, about.id}},
		ID:  e.id, Type: p.Type, Author: p.Author, Assessment: about.id, Filed: instant(e.filed),
	}
	if a, ok := predicateOf[*Assessment](about); ok {
		row.Assessed = a.Author
		row.Capacity, _ = v.chain.consulted(p.Author, a)
		if !v.touches(a.objectives()) || !v.ofRound(a.Round) {
			return
		}
	} else { // its content is gone: its author took it back
		row.Assessed = v.takenBack(about.id).doc.Author
		if v.objective != 0 || v.round != "" {
			return
		}
	}
	if v.covers(row.Assessed) || v.covers(p.Author) {
		t.add(row)
	}
}
