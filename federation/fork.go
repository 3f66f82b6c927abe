package federation

import (
	"bytes"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// judge checks what a range says of its log: the note is the log's own and its
// tree extends the one that is held. ok is false where there is nothing to
// take from this peer.
func (c *Core) judge(r *replica, a asked, answer RangeAnswer) (cp signing.Checkpoint, ok bool) {
	if len(answer.Note) == 0 {
		return cp, false
	}
	cp, err := openCheckpoint(answer.Note, string(r.origin), r.Key)
	if err != nil || cp.Size < a.base.Size {
		return cp, false
	}
	if a.base.Size > 0 {
		prefix := answer.Prefix
		if cp.Size == a.base.Size {
			prefix = cp.Root
		} else if tlog.CheckTree(answer.Link, int64(cp.Size), cp.Root, int64(a.base.Size), prefix) != nil {
			return cp, false
		}
		if prefix != a.base.Root {
			c.fork(r, a.to, ForkSeen{Ours: evidence(a.base), Theirs: answer.Note, Prefix: prefix, Link: answer.Link})
			return cp, false
		}
	}
	return cp, c.show(r, a.to, cp, answer.Note)
}

// show takes in a checkpoint whose signature holds. It reports false if there
// is another of the same size.
func (c *Core) show(r *replica, from review.ParticipantID, cp signing.Checkpoint, note []byte) bool {
	var seen signing.Checkpoint
	var seenNote []byte
	switch cp.Size {
	case r.head.Size:
		seen, seenNote = signing.Checkpoint{Size: r.head.Size, Root: r.head.Root}, evidence(r.head)
	case r.shown.Size:
		seen, seenNote = r.shown, r.shownNote
	}
	if cp.Size > 0 && len(seenNote) > 0 && seen.Root != cp.Root {
		c.fork(r, from, ForkSeen{Ours: seenNote, Theirs: note, Prefix: cp.Root})
		return false
	}
	if cp.Size > r.shown.Size {
		r.shown, r.shownNote = cp, slices.Clone(note)
	}
	if r.origin == c.own && cp.Size > r.head.Size {
		c.fence("a peer shows "+string(r.origin)+" longer than this database has it: the database was restored or copied", note)
	}
	c.touch(r)
	return true
}

// evidence is the log's own word for a head: a note of its size, or of the
// larger tree under which it was proven.
func evidence(h store.Head) []byte {
	if h.Target != nil {
		return h.Target
	}
	return h.Checkpoint
}

// fork records that a peer holds another history of a log. What was seen
// first stays, and nothing of that log is taken from that peer.
func (c *Core) fork(r *replica, from review.ParticipantID, seen ForkSeen) {
	r.rivals[from] = true
	delete(r.told, from)
	if bytes.Equal(r.shownNote, seen.Theirs) {
		r.shown, r.shownNote = signing.Checkpoint{}, nil // nothing to pull towards
	}
	c.touch(r)
	if !r.forked {
		r.forked = true
		seen.Origin = r.origin
		c.emit(seen)
	}
	if r.origin == c.own {
		c.fence("a peer shows another history of "+string(r.origin)+" under its key: two copies of this node have been signing", seen.Theirs)
	}
}
