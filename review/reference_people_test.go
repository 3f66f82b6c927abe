package review

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"stocktake/review/compact"
)

// The naive rows of who takes part, who answers for whom, what is due, what was
// taken back and what does not count.

// state is how a participant stands at the cut-off.
func (n *naive) state(p Participant) string {
	if until, err := time.Parse(time.RFC3339, p.Until); err == nil && !n.cutoff.Before(until) {
		return "ended"
	}
	if from, err := time.Parse(time.RFC3339, p.From); err == nil && n.cutoff.Before(from) {
		return "not yet"
	}
	if n.suspended(p.ID, n.cutoff) {
		return "suspended"
	}
	if n.member(p.ID) != nil {
		return "acceded"
	}
	return "listed, not acceded"
}

// member is the first accession with which a participant joined.
func (n *naive) member(id ParticipantID) *Document {
	for _, a := range n.holding(KindAccession) {
		if q := a.Predicate.(*Accession); a.Author == id && q.Role == "member" && q.Decision != "declined" {
			return a
		}
	}
	return nil
}

func (n *naive) participationRows(s naiveScope, rows naiveRows) {
	charter, _ := n.chain.InForce()
	for _, p := range charter.Participants {
		if !n.covers(s, p.ID) {
			continue
		}
		row := &ParticipationRow{Row: Row{Key: string(p.ID), Sample: p.Sample, Cites: []DocumentID{n.chain.Genesis()}}, ID: p.ID, Name: p.Name, Kind: p.Kind,
			Country: p.Country, Convenes: p.Region, Regions: n.regionsOf(p.ID), State: n.state(p), Chamber: "civil society and others"}
		switch p.Kind {
		case "state":
			row.Chamber = "States"
		case "regional-body", "un-entity":
			row.Chamber = "regional bodies and UN entities"
		}
		if a := n.member(p.ID); a != nil {
			row.Cites = []DocumentID{a.ID}
		}
		if row.In = []string{row.State}; row.State != "ended" && row.State != "not yet" {
			row.In = append(row.In, "participants", row.Chamber)
			if p.Kind == "state" && len(row.Regions) > 1 {
				row.In = append(row.In, "in several regions")
			}
		}
		rows.add("participation", row)
	}
	if s.region == "" {
		return
	}
	region, _ := compact.Region(s.region)
	for _, m := range region.Members {
		here := slices.ContainsFunc(charter.Participants, func(p Participant) bool { return p.Kind == "state" && p.Country == m.ISO3 })
		if country, _ := compact.Country(m.ISO3); m.On(n.day()) && !here {
			rows.add("participation", &ParticipationRow{Row: Row{Key: "outside/" + m.ISO3, In: []string{"outside this federation"}, Cites: []DocumentID{n.chain.Genesis()}},
				Name: country.Name, Country: m.ISO3, State: "outside this federation"})
		}
	}
}

// naiveSpoken are the kinds that say something about implementation.
var naiveSpoken = append([]Kind{KindPledge, KindReport, KindAssessment, KindComment, KindResponse, KindPlan, KindFramework, KindProgress, KindFollowUp, KindProposal},
	slices.DeleteFunc(slices.Clone(moneyKinds), func(k Kind) bool { return k == KindRates })...)

// accreditedRows are those of the authors whom the charter does not list, among
// the participants and by who answers for them.
func (n *naive) accreditedRows(s naiveScope, rows naiveRows) {
	by := map[ParticipantID]map[ParticipantID]*AccreditationRow{}
	for _, a := range n.answering { // by filing
		author, accreditor := a.what.Participant, a.what.Author
		if a.from.After(n.cutoff) {
			continue
		}
		if by[author] == nil {
			by[author] = map[ParticipantID]*AccreditationRow{}
		}
		p := n.chain.participants[author]
		row := by[author][accreditor]
		if row == nil {
			row = &AccreditationRow{Row: Row{Key: string(accreditor + "/" + author), Sample: p.Sample}, Accreditor: accreditor, Author: author, Name: p.Name, Type: p.Kind,
				Filed: a.from.Format(time.RFC3339)}
			by[author][accreditor] = row
		}
		row.Cites = append(row.Cites, a.id)
		if row.State != "in force" {
			row.State, row.Until = "ended", a.what.Until
			if !a.back.IsZero() && !a.back.After(n.cutoff) {
				row.State, row.Until = "withdrawn", a.back.Format(time.RFC3339)
			} else if n.answers(a, n.cutoff) {
				row.State = "in force"
			}
		}
		for _, d := range n.counting(KindComment) {
			if d.About() == a.id && slices.Contains([]string{"challenge", "opposition"}, d.Predicate.(*Comment).Type) {
				row.Challenges = append(row.Challenges, d.ID)
			}
		}
	}
	for author, all := range by {
		p := n.chain.participants[author]
		self := &ParticipationRow{Row: Row{Key: string(author), Sample: p.Sample}, ID: author, Name: p.Name, Kind: p.Kind, Country: p.Country, Regions: n.regionsOf(author), State: "ended"}
		for _, accreditor := range slices.Sorted(maps.Keys(all)) {
			row := all[accreditor]
			self.Cites = append(self.Cites, row.Cites[0])
			if row.State == "in force" {
				self.State = "accredited"
				self.AccreditedBy, self.In = append(self.AccreditedBy, accreditor), append(self.In, "accredited by "+string(accreditor))
			}
			for _, d := range n.counting(naiveSpoken...) {
				if d.Author == author && slices.Contains(n.through(d), accreditor) {
					row.Documents++
				}
			}
			row.In = []string{"accreditations", row.State, "by " + string(accreditor)}
			row.Sums = map[string]string{"documents through " + string(accreditor): strconv.Itoa(row.Documents)}
			if p.Kind == "protected-author" {
				row.In = append(row.In, "not named")
			}
			if len(row.Challenges) > 0 {
				row.In = append(row.In, "challenged")
			}
			if row.Cites = append(row.Cites, row.Challenges...); n.covers(s, author) || s.one == accreditor {
				rows.add("accreditations", row)
			}
		}
		if self.In = append(self.In, self.State); n.covers(s, author) {
			rows.add("participation", self)
		}
	}
}

