package review

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

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

// Follows is why a charter may not follow the one in force, whoever accedes to
// it: a [Refusal], or nil if it may.
func (c *Chain) Follows(next *Charter) error {
	if faults := c.succession(&Document{Predicate: next}); len(faults) > 0 {
		return faults
	}
	return nil
}

// Before is by when the members have to have agreed to a successor of the charter
// in force: it changes witnesses then. It is zero of one that changes none.
func (c *Chain) Before(next *Charter) time.Time {
	charter, _ := c.InForce()
	return firstTurn(charter, charter.Amended(next))
}

// succession is why a charter may not follow the one in force; nil if it may.
func (c *Chain) succession(d *Document) Refusal {
	next := c.amended(d)
	old, id := c.InForce()
	var faults Refusal
	next.checkEntries(&faults)
	next.checkWhole(&faults)
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
	faults = append(faults, dropped(old, next)...)
	return append(faults, c.unwitnessed(old, next)...)
}

// unwitnessed keeps a successor from leaving a time without witnesses, and
// from witnesses that always were: they would raise the quorum of what is
// final already.
func (c *Chain) unwitnessed(old, next *Charter) Refusal {
	var faults Refusal
	for i, w := range next.Witnesses {
		if w.From == "" && !slices.ContainsFunc(old.Witnesses, func(o Witness) bool { return o.Key == w.Key }) {
			faults.add("/witnesses/"+strconv.Itoa(i)+"/from", "witness-without-from")
		}
	}
	until := int64(math.MinInt64)
	for i, t := range witnessTerms(next, func(p ParticipantID) string { return string(p) }) {
		if i > 0 && t.from != until {
			faults.add("/witnesses", "no-witness-left", "from", instant(time.Unix(until, 0)))
		}
		until = t.until
	}
	if until != math.MaxInt64 {
		faults.add("/witnesses", "no-witness-left", "from", instant(time.Unix(until, 0)))
	}
	return faults
}

// firstTurn is when the first change that next makes to the witnesses takes
// effect; zero if it makes none.
func firstTurn(old, next *Charter) (first time.Time) {
	for _, w := range next.Witnesses {
		s, _ := parseSpan(w.From, w.Until)
		i := slices.IndexFunc(old.Witnesses, func(o Witness) bool { return o.Key == w.Key })
		turn := s.from
		if i >= 0 {
			if old.Witnesses[i].Until == w.Until {
				continue
			}
			turn = s.until
		}
		if first.IsZero() || turn.Before(first) {
			first = turn
		}
	}
	return first
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
			!kept(was.From, was.Until, is.From, is.Until) ||
			slices.ContainsFunc(was.Succeeds, func(id ParticipantID) bool { return !slices.Contains(is.Succeeds, id) }) {
			lost("/participants", string(was.ID))
			continue
		}
		for _, k := range was.Keys {
			if !slices.ContainsFunc(is.Keys, func(n Key) bool {
				return n.Key == k.Key && n.Role == k.Role && (n.Next == k.Next || k.Next == "") && kept(k.From, k.Until, n.From, n.Until)
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
		if !slices.ContainsFunc(next.Rounds, r.same) {
			lost("/rounds", r.ID)
		}
	}
	for _, a := range old.Accreditors {
		if !slices.ContainsFunc(next.Accreditors, func(n Accreditor) bool {
			return (accreditor{Accreditor: a}).same(n) && kept(a.From, a.Until, n.From, n.Until)
		}) {
			lost("/accreditors", string(a.Participant))
		}
	}
	for _, q := range old.Quotas {
		if !slices.ContainsFunc(next.Quotas, func(n Quota) bool { return q.same(n) && kept(q.From, q.Until, n.From, n.Until) }) {
			lost("/quotas", string(q.Participant)+" quota "+strconv.Itoa(q.Entries))
		}
	}
	for _, s := range old.Suspensions {
		if !slices.ContainsFunc(next.Suspensions, func(n Suspension) bool {
			return n.Participant == s.Participant && n.From == s.From && n.Reason == s.Reason && n.Until <= s.Until
		}) {
			lost("/suspensions", string(s.Participant))
		}
	}
	return faults
}

// kept is whether an entry still says what it said, or was closed.
func kept(from, until, newFrom, newUntil string) bool {
	return from == newFrom && (until == newUntil || until == "")
}
