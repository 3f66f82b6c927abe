package review

import (
	"slices"
	"strconv"
	"strings"
)

// The rules that a charter keeps: with them, what it lists can be looked up by
// ID, key, epoch or time and found once. A successor states a part, which is
// checked by itself here, and with all that it leaves out in its succession.

func (c *Charter) check(r *Refusal) {
	c.checkPlace(r)
	c.checkEntries(r)
	if c.Number == 1 {
		c.checkWhole(r)
	}
}

// checkWhole is for a charter with all its entries.
func (c *Charter) checkWhole(r *Refusal) {
	if len(c.Participants) == 0 {
		r.add("/participants", "missing-field")
	}
	if len(c.Witnesses) == 0 {
		r.add("/witnesses", "missing-field")
	}
	if c.Threshold > len(c.Participants) {
		r.add("/threshold", "threshold-too-high", "limit", strconv.Itoa(len(c.Participants)))
	}
	listed := map[ParticipantID]bool{}
	for _, p := range c.Participants {
		listed[p.ID] = true
	}
	check := func(pointer string, i int, p ParticipantID) {
		if !listed[p] {
			r.add(pointer+"/"+strconv.Itoa(i)+"/participant", "not-a-participant", "value", string(p))
		}
	}
	for i, p := range c.Participants {
		checkLetters(r, "/participants/"+strconv.Itoa(i)+"/name", p.Name)
	}
	for i, w := range c.Witnesses {
		check("/witnesses", i, w.Participant)
	}
	for i, s := range c.Suspensions {
		check("/suspensions", i, s.Participant)
	}
	for i, a := range c.Accreditors {
		check("/accreditors", i, a.Participant)
	}
	for i, q := range c.Quotas {
		if q.Participant != "" {
			check("/quotas", i, q.Participant)
		}
	}
	for i, d := range c.Rounds {
		if d.Convener != "" && !listed[d.Convener] {
			r.add("/rounds/"+strconv.Itoa(i)+"/convener", "not-a-participant", "value", string(d.Convener))
		}
	}
	c.checkGuardians(r)
	c.checkSuccessors(r)
}

func (c *Charter) checkEntries(r *Refusal) {
	keys := make(map[string]string) // key -> where it stands
	for i := range c.Participants {
		c.Participants[i].check(r, "/participants/"+strconv.Itoa(i), keys)
	}
	checkDistinct(r, "/participants", "/id", collect(c.Participants, func(p Participant) string { return string(p.ID) }))
	c.checkWitnesses(r, keys)
	for i := range c.Rounds {
		c.Rounds[i].check(r, "/rounds/"+strconv.Itoa(i))
	}
	checkDistinct(r, "/rounds", "/id", collect(c.Rounds, func(d Round) string { return d.ID }))
	c.checkSuspensions(r)
	c.checkAccreditors(r)
	c.checkQuotas(r)
}

func (c *Charter) checkQuotas(r *Refusal) {
	for i, q := range c.Quotas {
		pointer := "/quotas/" + strconv.Itoa(i)
		checkSpan(r, pointer, q.From, q.Until)
		if slices.ContainsFunc(c.Quotas[:i], q.same) {
			r.add(pointer, "repeated")
		}
	}
}

func (c *Charter) checkAccreditors(r *Refusal) {
	for i, a := range c.Accreditors {
		pointer := "/accreditors/" + strconv.Itoa(i)
		checkSpan(r, pointer, a.From, a.Until)
		if slices.ContainsFunc(c.Accreditors[:i], func(b Accreditor) bool { return (accreditor{Accreditor: b}).same(a) }) {
			r.add(pointer, "repeated")
		}
	}
}

func (c *Charter) checkSuspensions(r *Refusal) {
	for i, s := range c.Suspensions {
		pointer := "/suspensions/" + strconv.Itoa(i)
		checkSpan(r, pointer, s.From, s.Until)
		if span, ok := parseSpan(s.From, s.Until); ok && span.until.Sub(span.from) > maxSuspension {
			r.add(pointer+"/until", "suspension-too-long", "latest", instant(span.from.Add(maxSuspension)))
		}
	}
	checkDistinct(r, "/suspensions", "/from", collect(c.Suspensions, func(s Suspension) string { return string(s.Participant) + " " + s.From }))
}

// checkPlace: only the first charter comes after no other.
func (c *Charter) checkPlace(r *Refusal) {
	place := func(pointer string, stated bool) {
		switch {
		case c.Number == 1 && stated:
			r.add(pointer, "first-charter")
		case c.Number > 1 && !stated:
			r.add(pointer, "later-charter")
		}
	}
	place("/federation", c.Federation != "")
	place("/previous", c.Previous != "")
	if c.Number == 1 && c.Decision != "" {
		r.add("/decision", "first-charter")
	}
}

func (p *Participant) check(r *Refusal, pointer string, keys map[string]string) {
	checkSpan(r, pointer, p.From, p.Until)
	switch {
	case isInventedCountry(p.Country) && !p.Sample:
		r.add(pointer+"/country", "unknown-country", "value", quote(p.Country))
	case p.Kind == "state" && p.Country == "" && !p.Sample:
		r.add(pointer+"/country", "country-missing")
	case p.Kind == "state" && p.Country != "" && string(p.ID) != strings.ToLower(p.Country):
		r.add(pointer+"/id", "not-the-states-code", "code", strings.ToLower(p.Country))
	}
	for i, k := range p.Keys {
		at := pointer + "/keys/" + strconv.Itoa(i)
		checkSpan(r, at, k.From, k.Until)
		checkKey(r, keys, at+"/key", k.Key)
	}
	for i, l := range p.Logs {
		at := pointer + "/logs/" + strconv.Itoa(i)
		checkSpan(r, at, l.From, l.Until)
		checkKey(r, keys, at+"/logKey", l.LogKey)
		checkKey(r, keys, at+"/nodeKey", l.NodeKey)
	}
	checkDistinct(r, pointer+"/logs", "/epoch", collect(p.Logs, func(l Log) string { return strconv.Itoa(l.Epoch) }))
}

func (c *Charter) checkWitnesses(r *Refusal, keys map[string]string) {
	for i, w := range c.Witnesses {
		pointer := "/witnesses/" + strconv.Itoa(i)
		checkSpan(r, pointer, w.From, w.Until)
		checkKey(r, keys, pointer+"/key", w.Key)
		// The most are in force at one time when one of them begins.
		inForce, twice := 0, false
		for j, other := range c.Witnesses {
			if other.From > w.From || other.Until != "" && other.Until <= w.From {
				continue
			}
			inForce++
			twice = twice || other.Participant == w.Participant && (j < i || other.From < w.From)
		}
		if twice {
			r.add(pointer+"/participant", "witness-twice", "value", string(w.Participant))
		}
		if inForce > maxWitnesses {
			r.add(pointer, "too-many-witnesses", "count", strconv.Itoa(inForce), "limit", strconv.Itoa(maxWitnesses))
		}
	}
}

// checkSpan: times of one form compare as text.
func checkSpan(r *Refusal, pointer, from, until string) {
	if until != "" && until <= from {
		r.add(pointer+"/until", "ends-before-it-begins", "from", from)
	}
}

// checkKey keeps one key to one role: cosignatures do not bind names, so a key
// of two would speak for both.
func checkKey(r *Refusal, keys map[string]string, pointer, key string) {
	if at, ok := keys[key]; ok {
		r.add(pointer, "key-listed-twice", "other", placeName(at))
		return
	}
	keys[key] = pointer
}
