package review

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"time"

	"stocktake/signing"
)

// Witnessed is what the receipts so far say about filing: up to which size of
// each log every witness had seen it, and when. Receipts may come in any order
// and any number of times; more of them only move filing times earlier.
//
// The filing time of a record is the k-th smallest, over witnesses, of each
// one's earliest time in any receipt that covers the record. With n witnesses
// of which f = (n-1)/3 may lie, k = f+1: so at least one honest witness had
// seen it by then, and f clocks that are slow or fast change nothing. A record
// has a filing time, that is, it is final, only if one receipt that covers it
// carries a quorum. Where the charter closed some witnesses and opened others,
// each period with one set of witnesses is counted alone, over the
// cosignatures dated in it, and the earliest answer holds. Of a quorum, f may be
// dated outside of the period: else one wrong clock would keep what is filed
// near its end from being final, or, dated ahead, undo what was.
//
// The zero value knows of no receipt. It is not safe for use during Add.
type Witnessed struct {
	logs map[Origin]*sightings
}

// term is a period with one set of witnesses: [from, until) in Unix seconds.
type term struct {
	from, until int64
	witnesses   int
}

// sightings are what the witnesses saw of one log.
type sightings struct {
	terms map[term]*termSightings
	sizes []uint64 // that some witness saw, ascending
	steps []step   // derived; nil when stale
}

type termSightings struct {
	held map[uint64]int64            // size -> see Witnessed.Held; of receipts with a quorum, the earliest
	seen map[string]map[uint64]int64 // witness -> size -> earliest Unix time
}

// step is the filing time of the records below size that no smaller step has.
type step struct {
	size uint64
	at   int64
	held int64 // see Witnessed.Held
	by   int
}

// evidence is what one receipt shows.
type evidence struct {
	signing.Checkpoint
	terms   map[term][]signing.Cosignature // dated in the term
	quorums map[term]bool                  // whether its witnesses gave a quorum
	seals   map[signing.NoteKey]bool       // of all witnesses that cosigned, whenever
}

func (p *Receipt) relate(c *Chain, _, _ *Document, _ finder) Refusal {
	if _, err := openReceipt(c, []byte(p.Checkpoint)); err != nil {
		return Refusal{*refuse("/checkpoint", ReasonVoidReceipt, "why", err.Error())}
	}
	return nil
}

// openReceipt checks the log's and the witnesses' signatures on a receipt's
// note. Whether its root is the log's is for the caller to see.
func openReceipt(chain *Chain, note []byte) (evidence, error) {
	e, err := openNote(chain, note)
	if err == nil && len(e.terms) == 0 {
		err = fmt.Errorf("review: receipt for %s at size %d: no witness of the charter cosigned it", e.Origin, e.Size)
	}
	return e, err
}

// openNote is openReceipt of a note that maybe no witness cosigned.
func openNote(chain *Chain, note []byte) (evidence, error) {
	peek, err := signing.PeekCheckpoint(note)
	if err != nil {
		return evidence{}, err
	}
	log, ok := chain.Log(Origin(peek.Origin))
	if !ok {
		return evidence{}, fmt.Errorf("review: receipt for %s: no charter lists that log", peek.Origin)
	}
	e := evidence{terms: map[term][]signing.Cosignature{}, quorums: map[term]bool{}, seals: map[signing.NoteKey]bool{}}
	if e.Checkpoint, err = signing.OpenCheckpoint(note, peek.Origin, log.LogKey); err != nil {
		return evidence{}, err
	}
	for _, t := range chain.terms {
		_, cosignatures, err := signing.OpenCosignatures(note, t.keys)
		if err != nil {
			return evidence{}, err
		}
		for _, c := range cosignatures {
			e.seals[c.Key] = true
			if unix := c.Time.Unix(); t.from <= unix && unix < t.until {
				e.terms[t.term] = append(e.terms[t.term], c)
			}
		}
		quorum := Quorum(t.witnesses)
		e.quorums[t.term] = len(cosignatures) >= quorum && len(e.terms[t.term]) >= quorum-Faulty(t.witnesses)
	}
	return e, nil
}

