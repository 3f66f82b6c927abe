package web

import (
	"slices"
	"strings"

	"stocktake/review"
)

// tables are a stocktake's rows as pages show them: names and titles for IDs,
// each a link to the document that the row rests on. Invented rows come last
// in every table and carry their badge.
type tables struct {
	Due             []dueRound
	Pledges         []pledgeLine
	Parties         []partyLine
	Targets         []targetLine
	Resources       []resourceLine
	Sums            []sumLine
	Assessed        []assessedLine
	Recommendations []commentLine
	Comments        []commentLine
	Withdrawals     []withdrawalLine
	Excluded        []excludedLine
	Participants    []participantLine
	Accreditations  []accreditationLine
	Outside         []string // countries of the region outside this federation
	Regions         []review.RegionRow
	Sections        []sectionTable // of all other groups
	FiguresByGroup  []figureGroup
	All             map[string]allRows // of the groups of which not all rows are here
}

// allRows leads to all rows of a group.
type allRows struct {
	Total int
	Href  string
}

// ref is a link with the words for it. Sample asks for a badge where the words
// themselves do not say so.
type ref struct {
	Text, Href string
	Sample     bool
}

type dueRound struct {
	review.Round
	ScopeName string
	States    []dueState
	Lines     []dueLine // of those in the round
	NotIn     []ref
}

// dueState is how many participants of a round are in one state.
type dueState struct {
	standing
	Who []ref
}

type dueLine struct {
	Who                 ref
	State               standing
	Filed               string
	Pledges, ReportedOn int
	Cites               []ref
}

type pledgeLine struct {
	Pledge, Author ref
	Named          bool // it is here because it names a participant as a party
	Objectives     []int
	Due            value
	Passed         bool // the date has passed
	Status         standing
	Report         review.DocumentID
	Filed          string
}

type partyLine struct {
	Pledge, Author, Party ref
	State                 standing
	Cites                 []ref
}

type targetLine struct {
	figureRow
	Pledge ref
	Report review.DocumentID // whose figure is Reported
}

type resourceLine struct {
	Pledge, Author   ref
	Amount, Currency value
	Purpose          string
}

type sumLine struct {
	Name, Amount, Href string
	N                  int
	Sample             bool
}

// assessedLine is what was judged, with every judgement of it side by side.
type assessedLine struct {
	Whom      ref
	Pledge    ref // empty: all of its doing
	Objective int
	Views     [4][]ratingLine // self-assessments, regional ones, those of other reviewers, alternative reports
	Agreement string
	Sample    bool
}

type ratingLine struct {
	What       string // the kind of review, where the column has several
	Rating     string
	Author     ref
	Assessment review.DocumentID
	Replies    []ref
}

type commentLine struct {
	Comment, Author, To, About ref
	Type                       string
	State                      standing
	Response                   review.DocumentID
	Intended                   value
	Progress, Seen             standing // of a recommendation: in the follow-up of the addressee, and of the recommender
	FollowUp, SeenIn           review.DocumentID
}

type withdrawalLine struct {
	Withdrawal, Author, About  ref
	Attachments, Reason, Filed string // Attachments: all that was taken back, if any are named
}

type excludedLine struct {
	Document, Author ref
	Kind             string
	Why              standing
}

type participantLine struct {
	Who     ref
	Kind    string
	Country string
	State   standing
	Cites   []ref
}

// accreditationLine is an accreditor that answers or answered for an author.
type accreditationLine struct {
	Accreditor, Author ref
	Type               string
	State              standing
	Filed              string
	Documents          int // of the author, filed while this accreditor answered for it
	Cites              []ref
}

type figureGroup struct {
	Group   value
	Figures []figureLine
}

// tabler turns rows into lines.
type tabler struct {
	*view
	asked AssembleRequest // the stocktake that the rows are of
}

// hides is whether this node does not show a document.
func (t tabler) hides(id review.DocumentID) bool {
	return len(t.status.Display) > 0 && t.listed(id).NotDisplayed != ""
}

