package federation

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// doubt is that two notes of a log contradict each other, of which no proof is
// at hand: what is held arrived in parts, under a note whose tree is not here.
// Whoever extends the larger one shows which root it has at the smaller one's
// size.
type doubt struct {
	smaller signing.Checkpoint
	note    []byte // the smaller one's
	asking  bool
	asked   map[review.ParticipantID]bool
	again   time.Time // to ask everybody once more
}

// Contradiction is what Compare found: of a note and a tree that does not
// extend it, the proof, if there is a note for that tree, else none.
type Contradiction struct {
	Origin review.Origin
	From   review.ParticipantID // who showed the note
	Note   []byte
	Proof  *ForkSeen // nil if what is held arrived in parts
}

// Contradicts holds a note, whose signature the caller has checked, against a
// ledger's tree of its log. ok is false if that tree extends it or is smaller.
func Contradicts(l Ledger, note []byte) (found Contradiction, ok bool, err error) {
	cp, err := signing.PeekCheckpoint(note)
	if err != nil {
		return found, false, err
	}
	o := review.Origin(cp.Origin)
	root, err := l.Root(o, cp.Size)
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && root == cp.Root:
		return found, false, nil
	case err != nil:
		return found, false, fmt.Errorf("%s: %w", o, err)
	}
	found = Contradiction{Origin: o, Note: note}
	h := l.Head(o)
	if own, ok := servable(h); ok && own.Size >= cp.Size {
		link, err := proveTree(l, o, cp.Size, own.Size)
		if err != nil {
			return found, false, fmt.Errorf("%s: %w", o, err)
		}
		found.Proof = &ForkSeen{Origin: o, First: note, Second: h.Checkpoint, Prefix: root, Link: link}
	}
	return found, true, nil
}

// Differing are the heads that a ledger's trees do not extend.
func Differing(l Ledger, heads []LogHead) (differ []LogHead, err error) {
	for _, h := range heads {
		switch root, err := l.Root(h.Origin, h.Size); {
		case errors.Is(err, store.ErrNotFound): // it was rewound meanwhile
		case err != nil:
			return nil, fmt.Errorf("%s: %w", h.Origin, err)
		case root != h.Root:
			differ = append(differ, h)
		}
	}
	return differ, nil
}

// compare has a note of fewer records than are held looked at.
func (c *Core) compare(r *replica, from review.ParticipantID, note []byte) {
	if r.Forked || r.seen {
		return
	}
	if _, ok := r.compares.take(c.now); ok {
		c.emit(Compare{From: from, Note: slices.Clone(note)})
	}
}

func (c *Core) contradicted(e Contradicted) {
	r := c.logs[e.Origin]
	if r == nil || r.Forked {
		return
	}
	if e.Proof != nil {
		c.fork(r, e.From, *e.Proof)
		return
	}
	c.doubtOf(r, e.From, evidence(r.head), e.Note)
}

// doubtOf takes in that two notes of a log contradict each other, the second of
// them shown by a peer. Of one size they prove it.
func (c *Core) doubtOf(r *replica, from review.ParticipantID, ours, theirs []byte) {
	if r.Forked {
		return
	}
	one, err1 := signing.PeekCheckpoint(ours)
	two, err2 := signing.PeekCheckpoint(theirs)
	if err1 != nil || err2 != nil || one == two {
		return
	}
	if one.Size == two.Size {
		c.fork(r, from, ForkSeen{First: ours, Second: theirs, Prefix: two.Root})
		return
	}
	c.shun(r, from, theirs)
	c.fenceForked(r, theirs)
	if r.seen || r.doubt != nil {
		return
	}
	r.doubt = &doubt{smaller: one, note: slices.Clone(ours), asked: make(map[review.ParticipantID]bool)}
	if two.Size < one.Size {
		r.doubt.smaller, r.doubt.note = two, slices.Clone(theirs)
	}
	if i, found := slices.BinarySearch(c.doubted, r.origin); !found {
		c.doubted = slices.Insert(c.doubted, i, r.origin)
	}
}

// doubtsDue asks one peer after the other how its tree goes on from a doubted
// note.
func (c *Core) doubtsDue() {
	c.doubted = slices.DeleteFunc(c.doubted, func(o review.Origin) bool {
		r := c.logs[o]
		if r.Forked {
			r.doubt = nil
		}
		return r.doubt == nil
	})
	for _, o := range c.doubted {
		r := c.logs[o]
		d := r.doubt
		if d.asking {
			continue
		}
		if !d.again.IsZero() {
			if c.now.Before(d.again) {
				c.due(d.again)
				continue
			}
			d.again, d.asked = time.Time{}, make(map[review.ParticipantID]bool)
		}
		i := slices.IndexFunc(c.order, func(id review.ParticipantID) bool { return c.peers[id].connected && !d.asked[id] })
		if i < 0 {
			d.again = c.now.Add(c.timing.CatchUp)
			c.due(d.again)
			continue
		}
		d.asked[c.order[i]], d.asking = true, true
		c.ask(asked{to: c.order[i], probe: true, doubt: true,
			base:    store.Head{Origin: o, Size: d.smaller.Size, Root: d.smaller.Root, Checkpoint: d.note},
			request: RangeRequest{Origin: o, Have: d.smaller.Size, From: d.smaller.Size}})
	}
}

// doubtAnswered looks whether an answer settles a doubt.
func (c *Core) doubtAnswered(r *replica, a asked, answer RangeAnswer, ok bool) {
	d := r.doubt
	if d == nil || d.smaller.Size != a.base.Size || d.smaller.Root != a.base.Root {
		return
	}
	d.asking = false
	if !ok || len(answer.Note) == 0 {
		return
	}
	cp, err := openCheckpoint(answer.Note, string(r.origin), r.Key)
	if err != nil || cp.Size < d.smaller.Size {
		return
	}
	var prefix tlog.Hash
	if prefix, ok = prefixOf(cp, answer, d.smaller.Size); ok && prefix != d.smaller.Root {
		c.fork(r, a.to, ForkSeen{First: d.note, Second: answer.Note, Prefix: prefix, Link: answer.Link})
	}
}