// Add folds the note of one receipt in. It checks every signature; that the
// note's root is the log's at that size is the caller's to know, and a receipt
// for another root must not be added. An error leaves w as it was.
func (w *Witnessed) Add(chain *Chain, note []byte) error {
	e, err := openReceipt(chain, note)
	if err == nil {
		w.fold(e)
	}
	return err
}

func (w *Witnessed) fold(e evidence) {
	if w.logs == nil {
		w.logs = map[Origin]*sightings{}
	}
	s := w.logs[Origin(e.Origin)]
	if s == nil {
		s = &sightings{terms: map[term]*termSightings{}}
		w.logs[Origin(e.Origin)] = s
	}
	s.steps = nil
	if i, known := slices.BinarySearch(s.sizes, e.Size); !known {
		s.sizes = slices.Insert(s.sizes, i, e.Size)
	}
	for t, cosignatures := range e.terms {
		ts := s.terms[t]
		if ts == nil {
			ts = &termSightings{held: map[uint64]int64{}, seen: map[string]map[uint64]int64{}}
			s.terms[t] = ts
		}
		if e.quorums[t] {
			held := nth(cosignatures, Quorum(t.witnesses)-Faulty(t.witnesses))
			if before, ok := ts.held[e.Size]; !ok || held < before {
				ts.held[e.Size] = held
			}
		}
		for _, c := range cosignatures {
			seen := ts.seen[c.Name]
			if seen == nil {
				seen = map[uint64]int64{}
				ts.seen[c.Name] = seen
			}
			if at, ok := seen[e.Size]; !ok || c.Time.Unix() < at {
				seen[e.Size] = c.Time.Unix()
			}
		}
	}
}

// Filed is the filing time of a record and by how many witnesses it was seen.
// ok is false while the record is pending: no quorum cosigned one checkpoint
// that covers it.
func (w *Witnessed) Filed(o Origin, index uint64) (t time.Time, by int, ok bool) {
	step, ok := w.step(o, index)
	if !ok {
		return time.Time{}, 0, false
	}
	return time.Unix(step.at, 0).UTC(), step.by, true
}

// nth is the n-th smallest of the times of cosignatures, from 1.
func nth(cosignatures []signing.Cosignature, n int) int64 {
	times := make([]int64, len(cosignatures))
	for i, c := range cosignatures {
		times[i] = c.Time.Unix()
	}
	slices.Sort(times)
	return times[n-1]
}

// Held is when so many witnesses had a record as have to date a quorum (all but
// f of it), in the receipt where that was earliest: if the witnesses change
// later, it stays final. ok is as of Filed.
func (w *Witnessed) Held(o Origin, index uint64) (t time.Time, ok bool) {
	step, ok := w.step(o, index)
	if !ok {
		return time.Time{}, false
	}
	return time.Unix(step.held, 0).UTC(), true
}

func (w *Witnessed) step(o Origin, index uint64) (found step, ok bool) {
	s := w.logs[o]
	if s == nil {
		return step{}, false
	}
	steps := s.derived()
	i := sort.Search(len(steps), func(i int) bool { return steps[i].size > index })
	if i == len(steps) {
		return step{}, false
	}
	return steps[i], true
}

// Latest is the latest filing time of any record, zero if none is final.
func (w *Witnessed) Latest() time.Time {
	var latest time.Time
	for _, s := range w.logs {
		if n := len(s.derived()); n > 0 { // times do not fall with size
			latest = later(latest, time.Unix(s.steps[n-1].at, 0).UTC())
		}
	}
	return latest
}

// derived are the steps by ascending size. A larger size has fewer sightings
// that cover it, so times do not fall from step to step.
func (s *sightings) derived() []step {
	if s.steps == nil {
		s.steps = s.derive()
	}
	return s.steps
}

