package review

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"sort"
	"strings"
)

// The rows of a group lie in pages by their keys. One key in 32 begins a page,
// and so a run of pages that depends on no row before it or after it: a row that
// comes or goes changes its own run. Where a group has more than listedParts
// pages, pages of their own name them, by the same rule: one key in 32² begins a
// page of the first level, and so on, and the manifest lists the highest level.
//
//	manifest   ─▶ level 1  ─▶ level 0: rows
//	{"group":"pledges","page":1,...}   {"group":"pledges","pages":[...]}   {"group":"pledges","rows":[...]}
const (
	listedParts = 32 // of one group in a manifest, unless there is no higher level
	partLevels  = 5  // 32⁵ pages are more than anybody's memory
)

// beginsLevels is on how many levels a key begins a page. The lower levels are
// among them.
func beginsLevels(key string) (n int) {
	sum := sha256.Sum256([]byte(key))
	for n < partLevels && sum[n] < 256/32 {
		n++
	}
	return n
}

// pages are the rows of a group, which come and go, with the parts that they
// make and the figures that they count in. Rows are kept as the bytes of their
// parts, here or in cells, and are read from those where some of a run change.
type pages struct {
	tally
	levels  [partLevels]level
	named   map[string]string    // one copy of each figure's name
	numbers map[figureKey]uint32 // of the figures
	listed  int                  // the level that the manifest lists, once flushed

	entered *entered        // what the manifest says of them; nil where they changed
	cells   Cells           // that have the bytes of parts which have none here
	gone    map[string]bool // digests of parts that these have in vain
	made    []*run          // since they were told
	err     error           // why a part could not be read
}

// level are the runs of one level, by key.
type level struct {
	runs  []*run
	parts int // of all runs
	stale map[*run]bool
	used  bool // its parts are made
}

// run is what lies between two keys that begin a page of its level.
type run struct {
	first string         // the key that it begins with; "" of the first run, which may hold nothing
	open  bool           // of level 0: rows are those of the run, else its parts hold them
	rows  []tableRow     // by key
	found map[uint32]int // of higher levels: how many rows of each figure it holds
	parts []part
}

func newRun(l int, first string) *run {
	r := &run{first: first}
	if l > 0 {
		r.found = map[uint32]int{}
	}
	return r
}

// part is a page as bytes.
type part struct {
	first   string // key of its first row, or of the row that it is a piece of
	digest  string
	size    int
	bytes   []byte   // nil where cells hold them
	figures []uint32 // of a page of rows: in which its rows count, ascending
}

func newPages(group string, names []string) *pages {
	p := &pages{tally: newTally(group, names), named: map[string]string{}, numbers: map[figureKey]uint32{}, gone: map[string]bool{}}
	for l := range p.levels {
		p.levels[l] = level{runs: []*run{newRun(l, "")}, stale: map[*run]bool{}}
	}
	return p
}

// pagesOf are the pages of a table.
func pagesOf(t *table) *pages {
	p := newPages(t.group, t.names)
	slices.SortFunc(t.rows, func(a, b tableRow) int { return strings.Compare(a.key, b.key) })
	for _, row := range t.rows {
		p.share(&row)
		p.count(&row, 1)
		for l := range beginsLevels(row.key) {
			p.levels[l].runs = append(p.levels[l].runs, newRun(l, row.key))
		}
		last := p.levels[0].runs[len(p.levels[0].runs)-1]
		last.open, last.rows = true, append(last.rows, row)
	}
	for l := 1; l < partLevels; l++ {
		for i := range p.levels[l].runs {
			p.find(l, i)
		}
	}
	return p
}

// share keeps one copy of the names of figures.
func (p *pages) share(row *tableRow) {
	for i, name := range row.in {
		one, ok := p.named[name]
		if !ok {
			one = strings.Clone(name)
			p.named[one] = one
		}
		row.in[i] = one
	}
}

// at is the index of the run of a level in which a key lies.
func (p *pages) at(l int, key string) int {
	runs := p.levels[l].runs
	return sort.Search(len(runs), func(i int) bool { return runs[i].first > key }) - 1
}

// under are the runs of the level below that run i of a level holds.
func (p *pages) under(l, i int) []*run {
	below := p.levels[l-1].runs
	from, until := p.at(l-1, p.levels[l].runs[i].first), len(below)
	if i+1 < len(p.levels[l].runs) {
		until = p.at(l-1, p.levels[l].runs[i+1].first)
	}
	return below[from:until]
}

