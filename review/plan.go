package review

import (
	"slices"
	"strconv"
	"strings"
)

// Plan is a national implementation plan, or that of another participant. Its
// subject is the charter.
type Plan struct {
	Common
	Period        Period       `json:"period"`
	Themes        []string     `json:"themes,omitempty"`
	Measures      []Measure    `json:"measures"`
	Pledges       []DocumentID `json:"pledges,omitempty"` // its author's, that it carries out
	ContributesTo []DocumentID `json:"contributesTo,omitempty"`
}

// Measure is what a plan says will be done.
type Measure struct {
	ID        string `json:"id"`
	Objective int    `json:"objective"`
	Text      string `json:"text"`
	Lead      string `json:"lead"`           // an office, never a person
	Due       string `json:"due,omitempty"`  // a date, or not-stated
	Cost      string `json:"cost,omitempty"` // in words: nothing adds it up
}

func (p *Plan) themes() []string          { return p.Themes }
func (p *Plan) contributes() []DocumentID { return p.ContributesTo }

func (p *Plan) objectives() []int {
	var all []int
	for _, m := range p.Measures {
		all = append(all, m.Objective)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (p *Plan) citations() []citation {
	all := contributions(p)
	for i, id := range p.Pledges {
		all = append(all, citation{"/pledges/" + strconv.Itoa(i), id, []Kind{KindPledge}})
	}
	return all
}

func (p *Plan) check(r *Refusal) {
	checkNotBefore(r, "/period/until", p.Period.Until, "from", p.Period.From)
	checkDistinct(r, "/measures", "/id", collect(p.Measures, func(m Measure) string { return m.ID }))
	for i, m := range p.Measures {
		at := "/measures/" + strconv.Itoa(i)
		checkNotBefore(r, at+"/due", m.Due, "the plan's first day", p.Period.From)
		checkNotAfter(r, at+"/due", m.Due, "the plan's last day", p.Period.Until)
		if person := personIn(m.Lead); person != "" {
			r.add(at+"/lead", "names-a-person", "value", quote(person))
		}
	}
	checkContributions(r, p)
	for i, id := range p.Pledges {
		if slices.Contains(p.ContributesTo, id) {
			r.add("/pledges/"+strconv.Itoa(i), "named-twice", "other", "contributesTo")
		}
	}
}

func (p *Plan) relate(_ *Chain, _, _ *Document, find finder) Refusal {
	var r Refusal
	for i, id := range p.Pledges {
		d, ok := find(id)
		if !ok {
			continue
		}
		if pledge, ok := d.Predicate.(*Pledge); ok && pledge.Author != p.Author && !namesParty(pledge, p.Author) {
			r.add("/pledges/"+strconv.Itoa(i), "pledge-of-another", "pledgor", string(pledge.Author))
		}
	}
	return append(r, circles(p, find)...)
}

// personIn is the word by which a text looks like a person's name or address;
// "" if none does. It stops slips of the pen, not intent.
func personIn(text string) string {
	for _, word := range strings.Fields(text) {
		if strings.Contains(word, "@") || slices.Contains(titles, strings.Trim(word, ".,;:()")) {
			return word
		}
	}
	return ""
}

// titles stand before persons' names in the forms that were seen filled in.
var titles = []string{"Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Mme", "Mlle", "Sr", "Sra", "H.E", "HE"}
