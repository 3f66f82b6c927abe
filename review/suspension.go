package review

import (
	"slices"
	"time"
)

// suspensionID tells a charter's suspensions apart.
type suspensionID struct {
	participant ParticipantID
	from        string
}

func (s Suspension) id() suspensionID { return suspensionID{s.Participant, s.From} }

// spanOf is when a participant takes part. An end that this charter sets is
// none before the charter was filed.
func (c *Chain) spanOf(p Participant, filed time.Time) span {
	was, listed := c.participants[p.ID]
	if listed && was.Until == p.Until {
		return c.spans[p.ID]
	}
	s, _ := parseSpan(p.From, p.Until)
	if listed {
		s.until = later(s.until, filed)
	}
	return s
}

// suspensionOf is when a suspension holds: not before its charter was filed. A
// later charter may shorten it.
func (c *Chain) suspensionOf(held Suspension, filed time.Time) span {
	s, _ := parseSpan(held.From, held.Until)
	if was, ok := c.suspensions[held.id()]; ok {
		s.from = was.from
		return s
	}
	s.from = later(s.from, filed)
	return s
}

// suspended is whether what a participant filed at a time does not count. Its
// voice about charters it keeps, else a suspension could win its own majority;
// and what it said before it may always take back. As a guardian of another's
// keys it has none.
func (c *Chain) suspended(d *Document, filed time.Time) bool {
	switch {
	case d.Kind == KindAccreditation, d.Kind == KindMandate, d.Kind == KindSeal, recovers(d), seconds(d), joins(d):
	case slices.Contains(lasting, d.Kind):
		return false
	}
	for id, s := range c.suspensions {
		if id.participant == d.Author && s.covers(filed) {
			return true
		}
	}
	return false
}

// Suspended is whether a participant is suspended at a time, and until when.
func (c *Chain) Suspended(id ParticipantID, at time.Time) (until time.Time, ok bool) {
	for of, s := range c.suspensions {
		if of.participant == id && s.covers(at) {
			until, ok = later(until, s.until), true
		}
	}
	return until, ok
}
