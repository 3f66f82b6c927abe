package web

import (
	"cmp"
	"slices"
	"strings"

	"stocktake/review"
)

// due are the rounds of the charter with who is where in each.
func (t tabler) due(a *assembled) []dueRound {
	var rounds []dueRound
	for _, round := range t.charter.Rounds {
		d := dueRound{Round: round, ScopeName: t.scopeName(review.Scope(round.Scope), t.name, t.round)}
		states := map[string][]ref{}
		var order []string
		for _, row := range realFirst(a.Due, func(r review.DueRow) bool { return r.Sample }) {
			if row.Round != round.ID {
				continue
			}
			who := t.who(row.Participant)
			if states[row.State] == nil {
				order = append(order, row.State)
			}
			states[row.State] = append(states[row.State], who)
			if row.State == "not in this round" {
				d.NotIn = append(d.NotIn, who)
				continue
			}
			d.Lines = append(d.Lines, dueLine{who, t.state(row.State), row.Filed, row.Pledges, row.ReportedOn, t.cites(row.Cites)})
		}
		slices.SortStableFunc(order, func(a, b string) int { return dueRank(a) - dueRank(b) })
		for _, state := range order {
			d.States = append(d.States, dueState{t.state(state), states[state]})
		}
		if len(order) > 0 {
			rounds = append(rounds, d)
		}
	}
	return rounds
}

// dueStates are the states of a participant in a round, from what was filed to
// who is not concerned.
var dueStates = []string{"filed", "flexibility used", "late", "no report received", "not due", "declined", "not in this round"}

func dueRank(state string) int { return slices.Index(dueStates, state) }

func (t tabler) pledges(a *assembled) []pledgeLine {
	var lines []pledgeLine
	for _, row := range realFirst(a.Pledges, func(r review.PledgeRow) bool { return r.Sample }) {
		lines = append(lines, pledgeLine{
			Pledge: ref{cmp.Or(row.Title, t.say("document.hidden", "document", t.named(review.KindPledge, row.ID))), "/documents/" + string(row.ID), row.Sample}, Author: t.who(row.Author), Objectives: row.Objectives,
			Named: slices.Contains(row.In, "named as a party"), Due: t.orOpen("date-or-open", row.Due), Passed: slices.Contains(row.In, "due: passed"),
			Status: t.state(row.Status), Report: row.Report, Filed: row.Filed,
		})
	}
	slices.SortStableFunc(lines, func(a, b pledgeLine) int {
		if a.Pledge.Sample != b.Pledge.Sample {
			return 0
		}
		return cmp.Or(strings.Compare(a.Author.Text, b.Author.Text), strings.Compare(a.Filed, b.Filed))
	})
	return lines
}

func (t tabler) parties(a *assembled) []partyLine {
	var lines []partyLine
	for _, row := range realFirst(a.Parties, func(r review.PartyRow) bool { return r.Sample }) {
		line := partyLine{Pledge: t.document(row.Pledge), Author: t.who(row.Author), Party: ref{Text: cmp.Or(row.Name, t.say("document.hidden-words"))}, State: t.state(row.State)}
		if row.Participant != "" {
			line.Party = t.who(row.Participant)
		}
		line.Cites = t.cites(slices.DeleteFunc(slices.Clone(row.Cites), func(id review.DocumentID) bool { return id == row.Pledge }))
		lines = append(lines, line)
	}
	return lines
}

func (t tabler) targets(a *assembled) []targetLine {
	var lines []targetLine
	for _, row := range realFirst(a.Targets, func(r review.TargetRow) bool { return r.Sample }) {
		line := targetLine{Pledge: t.document(row.Pledge), figureRow: figureRow{
			Indicator: cmp.Or(row.Indicator, t.say("document.hidden-words")), Unit: stated(row.Unit),
			Baseline: t.orOpen("decimal-or-open", row.Baseline), Value: t.orOpen("decimal-or-open", row.Value), Due: t.orOpen("date-or-open", row.Due),
			Reported: t.orOpen("decimal", row.Reported), On: row.On,
		}}
		if row.Reported != "" && len(row.Cites) > 0 {
			line.Report = row.Cites[len(row.Cites)-1]
		}
		lines = append(lines, line)
	}
	return lines
}

// stated is a text, or nothing where it was left open.
func stated(s string) string {
	if s == review.NotStated {
		return ""
	}
	return s
}