// find counts anew which figures run i of a level holds.
func (p *pages) find(l, i int) {
	found := p.levels[l].runs[i].found
	clear(found)
	for _, below := range p.under(l, i) {
		for k, n := range below.found {
			found[k] += n
		}
		if l > 1 {
			continue
		}
		for _, row := range p.rowsOf(below) {
			for k := range row.counted {
				found[p.number(k)]++
			}
		}
	}
}

// adjust counts a row on all levels, 1 or -1, and marks what it lies in.
func (p *pages) adjust(row *tableRow, n int) {
	p.count(row, n)
	p.entered = nil
	for l := range p.levels {
		r := p.levels[l].runs[p.at(l, row.key)]
		p.levels[l].stale[r] = true
		if l == 0 {
			continue
		}
		for k := range row.counted {
			number := p.number(k)
			if r.found[number] += n; r.found[number] == 0 {
				delete(r.found, number)
			}
		}
	}
}

// number is a figure's.
func (p *pages) number(k figureKey) uint32 {
	n, ok := p.numbers[k]
	if !ok {
		n = uint32(len(p.numbers))
		p.numbers[k] = n
	}
	return n
}

func (r *run) search(key string) (int, bool) {
	return slices.BinarySearchFunc(r.rows, key, func(row tableRow, key string) int { return strings.Compare(row.key, key) })
}

// set adds a row, or puts it in the place of the one with its key.
func (p *pages) set(row tableRow) {
	p.share(&row)
	r := p.levels[0].runs[p.at(0, row.key)]
	if !r.open && p.has(r, &row) {
		return
	}
	p.open(r)
	i, known := r.search(row.key)
	switch {
	case known && string(r.rows[i].json) == string(row.json):
		return
	case known:
		p.adjust(&r.rows[i], -1)
		r.rows[i] = row
	default:
		for l := range beginsLevels(row.key) {
			p.split(l, row.key)
		}
		r = p.levels[0].runs[p.at(0, row.key)]
		i, _ = r.search(row.key)
		r.rows = slices.Insert(r.rows, i, row)
	}
	p.adjust(&row, 1)
}

// remove takes a row out.
func (p *pages) remove(key string) {
	r := p.levels[0].runs[p.at(0, key)]
	p.open(r)
	i, known := r.search(key)
	if !known {
		return
	}
	p.adjust(&r.rows[i], -1)
	r.rows = slices.Delete(r.rows, i, i+1)
	for l := range beginsLevels(key) {
		p.join(l, key)
	}
}

// split begins a run of a level at a key; the levels below have it.
func (p *pages) split(l int, key string) {
	v := &p.levels[l]
	i := p.at(l, key)
	old, new := v.runs[i], newRun(l, key)
	if l == 0 {
		p.open(old)
		at, _ := old.search(key)
		new.open = true
		old.rows, new.rows = slices.Clone(old.rows[:at]), slices.Clone(old.rows[at:])
	}
	v.runs = slices.Insert(v.runs, i+1, new)
	v.stale[old], v.stale[new] = true, true
	if l > 0 {
		p.find(l, i)
		p.find(l, i+1)
	}
}

// join ends the run of a level that begins with a key: the one before goes on.
func (p *pages) join(l int, key string) {
	v := &p.levels[l]
	i := p.at(l, key)
	old, gone := v.runs[i-1], v.runs[i]
	if l == 0 {
		p.open(old)
		p.open(gone)
	}
	p.lose(gone.parts)
	old.rows = append(old.rows, gone.rows...)
	for k, n := range gone.found {
		old.found[k] += n
	}
	v.parts -= len(gone.parts)
	v.runs = slices.Delete(v.runs, i, i+1)
	delete(v.stale, gone)
	v.stale[old] = true
}

// flush makes the parts of what changed, on as many levels as are needed, and
// calls fresh with those that were not there before.
func (p *pages) flush(fresh func(part)) {
	p.listed = 0
	for l := range p.levels {
		v := &p.levels[l]
		if l > 0 && p.levels[l-1].parts <= listedParts {
			p.leave(l)
			return
		}
		if p.listed = l; !v.used {
			v.used = true
			for _, r := range v.runs {
				v.stale[r] = true
			}
		}
		for r := range v.stale {
			old := r.parts
			if l == 0 {
				p.open(r)
				r.parts = p.rowPages(r.rows)
				r.open, r.rows = false, nil
			} else {
				r.parts = p.partPages(p.under(l, p.at(l, r.first)))
			}
			v.parts += len(r.parts) - len(old)
			p.lose(old)
			if p.cells != nil {
				p.made = append(p.made, r)
			}
			for _, made := range r.parts {
				if !slices.ContainsFunc(old, func(was part) bool { return was.digest == made.digest }) {
					fresh(made)
				}
			}
		}
		clear(v.stale)
	}
}