func (s *sightings) derive() []step {
	steps := []step{}
	s.descend(func(st step) bool {
		if st.by > 0 {
			steps = append(steps, st)
		}
		return true
	})
	slices.Reverse(steps)
	return steps
}

// descend yields the step of each size from the largest down; by is 0 where
// that is not final.
func (s *sightings) descend(yield func(step) bool) {
	earliest, held := map[term]map[string]int64{}, map[term]int64{} // over receipts of at least the size
	for t := range s.terms {
		earliest[t], held[t] = map[string]int64{}, math.MaxInt64
	}
	for _, size := range slices.Backward(s.sizes) {
		best := step{size: size, at: math.MaxInt64, held: math.MaxInt64}
		for t, ts := range s.terms {
			for name, seen := range ts.seen {
				at, ok := seen[size]
				if before, had := earliest[t][name]; ok && (!had || at < before) {
					earliest[t][name] = at
				}
			}
			if at, ok := ts.held[size]; ok {
				held[t] = min(held[t], at)
			}
			if held[t] == math.MaxInt64 {
				continue
			}
			times := slices.Sorted(maps.Values(earliest[t]))
			at := times[Faulty(t.witnesses)] // k-th smallest; a quorum less f is at least k
			if at < best.at || at == best.at && len(times) > best.by {
				best.at, best.by = at, len(times)
			}
			best.held = min(best.held, held[t])
		}
		if !yield(best) {
			return
		}
	}
}

// refold is fold that says which records' filing times it changed: those of
// indexes from one to before another.
func (w *Witnessed) refold(e evidence) (from, until uint64) {
	s := w.logs[Origin(e.Origin)]
	if s == nil || len(s.sizes) == 0 {
		w.fold(e)
		return 0, e.Size
	}
	old := s.derived()
	if e.Size <= s.sizes[len(s.sizes)-1] {
		w.fold(e)
		return changedSteps(old, s.derived())
	}
	w.fold(e)
	return s.extend(old, e)
}

// extend makes the steps anew after a receipt for more than any before, down to
// where it says nothing new: an earlier quorum held that, and each of its
// witnesses had seen it earlier.
func (s *sightings) extend(old []step, e evidence) (from, until uint64) {
	type voice struct {
		term
		name string
	}
	seen, held := map[voice]int64{}, map[term]int64{}
	for t, cosignatures := range e.terms {
		for _, c := range cosignatures {
			seen[voice{t, c.Name}] = c.Time.Unix()
		}
		if e.quorums[t] {
			held[t] = s.terms[t].held[e.Size]
		}
	}
	var steps []step
	kept := 0
	s.descend(func(st step) bool {
		earlier := func(of map[uint64]int64, than int64) bool {
			at, ok := of[st.size]
			return ok && st.size < e.Size && at <= than
		}
		maps.DeleteFunc(seen, func(v voice, at int64) bool { return earlier(s.terms[v.term].seen[v.name], at) })
		maps.DeleteFunc(held, func(t term, at int64) bool { return earlier(s.terms[t].held, at) })
		if len(seen)+len(held) == 0 {
			kept = sort.Search(len(old), func(i int) bool { return old[i].size > st.size })
			return false
		}
		if st.by > 0 {
			steps = append(steps, st)
		}
		return true
	})
	slices.Reverse(steps)
	if kept > 0 {
		from = old[kept-1].size
	}
	s.steps = append(old[:kept], steps...)
	return from, e.Size
}

// changedSteps are the indexes, from one to before another, whose steps differ.
func changedSteps(old, new []step) (from, until uint64) {
	i := 0
	for i < len(old) && i < len(new) && old[i] == new[i] {
		i++
	}
	if i > 0 {
		from = new[i-1].size
	}
	a, b := len(old), len(new)
	for a > i && b > i && old[a-1] == new[b-1] {
		a, b = a-1, b-1
	}
	until = from
	if a > i {
		until = max(until, old[a-1].size)
	}
	if b > i {
		until = max(until, new[b-1].size)
	}
	return from, until
}
