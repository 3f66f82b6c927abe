package review

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// wholeCorpus has documents of every kind with all that they may say, by authors
// of all sorts: listed, accredited, invented, suspended for a time, such as leave
// and such as come later. Some payloads are sealed, withheld or erased.
func wholeCorpus(t testing.TB, rng *rand.Rand, n int) *testFederation {
	f := newFederationWith(t, pick(rng, []int{1, 4, 7}), func(c *Charter) {
		addAccreditors(c)
		c.Accreditors = append(c.Accreditors, Accreditor{Participant: "un-eca", Scope: "global", Kinds: []string{"expert-mission"}, Cap: 3})
		addReviewRounds(c)
		c.Rounds = append(c.Rounds,
			Round{ID: "sample-1", Title: "SAMPLE round", Scope: "global", Opens: "2026-01-01", Due: "2026-01-12", Sample: true},
			Round{ID: "later-1", Title: "Another round", Type: "global", Scope: "global", Convener: "prt", Opens: "2026-06-01", Due: "2026-12-31"})
		for _, p := range []Participant{
			{ID: "deu-city", Kind: "local-authority", Name: "A city", Country: "DEU", Until: "2026-01-10T00:00:00Z"},
			{ID: "gmb-nhri", Kind: "human-rights-institution", Name: "A commission", Country: "GMB", From: "2026-01-20T00:00:00Z"},
			{ID: "eu-office", Kind: "regional-body", Name: "An office in Germany", Country: "DEU", Region: "EU"},
			{ID: "un-one", Kind: "un-entity", Name: "An entity"},
		} {
			for _, role := range []string{"root", "author", "clerk"} {
				p.Keys = append(p.Keys, Key{Key: public(documentKey(string(p.ID) + " " + role)).Base64(), Role: role})
			}
			c.Participants = append(c.Participants, p)
		}
		c.Suspensions = []Suspension{{Participant: "gmb-academic", From: "2026-01-05T00:00:00Z", Until: "2026-01-25T00:00:00Z", Reason: "A flood of copies."}}
	})
	c := &chaos{testFederation: f, rng: rng, ids: map[Kind][]DocumentID{KindCharter: {f.genesis.ID}}}
	c.dress = c.fuller()
	c.begin()
	c.settle(minute(1))
	c.stories()
	if n == 0 {
		return f
	}
	for range n {
		c.clock += rng.IntN(12 * 60)
		author := pick(rng, f.charter.Participants).ID
		switch rng.IntN(8) {
		case 0, 1:
			c.step()
		case 2, 3:
			c.file(c.pledgeStep(author))
		case 4:
			c.file(c.moneyStep())
		default:
			c.reviewStep(author)
		}
		if rng.IntN(5) == 0 {
			c.witness()
		}
	}
	if rng.IntN(3) > 0 {
		c.settle(minute(c.clock + 1))
	}
	c.hide()
	return f
}

// begin files what others refer to.
func (c *chaos) begin() {
	genesis := c.genesis.ID
	for i, name := range []string{"Rural Voices", "", "SAMPLE voices"} {
		a := c.accredits("ngo", authorAt(i), name, string(authorAt(i))+" author")
		if i == 2 {
			a.Title, a.Sample, a.Author = "SAMPLE", true, "un-eca"
		}
		c.plain(a, genesis)
	}
	again := c.accredits("un-eca", authorAt(0), "Rural Voices", string(authorAt(0))+" author")
	c.plain(again, genesis)
	lapsing := c.accredits("un-eca", authorAt(3), "", string(authorAt(3))+" author")
	lapsing.Until = "2026-01-03T00:00:00Z"
	c.plain(lapsing, genesis)
	mission := c.accredits("un-eca", authorAt(5), "A mission", string(authorAt(5))+" author")
	mission.Type = "expert-mission"
	c.plain(mission, genesis)
	challenged := c.ids[KindAccreditation][0]
	c.plain(&Comment{Common: c.common("deu"), Type: "challenge", Text: "Who is this?"}, challenged)
	c.plain(&Withdrawal{Common: c.common("un-eca"), Reason: "no longer"}, c.ids[KindAccreditation][3])
	c.plain(&Facility{Common: c.titled("un-eca", "A fund"), Currency: "USD", Criteria: []Condition{{"audited", "Audited."}, {"a-plan", "A plan."}}}, genesis)
	c.plain(&Rates{Common: c.titled("un-eca", "Rates"), Base: "USD", On: "2026-01-01", Source: "Some", Rates: []Rate{{"EUR", "1.085"}}}, genesis)
	c.plain(&Decision{Common: c.titled("un-eca", "A set"), Type: "indicator-set", Text: "So.", Indicators: []Indicator{{ID: "sample-a", Title: "Some", Unit: "people"}}}, genesis)
	for _, id := range []ParticipantID{"gmb", "mar", "xsa"} {
		c.plain(c.selfAssessment(id, "limited", Consultation{Capacity: "civil-society", State: "took-part", Who: "Many", How: "A hearing."}), genesis)
		c.plain(&Accession{Common: c.common(id), Role: "round", Round: pick(c.rng, []string{"round-1", "africa-1", "sample-1"})}, genesis)
	}
	c.plain(c.mandateOf("un-eca", "gmb", "africa-1", "ngo", "prt"), genesis)
	m := c.mandateOf("deu", "deu", "", "ngo")
	m.Type = pick(c.rng, []string{"expert-review", "joint-assessment"})
	c.plain(m, genesis)
	c.plain(c.joins("gmb", "reviewed"), c.ids[KindMandate][0])
	c.plain(c.joins("ngo", "team"), c.ids[KindMandate][0])
	c.plain(c.joins("ngo", "team"), c.ids[KindMandate][1])
}

