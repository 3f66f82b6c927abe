package review

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSomeRowsAreThoseOfAll compares what is found in the parts with what is picked
// from all rows, of stocktakes that follow on each other.
func TestSomeRowsAreThoseOfAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	id := func(n int) DocumentID { return DocumentID(digestOf(fmt.Append(nil, n))) }
	levels, inPieces := map[int]bool{}, 0
	row := func(most int) tableRow {
		one := &table{}
		row := &ResourceRow{Row: Row{Key: fmt.Sprintf("%d/%s", rng.IntN(300), id(rng.IntN(most))), In: []string{"resources"}, Sample: rng.IntN(4) == 0, Cites: []DocumentID{id(rng.IntN(200)), id(rng.IntN(200))}}}
		if rng.IntN(20) == 0 { // it is mentioned, and nothing rests on it
			row.Purpose = `"` + string(id(1)) + `"`
		}
		if rng.IntN(30) == 0 {
			row.In = append(row.In, "a few")
		}
		if rng.IntN(3) == 0 {
			row.Sums = map[string]string{"sums": "1.5"}
		}
		if most == 3000 && rng.IntN(1000) == 0 {
			row.Purpose = strings.Repeat(`"`, maxPart)
			inPieces++
		}
		one.add(row)
		return one.rows[0]
	}
	for _, most := range []int{0, 40, 3000, 12000} {
		rows := map[string]tableRow{}
		for range most {
			r := row(most)
			rows[r.key] = r
		}
		p := pagesOf(&table{group: groupResources, names: []string{"resources"}, rows: slices.Collect(maps.Values(rows))})
		paged := new(RowPages)
		for range 3 {
			for range min(most, 300) {
				if r := row(most); rng.IntN(3) == 0 {
					p.remove(r.key)
				} else {
					p.set(r)
				}
			}
			p.flush(func(part) {})
			levels[p.listed] = true
			s := composed(Manifest{}, nil, []*pages{p})
			outline := s.Outline()
			var all, real, samples []json.RawMessage
			for row := range s.RowsOf(outline, groupResources) {
				if all = append(all, row); strings.Contains(string(row), `"sample":true`) {
					samples = append(samples, row)
				} else {
					real = append(real, row)
				}
			}
			heads := make([]Row, len(all))
			for i := range all {
				require.NoError(t, json.Unmarshal(all[i], &heads[i]))
			}
			picked := func(pick func(r Row) bool) (some []json.RawMessage) {
				for i, r := range heads {
					if pick(r) {
						some = append(some, all[i])
					}
				}
				return some
			}
			wanted := map[Figure][]json.RawMessage{
				{}:                            slices.Concat(real, samples),
				{Name: "a few", Sample: true}: picked(func(r Row) bool { return r.Sample && slices.Contains(r.In, "a few") }),
				{Name: "sums"}:                picked(func(r Row) bool { return !r.Sample && r.Sums != nil }),
				{Name: "none"}:                nil,
			}
			for f, want := range wanted {
				f.Group = groupResources
				for _, from := range []int{0, 39, len(real) - 1, len(want) - 3, len(want) + 5} {
					for _, n := range []int{1, 40, math.MaxInt} {
						from := max(0, from)
						got, total := paged.Of(s, outline, f, from, n)
						require.Equal(t, len(want), total, "%v", f)
						some := want[min(from, len(want)):]
						require.Equal(t, rowTexts(some[:min(n, len(some))]), rowTexts(got), "%v from %d", f, from)
					}
				}
			}
			for _, prefixes := range [][]string{nil, {"1"}, {"7/", "12/", "299/", "none"}, {""}} {
				require.Equal(t, rowTexts(picked(func(r Row) bool {
					return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(r.Key, prefix) })
				})), rowTexts(s.RowsWith(outline, groupResources, prefixes)), "%q", prefixes)
			}
			for _, ids := range []map[DocumentID]bool{nil, {id(1): true}, {id(5): true, id(77): true, id(1000): true}} {
				require.Equal(t, rowTexts(picked(func(r Row) bool {
					return slices.ContainsFunc(r.Cites, func(id DocumentID) bool { return ids[id] })
				})), rowTexts(s.RowsCiting(outline, groupResources, ids)))
			}
		}
	}
	assert.Positive(t, inPieces)
	assert.Greater(t, len(levels), 1, "groups of few pages and of many")
}

func rowTexts(rows []json.RawMessage) (all []string) {
	for _, row := range rows {
		all = append(all, string(row))
	}
	return all
}
