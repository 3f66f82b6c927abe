package review

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Assembly keeps the stocktakes of some scopes current while records arrive:
// after every [Assembly.Apply] each is, byte for byte, what [Assemble] makes of
// all records. It keeps the documents that it read in memory, the parts there or in
// [Cells], and is for one goroutine at a time.
//
// A stocktake is made unit by unit, so what takes a minute can be done in moments,
// with records arriving in between: see [Assembly.Make].
type Assembly struct {
	reading *follower
	scopes  map[Scope]*scopeTables
	cells   map[Scope]Cells // of those that are kept in some
	stale   bool            // judging all failed half-way: the next Apply does it again

	// Renewals is how often all documents were judged anew, and how often the rows
	// of all documents were to be made anew, because the cut-off came to another day.
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
	_, err := a.Make(scope, func() bool { return true })
	return err
}

// KeepIn is Keep, with the bytes of the parts in cells instead of in memory. What
// else these hold is dropped, what they hold already is not written again.
func (a *Assembly) KeepIn(scope Scope, cells Cells) error {
	a.MakeIn(scope, cells)
	err := a.Keep(scope)
	if err != nil {
		a.Drop(scope)
	}
	return err
}

// MakeIn has Make put the bytes of the parts of a scope in cells, as KeepIn does.
func (a *Assembly) MakeIn(scope Scope, cells Cells) {
	a.Drop(scope)
	a.cells[scope.orGlobal()] = cells
}

// Make goes on with the stocktake of a scope as long as it may, which it asks after
// every document and every unit of rows, and reports whether it is made. Until then Apply keeps
// what there is of it current. Its errors are [ErrScope] and those of cells, after
// which the next Make begins anew.
func (a *Assembly) Make(scope Scope, may func() bool) (made bool, err error) {
	scope = scope.orGlobal()
	s := a.scopes[scope]
	if s == nil {
		if s, err = a.begin(scope, true); err != nil {
			return false, err
		}
	}
	for {
		switch made, err = s.step(); {
		case err != nil:
			_, again := a.begin(scope, false)
			return false, errors.Join(err, again)
		case made || !may():
			return made, nil
		}
	}
}

// Drop keeps a scope no longer. Its cells stay as they are.
func (a *Assembly) Drop(scope Scope) {
	delete(a.scopes, scope.orGlobal())
	delete(a.cells, scope.orGlobal())
}

// Stocktake is that of a scope, which is kept from now on if it was not. Its
// errors are those of Make.
func (a *Assembly) Stocktake(scope Scope) (*Stocktake, error) {
	if err := a.Keep(scope); err != nil {
		return nil, err
	}
	s := a.scopes[scope.orGlobal()]
	made := s.stocktake()
	for _, t := range s.groups {
		if t.pages.err != nil {
			_, again := a.begin(scope, false)
			return nil, errors.Join(t.pages.err, again)
		}
	}
	return made, nil
}

