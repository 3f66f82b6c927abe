package review

import (
	"slices"
	"strconv"
)

// Mandate sets up a review of one participant: by whom, on what, until when.
// Its subject is the charter. It is a word among several, so nobody takes it
// back alone: what was reviewed with it would count no more.
type Mandate struct {
	Common
	Type       string          `json:"type"`        // peer-review, expert-review, joint-assessment
	About      ParticipantID   `json:"participant"` // the reviewed
	Team       []ParticipantID `json:"team"`
	Round      string          `json:"round,omitempty"`
	Objectives []int           `json:"objectives"`
	Terms      string          `json:"terms"`
	From       string          `json:"from"`  // date
	Until      string          `json:"until"` // date
}

func (p *Mandate) typeWord() string  { return p.Type }
func (p *Mandate) objectives() []int { return p.Objectives }

func (p *Mandate) check(r *Refusal) {
	checkNotBefore(r, "/until", p.Until, "from", p.From)
	if p.Author != "" && p.Author != p.About && p.Round == "" {
		r.add("/round", "mandate-without-round")
	}
	for i, id := range p.Team {
		if id == p.About {
			r.add("/team/"+strconv.Itoa(i), "self-review", "reviewed", string(id))
		}
	}
}

// relate lets the reviewed invite a review, or whoever convenes the round.
func (p *Mandate) relate(c *Chain, _, _ *Document, _ finder) Refusal {
	var r Refusal
	if _, ok := c.participants[p.About]; !ok {
		r.add("/participant", "unknown-participant", "participant", string(p.About))
	}
	for i, id := range p.Team {
		if _, ok := c.participants[id]; !ok {
			r.add("/team/"+strconv.Itoa(i), "unknown-participant", "participant", string(id))
		}
	}
	if p.Author != p.About {
		r = append(r, c.convenerFaults(p.Author, p.Round)...)
	} else {
		r = append(r, c.roundFaults(p.Round)...)
	}
	round := c.rounds[p.Round]
	if region, regional := round.region(); regional && c.participants[p.About].Region != region && !c.everIn(region, p.About) {
		r.add("/participant", "outside-the-round", "participant", string(p.About), "round", p.Round)
	}
	if n := round.outsideTheme(p.Objectives); n > 0 {
		r.add("/objectives", "outside-the-theme", "objective", strconv.Itoa(n), "round", p.Round)
	}
	return r
}

// joinFaults is why an accession to a mandate may not be made.
func joinFaults(p *Accession, m *Mandate) Refusal {
	switch {
	case p.Role == accessionConsent && p.Author != m.About:
		return Refusal{*refuse("/author", "not-the-reviewed", "reviewed", string(m.About))}
	case p.Role == accessionTeam && !slices.Contains(m.Team, p.Author):
		return Refusal{*refuse("/author", "not-in-the-team", "author", string(p.Author))}
	}
	return nil
}

// joins is whether a document is an accession to a mandate.
func joins(d *Document) bool {
	p, ok := d.Predicate.(*Accession)
	return ok && (p.Role == accessionConsent || p.Role == accessionTeam)
}

// The stages of a review with a mandate.
const (
	stageDraft = "draft" // for the reviewed to correct facts
	stageFinal = "final"
)

// withMandate are the types of assessment that need one.
var withMandate = []string{assessmentPeer, assessmentExpert, assessmentJoint}

func (p *Assessment) checkMandate(r *Refusal) {
	if !slices.Contains(withMandate, p.Type) {
		if p.Mandate != "" {
			r.add("/mandate", "mandate-unwanted", "type", p.Type)
		}
		if p.Stage != "" {
			r.add("/stage", "mandate-unwanted", "type", p.Type)
		}
		return
	}
	if p.Mandate == "" {
		r.add("/mandate", "mandate-missing", "type", p.Type)
	}
	if p.Stage == "" {
		r.add("/stage", "stage-missing")
	}
	switch p.About {
	case "":
		r.add("/participant", "assessed-missing")
	case p.Author:
		r.add("/participant", "self-review", "reviewed", string(p.About))
	}
	if p.Region != "" {
		r.add("/region", "region-reviewed", "type", p.Type)
	}
}

// citations of an assessment: its mandate.
func (p *Assessment) citations() []citation {
	return []citation{{"/mandate", p.Mandate, []Kind{KindMandate}}}
}

// mandateFaults is why an assessment is not the review that its mandate asks
// for. Who joined and consented is asked of the whole snapshot.
func (c *Chain) mandateFaults(p *Assessment, assessed ParticipantID, find finder) Refusal {
	m := mandateOf(find, p.Mandate)
	if m == nil {
		return Refusal{*refuse("/mandate", "no-mandate", "id", string(p.Mandate))}
	}
	var r Refusal
	if !slices.Contains(m.Team, p.Author) {
		r.add("/author", "not-in-the-team", "author", string(p.Author))
	}
	if assessed != m.About {
		r.add("/participant", "other-reviewed", "reviewed", string(m.About))
	}
	if p.Type != m.Type {
		r.add("/type", "other-mandate-type", "type", m.Type)
	}
	if p.Round != "" && p.Round != m.Round {
		r.add("/round", "other-round", "round", quote(m.Round))
	}
	for i, f := range p.Findings {
		if !slices.Contains(m.Objectives, f.Objective) {
			r.add("/findings/"+strconv.Itoa(i)+"/objective", "outside-the-mandate", "objective", strconv.Itoa(f.Objective))
		}
	}
	if old, ok := find(p.Supersedes); ok && p.Stage == stageDraft {
		if was, _ := old.Predicate.(*Assessment); was != nil && was.Stage == stageFinal {
			r.add("/stage", "draft-after-final")
		}
	}
	return r
}

func mandateOf(find finder, id DocumentID) *Mandate {
	d, ok := find(id)
	if !ok {
		return nil
	}
	m, _ := d.Predicate.(*Mandate)
	return m
}

// unmandated is why a review that holds does not count: the reviewed had not
// consented, or its author had not joined the team, when it was filed. A
// consent stands, as signing into a round does: nobody stops a review by taking
// it back when the draft does not please.
func (r *Reading) unmandated(e *entry) string {
	p, ok := e.doc.Predicate.(*Assessment)
	if !ok || p.Mandate == "" {
		return ""
	}
	m := r.docs[p.Mandate].doc.Predicate.(*Mandate)
	if consent := r.joined(p.Mandate)[m.About]; m.Author != m.About && (consent == nil || declines(consent) || consent.filed > e.filed) {
		return ReasonNotConsented
	}
	var last *entry
	for _, a := range r.about[p.Mandate] { // by filing
		if q, ok := a.doc.Predicate.(*Accession); ok && q.Role == accessionTeam && q.Author == p.Author && a.filed <= e.filed {
			last = a
		}
	}
	if last == nil || declines(last) {
		return ReasonNotJoined
	}
	return ""
}

func declines(accession *entry) bool {
	return accession.doc.Predicate.(*Accession).Decision == decisionDeclined
}

// joined are the words about a mandate that hold: of the reviewed its first
// consent, else its last word; of each of the team the last.
func (r *Reading) joined(mandate DocumentID) map[ParticipantID]*entry {
	words := map[ParticipantID]*entry{}
	for _, e := range r.about[mandate] { // by filing
		p, ok := e.doc.Predicate.(*Accession)
		if !ok {
			continue
		}
		if was := words[p.Author]; p.Role == accessionConsent && was != nil && !declines(was) {
			continue
		}
		words[p.Author] = e
	}
	return words
}
