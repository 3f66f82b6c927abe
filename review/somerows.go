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
			p := s.part(group, page.Digest)
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

// part is one of the parts of a group.
func (s *Stocktake) part(group, digest string) (p Part) {
	if rows, ok := rowsOnPage(group, s.Parts[digest]); ok {
		return Part{Group: group, Rows: rows}
	}
	if err := strictJSON(s.Parts[digest], &p); err != nil {
		panic(fmt.Sprintf("review: a stocktake of unknown make: %v", err))
	}
	return p
}

// RowPages reads rows of groups of stocktakes page by page, real ones before
// invented ones. What it counted in a part it keeps, so that of a stocktake that
// changed it reads the parts that did. It is for several goroutines.
type RowPages struct {
	mu      sync.Mutex
	counted map[counting]rowCount
}

// counting is what is counted under a part: the rows of a figure, of one without a
// name all.
type counting struct {
	part string // digest
	of   Figure
}

// rowCount is how many rows there are under a part.
type rowCount struct {
	real, samples int
	pieces        bool // a row lies in pieces: those are put together to know what it is
}

// Of are n rows of a figure of the stocktake from one on, from 0, and how many it
// has. Without a name, they are those of its group.
func (p *RowPages) Of(s *Stocktake, outline *Contents, f Figure, from, n int) (rows []json.RawMessage, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.counted) > 4*len(s.Parts)+1000 {
		clear(p.counted) // most of these are gone
	}
	if p.counted == nil {
		p.counted = map[counting]rowCount{}
	}
	of := Figure{Group: f.Group}
	if f.Name != "" {
		of.Name, of.Sample = f.Name, f.Sample
	}
	var all rowCount
	digests := outline.PartsOf(f.Group)
	for _, digest := range digests {
		all.add(p.count(s, digest, of))
	}
	if all.pieces {
		return scan(s, outline, of, from, n)
	}
	until := from + min(n, all.real+all.samples)
	for at, sample := 0, false; ; at, sample = all.real, true {
		for _, digest := range digests {
			at = p.walk(s, digest, of, sample, at, from, until, &rows)
		}
		if sample {
			return rows, all.real + all.samples
		}
	}
}

// count is what lies under a part.
func (p *RowPages) count(s *Stocktake, digest string, of Figure) (all rowCount) {
	c := counting{digest, of}
	all, ok := p.counted[c]
	if ok {
		return all
	}
	part := s.part(of.Group, digest)
	all.pieces = part.Piece != nil
	for _, row := range part.Rows {
		switch in, sample := counted(row, of); {
		case in && sample:
			all.samples++
		case in:
			all.real++
		}
	}
	for _, page := range part.Pages {
		all.add(p.count(s, page.Digest, of))
	}
	p.counted[c] = all
	return all
}

func (c *rowCount) add(d rowCount) {
	c.real, c.samples, c.pieces = c.real+d.real, c.samples+d.samples, c.pieces || d.pieces
}

// walk takes the rows under a part that lie between two, of which at were before
// it, and gives how many are up to its end. Invented ones are walked apart.
func (p *RowPages) walk(s *Stocktake, digest string, of Figure, sample bool, at, from, until int, rows *[]json.RawMessage) int {
	c := p.count(s, digest, of)
	n := c.real
	if sample {
		n = c.samples
	}
	if at+n <= from || at >= until {
		return at + n
	}
	part := s.part(of.Group, digest)
	for _, row := range part.Rows {
		if in, is := counted(row, of); in && is == sample {
			if at >= from && at < until {
				*rows = append(*rows, row)
			}
			at++
		}
	}
	for _, page := range part.Pages {
		at = p.walk(s, page.Digest, of, sample, at, from, until, rows)
	}
	return at
}

// scan is Of by all rows.
func scan(s *Stocktake, outline *Contents, of Figure, from, n int) (rows []json.RawMessage, total int) {
	var samples []json.RawMessage
	for row := range s.RowsOf(outline, of.Group) {
		switch in, sample := counted(row, of); {
		case in && sample:
			samples = append(samples, row)
		case in:
			rows = append(rows, row)
		}
	}
	rows = append(rows, samples...)
	total = len(rows)
	rows = rows[min(from, total):]
	return rows[:min(n, len(rows))], total
}

// sampleField is in every row of a sample: in a text its quotes would be escaped.
var sampleField = []byte(`"sample":true`)

// counted is whether a row counts in a figure, in one without a name always, and
// whether it is invented.
func counted(row json.RawMessage, of Figure) (in, sample bool) {
	sample = bytes.Contains(row, sampleField)
	if of.Name == "" || sample != of.Sample {
		return of.Name == "", sample
	}
	var r ReadRow
	return json.Unmarshal(row, &r.Row) == nil && r.Counts(of), sample
}
