package review

import (
	"slices"
	"strconv"
	"strings"

	"stocktake/review/compact"
)

// impostors are the participants that are no State and bear the ID or the name
// of one: a private academic once filed under the name of his country.
func impostors(c *Charter) Refusal {
	var r Refusal
	for i, p := range c.Participants {
		at := "/participants/" + strconv.Itoa(i)
		if state, ok := compact.Country(strings.ToUpper(string(p.ID))); ok && p.Kind != kindState {
			r.add(at+"/id", "names-a-state", "name", state.Name)
		}
		if state, ok := compact.Country(p.Country); ok && p.Kind != kindState && bareName(p.Name) == bareName(state.Name) {
			r.add(at+"/name", "names-a-state", "name", state.Name)
		}
	}
	return r
}

// bareName is a country's name without what people leave out or add.
func bareName(name string) string {
	name, _, _ = strings.Cut(strings.ToLower(name), "(")
	name = strings.TrimPrefix(strings.TrimSpace(name), "the ")
	return strings.TrimPrefix(name, "republic of ")
}

// succession is why a charter may not follow the one in force; nil if it may.
func (c *Chain) succession(d *Document) Refusal {
	next := d.Predicate.(*Charter)
	old, id := c.InForce()
	var faults Refusal
	if next.Previous != id {
		faults.add("/previous", "not-the-successor", "charter", string(id))
	}
	if next.Number != old.Number+1 {
		faults.add("/number", "charter-number", "number", strconv.Itoa(old.Number+1))
	}
	if next.Suffix != old.Suffix {
		faults.add("/suffix", "entry-changed", "entry", old.Suffix)
	}
	faults = append(faults, impostors(next)...)
	return append(faults, dropped(old, next)...)
}

// dropped are the entries of old that next leaves out, changes or opens again.
func dropped(old, next *Charter) Refusal {
	var faults Refusal
	lost := func(pointer, entry string) { faults.add(pointer, "entry-changed", "entry", entry) }
	participants := map[ParticipantID]Participant{}
	for _, p := range next.Participants {
		participants[p.ID] = p
	}
	for _, was := range old.Participants {
		is, ok := participants[was.ID]
		if !ok || is.Kind != was.Kind || is.Country != was.Country || is.Region != was.Region || is.Sample != was.Sample ||
			!kept(was.From, was.Until, is.From, is.Until) {
			lost("/participants", string(was.ID))
			continue
		}
		for _, k := range was.Keys {
			if !slices.ContainsFunc(is.Keys, func(n Key) bool {
				return n.Key == k.Key && n.Role == k.Role && kept(k.From, k.Until, n.From, n.Until)
			}) {
				lost("/participants", string(was.ID)+" "+k.Role+" key")
			}
		}
		for _, l := range was.Logs {
			if !slices.ContainsFunc(is.Logs, func(n Log) bool {
				return n.Epoch == l.Epoch && n.LogKey == l.LogKey && n.NodeKey == l.NodeKey && kept(l.From, l.Until, n.From, n.Until)
			}) {
				lost("/participants", string(was.ID)+" epoch "+strconv.Itoa(l.Epoch))
			}
		}
	}
	for _, w := range old.Witnesses {
		if !slices.ContainsFunc(next.Witnesses, func(n Witness) bool {
			return n.Participant == w.Participant && n.Key == w.Key && kept(w.From, w.Until, n.From, n.Until)
		}) {
			lost("/witnesses", string(w.Participant))
		}
	}
	for _, r := range old.Rounds {
		if !slices.Contains(next.Rounds, r) {
			lost("/rounds", r.ID)
		}
	}
	return faults
}

// kept is whether an entry still says what it said, or was closed.
func kept(from, until, newFrom, newUntil string) bool {
	return from == newFrom && (until == newUntil || until == "")
}
