package review

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"stocktake/review/compact"
)

// The naive rows about money and agreements: every row is a loop over all
// documents. A row is a map as its JSON; what it counts in and cites are sets.
type moneyRow map[string]any

// exact is a fraction with the decimal places of its most precise summand.
type exact struct {
	*big.Rat
	places int
}

func (e exact) MarshalText() ([]byte, error) { return []byte(e.FloatString(e.places)), nil }

func (e exact) minus(f exact) exact {
	return exact{new(big.Rat).Sub(e.Rat, f.Rat), max(e.places, f.places)}
}

func (e exact) times(f exact) exact {
	return exact{new(big.Rat).Mul(e.Rat, f.Rat), e.places + f.places}
}

// ledger is amounts by name, as currency or figure.
type ledger map[string]exact

func fraction(s string) exact {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	_, places, _ := strings.Cut(s, ".")
	return exact{r, len(places)}
}

func (l ledger) add(name string, amount exact) {
	was, ok := l[name]
	if !ok {
		was.Rat = new(big.Rat)
	}
	l[name] = exact{new(big.Rat).Add(was.Rat, amount.Rat), max(was.places, amount.places)}
}

// naiveMoney makes the rows in a scope.
type naiveMoney struct {
	*naive
	scope naiveScope
	rows  map[string]map[string]moneyRow // by group and key
}

func (n *naive) moneyRows(scope naiveScope, rows naiveRows) {
	m := &naiveMoney{n, scope, map[string]map[string]moneyRow{}}
	m.resources()
	m.support()
	m.expenditures()
	m.gaps()
	m.funds()
	m.agreements()
	for group, all := range m.rows {
		for _, row := range all {
			row["in"] = slices.Collect(maps.Keys(row["in"].(map[string]bool)))
			row["cites"] = slices.Collect(maps.Keys(row["cites"].(map[DocumentID]bool)))
			rows.add(group, row)
		}
	}
}

// counting are the documents that count and are of the scope's theme or corridor.
func (m *naiveMoney) counting(kinds ...Kind) []*Document {
	return slices.DeleteFunc(m.naive.counting(kinds...), func(d *Document) bool { return !m.speaks(m.scope, d) })
}

func (m *naiveMoney) in(p ParticipantID) bool { return m.covers(m.scope, p) }

func (m *naiveMoney) place(country string) bool {
	switch one, _ := m.chain.Participant(m.scope.one); {
	case m.scope.one != "":
		return country != "" && country == one.Country
	case m.scope.corridor[0] != "":
		return slices.Contains(m.scope.corridor[:], country)
	}
	return m.scope.region == "" || slices.Contains(compact.RegionsOf(country, m.day()), m.scope.region)
}

func (m *naiveMoney) get(id DocumentID) *Document {
	d, _ := m.doc(id)
	return d
}

// line is the first version of a document, or itself where it does not hold.
func (m *naiveMoney) line(id DocumentID) DocumentID {
	if d := m.get(id); d != nil && slices.Contains(m.docs, id) && m.code(id) == "" {
		return m.original(d).ID
	}
	return id
}

// up is the first version of the document of a kind that a document is, step by
// step, about.
func (m *naiveMoney) up(d *Document, k Kind) DocumentID {
	for d.Kind != k {
		d = m.get(d.About())
	}
	return m.original(d).ID
}

func (m *naiveMoney) row(group, key string, sample bool) moneyRow {
	if m.rows[group] == nil {
		m.rows[group] = map[string]moneyRow{}
	}
	if m.rows[group][key] == nil {
		m.rows[group][key] = moneyRow{"key": key, "sample": sample, "in": map[string]bool{}, "sums": ledger{}, "cites": map[DocumentID]bool{}}
	}
	return m.rows[group][key]
}

func (r moneyRow) in(names ...string) {
	for _, name := range names {
		r["in"].(map[string]bool)[name] = true
	}
}

func (r moneyRow) cite(ids ...DocumentID) {
	for _, id := range ids {
		r["cites"].(map[DocumentID]bool)[id] = true
	}
}

func (r moneyRow) ledger(field, name string, amount exact) {
	if r[field] == nil {
		r[field] = ledger{}
	}
	r[field].(ledger).add(name, amount)
}

