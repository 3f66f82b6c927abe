package federation

import (
	"errors"
	"slices"
	"time"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// replica is the core's view of one log: what is held, what is known to
// exist, and what is on its way.
type replica struct {
	Log
	origin review.Origin
	head   store.Head // held
	next   uint64     // first index not asked for

	shown     signing.Checkpoint // the largest that its signature proved
	shownNote []byte
	told      map[review.ParticipantID]uint64    // larger sizes that peers claim
	refused   map[review.ParticipantID]time.Time // not to be asked before
	empty     map[review.ParticipantID]int       // how often each had no more, since there was news of the log
	rivals    map[review.ParticipantID]bool      // hold a tree that does not extend ours
	seen      bool                               // a fork of it was told
	doubt     *doubt                             // two notes contradict each other, and no proof is at hand
	astray    bool                               // what is held does not lead to a forked log's end
	unsure    bool                               // its ends were not held against what is here yet
	rewinding bool
	rewindAt  time.Time

	fetching bool
	received []received // ranges that wait to be stored; [0] is being stored
	stuck    time.Time  // no use in asking before: the database refused
	looked   uint64     // the size for which a receipt was looked for, its node being away

	narrow   uint64 // bytes to ask for at most, once a range reached beyond the quota; 0: any
	compares bucket // of smaller notes that are held against the tree here
	relay    bucket
	relayed  uint64 // the largest size that this node passed on or announced
}

type received struct {
	tail store.Tail
	from review.ParticipantID
}

// maxEmpty is how often a peer that has no more of a log is asked again. It may
// be getting the records itself; but where they are gone, or never were, asking
// would have no end. What it claims to have later, or a larger head, is news.
const maxEmpty = 4

// maxReceived ranges of one log wait here: one being stored, one ready.
const maxReceived = 2

func newReplica(o review.Origin) *replica {
	return &replica{
		origin: o, head: store.Head{Origin: o},
		told:     make(map[review.ParticipantID]uint64),
		refused:  make(map[review.ParticipantID]time.Time),
		empty:    make(map[review.ParticipantID]int),
		rivals:   make(map[review.ParticipantID]bool),
		relay:    bucket{level: headBurst},
		compares: bucket{level: headBurst},
	}
}

// settle takes in what the database now holds.
func (r *replica) settle(h store.Head) {
	r.head = h
	r.next = max(r.next, h.Size)
	for p, size := range r.told {
		if size <= h.Size {
			delete(r.told, p)
		}
	}
}

// wanted is the size that there is reason to believe the log has, up to its
// quota.
func (r *replica) wanted() uint64 {
	size := r.shown.Size
	for _, s := range r.told {
		size = max(size, s)
	}
	if r.Copies > 0 {
		size = min(size, max(r.Copies, r.head.Size))
	}
	return size
}

// told notes that a peer claims a size beyond what is held.
func (c *Core) told(r *replica, p review.ParticipantID, size uint64) {
	if size > r.head.Size && size > r.told[p] {
		r.told[p] = size
		delete(r.empty, p)
	}
	c.touch(r)
}

// touch keeps the list of logs with something to ask for.
func (c *Core) touch(r *replica) {
	i, listed := slices.BinarySearch(c.behind, r.origin)
	switch wants := r.wanted() > r.next; {
	case wants && !listed:
		c.behind = slices.Insert(c.behind, i, r.origin)
	case !wants && listed:
		c.behind = slices.Delete(c.behind, i, i+1)
	}
}

// pullDue asks for ranges, log by log in turn, so that a long log does not
// keep the short ones waiting.
func (c *Core) pullDue() {
	if len(c.behind) == 0 {
		return
	}
	start, found := slices.BinarySearch(c.behind, c.turn)
	if found {
		start++
	}
	logs := slices.Concat(c.behind[start:], c.behind[:start])
	for _, o := range logs {
		if c.fetches >= maxFetches || c.fetches+c.waiting >= maxRanges {
			return
		}
		r := c.logs[o]
		if r.fetching || len(r.received) >= maxReceived {
			continue
		}
		if c.now.Before(r.stuck) {
			c.due(r.stuck)
			continue
		}
		if p, ok := c.source(r); ok {
			c.turn = o
			c.fetch(r, p)
		}
	}
}

// source picks whom to ask for a log's next range: who claims to have it, else
// the log's own node, else anyone; of equals, whom least is asked of.
func (c *Core) source(r *replica) (best review.ParticipantID, ok bool) {
	rank := func(id review.ParticipantID) int {
		switch {
		case r.told[id] > r.next:
			return 0
		case r.shown.Size <= r.next:
			return 3 // nobody but who claims more is worth asking
		case id == r.Owner:
			return 1
		default:
			return 2
		}
	}
	var bestRank, ties int
	for _, id := range c.order {
		p := c.peers[id]
		k := rank(id)
		if !p.connected || r.rivals[id] || k == 3 {
			continue
		}
		if r.empty[id] >= maxEmpty {
			continue
		}
		if t := r.refused[id]; c.now.Before(t) {
			c.due(t)
			continue
		}
		if p.ranges >= maxAsks {
			continue
		}
		k = k*maxAsks + p.ranges
		switch {
		case !ok || k < bestRank:
			best, bestRank, ok, ties = id, k, true, 1
		case k == bestRank:
			if ties++; c.random.IntN(ties) == 0 {
				best = id
			}
		}
	}
	return best, ok
}

func (c *Core) fetch(r *replica, to review.ParticipantID) {
	r.fetching = true
	c.fetches++
	p := c.peers[to]
	p.ranges++
	window := p.window
	if r.narrow > 0 {
		window = min(window, r.narrow)
	}
	c.ask(asked{to: to, base: r.head,
		request: RangeRequest{Origin: r.origin, Have: r.head.Size, From: r.next, MaxBytes: window}})
}

// beyond is whether a range reaches beyond the log's quota. It ends where its
// proof says, so it cannot be cut: a shorter one is asked for, down to a record.
func (c *Core) beyond(r *replica, from review.ParticipantID, request RangeRequest, n uint64) bool {
	if r.Copies == 0 || request.From+n <= r.Copies {
		return false
	}
	if request.MaxBytes <= 1 {
		c.refuse(r, from)
	}
	r.narrow = max(1, request.MaxBytes/2)
	c.touch(r)
	return true
}

// refuse stops asking a peer for a log for a while, and forgets its claim.
func (c *Core) refuse(r *replica, p review.ParticipantID) {
	delete(r.told, p)
	r.refused[p] = c.now.Add(c.timing.Retry)
	c.touch(r)
}

// unanswered is a range that did not come: others are asked first, and what
// the peer claims to have is neither proved nor disproved.
func (c *Core) unanswered(r *replica, p review.ParticipantID) {
	r.refused[p] = c.now.Add(c.timing.Retry)
	c.peers[p].resize(slowRange)
}

// resize asks more of a peer that answers quickly, and less of a slow one.
func (p *peer) resize(took time.Duration) {
	switch {
	case took < quickRange:
		p.window = min(MaxRange, p.window*2)
	case took >= slowRange:
		p.window = max(MinRange, p.window/2)
	}
}

func (c *Core) rangeAnswered(a asked, request RangeRequest, answer RangeAnswer, ok bool) {
	r, p := c.logs[request.Origin], c.peers[a.to]
	if !a.probe {
		r.fetching = false
		c.fetches--
		p.ranges--
	}
	if a.doubt {
		c.doubtAnswered(r, a, answer, ok)
		return
	}
	switch {
	case !ok && a.probe:
		p.compare = c.now.Add(c.timing.Retry) // and look into it again
		return
	case !ok:
		c.unanswered(r, a.to)
		return
	}
	cp, ok := c.judge(r, a, answer)
	if a.probe {
		return
	}
	n := uint64(len(answer.Entries))
	if !ok || n == 0 || request.From+n > cp.Size {
		if c.refuse(r, a.to); n == 0 {
			r.empty[a.to]++
		}
		return
	}
	delete(r.empty, a.to)
	if request.From != r.next { // started over meanwhile
		c.touch(r)
		return
	}
	if c.beyond(r, a.to, request, n) {
		return
	}
	p.resize(c.now.Sub(a.at))
	for i, e := range answer.Entries {
		if e.Absence != review.Present {
			// Why the peer lacks it is the peer's word. This node looks for
			// it until it comes.
			answer.Entries[i].Absence = review.Missing
		}
	}
	r.next += n
	c.waiting++
	r.received = append(r.received, received{from: a.to, tail: store.Tail{
		Origin: r.origin, From: request.From, Entries: answer.Entries,
		Checkpoint: cp, Note: answer.Note, Proof: answer.Proof,
	}})
	if len(r.received) == 1 {
		c.emit(Extend{r.received[0].tail})
	}
	c.told(r, a.to, cp.Size)
}

// dropReceived forgets ranges that wait to be stored, but for the first few.
func (c *Core) dropReceived(r *replica, keep int) {
	if len(r.received) > keep {
		c.waiting -= len(r.received) - keep
		r.received = r.received[:keep]
	}
}

func (c *Core) extended(e Extended) {
	r := c.logs[e.Origin]
	if r == nil || len(r.received) == 0 {
		return
	}
	done := r.received[0]
	r.received = r.received[1:]
	c.waiting--
	if e.Err != nil {
		c.dropReceived(r, 0)
		r.next = r.head.Size
		var fork *store.ForkError
		if errors.As(e.Err, &fork) {
			c.doubtOf(r, done.from, fork.OursNote, fork.TheirsNote)
		}
		if e.Refused {
			c.refuse(r, done.from)
		} else {
			r.stuck = c.now.Add(c.timing.CatchUp)
		}
		c.touch(r)
		return
	}
	r.settle(e.Head)
	if r.Forked && len(r.received) == 0 {
		r.next = r.head.Size // what came later was dropped when the fork was proven
	}
	if e.Missing {
		c.absent.again(c.now)
	}
	if len(r.received) > 0 {
		c.emit(Extend{r.received[0].tail})
	}
	c.touch(r)
}
