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
// in a round, pledges, their milestones and targets.
func (t tabler) late(a *assembled) []lateLine {
	var lines []lateLine
	for _, round := range t.due(a) {
		for _, line := range round.Lines {
			if line.State.Code == "late" || line.State.Code == "no report received" {
				lines = append(lines, lateLine{
					What: ref{Text: round.Title, Href: stocktakeAddress(AssembleRequest{Scope: review.Scope(round.Scope)}) + "#due", Sample: round.Sample}, Part: t.say("late.report"),
					Due: t.orOpen("date", round.Due), State: line.State, Says: t.sayings(line.Cites, line.Who),
				})
			}
		}
	}
	today := a.Manifest.Cutoff[:min(len("2006-01-02"), len(a.Manifest.Cutoff))]
	for _, p := range a.Pledges {
		if slices.Contains(p.In, "named as a party") {
			continue
		}
		whole := lateLine{What: t.document(p.ID), Due: t.orOpen("date-or-open", p.Due)}
		whole.What.Sample = p.Sample
		judged := t.judged(a, p.ID)
		if slices.Contains(p.In, "due: passed") && p.Status != "fulfilled" {
			line := whole
			line.Part, line.State, line.Says = t.say("late.pledge"), t.state(p.Status), append(t.reported(p), judged...)
			lines = append(lines, line)
		}
		for _, m := range a.Milestones {
			if m.Pledge == p.ID && strings.HasSuffix(m.State, "due passed") || m.Pledge == p.ID && m.State == "reached after its due date" {
				line := whole
				line.Part, line.Due, line.State = m.Title, t.orOpen("date", m.Due), t.state(m.State)
				line.Says = append(t.reported(p), judged...)
				lines = append(lines, line)
			}
		}
		for _, target := range a.Targets {
			if target.Pledge == p.ID && (target.State == "behind the straight line" || target.Due < today && target.Due != review.NotStated && target.State != "reached") {
				line := whole
				line.Part, line.Due, line.State = target.Indicator, t.orOpen("date-or-open", target.Due), t.state(target.State)
				if target.State == "" {
					line.State = standing{Text: t.say("targets.not-reported")}
				}
				line.Says = append(t.reported(p), judged...)
				lines = append(lines, line)
			}
		}
	}
	return lines
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
	findings := slices.Clone(a.Findings)
	slices.SortStableFunc(findings, func(a, b review.FindingRow) int { return strings.Compare(a.Filed, b.Filed) })
	for _, f := range findings {
		if f.Pledge == pledge {
			s := saying{Who: t.who(f.Author), Doc: t.document(f.Assessment), How: standing{Text: t.phrase(f.Label) + t.Comma() + t.phrase(f.Rating)}}
			if !slices.Contains(says, s) {
				says = append(says, s)
			}
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
