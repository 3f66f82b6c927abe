package federation

import (
	"cmp"
	"slices"
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// How a forked log comes to its end. Once a document proves the fork, every
// node drops what it holds past the end, or of another history, and then takes
// of that log nothing but what leads to a checkpoint that a quorum cosigned. So
// all come to hold the same, whichever side they had seen.
//
//	held   r0 ─ r1 ─ r2 ─ b3 ─ b4          ends: 2, 5 (A)
//	       r0 ─ r1                         Rewind, to the last end that is here
//	       r0 ─ r1 ─ r2 ─ a3 ─ a4          pulled from who holds 5 (A)

// ends takes in that a log is proven to have forked, or that its ends are others
// than before.
func (c *Core) ends(r *replica, was Log) {
	if i, found := slices.BinarySearch(c.forked, r.origin); !found {
		c.forked = slices.Insert(c.forked, i, r.origin)
	}
	same := func(a, b review.End) bool { return a.Checkpoint == b.Checkpoint }
	if was.Forked && slices.EqualFunc(was.Finals, r.Finals, same) && len(was.Ends) == len(r.Ends) {
		return
	}
	clear(r.told)
	clear(r.rivals)
	clear(r.refused)
	clear(r.empty)
	r.shown, r.shownNote = signing.Checkpoint{}, nil
	c.dropReceived(r, 1) // one may be in the middle of being stored
	if len(r.received) == 0 {
		r.next = r.head.Size
	}
	r.rewindAt, r.unsure = c.now.Add(c.turnToRewind(r)), true
	if r.dropsFinal() {
		r.rewindAt = r.rewindAt.Add(waitWithFinals * c.timing.CatchUp)
		c.emit(CarryReceipts{Origin: r.origin})
	}
	c.touch(r)
}

// dropsFinal is whether what is held may reach past the log's end to where a
// quorum cosigned it: so it is with two final rivals. Then everybody first shows
// the others all that a quorum cosigned, and has time to prove from what it
// still holds where the histories part.
func (r *replica) dropsFinal() bool {
	return slices.ContainsFunc(r.Finals, func(f review.End) bool { return f.Size > r.last().Size && f.Size <= r.head.Size })
}

// last is where a forked log ends; of size 0 if nothing of it counts.
func (r *replica) last() signing.Checkpoint {
	if n := len(r.Ends); n > 0 {
		return r.Ends[n-1].Checkpoint
	}
	return signing.Checkpoint{}
}

// waitWithFinals is how many rounds of comparing that takes: for records to
// spread, and for those that follow from them.
const waitWithFinals = 4

// turnToRewind spreads the nodes' rewinding, so that what is filed again before
// is filed by few: those that come later find it filed.
func (c *Core) turnToRewind(r *replica) time.Duration {
	owners := make(map[review.ParticipantID]bool)
	for _, l := range c.roster.Logs {
		owners[l.Owner] = true
	}
	delete(owners, r.Owner)
	turn, _ := slices.BinarySearch(sortedKeys(owners), c.self)
	return time.Duration(min(turn, maxTurns)) * c.timing.Retry
}

// maxTurns bounds how long a forked log stays as it is.
const maxTurns = 8

// endsAt is whether a checkpoint is one of a forked log's ends.
func (r *replica) endsAt(cp signing.Checkpoint) bool {
	i, found := slices.BinarySearchFunc(r.Ends, cp.Size, func(e review.End, size uint64) int { return cmp.Compare(e.Size, size) })
	return found && r.Ends[i].Checkpoint == cp
}

// toldEnd notes that a peer holds an end of a forked log that is not here.
func (c *Core) toldEnd(r *replica, p review.ParticipantID, h LogHead) {
	if r.endsAt(signing.Checkpoint{Origin: string(r.origin), Size: h.Size, Root: h.Root}) {
		c.told(r, p, h.Size)
	}
}

// strays is whether what is held of a forked log has to be taken back. What is
// held of fewer records than the log's end may lead there.
func (r *replica) strays() bool {
	last := r.last()
	if target, err := signing.PeekCheckpoint(r.head.Target); r.head.Target != nil && (err != nil || !r.endsAt(target)) {
		return true
	}
	return r.astray || r.head.Size > last.Size || r.head.Size == last.Size && r.head.Root != last.Root
}

// rewindDue takes back what is held past a forked log's end, but for the own
// log: that stays as evidence until the next epoch holds what it held.
func (c *Core) rewindDue() {
	for _, o := range c.forked {
		r := c.logs[o]
		switch {
		case r.rewinding:
			return // one after the other
		case o == c.own || len(r.received) > 0 || !r.unsure && !r.strays():
		case c.now.Before(r.rewindAt):
			c.due(r.rewindAt)
		default:
			r.rewinding = true
			c.emit(Rewind{Origin: o, Ends: r.Ends, Finals: r.Finals, Look: !r.strays()})
			return
		}
	}
}

func (c *Core) rewound(e Rewound) {
	r := c.logs[e.Origin]
	if r == nil {
		return
	}
	r.rewinding = false
	if e.Err != nil {
		r.rewindAt = c.now.Add(c.timing.CatchUp)
		return
	}
	r.head, r.next, r.astray, r.unsure = e.Head, e.Head.Size, false, false
	for _, p := range c.peers {
		p.compare = c.now // some of them may be where this node has to come
	}
	c.touch(r)
}
