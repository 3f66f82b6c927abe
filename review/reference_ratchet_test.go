package review

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// fact is one thing that a version of a pledge says, under the field in which it
// says it: differences are those of two sets of facts.
type fact struct {
	value string
	noun  string // how people call it
	sort  string // text, entry, more (an entry of which more is more ambitious), date, value, sum
	title string // what is said of an entry that comes or goes
	exact *Target
	open  int
}

func factsOf(p *Pledge) map[string]fact {
	f := map[string]fact{}
	text := func(field, noun, value string) {
		if value != "" {
			f[field] = fact{value: value, noun: noun, sort: "text"}
		}
	}
	text("title", "title", p.Title)
	text("summary", "summary", p.Summary)
	text("form", "form", p.Form)
	text("occasion", "occasion", p.Occasion)
	text("year", "year", p.Year)
	text("matches", "the pledge that it matches", string(p.Matches))
	if p.Corridor != nil {
		words := "from " + strings.Join(p.Corridor.From, ", ")
		if p.Corridor.Transit != nil {
			words += " through " + strings.Join(p.Corridor.Transit, ", ")
		}
		text("corridor", "corridor", words+" to "+strings.Join(p.Corridor.To, ", "))
	}
	entry := func(list, noun, sort, value string) { f[list+"/"+value] = fact{noun: noun + value, sort: sort} }
	for _, v := range p.Nature {
		entry("nature", "nature ", "entry", v)
	}
	for _, v := range p.Objectives {
		entry("objectives", "", "more", fmt.Sprintf("objective %02d", v))
	}
	for _, v := range p.Principles {
		entry("principles", "principle ", "entry", v)
	}
	for _, v := range p.Themes {
		entry("themes", "theme ", "entry", v)
	}
	for _, v := range p.Implementation {
		entry("implementation", "place ", "entry", v)
	}
	for _, v := range p.Parties {
		entry("parties", "party ", "entry", v.Name)
	}
	for _, v := range p.ContributesTo {
		entry("contributesTo", "contribution to ", "entry", string(v))
	}
	f["due"] = fact{value: p.Due, noun: "due", sort: "date"}
	for _, m := range p.Milestones {
		f["milestones/"+m.ID] = fact{noun: "milestone " + m.ID, sort: "more", title: ": " + m.Title}
		text("milestones/"+m.ID+"/title", "milestone "+m.ID+": title", m.Title)
		f["milestones/"+m.ID+"/due"] = fact{value: m.Due, noun: "milestone " + m.ID + ": due", sort: "date"}
	}
	for _, t := range p.Targets {
		at, noun := "targets/"+t.ID, "target "+t.ID
		f[at] = fact{noun: noun, sort: "more", title: ": " + t.Indicator}
		text(at+"/indicator", noun+": indicator", t.Indicator)
		text(at+"/unit", noun+": unit", t.Unit)
		text(at+"/baseline", noun+": baseline", t.Baseline)
		text(at+"/baselineOn", noun+": day of the baseline", t.BaselineOn)
		f[at+"/due"] = fact{value: t.Due, noun: noun + ": due", sort: "date"}
		f[at+"/value"] = fact{value: t.Value, noun: noun, sort: "value", exact: &t}
	}
	for _, r := range p.Resources {
		x := f["resources/"+r.Currency]
		x.noun, x.sort = "resources in "+r.Currency, "sum"
		if r.Currency == "not-stated" {
			x.noun = "resources in a currency that is not stated"
		}
		if r.Amount == "not-stated" {
			x.open++
		} else {
			places := func(s string) int { _, after, _ := strings.Cut(s, "."); return len(after) }
			a, _ := new(big.Rat).SetString("0" + x.value)
			if x.value == "" {
				a = new(big.Rat)
			}
			b, _ := new(big.Rat).SetString(r.Amount)
			x.value = a.Add(a, b).FloatString(max(places(x.value), places(r.Amount)))
		}
		f["resources/"+r.Currency] = x
	}
	return f
}

func (f fact) sumWords() string {
	switch {
	case f.open == 0:
		return f.value
	case f.value == "":
		return "not stated"
	}
	return f.value + " and what is not stated"
}

