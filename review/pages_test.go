package review

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// randomRow counts in some figures of few, and in one that is rare.
func randomRow(rng *rand.Rand, key string) tableRow {
	t := &table{}
	row := &ResourceRow{Row: Row{Key: key, In: []string{"resources", fmt.Sprint("figure ", rng.IntN(5))}, Sample: rng.IntN(4) == 0, Cites: []DocumentID{}}}
	if rng.IntN(2) == 0 {
		row.Sums = map[string]string{"pledged EUR": pick(rng, []string{"10", "0.05", "1250000.5", "-3"})}
	}
	if rng.IntN(50) == 0 {
		row.In = append(row.In, fmt.Sprint("rare ", rng.IntN(30)))
	}
	row.Amount = fmt.Sprintf("%0*d", 1+rng.IntN(pick(rng, []int{10, 10, 10, 4000})), rng.IntN(10))
	if rng.IntN(1000) == 0 { // what no page has room for, all of it escaped
		row.Purpose = strings.Repeat(`"`, rng.IntN(maxPart)) + strings.Repeat("ı", rng.IntN(maxPart))
	}
	t.add(row)
	return t.rows[0]
}

// Whatever rows came and went, the pages are those of the rows that are there,
// and whoever kept every fresh part has all that the manifest leads to.
func TestPagesThatChangeAreThoseMadeAtOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	levels := map[int]bool{}
	for _, most := range []int{40, 3000, 40000} {
		p, rows, kept := newPages(groupResources, []string{"resources"}), map[string]tableRow{}, map[string][]byte{}
		for step := range 12 {
			shrink := step%4 == 3
			for range most / 3 {
				key := digestOf(fmt.Append(nil, rng.IntN(most)))
				if _, known := rows[key]; known && (shrink || rng.IntN(4) == 0) {
					delete(rows, key)
					p.remove(key)
				} else if !shrink {
					rows[key] = randomRow(rng, key)
					p.set(rows[key])
				}
			}
			p.flush(func(fresh part) { kept[fresh.digest] = fresh.bytes })
			whole := &table{group: groupResources, names: []string{"resources"}}
			for _, row := range rows {
				whole.rows = append(whole.rows, row)
			}
			want := compose(Manifest{}, nil, []*table{whole})
			got := composed(Manifest{}, nil, []*pages{p})
			require.Equal(t, string(want.Manifest), string(got.Manifest))
			require.Equal(t, len(want.Parts), len(got.Parts))
			for digest, b := range want.Parts {
				require.NotNil(t, kept[digest])
				require.LessOrEqual(t, len(b), maxPart)
			}
			levels[p.listed] = true
			n := 0
			for raw, err := range want.rows(manifestOf(t, want), groupResources) {
				require.NoError(t, err)
				var row Row
				require.NoError(t, json.Unmarshal(raw, &row))
				require.Equal(t, string(rows[row.Key].json), string(raw))
				n++
			}
			require.Len(t, rows, n)
		}
	}
	assert.Len(t, levels, 3, "groups of few pages, of many, of very many")
}

func TestSumsThatWereTakenBackLeaveNoTrace(t *testing.T) {
	d := decimalSum{places: map[int]int{}}
	d.add("10", 1)
	d.add("0.125", 1)
	assert.Equal(t, "10.125", d.String())
	d.add("0.125", -1)
	assert.Equal(t, "10", d.String())
	d.add("-0.5", 1)
	assert.Equal(t, "9.5", d.String())
	d.add("10", -1)
	d.add("-0.5", -1)
	assert.Equal(t, "0", d.String())
}
