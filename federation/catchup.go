package federation

import (
	"slices"
	"time"

	"stocktake/review"
)

// maxProbes is how many equal sizes with other roots are looked into per
// comparison: a peer that lies about all of them costs four small ranges.
const maxProbes = 4

// maxCompared is how many smaller heads are held against the trees here per
// comparison: some 10 reads each. Who is behind is so in few logs; of a node
// that is filling itself, each comparison looks at another part.
const maxCompared = 256

func (c *Core) peerUp(id review.ParticipantID) {
	p := c.peer(id)
	p.connected = true
	p.compare = c.now
	for _, r := range c.logs {
		delete(r.refused, id)
		delete(r.empty, id)
	}
	c.signing.retry(id)
	c.orphan.retry(id)
	c.absent.again(c.now)
}

// peerDown forgets what a peer claimed to have: it cannot be asked for it.
func (c *Core) peerDown(id review.ParticipantID) {
	p := c.peer(id)
	p.connected, p.away = false, c.now
	for _, o := range slices.Clone(c.behind) {
		delete(c.logs[o].told, id)
		c.touch(c.logs[o])
	}
}

// compareDue asks each connected peer now and then whether both hold the same:
// what gossip lost, this finds.
func (c *Core) compareDue() {
	for _, id := range c.order {
		p := c.peers[id]
		switch {
		case !p.connected || p.comparing:
		case c.now.Before(p.compare):
			c.due(p.compare)
		default:
			p.comparing = true
			c.ask(asked{to: id, request: Heads{}})
		}
	}
}

func (c *Core) headsAnswered(a asked, answer HeadsAnswer, ok bool) {
	p := c.peer(a.to)
	p.comparing = false
	if !ok {
		p.compare = c.now.Add(c.timing.Retry)
		return
	}
	// Up to a quarter more or less, so that nodes that started together do
	// not ask together.
	p.compare = c.now.Add(c.timing.CatchUp*3/4 + time.Duration(c.random.Int64N(int64(c.timing.CatchUp/2)+1)))
	p.compared = true
	probes := 0
	var smaller []LogHead
	for _, h := range answer.Heads {
		r := c.logs[h.Origin]
		if r == nil {
			continue
		}
		if r.Forked {
			c.toldEnd(r, a.to, h)
			continue
		}
		if h.Size > r.head.Size {
			c.told(r, a.to, h.Size)
		}
		if 0 < h.Size && h.Size < r.head.Size && !r.rivals[a.to] {
			smaller = append(smaller, h)
		}
		rival := h.Size == r.head.Size && h.Size > 0 && h.Root != r.head.Root
		longer := h.Size > r.head.Size && h.Origin == c.own && c.signing.fenced == "" // whoever says so is asked at once
		if (rival || longer) && !r.rivals[a.to] && probes < maxProbes {
			probes++
			c.probe(r, a.to)
		}
	}
	if len(smaller) > 0 {
		start := c.random.IntN(len(smaller)) // another part each time, where there are many
		smaller = slices.Concat(smaller[start:], smaller[:start])
		c.emit(CompareHeads{From: a.to, Heads: smaller[:min(len(smaller), maxCompared)]})
	}
}

// probe asks a peer for its note of a log.
func (c *Core) probe(r *replica, to review.ParticipantID) {
	c.ask(asked{to: to, base: r.head, probe: true,
		request: RangeRequest{Origin: r.origin, Have: r.head.Size, From: r.head.Size}})
}

// headsDiffer looks into smaller heads of a peer that are of another history,
// if it has notes for them.
func (c *Core) headsDiffer(e HeadsDiffer) {
	for _, h := range e.Heads[:min(len(e.Heads), maxProbes)] {
		if r := c.logs[h.Origin]; r != nil && !r.Forked && !r.rivals[e.From] && c.peer(e.From).connected {
			c.probe(r, e.From)
		}
	}
}
