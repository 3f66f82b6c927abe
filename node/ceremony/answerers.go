package ceremony

import (
	"fmt"

	"stocktake/review"
)

// Answerers is what a charter changes about who may answer for authors whom it
// does not list, and about how much logs may hold.
type Answerers struct {
	Accreditors   []review.Accreditor
	NoAccreditors []review.ParticipantID // whose open entries end at Turn
	Quotas        []review.Quota         // one for whom there is an open entry already replaces it from Turn on
}

// apply adds to a charter and closes entries of it. turn is empty in a first
// charter, where nothing is to be closed.
func (a Answerers) apply(c *review.Charter, turn string) error {
	for _, id := range a.NoAccreditors {
		closed := false
		for i := range c.Accreditors {
			if e := &c.Accreditors[i]; e.Participant == id && e.Until == "" {
				e.Until, closed = turn, true
			}
		}
		if !closed {
			return fmt.Errorf("%s is no accreditor, or ends to be one already; `stocktake charter show` lists the accreditors", id)
		}
	}
	for _, e := range a.Accreditors {
		if openParticipant(c, e.Participant) == nil {
			return fmt.Errorf("accreditor %s: it does not take part; name a participant that does", e.Participant)
		}
		c.Accreditors = append(c.Accreditors, e)
	}
	for _, q := range a.Quotas {
		if q.Participant != "" && openParticipant(c, q.Participant) == nil {
			return fmt.Errorf("quota of %s: it does not take part; name a participant that does", q.Participant)
		}
		for i := range c.Quotas {
			if e := &c.Quotas[i]; e.Participant == q.Participant && e.Until == "" {
				e.Until, q.From = turn, turn
			}
		}
		c.Quotas = append(c.Quotas, q)
	}
	return nil
}