func (n *naive) regionRows(s naiveScope, rows naiveRows) {
	charter, _ := n.chain.InForce()
	home, _ := n.chain.Participant(s.one)
	here := slices.DeleteFunc(slices.Clone(charter.Participants), func(p Participant) bool { return p.Sample || !n.here(p) })
	for _, region := range compact.Regions() {
		row := &RegionRow{Row: Row{Key: region.Code, In: []string{"regions"}, Cites: []DocumentID{n.chain.Genesis()}}, Code: region.Code, Name: region.Name, Verified: region.Verified}
		if !region.Verified {
			row.In = append(row.In, "unverified")
		}
		convened, corridor := false, false
		for _, p := range here {
			convened = convened || p.Region == region.Code
		}
		for _, m := range region.Members {
			if !m.On(n.day()) {
				continue
			}
			row.Members++
			corridor = corridor || m.ISO3 == s.corridor[0] || m.ISO3 == s.corridor[1]
			if !slices.ContainsFunc(here, func(p Participant) bool { return p.Kind == "state" && p.Country == m.ISO3 }) {
				row.Outside++
				continue
			}
			row.Participating++
			if len(compact.RegionsOf(m.ISO3, n.day())) > 1 {
				row.AlsoElsewhere++
			}
		}
		shown := row.Participating > 0 || convened
		switch {
		case s.region != "":
			shown = region.Code == s.region
		case s.corridor[0] != "":
			shown = shown && corridor
		case s.one != "":
			shown = shown && (home.Region == region.Code || slices.Contains(n.regionsOf(s.one), region.Code))
		}
		if shown {
			rows.add("regions", row)
		}
	}
}

// here is whether a participant takes part at the cut-off.
func (n *naive) here(p Participant) bool {
	return n.state(p) != "ended" && n.state(p) != "not yet"
}

func (n *naive) dueRows(s naiveScope, rows naiveRows) {
	charter, _ := n.chain.InForce()
	for _, round := range charter.Rounds {
		for _, p := range charter.Participants {
			said := n.decides(round, p.ID)
			if !n.covers(s, p.ID) || !s.ofRound(round.ID) || said == nil && !n.concerns(round, p) {
				continue
			}
			row := &DueRow{Row: Row{Key: round.ID + "/" + string(p.ID), Sample: p.Sample || round.Sample, Cites: []DocumentID{n.chain.Genesis()}}, Round: round.ID, Due: round.Due,
				Participant: p.ID, State: "not in this round"}
			if said != nil {
				row.Sample, row.Cites = row.Sample || n.sample(said.ID), []DocumentID{said.ID}
				var filing *Document
				if row.State, filing = n.dueState(round, p.ID); said.Predicate.(*Accession).Decision == "declined" {
					row.State = "declined"
				} else if filing != nil {
					row.Filed, row.Cites = n.when(filing), append(row.Cites, filing.ID)
				}
			}
			for _, d := range n.counting(KindPledge) {
				if d.Author != p.ID || !n.speaks(s, d) || s.objective != 0 && !s.touches(objectivesIn(d)) {
					continue
				}
				row.Pledges++
				if slices.ContainsFunc(n.filedFor(round, p.ID), func(r *Document) bool { return r.Kind == KindReport && n.sameDocument(n.get(r.About()), d) }) {
					row.ReportedOn++
				}
			}
			if row.In = []string{row.State, round.ID + ": " + row.State}; row.Pledges > 0 || s.objective == 0 && !s.tagged() {
				rows.add("due", row)
			}
		}
	}
}

// concerns is whether a round is put to a participant.
func (n *naive) concerns(round Round, p Participant) bool {
	region, regional := strings.CutPrefix(round.Scope, "region:")
	return n.here(p) && (p.Sample || !round.Sample) && (!regional || n.in(region, p.ID))
}

