package review

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"
)

// The naive rows of the pledge side: every document is asked about every other.

func (n *naive) row(d *Document, key string, in []string, cites ...DocumentID) Row {
	return Row{Key: key, In: in, Sample: n.sample(d.ID), Cites: cites}
}

// through are the accreditors that answered for a document's author.
func (n *naive) through(d *Document) []ParticipantID {
	at, _ := n.filed(d.ID)
	return slices.Sorted(maps.Keys(n.answerers(d.Author, at)))
}

func (n *naive) when(d *Document) string {
	at, _ := n.filed(d.ID)
	return at.Format(time.RFC3339)
}

// sameDocument is whether two documents are versions of one.
func (n *naive) sameDocument(a, b *Document) bool { return n.original(a).ID == n.original(b).ID }

// held is a document that holds.
func (n *naive) held(id DocumentID) *Document {
	if id == n.chain.Genesis() {
		d, _ := n.chain.Charter(id)
		return d
	}
	if !slices.Contains(n.docs, id) || n.code(id) != "" {
		return nil
	}
	d, _ := n.doc(id)
	return d
}

// aboutIt are the documents of some kinds that count about any version of one.
func (n *naive) aboutIt(d *Document, kinds ...Kind) (all []*Document) {
	for _, x := range n.counting(kinds...) {
		if about := n.held(x.About()); about != nil && n.sameDocument(about, d) {
			all = append(all, x)
		}
	}
	return all
}

// lastWord is the last accession of somebody about any version of a document.
func (n *naive) lastWord(d *Document, by ParticipantID) (said *Document) {
	for _, a := range n.holding(KindAccession) {
		if about := n.held(a.About()); a.Author == by && by != "" && about != nil && about.Kind == d.Kind && n.sameDocument(about, d) {
			said = a
		}
	}
	return said
}

func (n *naive) withdrawalOf(id DocumentID) DocumentID {
	for _, w := range n.holding(KindWithdrawal) {
		if takesBackWhole(w, id) {
			return w.ID
		}
	}
	return ""
}

func (n *naive) naiveLevel(id ParticipantID) string {
	p, _ := n.chain.Participant(id)
	levels := map[string]string{"local-authority": "local", "state": "national", "public-agency": "national", "human-rights-institution": "national",
		"regional-body": "regional", "un-entity": "global"}
	if p.Kind == "un-entity" && p.Region != "" {
		return "regional"
	}
	return cmp.Or(levels[p.Kind], "beside the levels")
}

