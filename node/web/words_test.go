package web

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
)

func TestTilePathsAreThoseOfTheSpecification(t *testing.T) {
	for path, want := range map[string]tlog.Tile{
		"0/000":             {H: 8, L: 0, N: 0, W: 256},
		"0/x001/x234/067":   {H: 8, L: 0, N: 1234067, W: 256},
		"1/000.p/5":         {H: 8, L: 1, N: 0, W: 5},
		"entries/000.p/112": {H: 8, L: -1, N: 0, W: 112},
		"entries/x001/002":  {H: 8, L: -1, N: 1002, W: 256},
	} {
		if got, ok := parseTilePath(path); !ok || got != want {
			t.Errorf("%s: got %+v, %v", path, got, ok)
		}
	}
	for _, path := range []string{"", "0", "0/", "0/0", "data/000", "8/0/000", "0/000.p/0", "0/000.p/256", "entries", "entries/000.p/5/", "x/000", "-1/000", "0/x000/001"} {
		if got, ok := parseTilePath(path); ok {
			t.Errorf("%s is taken for %+v", path, got)
		}
	}
}

func TestScopesAreReadStrictly(t *testing.T) {
	for in, want := range map[string]review.Scope{"": "global", "global": "global", "region:UN-ECA": "region:UN-ECA", "participant:sle": "participant:sle", "objective:23": "objective:23",
		"theme:safe/climate": "theme:safe/climate", "corridor:DEU-MAR": "corridor:DEU-MAR"} {
		if got, err := readScope(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"global:", "globalx", "region:", "region:un-eca", "participant:", "participant:S", "participant:-a", "objective:", "objective:0", "objective:24", "objective:+4", "objective:04", "theme:", "theme:childhood", "corridor:MAR-DEU", ":", ":x"} {
		if got, err := readScope(in); err == nil {
			t.Errorf("%q is taken for %q", in, got)
		}
	}
}