// decides is the accession that says whether a participant is in a round.
func (n *naive) decides(round Round, p ParticipantID) *Document {
	var before, after *Document
	for _, a := range n.holding(KindAccession) {
		if q := a.Predicate.(*Accession); q.Role != "round" || q.Round != round.ID || a.Author != p {
			continue
		}
		if at, _ := n.filed(a.ID); at.Format("2006-01-02") <= round.Due {
			before = a
		} else if after == nil {
			after = a
		}
	}
	if before == nil {
		return after
	}
	return before
}

// filedFor is what a participant filed for a round and did not take back.
func (n *naive) filedFor(round Round, p ParticipantID) (all []*Document) {
	for _, d := range n.holding(KindReport, KindAssessment) {
		inRound := ""
		switch q := d.Predicate.(type) {
		case *Report:
			inRound = q.Round
		case *Assessment:
			if q.Type == "self" || q.Type == "regional" {
				inRound = q.Round
			}
		}
		if d.Author == p && inRound == round.ID && !n.withdrawn(d.ID) && !n.stranger(d) {
			all = append(all, d)
		}
	}
	return all
}

// dueState is what one in a round filed, and the first filing that says so.
func (n *naive) dueState(round Round, p ParticipantID) (string, *Document) {
	first := map[string]*Document{}
	for _, d := range n.filedFor(round, p) {
		state := "filed"
		if r, ok := d.Predicate.(*Report); ok && r.Flexibility != "" {
			state = "flexibility used"
		}
		if at, _ := n.filed(d.ID); at.Format("2006-01-02") > round.Due {
			state = "late"
		}
		if first[state] == nil {
			first[state] = d
		}
	}
	for _, state := range []string{"filed", "flexibility used", "late"} {
		if first[state] != nil {
			return state, first[state]
		}
	}
	if n.day() > round.Due {
		return "no report received", nil
	}
	return "not due", nil
}

func (n *naive) withdrawalRows(s naiveScope, rows naiveRows) {
	for _, d := range n.holding(KindWithdrawal) {
		p, about := d.Predicate.(*Withdrawal), n.get(d.About())
		if !n.hears(s, d.Author) || !n.speaks(s, d) || about != nil && !s.touches(objectivesIn(about)) || about == nil && s.objective != 0 {
			continue
		}
		row := &WithdrawalRow{Row: Row{Key: string(d.ID), In: []string{"withdrawals"}, Sample: n.sample(d.ID), Cites: []DocumentID{d.ID, d.About()}}, ID: d.ID, Author: d.Author,
			About: d.About(), Reason: p.Reason, Erase: p.Erase, Attachments: p.Attachments, Filed: n.when(d)}
		if len(p.Attachments) > 0 {
			row.In = append(row.In, "attachments only")
		}
		if about != nil {
			row.Kind, row.In = about.Kind, append(row.In, "kind: "+string(about.Kind))
		}
		rows.add("withdrawals", row)
	}
}

func (n *naive) excludedRows(s naiveScope, rows naiveRows) {
	for _, id := range n.docs {
		d, _ := n.doc(id)
		reason := n.label(id)
		switch {
		case reason == "":
			continue
		case s.global():
		case s.tagged():
			if !n.speaks(s, d) {
				continue
			}
		case d == nil || d.Author == "" || s.objective != 0 && !s.touches(objectivesIn(d)) || s.objective == 0 && !n.covers(s, d.Author):
			continue
		}
		row := &ExcludedRow{Row: Row{Key: string(id), In: []string{"excluded", reason}, Sample: n.sample(id), Cites: []DocumentID{id}}, ID: id, Reason: reason, By: n.against(id, reason)}
		if d != nil {
			row.Kind, row.Author = d.Kind, d.Author
		}
		if row.By != "" {
			row.Cites = append(row.Cites, row.By)
		}
		a := n.attempt(id)
		if at, place := n.erased(id); d == nil && reason == ReasonWithdrawn && !at.IsZero() {
			a.at, a.Place = at, place
		}
		for _, r := range n.records {
			if r.ID() == id {
				row.Places++
			}
		}
		if row.Log, row.Index = a.Origin, a.Index; !a.at.IsZero() {
			row.Filed = a.at.Format(time.RFC3339)
		}
		rows.add("excluded", row)
	}
}

// against is the withdrawal or the version that stands against a document.
func (n *naive) against(id DocumentID, reason string) (by DocumentID) {
	switch reason {
	case ReasonWithdrawn:
		return n.withdrawalOf(id)
	case ReasonSuperseded:
		d, _ := n.doc(id)
		for _, v := range n.holding(d.Kind) {
			if v.Supersedes == id {
				by = v.ID
			}
		}
		if by == "" {
			by = n.standing(d).ID
		}
	}
	return by
}

func (n *naive) day() string { return n.cutoff.Format("2006-01-02") }

// suspended is whether a participant is suspended at a time.
func (n *naive) suspended(id ParticipantID, at time.Time) bool {
	for _, s := range n.chain.charters[0].Predicate.(*Charter).Suspensions {
		from, _ := time.Parse(time.RFC3339, s.From)
		until, _ := time.Parse(time.RFC3339, s.Until)
		if s.Participant == id && !at.Before(from) && at.Before(until) {
			return true
		}
	}
	return false
}
