package review

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

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
	Cutoff     string      `json:"cutoff"` // RFC 3339; empty if nothing was filed
	Notes      []string    `json:"notes"`  // keys of Notes
	Parts      []PartEntry `json:"parts"`
	Figures    []Figure    `json:"figures"`
}

// PartEntry names one part: a page of a group of rows.
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
	Part   string `json:"part,omitempty"`   // digest of the first part with a row of it
}

// Part is one page of a group's rows, sorted by key.
type Part struct {
	Group string            `json:"group"`
	Rows  []json.RawMessage `json:"rows"`
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

type tableRow struct {
	*Row
	json []byte
}

func (t *table) add(row interface{ head() *Row }) {
	h := row.head()
	if h.In == nil {
		h.In = []string{}
	}
	t.rows = append(t.rows, tableRow{h, Canonical(row)})
}

// compose pages the tables and tallies their figures.
func compose(m Manifest, snapshot []byte, tables []*table) *Stocktake {
	s := &Stocktake{Parts: map[string][]byte{}, Snapshot: snapshot}
	for _, t := range tables {
		slices.SortFunc(t.rows, func(a, b tableRow) int { return strings.Compare(a.Key, b.Key) })
		tally := newTally(t.group, t.names)
		for i, page := 0, 1; i < len(t.rows); page++ {
			part, n := nextPage(t, i)
			digest := digestOf(part)
			s.Parts[digest] = part
			m.Parts = append(m.Parts, PartEntry{t.group, page, digest, len(part)})
			for _, row := range t.rows[i : i+n] {
				tally.add(row.Row, digest)
			}
			i += n
		}
		m.Figures = append(m.Figures, tally.figures()...)
	}
	s.Manifest = Canonical(m)
	return s
}

// nextPage is the part that begins with row i, and how many rows it has. A
// page ends where it would grow past maxPart, and before a row whose key says
// so: so a row that comes or goes changes its own page, not all that follow.
func nextPage(t *table, i int) (part []byte, n int) {
	part = partHead(t.group)
	for _, row := range t.rows[i:] {
		if n > 0 && (beginsPage(row.Key) || len(part)+len(row.json)+len(",]}") > maxPart) {
			break
		}
		if n > 0 {
			part = append(part, ',')
		}
		part = append(part, row.json...)
		n++
	}
	return append(part, "]}"...), n
}

func partHead(group string) []byte { return []byte(`{"group":"` + group + `","rows":[`) }

// beginsPage holds of one key in 32.
func beginsPage(key string) bool {
	return sha256.Sum256([]byte(key))[0] < 256/32
}

// tally counts rows into figures.
type tally struct {
	group string
	names []string
	found map[figureKey]*Figure
	sums  map[figureKey]*decimal
}

type figureKey struct {
	name   string
	sample bool
}

func newTally(group string, names []string) *tally {
	t := &tally{group: group, names: names, found: map[figureKey]*Figure{}, sums: map[figureKey]*decimal{}}
	for _, name := range names {
		t.found[figureKey{name, false}] = &Figure{Group: group, Name: name}
	}
	return t
}

func (t *tally) add(row *Row, part string) {
	for _, name := range row.In {
		t.count(figureKey{name, row.Sample}, part)
	}
	for name, amount := range row.Sums {
		k := figureKey{name, row.Sample}
		t.count(k, part)
		if t.sums[k] == nil {
			t.sums[k] = new(decimal)
		}
		t.sums[k].add(amount)
	}
}

func (t *tally) count(k figureKey, part string) {
	f := t.found[k]
	if f == nil {
		f = &Figure{Group: t.group, Name: k.name, Sample: k.sample}
		t.found[k] = f
	}
	if f.Value++; f.Part == "" {
		f.Part = part
	}
}

// figures are the counts of real rows and then of samples, each in the order
// of the group's names and then of other names.
func (t *tally) figures() []Figure {
	keys := slices.SortedFunc(maps.Keys(t.found), func(a, b figureKey) int {
		if a.sample != b.sample {
			if b.sample {
				return -1
			}
			return 1
		}
		if i, j := t.rank(a.name), t.rank(b.name); i != j {
			return i - j
		}
		return strings.Compare(a.name, b.name)
	})
	figures := make([]Figure, 0, len(keys))
	for _, k := range keys {
		f := t.found[k]
		if sum := t.sums[k]; sum != nil {
			f.Amount = sum.String()
		}
		figures = append(figures, *f)
	}
	return figures
}

func (t *tally) rank(name string) int {
	if i := slices.Index(t.names, name); i >= 0 {
		return i
	}
	return len(t.names)
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

// checkFigures tallies the rows again.
func (s *Stocktake) checkFigures(m Manifest) error {
	var figures []Figure
	var parts []PartEntry
	used := map[string]bool{}
	for _, group := range groups {
		t := newTally(group.name, group.figures)
		page, last := 0, ""
		for _, entry := range m.Parts {
			if entry.Group != group.name {
				continue
			}
			page++
			b, ok := s.Parts[entry.Digest]
			var p Part
			if !ok || !bytes.HasPrefix(b, partHead(group.name)) || strictJSON(b, &p) != nil || len(p.Rows) == 0 {
				return fmt.Errorf("part %.12s is not a page of %s", entry.Digest, group.name)
			}
			used[entry.Digest] = true
			parts = append(parts, PartEntry{group.name, page, entry.Digest, len(b)})
			for _, raw := range p.Rows {
				var row Row
				if err := json.Unmarshal(raw, &row); err != nil || row.Key <= last {
					return fmt.Errorf("part %.12s: rows are not sorted by key", entry.Digest)
				}
				for _, amount := range row.Sums {
					if !isDecimal(amount) {
						return fmt.Errorf("part %.12s: %.40q is not a decimal", entry.Digest, amount)
					}
				}
				last = row.Key
				t.add(&row, entry.Digest)
			}
		}
		figures = append(figures, t.figures()...)
	}
	if !slices.Equal(parts, m.Parts) || len(used) != len(s.Parts) {
		return errors.New("the parts are not those that the manifest lists")
	}
	if !slices.Equal(figures, m.Figures) {
		return errors.New("the figures are not what the rows make them")
	}
	return nil
}
