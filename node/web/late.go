package web

import (
	"slices"
	"strings"

	"stocktake/review"
)

// lateLine is a commitment whose date has passed without word that it was met,
// and who says so. Only what somebody promised for a date can be late.
type lateLine struct {
	What  ref // the pledge; the round's title for a report
	Part  string
	Due   value
	State standing
	Says  []saying
}

// saying is somebody's word on a commitment, with the document that has it.
type saying struct {
	Who ref
	Doc ref
	How standing
}

// late are the commitments of a stocktake's participant that are late: reports
// in a round, pledges, their milestones and targets; and how many more there are
// than a page shows.
func (t tabler) late(a *assembled) (lines []lateLine, more int) {
	add := func(line func() lateLine) {
		if len(lines) == rowsShown {
			more++
			return
		}
		lines = append(lines, line())
	}
	milestones, targets := map[review.DocumentID][]review.MilestoneRow{}, map[review.DocumentID][]review.TargetRow{}
	for _, m := range a.Milestones {
		milestones[m.Pledge] = append(milestones[m.Pledge], m)
	}
	for _, target := range a.Targets {
		targets[target.Pledge] = append(targets[target.Pledge], target)
	}
	for _, round := range t.due(a) {
		for _, line := range round.Lines {
			if line.State.Code == "late" || line.State.Code == "no report received" {
				add(func() lateLine {
					return lateLine{
						What: ref{Text: round.Title, Href: stocktakeAddress(AssembleRequest{Scope: review.Scope(round.Scope)}) + "#due", Sample: round.Sample}, Part: t.say("late.report"),
						Due: t.orOpen("date", round.Due), State: line.State, Says: t.sayings(line.Cites, line.Who),
					}
				})
			}
		}
	}
	today := a.Manifest.Cutoff[:min(len("2006-01-02"), len(a.Manifest.Cutoff))]
	for _, p := range a.Pledges {
		if slices.Contains(p.In, "named as a party") {
			continue
		}
		of := func(part string, due value, state standing) func() lateLine {
			return func() lateLine {
				what := t.document(p.ID)
				what.Sample = p.Sample
				return lateLine{What: what, Part: part, Due: due, State: state, Says: append(t.reported(p), t.judged(a, p.ID)...)}
			}
		}
		if slices.Contains(p.In, "due: passed") && p.Status != "fulfilled" {
			add(of(t.say("late.pledge"), t.orOpen("date-or-open", p.Due), t.state(p.Status)))
		}
		for _, m := range milestones[p.ID] {
			if strings.HasSuffix(m.State, "due passed") || m.State == "reached after its due date" {
				add(of(m.Title, t.orOpen("date", m.Due), t.state(m.State)))
			}
		}
		for _, target := range targets[p.ID] {
			if target.State == "behind the straight line" || target.Due < today && target.Due != review.NotStated && target.State != "reached" {
				state := t.state(target.State)
				if target.State == "" {
					state = standing{Text: t.say("targets.not-reported")}
				}
				add(of(target.Indicator, t.orOpen("date-or-open", target.Due), state))
			}
		}
	}
	return lines, more
}

// reported is what the author of a pledge reported last; that it promised, if
// it reported nothing.
func (t tabler) reported(p review.PledgeRow) []saying {
	if p.Report == "" {
		return []saying{{Who: t.who(p.Author), Doc: t.document(p.ID), How: standing{Text: t.say("late.promised")}}}
	}
	return []saying{{Who: t.who(p.Author), Doc: t.document(p.Report), How: t.state(p.Status)}}
}

// judged is how assessments rate a pledge, in the order in which they were filed.
func (t tabler) judged(a *assembled, pledge review.DocumentID) (says []saying) {
	var findings []review.FindingRow
	for _, f := range a.Findings {
		if f.Pledge == pledge {
			findings = append(findings, f)
		}
	}
	slices.SortStableFunc(findings, func(a, b review.FindingRow) int { return strings.Compare(a.Filed, b.Filed) })
	for _, f := range findings {
		s := saying{Who: t.who(f.Author), Doc: t.document(f.Assessment), How: standing{Text: t.phrase(f.Label) + t.Comma() + t.phrase(f.Rating)}}
		if !slices.Contains(says, s) {
			says = append(says, s)
		}
	}
	return says
}

// sayings are the documents that a state in a round rests on, as their author's.
func (t tabler) sayings(cites []ref, who ref) (says []saying) {
	for _, doc := range cites {
		says = append(says, saying{Who: who, Doc: doc})
	}
	return says
}
