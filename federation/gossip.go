package federation

import (
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// bucket lets headBurst heads pass at once and then one per headEvery.
type bucket struct {
	level  float64
	filled time.Time
}

// take uses up one, if there is one; else it says when there will be.
func (b *bucket) take(now time.Time) (at time.Time, ok bool) {
	if b.filled.IsZero() {
		b.filled = now
	}
	b.level = min(headBurst, b.level+float64(now.Sub(b.filled))/float64(headEvery))
	b.filled = now
	if b.level >= 1 {
		b.level--
		return now, true
	}
	return now.Add(time.Duration((1-b.level)*float64(headEvery)) + 1), false
}

// hear takes in a gossiped head. It is relayed if it is larger than the last
// one of its log and the log has not used up its share.
func (c *Core) hear(e Heard) {
	if len(e.Note) > maxGossip {
		return
	}
	cp, err := c.roster.Open(e.Note)
	if err != nil {
		return
	}
	r := c.logs[review.Origin(cp.Origin)]
	if r.Forked { // where it ends is known, and who holds that says so in its heads
		return
	}
	if cp.Size < r.head.Size {
		c.compare(r, e.From, e.Note)
		return
	}
	if !c.show(r, e.From, cp, e.Note) {
		return
	}
	c.told(r, e.From, cp.Size)
	if cp.Size > r.relayed && !e.InPerson {
		if _, ok := r.relay.take(c.now); ok {
			r.relayed = cp.Size
			c.emit(Relay{})
		}
	}
}

// announceDue tells the others of the own head.
func (c *Core) announceDue() {
	r := c.logs[c.own]
	if r == nil || r.head.Size <= r.relayed || c.signing.fenced != "" {
		return
	}
	at, ok := r.relay.take(c.now)
	if !ok {
		c.due(at)
		return
	}
	r.relayed = r.head.Size
	c.emit(Announce{Note: logNote(r.head.Checkpoint)})
}

// logNote is a note without the cosignature lines that may follow the log's
// own: what gossip carries.
func logNote(note []byte) []byte {
	if cp, err := signing.PeekCheckpoint(note); err == nil {
		text := len(cp.Text()) + 1
		for i := text; i < len(note); i++ {
			if note[i] == '\n' {
				return note[:i+1]
			}
		}
	}
	return note
}
