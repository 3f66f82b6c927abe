package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The naive rows of rounds and of reviews.

// get is a document that is there, the genesis charter included.
func (n *naive) get(id DocumentID) *Document {
	if id == n.chain.Genesis() {
		d, _ := n.chain.Charter(id)
		return d
	}
	d, _ := n.doc(id)
	return d
}

// subject is what a comment, an assessment or an answer is about.
func (n *naive) subject(d *Document) *Document {
	about, _ := n.knownTo(d, func(id DocumentID) (*Document, bool) { about := n.get(id); return about, about != nil })(d.About())
	return about
}

// unmandated is why a review that holds does not count.
func (n *naive) unmandated(d *Document) string {
	a, ok := d.Predicate.(*Assessment)
	if !ok || a.Mandate == "" {
		return ""
	}
	m := n.get(a.Mandate).Predicate.(*Mandate)
	filed, _ := n.filed(d.ID)
	consented, joined := m.Author == m.About, false
	for _, x := range n.holding(KindAccession) {
		q := x.Predicate.(*Accession)
		at, _ := n.filed(x.ID)
		if x.About() != a.Mandate || at.After(filed) {
			continue
		}
		if q.Role == "reviewed" && q.Decision != "declined" {
			consented = true
		}
		if q.Role == "team" && x.Author == d.Author {
			joined = q.Decision != "declined"
		}
	}
	switch {
	case !consented:
		return ReasonNotConsented
	case !joined:
		return ReasonNotJoined
	}
	return ""
}

func (n *naive) roundRows(s naiveScope, rows naiveRows) {
	charter, _ := n.chain.InForce()
	for _, d := range charter.Rounds {
		code, regional := strings.CutPrefix(d.Scope, "region:")
		if s.region != "" && regional && code != s.region || !s.ofRound(d.ID) || d.Objectives != nil && !s.touches(d.Objectives) {
			continue
		}
		row := &RoundRow{Row: Row{Key: d.ID, Sample: d.Sample, Cites: []DocumentID{n.chain.Genesis()}}, Title: d.Title, Type: d.Type, Scope: d.Scope, Opens: d.Opens, Due: d.Due,
			Reveal: d.Reveal, Themes: d.Themes, Objectives: d.Objectives, State: "running"}
		if n.day() < d.Opens {
			row.State = "not open yet"
		} else if n.day() > d.Due {
			row.State = "due date passed"
		}
		row.In = []string{"rounds", row.State}
		for _, p := range charter.Participants {
			if d.Convener == p.ID || d.Convener == "" && p.Region != "" && d.Scope == "region:"+p.Region {
				row.Conveners = append(row.Conveners, p.ID)
			}
			if a := n.decides(d, p.ID); a != nil && a.Predicate.(*Accession).Decision != "declined" && n.covers(s, p.ID) {
				row.SignedIn, row.Cites = append(row.SignedIn, p.ID), append(row.Cites, a.ID)
			}
		}
		rows.add("rounds", row)
	}
}

