package review

import (
	"fmt"
	"slices"
	"strings"
)

// story is a year in which everything happens that a stocktake tells apart, once
// in earnest and once as samples, with the parts of States exchanged.
type story struct {
	*chaos
	sample     bool
	a, b, c, d ParticipantID // of Africa, of Europe, of Africa, of Europe
	round      string        // that it reports in

	mandates    [6]DocumentID
	early, late [][]byte // sealed reviews, by when they are revealed
}

func (c *chaos) stories() {
	both := []*story{{chaos: c, a: "gmb", b: "deu", c: "mar", d: "prt", round: "round-1"}, {chaos: c, sample: true, a: "mar", b: "prt", c: "gmb", d: "deu", round: "theme-1"}}
	for _, s := range both {
		s.signIn()
	}
	promised := make([]promises, len(both))
	for i, s := range both {
		promised[i] = s.promise()
	}
	c.settle(minute(10))
	for i, s := range both {
		s.join(&promised[i])
		s.review()
		s.seal(promised[i].pledge)
		s.fund()
	}
	c.vouchedFor()
	c.settle(minute(60))
	for i, s := range both {
		s.reveal(s.early)
		s.report(promised[i])
		s.converse(promised[i])
		s.takeBack(promised[i])
	}
	c.settle(minute(days(12)))
	for _, s := range both {
		s.reveal(s.late)
	}
	c.plain(&Report{Common: c.titled("prt", "Too late"), Status: "planning", Round: "round-1"}, promised[0].own["prt"])
	c.settle(minute(days(22)))
}

// vouchedFor files what authors say whom the charter does not list.
func (c *chaos) vouchedFor() {
	voices, mission := authorAt(0), authorAt(5)
	s := &story{chaos: c}
	pledge := s.charterSays(tags(s.pledge(voices, "What we do")))
	later := tags(s.pledge(voices, "What we do, and more"))
	later.Supersedes, later.Objectives = pledge, []int{4, 5}
	pledge = s.charterSays(later)
	matching := tags(s.pledge(voices, "What we do with others"))
	matching.Form, matching.Matches, matching.ContributesTo = "matching", c.ids[KindPledge][0], []DocumentID{pledge}
	s.charterSays(matching)
	s.charterSays(s.pioneers(voices))
	s.charterSays(&Plan{Common: s.titled(voices, "A plan"), Period: Period{"2025-01-01", "2026-12-31"}, Themes: []string{"safe"}, Measures: []Measure{{ID: "m1", Objective: 4, Text: "Do.", Lead: "An office"}}})
	s.say(&Report{Common: s.titled(voices, "A report"), Status: "planning", Round: "round-1"}, pledge)
	own := s.charterSays(s.selfAssessment(voices, "limited"))
	fund := s.charterSays(&Facility{Common: s.titled(voices, "A fund"), Currency: "USD"})
	s.say(&Contribution{Common: s.titled(authorAt(1), "A share"), Stage: "paid", Amount: "1", Currency: "USD", On: "2026-01-01", Earmarking: "earmarked"}, fund)
	claim := &FundClaim{Common: s.titled(voices, "A claim"), What: "announced", Amount: "7", Currency: "USD", By: "Somebody"}
	claim.Sources = []string{"A speech"}
	s.say(claim, fund)
	applied := &Application{Common: s.titled("gmb", "An application"), Amount: "10", Currency: "USD", Objectives: []int{4}, Country: "GMB", Recipient: "private", Assessment: own}
	s.say(applied, fund)
	applied = &Application{Common: s.titled(voices, "An application"), Amount: "10", Currency: "USD", Objectives: []int{4}, Country: "GMB", Recipient: "private", Assessment: own}
	s.say(applied, c.ids[KindFacility][0])
	entry := s.entry(voices, "gmb", "deu")
	entry.Objectives = []int{4}
	s.charterSays(entry)
	s.say(&Comment{Common: s.common(voices), Type: "recommendation", Text: "Do."}, c.ids[KindPledge][0])
	s.say(&Comment{Common: s.common(voices), Type: "question", Text: "Why?"}, c.ids[KindPledge][0])
	s.say(&Translation{Common: inFrench(s.titled(voices, "Un titre"))}, c.ids[KindPledge][0])
	s.charterSays(&Seal{Common: s.titled(voices, "A seal"), Commits: pledge, About: "gmb", Round: "theme-1", Reveal: "2026-01-20"})
	s.charterSays(&PolicyProposal{Common: s.titled(voices, "A norm"), Type: "norm", Round: "africa-1", Objectives: []int{4}, Text: "So."})
	progress := s.progressOf(mission, "region:UN-ECA", "limited")
	progress.Round = "africa-1"
	s.charterSays(progress)
	for _, id := range c.selfs {
		s.say(&Comment{Common: s.common(voices), Type: "concurrence", Text: "Yes."}, id)
	}
	consulting := s.selfAssessment("gmb", "limited", Consultation{Capacity: "civil-society", State: "consulted", How: "A hearing."})
	consulting.Round = "theme-1"
	s.say(&Comment{Common: s.common(voices), Type: "dissent", Text: "No."}, s.say(consulting, c.ids[KindPledge][0]))
}

