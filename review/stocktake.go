package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/gowebpki/jcs"
)

// Stocktake is the deterministic result of assembling a snapshot for a scope
// and a cut-off: a manifest and the parts that it names by digest, all of them
// RFC 8785 JSON. README.md specifies both. The digest of a stocktake is its
// manifest's, so whoever holds that digest can check every figure and row.
type Stocktake struct {
	Manifest []byte            // see [Manifest]
	Parts    map[string][]byte // by hexadecimal SHA-256; see [Part]
	Snapshot []byte            // what it was made from: Snapshot.Marshal
}

// Digest is the hexadecimal SHA-256 of the manifest.
func (s *Stocktake) Digest() string { return digestOf(s.Manifest) }

// Size is how many bytes its manifest and parts are.
func (s *Stocktake) Size() int {
	total := len(s.Manifest)
	for _, part := range s.Parts {
		total += len(part)
	}
	return total
}

// SchemaVersion is the version of the format of manifest and parts.
const SchemaVersion = 1

// Manifest is a stocktake's summary: what it was made from, every figure, and
// where the rows that make them are.
type Manifest struct {
	Schema     int         `json:"schema"`
	Rules      int         `json:"rules"`
	Federation DocumentID  `json:"federation"`
	Charter    DocumentID  `json:"charter"`
	Compact    string      `json:"compact"`  // digest
	Licence    string      `json:"licence"`  // of the data, by its SPDX identifier, or not-stated
	Snapshot   string      `json:"snapshot"` // digest
	Scope      Scope       `json:"scope"`
	Rates      DocumentID  `json:"rates,omitempty"` // the table with which figures in a base currency were made
	Cutoff     string      `json:"cutoff"`          // RFC 3339; empty if nothing was filed
	Notes      []string    `json:"notes"`           // keys of Notes
	Parts      []PartEntry `json:"parts"`
	Figures    []Figure    `json:"figures"`
}

// PartEntry names one part: a page of a group of rows or, where these are many,
// a page that names such pages.
type PartEntry struct {
	Group  string `json:"group"`
	Page   int    `json:"page"` // from 1
	Digest string `json:"digest"`
	Size   int    `json:"size"` // bytes
}

// Figure is a count or a sum over the rows of a group: those whose "in" has
// its name (Value is how many), or whose "sums" has it (Amount is their sum).
// Samples are counted apart.
type Figure struct {
	Group  string `json:"group"`
	Name   string `json:"name"`
	Sample bool   `json:"sample,omitempty"`
	Value  int    `json:"value"`
	Amount string `json:"amount,omitempty"` // decimal
	Part   string `json:"part,omitempty"`   // digest of the first part with a row of it, or a piece of one
}

// Part is one page of a group's rows, sorted by key, or of the pages that hold
// them, or a piece of a row that fits no page.
type Part struct {
	Group string            `json:"group"`
	Rows  []json.RawMessage `json:"rows,omitempty"`
	Piece *Piece            `json:"piece,omitempty"`
	Pages []PageEntry       `json:"pages,omitempty"`
}

// PageEntry names a part within another.
type PageEntry struct {
	First  string `json:"first"` // key of its first row, or of the row that it is a piece of
	Digest string `json:"digest"`
	Size   int    `json:"size"` // bytes
}

// Row is what every row has besides the fields of its group.
type Row struct {
	Key    string            `json:"key"`            // unique in its group
	In     []string          `json:"in"`             // the figures that count it
	Sums   map[string]string `json:"sums,omitempty"` // what it adds to figures that are sums
	Sample bool              `json:"sample,omitempty"`
	Cites  []DocumentID      `json:"cites"` // what it rests on

	AccreditedBy []ParticipantID `json:"accreditedBy,omitempty"` // who answered for its author, of one whom the charter does not list
}

func (r *Row) head() *Row { return r }

// table collects the rows of one group.
type table struct {
	group string
	names []string // figures that are shown also when nothing counts in them
	rows  []tableRow
}

// tableRow is a row as it is paged and counted.
type tableRow struct {
	key    string
	in     []string
	sums   map[string]string
	sample bool
	json   []byte
}

func (t *table) add(row interface{ head() *Row }) {
	h := row.head()
	if h.In == nil {
		h.In = []string{}
	}
	t.rows = append(t.rows, tableRow{h.Key, h.In, h.Sums, h.Sample, Canonical(row)})
}