func (n *naive) mandateRows(s naiveScope, rows naiveRows) {
	for _, d := range n.holding(KindMandate) {
		m := d.Predicate.(*Mandate)
		if !s.ofRound(m.Round) || !s.touches(m.Objectives) || !n.speaks(s, d) {
			continue
		}
		row := &MandateRow{Row: n.row(d, string(d.ID), []string{"as a reviewer"}, d.ID), ID: d.ID, Author: m.Author, Type: m.Type, Title: m.Title, Reviewed: m.About, Team: m.Team,
			Interests: map[ParticipantID]string{}, Round: m.Round, Objectives: m.Objectives, From: m.From, Until: m.Until, Filed: n.when(d), Stage: "invited"}
		last := map[ParticipantID]*Document{}
		declined := func(id ParticipantID) bool { return last[id].Predicate.(*Accession).Decision == "declined" }
		for _, x := range n.holding(KindAccession) {
			if x.About() != d.ID || x.Author == m.About && last[x.Author] != nil && !declined(m.About) { // a consent stands
				continue
			}
			last[x.Author] = x
		}
		if last[m.About] != nil {
			row.Cites = append(row.Cites, last[m.About].ID)
		}
		for _, id := range m.Team {
			if last[id] == nil {
				continue
			}
			if row.Cites = append(row.Cites, last[id].ID); declined(id) {
				row.Declined = append(row.Declined, id)
			} else {
				row.Interests[id] = last[id].Predicate.(*Accession).Interests
			}
		}
		switch consented := m.Author == m.About || last[m.About] != nil && !declined(m.About); {
		case consented && len(row.Interests) == len(m.Team):
			row.Stage = "team complete"
		case consented:
			row.Stage = "consented"
		case last[m.About] != nil:
			row.Stage = "declined"
		}
		for _, a := range n.holding(KindAssessment) {
			p, label := a.Predicate.(*Assessment), n.label(a.ID)
			switch {
			case p.Mandate != d.ID:
			case p.Stage == "draft" && (label == "" || label == ReasonSuperseded):
				row.Drafts = append(row.Drafts, a.ID)
				for _, k := range n.counting(KindComment) {
					if k.About() == a.ID && k.Predicate.(*Comment).Type == "correction" {
						row.Corrections = append(row.Corrections, k.ID)
					}
				}
			case p.Stage == "final" && label == "":
				row.Finals = append(row.Finals, a.ID)
				for _, k := range n.counting(KindResponse) {
					if k.About() == a.ID {
						row.Replies = append(row.Replies, k.ID)
					}
				}
			}
		}
		for _, step := range []struct {
			by    []DocumentID
			stage string
		}{{row.Drafts, "draft"}, {row.Corrections, "corrected"}, {row.Finals, "final"}, {row.Replies, "replied"}} {
			if row.Cites = append(row.Cites, step.by...); len(step.by) > 0 {
				row.Stage = step.stage
			}
		}
		if n.covers(s, m.About) {
			row.In = []string{"mandates", row.Stage, "type: " + m.Type}
		}
		if n.covers(s, m.About) || slices.ContainsFunc(m.Team, func(id ParticipantID) bool { return n.covers(s, id) }) {
			rows.add("mandates", row)
		}
	}
}

func (n *naive) sealRows(s naiveScope, rows naiveRows) {
	for _, d := range n.counting(KindSeal) {
		p := d.Predicate.(*Seal)
		if s.objective != 0 || !n.covers(s, p.About) && !n.covers(s, p.Author) || !s.ofRound(p.Round) || !n.speaks(s, d) {
			continue
		}
		row := &SealRow{Row: n.row(d, string(d.ID), nil, d.ID), ID: d.ID, Author: p.Author, About: p.About, Round: p.Round, Reveal: p.Reveal, Commits: p.Commits, Filed: n.when(d), State: "sealed"}
		if row.AccreditedBy = n.through(d); n.day() > p.Reveal {
			row.State = "committed and not revealed"
		}
		sealed, _ := n.filed(d.ID)
		if at, ok := n.revealed(p); ok {
			row.Revealed, row.Cites = at.Format(time.RFC3339), append(row.Cites, p.Commits)
			label := n.label(p.Commits)
			switch {
			case at.Before(sealed):
				row.State = "filed before it was sealed"
			case label != "" && label != ReasonWithdrawn && label != ReasonSuperseded:
				row.State = "revealed, does not count"
			case at.Format("2006-01-02") < p.Reveal:
				row.State = "revealed early"
			default:
				row.State = "revealed"
			}
		}
		row.In = []string{row.State}
		rows.add("seals", row)
	}
}

// revealed is when the review was filed to which a seal commits its author. What
// was erased is the author's who took it back, filed with its first signature.
func (n *naive) revealed(p *Seal) (at time.Time, ok bool) {
	review := n.get(p.Commits)
	if review != nil {
		at, ok = n.filed(p.Commits)
		return at, ok && review.Author == p.Author && n.code(p.Commits) != ReasonAfterCutoff
	}
	for _, w := range n.holding(KindWithdrawal) {
		if takesBackWhole(w, p.Commits) {
			if w.Author == p.Author {
				at, _ = n.erased(p.Commits)
			}
			break
		}
	}
	return at, !at.IsZero()
}

// erased is when what is not there any more was first filed, and where.
func (n *naive) erased(id DocumentID) (at time.Time, place Place) {
	for _, r := range n.records {
		p := Place{r.Origin, r.Index}
		if f := n.filing(p); r.ID() == id && r.Genuine && f.ok && (at.IsZero() || f.at.Before(at) || f.at.Equal(at) && p.compare(place) < 0) {
			at, place = f.at, p
		}
	}
	return at, place
}