// say files a document, as a sample in the story of samples.
func (s *story) say(predicate any, about DocumentID) DocumentID {
	common := predicate.(interface{ common() *Common }).common()
	if s.sample && !strings.Contains(common.Title, sampleWord) {
		common.Title, common.Sample = strings.TrimSpace("SAMPLE "+common.Title), true
	}
	s.plain(predicate, about)
	d := s.ids[predicateKinds[fmt.Sprintf("%T", predicate)]]
	return d[len(d)-1]
}

func (s *story) charterSays(predicate any) DocumentID { return s.say(predicate, s.genesis.ID) }

func (s *story) accedes(author ParticipantID, role, decision string) *Accession {
	return &Accession{Common: s.common(author), Role: role, Decision: decision}
}

func (s *story) signIn() {
	in := func(author ParticipantID, round, decision string) {
		a := s.accedes(author, "round", decision)
		a.Round = round
		s.charterSays(a)
	}
	if s.sample {
		in("mar", "theme-1", "")
		in("deu", "theme-1", "declined")
		in("un-eca", "africa-1", "")
		return
	}
	for _, id := range []ParticipantID{"gmb", "mar", "deu", "prt"} {
		in(id, "round-1", "")
	}
	in("gmb", "africa-1", "")
	in("mar", "africa-1", "declined")
	in("gmb", "theme-1", "")
	in("prt", "theme-1", "")
	in("xsa", "sample-1", "")
}

// promises are what documents of a story are about.
type promises struct {
	first, pledge, gone DocumentID
	own                 map[ParticipantID]DocumentID // of each State one
	framework           DocumentID
	frameworkFirst      DocumentID
	accessions          map[string]DocumentID
	offers              []DocumentID // pledges that match
	serves              []DocumentID // what the first one contributes to
}

// tags are what makes a pledge one of the scopes of themes and corridors.
func tags(p *Pledge) *Pledge {
	p.Themes, p.Corridor = []string{"safe/children", "regular"}, &Corridor{From: []string{"GMB"}, Transit: []string{"MAR", "PRT"}, To: []string{"DEU"}}
	return p
}

