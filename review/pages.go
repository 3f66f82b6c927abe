package review

import (
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
// make and the figures that they count in.
type pages struct {
	tally
	levels [partLevels]level
	named  map[string]string // one copy of each figure's name
	listed int               // the level that the manifest lists, once flushed

	entered *entered // what the manifest says of them; nil where they changed
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
	first string            // the key that it begins with; "" of the first run, which may hold nothing
	rows  []tableRow        // of level 0
	found map[figureKey]int // of higher levels: how many rows of each figure it holds
	parts []part
}

func newRun(l int, first string) *run {
	r := &run{first: first}
	if l > 0 {
		r.found = map[figureKey]int{}
	}
	return r
}

// part is a page as bytes.
type part struct {
	first  string // key of its first row, or of the row that it is a piece of
	digest string
	bytes  []byte
}

func newPages(group string, names []string) *pages {
	p := &pages{tally: newTally(group, names), named: map[string]string{}}
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
		last.rows = append(last.rows, row)
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
		for _, row := range below.rows {
			for k := range row.counted {
				found[k]++
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
			if r.found[k] += n; r.found[k] == 0 {
				delete(r.found, k)
			}
		}
	}
}

func (r *run) search(key string) (int, bool) {
	return slices.BinarySearchFunc(r.rows, key, func(row tableRow, key string) int { return strings.Compare(row.key, key) })
}

// set adds a row, or puts it in the place of the one with its key.
func (p *pages) set(row tableRow) {
	p.share(&row)
	r := p.levels[0].runs[p.at(0, row.key)]
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
		at, _ := old.search(key)
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
			if r.parts = p.rowPages(r); l > 0 {
				r.parts = p.partPages(p.under(l, p.at(l, r.first)))
			}
			v.parts += len(r.parts) - len(old)
			for _, made := range r.parts {
				if !slices.ContainsFunc(old, func(was part) bool { return was.digest == made.digest }) {
					fresh(made)
				}
			}
		}
		clear(v.stale)
	}
}

// leave forgets the parts of levels that are not needed any more.
func (p *pages) leave(l int) {
	for ; l < partLevels && p.levels[l].used; l++ {
		v := &p.levels[l]
		v.used, v.parts = false, 0
		for _, r := range v.runs {
			r.parts = nil
		}
	}
}

// rowPages are the pages of a run's rows, whose bytes the rows then share. A
// page ends where it would grow past maxPart; a row that is longer lies in
// pieces.
func (p *pages) rowPages(r *run) (parts []part) {
	for rows := r.rows; len(rows) > 0; {
		if p.tooLong(&rows[0]) {
			parts, rows = append(parts, piecesOf(p.group, &rows[0])...), rows[1:]
			continue
		}
		n := 1
		for n < len(rows) && !p.tooLong(&rows[n]) {
			n++
		}
		some := rows[:n]
		parts = append(parts, cut(partHead(p.group), n, func(i int) (string, []byte) { return some[i].key, some[i].json },
			func(i int, shared []byte) { some[i].json = shared })...)
		rows = rows[n:]
	}
	return parts
}

// partPages are the pages that name the parts of some runs.
func (p *pages) partPages(of []*run) []part {
	var entries []part
	for _, r := range of {
		entries = append(entries, r.parts...)
	}
	return cut(indexHead(p.group), len(entries), func(i int) (string, []byte) {
		return entries[i].first, Canonical(PageEntry{First: entries[i].first, Digest: entries[i].digest, Size: len(entries[i].bytes)})
	}, func(int, []byte) {})
}

// cut makes pages of n texts.
func cut(head []byte, n int, text func(int) (key string, json []byte), shared func(int, []byte)) (parts []part) {
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
		first := keys[i]
		for ; i < until; i++ {
			if len(b) > len(head) {
				b = append(b, ',')
			}
			from := len(b)
			b = append(b, texts[i]...)
			shared(i, b[from:len(b):len(b)])
		}
		b = append(b, end...)
		parts = append(parts, part{first: first, digest: digestOf(b), bytes: b})
	}
	return parts
}

func partHead(group string) []byte  { return []byte(`{"group":"` + group + `","rows":[`) }
func indexHead(group string) []byte { return []byte(`{"group":"` + group + `","pages":[`) }

// entries are the parts that the manifest lists.
func (p *pages) entries() (entries []PartEntry) {
	for _, r := range p.levels[p.listed].runs {
		for _, part := range r.parts {
			entries = append(entries, PartEntry{p.group, len(entries) + 1, part.digest, len(part.bytes)})
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
	runs := p.levels[partLevels-1].runs
	for l := partLevels - 1; l > 0; l-- {
		i := slices.IndexFunc(runs, func(r *run) bool { return r.found[k] > 0 })
		runs = p.under(l, p.at(l, runs[i].first))
	}
	for _, r := range runs {
		for _, row := range r.rows {
			for counted := range row.counted {
				if counted == k {
					i := sort.Search(len(r.parts), func(i int) bool { return r.parts[i].first >= row.key })
					if i == len(r.parts) || r.parts[i].first > row.key { // it does not begin a page
						i--
					}
					return r.parts[i].digest
				}
			}
		}
	}
	return ""
}

// figures are those of the rows, with the first page of each.
func (p *pages) figures() []Figure { return p.tally.figures(p.firstPart) }