// changeRows are the differences of two versions, fact by fact.
func (n *naive) changeRows(before, after *Document) (rows []any) {
	old, next := factsOf(before.Predicate.(*Pledge)), factsOf(after.Predicate.(*Pledge))
	all := maps.Clone(old)
	maps.Copy(all, next)
	for _, field := range slices.Sorted(maps.Keys(all)) {
		a, had := old[field]
		b, has := next[field]
		parts := strings.Split(field, "/")
		if (parts[0] == "targets" || parts[0] == "milestones") && len(parts) == 3 {
			_, had := old[parts[0]+"/"+parts[1]]
			_, has := next[parts[0]+"/"+parts[1]]
			if !had || !has {
				continue // the whole of it came or went
			}
		}
		direction, words := naiveChange(a, b, had, has)
		if words == "" {
			continue
		}
		row := &ChangeRow{Row: n.row(after, string(after.ID)+"/"+field, []string{"changes", direction}, after.ID, before.ID), Pledge: after.ID, Before: before.ID, Author: after.Author,
			Field: field, Direction: direction, Words: words, Answers: after.Predicate.(*Pledge).Answers, Filed: n.when(after)}
		row.AccreditedBy = n.through(after)
		if w := n.withdrawalOf(after.ID); w != "" {
			row.In, row.Cites = append(row.In, "in a version that was withdrawn"), append(row.Cites, w)
		}
		rows = append(rows, row)
	}
	return rows
}

func naiveChange(a, b fact, had, has bool) (direction, words string) {
	sort, noun := a.sort+b.sort, a.noun
	if had && has {
		sort = a.sort
	}
	if !had {
		noun = b.noun
	}
	direction = "changed"
	if !had || !has {
		come := map[bool]string{true: "added", false: "dropped"}[has]
		if sort == "more" || sort == "sum" {
			direction = map[bool]string{true: "more ambitious", false: "less ambitious"}[has]
		}
		if sort == "sum" {
			return direction, fmt.Sprintf("%s were %s: %s", noun, come, func() string {
				if has {
					return b.sumWords()
				}
				return a.sumWords()
			}())
		}
		return direction, noun + " was " + come + a.title + b.title
	}
	switch {
	case sort == "text" && a.value != b.value && len(a.value)+len(b.value) > 100:
		return direction, noun + " is another"
	case sort == "text" && a.value != b.value:
		return direction, fmt.Sprintf("%s was %q and is %q", noun, a.value, b.value)
	case sort == "date" && a.value != b.value:
		switch {
		case a.value == "not-stated":
			return "more ambitious", noun + " was not stated and is " + b.value
		case b.value == "not-stated":
			return "less ambitious", noun + " was " + a.value + " and is not stated any more"
		case b.value < a.value:
			return "more ambitious", noun + " was " + a.value + " and is " + b.value + ": earlier"
		}
		return "less ambitious", noun + " was " + a.value + " and is " + b.value + ": later"
	case sort == "value":
		return naiveValue(noun, *a.exact, *b.exact)
	case sort == "sum":
		x, _ := new(big.Rat).SetString("0" + a.value)
		y, _ := new(big.Rat).SetString("0" + b.value)
		switch c := x.Cmp(y); {
		case c < 0:
			direction = "more ambitious"
		case c > 0:
			direction = "less ambitious"
		case a.open == b.open:
			return "", ""
		}
		return direction, fmt.Sprintf("%s were %s and are %s", noun, a.sumWords(), b.sumWords())
	}
	return "", ""
}

// naiveValue measures how far each version's value lies from one baseline.
func naiveValue(noun string, a, b Target) (direction, words string) {
	number := func(s string) *big.Rat { r, _ := new(big.Rat).SetString(s); return r }
	with := func(t Target) string {
		if t.Unit == "not-stated" {
			return t.Value
		}
		return t.Value + " " + t.Unit
	}
	words = noun + " was " + with(a) + " and is " + with(b)
	x, y := number(a.Value), number(b.Value)
	switch {
	case x == nil && y == nil || x != nil && y != nil && x.Cmp(y) == 0:
		return "", ""
	case x == nil:
		return "more ambitious", words
	case y == nil:
		return "less ambitious", words
	case a.Unit != b.Unit || a.Indicator != b.Indicator:
		return "changed", words
	}
	for _, t := range []Target{a, b} {
		base, aim := number(t.Baseline), number(t.Value)
		if base == nil || aim.Cmp(base) == 0 {
			continue
		}
		if upward := aim.Cmp(base) > 0; upward == (y.Cmp(x) > 0) {
			return "more ambitious", words
		}
		return "less ambitious", words
	}
	return "changed", words
}