func (n *naive) pledgeRows(s naiveScope, rows naiveRows) {
	covers := func(p ParticipantID) bool { return n.covers(s, p) }
	hears := func(p ParticipantID) bool { return n.hears(s, p) }
	today := n.day()

	for _, d := range n.counting(KindPledge) {
		p := d.Predicate.(*Pledge)
		if !s.touches(p.Objectives) || !n.speaks(s, d) {
			continue
		}
		named := slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Participant != "" && covers(q.Participant) })
		if !hears(p.Author) && !named {
			continue
		}
		reports := n.aboutIt(d, KindReport)
		rows.add("pledges", n.pledgeRow(d, p, reports, hears(p.Author)))
		for i, party := range p.Parties {
			rows.add("parties", n.partyRow(d, party, fmt.Sprintf("%s/%03d", d.ID, i)))
		}
		for _, row := range n.claimRows(d) {
			rows.add("claims", row)
		}
		if !hears(p.Author) {
			continue
		}
		for i, t := range p.Targets {
			row := &TargetRow{Row: n.row(d, fmt.Sprintf("%s/%03d", d.ID, i), []string{"targets", "not reported"}, d.ID), Pledge: d.ID, Author: p.Author,
				Target: t.ID, Indicator: t.Indicator, Unit: t.Unit, Baseline: t.Baseline, BaselineOn: t.BaselineOn, Value: t.Value, Due: t.Due}
			for _, r := range reports {
				for _, v := range r.Predicate.(*Report).Values {
					if v.Target == t.ID && v.On >= row.On {
						row.Reported, row.On, row.By, row.Cites = v.Value, v.On, r.Author, []DocumentID{d.ID, r.ID}
					}
				}
			}
			naiveProgress(row, today)
			rows.add("targets", row)
		}
		for i, m := range p.Milestones {
			row := &MilestoneRow{Row: n.row(d, fmt.Sprintf("%s/%03d", d.ID, i), nil, d.ID), Pledge: d.ID, Author: p.Author, Milestone: m.ID, Title: m.Title, Due: m.Due}
			for _, r := range reports {
				for _, s := range r.Predicate.(*Report).Milestones {
					if s.ID == m.ID {
						row.On, row.By, row.Cites = s.On, r.Author, []DocumentID{d.ID, r.ID}
					}
				}
			}
			row.State = "reached"
			if row.On == "" {
				row.State = "not reported reached, due ahead"
				if m.Due == "not-stated" {
					row.State = "not reported reached, due not stated"
				} else if m.Due < today {
					row.State = "not reported reached, due passed"
				}
			} else if m.Due != "not-stated" && m.Due < row.On {
				row.State = "reached after its due date"
			}
			row.In = []string{"milestones", row.State}
			rows.add("milestones", row)
		}
		if p.Matches != "" {
			rows.add("matches", n.matchRow(d, p))
		}
	}
	for _, d := range n.holding(KindPledge) {
		if before := n.held(d.Supersedes); before != nil && hears(d.Author) && s.touches(append(objectivesIn(before), objectivesIn(d)...)) && n.speaks(s, n.original(d)) {
			for _, row := range n.changeRows(before, d) {
				rows.add("ratchet", row)
			}
		}
	}
	for _, d := range n.counting(KindPlan) {
		if !hears(d.Author) || !s.touches(objectivesIn(d)) || !n.speaks(s, d) {
			continue
		}
		p := d.Predicate.(*Plan)
		state := "running"
		if today < p.Period.From {
			state = "to come"
		} else if today > p.Period.Until {
			state = "period over"
		}
		row := &PlanRow{Row: n.row(d, string(d.ID), []string{"plans", state}, d.ID), ID: d.ID, Author: d.Author, Level: n.naiveLevel(d.Author), Title: p.Title, Period: p.Period,
			Measures: len(p.Measures), Pledges: len(p.Pledges), Filed: n.when(d)}
		row.AccreditedBy = n.through(d)
		for _, id := range p.Pledges {
			if pledge := n.held(id); pledge != nil && n.standing(pledge) != nil {
				row.Standing++
				row.Cites = append(row.Cites, n.standing(pledge).ID)
			}
		}
		for o := 1; o <= 23; o++ {
			if slices.ContainsFunc(p.Measures, func(m Measure) bool { return m.Objective == o }) {
				row.Objectives, row.In = append(row.Objectives, o), append(row.In, fmt.Sprintf("objective %02d", o))
			}
		}
		rows.add("plans", row)
		for i, m := range p.Measures {
			if !s.touches([]int{m.Objective}) {
				continue
			}
			rows.add("measures", &MeasureRow{Row: n.row(d, fmt.Sprintf("%s/%03d", d.ID, i), []string{"measures", fmt.Sprintf("objective %02d", m.Objective)}, d.ID),
				Plan: d.ID, Author: d.Author, Measure: m.ID, Objective: m.Objective, Text: m.Text, Lead: m.Lead, Due: m.Due, Cost: m.Cost})
		}
	}
	for _, d := range n.counting(KindFramework) {
		if !s.touches(objectivesIn(d)) || !n.speaks(s, d) {
			continue
		}
		framework, adherents := n.frameworkRows(d, hears(d.Author), covers)
		if framework != nil {
			rows.add("frameworks", framework)
		}
		for _, a := range adherents {
			rows.add("adherents", a)
		}
	}
	for _, d := range n.counting(KindPledge, KindPlan, KindFramework) {
		if !n.speaks(s, d) {
			continue
		}
		for _, row := range n.linkRows(s, d, hears(d.Author), covers) {
			rows.add("transmission", row)
		}
	}
}