// list adds to a sorted list without repetition.
func (r moneyRow) list(field, value string) {
	old, _ := r[field].([]string)
	if value != "" && !slices.Contains(old, value) {
		old = append(slices.Clone(old), value)
		slices.Sort(old)
	}
	r[field] = old
}

func (m *naiveMoney) sum(r moneyRow, name, currency string, amount exact) {
	r["sums"].(ledger).add(name+" "+currency, amount)
	if m.scope.rates == nil {
		return
	}
	table := m.scope.rates.Predicate.(*Rates)
	rate := ""
	if currency == table.Base {
		rate = "1"
	}
	for _, x := range table.Rates {
		if x.Currency == currency {
			rate = x.Rate
		}
	}
	if rate == "" {
		r.in(name + " " + currency + ": no rate in the table")
		return
	}
	r["sums"].(ledger).add(fmt.Sprintf("%s in %s by rates %s", name, table.Base, m.scope.rates.ID[:12]), amount.times(fraction(rate)))
}

func (m *naiveMoney) by(r moneyRow, d *Document) {
	at, _ := m.filed(d.ID)
	for _, p := range slices.Sorted(maps.Keys(m.answerers(d.Author, at))) {
		r.list("accreditedBy", string(p))
	}
}

func (m *naiveMoney) resources() {
	for _, d := range m.counting(KindPledge) {
		if !m.hears(m.scope, d.Author) || !m.scope.touches(d.Predicate.(*Pledge).Objectives) {
			continue
		}
		for i, x := range d.Predicate.(*Pledge).Resources {
			r := m.row("resources", fmt.Sprintf("%s/%03d", d.ID, i), m.sample(d.ID))
			maps.Copy(r, moneyRow{"pledge": d.ID, "author": d.Author, "amount": x.Amount, "currency": x.Currency, "purpose": x.Purpose, "kind": x.Kind,
				"earmarking": x.Earmarking, "share": x.Share, "envelope": x.Envelope, "advocacy": x.Advocacy})
			r.cite(d.ID)
			r.in("resources")
			if x.Kind != "" {
				r.in("kind: " + x.Kind)
			}
			if x.Share != "" {
				r.in("share of a larger envelope")
			}
			if x.Amount == NotStated {
				r.in("amount not stated")
				continue
			}
			if x.Currency == NotStated {
				r.in("currency not stated")
				continue
			}
			for name, holds := range map[string]bool{"pledged": true, "pledged unearmarked": x.Earmarking == "unearmarked", "pledged to advocacy": x.Advocacy,
				"pledged as a share of a larger envelope": x.Share != ""} {
				if holds {
					m.sum(r, name, x.Currency, fraction(x.Amount))
				}
			}
		}
	}
}

func (m *naiveMoney) support() {
	for _, d := range m.counting(KindPledge) {
		p := d.Predicate.(*Pledge)
		for _, side := range []struct {
			word, by string
			list     []Capacity
		}{{"needed", "neededBy", p.Needs}, {"offered", "offeredBy", p.Offers}} {
			for _, c := range side.list {
				if !m.in(d.Author) && !m.place(c.Country) || !m.scope.touches([]int{c.Objective}) {
					continue
				}
				key := fmt.Sprintf("%s/%02d/%s", c.Kind, c.Objective, c.Country)
				if m.sample(d.ID) {
					key += "/sample"
				}
				r := m.row("support", key, m.sample(d.ID))
				r["kind"], r["objective"], r["country"] = c.Kind, c.Objective, c.Country
				r.cite(d.ID)
				r.in("kind: " + c.Kind)
				r.list(side.by, string(d.Author))
				if c.Amount == NotStated || c.Currency == NotStated {
					r.in("amount not stated")
					continue
				}
				r.ledger(side.word, c.Currency, fraction(c.Amount))
				m.sum(r, side.word, c.Currency, fraction(c.Amount))
			}
		}
	}
	for _, r := range m.rows["support"] {
		state := "needed and offered"
		if r["offeredBy"] == nil {
			state = "needed, not offered"
		} else if r["neededBy"] == nil {
			state = "offered, not needed"
		}
		r["state"] = state
		r.in(state)
	}
}

