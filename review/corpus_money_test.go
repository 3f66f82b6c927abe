package review

import (
	"math/rand/v2"
	"testing"
)

// moneyCorpus files about n documents at random, most of them about money or
// agreements: matched and unmatched, revised, withdrawn, erased, out of order.
func moneyCorpus(t testing.TB, rng *rand.Rand, n int) *testFederation {
	return moneyIn(newAccreditingWith(t, 4, Quota{Entries: 40, Participant: "deu"}, Quota{Entries: 80}), rng, n, func(any) {})
}

// moneyIn changes each document about money before it files it.
func moneyIn(f *testFederation, rng *rand.Rand, n int, change func(predicate any)) *testFederation {
	c := &chaos{testFederation: f, rng: rng, ids: map[Kind][]DocumentID{KindCharter: {f.genesis.ID}}}
	c.file(&Facility{Common: c.titled("un-eca", "A fund"), Currency: "USD", Criteria: []Condition{{"audited", "Audited."}}}, c.genesis.ID)
	c.file(&Assessment{Common: c.titled("gmb", "Our own view"), Type: "self", Findings: finding(1, "limited")}, c.genesis.ID)
	c.file(&Rates{Common: c.titled("un-eca", "Rates"), Base: "USD", On: "2026-01-01", Source: "Some", Rates: []Rate{{"EUR", "1.085"}}}, c.genesis.ID)
	for i := range n {
		c.clock += rng.IntN(12 * 60)
		if i == n*4/5 {
			c.settle(minute(c.clock))
		}
		if rng.IntN(6) == 0 {
			c.step()
		} else {
			predicate, about := c.moneyStep()
			change(predicate)
			c.file(predicate, about)
		}
		if rng.IntN(8) == 0 {
			c.witness()
		}
	}
	for range 10 {
		c.witness()
	}
	return f
}

var moneyKinds = []Kind{KindExpenditure, KindFacility, KindContribution, KindClaim, KindApplication, KindAllocation, KindDisbursement, KindResult, KindAgreement, KindRates}