// Apply folds records in: all by which a snapshot is ahead of what was read, and
// with their content those that it counts on again. Others are passed over. A
// snapshot that names no charter is given the one in force. What it changed is
// there for every scope that is made; one of which all rows are to be made anew
// is not, until Make has done so, and one that is none any more is dropped.
// Besides the errors of [Read], which leave the assembly as it was unless they are
// of ErrRules or of the charter in force, it returns [ErrNotAhead], and errors of
// cells, after which all is folded in, and the scopes with these cells are to be
// made anew.
func (a *Assembly) Apply(s Snapshot, records iter.Seq2[Record, error]) (map[Scope]*Change, error) {
	b, err := a.reading.check(s, records)
	if err != nil {
		return nil, err
	}
	was := day(a.reading.cutoff)
	affected, ok := a.reading.takeIn(b)
	if !ok || a.stale {
		a.Renewals.Judged++
		err := a.reading.again()
		if a.stale = err != nil; a.stale {
			return nil, err
		}
		return nil, a.beginAll()
	}
	if was != day(a.reading.cutoff) {
		a.Renewals.Days++
		a.reading.judge(affected)
		return nil, a.beginAll()
	}
	touched := map[Scope][]map[string]bool{}
	for scope, t := range a.scopes {
		touched[scope] = t.touched(a.reading, affected, affected.fresh, nil)
	}
	a.reading.judge(affected)
	changes := map[Scope]*Change{}
	for scope, t := range a.scopes {
		if affected.challenges(a.reading.Reading) {
			t.view.accredited = a.reading.Accredited()
		}
		c, failed := t.change(t.touched(a.reading, affected, func(*entry) bool { return false }, touched[scope]))
		if failed != nil {
			_, again := a.begin(scope, false)
			err = errors.Join(err, fmt.Errorf("%s: %w", scope, failed), again)
		} else if c != nil {
			changes[scope] = c
		}
	}
	return changes, err
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

// begin has the rows of a scope made anew. What its cells hold already is written
// again only if it is not trusted.
func (a *Assembly) begin(scope Scope, trusted bool) (*scopeTables, error) {
	delete(a.scopes, scope)
	v, err := a.reading.view(scope)
	if err != nil {
		return nil, err
	}
	s := newTables(v)
	if s.cells = a.cells[scope]; s.cells != nil {
		if s.writing, err = overwrite(s.cells, trusted); err != nil {
			return nil, fmt.Errorf("%s: %w", scope, err)
		}
	}
	a.scopes[scope] = s
	return s, nil
}

// beginAll has the rows of all scopes made anew.
func (a *Assembly) beginAll() error {
	var all []error
	for scope := range maps.Clone(a.scopes) {
		if _, err := a.begin(scope, true); errors.Is(err, ErrScope) {
			a.Drop(scope)
		} else {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// scopeTables are a scope's rows, by the units that they were made for.
type scopeTables struct {
	view    *view
	groups  []*groupTable
	begun   bool
	docs    []*entry     // whose units are not found yet
	made    int          // of groups, the first ones
	cells   Cells        // nil: all is in memory
	writing *overwriting // to these cells, until all is made
}

// groupTable are the rows of one group.
type groupTable struct {
	group  *group
	units  unitKeys
	pages  *pages
	making *making // nil once it is made
}

// making is a group of which not all units are filled yet.
type making struct {
	table
	units   []string        // that are to be filled, the next one last, some of them twice
	filled  map[string]bool // those that were
	touched map[string]bool // by what came meanwhile
}

func newTables(v *view) *scopeTables {
	s := &scopeTables{view: v}
	for _, g := range groups {
		m := &making{table: table{group: g.name, names: g.figures}, filled: map[string]bool{}, touched: map[string]bool{}}
		if g.fixed != nil {
			m.units = g.fixed(v)
		}
		s.groups = append(s.groups, &groupTable{group: g, units: newUnitKeys(), making: m})
	}
	return s
}

// step finds the units of one document more, or makes the rows of one unit more,
// and reports whether all are made.
func (s *scopeTables) step() (made bool, err error) {
	if !s.begun {
		s.begun, s.docs = true, slices.Collect(maps.Values(s.view.docs))
	}
	if last := len(s.docs) - 1; last >= 0 {
		for _, t := range s.groups {
			if t.group.touched != nil {
				t.making.units = append(t.making.units, t.group.touched(s.view, s.docs[last])...)
			}
		}
		if s.docs = s.docs[:last]; last == 0 {
			s.docs = nil
		}
		return false, nil
	}
	if s.made == len(s.groups) {
		return true, nil
	}
	t := s.groups[s.made]
	if !t.step(s.view) {
		return false, nil
	}
	if s.made++; s.writing != nil {
		s.writing.take(t.pages)
		if s.made == len(s.groups) {
			err = s.writing.end(s.head(s.manifest()))
			s.writing = nil
		}
	}
	return s.made == len(s.groups), err
}

// step fills one unit more, and reports whether the group is made.
func (t *groupTable) step(v *view) (made bool) {
	m := t.making
	if last := len(m.units) - 1; last >= 0 {
		if unit := m.units[last]; !m.filled[unit] {
			m.filled[unit] = true
			t.fill(v, unit, &m.table)
		}
		m.units = m.units[:last]
		return false
	}
	fresh, gone := t.refill(v, m.touched)
	m.rows = slices.DeleteFunc(m.rows, func(row tableRow) bool { return gone[row.key] })
	t.pages, t.making = pagesOf(&m.table), nil
	for _, row := range fresh { // two units may have the same one: a document's former first version, and the present one
		t.pages.set(row)
	}
	t.pages.flush(func(part) {})
	return true
}

// refill makes the rows of units anew. gone are the keys of those that they had.
func (t *groupTable) refill(v *view, units map[string]bool) (rows []tableRow, gone map[string]bool) {
	to := &table{group: t.group.name}
	gone = map[string]bool{}
	for unit := range units {
		for _, key := range t.units.take(unit) {
			gone[key] = true
		}
	}
	for unit := range units {
		t.fill(v, unit, to)
	}
	return to.rows, gone
}

// fill makes the rows of a unit.
func (t *groupTable) fill(v *view, unit string, to *table) {
	from := len(to.rows)
	t.group.fill(v, unit, to)
	t.units.set(unit, to.rows[from:])
}

// manifest is that of the stocktake, once all is made.
func (s *scopeTables) manifest() []byte { return s.view.manifest(s.groups).of(pagesIn(s.groups)) }

// stocktake is made of what is.
func (s *scopeTables) stocktake() *Stocktake {
	return composed(s.view.manifest(s.groups), s.view.snapshot.Marshal(), pagesIn(s.groups))
}

// head is what cells end with that hold the stocktake of a manifest.
func (s *scopeTables) head(manifest []byte) []byte {
	return fmt.Appendf(nil, `{"cells":%d,"manifest":%s,"snapshot":%s}`, cellsVersion, manifest, s.view.snapshot.Marshal())
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

// change makes the rows of units anew. There is no change of what is not made yet.
func (s *scopeTables) change(touched []map[string]bool) (*Change, error) {
	c := &Change{Parts: map[string][]byte{}}
	var gone []string
	for i, t := range s.groups {
		if t.making != nil {
			maps.Copy(t.making.touched, touched[i])
			continue
		}
		t.change(s.view, touched[i])
		t.pages.flush(func(fresh part) { c.Parts[fresh.digest] = fresh.bytes })
		if t.pages.err != nil {
			return nil, t.pages.err
		}
		if s.cells != nil {
			gone = append(gone, t.pages.shed(s.cells)...)
		}
	}
	if s.made < len(s.groups) {
		if s.writing != nil {
			s.writing.change(c.Parts, gone)
		}
		return nil, nil
	}
	c.Manifest = s.manifest()
	if s.cells == nil {
		return c, nil
	}
	return c, s.cells.Change(c.Parts, gone, s.head(c.Manifest))
}

func (t *groupTable) change(v *view, units map[string]bool) {
	rows, gone := t.refill(v, units)
	for _, row := range rows {
		delete(gone, row.key)
		t.pages.set(row)
	}
	for key := range gone {
		t.pages.remove(key)
	}
}
