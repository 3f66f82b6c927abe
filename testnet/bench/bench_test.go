package main

import (
	"math"
	"os"
	"testing"
	"time"
)

// TestMain lets the test program be a phase: each is a process of its own.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && phases[os.Args[1]] != nil {
		main()
		return
	}
	os.Exit(m.Run())
}

// Every figure that the table promises is there and is more than nothing. How
// large they are is nobody's to assert on a shared machine.
func TestEveryPhaseGivesItsFigures(t *testing.T) {
	const documents = 2000
	dir, all := t.TempDir(), figures{}
	for _, phase := range order {
		found, err := run(phase, dir, documents, "")
		if err != nil {
			t.Fatalf("%s: %v", phase, err)
		}
		for name, value := range found {
			all[name] = value
		}
	}
	for _, row := range table {
		if row.name == "documents" || row.size > documents {
			continue
		}
		if value, ok := all[row.name]; !ok || !(value > 0) || math.IsInf(value, 0) {
			t.Errorf("%s is %v", row.name, value)
		}
		if _, ok := all[row.ceiling]; row.ceiling != "" && !ok {
			t.Errorf("%s has no ceiling %s", row.name, row.ceiling)
		}
	}
}

func TestAssemblingGivesItsFigures(t *testing.T) {
	dir, all := t.TempDir(), figures{"compute_s": 1, "renewals": 1, "days": 1, "day_ms": 1}
	for _, phase := range reviewOrder {
		found, err := run(phase, dir, 2000, "")
		if err != nil {
			t.Fatalf("%s: %v", phase, err)
		}
		for name, value := range found {
			if !math.IsInf(value, 0) && value > 0 {
				all[name] = value
			}
		}
	}
	for _, row := range reviewRows {
		for _, name := range []string{row.ours, row.theirs} {
			if _, ok := all[name]; name != "" && !ok {
				t.Errorf("%s is not there, or nothing", name)
			}
		}
	}
}

// Each page is there, and a reader who has it already is told that it is the same.
func TestPagesGiveTheirFigures(t *testing.T) {
	const documents = 1500
	dir := t.TempDir()
	for _, phase := range []string{"synthesize", "settle"} {
		if _, err := run(phase, dir, documents, ""); err != nil {
			t.Fatalf("%s: %v", phase, err)
		}
	}
	all := pagesFigures{Documents: documents, load: 20 * time.Millisecond}
	if err := all.measure(dir, documents, ""); err != nil {
		t.Fatal(err)
	}
	for _, p := range all.Pages {
		for name, value := range map[string]float64{"cold": p.ColdMS, "news": p.NewsMS, "warm": p.MS, "99": p.P99MS, "unchanged": p.UnchangedMS, "a second": p.PerSecond} {
			if !(value > 0) || math.IsInf(value, 0) {
				t.Errorf("%s: %s is %v", p.Page, name, value)
			}
		}
		if p.Wire > 100<<10 || p.Whole < p.Wire {
			t.Errorf("%s: %d bytes on the wire, of %d", p.Page, p.Wire, p.Whole)
		}
		if all.Missing == "" && !(p.Nginx > 0) {
			t.Errorf("%s: nginx answers nothing", p.Page)
		}
	}
	if len(all.Pages) < 10 || !(all.PeakMiB > 0) {
		t.Errorf("%d pages, %v MiB", len(all.Pages), all.PeakMiB)
	}
}
