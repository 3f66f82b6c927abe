package review

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Guardians may together give a participant new keys when it lost its own: see
// recovery.go. It chooses them while it has its keys; an amendment of the
// charter sets or replaces them.
type Guardians struct {
	Participants []ParticipantID `json:"participants"`
	Threshold    int             `json:"threshold"`         // how many of them it takes
	Contest      string          `json:"contest,omitempty"` // how long the participant may object: ISO 8601, one unit, as P14D; absent: 14 days
}

// period is how long the participant may object.
func (g *Guardians) period() time.Duration {
	if g.Contest == "" {
		return defaultContest
	}
	d, _ := parsePeriod(g.Contest)
	return d
}

func (g *Guardians) has(id ParticipantID) bool { return slices.Contains(g.Participants, id) }

// parsePeriod reads an ISO 8601 duration of one unit: P14D, PT36H, PT90M or
// PT45S. Months and years have no fixed length, so they are none.
func parsePeriod(s string) (time.Duration, bool) {
	units := map[byte]time.Duration{'D': 24 * time.Hour}
	rest, ok := strings.CutPrefix(s, "P")
	if clock, of := strings.CutPrefix(rest, "T"); of {
		rest, units = clock, map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}
	}
	if !ok || len(rest) < 2 || len(rest) > 5 {
		return 0, false
	}
	number, unit := rest[:len(rest)-1], units[rest[len(rest)-1]]
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || strconv.Itoa(n) != number || unit == 0 {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// checkGuardians: nobody guards itself, and no guardian alone takes over where
// there are others. An invented participant may have a short time to object,
// so that a drill need not wait for days; whether it is one never changes.
func (c *Charter) checkGuardians(r *Refusal) {
	for i, p := range c.Participants {
		g := p.Guardians
		if g == nil {
			continue
		}
		pointer := "/participants/" + strconv.Itoa(i) + "/guardians"
		for j, id := range g.Participants {
			at := pointer + "/participants/" + strconv.Itoa(j)
			switch {
			case id == p.ID:
				r.add(at, "guards-itself")
			case !slices.ContainsFunc(c.Participants, func(q Participant) bool { return q.ID == id }):
				r.add(at, "not-a-participant", "value", string(id))
			}
		}
		switch n := len(g.Participants); {
		case g.Threshold > n:
			r.add(pointer+"/threshold", "too-few-guardians", "limit", strconv.Itoa(n))
		case g.Threshold < 2 && n > 1:
			r.add(pointer+"/threshold", "guardian-alone")
		}
		least, most := minContest, maxContest
		if p.Sample {
			least = time.Second
		}
		if d := g.period(); d < least || d > most {
			r.add(pointer+"/contest", "contest-period", "low", daysOf(least), "high", daysOf(most))
		}
	}
}

// daysOf is a period for people.
func daysOf(d time.Duration) string {
	if d < 24*time.Hour {
		return strconv.Itoa(int(d/time.Second)) + " second"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days"
}

// guardianTerm is the time in which one set of guardians watches over a
// participant; guardians are nil where it has none.
type guardianTerm struct {
	guardians *Guardians
	span
}

// guardiansUnder are the terms of every participant's guardians once a charter
// was agreed to. It replaces a set from then on and reaches no further back, so
// a recovery that took effect stays.
func (c *Chain) guardiansUnder(charter *Charter, agreed time.Time) map[ParticipantID][]guardianTerm {
	all := map[ParticipantID][]guardianTerm{}
	maps.Copy(all, c.guardians)
	for _, p := range charter.Participants {
		terms := slices.Clone(all[p.ID])
		last := guardianTerm{}
		if len(terms) > 0 {
			last = terms[len(terms)-1]
			terms[len(terms)-1].until = agreed
		}
		if !reflect.DeepEqual(last.guardians, p.Guardians) {
			all[p.ID] = append(terms, guardianTerm{p.Guardians, span{from: agreed}})
		}
	}
	return all
}

// guardiansAt are a participant's guardians at a time, the zero time being now:
// ok is false if it has none.
func (c *Chain) guardiansAt(p ParticipantID, at time.Time) (t guardianTerm, ok bool) {
	for _, t := range slices.Backward(c.guardians[p]) {
		if at.IsZero() || t.covers(at) {
			return t, t.guardians != nil
		}
	}
	return guardianTerm{}, false
}

// guards is whether a participant is or was among the guardians of another.
func (c *Chain) guards(guardian, p ParticipantID) bool {
	return slices.ContainsFunc(c.guardians[p], func(t guardianTerm) bool { return t.guardians != nil && t.guardians.has(guardian) })
}
