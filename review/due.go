package review

import (
	"slices"
	"strconv"
	"strings"
)

// What is due from a participant in a round. A due date exists only for those
// who signed into the round.
const (
	dueFiled       = "filed"
	dueFlexibility = "flexibility used"
	dueLate        = "late"
	dueNotReceived = "no report received"
	dueNotDue      = "not due"
	dueDeclined    = "declined"
	dueNotIn       = "not in this round"
)

// DueRow is a participant in a round.
type DueRow struct {
	Row
	Round       string        `json:"round"`
	Due         string        `json:"due"`
	Participant ParticipantID `json:"participant"`
	State       string        `json:"state"`
	Filed       string        `json:"filed,omitempty"` // the filing that State speaks of
	Pledges     int           `json:"pledges"`         // of its own that stand
	ReportedOn  int           `json:"reportedOn"`      // of them, in this round
}

var dueGroup = group{
	name:    groupDue,
	figures: []string{dueFiled, dueFlexibility, dueLate, dueNotReceived, dueNotDue, dueDeclined, dueNotIn},
	fixed: func(v *view) (units []string) {
		for _, p := range v.charter.Participants {
			units = append(units, v.dueUnits(p.ID)...)
		}
		return units
	},
	touched: func(v *view, e *entry) []string {
		if e.kind() == KindPledge {
			return v.dueUnits(e.doc.Author)
		}
		round := ""
		if p, ok := predicateOf[*Accession](e); ok {
			round = p.Round
		} else if e.kind() != "" {
			round = filedFor(e.doc)
		}
		if round == "" {
			return nil
		}
		return []string{dueUnit(round, e.doc.Author)}
	},
	fill: fillDue,
	rows: func(c *Contents) any { return &c.Due },
	section: func(c *Contents) *Section {
		s := c.newSection(groupDue, "Review rounds: what is due from those who signed in", "round", "due", "participant", "state", "filed", "pledges", "reported on", "said in")
		for _, r := range c.Due {
			s.add(r.Sample, r.Round, r.Due, string(r.Participant), r.State, r.Filed, strconv.Itoa(r.Pledges), strconv.Itoa(r.ReportedOn), last(r.Cites))
		}
		return s
	},
}

// dueUnits are a participant's in all rounds.
func (v *view) dueUnits(id ParticipantID) (units []string) {
	for _, round := range v.charter.Rounds {
		units = append(units, dueUnit(round.ID, id))
	}
	return units
}

func dueUnit(round string, id ParticipantID) string { return round + "/" + string(id) }

func fillDue(v *view, unit string, t *table) {
	roundID, id, _ := strings.Cut(unit, "/")
	r := slices.IndexFunc(v.charter.Rounds, func(r Round) bool { return r.ID == roundID })
	i := slices.IndexFunc(v.charter.Participants, func(p Participant) bool { return string(p.ID) == id })
	if r < 0 || i < 0 {
		return
	}
	round, p := v.charter.Rounds[r], v.charter.Participants[i]
	var filed, pledges []*entry
	for _, e := range v.under(forRound(round.ID, p.ID)) {
		if e.withdrawn == nil && !e.stranger {
			filed = append(filed, e)
		}
	}
	for _, e := range v.under(byAuthor(p.ID, KindPledge)) {
		if e.counts() && (v.objective == 0 || v.touches(objectivesOf(e.doc))) && v.speaks(e) {
			pledges = append(pledges, e)
		}
	}
	decisions := v.under(onRound(round.ID, p.ID))
	if !v.covers(p.ID) || !v.ofRound(round.ID) || len(decisions) == 0 && !v.concerns(round, p) || (v.objective != 0 || v.tagged()) && len(pledges) == 0 {
		return
	}
	row := &DueRow{
		Row:   Row{Key: unit, Sample: p.Sample || round.Sample, Cites: []DocumentID{v.inForce}},
		Round: round.ID, Due: round.Due, Participant: p.ID, Pledges: len(pledges), State: dueNotIn,
	}
	if d := decisive(decisions, round.Due); d != nil {
		row.Sample = row.Sample || d.sample
		row.Cites = []DocumentID{d.id}
		v.report(row, d, filed)
	}
	reported := map[*entry]bool{}
	for _, e := range filed {
		if e.doc.Kind == KindReport {
			reported[first(v.docs[e.doc.About()])] = true
		}
	}
	for _, e := range pledges {
		if reported[first(e)] {
			row.ReportedOn++
		}
	}
	row.In = []string{row.State, round.ID + ": " + row.State}
	t.add(row)
}

// filedFor is the round that a document answers: a report's, or that of a
// self-assessment or regional assessment.
func filedFor(d *Document) string {
	switch p := d.Predicate.(type) {
	case *Report:
		return p.Round
	case *Assessment:
		if p.Type == assessmentSelf || p.Type == assessmentRegional {
			return p.Round
		}
	}
	return ""
}

// concerns is whether a round is put to a participant at all: an invented one
// to invented participants only.
func (v *view) concerns(round Round, p Participant) bool {
	if s := v.state(p); s == stateEnded || s == stateNotYet || round.Sample && !p.Sample {
		return false
	}
	region, regional := strings.CutPrefix(round.Scope, "region:")
	return !regional || p.Region == region || slices.Contains(v.regions[p.ID], region)
}

// decisive is the accession that says whether a participant is in a round: its
// last up to the due date, so that nobody leaves when it is too late, else its
// first after.
func decisive(decisions []*entry, due string) *entry {
	var last *entry
	for _, d := range decisions {
		if last == nil || day(d.filed) <= due {
			last = d
		}
	}
	return last
}

// report finds the words for one who decided on a round.
func (v *view) report(row *DueRow, decision *entry, filed []*entry) {
	if decision.doc.Predicate.(*Accession).Decision == decisionDeclined {
		row.State = dueDeclined
		return
	}
	row.State = dueNotDue
	if v.day > row.Due {
		row.State = dueNotReceived
	}
	var said *entry
	for _, e := range filed { // by filing
		switch p, _ := e.doc.Predicate.(*Report); {
		case day(e.filed) > row.Due:
			if said == nil {
				said, row.State = e, dueLate
			}
		case p != nil && p.Flexibility != "":
			if said == nil {
				said, row.State = e, dueFlexibility
			}
		case row.State != dueFiled:
			said, row.State = e, dueFiled
		}
	}
	if said != nil {
		row.Filed = instant(said.filed)
		row.Cites = append(row.Cites, said.id)
	}
}
