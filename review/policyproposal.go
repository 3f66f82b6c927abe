package review

import "strconv"

// PolicyProposal is a draft of a policy, norm, practice, rule or calendar, for
// all to comment on. Its subject is the charter.
type PolicyProposal struct {
	Common
	Type       string `json:"type"` // policy, norm, practice, rules, indicator-set, calendar
	Objectives []int  `json:"objectives,omitempty"`
	Round      string `json:"round,omitempty"`
	Text       string `json:"text"`
}

func (p *PolicyProposal) typeWord() string  { return p.Type }
func (p *PolicyProposal) objectives() []int { return p.Objectives }

func (p *PolicyProposal) relate(c *Chain, _, _ *Document, _ finder) Refusal {
	r := c.roundFaults(p.Round)
	if n := c.rounds[p.Round].outsideTheme(p.Objectives); n > 0 {
		r.add("/objectives", "outside-the-theme", "objective", strconv.Itoa(n), "round", p.Round)
	}
	return r
}

// ProposalRow is a proposal that stands, with how many comment on it and what
// adopted it.
type ProposalRow struct {
	Row
	ID         DocumentID    `json:"id"`
	Author     ParticipantID `json:"author"`
	Type       string        `json:"type"`
	Title      string        `json:"title"`
	Round      string        `json:"round,omitempty"`
	Objectives []int         `json:"objectives,omitempty"`
	Comments   int           `json:"comments"`
	Adopted    []DocumentID  `json:"adopted,omitempty"` // decisions that adopt this version
	Filed      string        `json:"filed"`
}

var proposalsGroup = group{
	name:    groupProposals,
	figures: []string{"proposals", "commented on", "adopted"},
	touched: func(v *view, e *entry) []string {
		units := itself[*PolicyProposal](v, e)
		switch p := docOf(e).(type) {
		case *Comment:
			units = append(units, itself[*PolicyProposal](v, v.docs[e.doc.About()])...)
		case *Decision:
			for _, id := range p.Adopts {
				units = append(units, itself[*PolicyProposal](v, v.docs[id])...)
			}
		}
		return units
	},
	fill: fillProposals,
	rows: func(c *Contents) any { return &c.Proposals },
	section: func(c *Contents) *Section {
		s := c.newSection(groupProposals, "Proposals", "proposal", "by", "type", "round", "title", "objectives", "comments", "adopted by")
		for _, r := range c.Proposals {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), r.Type, r.Round, r.Title, numbers(r.Objectives), strconv.Itoa(r.Comments), last(r.Adopted))
		}
		return s
	},
}

// docOf is what a document says; nil where its content is absent.
func docOf(e *entry) any {
	if e == nil || e.doc == nil {
		return nil
	}
	return e.doc.Predicate
}

func fillProposals(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*PolicyProposal](e)
	if !ok || !e.counts() || !v.covers(p.Author) || !v.ofRound(p.Round) || v.objective != 0 && !v.touches(p.Objectives) {
		return
	}
	row := &ProposalRow{
		Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), In: []string{"proposals", "type: " + p.Type}, Sample: e.sample, Cites: []DocumentID{e.id}},
		ID:  e.id, Author: p.Author, Type: p.Type, Title: p.Title, Round: p.Round, Objectives: p.Objectives, Filed: instant(e.filed),
	}
	for _, x := range v.about[e.id] {
		if x.doc.Kind == KindComment && x.counts() {
			row.Comments++
			row.Cites = append(row.Cites, x.id)
		}
	}
	for _, x := range v.under(citedIn(e.id)) {
		if x.doc.Kind == KindDecision && x.counts() {
			row.Adopted = append(row.Adopted, x.id)
			row.Cites = append(row.Cites, x.id)
		}
	}
	if row.Comments > 0 {
		row.In = append(row.In, "commented on")
	}
	if len(row.Adopted) > 0 {
		row.In = append(row.In, "adopted")
	}
	t.add(row)
}
