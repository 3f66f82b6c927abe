package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"stocktake/review"
	"stocktake/store"
	"stocktake/testnet/synthetic"
)

// stored are a corpus's records as a node's store hands them out: payloads,
// leaves, and whether signatures verify, which was found out when they came.
// The last documents with a receipt each are kept for one by one.
type stored struct {
	states  []review.LogState
	records iter.Seq2[review.Record, error]
	changes []change
	reading func() error // why reading them failed
}

// change is a document and the receipt that files it, with the states of the
// logs after each.
type change struct {
	document, receipt           review.Record
	afterDocument, afterReceipt []review.LogState
	kind                        review.Kind
}

func storedIn(dir string, documents int) (*stored, error) {
	c := corpusOf(documents)
	var trees [logs]synthetic.Tree
	states := func() (all []review.LogState) {
		for i := range trees {
			all = append(all, review.LogState{Origin: corpusOrigin(i), Size: trees[i].Size(), Root: trees[i].Root()})
		}
		slices.SortFunc(all, func(a, b review.LogState) int {
			if a.Origin < b.Origin {
				return -1
			}
			return 1
		})
		return all
	}
	total := 0
	if err := spans(dir, func(s span) error { total += len(s.Records); return nil }); err != nil {
		return nil, err
	}
	held := total - 2*c.Tail // a document and a receipt each
	keys, s, n := corpusKeys(), &stored{}, 0
	err := spans(dir, func(r span) error {
		for i, e := range r.entries(keys) {
			if n < held {
				trees[r.Log].Add(e.Leaf.Hash())
			} else {
				record := review.Record{Origin: corpusOrigin(r.Log), Index: r.From + uint64(i), Leaf: e.Leaf, Payload: e.Payload, Genuine: true}
				if n == held {
					s.states = states()
				}
				trees[r.Log].Add(e.Leaf.Hash())
				if (n-held)%2 == 0 {
					d, err := review.Parse(e.Payload)
					if err != nil {
						return err
					}
					s.changes = append(s.changes, change{document: record, afterDocument: states(), kind: d.Kind})
				} else {
					last := &s.changes[len(s.changes)-1]
					last.receipt, last.afterReceipt = record, states()
				}
			}
			n++
		}
		return nil
	})
	var failed error
	s.reading = func() error { return failed }
	s.records = func(yield func(review.Record, error) bool) {
		n := 0
		failed = spans(dir, func(r span) error {
			for i, e := range r.entries(keys) {
				if n++; n > held || !yield(review.Record{Origin: corpusOrigin(r.Log), Index: r.From + uint64(i), Leaf: e.Leaf, Payload: e.Payload, Genuine: true}, nil) {
					return errEnough
				}
			}
			return nil
		})
		if failed == errEnough {
			failed = nil
		}
	}
	return s, err
}

// assemble reads and assembles a corpus, and then takes in what changes one by
// one, all of it in memory.
func assemble(dir string, documents int) (figures, error) { return assembleIn(dir, documents, nil) }

