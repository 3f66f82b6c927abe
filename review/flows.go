package review

import (
	"maps"
	"slices"
	"strings"
)

// FlowRow is money that was spent: at home, or from one side to another, of
// which each side may have filed its word. All expenditures of one pair that
// have one reference, or that match one another, are one flow. It is counted
// once: with the giver's amounts where the giver filed, else the receiver's.
type FlowRow struct {
	Row
	Giver      ParticipantID     `json:"giver,omitempty"`
	Receiver   ParticipantID     `json:"receiver,omitempty"`
	Outside    string            `json:"outside,omitempty"` // the side that does not take part here
	State      string            `json:"state"`
	References []string          `json:"references,omitempty"`
	Given      map[string]string `json:"given,omitempty"` // by currency, by the giver's word; at home, what was spent
	Received   map[string]string `json:"received,omitempty"`
	Difference map[string]string `json:"difference,omitempty"` // given less received, of the currencies that both name
	Objectives []int             `json:"objectives"`
	Countries  []string          `json:"countries"` // of use
	Pledges    []DocumentID      `json:"pledges,omitempty"`

	SeveralRegions []ParticipantID `json:"severalRegions,omitempty"` // sides that sit in several regions: figures of regions must not be added up
}

// How the two sides of a flow stand to each other.
const (
	flowDomestic   = "domestic"
	flowAgree      = "both sides agree"
	flowDiffer     = "amounts differ"
	flowCurrencies = "currencies differ"
	flowGiver      = "reported by the giver only"
	flowReceiver   = "reported by the receiver only"
)

func between(giver, receiver ParticipantID) indexKey {
	return indexKey{"flow", string(giver), string(receiver)}
}

// flowUnit is a pair of sides, as deu>gmb, or an expenditure that has no other
// side here.
func flowUnit(e *entry, p *Expenditure) string {
	if p.Counterpart == "" {
		return string(e.id)
	}
	return string(p.giver()) + ">" + string(p.receiver())
}

var expendituresGroup = group{
	name:    groupExpenditures,
	figures: []string{flowDomestic, flowAgree, flowDiffer, flowCurrencies, flowGiver, flowReceiver},
	touched: func(_ *view, e *entry) []string {
		if p, ok := predicateOf[*Expenditure](e); ok {
			return []string{flowUnit(e, p)}
		}
		return nil
	},
	fill: fillExpenditures,
	rows: func(c *Contents) any { return &c.Expenditures },
	section: func(c *Contents) *Section {
		s := c.newSection(groupExpenditures, "Expenditures, each side's word (a flow is counted once; domestic and external must not be added up, nor figures of different regions)",
			"giver", "receiver", "reference", "given", "received", "difference", "state", "used in", "in several regions")
		for _, r := range c.Expenditures {
			giver, receiver := string(r.Giver), string(r.Receiver)
			switch {
			case r.State == flowGiver && receiver == "":
				receiver = r.Outside
			case r.State == flowReceiver && giver == "":
				giver = r.Outside
			}
			s.add(r.Sample, giver, receiver, strings.Join(r.References, ", "), listAmounts(r.Given), listAmounts(r.Received), listAmounts(r.Difference), r.State,
				strings.Join(r.Countries, ", "), strings.Join(collect(r.SeveralRegions, func(p ParticipantID) string { return string(p) }), ", "))
		}
		return s
	},
}

func fillExpenditures(v *view, unit string, t *table) {
	giver, receiver, pair := strings.Cut(unit, ">")
	if !pair {
		if e := v.unitEntry(unit); e.counts() && e.doc.Predicate.(*Expenditure).Counterpart == "" {
			v.addFlow(t, unit, []*entry{e})
		}
		return
	}
	for _, flow := range v.flows(v.under(between(ParticipantID(giver), ParticipantID(receiver)))) {
		firsts := collect(flow, func(e *entry) string { return string(first(e).id) })
		v.addFlow(t, unit+"/"+slices.Min(firsts), flow)
	}
}

// flows parts the expenditures of a pair that stand: together are those with one
// reference, and each with the one that it matches. Samples stay apart.
func (v *view) flows(all []*entry) [][]*entry {
	led := map[string]string{} // from a name in a flow to another, up to one that leads itself
	leader := func(name string) string {
		for led[name] != name {
			led[name] = led[led[name]]
			name = led[name]
		}
		return name
	}
	join := func(names ...string) {
		for _, name := range names {
			if led[name] == "" {
				led[name] = name
			}
			led[leader(name)] = leader(names[0])
		}
	}
	name := func(e *entry, what string, of string) string { return what + of + sampleSuffix(e.sample) }
	own := func(e *entry) string { return name(e, "document ", string(first(e).id)) }
	standing := slices.DeleteFunc(slices.Clone(all), func(e *entry) bool { return !e.counts() || !v.speaks(e) })
	for _, e := range standing {
		p := e.doc.Predicate.(*Expenditure)
		join(own(e))
		if p.Reference != "" {
			join(own(e), name(e, "reference ", p.Reference))
		}
		if other := v.docs[p.Matches]; other != nil {
			join(own(e), name(e, "document ", string(first(other).id)))
		}
	}
	at := map[string]int{}
	var flows [][]*entry
	for _, e := range standing { // by filing, and so is each flow
		root := leader(own(e))
		if _, ok := at[root]; !ok {
			at[root], flows = len(flows), append(flows, nil)
		}
		flows[at[root]] = append(flows[at[root]], e)
	}
	return flows
}

