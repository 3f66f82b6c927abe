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
	if err != nil {
		return cp, false
	}
	if r.Forked && !r.endsAt(cp) {
		return cp, false
	}
	if cp.Size < a.base.Size {
		c.compare(r, a.to, answer.Note)
		return cp, false
	}
	if a.base.Size > 0 {
		prefix, ok := prefixOf(cp, answer, a.base.Size)
		if !ok {
			return cp, false
		}
		if prefix != a.base.Root {
			c.rival(r, a, cp, answer, prefix)
			return cp, false
		}
	}
	if r.Forked {
		return cp, true
	}
	return cp, c.show(r, a.to, cp, answer.Note)
}

// prefixOf is the root that an answer's tree has at the size that was asked
// with; ok is false if the answer does not prove it.
func prefixOf(cp signing.Checkpoint, answer RangeAnswer, size uint64) (prefix tlog.Hash, ok bool) {
	if cp.Size == size {
		return cp.Root, true
	}
	return answer.Prefix, tlog.CheckTree(answer.Link, int64(cp.Size), cp.Root, int64(size), answer.Prefix) == nil
}

// rival takes in that a peer's tree, under a note of the log, does not extend
// what is held.
func (c *Core) rival(r *replica, a asked, cp signing.Checkpoint, answer RangeAnswer, prefix tlog.Hash) {
	ours := evidence(a.base)
	own, err := signing.PeekCheckpoint(ours)
	switch {
	case err != nil:
		return
	case own.Size == a.base.Size:
		c.fork(r, a.to, ForkSeen{First: ours, Second: answer.Note, Prefix: prefix, Link: answer.Link})
	default:
		c.doubtOf(r, a.to, ours, answer.Note)
	}
	if r.Forked && a.base.Size == r.head.Size && a.base.Root == r.head.Root {
		r.astray = true
	}
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
		c.doubtOf(r, from, seenNote, note)
		return false
	}
	if cp.Size > r.shown.Size {
		r.shown, r.shownNote = cp, slices.Clone(note)
		clear(r.empty)
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
	if cp, err := signing.PeekCheckpoint(h.Checkpoint); h.Target == nil || err == nil && cp.Size == h.Size {
		return h.Checkpoint
	}
	return h.Target
}

// fork records that a peer holds another history of a log. What was seen first
// stays until a document proves the fork, and nothing of that log is taken from
// that peer. Of a log that is proven to have forked, more contradictions are
// told: it may be that a quorum cosigned both sides.
func (c *Core) fork(r *replica, from review.ParticipantID, seen ForkSeen) {
	seen.Origin = r.origin
	if r.Forked {
		c.emit(seen)
		return
	}
	c.shun(r, from, seen.Second)
	r.doubt = nil
	if !r.seen {
		r.seen = true
		c.emit(seen)
	}
	c.fenceForked(r, seen.Second)
}

// shun takes nothing more of a log from a peer that holds another history.
func (c *Core) shun(r *replica, from review.ParticipantID, note []byte) {
	r.rivals[from] = true
	delete(r.told, from)
	if bytes.Equal(r.shownNote, note) {
		r.shown, r.shownNote = signing.Checkpoint{}, nil // nothing to pull towards
	}
	c.touch(r)
}

func (c *Core) fenceForked(r *replica, note []byte) {
	if r.origin == c.own {
		c.fence("a peer shows another history of "+string(r.origin)+" under its key: two copies of this node have been signing", note)
	}
}
