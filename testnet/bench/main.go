// Command bench measures what a node can do on this machine, each figure beside
// its ceiling from the same run: the processor's signature checks, the disk's
// syncs, the database without anything around it.
//
//	go run . store                          a table for 100,000 documents
//	go run . store -documents 1000000 -json one object
//	go run . review -documents 1000000      assembling, beside a database
//	go run . pages -documents 1000000       a node's pages, beside files from nginx
//	go run . store -profile DIR             with a processor profile of each phase
//
// Every phase is a process of its own, so that memory is counted for it alone.
// A figure says something about its ceiling in the same run only: machines are
// shared.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: bench store|review|pages [-documents N] [-dir DIR] [-json]")
	}
	var err error
	switch phase, args := os.Args[1], os.Args[2:]; phase {
	case "store":
		err = storeTable(args)
	case "review":
		err = reviewTable(args)
	case "pages":
		err = pagesTable(args)
	default:
		if phases[phase] == nil {
			fail(fmt.Sprintf("there is no benchmark %q: write store, review or pages", phase))
		}
		err = measure(phase, args)
	}
	if err != nil {
		fail(err)
	}
}

func fail(why any) {
	fmt.Fprintln(os.Stderr, "bench:", why)
	os.Exit(1)
}

// figures are what a phase measured, by name.
type figures map[string]float64

// measure runs one phase in this process and prints its figures.
func measure(phase string, args []string) error {
	f := flag.NewFlagSet(phase, flag.ExitOnError)
	documents := f.Int("documents", 0, "")
	dir := f.String("dir", "", "")
	profile := f.String("profile", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	stop, err := profileTo(*profile)
	if err != nil {
		return err
	}
	found, err := phases[phase](*dir, *documents)
	if err = errors.Join(err, stop()); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

// profileTo writes to a file what the processor does until stop; with no name it
// does nothing.
func profileTo(name string) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() error { pprof.StopCPUProfile(); return file.Close() }, nil
}

var phases = map[string]func(dir string, documents int) (figures, error){
	"generate": generate, "verify": verifyCeiling, "ingest": ingest, "append": appendOnes,
	"badger": badgerAlone, "open": open, "read": read,
	"synthesize": synthesize, "assemble": assemble, "cells": inCells, "sqlite": sqlite,
	"settle": settle, "serve": serve,
}

// order is that of the phases: later ones read what earlier ones left.
var order = []string{"generate", "verify", "ingest", "append", "badger", "open", "read"}

func storeTable(args []string) error {
	f := flag.NewFlagSet("store", flag.ExitOnError)
	documents := f.Int("documents", 100_000, "how many documents")
	dir := f.String("dir", "", "work in this directory, which must not exist, and leave it there (default: a temporary one)")
	source := f.String("source", "", "take the documents from the file `source` that an earlier run left in its directory, instead of making them")
	profiles := f.String("profile", "", "write a processor profile of each phase to this directory")
	asJSON := f.Bool("json", false, "print one JSON object")
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
	if *profiles != "" {
		if err := os.MkdirAll(*profiles, 0o755); err != nil {
			return err
		}
	}
	phases := order
	if *source != "" {
		from, err := filepath.Abs(*source)
		if err != nil {
			return err
		}
		if err := os.Symlink(from, sourceFile(at)); err != nil {
			return err
		}
		phases = order[1:]
	}
	all := figures{"documents": float64(*documents)}
	for _, phase := range phases {
		fmt.Fprintf(os.Stderr, "%s ...\n", phase)
		found, err := run(phase, at, *documents, *profiles)
		if err != nil {
			return fmt.Errorf("%s: %w", phase, err)
		}
		for name, value := range found {
			all[name] = value
		}
	}
	all["ingest_share_of_ceiling"] = all["ingest_docs_per_s"] / all["verify_ceiling_docs_per_s"]
	all["append_one_in_fsyncs"] = all["append_one_ms"] / all["fsync_ms"]
	if *asJSON {
		return json.NewEncoder(os.Stdout).Encode(all)
	}
	printTable(all)
	return nil
}

// run is one phase in a process of its own.
func run(phase, dir string, documents int, profiles string) (figures, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, phase, "-dir", dir, "-documents", fmt.Sprint(documents))
	if profiles != "" {
		cmd.Args = append(cmd.Args, "-profile", filepath.Join(profiles, phase+".pprof"))
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	found := figures{}
	return found, json.Unmarshal(out, &found)
}

// table is what people read: a figure, in words, and its ceiling. Those with a
// size are there if so many documents are taken in.
var table = []struct {
	name, what, ceiling string
	size                int
}{
	{"documents", "documents, in 8 logs", "", 0},
	{"ingest_docs_per_s", "taken in: verified, schema, indexes, fsynced", "verify_ceiling_docs_per_s", 0},
	{"ingest_cpu_us_per_doc", "  processor time of all cores a document, µs", "verify_cpu_us_per_doc", 0},
	{"ingest_us_per_doc_at_10000", "  a document when 10,000 are held, µs", "", 10_000},
	{"ingest_us_per_doc_at_100000", "  when 100,000 are held, µs", "", 100_000},
	{"ingest_us_per_doc_at_1000000", "  when 1,000,000 are held, µs", "", 1_000_000},
	{"ingest_cpu_us_per_doc_at_10000", "  of the processor's, when 10,000 are held, µs", "", 10_000},
	{"ingest_cpu_us_per_doc_at_100000", "  when 100,000 are held, µs", "", 100_000},
	{"ingest_cpu_us_per_doc_at_1000000", "  when 1,000,000 are held, µs", "", 1_000_000},
	{"append_docs_per_s", "filed by 64 callers at once", "badger_docs_per_s", 0},
	{"append_one_ms", "filed alone, median, ms", "fsync_ms", 0},
	{"append_checked_ms", "  parsed and its signature checked before", "fsync_ms", 0},
	{"label_docs_per_s", "read and labelled", "", 0},
	{"open_s", "open, s", "", 0},
	{"rss_idle_mib", "resident when idle, MiB", "", 0},
	{"rss_idle_own_mib", "  without pages of files, MiB", "", 0},
	{"rss_ingest_mib", "resident at most while taking in, MiB", "", 0},
	{"rss_ingest_own_mib", "  without pages of files, MiB", "", 0},
	{"disk_bytes_per_payload_byte", "disk bytes per document byte", "", 0},
	{"proof_ms", "inclusion proof, median, ms", "", 0},
	{"read_participant_ms", "100 documents of a participant, ms", "", 0},
	{"read_region_ms", "  of a region's members, ms", "", 0},
	{"read_objective_ms", "  on an objective, ms", "", 0},
	{"read_about_ms", "  about a pledge, ms", "", 0},
	{"read_thread_ms", "  of a thread, ms", "", 0},
	{"read_kind_ms", "  of a kind, ms", "", 0},
}

func printTable(all figures) {
	for _, row := range table {
		value, ok := all[row.name]
		if !ok {
			continue
		}
		line := fmt.Sprintf("%-46s %12s", row.what, short(value))
		if ceiling := all[row.ceiling]; ceiling > 0 {
			line += fmt.Sprintf("   ceiling %s (%s): %.2f", short(ceiling), strings.TrimSuffix(row.ceiling, "_docs_per_s"), value/ceiling)
		}
		fmt.Println(line)
	}
}

func short(v float64) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

func sourceFile(dir string) string { return filepath.Join(dir, "source") }
func database(dir string) string   { return filepath.Join(dir, "db") }