// compose pages the tables and tallies their figures.
func compose(m Manifest, snapshot []byte, tables []*table) *Stocktake {
	all := make([]*pages, len(tables))
	for i, t := range tables {
		all[i] = pagesOf(t)
		all[i].flush(func(part) {})
	}
	return composed(m, snapshot, all)
}

// composed is the stocktake of flushed pages. Where one of these has an error, parts
// could not be read.
func composed(m Manifest, snapshot []byte, groups []*pages) *Stocktake {
	n := 0
	for _, p := range groups {
		for l := range p.listed + 1 {
			n += p.levels[l].parts
		}
	}
	s := &Stocktake{Manifest: m.of(groups), Parts: make(map[string][]byte, n), Snapshot: snapshot}
	for _, p := range groups {
		for part := range p.all {
			b, err := p.bytesOf(part)
			if s.Parts[part.digest] = b; err != nil {
				p.err = err
			}
		}
	}
	return s
}

// of writes the manifest with the parts and figures of flushed pages.
func (m Manifest) of(groups []*pages) []byte {
	m.Parts, m.Figures = []PartEntry{}, []Figure{}
	var parts, figures [][]byte
	for _, p := range groups {
		if p.entered == nil {
			p.entered = &entered{entries(p.entries()), entries(p.figures())}
		}
		parts, figures = append(parts, p.entered.parts), append(figures, p.entered.figures)
	}
	b := Canonical(m) // in no text of it can the empty lists stand like this
	b = bytes.Replace(b, []byte(`"figures":[]`), inList(`"figures":[`, figures), 1)
	return bytes.Replace(b, []byte(`"parts":[]`), inList(`"parts":[`, parts), 1)
}

// entered is what a manifest says of one group: its parts and figures, without
// the brackets of a list.
type entered struct{ parts, figures []byte }

func entries[T any](list []T) []byte {
	if len(list) == 0 {
		return nil
	}
	b := Canonical(list)
	return b[1 : len(b)-1]
}

func inList(head string, lists [][]byte) []byte {
	lists = slices.DeleteFunc(lists, func(b []byte) bool { return len(b) == 0 })
	return append(append([]byte(head), bytes.Join(lists, []byte(","))...), ']')
}

// ErrStocktakeFile means that bytes are not a stocktake file, or one whose
// parts, figures or digests contradict each other.
var ErrStocktakeFile = errors.New("review: not a sound stocktake file")

type stocktakeFile struct {
	Manifest json.RawMessage            `json:"manifest"`
	Parts    map[string]json.RawMessage `json:"parts"`
	Snapshot json.RawMessage            `json:"snapshot"`
}

// File is the stocktake as one RFC 8785 JSON object:
//
//	{"manifest":{...},"parts":{"<digest>":{...}},"snapshot":{...}}
func (s *Stocktake) File() []byte {
	var b bytes.Buffer
	b.WriteString(`{"manifest":`)
	b.Write(s.Manifest)
	b.WriteString(`,"parts":{`)
	for i, digest := range slices.Sorted(maps.Keys(s.Parts)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + digest + `":`)
		b.Write(s.Parts[digest])
	}
	b.WriteString(`},"snapshot":`)
	b.Write(s.Snapshot)
	b.WriteByte('}')
	return b.Bytes()
}

