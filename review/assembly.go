package review

import (
	"errors"
	"fmt"
	"iter"
	"maps"
)

// Assembly keeps the stocktakes of some scopes current while records arrive:
// after every [Assembly.Apply] each is, byte for byte, what [Assemble] makes of
// all records. It keeps the documents that it read in memory, the parts there or in
// [Cells], and is for one goroutine at a time.
type Assembly struct {
	reading *follower
	scopes  map[Scope]*scopeTables
	cells   map[Scope]Cells // of those that are kept in some
	stale   bool            // an Apply failed half-way: the next judges all anew

	// Renewals is how often all documents were judged anew, and how often the rows
	// of all documents were made anew, because the cut-off came to another day.
	Renewals struct{ Judged, Days int }
}

// Change is what one Apply made of a stocktake: its manifest, and the parts
// that were not there before.
type Change struct {
	Manifest []byte
	Parts    map[string][]byte // by hexadecimal SHA-256
}

// Digest is that of the stocktake.
func (c *Change) Digest() string { return digestOf(c.Manifest) }

// ErrNotAhead means that a snapshot holds less than the one before: read it by
// itself.
var ErrNotAhead = errors.New("review: the snapshot does not go on from the one before")

// NewAssembly goes on from what was read, which belongs to it from now on.
func NewAssembly(r *Reading) *Assembly {
	return &Assembly{reading: follow(r), scopes: map[Scope]*scopeTables{}, cells: map[Scope]Cells{}}
}

// Reading is what has been read so far. The next Apply changes it.
func (a *Assembly) Reading() *Reading { return a.reading.Reading }

// Keep makes the stocktake of a scope, which Apply then keeps current.
func (a *Assembly) Keep(scope Scope) error {
	if scope == "" {
		scope = ScopeGlobal
	}
	if a.scopes[scope] != nil {
		return nil
	}
	s, err := a.reading.tables(scope, a.cells[scope], true)
	if err == nil {
		a.scopes[scope] = s
	}
	return err
}

// KeepIn is Keep, with the bytes of the parts in cells instead of in memory. What
// else these hold is dropped, what they hold already is not written again.
func (a *Assembly) KeepIn(scope Scope, cells Cells) error {
	if scope == "" {
		scope = ScopeGlobal
	}
	a.Drop(scope)
	a.cells[scope] = cells
	if err := a.Keep(scope); err != nil {
		a.Drop(scope)
		return err
	}
	return nil
}

// Drop keeps a scope no longer. Its cells stay as they are.
func (a *Assembly) Drop(scope Scope) {
	delete(a.scopes, scope)
	delete(a.cells, scope)
}

// Stocktake is that of a scope that is kept. There is an error only where cells
// could not be read.
func (a *Assembly) Stocktake(scope Scope) (*Stocktake, error) {
	s := a.scopes[scope]
	made := composed(s.view.manifest(s.groups), a.reading.snapshot.Marshal(), pagesIn(s.groups))
	for _, t := range s.groups {
		if t.pages.err != nil {
			a.stale = true
			return nil, t.pages.err
		}
	}
	return made, nil
}

// Apply folds records in: all by which a snapshot is ahead of what was read, and
// with their content those that it counts on again. Others are passed over. A
// snapshot that names no charter is given the one in force. Besides the errors of
// [Read], which leave the assembly as it was unless they are of ErrRules or of
// the charter in force, it returns [ErrNotAhead], and errors of cells, after which
// the next Apply makes them anew.
func (a *Assembly) Apply(s Snapshot, records iter.Seq2[Record, error]) (map[Scope]*Change, error) {
	b, err := a.reading.check(s, records)
	if err != nil {
		return nil, err
	}
	was := day(a.reading.cutoff)
	affected, ok := a.reading.takeIn(b)
	if !ok || a.stale {
		return a.renew()
	}
	if was != day(a.reading.cutoff) {
		a.Renewals.Days++
		a.reading.judge(affected)
		return a.remake()
	}
	changes := map[Scope]*Change{}
	touched := map[Scope][]map[string]bool{}
	for scope, t := range a.scopes {
		touched[scope] = t.touched(a.reading, affected, affected.fresh, nil)
	}
	a.reading.judge(affected)
	for scope, t := range a.scopes {
		if affected.challenges(a.reading.Reading) {
			t.view.accredited = a.reading.Accredited()
		}
		if changes[scope], err = t.change(t.touched(a.reading, affected, func(*entry) bool { return false }, touched[scope])); err != nil {
			a.stale = true
			return nil, fmt.Errorf("%s: %w", scope, err)
		}
	}
	return changes, nil
}

// challenges is whether the documents say something about accreditations.
func (a affected) challenges(r *Reading) bool {
	for e := range a.all {
		if e.kind() == KindComment && r.docs[e.doc.About()].kind() == KindAccreditation {
			return true
		}
	}
	return false
}

// renew judges all documents anew.
func (a *Assembly) renew() (map[Scope]*Change, error) {
	a.Renewals.Judged++
	if err := a.reading.again(); err != nil {
		a.stale = true
		return nil, err
	}
	return a.remake()
}

