package review

// Seal commits its author to a review by the review's ID, before it is
// revealed. Its subject is the charter. The review keeps a random salt, so its
// ID gives nothing away; filed later, it is an assessment like others.
type Seal struct {
	Common
	Commits DocumentID    `json:"commits"`
	About   ParticipantID `json:"participant"` // whom the review is about
	Round   string        `json:"round"`
	Reveal  string        `json:"reveal"` // date
}

func (p *Seal) check(r *Refusal) {
	checkNotBefore(r, "/reveal", p.Reveal, "created", p.day())
}

func (p *Seal) relate(c *Chain, _, _ *Document, _ finder) Refusal {
	var r Refusal
	if _, ok := c.participants[p.About]; !ok {
		r.add("/participant", "unknown-participant", "participant", string(p.About))
	}
	round, ok := c.rounds[p.Round]
	switch {
	case !ok:
		r = append(r, c.unknownRound(p.Round))
	case round.Reveal == "":
		r.add("/round", "no-sealed-reviews", "round", p.Round)
	case round.Reveal != p.Reveal:
		r.add("/reveal", "other-reveal-date", "round", p.Round, "reveal", round.Reveal)
	}
	return r
}

// Where a sealed review stands at the cut-off.
const (
	sealSealed      = "sealed"
	sealRevealed    = "revealed"
	sealEarly       = "revealed early"
	sealBefore      = "filed before it was sealed"
	sealUnrevealed  = "committed and not revealed"
	sealNotCounting = "revealed, does not count"
)

// SealRow is a seal with what became of it.
type SealRow struct {
	Row
	ID       DocumentID    `json:"id"`
	Author   ParticipantID `json:"author"`
	About    ParticipantID `json:"about"`
	Round    string        `json:"round"`
	Reveal   string        `json:"reveal"`
	Commits  DocumentID    `json:"commits"`
	State    string        `json:"state"`
	Filed    string        `json:"filed"`              // the seal: fixed since
	Revealed string        `json:"revealed,omitempty"` // when the review was filed
}

var sealsGroup = group{
	name:    groupSeals,
	figures: []string{sealSealed, sealRevealed, sealEarly, sealBefore, sealUnrevealed, sealNotCounting},
	touched: func(v *view, e *entry) []string {
		units := itself[*Seal](v, e)
		for _, s := range v.under(sealing(e.id)) {
			units = append(units, string(s.id))
		}
		return units
	},
	fill: fillSeals,
	rows: func(c *Contents) any { return &c.Seals },
	section: func(c *Contents) *Section {
		s := c.newSection(groupSeals, "Sealed reviews", "seal", "by", "about", "round", "fixed since", "to be revealed", "state", "revealed", "review")
		for _, r := range c.Seals {
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), string(r.About), r.Round, r.Filed, r.Reveal, r.State, r.Revealed, string(r.Commits))
		}
		return s
	},
}

func fillSeals(v *view, unit string, t *table) {
	e := v.unitEntry(unit)
	p, ok := predicateOf[*Seal](e)
	if !ok || !e.counts() || !v.covers(p.About) && !v.covers(p.Author) || v.objective != 0 || !v.ofRound(p.Round) {
		return
	}
	row := &SealRow{
		Row: Row{Key: string(e.id), AccreditedBy: v.accreditors(e), Sample: e.sample, Cites: []DocumentID{e.id}},
		ID:  e.id, Author: p.Author, About: p.About, Round: p.Round, Reveal: p.Reveal, Commits: p.Commits, State: sealSealed, Filed: instant(e.filed),
	}
	if v.day > p.Reveal {
		row.State = sealUnrevealed
	}
	if review := v.revealed(e); review != nil {
		row.State = v.revealState(e, review)
		row.Revealed = instant(review.filed)
		row.Cites = append(row.Cites, review.id)
	}
	row.In = []string{row.State}
	t.add(row)
}

// revealed is the review that a seal commits its author to, once it was filed,
// also where it was taken back since; nil before, or if it is another's.
func (r *Reading) revealed(seal *entry) *entry {
	review := r.docs[seal.doc.Predicate.(*Seal).Commits]
	switch {
	case review == nil || review.filed.IsZero() || review.code == ReasonAfterCutoff:
		return nil
	case review.doc != nil && review.doc.Author == seal.doc.Author:
		return review
	case review.doc == nil && review.withdrawn != nil && review.withdrawn.doc.Author == seal.doc.Author:
		return review
	}
	return nil
}

func (v *view) revealState(seal, review *entry) string {
	l := review.label()
	switch {
	case review.filed < seal.filed:
		return sealBefore
	case !l.Counts && l.Reason != ReasonWithdrawn && l.Reason != ReasonSuperseded:
		return sealNotCounting
	case day(review.filed) < seal.doc.Predicate.(*Seal).Reveal:
		return sealEarly
	}
	return sealRevealed
}

// fixedSince is the first seal by its author that commits to a document and was
// filed before it; nil if there is none.
func (r *Reading) fixedSince(e *entry) *entry {
	for _, s := range r.under(sealing(e.id)) { // by filing
		if s.counts() && s.doc.Author == e.doc.Author && s.filed <= e.filed {
			return s
		}
	}
	return nil
}
