package review

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// What a change between two versions of a pledge does to its ambition. A
// decrease is allowed; it has to show.
const (
	moreAmbitious = "more ambitious"
	lessAmbitious = "less ambitious"
	onlyChanged   = "changed" // another promise, neither more nor less as far as rules can tell
)

// pledgeChange is one difference between two versions, in plain words.
type pledgeChange struct {
	field, direction, words string
}

// pledgeChanges are the differences from one version of a pledge to the next, in
// the order of the form.
func pledgeChanges(old, next *Pledge) []pledgeChange {
	var c comparison
	c.text("title", "title", old.Title, next.Title)
	c.text("summary", "summary", old.Summary, next.Summary)
	c.text("form", "form", old.Form, next.Form)
	c.text("occasion", "occasion", old.Occasion, next.Occasion)
	c.list("nature", "nature ", old.Nature, next.Nature, onlyChanged, onlyChanged)
	c.list("objectives", "", collect(old.Objectives, objectiveFigure), collect(next.Objectives, objectiveFigure), moreAmbitious, lessAmbitious)
	c.list("principles", "principle ", old.Principles, next.Principles, onlyChanged, onlyChanged)
	c.list("themes", "theme ", old.Themes, next.Themes, onlyChanged, onlyChanged)
	c.text("corridor", "corridor", old.Corridor.words(), next.Corridor.words())
	c.list("implementation", "place ", old.Implementation, next.Implementation, onlyChanged, onlyChanged)
	c.text("year", "year", old.Year, next.Year)
	c.due("due", "due", old.Due, next.Due)
	c.milestones(old.Milestones, next.Milestones)
	c.targets(old.Targets, next.Targets)
	c.resources(old.Resources, next.Resources)
	c.list("parties", "party ", collect(old.Parties, partyWord), collect(next.Parties, partyWord), onlyChanged, onlyChanged)
	c.text("matches", "the pledge that it matches", string(old.Matches), string(next.Matches))
	c.list("contributesTo", "contribution to ", collect(old.ContributesTo, idWord), collect(next.ContributesTo, idWord), onlyChanged, onlyChanged)
	return c.found
}

func idWord(id DocumentID) string { return string(id) }
func partyWord(p Party) string    { return p.Name }
func stated(value string) bool    { return value != "" && value != NotStated }

func amount(value, unit string) string {
	if stated(unit) {
		return value + " " + unit
	}
	return value
}

type comparison struct{ found []pledgeChange }

func (c *comparison) add(field, direction, format string, args ...any) {
	c.found = append(c.found, pledgeChange{field, direction, fmt.Sprintf(format, args...)})
}

// text compares what has no direction. Long texts are not repeated.
func (c *comparison) text(field, name, was, is string) {
	const short = 100
	switch {
	case was == is:
	case was == "":
		c.add(field, onlyChanged, "%s was added", name)
	case is == "":
		c.add(field, onlyChanged, "%s was dropped", name)
	case len(was)+len(is) > short:
		c.add(field, onlyChanged, "%s is another", name)
	default:
		c.add(field, onlyChanged, "%s was %q and is %q", name, was, is)
	}
}

// list has a difference for each entry that was added or dropped.
func (c *comparison) list(field, noun string, was, is []string, added, dropped string) {
	for _, entry := range was {
		if !slices.Contains(is, entry) {
			c.add(field+"/"+entry, dropped, "%s%s was dropped", noun, entry)
		}
	}
	for _, entry := range is {
		if !slices.Contains(was, entry) {
			c.add(field+"/"+entry, added, "%s%s was added", noun, entry)
		}
	}
}

// due compares dates: sooner is more, later or open is less.
func (c *comparison) due(field, name, was, is string) {
	switch {
	case !stated(was) && !stated(is) || was == is:
	case !stated(was):
		c.add(field, moreAmbitious, "%s was not stated and is %s", name, is)
	case !stated(is):
		c.add(field, lessAmbitious, "%s was %s and is not stated any more", name, was)
	case is < was:
		c.add(field, moreAmbitious, "%s was %s and is %s: earlier", name, was, is)
	default:
		c.add(field, lessAmbitious, "%s was %s and is %s: later", name, was, is)
	}
}

func (c *comparison) milestones(was, is []Milestone) {
	eachPair(was, is, func(m Milestone) string { return m.ID }, func(id string, old, next *Milestone) {
		field, name := "milestones/"+id, "milestone "+id
		switch {
		case next == nil:
			c.add(field, lessAmbitious, "%s was dropped: %s", name, old.Title)
		case old == nil:
			c.add(field, moreAmbitious, "%s was added: %s", name, next.Title)
		default:
			c.text(field+"/title", name+": title", old.Title, next.Title)
			c.due(field+"/due", name+": due", old.Due, next.Due)
		}
	})
}

