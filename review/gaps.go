package review

import (
	"fmt"
	"strconv"
)

// GapRow sets what is needed for an objective in a country beside what reached
// it, in as many ways as there are to tell. These ways overlap (an allocation is
// disbursed, a gift is spent again by its receiver), so each is set against the
// need by itself and none are added up.
type GapRow struct {
	Row
	Objective int                          `json:"objective"`
	Country   string                       `json:"country"`
	Needed    map[string]string            `json:"needed,omitempty"` // by currency, as far as stated
	Met       map[string]map[string]string `json:"met"`              // way -> currency -> amount
	Gaps      map[string]map[string]string `json:"gaps"`             // way -> currency -> needed less met; below zero where more came
	Across    int                          `json:"across,omitempty"` // documents left out, since they name several objectives and their amount cannot be divided
}

// The ways in which a need may be met.
const (
	metAllocated = "allocated"
	metGiven     = "given"
	metReceived  = "received"
	metAtHome    = "spent at home"
)

var waysMet = []string{metAllocated, metGiven, metReceived, metAtHome}

func placeUnit(objective int, country string) string {
	return fmt.Sprintf("%02d/%s", objective, country)
}

func moneyFor(place string) indexKey { return indexKey{"money for", place, ""} }

// moneyPlaces are the places for which a document needs, asks for or moves money.
func moneyPlaces(d *Document) (places []string) {
	add := func(country string, objectives ...int) {
		for _, n := range objectives {
			places = appendNew(places, placeUnit(n, country))
		}
	}
	switch p := d.Predicate.(type) {
	case *Pledge:
		for _, c := range p.Needs {
			if c.Country != "" {
				add(c.Country, c.Objective)
			}
		}
	case *Expenditure:
		add(p.Country, p.Objectives...)
	case *Application:
		add(p.Country, p.Objectives...)
	}
	return places
}

var gapsGroup = group{
	name:    groupGaps,
	figures: []string{"needs with an amount", "needs without an amount"},
	touched: func(v *view, e *entry) []string {
		if e.kind() == KindAllocation {
			e = v.docs[e.doc.About()]
		}
		if e == nil || e.doc == nil {
			return nil
		}
		return moneyPlaces(e.doc)
	},
	fill: fillGaps,
	rows: func(c *Contents) any { return &c.Gaps },
	section: func(c *Contents) *Section {
		s := c.newSection(groupGaps, "Needs and what reached them (the ways overlap: they are never added up)", "objective", "country", "needed", "way", "amount", "gap")
		for _, r := range c.Gaps {
			for _, way := range waysMet {
				if r.Met[way] != nil || way == metAllocated {
					s.add(r.Sample, strconv.Itoa(r.Objective), r.Country, listAmounts(r.Needed), way, listAmounts(r.Met[way]), listAmounts(r.Gaps[way]))
				}
			}
		}
		return s
	},
}

func fillGaps(v *view, place string, t *table) {
	for _, sample := range []bool{false, true} {
		needed, met := amounts{}, map[string]amounts{}
		row := &GapRow{Row: Row{Key: place + sampleSuffix(sample), Sample: sample}, Met: map[string]map[string]string{}, Gaps: map[string]map[string]string{}}
		fmt.Sscanf(place, "%d/%s", &row.Objective, &row.Country)
		needs := false
		reach := func(e *entry, way, currency, amount string, objectives []int) {
			if row.Cites = append(row.Cites, e.id); len(objectives) > 1 {
				row.Across++
				return
			}
			if met[way] == nil {
				met[way] = amounts{}
			}
			met[way].add(currency, amount)
		}
		for _, e := range v.under(moneyFor(place)) {
			if p, ok := e.doc.Predicate.(*Application); ok {
				for _, x := range v.about[e.id] {
					if a, ok := x.doc.Predicate.(*Allocation); ok && x.sample == sample && x.counts() && v.speaks(x) {
						reach(x, metAllocated, a.Currency, a.Amount, p.Objectives)
					}
				}
			}
			if e.sample != sample || !e.counts() || !v.speaks(e) {
				continue
			}
			switch p := e.doc.Predicate.(type) {
			case *Pledge:
				for _, c := range p.Needs {
					if placeUnit(c.Objective, c.Country) != place {
						continue
					}
					needs = true
					row.citeOnce(e)
					if c.stated() {
						needed.add(c.Currency, c.Amount)
						row.count("needs with an amount")
					} else {
						row.count("needs without an amount")
					}
				}
			case *Expenditure:
				reach(e, p.way(), p.Currency, p.Amount, p.Objectives)
			}
		}
		if !needs || !v.touches([]int{row.Objective}) || !v.coversPlace(row.Country) {
			continue
		}
		row.Needed = needed.texts()
		for _, currency := range needed.currencies() {
			v.money(&row.Row, "needed", currency, needed[currency])
		}
		for _, way := range waysMet {
			if texts := met[way].texts(); texts != nil {
				row.Met[way] = texts
			}
			rest := needed.less(met[way], func(string) bool { return true })
			if texts := rest.texts(); texts != nil {
				row.Gaps[way] = texts
			}
			for _, currency := range rest.currencies() {
				if rest[currency].sign() > 0 { // more than enough in one place closes no gap in another
					v.money(&row.Row, "gap after "+way, currency, rest[currency])
				}
			}
		}
		if row.Across > 0 {
			row.count("also money for several objectives")
		}
		t.add(row)
	}
}

func (p *Expenditure) way() string {
	switch {
	case p.Direction == directionDomestic:
		return metAtHome
	case p.Side == sideReceiver:
		return metReceived
	}
	return metGiven
}