// promise files pledges that say all that a pledge may say, plans and frameworks.
func (s *story) promise() promises {
	p := promises{own: map[ParticipantID]DocumentID{}, accessions: map[string]DocumentID{}}
	for _, id := range []ParticipantID{s.a, s.b, s.c, s.d} {
		own := tags(s.pledge(id, "A pledge of one State"))
		own.Parties, own.Form = []Party{{Participant: s.a, Name: "A"}, {Participant: s.b, Name: "B"}}, "joint"
		if id == s.b {
			own.Objectives = []int{4, 5}
		}
		own.Parties = slices.DeleteFunc(own.Parties, func(q Party) bool { return q.Participant == id })
		p.own[id] = s.charterSays(own)
	}
	p.gone = s.charterSays(tags(s.pledge(s.a, "To be taken back")))
	p.frameworkFirst = s.charterSays(s.pioneers(s.b))
	wide := s.pioneers("un-eca")
	wide.Pioneers = []Party{{Participant: s.a, Name: "A"}}
	regional := s.charterSays(wide)
	beside := s.charterSays(s.pioneers("ngo"))

	first := s.full()
	first.ContributesTo = []DocumentID{regional, p.own[s.b], beside, p.gone, DocumentID(fmt.Sprintf("%064x", 9)), p.frameworkFirst}
	p.serves = first.ContributesTo
	p.first = s.charterSays(first)
	local := tags(s.pledge("deu-city", "A pledge of a city"))
	local.ContributesTo = []DocumentID{p.own["deu"]}
	p.own["deu-city"] = s.charterSays(local)
	down := s.pioneers("un-eca")
	down.ContributesTo = []DocumentID{p.first}
	s.charterSays(down)

	for i, period := range []Period{{"2024-01-01", "2025-01-01"}, {"2025-01-01", "2026-12-31"}, {"2027-01-01", "2028-01-01"}} {
		s.charterSays(&Plan{Common: s.titled(s.a, fmt.Sprint("Plan ", i)), Period: period, Themes: []string{"safe"}, Pledges: []DocumentID{p.first, p.gone},
			Measures: []Measure{{ID: "m1", Objective: 4, Text: "Do.", Lead: "An office", Due: period.Until, Cost: "Ten posts"}}})
	}
	for _, state := range []string{"matched", "claimed", "declined", "withdrawn", "nowhere"} {
		m := tags(s.pledge(s.a, state))
		m.Form, m.Matches = "matching", p.own[s.b]
		switch m.Parties = []Party{{Participant: s.b, Name: "B"}}; state {
		case "withdrawn":
			gone := tags(s.pledge(s.b, "To be taken back, too"))
			m.Matches = s.charterSays(gone)
			p.offers = append(p.offers, m.Matches)
		case "nowhere":
			m.Matches = DocumentID(fmt.Sprintf("%064x", 8))
		}
		p.accessions[state] = s.charterSays(m)
	}
	return p
}

func (s *story) pioneers(author ParticipantID) *Framework {
	return &Framework{Common: s.titled(author, "A framework"), Objectives: []int{4}, Themes: []string{"safe/children", "regular"}, Corridor: tags(&Pledge{}).Corridor, Text: "Text.", Acceding: "Report.",
		Pioneers: slices.DeleteFunc([]Party{{Participant: s.a, Name: "A"}, {Participant: "bgd", Name: "Bangladesh"}, {Name: "A school"}}, func(q Party) bool { return q.Participant == author })}
}

