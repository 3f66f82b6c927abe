package federation

import (
	"time"

	"stocktake/review"
)

// ownLog is the core's view of the log that this node signs.
type ownLog struct {
	started bool
	open    bool      // it may be signed
	openBy  time.Time // open then, whoever has answered
	fenced  string    // why it must never be signed again
	others  int       // members whose word is worth waiting for

	collector
	doubts map[review.ParticipantID]bool // witnesses that say they cosigned another or a longer tree
}

// enrolled has cosignatures collected anew, or at all if that is owed. A receipt
// that is on its way into the log is let through, and looked at when it is there.
func (s *ownLog) enrolled(r *Roster, self review.ParticipantID, owed bool) {
	owners := make(map[review.ParticipantID]bool)
	for _, l := range r.Logs {
		owners[l.Owner] = true
	}
	delete(owners, self)
	s.others = len(owners)
	if s.collecting == nil {
		s.owed = s.owed || owed
	} else if s.collecting.filing == nil {
		s.collecting, s.owed = nil, true
	}
}

// openDue lets the own log be signed once half of the other members have said
// that they hold no longer head of it, or have had their time. It waits longer
// while a claim of a longer head is looked into, or while nobody has answered
// of those who are connected.
func (c *Core) openDue() {
	s := &c.signing
	r := c.logs[c.own]
	if s.open || s.fenced != "" || r == nil {
		return
	}
	connected, answered := 0, 0
	for _, p := range c.peers {
		if p.connected {
			connected++
		}
		if p.compared {
			answered++
		}
	}
	openBy := s.openBy
	claimed := r.wanted() > r.head.Size || r.fetching
	if claimed || connected > 0 && answered == 0 {
		openBy = openBy.Add(2 * c.timing.OpenAfter)
	}
	if claimed {
		answered = -1
	}
	if c.now.Before(openBy) && 2*answered < s.others {
		c.due(openBy)
		return
	}
	s.open = true
	c.emit(OpenLog{})
}

// fence stops the signing of the own log for good.
func (c *Core) fence(reason string, evidence []byte) {
	if c.signing.fenced == "" {
		c.signing.fenced = reason
		c.signing.collecting = nil
		c.emit(Fence{Reason: reason, Evidence: evidence})
	}
}

func (c *Core) appended(e Appended) {
	if r := c.logs[c.own]; r != nil {
		r.settle(e.Head)
		c.touch(r)
	}
	c.signing.owed = c.signing.owed || e.Substance
}
