package review

import (
	"slices"
	"strconv"
)

// themed is a predicate with tags of what crosses objectives.
type themed interface{ themes() []string }

// routed is a predicate about a migration corridor.
type routed interface{ corridor() *Corridor }

// joins is whether a corridor has one country in one of its lists and the
// other in another: people move from, through or to each.
func (c *Corridor) joins(a, b string) bool {
	if c == nil {
		return false
	}
	lists := [][]string{c.From, c.Transit, c.To}
	for i, one := range lists {
		for j, other := range lists {
			if i != j && slices.Contains(one, a) && slices.Contains(other, b) {
				return true
			}
		}
	}
	return false
}

func (c *Corridor) countries() []string {
	all := slices.Concat(c.From, c.Transit, c.To)
	slices.Sort(all)
	return slices.Compact(all)
}

func checkCorridor(r *Refusal, c *Corridor, sample bool) {
	if c == nil {
		return
	}
	for _, list := range []struct {
		name  string
		codes []string
	}{{"from", c.From}, {"transit", c.Transit}, {"to", c.To}} {
		checkInvented(r, "/corridor/"+list.name, list.codes, sample)
	}
	if len(c.countries()) == 1 {
		r.add("/corridor/to", "corridor-of-one", "country", c.To[0])
	}
}

// checkInvented keeps invented countries to samples.
func checkInvented(r *Refusal, list string, codes []string, sample bool) {
	for i, code := range codes {
		if isInventedCountry(code) && !sample {
			r.add(list+"/"+strconv.Itoa(i), "unknown-country", "value", quote(code))
		}
	}
}
