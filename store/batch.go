package store

import (
	"context"
	"fmt"
	"maps"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// One goroutine writes. It takes a job and all others that wait with it, up to
// MaxBatch documents, makes one Badger transaction of them, signs one
// checkpoint for each log of this node's own that they touch, commits with one
// fsync and answers. Badger has no group commit of its own: while one batch
// syncs, the next one gathers, so a lone document waits for nobody and many
// share what an fsync costs.

// job is one change of the database.
type job struct {
	cost
	// do writes to the batch. It may run more than once, each time on a fresh
	// batch; its writes count only if it returns nil.
	do   func(b *batch) error
	done chan error // of capacity 1
}

// cost is what a job takes of a batch, at most.
type cost struct{ documents, keys, bytes int }

func (c cost) plus(d cost) cost {
	return cost{c.documents + d.documents, c.keys + d.keys, c.bytes + d.bytes}
}

// budget is what fits one batch: half of what Badger takes in one transaction,
// the other half being for heads, notes and estimates that were low.
func (s *Store) budget() cost {
	return cost{MaxBatch, int(s.db.MaxBatchCount() / 2), int(s.db.MaxBatchSize() / 2)}
}

func (c cost) within(budget cost) bool {
	return c.documents <= budget.documents && c.keys <= budget.keys && c.bytes <= budget.bytes
}

// ctxNone is for what is not given up half-way.
var ctxNone = context.Background()

// submit has a job done and returns when it is on disk. If ctx ends earlier it
// returns ctx's error, and the job may still be done.
func (s *Store) submit(ctx context.Context, c cost, do func(b *batch) error) error {
	j := &job{c, do, make(chan error, 1)}
	select {
	case s.jobs <- j:
	case <-s.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write is the goroutine that writes.
func (s *Store) write() {
	defer close(s.written)
	var next *job
	for {
		if next == nil {
			select {
			case next = <-s.jobs:
			case <-s.closing:
				return
			}
		}
		var jobs []*job
		jobs, next = s.gather(next)
		s.makeRoom(s.execute(jobs))
	}
}

// gather takes the jobs that wait and fit one batch with the first; it also
// returns one that came and did not fit.
func (s *Store) gather(first *job) (jobs []*job, over *job) {
	jobs, sum, budget := []*job{first}, first.cost, s.budget()
	for {
		select {
		case j := <-s.jobs:
			if sum = sum.plus(j.cost); !sum.within(budget) {
				return jobs, j
			}
			jobs = append(jobs, j)
		default:
			return jobs, nil
		}
	}
}

// execute does the jobs in one transaction, without those that fail. It returns what
// that took of the memtable's log, at most, in bytes.
func (s *Store) execute(jobs []*job) (taken int) {
	err := s.writable()
	for done := false; err == nil && !done && len(jobs) > 0; {
		b := s.newBatch()
		if jobs, done = b.do(jobs); done && len(jobs) > 0 {
			b.seal()
			err, taken = b.commit(), b.bytes
			s.fillHeld(b.added)
		}
		b.tx.Discard()
	}
	for _, j := range jobs {
		j.done <- err
	}
	return taken
}

// entryOverhead is what Badger's log has of a change besides key and value, at most:
// a header of 22 bytes, the version, a checksum.
const entryOverhead = 22 + 8 + 4

// do does the jobs. Those that fail are answered and left out of what it
// returns; done is false if one of them had already written, so that the
// others need a fresh batch.
func (b *batch) do(jobs []*job) (rest []*job, done bool) {
	for i, j := range jobs {
		before := b.writes
		err := b.attempt(j)
		if err == nil {
			err = b.err
		}
		if err == nil {
			rest = append(rest, j)
			continue
		}
		j.done <- err
		if b.writes != before {
			return append(rest, jobs[i+1:]...), false
		}
	}
	return rest, true
}

func (b *batch) attempt(j *job) (err error) {
	defer b.store.rescue(&err)
	return j.do(b)
}

// batch is one transaction with what it changes in memory.
type batch struct {
	store   *Store
	tx      *badger.Txn
	writes  int
	added   int                            // how many records
	bytes   int                            // what it takes of the memtable's log, at most
	values  bool                           // one lies in the value log
	err     error                          // the first failure to write
	logs    map[review.Origin]*log         // at their new size
	signers map[review.Origin]*Writer      // of those that need a new checkpoint
	newLogs []review.Origin                // numbered here
	newKeys map[signing.DocumentKey]uint32 // numbered here
	number  uint64                         // of this batch
	bound   bool                           // it binds this node: see mark
	counters
}

func (s *Store) newBatch() *batch {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return &batch{
		store:    s,
		tx:       s.db.NewTransaction(true),
		logs:     make(map[review.Origin]*log),
		signers:  make(map[review.Origin]*Writer),
		newKeys:  make(map[signing.DocumentKey]uint32),
		number:   s.mark.batch + 1,
		counters: counters{uint32(len(s.numbered)), s.keyCount},
	}
}

// set writes a value with its checksum.
func (b *batch) set(key, value []byte) {
	b.bound = b.bound || key[0] == keyWitness || key[0] == keyFence
	if key[0] == keyAbsence {
		b.store.absences.add(key[1:])
	}
	b.setRaw(key, seal(key, value))
}

func (b *batch) setRaw(key, value []byte) { b.setEntry(badger.NewEntry(key, value)) }

func (b *batch) setEntry(e *badger.Entry) {
	b.writes++
	b.bytes += len(e.Key) + len(e.Value) + entryOverhead
	b.values = b.values || len(e.Value) >= treeValue
	if err := b.tx.SetEntry(e); err != nil && b.err == nil {
		b.err = fmt.Errorf("store: writing %s: %w", b.store.dir, err)
	}
}

func (b *batch) delete(key []byte) {
	b.writes++
	b.bytes += len(key) + entryOverhead
	if err := b.tx.Delete(key); err != nil && b.err == nil {
		b.err = fmt.Errorf("store: writing %s: %w", b.store.dir, err)
	}
}

func (b *batch) get(key []byte) ([]byte, bool, error) { return b.store.get(b.tx, key) }
func (b *batch) has(key []byte) (bool, error)         { return b.store.has(b.tx, key) }

// log is a log as this batch will leave it, for the caller to change.
func (b *batch) log(o review.Origin) *log {
	if l := b.logs[o]; l != nil {
		return l
	}
	l := b.store.log(o).clone()
	b.logs[o] = l
	return l
}

// seal signs the checkpoints of this node's own logs and writes every head. What
// it signed leaves the process only after commit.
func (b *batch) seal() {
	s := b.store
	for o, w := range b.signers {
		l := b.logs[o]
		checkpoint := l.checkpoint()
		l.remember(signedNote{checkpoint, signing.SignCheckpoint(checkpoint, w.signer)})
		b.bound = true
	}
	maps.DeleteFunc(b.logs, func(_ review.Origin, l *log) bool { return !l.numbered })
	for o, l := range b.logs {
		b.set(numberKey(keyState, l.number), treeState{l.size, l.root()}.marshal())
		b.set(numberKey(keyCheckpoint, l.number), l.noted.note)
		switch target := numberKey(keyTarget, l.number); {
		case l.targeted.note != nil:
			b.set(target, l.targeted.note)
		case s.log(o).targeted.note != nil:
			b.delete(target)
		}
	}
	if b.counters.keys != s.keyCount || len(b.newLogs) > 0 {
		b.set([]byte{keyCounters}, b.counters.marshal())
	}
	b.set([]byte{keyBatch}, marshalNumber(b.number))
}

// commit writes the batch and syncs. Only then does anybody see what changed: if
// it fails, memory still holds what was acknowledged, and the store writes no
// more. What the disk then holds shows when it is opened again: all of the batch,
// or nothing.
func (b *batch) commit() error {
	s := b.store
	if b.err != nil {
		return b.err
	}
	b.recall()
	if err := s.options.Commit(b.sync); err != nil {
		s.fail(err)
	}
	if err := s.failure(); err != nil {
		return err
	}
	s.writeMark(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.logs, b.logs)
	s.numbered = append(s.numbered, b.newLogs...)
	s.keyCount = b.counters.keys
	return nil
}

// sync writes the batch to the files and syncs them, and their names.
func (b *batch) sync() error {
	if err := b.tx.Commit(); err != nil {
		return err
	}
	if err := b.store.syncFiles(b.values); err != nil {
		return err
	}
	return b.store.syncFolder()
}