func (m *naiveMoney) expenditures() {
	ends := func(d *Document) (giver, receiver ParticipantID) {
		p := d.Predicate.(*Expenditure)
		if p.Side == "receiver" {
			return p.Counterpart, d.Author
		}
		return d.Author, p.Counterpart
	}
	together := func(a, b *Document) bool {
		p, q := a.Predicate.(*Expenditure), b.Predicate.(*Expenditure)
		g, r := ends(a)
		h, s := ends(b)
		if p.Counterpart == "" || q.Counterpart == "" || g != h || r != s || m.sample(a.ID) != m.sample(b.ID) {
			return false
		}
		matches := func(p *Expenditure) DocumentID {
			if p.Matches == "" || !slices.Contains(m.docs, p.Matches) {
				return ""
			}
			return m.line(p.Matches)
		}
		return p.Reference != "" && p.Reference == q.Reference ||
			matches(p) != "" && (matches(p) == m.line(b.ID) || matches(p) == matches(q)) || matches(q) != "" && matches(q) == m.line(a.ID)
	}
	var flows [][]*Document
	for _, d := range m.counting(KindExpenditure) {
		flow := []*Document{d}
		var others [][]*Document
		for _, f := range flows {
			if slices.ContainsFunc(f, func(e *Document) bool { return together(d, e) }) {
				flow = append(flow, f...)
			} else {
				others = append(others, f)
			}
		}
		flows = append(others, flow)
	}
	for _, flow := range flows {
		first := flow[0].Predicate.(*Expenditure)
		giver, receiver := ends(flow[0])
		var objectives []int
		for _, d := range flow {
			for _, n := range d.Predicate.(*Expenditure).Objectives {
				if !slices.Contains(objectives, n) {
					objectives = append(objectives, n)
				}
			}
		}
		slices.Sort(objectives)
		if !m.in(giver) && !m.in(receiver) || !m.scope.touches(objectives) {
			continue
		}
		key := string(flow[0].ID)
		if first.Counterpart != "" {
			lines := []string{}
			for _, d := range flow {
				lines = append(lines, string(m.line(d.ID)))
			}
			key = fmt.Sprintf("%s>%s/%s", giver, receiver, slices.Min(lines))
		}
		r := m.row("expenditures", key, m.sample(flow[0].ID))
		r["giver"], r["receiver"], r["outside"] = giver, receiver, first.CounterpartName
		r["objectives"] = objectives
		for _, d := range flow {
			p := d.Predicate.(*Expenditure)
			r.cite(d.ID)
			r.list("countries", p.Country)
			r.list("references", p.Reference)
			r.list("pledges", string(p.Pledge))
			word := "given"
			if p.Side == "receiver" {
				word = "received"
			}
			r.ledger(word, p.Currency, fraction(p.Amount))
		}
		given, _ := r["given"].(ledger)
		received, _ := r["received"].(ledger)
		same, common := len(given) == len(received), false
		for currency, amount := range given {
			other, ok := received[currency]
			if !ok {
				same = false
				continue
			}
			common = true
			same = same && amount.Cmp(other.Rat) == 0
			r.ledger("difference", currency, amount.minus(other))
		}
		state := ""
		switch {
		case first.Direction == "domestic":
			state = "domestic"
		case len(received) == 0:
			state = "reported by the giver only"
		case len(given) == 0:
			state = "reported by the receiver only"
		case same:
			state = "both sides agree"
		case common:
			state = "amounts differ"
		default:
			state = "currencies differ"
		}
		r["state"] = state
		r.in(state)
		if first.CounterpartName != "" {
			r.in("the other side is outside this federation")
		}
		var several []ParticipantID
		for _, id := range []ParticipantID{giver, receiver} {
			if len(m.regionsOf(id)) > 1 {
				several = append(several, id)
				r.in("of a State in several regions")
			}
		}
		r["severalRegions"] = several
		for _, d := range flow {
			p := d.Predicate.(*Expenditure)
			if len(given) > 0 && p.Side == "receiver" {
				continue
			}
			if p.Share == "difficult-to-isolate" {
				r.in("share difficult to isolate")
			}
			scoped := (m.scope.region != "" || m.scope.one != "") && p.Direction == "external"
			for name, holds := range map[string]bool{
				"": true, ", agreed by both sides": state == "both sides agree", ", unearmarked": p.Earmarking == "unearmarked", ", to " + p.Recipient: true,
				", to non-government recipients": p.Recipient != "government", ", to advocacy": p.Advocacy, ", share of a larger envelope": p.Share != "",
				", within the scope": scoped && m.in(giver) && m.in(receiver), ", from the scope": scoped && m.in(giver) && !m.in(receiver),
				", to the scope": scoped && !m.in(giver) && m.in(receiver),
			} {
				if holds {
					m.sum(r, p.Direction+name, p.Currency, fraction(p.Amount))
				}
			}
		}
	}
}