// full is a pledge of A with everything.
func (s *story) full() *Pledge {
	p := tags(s.pledge(s.a, "All that a pledge may say"))
	p.Basis, p.Year, p.Nature, p.Form, p.Due = "stated", "2025", []string{"policy"}, "joint", "2027-01-01"
	p.Parties = []Party{{Participant: s.b, Name: "B"}, {Participant: s.c, Name: "C"}, {Participant: s.d, Name: "D"}, {Participant: "phl", Name: "Philippines"}, {Participant: "ngo", Name: "A coalition"}}
	for i, t := range []Target{{Value: "20", Baseline: "0", BaselineOn: "2025-12-01"}, {Value: "20", Baseline: "0", BaselineOn: "2025-12-01"}, {Value: "10", Baseline: "0"}, {Value: "10"}, {Value: "10", Baseline: "10"},
		{Value: NotStated}, {Value: "10", Baseline: "0", BaselineOn: "2025-12-01"}, {Value: "10"}} {
		t.ID, t.Indicator, t.Unit, t.Due = fmt.Sprint("t", i), "Some", "people", "2026-12-31"
		p.Targets = append(p.Targets, t)
	}
	for i, due := range []string{NotStated, "2025-12-10", "2025-12-10", "2026-12-31", NotStated} {
		p.Milestones = append(p.Milestones, Milestone{ID: fmt.Sprint("m", i), Title: "A step", Due: due})
	}
	p.Resources = []Resource{{Amount: "10.5", Currency: "EUR", Purpose: "Schools", Kind: "diaspora", Earmarking: unearmarked, Share: "35", Envelope: "A line", Advocacy: true},
		{Amount: NotStated, Currency: "EUR"}, {Amount: "1", Currency: NotStated}}
	p.Needs = []Capacity{{Kind: "diaspora", Amount: "9.5", Currency: "EUR", Objective: 4, Country: "GMB"}, {Kind: "diaspora", Amount: NotStated, Currency: "EUR", Objective: 4, Country: "GMB"},
		{Kind: "diaspora", Amount: "9.5", Currency: "EUR", Objective: 4, Country: "MAR"}, {Kind: "institutions", Amount: "9.5", Currency: "EUR", Objective: 4, Country: "PRT"}}
	p.Offers = []Capacity{{Kind: "diaspora", Amount: "4", Currency: "EUR", Objective: 4, Country: "GMB"}, {Kind: "diaspora", Amount: "4", Currency: "EUR", Objective: 4, Country: "MAR"},
		{Kind: "other", Amount: "4", Currency: "EUR", Objective: 4, Country: "PRT"}}
	return p
}

// join files what parties, pioneers and those matched say, and later versions.
func (s *story) join(p *promises) {
	s.say(s.accedes(s.d, "party", ""), p.first)
	s.say(s.accedes(s.b, "party", ""), p.accessions["matched"])
	s.say(s.accedes(s.b, "party", "declined"), p.accessions["declined"])
	s.say(s.accedes(s.c, "framework", ""), p.frameworkFirst)

	later := s.full()
	later.Supersedes, later.Due, later.Title, later.ContributesTo = p.first, "2028-01-01", "Another title", p.serves
	later.Targets[0].Value, later.Targets[1].Value = "25", "15"
	recommended := s.say(&Comment{Common: s.common("ngo"), Type: "recommendation", Text: "More."}, p.first)
	later.Answers = recommended
	p.pledge = s.charterSays(later)
	for _, id := range []ParticipantID{s.b, "phl", "ngo"} {
		decision := map[ParticipantID]string{"phl": "declined"}[id]
		p.accessions[string(id)] = s.say(s.accedes(id, "party", decision), p.pledge)
	}
	wider := s.pioneers(s.b)
	wider.Supersedes = p.frameworkFirst
	p.framework = s.charterSays(wider)
	for _, id := range []ParticipantID{s.a, s.d, "un-eca", "eu-office", "xsa"} {
		decision := ""
		if id == s.d || id == "un-eca" {
			decision = "declined"
		}
		s.say(s.accedes(id, "framework", decision), p.framework)
	}
	for _, id := range []ParticipantID{"mar", "gmb-academic", "phl"} {
		p.accessions["framework "+string(id)] = s.say(s.accedes(id, "framework", ""), p.framework)
	}
}

