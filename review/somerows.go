package review

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Of a great stocktake nobody reads all rows for a few. These find them by what
// parts are known to hold, and decode no others. The stocktake is one that
// Assemble made or ParseStocktakeFile read, and outline is its own.

// RowsWith are the rows of a group whose keys begin with one of some texts, by key.
func (s *Stocktake) RowsWith(outline *Contents, group string, prefixes []string) []json.RawMessage {
	var rows []json.RawMessage
	s.search(outline, group, func(from, until string, _ []byte) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool {
			return (until == "" || until >= p) && (from <= p || strings.HasPrefix(from, p))
		})
	}, func(row json.RawMessage) {
		var r struct{ Key string }
		if json.Unmarshal(row, &r) == nil && slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(r.Key, p) }) {
			rows = append(rows, row)
		}
	})
	return rows
}

// RowsCiting are the rows of a group that rest on one of some documents, by key.
func (s *Stocktake) RowsCiting(outline *Contents, group string, ids map[DocumentID]bool) []json.RawMessage {
	var rows []json.RawMessage
	s.search(outline, group, func(_, _ string, page []byte) bool { return page == nil || names(page, ids) }, func(row json.RawMessage) {
		var r struct{ Cites []DocumentID }
		if names(row, ids) && json.Unmarshal(row, &r) == nil && slices.ContainsFunc(r.Cites, func(id DocumentID) bool { return ids[id] }) {
			rows = append(rows, row)
		}
	})
	return rows
}

// names is whether a text in JSON has the ID of one of some documents as a string.
func names(b []byte, ids map[DocumentID]bool) bool {
	const length = 64
	for i := 0; ; i++ {
		quote := bytes.IndexByte(b[i:], '"')
		if i += quote; quote < 0 || i+length+1 >= len(b) {
			return false
		}
		if b[i+length+1] == '"' && ids[DocumentID(b[i+1:i+1+length])] {
			return true
		}
	}
}

// search takes the rows of the parts that may hold what is wanted. from and until
// are keys between which those of a part lie, "" where that is not known; page is a
// part of rows, nil for one that names others.
func (s *Stocktake) search(outline *Contents, group string, may func(from, until string, page []byte) bool, take func(json.RawMessage)) {
	var pieces joiner
	var walk func(pages []PageEntry, until string)
	walk = func(pages []PageEntry, until string) {
		for i, page := range pages {
			next := until
			if i+1 < len(pages) {
				next = pages[i+1].First
			}
			if !may(page.First, next, nil) {
				continue
			}
			b := s.Parts[page.Digest]
			if bytes.HasPrefix(b, partHead(group)) && !may(page.First, next, b) {
				continue
			}
			p := s.part(page.Digest)
			for _, row := range p.Rows {
				take(row)
			}
			if p.Piece != nil {
				if row, err := pieces.add(*p.Piece); row != nil && err == nil {
					take(row)
				}
			}
			walk(p.Pages, next)
		}
	}
	var listed []PageEntry
	for _, digest := range outline.PartsOf(group) {
		listed = append(listed, PageEntry{First: firstKey(s.Parts[digest], group), Digest: digest})
	}
	walk(listed, "")
}

// firstKey is the key of the first row under a part of rows or of others; "" of
// a piece.
func firstKey(part []byte, group string) string {
	var first struct{ Key, First string }
	for _, head := range [][]byte{partHead(group), indexHead(group)} {
		if entries, ok := bytes.CutPrefix(part, head); ok {
			_ = json.NewDecoder(bytes.NewReader(entries)).Decode(&first) // of the first entry
		}
	}
	return cmp.Or(first.Key, first.First)
}

// part is one of the parts.
func (s *Stocktake) part(digest string) (p Part) {
	if err := strictJSON(s.Parts[digest], &p); err != nil {
		panic(fmt.Sprintf("review: a stocktake of unknown make: %v", err))
	}
	return p
}

// FirstRows reads the first rows of groups of stocktakes, and how many there are.
// What it counted of a part it keeps, so that of a stocktake that changed it reads
// the parts that did. It is for several goroutines.
type FirstRows struct {
	mu      sync.Mutex
	counted map[string]rowCount // by digest of a part
}

// rowCount is how many rows there are under a part.
type rowCount struct {
	rows, samples int
	pieces        bool // one of them lies in pieces
}

// sampleField is in every row of a sample: in a text its quotes would be escaped.
var sampleField = []byte(`"sample":true`)

// Of are the first n rows of a group, invented ones last, and how many it has.
func (f *FirstRows) Of(s *Stocktake, outline *Contents, group string, n int) (rows []json.RawMessage, total int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.counted) > 2*len(s.Parts)+1000 {
		clear(f.counted) // most of these are gone
	}
	if f.counted == nil {
		f.counted = map[string]rowCount{}
	}
	var all rowCount
	digests := outline.PartsOf(group)
	for _, digest := range digests {
		all.add(f.count(s, digest))
	}
	var samples []json.RawMessage
	take := func(row json.RawMessage) {
		if bytes.Contains(row, sampleField) {
			samples = append(samples, row)
		} else {
			rows = append(rows, row)
		}
	}
	if all.pieces {
		for row := range s.RowsOf(outline, group) {
			take(row)
		}
	} else {
		for _, digest := range digests {
			f.walk(s, digest, func(c rowCount) bool {
				return len(rows) < n && c.rows > c.samples || len(samples) < n && c.samples > 0
			}, take)
		}
	}
	rows = append(rows, samples...)
	if !all.pieces {
		return rows[:min(n, len(rows))], all.rows
	}
	return rows[:min(n, len(rows))], len(rows)
}

// count is what lies under a part.
func (f *FirstRows) count(s *Stocktake, digest string) (all rowCount) {
	all, ok := f.counted[digest]
	if ok {
		return all
	}
	p := s.part(digest)
	for _, row := range p.Rows {
		all.rows++
		if bytes.Contains(row, sampleField) {
			all.samples++
		}
	}
	for _, page := range p.Pages {
		all.add(f.count(s, page.Digest))
	}
	all.pieces = all.pieces || p.Piece != nil
	f.counted[digest] = all
	return all
}

func (c *rowCount) add(d rowCount) {
	c.rows, c.samples, c.pieces = c.rows+d.rows, c.samples+d.samples, c.pieces || d.pieces
}

// walk takes the rows of pages under a part that are wanted for what is counted
// of them.
func (f *FirstRows) walk(s *Stocktake, digest string, wanted func(rowCount) bool, take func(json.RawMessage)) {
	if !wanted(f.count(s, digest)) {
		return
	}
	p := s.part(digest)
	for _, row := range p.Rows {
		take(row)
	}
	for _, page := range p.Pages {
		f.walk(s, page.Digest, wanted, take)
	}
}
