package web

import (
	"testing"

	"stocktake/node/web/lang"
	"stocktake/review/compact"
)

// observers are the two observer States of the General Assembly.
var observers = []string{"PSE", "VAT"}

// TestEveryStateHasOneSquare holds for the 193 members of the United Nations and
// the two observer States: one square each, no two on one, each a country of
// the compact that has a name in every language.
func TestEveryStateHasOneSquare(t *testing.T) {
	if got, want := len(places()), 193+len(observers); got != want {
		t.Errorf("%d squares, not %d", got, want)
	}
	of, at := map[string]bool{}, map[[2]int]string{}
	for _, p := range places() {
		if of[p.code] {
			t.Errorf("%s has two squares", p.code)
		}
		if other := at[[2]int{p.row, p.column}]; other != "" {
			t.Errorf("%s and %s are on one square", p.code, other)
		}
		if p.row < 1 || p.row > 15 || p.column < 1 || p.column > 28 {
			t.Errorf("%s is at %d, %d, for which the style sheet has no place", p.code, p.row, p.column)
		}
		of[p.code], at[[2]int{p.row, p.column}] = true, p.code
		if _, ok := compact.Country(p.code); !ok {
			t.Errorf("%s is no country", p.code)
		}
		for _, l := range lang.All() {
			if (words{l}).countryName(p.code) == p.code {
				t.Errorf("%s has no name in %s", p.code, l.Tag)
			}
		}
	}
	for _, code := range observers {
		if !of[code] {
			t.Errorf("%s has no square", code)
		}
	}
}