// report files reports in time, with flexibility, by a party, and on what is gone.
func (s *story) report(p promises) {
	values := []Value{{"t0", "30", "2025-12-20"}, {"t1", "1", "2025-12-20"}, {"t2", "5", "2025-12-20"}, {"t3", "5", "2025-12-20"}, {"t4", "10", "2025-12-20"}, {"t5", "5", "2025-12-20"}}
	values[1].Value = "0.25"
	s.say(&Report{Common: s.titled(s.a, "A report"), Status: "in-progress", Round: s.round, Period: &Period{"2025-01-01", "2025-12-31"}, Values: append(values, Value{"t6", "9", "2025-12-20"}),
		Milestones: []Step{{"m0", "2025-12-05"}, {"m1", "2025-12-20"}}}, p.pledge)
	s.say(&Report{Common: s.titled(s.b, "A party's report"), Status: "planning", Round: map[bool]string{false: "africa-1"}[s.sample], Values: values[:2]}, p.pledge)
	s.say(&Report{Common: s.titled(s.c, "As far as we could"), Status: "planning", Round: s.round, Flexibility: "We are few."}, p.own[s.c])
	s.say(&Report{Common: s.titled(s.a, "What is gone"), Status: "fulfilled", Round: "theme-1"}, p.gone)
	s.say(&Report{Common: s.titled(s.a, "Another"), Status: "fulfilled", Round: "africa-1"}, p.own[s.a])
	differ := slices.Clone(values)
	differ[0].Value = "3"
	s.say(&Assessment{Common: s.titled("ngo", "What we counted"), Type: "shadow", Round: "round-1", Findings: finding(4, "limited"), Values: differ}, p.pledge)
}

// review files reviews by all who may review, of A and of its pledge.
func (s *story) review() {
	for i, kind := range []string{"peer-review", "peer-review", "joint-assessment", "peer-review", "expert-review", "peer-review"} {
		m := s.mandateOf("un-eca", s.a, "africa-1", "ngo", s.d, "gmb-academic")
		if m.Type = kind; i == 5 { // a team without a review
			m.Team = []ParticipantID{"ngo", s.d}
		}
		mandate := s.charterSays(m)
		s.mandates[i] = mandate
		s.say(s.accedes(s.a, "reviewed", ""), mandate)
		s.say(s.joins("ngo", "team"), mandate)
		s.say(s.joins(s.d, "team"), mandate)
		if i == 5 {
			continue
		}
		no := s.joins("gmb-academic", "team")
		no.Decision, no.Interests = "declined", ""
		s.say(no, mandate)
	}
	for _, whom := range []ParticipantID{s.a, s.c} {
		m := s.mandateOf(whom, whom, "", "ngo")
		s.charterSays(m)
	}
	alone := s.charterSays(s.mandateOf("un-eca", s.c, "africa-1", "ngo"))
	s.say(s.accedes(s.c, "reviewed", "declined"), alone)
	s.charterSays(s.mandateOf("un-eca", s.c, "africa-1", "ngo")) // and waits for an answer
	s.charterSays(s.mandateOf("deu", "deu", "theme-1", "prt", "mar"))
}