func (n *naive) pledgeRow(d *Document, p *Pledge, reports []*Document, own bool) any {
	at, _ := n.filed(d.ID)
	row := &PledgeRow{Row: n.row(d, string(d.ID), []string{"named as a party"}, d.ID), ID: d.ID, Author: p.Author, Title: p.Title, Form: p.Form, Nature: p.Nature, Objectives: p.Objectives,
		Basis: p.Basis, Year: p.Year, Due: p.Due, Status: "none reported", Supersedes: p.Supersedes, Created: p.Created, Filed: at.Format(time.RFC3339), Witnesses: n.attempt(d.ID).by}
	row.AccreditedBy = n.through(d)
	for _, r := range reports {
		if r.Author == p.Author {
			row.Status, row.Report, row.Cites = r.Predicate.(*Report).Status, r.ID, []DocumentID{d.ID, r.ID}
		}
	}
	if !own {
		return row
	}
	due := "due: ahead"
	if p.Due == "not-stated" {
		due = "due: not stated"
	} else if p.Due < n.day() {
		due = "due: passed"
	}
	row.In = []string{"pledges", "form: " + p.Form, "status: " + row.Status, due}
	for _, o := range p.Objectives {
		row.In = append(row.In, fmt.Sprintf("objective %02d", o))
	}
	return row
}

func (n *naive) partyRow(d *Document, party Party, key string) any {
	row := &PartyRow{Row: n.row(d, key, nil, d.ID), Pledge: d.ID, Author: d.Author, Participant: party.Participant, Name: party.Name, State: "claimed, not confirmed"}
	if said := n.lastWord(d, party.Participant); said != nil {
		row.Cites = append(row.Cites, said.ID)
		switch {
		case n.withdrawn(said.ID):
			row.State, row.Cites = "withdrawn", append(row.Cites, n.withdrawalOf(said.ID))
		case said.Predicate.(*Accession).Decision == "declined":
			row.State = "declined"
		case said.About() != d.ID:
			row.State = "confirmed an earlier version"
		default:
			row.State = "confirmed"
		}
	}
	row.In = []string{row.State}
	return row
}

func (n *naive) reportRows(s naiveScope, rows naiveRows) {
	for _, d := range n.counting(KindReport) {
		p, pledge := d.Predicate.(*Report), n.get(d.About())
		if !n.hears(s, d.Author) && !n.covers(s, pledge.Author) || !s.ofRound(p.Round) || !s.touches(objectivesIn(pledge)) || !n.speaks(s, d) {
			continue
		}
		row := &ReportRow{Row: n.row(d, string(d.ID), []string{"reports", "status: " + p.Status}, d.ID, pledge.ID), ID: d.ID, Author: d.Author, Pledge: pledge.ID, Role: "pledgor",
			Status: p.Status, Round: p.Round, Period: p.Period, Filed: n.when(d)}
		if row.AccreditedBy = n.through(d); d.Author != pledge.Author {
			row.Role, row.In = "party", append(row.In, "by a party")
		}
		if n.standing(pledge) == nil {
			row.In = append(row.In, "on a pledge that no longer stands")
		}
		rows.add("reports", row)
	}
}