func (m *naiveMoney) gaps() {
	done := map[string]bool{}
	for _, d := range m.counting(KindPledge) {
		for _, c := range d.Predicate.(*Pledge).Needs {
			place := fmt.Sprint(c.Objective, c.Country, m.sample(d.ID))
			if c.Country != "" && !done[place] && m.place(c.Country) && m.scope.touches([]int{c.Objective}) {
				done[place] = true
				m.gap(c.Objective, c.Country, m.sample(d.ID))
			}
		}
	}
}

func (m *naiveMoney) gap(objective int, country string, sample bool) {
	var needs []Capacity
	cites := map[DocumentID]bool{}
	for _, d := range m.counting(KindPledge) {
		for _, c := range d.Predicate.(*Pledge).Needs {
			if m.sample(d.ID) == sample && c.Objective == objective && c.Country == country {
				needs = append(needs, c)
				cites[d.ID] = true
			}
		}
	}
	key := fmt.Sprintf("%02d/%s", objective, country)
	if sample {
		key += "/sample"
	}
	r := m.row("gaps", key, sample)
	r["objective"], r["country"], r["cites"] = objective, country, cites
	needed := ledger{}
	for _, c := range needs {
		if c.Amount == NotStated || c.Currency == NotStated {
			r.in("needs without an amount")
			continue
		}
		r.in("needs with an amount")
		needed.add(c.Currency, fraction(c.Amount))
	}
	r["needed"] = needed
	across := 0
	met := map[string]ledger{"allocated": {}, "given": {}, "received": {}, "spent at home": {}}
	for _, d := range m.counting(KindExpenditure, KindAllocation) {
		way, currency, amount, objectives, place := "", "", "", []int{}, ""
		switch p := d.Predicate.(type) {
		case *Expenditure:
			way, currency, amount, objectives, place = "given", p.Currency, p.Amount, p.Objectives, p.Country
			if p.Direction == "domestic" {
				way = "spent at home"
			} else if p.Side == "receiver" {
				way = "received"
			}
		case *Allocation:
			a := m.get(d.About()).Predicate.(*Application)
			way, currency, amount, objectives, place = "allocated", p.Currency, p.Amount, a.Objectives, a.Country
		}
		if m.sample(d.ID) != sample || place != country || !slices.Contains(objectives, objective) {
			continue
		}
		cites[d.ID] = true
		if len(objectives) > 1 {
			across++
			r.in("also money for several objectives")
			continue
		}
		met[way].add(currency, fraction(amount))
	}
	r["across"] = across
	for currency, amount := range needed {
		m.sum(r, "needed", currency, amount)
	}
	gaps := map[string]ledger{}
	for way, sums := range met {
		gaps[way] = ledger{}
		for currency, amount := range needed {
			rest := amount
			if other, ok := sums[currency]; ok {
				rest = amount.minus(other)
			}
			gaps[way].add(currency, rest)
			if rest.Sign() > 0 {
				m.sum(r, "gap after "+way, currency, rest)
			}
		}
	}
	r["met"], r["gaps"] = met, gaps
}