// moneyStep is one document about money, sound more often than not.
func (c *chaos) moneyStep() (predicate any, about DocumentID) {
	rng := c.rng
	about = c.genesis.ID
	states := []ParticipantID{"prt", "deu", "mar", "gmb", "xsa"}
	amount := func() string { return pick(rng, []string{"5", "10", "10.0", "12.50", "400"}) }
	currency := func() string { return pick(rng, []string{"EUR", "EUR", "USD", "CAD"}) }
	country := func() string { return pick(rng, []string{"GMB", "MAR"}) }
	objectives := func() []int { return pick(rng, [][]int{{1}, {2}, {1, 2}}) }
	recipient := func() string {
		return pick(rng, []string{"government", "non-government-organisation", "diaspora-group"})
	}
	usually := func(id ParticipantID) ParticipantID {
		if rng.IntN(15) == 0 {
			return pick(rng, states)
		}
		return id
	}
	revise := func(common *Common, k Kind) {
		if old := c.any(k); rng.IntN(4) == 0 {
			common.Supersedes, common.Author = old, c.authorOf(old)
		}
	}
	switch rng.IntN(24) {
	case 0, 1:
		p := c.pledge(pick(rng, states), "A pledge")
		capacity := func() Capacity {
			return Capacity{Kind: pick(rng, []string{"institutions", "diaspora"}), Amount: pick(rng, []string{"5", "20.5", NotStated}), Currency: currency(), Objective: objectives()[0],
				Country: pick(rng, []string{"GMB", "MAR", ""})}
		}
		p.Needs, p.Offers = []Capacity{capacity(), capacity()}, []Capacity{capacity()}
		p.Resources = []Resource{{Amount: amount(), Currency: currency(), Kind: "diaspora", Earmarking: pick(rng, []string{unearmarked, "earmarked"}), Advocacy: rng.IntN(2) == 0}}
		if rng.IntN(2) == 0 {
			p.Resources[0].Share, p.Resources[0].Envelope = "35", "A budget line"
		}
		revise(&p.Common, KindPledge)
		return p, about
	case 2, 3, 4, 5, 6, 7:
		p := c.flow(pick(rng, states), "", pick(rng, []string{sideGiver, sideReceiver}), amount())
		p.Currency, p.Objectives, p.Country, p.Recipient = currency(), objectives(), country(), recipient()
		p.Advocacy, p.Earmarking = rng.IntN(3) == 0, pick(rng, []string{"", unearmarked, "earmarked"})
		if rng.IntN(4) == 0 {
			p.Share, p.Envelope = pick(rng, []string{"50", notIsolated}), "A budget line"
		}
		p.Reference = pick(rng, []string{"", "A", "B"})
		revise(&p.Common, KindExpenditure)
		switch rng.IntN(6) {
		case 0:
			p.Direction, p.Side = "domestic", ""
		case 1:
			p.CounterpartName = "A city"
		default:
			for p.Counterpart = pick(rng, states); p.Counterpart == p.Author; {
				p.Counterpart = pick(rng, states)
			}
			if id := c.any(KindExpenditure); rng.IntN(2) == 0 {
				if other, ok := c.Document(id); ok {
					if q := other.Predicate.(*Expenditure); q.Counterpart != "" {
						p.Author, p.Counterpart, p.Matches = usually(q.Counterpart), q.Author, id
						p.Side = map[string]string{sideGiver: sideReceiver, sideReceiver: sideGiver}[q.Side]
						if rng.IntN(2) == 0 {
							p.Amount, p.Currency = q.Amount, q.Currency
						}
					}
				} else {
					p.Matches = id
				}
			}
			if p.Author == p.Counterpart {
				p.Author = "phl"
			}
		}
		if rng.IntN(4) == 0 {
			p.Pledge = c.any(KindPledge)
		}
		return p, about
	case 8:
		p := &Facility{Common: c.titled(pick(rng, []ParticipantID{"un-eca", "deu"}), "A fund"), Currency: pick(rng, []string{"USD", "EUR"}), Criteria: []Condition{{"audited", "Audited."}}}
		revise(&p.Common, KindFacility)
		return p, about
	case 9:
		p := &Contribution{Common: c.titled(pick(rng, states), "A contribution"), Stage: pick(rng, []string{"committed", "paid"}), Amount: amount(), Currency: currency(), On: "2026-01-01",
			Earmarking: pick(rng, []string{unearmarked, "earmarked"})}
		revise(&p.Common, KindContribution)
		return p, c.any(KindFacility)
	case 10:
		p := &FundClaim{Common: c.titled(pick(rng, []ParticipantID{"ngo", "gmb"}), "A claim"), What: pick(rng, []string{"target", "announced"}), Amount: amount(), Currency: currency(), By: "Somebody"}
		p.Sources = []string{"https://example.org"}
		return p, c.any(KindFacility)
	case 11, 12, 13:
		about = c.any(KindFacility)
		p := &Application{Common: c.titled(pick(rng, states), "An application"), Amount: amount(), Currency: currency(), Objectives: objectives(), Country: country(), Recipient: recipient(),
			Advocacy: rng.IntN(3) == 0, Assessment: c.any(KindAssessment)}
		if d, ok := c.Document(about); ok && rng.IntN(8) > 0 {
			p.Currency = d.Predicate.(*Facility).Currency
		}
		revise(&p.Common, KindApplication)
		return p, about
	case 14, 15, 16:
		about = c.any(KindApplication)
		p := &Allocation{Common: c.titled("un-eca", "An allocation"), Amount: amount(), Currency: "USD", On: "2026-01-01", Conditions: []Condition{{"plan", "A plan."}, {"audit", "An audit."}}}
		if d, ok := c.Document(about); ok {
			p.Currency = d.Predicate.(*Application).Currency
			p.Author = usually(c.authorOf(d.About()))
		}
		revise(&p.Common, KindAllocation)
		return p, about
	case 17, 18:
		about = c.any(KindAllocation)
		p := &Disbursement{Common: c.titled(usually(c.authorOf(about)), "A payment"), Amount: amount(), Currency: "USD", On: "2026-01-01", Conditions: []string{pick(rng, []string{"plan", "audit"})}}
		if d, ok := c.Document(about); ok {
			p.Currency = d.Predicate.(*Allocation).Currency
		}
		return p, about
	case 19:
		about = c.any(KindAllocation, KindDisbursement)
		p := &Result{Common: c.titled("gmb", "A result"), Text: "Done."}
		for d, ok := c.Document(about); ok && d.Kind != KindFacility; d, ok = c.Document(d.About()) {
			p.Author = d.Author // of the application, in the end
		}
		return p, about
	case 20, 21:
		p := c.entry(pick(rng, states), pick(rng, states), "gmb", "ngo")
		if p.Parties[0].Participant == "gmb" {
			p.Parties[0] = Party{Name: "A State outside"}
		}
		if rng.IntN(2) == 0 {
			p.Parties = p.Parties[:2]
		}
		p.InForce = pick(rng, []string{"", "2021-01-01", NotStated, "2030-01-01"})
		revise(&p.Common, KindAgreement)
		if id := c.any(KindAgreement); rng.IntN(2) == 0 {
			p.Author, p.Matches = pick(rng, []ParticipantID{"gmb", "ngo"}), id
		}
		return p, about
	case 22:
		return &Accession{Common: c.common(pick(rng, []ParticipantID{"gmb", "ngo", "mar"})), Role: "agreement", Decision: pick(rng, []string{"", "", "declined"})}, c.any(KindAgreement)
	}
	about = c.any(append([]Kind{KindAccession, KindPledge}, moneyKinds...)...)
	return &Withdrawal{Common: c.common(c.authorOf(about)), Reason: "no longer"}, about
}