// addFlow adds the row of one flow, if the scope has it.
func (v *view) addFlow(t *table, key string, flow []*entry) {
	p := flow[0].doc.Predicate.(*Expenditure)
	row := &FlowRow{Row: Row{Key: key, Sample: flow[0].sample}, Giver: p.giver(), Receiver: p.receiver(), Outside: p.outside()}
	given, received := amounts{}, amounts{}
	for _, e := range flow {
		p := e.doc.Predicate.(*Expenditure)
		row.Cites = append(row.Cites, e.id)
		row.Objectives = append(row.Objectives, p.Objectives...)
		row.Countries = append(row.Countries, p.Country)
		if p.Reference != "" {
			row.References = append(row.References, p.Reference)
		}
		if p.Pledge != "" {
			row.Pledges = append(row.Pledges, p.Pledge)
		}
		if p.Side == sideReceiver {
			received.add(p.Currency, p.Amount)
		} else {
			given.add(p.Currency, p.Amount)
		}
	}
	if !v.touches(row.Objectives) || !v.covers(row.Giver) && !v.covers(row.Receiver) {
		return
	}
	both := func(currency string) bool { return received[currency] != nil }
	row.Given, row.Received, row.Difference = given.texts(), received.texts(), given.less(received, both).texts()
	row.State = flowState(p, given, received)
	row.count(row.State)
	if row.Outside != "" {
		row.count("the other side is outside this federation")
	}
	for _, id := range []ParticipantID{row.Giver, row.Receiver} {
		if len(v.regions[id]) > 1 {
			row.SeveralRegions = append(row.SeveralRegions, id)
			row.count("of a State in several regions")
		}
	}
	row.Objectives, row.Countries = distinct(row.Objectives), distinct(row.Countries)
	row.References, row.Pledges = distinct(row.References), distinct(row.Pledges)
	v.sumFlow(row, flow, len(given) > 0)
	t.add(row)
}

// outside names the other side, if it does not take part here.
func (p *Expenditure) outside() string {
	if p.Counterpart != "" {
		return ""
	}
	return p.CounterpartName
}

func flowState(p *Expenditure, given, received amounts) string {
	switch {
	case p.Direction == directionDomestic:
		return flowDomestic
	case len(received) == 0:
		return flowGiver
	case len(given) == 0:
		return flowReceiver
	case given.equal(received):
		return flowAgree
	}
	for currency := range given {
		if received[currency] != nil {
			return flowDiffer
		}
	}
	return flowCurrencies
}

// sumFlow adds the words of one side to the figures.
func (v *view) sumFlow(row *FlowRow, flow []*entry, giverFiled bool) {
	for _, e := range flow {
		p := e.doc.Predicate.(*Expenditure)
		if giverFiled && p.Side == sideReceiver {
			continue
		}
		sum := func(name string, holds bool) {
			if holds {
				v.money(&row.Row, name, p.Currency, parseDecimal(p.Amount))
			}
		}
		external := p.Direction != directionDomestic
		sum(p.Direction, true)
		sum(p.Direction+", agreed by both sides", row.State == flowAgree)
		sum(p.Direction+", unearmarked", p.Earmarking == unearmarked)
		sum(p.Direction+", to "+p.Recipient, true)
		sum(p.Direction+", to non-government recipients", toNonGovernment(p.Recipient))
		sum(p.Direction+", to advocacy", p.Advocacy)
		sum(p.Direction+", share of a larger envelope", p.Share != "")
		if p.Share == notIsolated {
			row.count("share difficult to isolate")
		}
		if external && (v.region != "" || v.one != "") {
			gives, receives := v.covers(row.Giver), v.covers(row.Receiver)
			sum("external, within the scope", gives && receives)
			sum("external, from the scope", gives && !receives)
			sum("external, to the scope", !gives && receives)
		}
	}
}

// listAmounts writes amounts for people, as "5 EUR, 7.50 USD".
func listAmounts(by map[string]string) string {
	var list []string
	for _, currency := range slices.Sorted(maps.Keys(by)) {
		list = append(list, by[currency]+" "+currency)
	}
	return strings.Join(list, ", ")
}