// lose notes parts that cells hold and that are not there any more.
func (p *pages) lose(parts []part) {
	for _, part := range parts {
		if p.cells != nil {
			p.gone[part.digest] = true
		}
	}
}

// leave forgets the parts of levels that are not needed any more.
func (p *pages) leave(l int) {
	for ; l < partLevels && p.levels[l].used; l++ {
		v := &p.levels[l]
		v.used, v.parts = false, 0
		for _, r := range v.runs {
			p.lose(r.parts)
			r.parts = nil
		}
	}
}

// rowPages are the pages of a run's rows. A page ends where it would grow past
// maxPart; a row that is longer lies in pieces.
func (p *pages) rowPages(rows []tableRow) (parts []part) {
	for len(rows) > 0 {
		if p.tooLong(&rows[0]) {
			pieces := piecesOf(p.group, &rows[0])
			pieces[0].figures = p.figuresOf(rows[:1])
			parts, rows = append(parts, pieces...), rows[1:]
			continue
		}
		n := 1
		for n < len(rows) && !p.tooLong(&rows[n]) {
			n++
		}
		some := rows[:n]
		parts = append(parts, cut(partHead(p.group), n, func(i int) (string, []byte) { return some[i].key, some[i].json },
			func(made *part, from, until int) { made.figures = p.figuresOf(some[from:until]) })...)
		rows = rows[n:]
	}
	return parts
}

// figuresOf are the numbers of the figures in which rows count.
func (p *pages) figuresOf(rows []tableRow) (numbers []uint32) {
	for i := range rows {
		for k := range rows[i].counted {
			numbers = append(numbers, p.number(k))
		}
	}
	slices.Sort(numbers)
	return slices.Clone(slices.Compact(numbers))
}

// partPages are the pages that name the parts of some runs.
func (p *pages) partPages(of []*run) []part {
	var entries []part
	for _, r := range of {
		entries = append(entries, r.parts...)
	}
	return cut(indexHead(p.group), len(entries), func(i int) (string, []byte) {
		return entries[i].first, Canonical(PageEntry{First: entries[i].first, Digest: entries[i].digest, Size: entries[i].size})
	}, func(*part, int, int) {})
}

// cut makes pages of n texts, and says which ones each holds.
func cut(head []byte, n int, text func(int) (key string, json []byte), made func(page *part, from, until int)) (parts []part) {
	const end = "]}"
	texts, keys := make([][]byte, n), make([]string, n)
	for i := range n {
		keys[i], texts[i] = text(i)
	}
	for i := 0; i < n; {
		size, until := len(head)+len(texts[i])+len(end), i+1
		for ; until < n && size+1+len(texts[until]) <= maxPart; until++ {
			size += 1 + len(texts[until])
		}
		b := append(make([]byte, 0, size), head...)
		b = append(b, bytes.Join(texts[i:until], []byte(","))...)
		page := newPart(keys[i], append(b, end...))
		made(&page, i, until)
		parts, i = append(parts, page), until
	}
	return parts
}

func newPart(first string, b []byte) part {
	return part{first: first, digest: digestOf(b), size: len(b), bytes: b}
}

func partHead(group string) []byte  { return []byte(`{"group":"` + group + `","rows":[`) }
func indexHead(group string) []byte { return []byte(`{"group":"` + group + `","pages":[`) }

// entries are the parts that the manifest lists.
func (p *pages) entries() (entries []PartEntry) {
	for _, r := range p.levels[p.listed].runs {
		for _, part := range r.parts {
			entries = append(entries, PartEntry{p.group, len(entries) + 1, part.digest, part.size})
		}
	}
	return entries
}

// all are the parts of all levels that the manifest leads to.
func (p *pages) all(yield func(part) bool) {
	for l := range p.listed + 1 {
		for _, r := range p.levels[l].runs {
			for _, part := range r.parts {
				if !yield(part) {
					return
				}
			}
		}
	}
}

// firstPart is the digest of the first page with a row of a figure.
func (p *pages) firstPart(k figureKey) string {
	number := p.number(k)
	runs := p.levels[partLevels-1].runs
	for l := partLevels - 1; l > 0; l-- {
		i := slices.IndexFunc(runs, func(r *run) bool { return r.found[number] > 0 })
		runs = p.under(l, p.at(l, runs[i].first))
	}
	for _, r := range runs {
		for _, part := range r.parts {
			if _, found := slices.BinarySearch(part.figures, number); found {
				return part.digest
			}
		}
	}
	return ""
}

// figures are those of the rows, with the first page of each.
func (p *pages) figures() []Figure { return p.tally.figures(p.firstPart) }