// naiveProgress works a target out in units of a ten-thousandth.
func naiveProgress(row *TargetRow, today string) {
	number := func(s string) *big.Rat { r, _ := new(big.Rat).SetString(s); return r }
	rounded := func(r *big.Rat) string {
		x := new(big.Rat).Mul(r, big.NewRat(10000, 1))
		floor := new(big.Int).Div(x.Num(), x.Denom()) // toward minus infinity
		rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(floor))
		if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && new(big.Int).Mod(floor, big.NewInt(2)).Sign() != 0 {
			floor.Add(floor, big.NewInt(1))
		}
		return new(big.Rat).Quo(new(big.Rat).SetInt(floor), big.NewRat(10000, 1)).FloatString(4)
	}
	elapsed := func(day string) *big.Rat {
		if row.BaselineOn == "" || row.Due == "not-stated" || day == "" {
			return nil
		}
		count := func(from, to string) int64 { // by walking the calendar
			days := int64(0)
			for d, _ := time.Parse("2006-01-02", from); d.Format("2006-01-02") < to; d = d.AddDate(0, 0, 1) {
				days++
			}
			return days
		}
		r := big.NewRat(count(row.BaselineOn, day), count(row.BaselineOn, row.Due))
		if r.Cmp(big.NewRat(1, 1)) > 0 {
			return big.NewRat(1, 1)
		}
		return r
	}
	if r := elapsed(today); r != nil {
		row.Passed = rounded(r)
	}
	if row.Reported == "" {
		return
	}
	switch {
	case row.Value == "not-stated":
		row.State = "value not stated"
	case row.Baseline == "" || row.Baseline == "not-stated":
		row.State = "no baseline"
	case number(row.Value).Cmp(number(row.Baseline)) == 0:
		row.State = "a level to hold"
	default:
		whole := new(big.Rat).Sub(number(row.Value), number(row.Baseline))
		way := new(big.Rat).Quo(new(big.Rat).Sub(number(row.Reported), number(row.Baseline)), whole)
		row.Way, row.State = rounded(way), "on the way"
		if then := elapsed(row.On); then != nil {
			row.Then = rounded(then)
			if way.Cmp(then) < 0 {
				row.State = "behind the straight line"
			}
		}
		if way.Cmp(big.NewRat(1, 1)) >= 0 {
			row.State = "reached"
		}
	}
	row.In = []string{"targets", "reported", row.State}
}