// converse files what is said about pledges, and what is said of that.
func (s *story) converse(p promises) {
	for i, id := range s.mandates {
		for _, about := range []DocumentID{s.genesis.ID, p.pledge} {
			kind := s.mandate(id).Type
			said := func(author ParticipantID, stage string) DocumentID {
				return s.say(&Assessment{Common: s.titled(author, "A review"), Type: kind, About: s.a, Mandate: id, Stage: stage, Findings: finding(4, "limited")}, about)
			}
			switch i {
			case 0:
				s.say(&Response{Common: s.common(s.a), Position: "noted", Text: "Thanks."}, said("ngo", "final"))
			case 1:
				s.say(&Comment{Common: s.common(s.a), Type: "correction", Text: "Not so."}, said(s.d, "draft"))
			case 2, 4:
				said("ngo", "final")
				said(s.d, "final")
			case 3:
				said(s.d, "draft")
			}
		}
	}
	for _, author := range []ParticipantID{"ngo", "un-eca"} {
		s.say(&Assessment{Common: s.titled(author, "Alike"), Type: "shadow", Findings: finding(4, "limited")}, p.own[s.b])
	}
	alone := s.selfAssessment(s.c, "limited")
	alone.Round = "theme-1"
	s.say(alone, p.own[s.c])
	of := s.titled(authorAt(0), "As we see it")
	s.say(&Assessment{Common: of, Type: "shadow", Round: "theme-1", Findings: finding(4, "complete")}, p.pledge)
	for _, about := range []DocumentID{s.genesis.ID, p.pledge} {
		self := s.selfAssessment(s.a, "complete", Consultation{Capacity: "civil-society", State: "took-part", Who: "Many", How: "A hearing.", Changed: "Much."},
			Consultation{Capacity: "ministries", State: "invited", Participant: s.b}, Consultation{Capacity: "academia", State: "consulted", How: "Letters."})
		self.Round = "theme-1"
		id := s.say(self, about)
		s.say(&Comment{Common: s.common("ngo"), Type: "dissent", Text: "No."}, id)
		s.say(&Comment{Common: s.common(s.b), Type: "concurrence", Text: "Yes."}, id)
		regional := &Assessment{Common: s.titled("un-eca", "As a region sees it"), Type: "regional", Round: "africa-1", Findings: finding(4, "limited")}
		if about == s.genesis.ID {
			regional.Region = "UN-ECA"
		}
		s.say(regional, about)
	}
	for _, position := range []string{"supported", "noted", "declined", "answered", ""} {
		asked := s.say(&Comment{Common: s.common("ngo"), Type: "recommendation", Text: "Do.", Objectives: []int{4}}, p.pledge)
		if position != "" {
			said := s.say(&Response{Common: s.common(s.a), Position: position, Text: "So.", Intended: "2026-06-30"}, asked)
			s.say(&FollowUp{Common: s.common(s.a), Status: "in-progress", Text: "Under way."}, said)
			s.say(&FollowUp{Common: s.common("ngo"), Status: "not-started", Text: "Not yet."}, asked)
		}
	}
	s.say(&Comment{Common: s.common("ngo"), Type: "recommendation", Text: "Do.", Objectives: []int{4}}, p.first)
	asked := s.say(&Comment{Common: s.common("ngo"), Type: "question", Text: "Why?", Objectives: []int{4}}, p.pledge)
	s.say(&Response{Common: s.common(s.a), Position: "answered", Text: "So.", Intended: "2026-06-30"}, asked)
	for _, of := range []DocumentID{p.pledge, p.first, p.gone} {
		t := &Translation{Common: inFrench(s.titled(s.a, "Un titre")), Authentic: of == p.pledge, Texts: []TranslatedText{{"/targets/0/indicator", "Un indicateur"}}}
		s.say(t, of)
		s.say(&Translation{Common: inFrench(s.titled(s.d, "Un titre")), Reviewed: of == p.pledge}, of)
	}
	s.decide()
}

// seal commits the coalition to reviews of A: one that it reveals in time, one too
// early, one that does not count, one that it keeps, and one that it had filed.
func (s *story) seal(pledge DocumentID) {
	for i, about := range []DocumentID{s.genesis.ID, pledge, s.genesis.ID, pledge, s.genesis.ID, s.genesis.ID} {
		a := &Assessment{Common: s.titled("ngo", "A sealed review"), Type: "shadow", Round: "theme-1", Findings: finding(4, "limited")}
		if about == s.genesis.ID {
			a.About = s.a
		}
		if a.Sample = s.sample; a.Sample {
			a.Title = "SAMPLE"
		}
		if i == 4 {
			a.Type = "regional" // a coalition is no regional body
		}
		payload := s.compose(a, about)
		seal := &Seal{Common: s.titled("ngo", "A seal"), Commits: s.parse(payload).ID, About: s.a, Round: "theme-1", Reveal: "2026-01-20"}
		switch s.charterSays(seal); i {
		case 0, 1, 4:
			s.late = append(s.late, payload)
		case 2, 3:
			s.early = append(s.early, payload)
		}
	}
}

