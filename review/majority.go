package review

import (
	"encoding/json"
	"slices"
	"time"
)

// ballot is who acceded to a charter as a member, and when that was filed; the
// zero time where nobody can know.
type ballot map[ParticipantID]time.Time

// votes are the ballots by charter.
type votes map[DocumentID]ballot

func (v votes) add(d *Document, filed time.Time) {
	a, ok := d.Predicate.(*Accession)
	if !ok || a.Role != accessionMember || a.Decision == decisionDeclined {
		return
	}
	b := v[d.About()]
	if b == nil {
		b = ballot{}
		v[d.About()] = b
	}
	if at, ok := b[a.Author]; !ok || filed.Before(at) {
		b[a.Author] = filed
	}
}

// Tally is how far the members have agreed to a successor of the charter in
// force. Only participants without an until have a say.
type Tally struct {
	Emergency bool           `json:"emergency,omitempty"` // it does nothing but suspend
	Acceded   int            `json:"acceded"`
	Open      int            `json:"open"`   // who have a say
	Needed    int            `json:"needed"` // of all of them together
	Chambers  []ChamberTally `json:"chambers"`
	Carried   bool           `json:"carried"`
}

// ChamberTally is one chamber's part of it.
type ChamberTally struct {
	Name    string          `json:"name"`
	Acceded int             `json:"acceded"`
	Open    int             `json:"open"`
	Missing []ParticipantID `json:"missing"`
}

// Majority is whether more than half of the chamber acceded.
func (t ChamberTally) Majority() bool { return 2*t.Acceded > t.Open }

// Tally counts who acceded to a charter that may follow the one in force.
//
// An amendment is carried by more than 2/3 of the open participants, by no
// fewer than the thresholds of both charters (or all, where fewer are open),
// and by a majority of each chamber that has any. A charter that does nothing
// but suspend participants for the first time is an emergency: more than half
// of the open participants carry it, from two chambers at least where there
// are two, so that neither States nor others alone silence anybody.
func (c *Chain) Tally(next *Charter, acceded func(ParticipantID) bool) Tally {
	charter, _ := c.InForce()
	next = charter.Amended(next)
	var t Tally
	for _, name := range []string{chamberStates, chamberBodies, chamberSociety} {
		part := ChamberTally{Name: name, Missing: []ParticipantID{}}
		for _, p := range charter.Participants {
			switch {
			case chamber(p.Kind) != name || p.Until != "":
				continue
			case acceded(p.ID):
				part.Acceded++
			default:
				part.Missing = append(part.Missing, p.ID)
			}
			part.Open++
		}
		if part.Open == 0 {
			continue
		}
		t.Acceded, t.Open = t.Acceded+part.Acceded, t.Open+part.Open
		t.Chambers = append(t.Chambers, part)
	}
	voices, majorities := 0, 0
	for _, part := range t.Chambers {
		if part.Acceded > 0 {
			voices++
		}
		if part.Majority() {
			majorities++
		}
	}
	if t.Emergency = emergency(charter, next); t.Emergency {
		t.Needed = t.Open/2 + 1
		t.Carried = t.Acceded >= t.Needed && voices >= min(2, len(t.Chambers))
		return t
	}
	t.Needed = max(2*t.Open/3+1, min(max(charter.Threshold, next.Threshold), t.Open))
	t.Carried = t.Acceded >= t.Needed && majorities == len(t.Chambers)
	return t
}

// adopts is whether a charter follows the one in force: it may, its members
// agreed, and what it changes about the witnesses lies after the time at which
// they held that (Witnessed.Held), so that nothing which is final ceases to be,
// the charter itself included. Filing times would not do: of few witnesses one
// dates a document, and the others may hear of it when the change is past.
func (c *Chain) adopts(d *Document, held time.Time, by ballot) bool {
	if c.succession(d) != nil {
		return false
	}
	at, ok := c.carried(d, held, by)
	if !ok {
		return false
	}
	charter, _ := c.InForce()
	first := firstTurn(charter, c.amended(d))
	return first.IsZero() || at.Before(first)
}

// carried is when the members had agreed to a charter: once it and the last
// accession that was needed were filed. More evidence only makes it earlier.
func (c *Chain) carried(d *Document, filed time.Time, by ballot) (at time.Time, ok bool) {
	next := c.amended(d)
	var times []time.Time
	for _, t := range by {
		times = append(times, t)
	}
	slices.SortFunc(times, time.Time.Compare)
	for _, last := range slices.CompactFunc(times, time.Time.Equal) {
		in := func(p ParticipantID) bool { t, ok := by[p]; return ok && !t.After(last) }
		if c.Tally(next, in).Carried {
			return later(last, filed), true
		}
	}
	return time.Time{}, false
}

// emergency is whether next does nothing but suspend participants that were
// never suspended before. Whoever is to be suspended again, or for good, is so
// by an amendment.
func emergency(old, next *Charter) bool {
	if len(next.Suspensions) <= len(old.Suspensions) {
		return false
	}
	for _, s := range next.Suspensions {
		again := slices.ContainsFunc(old.Suspensions, func(was Suspension) bool { return was.Participant == s.Participant })
		if again && !slices.Contains(old.Suspensions, s) {
			return false
		}
	}
	was, is := *old, *next
	for _, c := range []*Charter{&was, &is} {
		c.Common, c.Number, c.Previous, c.Suspensions = Common{}, 0, "", nil
	}
	a, errA := json.Marshal(&was)
	b, errB := json.Marshal(&is)
	return errA == nil && errB == nil && string(a) == string(b)
}
