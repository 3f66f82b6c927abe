package review

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// SupportRow sets what pledges need beside what pledges offer: of one kind, for
// one objective, in one place. A need is no promise, an offer no payment.
type SupportRow struct {
	Row
	Kind      string            `json:"kind"`
	Objective int               `json:"objective"`
	Country   string            `json:"country,omitempty"` // absent: not bound to a place
	State     string            `json:"state"`
	Needed    map[string]string `json:"needed,omitempty"` // by currency, as far as stated
	Offered   map[string]string `json:"offered,omitempty"`
	NeededBy  []ParticipantID   `json:"neededBy,omitempty"`
	OfferedBy []ParticipantID   `json:"offeredBy,omitempty"`
}

// How needs and offers meet.
const (
	supportMet     = "needed and offered"
	supportNeeded  = "needed, not offered"
	supportOffered = "offered, not needed"
)

// place is the unit of a capacity: kind, objective, country.
func (c Capacity) place() string { return fmt.Sprintf("%s/%02d/%s", c.Kind, c.Objective, c.Country) }

// stated is whether a capacity has an amount with a currency.
func (c Capacity) stated() bool { return c.Amount != NotStated && c.Currency != NotStated }

func (p *Pledge) capacities() []Capacity { return slices.Concat(p.Needs, p.Offers) }

func supportIn(place string) indexKey { return indexKey{"support", place, ""} }

var supportGroup = group{
	name:    groupSupport,
	figures: []string{supportMet, supportNeeded, supportOffered, "amount not stated"},
	touched: func(_ *view, e *entry) (units []string) {
		if p, ok := predicateOf[*Pledge](e); ok {
			for _, c := range p.capacities() {
				units = append(units, c.place())
			}
		}
		return units
	},
	fill: fillSupport,
	rows: func(c *Contents) any { return &c.Support },
	section: func(c *Contents) *Section {
		s := c.newSection(groupSupport, "Support needed and offered", "kind", "objective", "country", "needed", "offered", "state")
		for _, r := range c.Support {
			s.add(r.Sample, r.Kind, strconv.Itoa(r.Objective), r.Country, listAmounts(r.Needed), listAmounts(r.Offered), r.State)
		}
		return s
	},
}

func fillSupport(v *view, place string, t *table) {
	for _, sample := range []bool{false, true} {
		row := &SupportRow{Row: Row{Key: place + sampleSuffix(sample), Sample: sample}}
		needed, offered := amounts{}, amounts{}
		for _, e := range v.under(supportIn(place)) {
			if e.sample != sample || !e.counts() || !v.speaks(e) {
				continue
			}
			p := e.doc.Predicate.(*Pledge)
			take := func(list []Capacity, figure string, sums amounts, by *[]ParticipantID) {
				for _, c := range list {
					if c.place() != place || !v.touches([]int{c.Objective}) || !v.covers(p.Author) && !v.coversPlace(c.Country) {
						continue
					}
					row.Kind, row.Objective, row.Country = c.Kind, c.Objective, c.Country
					row.citeOnce(e)
					*by = append(*by, p.Author)
					if !c.stated() {
						row.count("amount not stated")
						continue
					}
					sums.add(c.Currency, c.Amount)
					v.money(&row.Row, figure, c.Currency, parseDecimal(c.Amount))
				}
			}
			take(p.Needs, "needed", needed, &row.NeededBy)
			take(p.Offers, "offered", offered, &row.OfferedBy)
		}
		switch {
		case len(row.Cites) == 0:
			continue
		case len(row.OfferedBy) == 0:
			row.State = supportNeeded
		case len(row.NeededBy) == 0:
			row.State = supportOffered
		default:
			row.State = supportMet
		}
		row.count(row.State, "kind: "+row.Kind)
		row.NeededBy, row.OfferedBy = distinct(row.NeededBy), distinct(row.OfferedBy)
		row.Needed, row.Offered = needed.texts(), offered.texts()
		t.add(row)
	}
}

func sampleSuffix(sample bool) string {
	if sample {
		return "/sample"
	}
	return ""
}

// distinct sorts a list and leaves out what it repeats.
func distinct[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// appendNew appends what a list does not have yet.
func appendNew[T comparable](list []T, values ...T) []T {
	for _, v := range values {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}
