package review

import (
	"slices"
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

func fillDue(v *view, t *table) {
	filings := map[string]map[ParticipantID][]*entry{} // round -> author -> by filing
	for _, e := range v.sortedDocs {
		if round := filedFor(e.doc); round != "" && e.withdrawn == nil && !e.stranger {
			if filings[round] == nil {
				filings[round] = map[ParticipantID][]*entry{}
			}
			filings[round][e.doc.Author] = append(filings[round][e.doc.Author], e)
		}
	}
	pledges := map[ParticipantID][]*entry{}
	for _, e := range v.sortedDocs {
		if p, ok := e.doc.Predicate.(*Pledge); ok && e.counts() && v.touches(p.Objectives) {
			pledges[p.Author] = append(pledges[p.Author], e)
		}
	}
	for _, round := range v.charter.Rounds {
		for _, p := range v.charter.Participants {
			decisions, filed := v.decisions[round.ID][p.ID], filings[round.ID][p.ID]
			if !v.covers(p.ID) || len(decisions) == 0 && !v.concerns(round, p) || v.objective != 0 && len(pledges[p.ID]) == 0 {
				continue
			}
			row := &DueRow{
				Row:   Row{Key: round.ID + "/" + string(p.ID), Sample: p.Sample || round.Sample, Cites: []DocumentID{v.inForce}},
				Round: round.ID, Due: round.Due, Participant: p.ID, Pledges: len(pledges[p.ID]), State: dueNotIn,
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
			for _, e := range pledges[p.ID] {
				if reported[first(e)] {
					row.ReportedOn++
				}
			}
			row.In = []string{row.State, round.ID + ": " + row.State}
			t.add(row)
		}
	}
}

// filedFor is the round that a document answers: a report's, or that of a
// self-assessment or regional assessment.
func filedFor(d *Document) string {
	switch p := d.Predicate.(type) {
	case *Report:
		return p.Round
	case *Assessment:
		if p.Type != assessmentShadow {
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