func (m *naiveMoney) funds() {
	all := m.counting(KindContribution, KindClaim, KindApplication, KindAllocation, KindDisbursement, KindResult)
	of := func(d *Document, k Kind) (list []*Document) { // those that belong to one of a kind
		for _, x := range all {
			if x.Kind != k && x.Kind != d.Kind && m.reaches(x, d.Kind) && m.up(x, d.Kind) == m.original(d).ID {
				list = append(list, x)
			}
		}
		return list
	}
	named := m.scope.objective == 0 // funds, gifts and claims name no objective
	outward := func(p *Application) map[string]bool {
		return map[string]bool{"": true, " to non-government recipients": p.Recipient != "government", " to advocacy": p.Advocacy}
	}
	for _, d := range m.counting(KindFacility) {
		p := d.Predicate.(*Facility)
		if !m.in(d.Author) || !named {
			continue
		}
		r := m.row("facilities", string(d.ID), m.sample(d.ID))
		maps.Copy(r, moneyRow{"id": d.ID, "host": d.Author, "title": d.Title, "currency": p.Currency, "claims": 0, "applications": 0, "results": 0})
		for _, c := range p.Criteria {
			criteria, _ := r["criteria"].([]string)
			r["criteria"] = append(criteria, c.ID)
		}
		m.by(r, d)
		r.in("facilities")
		r.cite(d.ID)
		amounts := map[string]bool{}
		for _, x := range of(d, KindFacility) {
			r.cite(x.ID)
			switch q := x.Predicate.(type) {
			case *Contribution:
				r.ledger(q.Stage, q.Currency, fraction(q.Amount))
			case *FundClaim:
				r["claims"] = r["claims"].(int) + 1
				amounts[fraction(q.Amount).RatString()+q.Currency] = true
			case *Application:
				r["applications"] = r["applications"].(int) + 1
				r.ledger("appliedFor", q.Currency, fraction(q.Amount))
			case *Allocation:
				r.ledger("allocated", q.Currency, fraction(q.Amount))
			case *Disbursement:
				r.ledger("disbursed", q.Currency, fraction(q.Amount))
			case *Result:
				r["results"] = r["results"].(int) + 1
			}
		}
		if len(amounts) > 1 {
			r.in("with conflicting claims")
		}
	}
	for _, d := range all {
		about := m.get(d.About())
		switch p := d.Predicate.(type) {
		case *Contribution:
			if !m.in(d.Author) && !m.in(about.Author) || !named {
				continue
			}
			r := m.row("contributions", string(d.ID), m.sample(d.ID))
			maps.Copy(r, moneyRow{"id": d.ID, "facility": about.ID, "host": about.Author, "author": d.Author, "stage": p.Stage, "amount": p.Amount, "currency": p.Currency,
				"on": p.On, "earmarking": p.Earmarking, "pledge": p.Pledge})
			m.by(r, d)
			r.cite(d.ID, about.ID)
			r.in("contributions", p.Stage, "earmarking: "+p.Earmarking)
			m.sum(r, p.Stage, p.Currency, fraction(p.Amount))
			if p.Earmarking == "unearmarked" {
				m.sum(r, p.Stage+" unearmarked", p.Currency, fraction(p.Amount))
			}
		case *FundClaim:
			facility := m.original(about)
			if !m.in(d.Author) && !m.in(facility.Author) || !named {
				continue
			}
			r := m.row("fund-claims", string(facility.ID+"/"+d.ID), m.sample(d.ID))
			others, amounts := 0, map[string]bool{}
			for _, x := range all {
				if q, ok := x.Predicate.(*FundClaim); ok && m.up(x, KindFacility) == facility.ID && m.sample(x.ID) == m.sample(d.ID) {
					others++
					amounts[fraction(q.Amount).RatString()+q.Currency] = true
				}
			}
			state := "other claims name other amounts"
			if others == 1 {
				state = "the only claim"
			} else if len(amounts) == 1 {
				state = "all claims name this amount"
			}
			maps.Copy(r, moneyRow{"id": d.ID, "facility": facility.ID, "author": d.Author, "by": p.By, "what": p.What, "amount": p.Amount, "currency": p.Currency,
				"words": p.Words, "on": p.On, "sources": p.Sources, "state": state})
			m.by(r, d)
			r.cite(d.ID)
			r.in("claims", state, "what: "+p.What)
		case *Application:
			if !m.in(d.Author) && !m.in(about.Author) || !m.scope.touches(p.Objectives) {
				continue
			}
			r := m.row("applications", string(d.ID), m.sample(d.ID))
			r.cite(d.ID, about.ID)
			sum := ledger{p.Currency: {new(big.Rat), 0}}
			for _, x := range of(d, "") {
				if q, ok := x.Predicate.(*Allocation); ok {
					r.cite(x.ID)
					sum.add(q.Currency, fraction(q.Amount))
				}
			}
			allocated := sum[p.Currency]
			state := compared(allocated, p.Amount, "no allocation yet", "allocated in part", "allocated in full", "allocated beyond the application")
			maps.Copy(r, moneyRow{"id": d.ID, "facility": about.ID, "host": about.Author, "author": d.Author, "title": d.Title, "amount": p.Amount, "currency": p.Currency,
				"objectives": p.Objectives, "country": p.Country, "recipient": p.Recipient, "advocacy": p.Advocacy, "assessment": p.Assessment, "criteria": p.Criteria, "allocated": allocated, "state": state})
			m.by(r, d)
			r.in("applications", state)
			for end, holds := range outward(p) {
				if holds {
					m.sum(r, "applied for"+end, p.Currency, fraction(p.Amount))
				}
			}
		case *Allocation:
			to := about.Predicate.(*Application)
			if !m.in(d.Author) && !m.in(to.Author) || !m.scope.touches(to.Objectives) {
				continue
			}
			r := m.row("allocations", string(d.ID), m.sample(d.ID))
			r.cite(d.ID, about.ID)
			sum, outstanding := ledger{p.Currency: {new(big.Rat), 0}}, map[string]bool{}
			var results []DocumentID
			for _, c := range p.Conditions {
				outstanding[c.ID] = true
			}
			for _, x := range of(d, "") {
				r.cite(x.ID)
				switch q := x.Predicate.(type) {
				case *Disbursement:
					sum.add(q.Currency, fraction(q.Amount))
					for _, id := range q.Conditions {
						delete(outstanding, id)
					}
				case *Result:
					results = append(results, x.ID)
				}
			}
			var open []string
			for _, c := range p.Conditions {
				if outstanding[c.ID] {
					open = append(open, c.ID)
					r.in("conditions outstanding")
				}
			}
			paid := sum[p.Currency]
			state := compared(paid, p.Amount, "nothing disbursed yet", "disbursed in part", "disbursed in full", "disbursed beyond the allocation")
			maps.Copy(r, moneyRow{"id": d.ID, "application": about.ID, "host": d.Author, "applicant": to.Author, "amount": p.Amount, "currency": p.Currency, "on": p.On,
				"disbursed": paid, "state": state, "outstanding": open, "results": results})
			r.in("allocations", state, map[bool]string{true: "result reported", false: "no result reported"}[len(results) > 0])
			for end, holds := range outward(to) {
				if holds {
					m.sum(r, "allocated"+end, p.Currency, fraction(p.Amount))
				}
				if holds && paid.Sign() > 0 {
					m.sum(r, "disbursed"+end, p.Currency, paid)
				}
			}
		}
	}
	for _, d := range m.counting(KindApplication) {
		p := d.Predicate.(*Application)
		assessment := m.get(p.Assessment)
		if assessment == nil || !slices.Contains(m.docs, p.Assessment) || m.code(p.Assessment) != "" || !m.in(d.Author) && !m.in(m.get(d.About()).Author) || !m.scope.touches(p.Objectives) {
			continue
		}
		assessment = m.original(assessment)
		key := string(assessment.ID)
		if m.sample(d.ID) {
			key += "/sample"
		}
		r := m.row("unlocked", key, m.sample(d.ID))
		r["assessment"], r["author"], r["title"], r["stands"] = assessment.ID, assessment.Author, assessment.Title, m.standing(assessment) != nil
		m.by(r, assessment)
		r.cite(assessment.ID, d.ID)
		list, _ := r["applications"].([]DocumentID)
		r["applications"] = append(list, d.ID)
		r.in("assessments that applications rest on")
		r.ledger("appliedFor", p.Currency, fraction(p.Amount))
		m.sum(r, "applied for", p.Currency, fraction(p.Amount))
		for _, x := range of(d, "") {
			r.cite(x.ID)
			switch q := x.Predicate.(type) {
			case *Allocation:
				r.ledger("allocated", q.Currency, fraction(q.Amount))
				m.sum(r, "allocated", q.Currency, fraction(q.Amount))
				r.in("led to an allocation")
			case *Disbursement:
				r.ledger("disbursed", q.Currency, fraction(q.Amount))
				m.sum(r, "disbursed", q.Currency, fraction(q.Amount))
				r.in("led to a disbursement")
			}
		}
	}
}

