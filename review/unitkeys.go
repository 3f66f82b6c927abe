package review

// unitKeys are the keys of the rows that were made for each unit of a group. Most
// units have one row, with the unit's name for its key.
type unitKeys struct {
	plain map[string]struct{}
	other map[string][]string
}

func newUnitKeys() unitKeys { return unitKeys{map[string]struct{}{}, map[string][]string{}} }

// set keeps the keys of a unit's rows.
func (u unitKeys) set(unit string, rows []tableRow) {
	switch {
	case len(rows) == 0:
	case len(rows) == 1 && rows[0].key == unit:
		u.plain[rows[0].key] = struct{}{}
	default:
		u.other[unit] = collect(rows, func(row tableRow) string { return row.key })
	}
}

// take takes them out.
func (u unitKeys) take(unit string) (keys []string) {
	keys = u.other[unit]
	if _, plain := u.plain[unit]; plain {
		keys = []string{unit}
	}
	delete(u.plain, unit)
	delete(u.other, unit)
	return keys
}
