package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/store"
)

// verifyCeiling is how many signatures all cores check if they do nothing else.
func verifyCeiling(dir string, documents int) (figures, error) {
	sample, err := sampleOf(dir, 8*perRange)
	if err != nil {
		return nil, err
	}
	var done, bad atomic.Int64
	began, spent := time.Now(), processor().Seconds()
	var g sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() {
			for i := 0; time.Since(began) < 3*time.Second; i = (i + 1) % len(sample) {
				if !sample[i].Leaf.Genuine() {
					bad.Add(1)
				}
				done.Add(1)
			}
		})
	}
	g.Wait()
	if bad.Load() > 0 {
		return nil, errNotGenuine
	}
	return figures{
		"verify_ceiling_docs_per_s": float64(done.Load()) / time.Since(began).Seconds(),
		"verify_cpu_us_per_doc":     1e6 * (processor().Seconds() - spent) / float64(done.Load()),
		"cores":                     float64(runtime.GOMAXPROCS(0)),
	}, nil
}

var errNotGenuine = errors.New("a signature does not verify")

var errEnough = errors.New("enough")

func sampleOf(dir string, n int) (sample []store.Entry, err error) {
	keys := keys()
	err = spans(dir, func(s span) error {
		if sample = append(sample, s.entries(keys)...); len(sample) >= n {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return sample, err
}

// ahead is how many ranges are read and wait, and how many are being verified or
// were; a node has up to two of each log.
const ahead = 3

// ranged is a range that is being verified.
type ranged struct {
	store.Tail
	verified chan struct{}
}

// ingest takes the source file in as a node takes in what peers send: while one
// range is stored, the next ones are verified, two at a time, and those after them
// read.
func ingest(dir string, documents int) (figures, error) {
	debug.SetMemoryLimit(300 << 20)
	s, err := store.Open(database(dir), store.Options{MinFree: 1})
	if err != nil {
		return nil, err
	}
	keys := keys()
	arrived, verified := make(chan store.Tail, ahead), make(chan ranged, ahead)
	var bytes float64
	failed := make(chan error, 1)
	began, spent := time.Now(), processor().Seconds()
	go func() {
		defer close(arrived)
		failed <- spans(dir, func(r span) error {
			tail, err := r.tail(r.entries(keys))
			for _, e := range tail.Entries {
				bytes += float64(len(e.Payload) + len(e.Leaf.Signature))
			}
			arrived <- tail
			return err
		})
	}()
	go func() {
		defer close(verified)
		two := make(chan struct{}, 2)
		for tail := range arrived {
			r := ranged{tail, make(chan struct{})}
			verified <- r
			two <- struct{}{}
			go func() {
				federation.VerifyRange(r.Entries)
				close(r.verified)
				<-two
			}()
		}
	}()
	var at, cpu []float64 // seconds until each range was stored, and what they had taken of the processor
	own := 0.0
	for r := range verified {
		<-r.verified
		tail := r.Tail
		if slices.ContainsFunc(tail.Entries, func(e store.Entry) bool { return !e.Genuine }) {
			return nil, errNotGenuine
		}
		if _, err := s.Extend(tail); err != nil {
			return nil, err
		}
		at, cpu = append(at, time.Since(began).Seconds()), append(cpu, processor().Seconds()-spent)
		own = max(own, resident("RssAnon"))
	}
	if err := <-failed; err != nil {
		return nil, err
	}
	took := time.Since(began)
	found := figures{
		"ingest_docs_per_s":     float64(documents) / took.Seconds(),
		"ingest_cpu_us_per_doc": 1e6 * (processor().Seconds() - spent) / float64(documents),
		"rss_ingest_mib":        resident("VmHWM"),
		"rss_ingest_own_mib":    own,
	}
	for size := 10_000; size <= documents; size *= 10 { // over the half before
		found[fmt.Sprintf("ingest_us_per_doc_at_%d", size)] = each(at, size)
		found[fmt.Sprintf("ingest_cpu_us_per_doc_at_%d", size)] = each(cpu, size)
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	disk, err := diskBytes(database(dir))
	found["disk_bytes_per_payload_byte"] = disk / bytes
	return found, err
}

// each is what a document took, in microseconds, while the second half of so many
// was taken in; of are the seconds that all had taken after each range.
func each(of []float64, documents int) float64 {
	from, to := documents/2/perRange, documents/perRange
	return 1e6 * (of[to-1] - of[from-1]) / float64((to-from)*perRange)
}

// appendOnes files documents into an own log: alone, and by many callers.
func appendOnes(dir string, documents int) (figures, error) {
	sample, err := sampleOf(dir, min(documents, 16*perRange))
	if err != nil {
		return nil, err
	}
	file, err := os.Create(filepath.Join(dir, "sync"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	at := filepath.Join(dir, "own")
	defer os.RemoveAll(at)
	s, err := store.Open(at, store.Options{MinFree: 1})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	w := s.OpenLog(origin(0), sampleFederation().Members[0].Log)
	var alone, checked, syncs []float64
	for i, e := range sample[:ones] { // in turn, so that all meet the same machine
		took, err := fsync(file)
		if err != nil {
			return nil, err
		}
		syncs = append(syncs, took)
		d, times := store.Submission{Leaf: e.Leaf, Payload: e.Payload}, &alone
		if i%2 == 1 {
			times = &checked
			if d.Checked, err = review.Parse(e.Payload); err != nil || !e.Leaf.Genuine() {
				return nil, errors.Join(err, errNotGenuine)
			}
		}
		began := time.Now()
		if _, _, err := w.Append(context.Background(), d); err != nil {
			return nil, err
		}
		*times = append(*times, milliseconds(began))
	}
	rest := make(chan store.Entry)
	errs := make(chan error, callers)
	began := time.Now()
	for range callers {
		go func() {
			for e := range rest {
				if _, _, err := w.Append(context.Background(), store.Submission{Leaf: e.Leaf, Payload: e.Payload}); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for _, e := range sample[ones:] {
		rest <- e
	}
	close(rest)
	for range callers {
		err = cmp.Or(err, <-errs)
	}
	return figures{
		"fsync_ms": median(syncs), "append_one_ms": median(alone), "append_checked_ms": median(checked),
		"append_docs_per_s": float64(len(sample)-ones) / time.Since(began).Seconds(),
	}, err
}

// ones is how many are filed one by one.
const ones = 400

// callers file at once.
const callers = 64

// fsync is what syncing a kilobyte at the end of a file takes, in milliseconds.
func fsync(file *os.File) (float64, error) {
	began := time.Now()
	if _, err := file.Write(make([]byte, 1024)); err != nil {
		return 0, err
	}
	err := file.Sync()
	return milliseconds(began), err
}

// badgerAlone writes values of the same size in synced batches of 256.
func badgerAlone(dir string, documents int) (figures, error) {
	at := filepath.Join(dir, "badger")
	defer os.RemoveAll(at)
	db, err := badger.Open(badger.DefaultOptions(at).WithLogger(nil).WithSyncWrites(true).WithMemTableSize(16 << 20).WithNumMemtables(2).
		WithNumCompactors(2).WithValueThreshold(256).WithValueLogFileSize(64 << 20).WithCompression(options.None).WithDetectConflicts(false))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	value := make([]byte, 1100)
	rand.Read(value)
	began := time.Now()
	n := 0
	for time.Since(began) < 3*time.Second {
		batch := db.NewTransaction(true)
		for range 256 {
			n++
			if err := batch.Set([]byte(fmt.Sprintf("%012d", n)), value); err != nil {
				return nil, err
			}
		}
		if err := batch.Commit(); err != nil {
			return nil, err
		}
	}
	return figures{"badger_docs_per_s": float64(n) / time.Since(began).Seconds()}, nil
}

// open opens what ingest left and sits still for a moment.
func open(dir string, documents int) (figures, error) {
	began := time.Now()
	s, err := store.Open(database(dir), store.Options{MinFree: 1})
	if err != nil {
		return nil, err
	}
	took := time.Since(began).Seconds()
	if _, err := s.LogStates(); err != nil {
		return nil, err
	}
	time.Sleep(time.Second)
	runtime.GC()
	found := figures{"open_s": took, "rss_idle_mib": resident("VmRSS"), "rss_idle_own_mib": resident("RssAnon")}
	return found, s.Close()
}

// page is how many documents a read is of, where there are so many.
const page = 100

// read looks things up: proofs, and pages of a hundred documents.
func read(dir string, documents int) (figures, error) {
	s, err := store.Open(database(dir), store.Options{MinFree: 1})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	head := s.Head(origin(0))
	var proofs []float64
	for i := range uint64(200) {
		began := time.Now()
		if _, err := s.Prove(origin(0), i*head.Size/200, head.Size); err != nil {
			return nil, err
		}
		proofs = append(proofs, milliseconds(began))
	}
	found := figures{"proof_ms": median(proofs)}
	pledges, err := s.Find(store.Query{Kind: review.KindPledge, Limit: threads})
	if err != nil {
		return nil, err
	}
	first, err := sampleOf(dir, perRange)
	if err != nil {
		return nil, err
	}
	var members []review.ParticipantID
	for _, m := range sampleFederation().Members[:authors/4] {
		members = append(members, m.ID)
	}
	find := func(q store.Query) ([]review.DocumentID, error) {
		q.Limit = page
		return s.Find(q)
	}
	for name, look := range map[string]func(i int) ([]review.DocumentID, error){
		"participant": func(i int) ([]review.DocumentID, error) {
			return find(store.Query{Author: sampleFederation().Members[i].ID})
		},
		"region":    func(i int) ([]review.DocumentID, error) { return find(store.Query{Authors: members}) },
		"objective": func(i int) ([]review.DocumentID, error) { return find(store.Query{Objective: 1 + i}) },
		"kind":      func(i int) ([]review.DocumentID, error) { return find(store.Query{Kind: review.KindComment}) },
		"about":     func(i int) ([]review.DocumentID, error) { return find(store.Query{About: pledges[i]}) },
		"thread": func(i int) ([]review.DocumentID, error) {
			return s.Thread(review.DocumentID(first[rootOf(i)].Leaf.Digest.String()), page)
		},
	} {
		var took []float64
		for i := range threads {
			began := time.Now()
			ids, err := look(i)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				if _, err := s.Payload(id); err != nil {
					return nil, err
				}
			}
			took = append(took, milliseconds(began))
		}
		found["read_"+name+"_ms"] = median(took)
	}
	return found, label(s, found)
}

// label reads and labels everything that is held, if that is not too much for
// a machine's memory.
func label(s *store.Store, found figures) error {
	states, err := s.LogStates()
	if err != nil {
		return err
	}
	n := 0.0
	for _, l := range states {
		n += float64(l.Size)
	}
	if n > 200_000 {
		return nil
	}
	f := sampleFederation()
	began := time.Now()
	snapshot := review.Snapshot{Federation: f.Genesis.ID, Logs: states}
	if _, err := review.Read(snapshot, f.Genesis.Document, s.Records(snapshot), time.Time{}); err != nil {
		return err
	}
	found["label_docs_per_s"] = n / time.Since(began).Seconds()
	return nil
}

func milliseconds(began time.Time) float64 { return float64(time.Since(began).Nanoseconds()) / 1e6 }

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// processor is the processor time that this process has taken, on all cores: a
// busy machine changes it less than it changes the time that passes.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident is a line of this process's memory, in MiB; not a number where the
// system does not tell.
func resident(line string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return math.NaN()
	}
	for l := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(l, line+":"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			if err == nil {
				return kib / 1024
			}
		}
	}
	return math.NaN()
}

// diskBytes are the blocks that a folder's files take up.
func diskBytes(dir string) (n float64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += float64(info.Sys().(*syscall.Stat_t).Blocks) * 512
		}
		return err
	})
	return n, err
}