// ParseStocktakeFile reads what File writes. It checks every digest and that
// every figure is what its rows make it; that the rows are those that the
// snapshot's records make is for whoever has the records.
func ParseStocktakeFile(b []byte) (*Stocktake, error) {
	fail := func(format string, args ...any) (*Stocktake, error) {
		return nil, fmt.Errorf("%w: "+format, append([]any{ErrStocktakeFile}, args...)...)
	}
	if len(b) > maxStocktakeFile {
		return fail("%d bytes, the limit is %d", len(b), maxStocktakeFile)
	}
	if jsonDepth(b) > maxDepth {
		return fail("nested too deeply")
	}
	canonical, err := jcs.Transform(b)
	if err != nil || !bytes.Equal(canonical, b) {
		return fail("not in RFC 8785 form")
	}
	var f stocktakeFile
	if err := strictJSON(b, &f); err != nil {
		return fail("%v", err)
	}
	var m Manifest
	if err := strictJSON(f.Manifest, &m); err != nil {
		return fail("manifest: %v", err)
	}
	if m.Schema != SchemaVersion {
		return fail("schema version %d, this program reads %d", m.Schema, SchemaVersion)
	}
	snapshot, err := ParseSnapshot(f.Snapshot)
	if err != nil {
		return fail("%v", err)
	}
	if snapshot.Digest() != m.Snapshot || snapshot.Charter != m.Charter || snapshot.Federation != m.Federation {
		return fail("the snapshot is not the one of the manifest")
	}
	s := &Stocktake{Manifest: f.Manifest, Parts: map[string][]byte{}, Snapshot: f.Snapshot}
	for digest, part := range f.Parts {
		if digestOf(part) != digest {
			return fail("part %.12s does not have that digest", digest)
		}
		s.Parts[digest] = part
	}
	if err := s.checkFigures(m); err != nil {
		return fail("%v", err)
	}
	if _, err := s.decode(); err != nil {
		return fail("%v", err)
	}
	if !bytes.Equal(Canonical(m), s.Manifest) || !bytes.Equal(s.File(), b) {
		return fail("field names in another case")
	}
	return s, nil
}

// checkFigures pages and tallies the rows again.
func (s *Stocktake) checkFigures(m Manifest) error {
	var again []*pages
	for _, group := range groups {
		t, last := &table{group: group.name, names: group.figures}, ""
		for raw, err := range s.rows(m, group.name) {
			var row Row
			if err != nil {
				return err
			}
			if err := json.Unmarshal(raw, &row); err != nil || row.Key <= last {
				return fmt.Errorf("rows of %s are not sorted by key", group.name)
			}
			for _, amount := range row.Sums {
				if !isDecimalOf(amount, maxSumDigits) {
					return fmt.Errorf("row %.40q: %.40q is not a decimal", row.Key, amount)
				}
			}
			last = row.Key
			t.rows = append(t.rows, tableRow{row.Key, row.In, row.Sums, row.Sample, raw})
		}
		p := pagesOf(t)
		p.flush(func(part) {})
		again = append(again, p)
	}
	want := composed(m, s.Snapshot, again)
	if !maps.EqualFunc(want.Parts, s.Parts, bytes.Equal) {
		return errors.New("the parts are not those that the rows make")
	}
	if !bytes.Equal(want.Manifest, Canonical(m)) {
		return errors.New("the manifest does not list these parts, or its figures are not what the rows make them")
	}
	return nil
}

// rows are the rows of a group, page by page.
func (s *Stocktake) rows(m Manifest, group string) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		var pieces joiner
		var walk func(digest string, depth int) bool
		walk = func(digest string, depth int) bool {
			var p Part
			if b, ok := s.Parts[digest]; !ok || depth > partLevels || strictJSON(b, &p) != nil || p.Group != group || len(p.Rows)+len(p.Pages) == 0 && p.Piece == nil {
				yield(nil, fmt.Errorf("part %.12s is not a page of %s", digest, group))
				return false
			}
			if p.Piece != nil {
				row, err := pieces.add(*p.Piece)
				if (row != nil || err != nil) && !yield(row, err) || err != nil {
					return false
				}
			} else if pieces.waits() {
				yield(nil, errPieces)
				return false
			}
			for _, row := range p.Rows {
				if !yield(row, nil) {
					return false
				}
			}
			for _, page := range p.Pages {
				if !walk(page.Digest, depth+1) {
					return false
				}
			}
			return true
		}
		for _, entry := range m.Parts {
			if entry.Group == group && !walk(entry.Digest, 1) {
				return
			}
		}
		if pieces.waits() {
			yield(nil, errPieces)
		}
	}
}

// Rows are all rows of a stocktake that Assemble made or ParseStocktakeFile
// read, each with its group.
func (s *Stocktake) Rows() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		c := s.Outline()
		for _, g := range groups {
			for row := range s.RowsOf(c, g.name) {
				if !yield(g.name, row) {
					return
				}
			}
		}
	}
}

// RowsOf are the rows of one group, with the stocktake's outline, by key.
func (s *Stocktake) RowsOf(outline *Contents, group string) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		for row, err := range s.rows(outline.Manifest, group) {
			if err != nil {
				panic(fmt.Sprintf("review: a stocktake of unknown make: %v", err))
			}
			if !yield(row) {
				return
			}
		}
	}
}