func (t tabler) resources(a *assembled) []resourceLine {
	var lines []resourceLine
	for _, row := range realFirst(a.Resources, func(r review.ResourceRow) bool { return r.Sample }) {
		lines = append(lines, resourceLine{t.document(row.Pledge), t.who(row.Author), t.orOpen("decimal-or-open", row.Amount), t.orOpen("currency-or-open", row.Currency), row.Purpose})
	}
	return lines
}

// viewOf are the columns of judgements by their labels; all other labels share
// one, in which each says what it is.
var viewOf = map[string]int{"self-assessment": 0, "regional assessment": 1, "alternative (shadow) report": 3}

const viewOfOthers = 2

// assessed puts all judgements of one thing side by side. A finding's key is
// that of what it judges and the assessment's ID.
func (t tabler) assessed(a *assembled) []assessedLine {
	findings := map[string][]review.FindingRow{}
	for _, f := range a.Findings {
		key := strings.TrimSuffix(f.Key, "/"+string(f.Assessment))
		findings[key] = append(findings[key], f)
	}
	replies := map[review.DocumentID][]ref{}
	for _, r := range a.Replies {
		replies[r.Assessment] = append(replies[r.Assessment], ref{t.phrase(r.Position), "/documents/" + string(r.ID), r.Sample})
	}
	var lines []assessedLine
	for _, row := range realFirst(a.Agreement, func(r review.AgreementRow) bool { return r.Sample }) {
		line := assessedLine{Pledge: t.document(row.Pledge), Objective: row.Objective, Agreement: t.phrases(row.In), Sample: row.Sample}
		switch {
		case row.About != "":
			line.Whom = t.who(row.About)
		case row.Region != "":
			line.Whom = ref{Text: t.regionName(row.Region), Href: "/stocktake?scope=region:" + row.Region}
		default: // of a global progress report
			line.Whom = ref{Text: t.say("scope.global"), Href: "/stocktake"}
		}
		for _, f := range findings[row.Key] {
			rating := ratingLine{Rating: t.phrase(f.Rating), Author: t.who(f.Author), Assessment: f.Assessment, Replies: replies[f.Assessment]}
			i, ok := viewOf[f.Label]
			if !ok {
				i, rating.What = viewOfOthers, t.phrase(f.Label)
			}
			line.Views[i] = append(line.Views[i], rating)
		}
		lines = append(lines, line)
	}
	return lines
}

func (t tabler) comments(rows []review.CommentRow) []commentLine {
	var lines []commentLine
	for _, row := range realFirst(rows, func(r review.CommentRow) bool { return r.Sample }) {
		line := commentLine{
			Comment: t.document(row.ID), Author: t.who(row.Author), About: t.document(row.About), Type: t.phrase(row.Type),
			Response: row.Response, Intended: t.orOpen("date-or-open", row.Intended),
		}
		if row.To != "" {
			line.To = t.who(row.To)
		}
		if row.State != "" {
			line.State = t.state(row.State)
		}
		if row.Progress != "" {
			line.FollowUp, line.Progress = row.FollowUp, t.state(row.Progress)
		}
		if row.Seen != "" {
			line.SeenIn, line.Seen = row.SeenIn, t.state(row.Seen)
		}
		lines = append(lines, line)
	}
	return lines
}

func (t tabler) withdrawals(a *assembled) []withdrawalLine {
	var lines []withdrawalLine
	for _, row := range realFirst(a.Withdrawals, func(r review.WithdrawalRow) bool { return r.Sample }) {
		lines = append(lines, withdrawalLine{t.document(row.ID), t.who(row.Author), t.document(row.About), strings.Join(row.Attachments, ", "), row.Reason, row.Filed})
	}
	return lines
}

func (t tabler) excluded(a *assembled) []excludedLine {
	var lines []excludedLine
	for _, row := range realFirst(a.Excluded, func(r review.ExcludedRow) bool { return r.Sample }) {
		line := excludedLine{Document: t.document(row.ID), Kind: t.kindName(row.Kind), Why: t.inWords(review.Label{Reason: row.Reason, By: row.By})}
		if row.Author != "" {
			line.Author = t.who(row.Author)
		}
		lines = append(lines, line)
	}
	return lines
}

// phrases are the words for several codes.
func (w words) phrases(codes []string) string {
	var all []string
	for _, code := range codes {
		all = append(all, w.phrase(code))
	}
	return strings.Join(all, w.Comma())
}