func (n *naive) consultationRows(s naiveScope, rows naiveRows) {
	states := map[string]string{"invited": "invited only", "consulted": "consulted", "took-part": "took part in writing"}
	for _, d := range n.counting(KindAssessment) {
		a := d.Predicate.(*Assessment)
		for i, e := range a.Consultation {
			row := &ConsultationRow{Row: n.row(d, fmt.Sprintf("%s/%03d", d.ID, i), []string{"consultations", states[e.State], "capacity: " + e.Capacity}, d.ID), Assessment: d.ID, Author: a.Author,
				Capacity: e.Capacity, Who: e.Who, Participant: e.Participant, State: e.State, How: e.How, Changed: e.Changed}
			if e.Changed != "" {
				row.In = append(row.In, "changed something")
			}
			if n.assessing(s, d) {
				rows.add("consultations", row)
			}
		}
	}
	for _, d := range n.counting(KindComment) {
		p, about := d.Predicate.(*Comment), n.get(d.About())
		if p.Type != "concurrence" && p.Type != "dissent" || !n.speaks(s, d) {
			continue
		}
		row := &ConcurrenceRow{Row: n.row(d, string(d.ID), []string{p.Type}, d.ID, d.About()), ID: d.ID, Type: p.Type, Author: p.Author, Assessment: d.About(),
			Assessed: n.subject(d).Author, Filed: n.when(d)}
		row.AccreditedBy = n.through(d)
		in := s.objective == 0 && s.round.ID == ""
		if about != nil {
			a := about.Predicate.(*Assessment)
			in = s.ofRound(a.Round) && s.touches(objectivesIn(about))
			row.Capacity = n.capacity(p.Author, a)
		}
		if in && (n.covers(s, row.Assessed) || n.covers(s, p.Author)) {
			rows.add("concurrence", row)
		}
	}
}

// capacity is in which a participant was consulted: named, else by what it is.
func (n *naive) capacity(id ParticipantID, a *Assessment) string {
	for _, e := range a.Consultation {
		if e.Participant == id {
			return e.Capacity
		}
	}
	p, _ := n.chain.Participant(id)
	return map[string]string{"local-authority": "local-authorities", "human-rights-institution": "human-rights-institution", "civil-society": "civil-society", "academic": "academia",
		"public-agency": "ministries"}[p.Kind]
}

func (n *naive) progressRows(s naiveScope, rows naiveRows) {
	for _, d := range n.counting(KindProgress) {
		p := d.Predicate.(*ProgressReport)
		if !n.assessing(s, d) {
			continue
		}
		reach := map[bool]string{true: "global", false: "regional"}[p.Scope == "global"]
		row := &ProgressRow{Row: n.row(d, string(d.ID), []string{"progress reports", reach}, d.ID), ID: d.ID, Author: p.Author, Title: p.Title, Scope: p.Scope, Round: p.Round,
			Period: p.Period, Findings: len(p.Findings), Values: len(p.Values), Filed: n.when(d)}
		row.AccreditedBy = n.through(d)
		for _, f := range p.Findings { // as they come
			if !slices.Contains(row.Objectives, f.Objective) {
				row.Objectives = append(row.Objectives, f.Objective)
			}
		}
		rows.add("progress-reports", row)
		for i, v := range p.Values {
			set := "of a set named by digest"
			if p.Decision != "" {
				set = "of an adopted set"
			}
			row := &IndicatorRow{Row: n.row(d, fmt.Sprintf("%s/%03d", d.ID, i), []string{"values", set}, d.ID), Report: d.ID, Author: p.Author, Scope: p.Scope, Participant: v.Participant,
				Decision: p.Decision, IndicatorSet: p.IndicatorSet, Indicator: v.Indicator, Value: v.Value, On: v.On}
			if decision := n.held(p.Decision); decision != nil {
				row.Cites = append(row.Cites, decision.ID)
				for _, x := range decision.Predicate.(*Decision).Indicators {
					if x.ID == v.Indicator {
						row.Title, row.Unit = x.Title, x.Unit
					}
				}
			}
			rows.add("indicators", row)
		}
	}
}

