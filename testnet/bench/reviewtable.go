package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// reviewOrder is that of the phases for one size of corpus.
var reviewOrder = []string{"synthesize", "assemble", "cells", "sqlite"}

// reviewTable measures reading and assembling at every power of ten up to a
// number of documents, beside a database.
func reviewTable(args []string) error {
	f := flag.NewFlagSet("review", flag.ExitOnError)
	documents := f.Int("documents", 100_000, "how many documents at most")
	dir := f.String("dir", "", "work in this directory, which must not exist, and leave it there (default: a temporary one)")
	asJSON := f.Bool("json", false, "print one JSON object per size")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *documents < 1000 {
		return fmt.Errorf("-documents %d: 1000 at least", *documents)
	}
	at := *dir
	if at == "" {
		var err error
		if at, err = os.MkdirTemp("", "bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(at)
	} else if err := os.Mkdir(at, 0o755); err != nil {
		return err
	}
	var sizes []int
	for n := *documents; n >= 10_000 || len(sizes) == 0; n /= 10 {
		sizes = append([]int{n}, sizes...)
	}
	var before figures
	for _, n := range sizes {
		all := figures{"documents": float64(n)}
		of := filepath.Join(at, fmt.Sprint(n))
		if err := os.Mkdir(of, 0o755); err != nil {
			return err
		}
		for _, phase := range reviewOrder {
			fmt.Fprintf(os.Stderr, "%d documents: %s ...\n", n, phase)
			found, err := run(phase, of, n, "")
			if err != nil {
				return fmt.Errorf("%s: %w", phase, err)
			}
			for name, value := range found {
				all[name] = value
			}
		}
		all["compute_s"] = all["weigh_s"] + all["tables_s"]
		if *asJSON {
			if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
				return err
			}
		} else {
			printReview(all, before)
		}
		before = all
		if err := os.Remove(sourceFile(of)); err != nil {
			return err
		}
	}
	return nil
}

// reviewRows are what people read: a figure of review's, the same of the
// database's.
var reviewRows = []struct{ what, ours, theirs string }{
	{"load: read, parse, find by ID, s", "load_s", "sqlite_load_s"},
	{"  processor, s", "load_cpu_s", "sqlite_load_cpu_s"},
	{"compute, s", "compute_s", "sqlite_compute_s"},
	{"  processor, s", "compute_cpu_s", "sqlite_compute_cpu_s"},
	{"  judge what counts, s", "weigh_s", ""},
	{"  rows, pages, digests, s", "tables_s", ""},
	{"resident at most, MiB", "peak_mib", "sqlite_peak_mib"},
	{"one document and its receipt, median, ms", "change_ms", "sqlite_change_ms"},
	{"  99 of 100 are quicker than, ms", "change_p99_ms", "sqlite_change_p99_ms"},
	{"  processor, median, ms", "change_cpu_ms", "sqlite_change_cpu_ms"},
	{"  processor, 99 of 100, ms", "change_cpu_p99_ms", "sqlite_change_cpu_p99_ms"},
	{"  the document alone (pending), median, ms", "document_ms", ""},
	{"  the document alone, 99 of 100, ms", "document_p99_ms", ""},
	{"  its receipt alone (it counts), median, ms", "filed_ms", ""},
	{"  its receipt alone, 99 of 100, ms", "filed_p99_ms", ""},
	{"  asked for all five figures again, median, ms", "", "sqlite_change_all_ms"},
	{"changes measured", "changes", "sqlite_changes"},
	{"parts made anew by a receipt, mean", "fresh_parts", ""},
	{"all judged anew meanwhile, times", "renewals", ""},
	{"all rows made anew, for another day, times", "days", ""},
	{"  which took, ms", "day_ms", ""},
	{"read: in use, MiB", "read_heap_mib", ""},
	{"kept current: in use, MiB", "kept_heap_mib", ""},
	{"kept current: resident, MiB", "kept_mib", ""},
	{"in a store's cells: in use, MiB", "cells_kept_heap_mib", ""},
	{"  resident, MiB", "cells_kept_mib", ""},
	{"  begin to keep current, s", "cells_keep_s", ""},
	{"  one document and its receipt, median, ms", "cells_change_ms", ""},
	{"  99 of 100 are quicker than, ms", "cells_change_p99_ms", ""},
	{"  processor, median, ms", "cells_change_cpu_ms", ""},
	{"  processor, 99 of 100, ms", "cells_change_cpu_p99_ms", ""},
	{"  the stocktake from them alone, s", "cells_served_s", ""},
	{"begin to keep current, s", "keep_s", ""},
	{"parts", "parts", ""},
	{"manifest, bytes", "manifest_bytes", ""},
	{"figures compared, all equal", "compared", "compared"},
}

func printReview(all, before figures) {
	fmt.Printf("%.0f documents%38s %12s %9s\n", all["documents"], "review", "SQLite", "growth")
	for _, row := range reviewRows {
		cell := func(name string) string {
			if v, ok := all[name]; ok {
				return short(v)
			}
			return ""
		}
		growth := ""
		if was := before[row.ours]; was > 0 {
			growth = fmt.Sprintf("x %.1f", all[row.ours]/was)
		}
		fmt.Printf("%-46s %10s %12s %9s\n", row.what, cell(row.ours), cell(row.theirs), growth)
	}
	fmt.Println()
}