func (n *naive) claimRows(d *Document) (rows []any) {
	documents := n.aboutIt(d, KindReport, KindAssessment)
	values := func(x *Document) []Value {
		if r, ok := x.Predicate.(*Report); ok {
			return r.Values
		}
		return x.Predicate.(*Assessment).Values
	}
	done := map[string]bool{}
	for _, x := range documents {
		for _, v := range values(x) {
			if done[v.Target+v.On] {
				continue
			}
			done[v.Target+v.On] = true
			row := &ClaimRow{Row: n.row(d, fmt.Sprintf("%s/%s/%s", n.original(d).ID, v.Target, v.On), nil, d.ID), Pledge: d.ID, Author: d.Author, Target: v.Target, On: v.On, State: "values agree"}
			for _, y := range documents {
				for _, w := range values(y) {
					if w.Target != v.Target || w.On != v.On {
						continue
					}
					claim := Claim{Value: w.Value, Author: y.Author, Kind: y.Kind, Document: y.ID}
					if a, ok := y.Predicate.(*Assessment); ok {
						claim.Type = a.Type
					}
					row.Claims, row.Cites = append(row.Claims, claim), append(row.Cites, y.ID)
					row.Sample = row.Sample || n.sample(y.ID)
					if a, _ := new(big.Rat).SetString(w.Value); a.Cmp(func() *big.Rat { b, _ := new(big.Rat).SetString(v.Value); return b }()) != 0 {
						row.State = "values differ"
					}
				}
			}
			if row.In = []string{row.State}; len(row.Claims) > 1 {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

func (n *naive) matchRow(d *Document, p *Pledge) any {
	row := &MatchRow{Row: n.row(d, string(d.ID), nil, d.ID), Pledge: d.ID, Author: d.Author, Title: p.Title, Other: p.Matches, State: "the other pledge is not here"}
	row.AccreditedBy = n.through(d)
	if other := n.held(p.Matches); other != nil {
		row.OtherAuthor, row.State, row.Cites = other.Author, "the other pledge was withdrawn", []DocumentID{d.ID, other.ID}
		if mirror := n.standing(other); mirror != nil {
			row.State = "claimed by one side only"
			back := n.held(mirror.Predicate.(*Pledge).Matches)
			said := n.lastWord(d, mirror.Author)
			switch {
			case back != nil && n.sameDocument(back, d):
				row.State = "matched"
				if mirror.ID != other.ID {
					row.Cites = append(row.Cites, mirror.ID)
				}
			case said == nil || n.withdrawn(said.ID):
			case said.Predicate.(*Accession).Decision == "declined":
				row.State, row.Cites = "declined by the other side", append(row.Cites, said.ID)
			default:
				row.State, row.Cites = "matched", append(row.Cites, said.ID)
			}
		}
	}
	row.In = []string{row.State}
	return row
}

func (n *naive) frameworkRows(d *Document, own bool, in func(ParticipantID) bool) (*FrameworkRow, []*AdherentRow) {
	p := d.Predicate.(*Framework)
	var adherents []*AdherentRow
	acceded := []DocumentID{d.ID}
	add := func(key string, id ParticipantID, name string, pioneer bool) {
		row := &AdherentRow{Row: n.row(d, string(d.ID)+"/"+key, nil, d.ID), Framework: d.ID, Author: d.Author, Participant: id, Name: name, Pioneer: pioneer, State: "named, not acceded"}
		if said := n.lastWord(d, id); said != nil {
			row.Cites, row.Sample = append(row.Cites, said.ID), row.Sample || n.sample(said.ID)
			switch {
			case n.withdrawn(said.ID):
				row.State, row.Cites = "withdrawn", append(row.Cites, n.withdrawalOf(said.ID))
			case said.Predicate.(*Accession).Decision == "declined":
				row.State = "declined"
			case said.About() == d.ID:
				row.State = "acceded"
			default:
				row.State = "acceded to an earlier version"
			}
		}
		row.In = []string{row.State}
		if own || id != "" && in(id) {
			adherents = append(adherents, row)
			if row.State == "acceded" {
				acceded = append(acceded, row.Cites[1])
			}
		}
	}
	for i, q := range p.Pioneers {
		add(fmt.Sprintf("named %03d", i), q.Participant, q.Name, true)
	}
	for _, id := range slices.Sorted(maps.Keys(n.chain.participants)) {
		if n.lastWord(d, id) != nil && !slices.ContainsFunc(p.Pioneers, func(q Party) bool { return q.Participant == id }) {
			q, _ := n.chain.Participant(id)
			add(string(id), id, q.Name, false)
		}
	}
	if !own && len(adherents) == 0 {
		return nil, nil
	}
	row := &FrameworkRow{Row: n.row(d, string(d.ID), []string{"of others, with somebody of the scope"}, acceded...), ID: d.ID, Author: d.Author, Title: p.Title,
		Objectives: p.Objectives, Acceding: p.Acceding, Acceded: len(acceded) - 1, Filed: n.when(d)}
	if row.AccreditedBy = n.through(d); own {
		row.In = []string{"frameworks"}
		for _, o := range p.Objectives {
			row.In = append(row.In, fmt.Sprintf("objective %02d", o))
		}
	}
	return row, adherents
}

func (n *naive) linkRows(s naiveScope, d *Document, own bool, in func(ParticipantID) bool) (rows []any) {
	var ids []DocumentID
	switch p := d.Predicate.(type) {
	case *Pledge:
		ids = p.ContributesTo
	case *Plan:
		ids = p.ContributesTo
	case *Framework:
		ids = p.ContributesTo
	}
	steps := []string{"local", "national", "regional", "global"}
	for i, id := range ids {
		row := &LinkRow{Row: n.row(d, fmt.Sprintf("%s/%03d", d.ID, i), []string{"links"}, d.ID), From: d.ID, FromKind: d.Kind, FromAuthor: d.Author, FromLevel: n.naiveLevel(d.Author), To: id, State: "dangling"}
		row.AccreditedBy = n.through(d)
		to := n.held(id)
		if to != nil {
			row.ToKind, row.ToAuthor, row.ToLevel, row.State = to.Kind, to.Author, n.naiveLevel(to.Author), "stands"
			row.Cites = append(row.Cites, id)
			if s := n.standing(to); s == nil {
				row.State = "withdrawn"
			} else if s.ID != id {
				row.State = "replaced by a later version"
			}
			way := "beside the levels"
			if a, b := slices.Index(steps, row.FromLevel), slices.Index(steps, row.ToLevel); a >= 0 && b >= 0 {
				way = []string{"downward", "on one level", "upward"}[cmp.Compare(b, a)+1]
			}
			row.In = append(row.In, row.FromLevel+" to "+row.ToLevel, way)
		}
		if row.State != "stands" {
			row.In = append(row.In, row.State)
		}
		if !s.touches(objectivesIn(d)) && (to == nil || !s.touches(objectivesIn(to))) {
			continue
		}
		if own || to != nil && in(to.Author) {
			rows = append(rows, row)
		}
	}
	return rows
}