// reaches is whether a document is about one of a kind, or about one that is.
func (m *naiveMoney) reaches(d *Document, k Kind) bool {
	for ; d != nil && d.Kind != KindCharter; d = m.get(d.About()) {
		if d.Kind == k {
			return true
		}
	}
	return false
}

func compared(sum exact, of, none, part, full, beyond string) string {
	switch {
	case sum.Sign() == 0:
		return none
	case sum.Cmp(fraction(of).Rat) < 0:
		return part
	case sum.Cmp(fraction(of).Rat) == 0:
		return full
	}
	return beyond
}

func (m *naiveMoney) agreements() {
	named := m.scope.objective == 0
	all := m.counting(KindAgreement)
	for _, d := range all {
		p := d.Predicate.(*Agreement)
		if !m.in(d.Author) && !slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Participant != "" && m.in(q.Participant) }) ||
			!named && !m.scope.touches(p.Objectives) {
			continue
		}
		r := m.row("agreements", string(d.ID), m.sample(d.ID))
		maps.Copy(r, moneyRow{"id": d.ID, "author": d.Author, "title": d.Title, "type": p.Type, "signed": p.Signed, "inForce": p.InForce, "ended": p.Ended, "text": p.Text, "where": p.Where})
		m.by(r, d)
		r.cite(d.ID)
		matched := false
		own := map[ParticipantID]DocumentID{}
		var versions []DocumentID
		for _, x := range all {
			q := x.Predicate.(*Agreement)
			there := p.Matches != "" && m.line(p.Matches) == m.line(x.ID)
			if matched = matched || there; !there && (q.Matches == "" || m.line(q.Matches) != m.line(d.ID)) {
				continue
			}
			versions = append(versions, x.ID)
			r.cite(x.ID)
			if own[x.Author] == "" {
				own[x.Author] = x.ID
			}
			for field, differs := range map[string]bool{"type": p.Type != q.Type, "signed": p.Signed != q.Signed, "inForce": p.InForce != q.InForce, "ended": p.Ended != q.Ended,
				"text": p.Text != q.Text, "parties": parties(p) != parties(q)} {
				if differs {
					r.list("differ", field)
					r.in("versions differ")
				}
			}
		}
		r["versions"] = versions
		everyone := true
		var words []any
		for _, q := range p.Parties {
			word := moneyRow{"name": q.Name, "participant": q.Participant, "state": "has not confirmed"}
			var said *Document
			for _, a := range m.holding(KindAccession) {
				if a.Predicate.(*Accession).Role == "agreement" && a.Author == q.Participant && m.line(a.About()) == m.line(d.ID) {
					said = a
				}
			}
			switch {
			case q.Participant == "":
				word["state"] = "outside this federation"
			case q.Participant == d.Author:
				word["state"], word["document"] = "filed this entry", d.ID
			case said != nil:
				r.cite(said.ID)
				word["document"] = said.ID
				switch {
				case m.withdrawn(said.ID):
					word["state"] = "withdrawn"
				case said.Predicate.(*Accession).Decision == "declined":
					word["state"] = "declined"
					r.in("declined by a party")
				case said.About() != d.ID:
					word["state"] = "confirmed an earlier version"
				default:
					word["state"] = "confirmed"
				}
			case own[q.Participant] != "":
				word["state"], word["document"] = "filed its own version", own[q.Participant]
			}
			everyone = everyone && (word["state"] == "filed this entry" || word["state"] == "confirmed")
			words = append(words, word)
		}
		r["words"] = words
		if everyone {
			r.in("confirmed by every party")
		}
		if !slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Participant == d.Author }) {
			r.in("listed by none of its parties")
		}
		if matched {
			r.in("another party's version")
			continue
		}
		force := "in force"
		if p.Ended != "" && p.Ended <= m.day() {
			force = "ended"
		} else if p.InForce == "" || p.InForce != NotStated && p.InForce > m.day() {
			force = "not in force"
		}
		r.in("agreements", "type: "+p.Type, force, map[bool]string{true: "text public", false: "exists, text not public"}[p.Text == "public"])
	}
}

func parties(p *Agreement) string {
	var list []string
	for _, q := range p.Parties {
		if q.Participant == "" {
			list = append(list, "named "+q.Name)
		} else {
			list = append(list, string(q.Participant))
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