// plain files a document as it is.
func (c *chaos) plain(predicate any, about DocumentID) {
	payload := c.compose(predicate, about)
	if _, ok := predicate.(*Pledge); ok {
		payload = withContact(payload)
	}
	d := c.parse(payload)
	c.append("prt", payload, string(d.Author)+" author")
	c.ids[d.Kind] = append(c.ids[d.Kind], d.ID)
	if a, ok := d.Predicate.(*Assessment); ok && len(a.Consultation) > 0 {
		c.selfs = append(c.selfs, d.ID)
	}
}

// fuller says more in a document, as another author, or as a sample.
func (c *chaos) fuller() func(any) {
	rng := c.rng
	tag := tagged(rng)
	some := func() bool { return rng.IntN(2) == 0 }
	return func(predicate any) {
		tag(predicate)
		common := predicate.(interface{ common() *Common }).common()
		if rng.IntN(5) == 0 {
			common.Title, common.Sample = "SAMPLE: "+common.Title, true
		}
		if common.Supersedes == "" && rng.IntN(6) == 0 {
			common.Author = authorAt(rng.IntN(3))
		}
		switch p := predicate.(type) {
		case *Pledge:
			p.Basis = pick(rng, []string{"", "stated", "inferred"})
			for i := range p.Resources {
				p.Resources[i].Purpose = pick(rng, []string{"", "Schools"})
			}
		case *Report:
			if some() {
				p.Period = &Period{"2025-01-01", "2025-12-31"}
			}
			if p.Round == "" && some() {
				p.Round = pick(rng, []string{"theme-1", "sample-1", "round-1"})
			}
		case *Plan:
			if rng.IntN(4) == 0 {
				p.Period = Period{"2027-01-01", "2028-12-31"}
			}
			p.Measures[0].Cost = pick(rng, []string{"", "Ten posts"})
		case *Assessment:
			if p.Type == "regional" && p.About != "" && some() {
				p.About, p.Region = "", "UN-ECA"
			}
		case *Comment:
			if p.Objectives == nil && some() {
				p.Objectives = []int{4}
			}
		case *Response:
			p.Intended, p.Position = pick(rng, []string{"", "2026-06-30", NotStated}), pick(rng, []string{"supported", "noted", "declined", "answered"})
		case *Withdrawal:
			p.Erase = some()
		case *Accession:
			if p.Role == "round" && some() {
				p.Round = pick(rng, []string{"theme-1", "sample-1", "later-1"})
			}
		case *Contribution:
			if some() {
				p.Pledge = c.any(KindPledge)
				p.Author = c.authorOf(p.Pledge)
			}
		case *FundClaim:
			p.Words, p.On = pick(rng, []string{"", "more than"}), pick(rng, []string{"", "2025-06-01", NotStated})
		case *Application:
			if some() {
				p.Criteria = []string{"audited"}
			}
			if len(c.selfs) > 0 && some() {
				p.Assessment = pick(rng, c.selfs)
			}
		case *Agreement:
			if p.Objectives = [][]int{nil, {4}, {2}}[rng.IntN(3)]; some() {
				p.Text, p.Where = "public", "https://example.org/text"
			}
			if rng.IntN(3) == 0 {
				p.Ended = pick(rng, []string{"2025-06-01", "2030-01-01"})
			}
		case *Mandate:
			if some() {
				p.Type = pick(rng, []string{"expert-review", "joint-assessment"})
			}
		case *ProgressReport:
			if some() {
				p.Period = &Period{"2025-01-01", "2025-12-31"}
			}
			for i := range p.Values {
				p.Values[i].Participant = pick(rng, []ParticipantID{"", "gmb", "mar"})
			}
			if p.Values != nil && some() {
				p.Decision, p.IndicatorSet = "", fmt.Sprintf("%064x", 7)
			}
		case *Translation:
			p.Texts = []TranslatedText{{"/targets/0/indicator", "Un indicateur"}}[:rng.IntN(2)]
		}
	}
}

// hide makes the payloads of some records absent, each for one of the reasons:
// everywhere, or in one of the places of a document.
func (c *chaos) hide() {
	for _, p := range nodes {
		l := c.logs[c.origin(p)]
		for i := range l.records {
			if i < 20 || c.rng.IntN(30) > 0 {
				continue
			}
			absence := pick(c.rng, []Absence{Sealed, Withheld, Erased})
			l.records[i].Absence = absence
			if absence == Erased || c.rng.IntN(2) == 0 { // what is still held does not count either
				l.records[i].Payload = nil
			}
		}
	}
}