// bodyRows are what the follow-up body proposes, decides and adopts.
func (n *naive) bodyRows(s naiveScope, rows naiveRows) {
	for _, d := range n.counting(KindDecision) {
		if p := d.Predicate.(*Decision); n.covers(s, p.Author) && s.ofRound(p.Round) && s.objective == 0 && n.speaks(s, d) {
			row := &DecisionRow{Row: n.row(d, string(d.ID), []string{"decisions", "type: " + p.Type}, append([]DocumentID{d.ID}, p.Adopts...)...), ID: d.ID, Author: p.Author, Type: p.Type,
				Title: p.Title, Round: p.Round, Adopts: p.Adopts, Indicators: len(p.Indicators), Filed: n.when(d)}
			if charter := n.chain.charters[0]; charter.Predicate.(*Charter).Decision == d.ID {
				row.Charters, row.In, row.Cites = []DocumentID{charter.ID}, append(row.In, "carried out by a charter"), append(row.Cites, charter.ID)
			}
			rows.add("decisions", row)
		}
	}
	adoptedBy := func(id DocumentID) (by []DocumentID) {
		for _, x := range n.counting(KindDecision) {
			if slices.Contains(x.Predicate.(*Decision).Adopts, id) {
				by = append(by, x.ID)
			}
		}
		return by
	}
	for _, d := range n.counting(KindProposal) {
		p := d.Predicate.(*PolicyProposal)
		if !n.covers(s, p.Author) || !s.ofRound(p.Round) || !n.speaks(s, d) || s.objective != 0 && !s.touches(p.Objectives) {
			continue
		}
		row := &ProposalRow{Row: n.row(d, string(d.ID), []string{"proposals", "type: " + p.Type}, d.ID), ID: d.ID, Author: p.Author, Type: p.Type, Title: p.Title,
			Round: p.Round, Objectives: p.Objectives, Adopted: adoptedBy(d.ID), Filed: n.when(d)}
		row.AccreditedBy = n.through(d)
		for _, k := range n.counting(KindComment) {
			if k.About() == d.ID {
				row.Comments++
				row.Cites = append(row.Cites, k.ID)
			}
		}
		if row.Comments > 0 {
			row.In = append(row.In, "commented on")
		}
		if row.Cites = append(row.Cites, row.Adopted...); row.Adopted != nil {
			row.In = append(row.In, "adopted")
		}
		rows.add("proposals", row)
	}
	for _, d := range n.counting(KindStocktake) {
		p := d.Predicate.(*Adoption)
		if !n.covers(s, p.Author) || s.objective != 0 || s.round.ID != "" && string(p.Scope) != "round:"+s.round.ID || !n.speaks(s, d) {
			continue
		}
		row := &AdoptedRow{Row: n.row(d, string(d.ID), []string{"adopted stocktakes"}, append([]DocumentID{d.ID}, adoptedBy(d.ID)...)...), ID: d.ID, Author: p.Author, Title: p.Title,
			Scope: p.Scope, Manifest: p.Manifest, Snapshot: p.Snapshot, Cutoff: p.Cutoff, Rules: p.Rules, Decisions: adoptedBy(d.ID), Filed: n.when(d)}
		if row.Decisions != nil {
			row.In = append(row.In, "named by a decision")
		}
		rows.add("adopted", row)
	}
}

func (n *naive) translationRows(s naiveScope, rows naiveRows) {
	for _, d := range n.counting(KindTranslation) {
		p, original := d.Predicate.(*Translation), n.get(d.About())
		if !n.covers(s, p.Author) && !n.covers(s, original.Author) || !n.speaks(s, d) || s.objective != 0 && !s.touches(objectivesIn(original)) {
			continue
		}
		states := map[string]string{ReasonSuperseded: "of an earlier version", ReasonWithdrawn: "of a withdrawn document"}
		state := "of the version that stands"
		if slices.Contains(n.docs, original.ID) {
			state = cmp.Or(states[n.label(original.ID)], state)
		}
		row := &TranslationRow{Row: n.row(d, string(d.ID), []string{"translations", "language: " + p.Language, state}, d.ID, original.ID), ID: d.ID, Author: p.Author, About: original.ID,
			AboutKind: original.Kind, Original: original.Language, Language: p.Language, Authentic: p.Authentic, Reviewed: p.Reviewed, State: state, Texts: len(p.Texts), Filed: n.when(d)}
		row.AccreditedBy = n.through(d)
		if p.Author == original.Author {
			row.In = append(row.In, "by the author")
		}
		if p.Authentic {
			row.In = append(row.In, "authentic")
		} else if !p.Reviewed {
			row.In = append(row.In, "not reviewed by a speaker")
		}
		rows.add("translations", row)
	}
}
