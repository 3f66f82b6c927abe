package ceremony

import "stocktake/review"

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
			return refuse("cannot.unaccredit", "who", id).lists("the accreditors")
		}
	}
	for _, e := range a.Accreditors {
		if openParticipant(c, e.Participant) == nil {
			return refuse("cannot.accreditor", "who", e.Participant)
		}
		c.Accreditors = append(c.Accreditors, e)
	}
	for _, q := range a.Quotas {
		if q.Participant != "" && openParticipant(c, q.Participant) == nil {
			return refuse("cannot.quota", "who", q.Participant)
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