func (c *comparison) targets(was, is []Target) {
	eachPair(was, is, func(t Target) string { return t.ID }, func(id string, old, next *Target) {
		field, name := "targets/"+id, "target "+id
		switch {
		case next == nil:
			c.add(field, lessAmbitious, "%s was dropped: %s", name, old.Indicator)
		case old == nil:
			c.add(field, moreAmbitious, "%s was added: %s", name, next.Indicator)
		default:
			c.text(field+"/indicator", name+": indicator", old.Indicator, next.Indicator)
			c.text(field+"/unit", name+": unit", old.Unit, next.Unit)
			c.value(field+"/value", name, old, next)
			c.text(field+"/baseline", name+": baseline", old.Baseline, next.Baseline)
			c.text(field+"/baselineOn", name+": day of the baseline", old.BaselineOn, next.BaselineOn)
			c.due(field+"/due", name+": due", old.Due, next.Due)
		}
	})
}

// value compares what two versions of a target aim at: more is farther from the
// baseline. Without one, or where something else is measured, nothing says
// which way is more.
func (c *comparison) value(field, name string, old, next *Target) {
	was, had := rat(old.Value)
	is, has := rat(next.Value)
	direction := onlyChanged
	switch {
	case !had && !has || had && has && was.Cmp(is) == 0:
		return
	case !had:
		direction = moreAmbitious
	case !has:
		direction = lessAmbitious
	case old.Unit == next.Unit && old.Indicator == next.Indicator:
		way := old.way()
		if way == 0 {
			way = next.way()
		}
		switch way * is.Cmp(was) {
		case 1:
			direction = moreAmbitious
		case -1:
			direction = lessAmbitious
		}
	}
	c.add(field, direction, "%s was %s and is %s", name, amount(old.Value, old.Unit), amount(next.Value, next.Unit))
}

// way is 1 for a target above its baseline, -1 for one below; 0 where that
// cannot be said.
func (t *Target) way() int {
	value, ok := rat(t.Value)
	baseline, ok2 := rat(t.Baseline)
	if !ok || !ok2 {
		return 0
	}
	return value.Cmp(baseline)
}

// resources compares the sum pledged in each currency: entries have no name by
// which one could be told from another.
func (c *comparison) resources(was, is []Resource) {
	old, next := sums(was), sums(is)
	for _, currency := range slices.Sorted(maps.Keys(merged(old, next))) {
		field, in := "resources/"+currency, currency
		if in == NotStated {
			in = "a currency that is not stated"
		}
		a, had := old[currency]
		b, has := next[currency]
		switch {
		case !has:
			c.add(field, lessAmbitious, "resources in %s were dropped: %s", in, a.words())
		case !had:
			c.add(field, moreAmbitious, "resources in %s were added: %s", in, b.words())
		case a.sum.Cmp(&b.sum) < 0:
			c.add(field, moreAmbitious, "resources in %s were %s and are %s", in, a.words(), b.words())
		case a.sum.Cmp(&b.sum) > 0:
			c.add(field, lessAmbitious, "resources in %s were %s and are %s", in, a.words(), b.words())
		case a.open != b.open:
			c.add(field, onlyChanged, "resources in %s were %s and are %s", in, a.words(), b.words())
		}
	}
}

// committed is what a version commits in one currency.
type committed struct {
	sum   big.Rat
	exact decimal
	open  int // entries whose amount is not stated
}

func (c committed) words() string {
	switch {
	case c.open == 0:
		return c.exact.String()
	case c.sum.Sign() == 0:
		return "not stated"
	}
	return c.exact.String() + " and what is not stated"
}

func sums(list []Resource) map[string]*committed {
	all := map[string]*committed{}
	for _, r := range list {
		if all[r.Currency] == nil {
			all[r.Currency] = &committed{}
		}
		c := all[r.Currency]
		if value, ok := rat(r.Amount); ok {
			c.sum.Add(&c.sum, value)
			c.exact.add(r.Amount)
		} else {
			c.open++
		}
	}
	return all
}

func merged[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// eachPair pairs entries of two lists by name: those of the first in its order,
// then those that only the second has. A missing one is nil.
func eachPair[T any](was, is []T, name func(T) string, visit func(name string, old, next *T)) {
	find := func(list []T, id string) *T {
		if i := slices.IndexFunc(list, func(t T) bool { return name(t) == id }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for i := range was {
		visit(name(was[i]), &was[i], find(is, name(was[i])))
	}
	for i := range is {
		if find(was, name(is[i])) == nil {
			visit(name(is[i]), nil, &is[i])
		}
	}
}

// words is the corridor on one line, "" if there is none.
func (c *Corridor) words() string {
	if c == nil {
		return ""
	}
	words := "from " + strings.Join(c.From, ", ")
	if len(c.Transit) > 0 {
		words += " through " + strings.Join(c.Transit, ", ")
	}
	return words + " to " + strings.Join(c.To, ", ")
}
