package review

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// CoverageRow is a participant in a round: which kinds of review it received
// and gave.
type CoverageRow struct {
	Row
	Round       string         `json:"round"`
	Participant ParticipantID  `json:"participant"`
	SignedIn    bool           `json:"signedIn,omitempty"`
	Received    map[string]int `json:"received,omitempty"` // by label
	Gave        map[string]int `json:"gave,omitempty"`
}

// noReview is said of those only who signed into the round.
const noReview = "no review received"

var coverageGroup = group{
	name:    groupCoverage,
	figures: []string{"reviewed by others", "reviewed themselves only", noReview},
	touched: func(v *view, e *entry) (units []string) {
		if p, ok := predicateOf[*Accession](e); ok && p.Role == accessionRound {
			units = append(units, p.Round+"/"+string(p.Author))
		}
		if e == nil || e.doc == nil || e.code != "" {
			return units
		}
		if round := v.roundOf(e); round != "" {
			units = append(units, round+"/"+string(e.doc.Author))
			for _, j := range v.judgements(e) {
				units = append(units, round+"/"+string(j.whom))
			}
		}
		return units
	},
	fill: fillCoverage,
	rows: func(c *Contents) any { return &c.Coverage },
	section: func(c *Contents) *Section {
		s := c.newSection(groupCoverage, "Review coverage: which reviews were received and given, by round", "round", "participant", "signed in", "received", "gave")
		for _, r := range c.Coverage {
			s.add(r.Sample, r.Round, string(r.Participant), yesNo(r.SignedIn), countsInWords(r.Received), countsInWords(r.Gave))
		}
		return s
	},
}

func countsInWords(counts map[string]int) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, name+": "+strconv.Itoa(counts[name]))
	}
	return strings.Join(words, ", ")
}

// roundOf is the round that a judgement was made for, by its own word or its
// mandate's; "" of other documents.
func (r *Reading) roundOf(e *entry) string {
	switch p := e.doc.Predicate.(type) {
	case *ProgressReport:
		return p.Round
	case *Assessment:
		if m, ok := predicateOf[*Mandate](r.docs[p.Mandate]); ok && p.Round == "" {
			return m.Round
		}
		return p.Round
	}
	return ""
}

func fillCoverage(v *view, unit string, t *table) {
	round, id, _ := strings.Cut(unit, "/")
	p, listed := v.chain.participants[ParticipantID(id)]
	if !listed || !v.covers(p.ID) || !v.ofRound(round) {
		return
	}
	invented := p.Sample || v.chain.rounds[round].Sample
	for _, sample := range []bool{false, true} {
		of := func(e *entry) bool { return (invented || e.sample) == sample }
		row := &CoverageRow{Row: Row{Key: unit, Sample: sample}, Round: round, Participant: p.ID, Received: map[string]int{}, Gave: map[string]int{}}
		if sample && !invented {
			row.Key += "/sample"
		}
		if said := decisive(v.under(onRound(round, p.ID)), v.chain.rounds[round].Due); said != nil && of(said) && said.doc.Predicate.(*Accession).Decision != decisionDeclined {
			row.SignedIn = true
			row.Cites = append(row.Cites, said.id)
		}
		for _, e := range v.under(judgedIn(round, p.ID)) {
			if label, ok := v.standsFor(e, func(j judgement) bool { return j.whom == p.ID }); ok && of(e) {
				row.Received[label]++
				row.Cites = append(row.Cites, e.id)
			}
		}
		for _, e := range v.under(judgesIn(round, p.ID)) {
			if label, ok := v.standsFor(e, func(judgement) bool { return true }); ok && label != labelSelf && of(e) {
				row.Gave[label]++
				row.Cites = append(row.Cites, e.id)
			}
		}
		if row.In = row.figures(!v.tagged()); len(row.In) > 0 {
			t.add(row)
		}
	}
}

// figures are the figures that count the row; none, if nothing is to be said. In a
// scope of a theme nobody is told that no review was received: the round asks for
// reviews, not for reviews about the theme.
func (r *CoverageRow) figures(whole bool) (in []string) {
	for label := range r.Received {
		in = append(in, "received: "+label)
	}
	for label := range r.Gave {
		in = append(in, "gave: "+label)
	}
	slices.Sort(in)
	others := len(r.Received)
	if r.Received[labelSelf] > 0 {
		others--
	}
	switch {
	case others > 0:
		return append(in, "reviewed by others")
	case len(r.Received) > 0:
		return append(in, "reviewed themselves only")
	case r.SignedIn && whole:
		return append(in, noReview)
	}
	return in
}

// standsFor is what a document with such a judgement in the scope is called, if it
// stands; ok is false of drafts and of what is outside.
func (v *view) standsFor(e *entry, such func(judgement) bool) (label string, ok bool) {
	for _, j := range v.judgements(e) {
		if such(j) && v.touches([]int{j.Objective}) {
			return j.label, e.counts() && v.speaks(e)
		}
	}
	return "", false
}