func (t tabler) tables(a *assembled) tables {
	all := tables{
		Due: t.due(a), Pledges: t.pledges(a), Parties: t.parties(a), Targets: t.targets(a), Resources: t.resources(a),
		Sums: t.sums(a), Assessed: t.assessed(a), Recommendations: t.comments(a.Recommendations), Comments: t.comments(a.Comments),
		Withdrawals: t.withdrawals(a), Excluded: t.excluded(a), Regions: a.Regions, FiguresByGroup: t.figuresByGroup(a), Sections: t.sections(a),
	}
	all.All = map[string]allRows{}
	for _, group := range shownApart {
		if n := a.totals[group]; n > rowsShown && !slices.Contains(shownWhole, group) {
			all.All[group] = allRows{n, figureAddress(t.asked, group, "", false)}
		}
	}
	for _, p := range realFirst(a.Participation, func(r review.ParticipationRow) bool { return r.Sample }) {
		if p.ID == "" {
			all.Outside = append(all.Outside, t.outside(p))
			continue
		}
		all.Participants = append(all.Participants, participantLine{t.who(p.ID), t.phrase(p.Kind), t.countryName(p.Country), t.state(p.State), t.cites(p.Cites)})
	}
	slices.Sort(all.Outside)
	for _, row := range a.Accreditations {
		line := accreditationLine{t.who(row.Accreditor), t.who(row.Author), t.phrase(row.Type), t.state(row.State), row.Filed, row.Documents, t.cites(row.Cites)}
		if len(row.Challenges) > 0 {
			line.State.Text += t.Comma() + t.say("word.challenged")
		}
		all.Accreditations = append(all.Accreditations, line)
	}
	return all
}

// realFirst puts invented rows last and keeps the order otherwise.
func realFirst[T any](rows []T, sample func(T) bool) []T {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b T) int {
		switch {
		case sample(a) == sample(b):
			return 0
		case sample(b):
			return -1
		}
		return 1
	})
	return rows
}

// outside is the name of a State that takes no part: participants name
// themselves, States outside are named by the page.
func (t tabler) outside(p review.ParticipationRow) string {
	if name, ok := t.Country(p.Country); ok {
		return name
	}
	return p.Name
}

func (t tabler) document(id review.DocumentID) ref {
	if id == "" {
		return ref{}
	}
	r := ref{Text: t.say("document.short", "id", short(id)), Href: "/documents/" + string(id)}
	if d := t.listed(id); d.ID != "" {
		r.Text, r.Sample = t.titleOf(d), d.Sample
	}
	return r
}

// mention is a document by its title; one that is not listed here by its ID.
func (t tabler) mention(id review.DocumentID) value {
	if t.listed(id).ID == "" {
		return value{Form: "code", Text: short(id)}
	}
	d := t.document(id)
	return value{Form: "link", Text: d.Text, Href: d.Href}
}

// cites are the documents that a row rests on; of very many the first, and how
// many more, which the data has.
func (t tabler) cites(ids []review.DocumentID) []ref {
	var refs []ref
	for _, id := range ids[:min(len(ids), citesShown)] {
		refs = append(refs, t.document(id))
	}
	if more := len(ids) - citesShown; more > 0 {
		refs = append(refs, ref{Text: t.say("refs.more", "n", more)})
	}
	return refs
}

// figuresByGroup are all figures in which something counts.
func (t tabler) figuresByGroup(a *assembled) []figureGroup {
	var all []figureGroup
	for _, layout := range layouts {
		if lines := t.figureLines(a, layout.Group); len(lines) > 0 {
			all = append(all, figureGroup{t.orEnglish("section."+layout.Group, layout.Title), lines})
		}
	}
	return all
}

func (t tabler) sums(a *assembled) []sumLine {
	var all []sumLine
	for _, f := range a.FiguresOf("resources") {
		if f.Amount != "" && strings.HasPrefix(f.Name, "pledged ") {
			all = append(all, sumLine{strings.TrimPrefix(f.Name, "pledged "), t.Decimal(f.Amount), figureAddress(t.asked, f.Group, f.Name, f.Sample), f.Value, f.Sample})
		}
	}
	return all
}