// remake makes the rows of all documents anew. A scope that is none any more
// is dropped.
func (a *Assembly) remake() (changes map[Scope]*Change, err error) {
	trusted := !a.stale // what cells hold
	defer func() { a.stale = err != nil }()
	changes = map[Scope]*Change{}
	for scope, old := range maps.Clone(a.scopes) {
		t, err := a.reading.tables(scope, a.cells[scope], trusted)
		if errors.Is(err, ErrScope) {
			a.Drop(scope)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", scope, err)
		}
		a.scopes[scope] = t
		c := &Change{Manifest: t.view.manifest(t.groups).of(pagesIn(t.groups)), Parts: map[string][]byte{}}
		for i, g := range t.groups {
			was := map[string]bool{}
			for part := range old.groups[i].pages.all {
				was[part.digest] = true
			}
			for part := range g.pages.all {
				if was[part.digest] {
					continue
				}
				if c.Parts[part.digest], err = g.pages.bytesOf(part); err != nil {
					return nil, fmt.Errorf("%s: %w", scope, err)
				}
			}
		}
		changes[scope] = c
	}
	return changes, nil
}

// scopeTables are a scope's rows, by the units that they were made for.
type scopeTables struct {
	view   *view
	groups []*groupTable
	cells  Cells // nil: all is in memory
}

// groupTable are the rows of one group.
type groupTable struct {
	group *group
	units unitKeys
	pages *pages
}

// tables makes the rows of a scope, in cells if there are some. What these hold
// already is written again only if it is not trusted.
func (f *follower) tables(scope Scope, cells Cells, trusted bool) (*scopeTables, error) {
	v, err := f.view(scope)
	if err != nil {
		return nil, err
	}
	if cells == nil {
		return &scopeTables{v, newTables(v, nil), nil}, nil
	}
	w, err := overwrite(cells, trusted)
	if err != nil {
		return nil, err
	}
	s := &scopeTables{v, newTables(v, w.take), cells}
	return s, w.end(s.head(v.manifest(s.groups).of(pagesIn(s.groups))))
}

// head is what cells end with that hold the stocktake of a manifest.
func (s *scopeTables) head(manifest []byte) []byte {
	return fmt.Appendf(nil, `{"cells":%d,"manifest":%s,"snapshot":%s}`, cellsVersion, manifest, s.view.snapshot.Marshal())
}

// newTables makes the rows of all groups in a scope. Where the pages go on to
// cells, stored is called for those of each group.
func newTables(v *view, stored func(*pages)) []*groupTable {
	all := make([]*groupTable, len(groups))
	for i, g := range groups {
		t, units := &table{group: g.name, names: g.figures}, newUnitKeys()
		g.units(v, func(unit string) {
			from := len(t.rows)
			g.fill(v, unit, t)
			units.set(unit, t.rows[from:])
		})
		all[i] = &groupTable{g, units, pagesOf(t)}
		all[i].pages.flush(func(part) {})
		if stored != nil {
			stored(all[i].pages)
		}
	}
	return all
}

func pagesIn(tables []*groupTable) []*pages {
	all := make([]*pages, len(tables))
	for i, t := range tables {
		all[i] = t.pages
	}
	return all
}

// touched adds, group by group, the units whose rows may rest on what is
// affected, as the reading is now.
func (s *scopeTables) touched(f *follower, a affected, skip func(*entry) bool, to []map[string]bool) []map[string]bool {
	if to == nil {
		to = make([]map[string]bool, len(s.groups))
	}
	all := s.inheriting(f, a.all, skip)
	for i, t := range s.groups {
		if to[i] == nil {
			to[i] = map[string]bool{}
		}
		if t.group.touched == nil {
			continue
		}
		for e := range all {
			for _, unit := range t.group.touched(s.view, e) {
				to[i][unit] = true
			}
		}
	}
	return to
}

// inheriting adds to documents those that have their tags from them: in a theme
// or corridor what is about any of their versions, whether it holds or not, and so
// on, comes or goes with the one that stands.
func (s *scopeTables) inheriting(f *follower, from map[*entry]bool, skip func(*entry) bool) map[*entry]bool {
	all := map[*entry]bool{}
	var add func(e *entry)
	add = func(e *entry) {
		if all[e] || skip(e) {
			return
		}
		all[e] = true
		if !s.view.tagged() || e.kind() == KindCharter {
			return
		}
		for _, version := range versions(e) {
			for _, list := range [][]*entry{f.about[version.id], f.loose[version.id]} {
				for _, x := range list {
					add(x)
				}
			}
		}
	}
	for e := range from {
		add(e)
	}
	return all
}

// change makes the rows of units anew.
func (s *scopeTables) change(touched []map[string]bool) (*Change, error) {
	c := &Change{Parts: map[string][]byte{}}
	for i, t := range s.groups {
		t.change(s.view, touched[i])
		t.pages.flush(func(fresh part) { c.Parts[fresh.digest] = fresh.bytes })
		if t.pages.err != nil {
			return nil, t.pages.err
		}
	}
	c.Manifest = s.view.manifest(s.groups).of(pagesIn(s.groups))
	if s.cells == nil {
		return c, nil
	}
	var gone []string
	for _, t := range s.groups {
		gone = append(gone, t.pages.shed(s.cells)...)
	}
	return c, s.cells.Change(c.Parts, gone, s.head(c.Manifest))
}

func (t *groupTable) change(v *view, units map[string]bool) {
	rows := &table{group: t.group.name}
	gone := map[string]bool{}
	for unit := range units {
		for _, key := range t.units.take(unit) {
			gone[key] = true
		}
	}
	for unit := range units {
		from := len(rows.rows)
		t.group.fill(v, unit, rows)
		t.units.set(unit, rows.rows[from:])
	}
	for _, row := range rows.rows {
		delete(gone, row.key)
		t.pages.set(row)
	}
	for key := range gone {
		t.pages.remove(key)
	}
}
