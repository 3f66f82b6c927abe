package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// open reads a run's rows from its parts, to change them. The next flush closes it.
func (p *pages) open(r *run) {
	if !r.open {
		r.rows = p.rowsOf(r)
		r.open, p.levels[0].stale[r] = true, true
	}
}

// rowsOf are the rows of a run.
func (p *pages) rowsOf(r *run) []tableRow {
	if r.open {
		return r.rows
	}
	rows, err := p.readRows(r.parts)
	if err != nil && p.err == nil {
		p.err = err
	}
	return rows
}

// rowsOnPage are the rows of a part of a group; ok is false if it is none of rows.
func rowsOnPage(group string, part []byte) (rows []json.RawMessage, ok bool) {
	list, ok := bytes.CutPrefix(part, partHead(group))
	if !ok {
		return nil, false
	}
	return entriesOf(part[len(part)-len(list)-1 : len(part)-1])
}

func (p *pages) readRows(parts []part) (rows []tableRow, err error) {
	var pieces joiner
	for _, part := range parts {
		b, err := p.bytesOf(part)
		if err != nil {
			return nil, err
		}
		texts, ok := rowsOnPage(p.group, b)
		if !ok {
			var page Part
			if err := json.Unmarshal(b, &page); err != nil || page.Piece == nil {
				return nil, fmt.Errorf("review: part %.12s of %s has no rows", part.digest, p.group)
			}
			text, err := pieces.add(*page.Piece)
			if err != nil {
				return nil, err
			}
			if text != nil {
				texts = append(texts, text)
			}
		}
		rows = slices.Grow(rows, len(texts))
		for _, text := range texts {
			row, err := readTableRow(text)
			if err != nil {
				return nil, fmt.Errorf("review: part %.12s of %s: %w", part.digest, p.group, err)
			}
			p.share(&row)
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// bytesOf are a part's.
func (p *pages) bytesOf(of part) ([]byte, error) {
	if of.bytes != nil {
		return of.bytes, nil
	}
	return partIn(p.cells, of.digest)
}

// shed leaves the bytes of all parts to cells, and says which ones these do not
// need any more. A part may have gone from one run and come in another.
func (p *pages) shed(to Cells) (gone []string) {
	runs := p.made
	if p.cells == nil { // the first time
		p.cells, runs = to, nil
		for l := range p.listed + 1 {
			runs = append(runs, p.levels[l].runs...)
		}
	}
	for _, r := range runs {
		for i := range r.parts {
			delete(p.gone, r.parts[i].digest)
			r.parts[i].bytes = nil
		}
	}
	gone = slices.Collect(maps.Keys(p.gone))
	clear(p.gone)
	p.made = nil
	return gone
}

// has is whether a run's parts hold a row as it is. In no text of a part can the
// bytes of a row stand: there quotes are escaped.
func (p *pages) has(r *run, row *tableRow) bool {
	for _, part := range r.parts {
		if part.first > row.key {
			break
		}
		if b, err := p.bytesOf(part); err == nil && bytes.Contains(b, row.json) {
			return true
		}
	}
	return false
}

// readTableRow takes of a row in its RFC 8785 form what it is counted by.
func readTableRow(raw []byte) (row tableRow, err error) {
	row.json, row.in = raw, []string{}
	for i := 1; i < len(raw); i++ {
		end := asciiName(raw, i)
		if end < 0 || end >= len(raw) || raw[end] != ':' {
			break
		}
		name := raw[i+1 : end-1]
		i = skipValue(raw, end+1)
		value := raw[end+1 : i]
		switch string(name) {
		case "in":
			names, _ := entriesOf(value)
			for _, n := range names {
				text, _ := jsonString(n)
				row.in = append(row.in, text)
			}
		case "key":
			row.key, _ = jsonString(value)
		case "sample":
			row.sample = true
		case "sums":
			err = json.Unmarshal(value, &row.sums)
		}
	}
	if row.key == "" && err == nil {
		err = errors.New("a row without a key")
	}
	return row, err
}
