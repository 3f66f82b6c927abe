package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Cells keep the parts of one scope's stocktake outside of memory, where an
// assembly reads those of which rows change. All that they hold follows from the
// records: they may be dropped at any time, and whoever finds them broken makes
// them anew. Package store has them on disk; [MemoryCells] are for tests and for
// measuring.
type Cells interface {
	// Part is what was put under a digest.
	Part(digest string) ([]byte, error)
	// Parts are the digests of all that was put and is not gone.
	Parts() ([]string, error)
	// Head is what the last change ended with; nil if there was none, or one was
	// cut off half-way.
	Head() ([]byte, error)
	// Change puts parts by digest, takes others out and sets the head.
	Change(put map[string][]byte, gone []string, head []byte) error
}

// cellsVersion changes with what cells hold.
const cellsVersion = 1

// cellsHead says what cells hold: the stocktake with this manifest.
type cellsHead struct {
	Cells    int             `json:"cells"`
	Manifest json.RawMessage `json:"manifest"`
	Snapshot json.RawMessage `json:"snapshot"`
}

// ErrNotKept means that cells do not hold a snapshot's stocktake.
var ErrNotKept = errors.New("review: the cells hold no stocktake of this snapshot")

// Kept is the stocktake that an assembly left in cells, at the snapshot's latest
// filing time and without a table of rates, if it was made from these states of
// logs. Nothing is computed; every part is held against its digest. It is
// [ErrNotKept] if it was made from others, or by another version.
func Kept(cells Cells, scope Scope, federation DocumentID, logs []LogState) (*Stocktake, error) {
	b, err := cells.Head()
	if err != nil {
		return nil, err
	}
	var head cellsHead
	var m Manifest
	if b == nil || json.Unmarshal(b, &head) != nil || head.Cells != cellsVersion || json.Unmarshal(head.Manifest, &m) != nil {
		return nil, ErrNotKept
	}
	s, err := ParseSnapshot(head.Snapshot)
	if err != nil || m.Schema != SchemaVersion || m.Rules != RuleVersion || m.Scope != scope || m.Snapshot != s.Digest() ||
		s.Federation != federation || !slices.EqualFunc(s.Logs, logs, LogState.Equal) {
		return nil, ErrNotKept
	}
	digests, err := cells.Parts()
	if err != nil {
		return nil, err
	}
	kept := &Stocktake{Manifest: head.Manifest, Parts: map[string][]byte{}, Snapshot: head.Snapshot}
	for _, digest := range digests {
		if kept.Parts[digest], err = partIn(cells, digest); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// partIn is a part that cells hold, held against its digest.
func partIn(cells Cells, digest string) ([]byte, error) {
	b, err := cells.Part(digest)
	if err == nil && digestOf(b) != digest {
		err = fmt.Errorf("review: the cells hold other bytes as part %.12s", digest)
	}
	return b, err
}

// overwriting makes cells hold a stocktake that was made from scratch, group by
// group. What they hold of it already is not written again, if it is trusted.
type overwriting struct {
	Cells
	trusted bool
	held    map[string]bool // and is not part of it, as far as it is known
	put     bool
	err     error
}

func overwrite(cells Cells, trusted bool) (*overwriting, error) {
	digests, err := cells.Parts()
	o := &overwriting{Cells: cells, trusted: trusted, held: make(map[string]bool, len(digests))}
	for _, digest := range digests {
		o.held[digest] = true
	}
	return o, err
}

// take takes the pages of a group, whose bytes then lie in the cells alone.
func (o *overwriting) take(p *pages) {
	put := map[string][]byte{}
	for part := range p.all {
		if !o.held[part.digest] || !o.trusted {
			put[part.digest] = part.bytes
		}
		delete(o.held, part.digest)
	}
	if len(put) > 0 && o.err == nil {
		o.put, o.err = true, o.Change(put, nil, nil)
	}
	p.shed(o.Cells)
}

// change is a change of what was taken.
func (o *overwriting) change(put map[string][]byte, gone []string) {
	for digest := range put {
		delete(o.held, digest)
	}
	if len(put)+len(gone) > 0 && o.err == nil {
		o.put, o.err = true, o.Change(put, gone, nil)
	}
}

// end takes out what is not part of the stocktake, and sets the head.
func (o *overwriting) end(head []byte) error {
	if o.err != nil {
		return o.err
	}
	if was, err := o.Head(); err == nil && !o.put && len(o.held) == 0 && bytes.Equal(was, head) {
		return nil
	}
	return o.Change(nil, slices.Collect(maps.Keys(o.held)), head)
}

// MemoryCells are cells in memory.
type MemoryCells struct {
	parts map[string][]byte
	head  []byte
}

// Part is what was put under a digest.
func (c *MemoryCells) Part(digest string) ([]byte, error) {
	b, ok := c.parts[digest]
	if !ok {
		return nil, fmt.Errorf("review: the cells hold no part %.12s", digest)
	}
	return b, nil
}

// Parts are the digests of all parts.
func (c *MemoryCells) Parts() ([]string, error) { return slices.Collect(maps.Keys(c.parts)), nil }

// Head is what the last change ended with.
func (c *MemoryCells) Head() ([]byte, error) { return c.head, nil }

// Change puts parts, takes others out and sets the head.
func (c *MemoryCells) Change(put map[string][]byte, gone []string, head []byte) error {
	if c.parts == nil {
		c.parts = map[string][]byte{}
	}
	maps.Copy(c.parts, put)
	for _, digest := range gone {
		delete(c.parts, digest)
	}
	c.head = head
	return nil
}