// reveal files sealed reviews.
func (s *story) reveal(payloads [][]byte) {
	for _, payload := range payloads {
		s.ids[KindAssessment] = append(s.ids[KindAssessment], s.append("prt", payload, "ngo author"))
	}
	if len(s.early) > 0 { // and one is sealed that was filed by then
		known := s.ids[KindAssessment][0]
		if d, ok := s.Document(known); ok && d.Author == s.a {
			s.charterSays(&Seal{Common: s.titled(s.a, "Too late"), Commits: known, About: s.a, Round: "theme-1", Reveal: "2026-01-20"})
		}
	}
}

// decide files what the follow-up body and a region report and adopt.
func (s *story) decide() {
	set := s.charterSays(&Decision{Common: s.titled("un-eca", "A set"), Type: "indicator-set", Text: "So.", Round: "africa-1", Indicators: []Indicator{{ID: "sample-a", Title: "Some", Unit: "people"}}})
	for _, scope := range []string{"global", "region:UN-ECA"} {
		for _, adopted := range []bool{true, false} {
			p := s.progressOf("un-eca", scope, "limited")
			p.Round, p.Period = "africa-1", &Period{"2025-01-01", "2025-12-31"}
			p.Findings = append(p.Findings, ProgressFinding{Participant: s.a, Objective: 4, Rating: "complete", Text: "What we see."}, ProgressFinding{Participant: s.c, Objective: 5, Rating: "limited", Text: "What we see."})
			p.Values = []IndicatorValue{{Indicator: "sample-a", Value: "50", On: "2025-12-31", Participant: s.a}}
			if p.IndicatorSet = fmt.Sprintf("%064x", 7); adopted {
				p.Decision, p.IndicatorSet = set, ""
			}
			id := s.charterSays(p)
			s.say(&Response{Common: s.common(s.a), Position: "noted", Text: "Thanks."}, id)
		}
	}
	norm := s.charterSays(&PolicyProposal{Common: s.titled("un-eca", "A norm"), Type: "norm", Round: "africa-1", Objectives: []int{4}, Text: "So."})
	s.say(&Comment{Common: s.common(s.a), Type: "question", Text: "Why?"}, norm)
	taken := s.charterSays(&Adoption{Common: s.titled("un-eca", "A stocktake"), Scope: "round:africa-1", Manifest: string(norm), Snapshot: string(set), Cutoff: "2025-12-31T00:00:00Z", Rules: 1})
	s.charterSays(&Decision{Common: s.titled("un-eca", "What was adopted"), Type: "outcome", Text: "So.", Round: "africa-1", Adopts: []DocumentID{norm, taken}})
}

// takeBack withdraws what was to be taken back.
func (s *story) takeBack(p promises) {
	for _, w := range []struct {
		author ParticipantID
		of     DocumentID
	}{{s.a, p.gone}, {s.b, p.offers[0]}, {"ngo", p.accessions["ngo"]}, {"mar", p.accessions["framework mar"]}, {"gmb-academic", p.accessions["framework gmb-academic"]}, {"phl", p.accessions["framework phl"]}} {
		s.say(&Withdrawal{Common: s.common(w.author), Reason: "no longer", Erase: w.of == p.gone}, w.of)
	}
	s.say(&Withdrawal{Common: s.common(s.a), Reason: "moved on", Attachments: []string{DetailFile("contact")}}, p.pledge)
}