// inCells does the same with the parts in a store's cells, and then has the last
// stocktake from them alone.
func inCells(dir string, documents int) (found figures, err error) {
	s, err := store.Open(filepath.Join(dir, "cells"), store.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := assembleIn(dir, documents, s.Cells(review.ScopeGlobal))
	if err != nil {
		return nil, err
	}
	found = figures{}
	for _, name := range []string{"keep_s", "kept_mib", "kept_heap_mib", "change_ms", "change_p99_ms", "change_cpu_ms", "change_cpu_p99_ms", "served_s"} {
		found["cells_"+name] = all[name]
	}
	return found, nil
}

func assembleIn(dir string, documents int, cells review.Cells) (figures, error) {
	s, err := storedIn(dir, documents)
	if err != nil {
		return nil, err
	}
	genesis := sampleCorpus().Genesis
	snapshot := func(states []review.LogState) review.Snapshot {
		return review.Snapshot{Federation: genesis.ID, Logs: states}
	}
	runtime.GC()
	found := figures{}
	began, loaded, busy := time.Now(), time.Time{}, processor().Seconds()
	reading, err := review.Read(snapshot(s.states), genesis.Document, func(yield func(review.Record, error) bool) {
		for r, err := range store.Ahead(s.records) {
			if !yield(r, err) {
				return
			}
		}
		loaded = time.Now()
		found["load_cpu_s"], busy = processor().Seconds()-busy, processor().Seconds()
	}, time.Time{})
	if err != nil {
		return nil, err
	}
	if err := s.reading(); err != nil {
		return nil, err
	}
	weighed := time.Now()
	made, err := reading.Stocktake(review.ScopeGlobal)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]float64{
		"load_s": loaded.Sub(began).Seconds(), "weigh_s": weighed.Sub(loaded).Seconds(), "tables_s": time.Since(weighed).Seconds(),
		"compute_cpu_s": processor().Seconds() - busy, "parts": float64(len(made.Parts)), "manifest_bytes": float64(len(made.Manifest)), "peak_mib": resident("VmHWM"),
	} {
		found[name] = value
	}
	if err := writeFigures(dir, "loaded", made); err != nil {
		return nil, err
	}
	made = nil
	found["read_heap_mib"] = heap()
	began = time.Now()
	a := review.NewAssembly(reading)
	if cells == nil {
		err = a.Keep(review.ScopeGlobal)
	} else {
		err = a.KeepIn(review.ScopeGlobal, cells)
	}
	if err != nil {
		return nil, err
	}
	found["keep_s"] = time.Since(began).Seconds()
	found["kept_heap_mib"] = heap()
	found["kept_mib"] = resident("VmRSS")
	var document, receipt, both, busyBoth []float64
	for _, c := range s.changes {
		busy := processor().Seconds()
		judged, days := a.Renewals.Judged, a.Renewals.Days
		first, _, err := applied(a, snapshot(c.afterDocument), c.document)
		if err != nil {
			return nil, err
		}
		second, fresh, err := applied(a, snapshot(c.afterReceipt), c.receipt)
		if err != nil {
			return nil, err
		}
		busy = 1000 * (processor().Seconds() - busy)
		if found["renewals"] += float64(a.Renewals.Judged - judged); a.Renewals.Days > days {
			found["days"]++
			found["day_ms"] = max(first, second)
			continue
		}
		found["fresh_parts"] += float64(fresh) / float64(len(s.changes))
		document, receipt, both = append(document, first), append(receipt, second), append(both, first+second)
		busyBoth = append(busyBoth, busy)
	}
	for name, took := range map[string][]float64{"document": document, "filed": receipt, "change": both, "change_cpu": busyBoth} {
		found[name+"_ms"], found[name+"_p99_ms"] = median(took), took[len(took)*99/100] // sorted by now
	}
	found["changes"] = float64(len(both))
	if cells == nil {
		last, err := a.Stocktake(review.ScopeGlobal)
		if err != nil {
			return nil, err
		}
		return found, writeFigures(dir, "changed", last)
	}
	began = time.Now()
	if _, err = review.Kept(cells, review.ScopeGlobal, genesis.ID, a.Reading().Snapshot().Logs); err != nil {
		return nil, err
	}
	found["served_s"] = time.Since(began).Seconds()
	return found, nil
}

// heap is what is in use of the program's own memory, in MiB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// applied is how long a record takes until the changed parts and the manifest
// are made and hashed, in milliseconds, and how many parts that were.
func applied(a *review.Assembly, s review.Snapshot, r review.Record) (float64, int, error) {
	began := time.Now()
	changes, err := a.Apply(s, func(yield func(review.Record, error) bool) { yield(r, nil) })
	if err != nil {
		return 0, 0, err
	}
	change := changes[review.ScopeGlobal]
	if change == nil { // all rows are to be made anew
		err := a.Keep(review.ScopeGlobal)
		return milliseconds(began), 0, err
	}
	digest := change.Digest()
	took := milliseconds(began)
	if digest == "" {
		return 0, 0, fmt.Errorf("no digest")
	}
	return took, len(change.Parts), nil
}

// compared are the figures that the database is asked for as well, by group.
var compared = map[string]func(name string) bool{
	"pledges": prefixed("status: "), "due": func(name string) bool { return len(name) > 8 && name[:7] == "sample-" },
	"recommendations": func(name string) bool {
		return slices.Contains([]string{"open", "supported", "noted", "declined", "answered"}, name)
	},
	"resources": prefixed("pledged "), "findings": prefixed("rating: "),
}

func prefixed(with string) func(string) bool {
	return func(name string) bool { return len(name) > len(with) && name[:len(with)] == with }
}

// writeFigures keeps a stocktake's figures for the database to compare: counts,
// and sums in thousandths.
func writeFigures(dir, name string, s *review.Stocktake) error {
	var m review.Manifest
	if err := json.Unmarshal(s.Manifest, &m); err != nil {
		return err
	}
	all := map[string]int64{}
	for _, f := range m.Figures {
		if pick := compared[f.Group]; pick == nil || !pick(f.Name) || !f.Sample {
			continue
		}
		all[f.Group+"/"+f.Name] = int64(f.Value)
		if f.Amount != "" {
			all[f.Group+"/"+f.Name] = thousandths(f.Amount)
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "figures-"+name), b, 0o644)
}