// fund files money on its way, each step in all the states that it can be in.
func (s *story) fund() {
	given := s.charterSays(s.pledge(s.b, "What we give"))
	both := func(giver, receiver ParticipantID, reference string, amounts ...string) {
		for i, amount := range amounts {
			p := s.flow(giver, receiver, sideGiver, strings.Fields(amount)[0])
			if i == 1 {
				p = s.flow(receiver, giver, sideReceiver, strings.Fields(amount)[0])
			}
			p.Currency, p.Reference, p.Earmarking, p.Share, p.Envelope, p.Advocacy = strings.Fields(amount)[1], reference, unearmarked, notIsolated, "A line", true
			p.Recipient, p.Pledge = "diaspora-group", given
			s.charterSays(p)
		}
	}
	for _, x := range [][2]ParticipantID{{s.a, s.b}, {s.b, s.a}} {
		both(x[0], x[1], "agree", "5 EUR", "5.0 EUR")
		both(x[0], x[1], "differ", "5 EUR", "6.25 EUR")
		both(x[0], x[1], "others", "5 EUR", "6 USD")
		both(x[0], x[1], "one", "7 EUR")
	}
	received := s.flow(s.a, s.d, sideReceiver, "3")
	received.Objectives = []int{4, 5}
	s.charterSays(received)
	home := s.flow(s.a, "", "", "12")
	home.Direction = "domestic"
	s.charterSays(home)
	out := s.flow(s.a, "", sideGiver, "1.5")
	out.CounterpartName = "A city elsewhere"
	s.charterSays(out)
	own := s.charterSays(s.selfAssessment(s.a, "limited"))
	for i, claims := range [][]string{{"400"}, {"400", "400.0"}, {"400", "70"}} {
		fund := s.charterSays(&Facility{Common: s.titled("un-eca", "A fund"), Currency: "USD", Criteria: []Condition{{"audited", "Audited."}}})
		for _, amount := range claims {
			claim := &FundClaim{Common: s.titled("ngo", "A claim"), What: "announced", Amount: amount, Currency: "USD", By: "Somebody", Words: "more than", On: "2025-06-01"}
			claim.Sources = []string{"A speech"}
			s.say(claim, fund)
		}
		for _, stage := range []string{"committed", "paid"} {
			s.say(&Contribution{Common: s.titled(s.b, "A share"), Stage: stage, Amount: "12.50", Currency: "EUR", On: "2026-01-01", Earmarking: unearmarked, Pledge: given}, fund)
		}
		if i > 0 {
			continue
		}
		for _, amounts := range [][2]string{{"", ""}, {"5", ""}, {"10", "4"}, {"11", "11.0"}, {"10", "12"}} {
			applied := s.say(&Application{Common: s.titled(s.a, "An application"), Amount: "10", Currency: "USD", Objectives: []int{4}, Country: "GMB", Recipient: "diaspora-group", Advocacy: true, Assessment: own,
				Criteria: []string{"audited"}}, fund)
			if amounts[0] == "" {
				continue
			}
			allocated := s.say(&Allocation{Common: s.titled("un-eca", "An allocation"), Amount: amounts[0], Currency: "USD", On: "2026-01-01", Conditions: []Condition{{"plan", "A plan."}, {"audit", "An audit."}}}, applied)
			if amounts[1] != "" {
				paid := s.say(&Disbursement{Common: s.titled("un-eca", "A payment"), Amount: amounts[1], Currency: "USD", On: "2026-01-01", Conditions: []string{"plan"}}, allocated)
				s.say(&Result{Common: s.titled(s.a, "A result"), Text: "Done."}, paid)
			}
		}
	}
	e := s.entry(s.a, s.a, s.b, s.c)
	e.Objectives, e.InForce, e.Text, e.Where = []int{4}, "2021-01-01", "public", "A gazette"
	entry := s.charterSays(e)
	s.say(s.accedes(s.b, "agreement", ""), entry)
	s.say(s.accedes(s.c, "agreement", ""), entry)
	other := s.entry(s.b, s.a, s.b)
	other.Objectives, other.Ended, other.Matches = []int{4}, "2024-01-01", entry
	s.charterSays(other)
	alone := s.entry(s.a, s.a, s.b)
	alone.Objectives, alone.Ended = []int{4}, "2030-01-01"
	s.say(s.accedes(s.b, "agreement", "declined"), s.charterSays(alone))
}
