package review

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"stocktake/signing"
)

// Apply folds records into a reading. What one record changes is found by the
// names that documents carry:
//
//	records ─▶ receipts ─▶ filing times ─┐
//	        └─────────── documents ──────┴─▶ dirty: whatever names a dirty one
//	           ─▶ judged anew ─▶ with what follows from them: affected
//	           ─▶ their units, as they were and as they are ─▶ rows ─▶ pages
//
// Whatever else changes what counts (the charter and who may speak under it, a
// log that forked, what the snapshot counts on as absent) makes Apply judge all
// documents anew, from memory: see [Assembly.Renewals].

// follower is what is kept of a reading to go on from.
type follower struct {
	*Reading
	trees map[Origin]*tree
	ahead map[Origin][]receipt    // notes for more than the snapshot has of a log
	loose map[DocumentID][]*entry // documents by what they name where they are not linked to it
	named map[*entry][]DocumentID // and what those name
}

func follow(r *Reading) *follower {
	f := &follower{Reading: r, trees: map[Origin]*tree{}}
	for o, l := range r.logs {
		f.trees[o] = &tree{}
		for _, leaf := range l.leaves {
			f.trees[o].add(leaf)
		}
	}
	f.relate()
	return f
}

// relate finds what is not linked, after all documents were judged.
func (f *follower) relate() {
	f.ahead, f.loose, f.named = map[Origin][]receipt{}, map[DocumentID][]*entry{}, map[*entry][]DocumentID{}
	for _, e := range f.docs {
		f.loosen(e)
		for _, a := range e.receipts() {
			if f.beyond(a) {
				f.ahead[Origin(a.checkpoint.Origin)] = append(f.ahead[Origin(a.checkpoint.Origin)], a)
			}
		}
	}
}

// beyond is whether a note is for more than the snapshot has of its log.
func (f *follower) beyond(a receipt) bool {
	l := f.logs[Origin(a.checkpoint.Origin)]
	return l == nil || a.checkpoint.Size > l.Size
}

// names are all that a document names besides charters.
func (r *Reading) names(e *entry) (ids []DocumentID) {
	if e.doc == nil || !e.doc.Known {
		return nil
	}
	ids = append(ids, e.doc.About(), e.doc.Supersedes)
	for _, c := range citationsOf(e.doc) {
		ids = append(ids, c.id)
	}
	return slices.DeleteFunc(ids, func(id DocumentID) bool {
		_, charter := r.chain.Charter(id)
		return charter || id == ""
	})
}

// loosen keeps what a document names where it is not linked: of one that does
// not hold, all; else a version that does not hold.
func (f *follower) loosen(e *entry) {
	ids := f.names(e)
	if e.code == "" {
		ids = slices.DeleteFunc(ids, func(id DocumentID) bool { return id != e.doc.Supersedes })
		if old := f.docs[e.doc.Supersedes]; old != nil && old.code == "" {
			return
		}
	}
	if len(ids) == 0 {
		return
	}
	f.named[e] = ids
	for _, id := range ids {
		f.loose[id] = append(f.loose[id], e)
	}
}

func (f *follower) unloosen(e *entry) {
	for _, id := range f.named[e] {
		if f.loose[id] = slices.DeleteFunc(f.loose[id], func(x *entry) bool { return x == e }); len(f.loose[id]) == 0 {
			delete(f.loose, id)
		}
	}
	delete(f.named, e)
}

// naming are the documents that name one.
func (f *follower) naming(e *entry) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for _, list := range [][]*entry{f.about[e.id], e.replacers, f.under(citedIn(e.id)), f.loose[e.id]} {
			for _, x := range list {
				if !yield(x) {
					return
				}
			}
		}
	}
}

// batch are records that follow on those of a reading.
type batch struct {
	Snapshot
	records []Record
	absent  bool // what the snapshot counts on of earlier records changed
}

// check is whether records lead from the reading's snapshot to another. It
// changes nothing. Its errors are those of [Read], and [ErrNotAhead].
func (f *follower) check(s Snapshot, records iter.Seq2[Record, error]) (*batch, error) {
	if s.Federation != f.genesis.ID {
		return nil, fmt.Errorf("%w: the snapshot is of federation %.12s, the records are of %.12s", ErrSnapshotRecords, s.Federation, f.genesis.ID)
	}
	b := &batch{Snapshot: s}
	grown := map[Origin]uint64{}
	for _, l := range s.Logs {
		grown[l.Origin] = l.Size
		old := f.snapshot.Log(l.Origin)
		n, _ := slices.BinarySearch(l.Absent, old.Size)
		b.absent = b.absent || !slices.Equal(l.Absent[:n], old.Absent)
	}
	for _, l := range f.snapshot.Logs {
		if grown[l.Origin] < l.Size {
			return nil, fmt.Errorf("%w: %s has %d records in it, and had %d", ErrNotAhead, l.Origin, grown[l.Origin], l.Size)
		}
	}
	payloads := map[DocumentID]bool{}
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		if record.Index >= s.Log(record.Origin).Size {
			continue
		}
		b.records = append(b.records, record)
		payloads[record.ID()] = payloads[record.ID()] || record.Payload != nil && signing.PayloadDigest(record.Payload) == record.Leaf.Digest
	}
	slices.SortStableFunc(b.records, func(x, y Record) int {
		if c := strings.Compare(string(x.Origin), string(y.Origin)); c != 0 {
			return c
		}
		return int(int64(x.Index) - int64(y.Index))
	})
	b.records = slices.CompactFunc(b.records, func(x, y Record) bool {
		return x.Origin == y.Origin && x.Index == y.Index && x.Leaf.Hash() == y.Leaf.Hash()
	})
	edges := map[Origin]*frontier{}
	var missing []DocumentID
	for _, record := range b.records {
		l := s.Log(record.Origin)
		edge := edges[l.Origin]
		if edge == nil {
			edge = &frontier{}
			if t := f.trees[l.Origin]; t != nil {
				*edge = t.clone()
			}
			edges[l.Origin] = edge
		}
		switch {
		case record.Index < f.snapshot.Log(l.Origin).Size && f.logs[l.Origin].leaves[record.Index] != record.Leaf.Hash():
			return nil, fmt.Errorf("%w: two records at index %d of %s", ErrSnapshotRecords, record.Index, l.Origin)
		case record.Index == edge.size:
			edge.add(record.Leaf.Hash())
		case record.Index >= f.snapshot.Log(l.Origin).Size:
			return nil, fmt.Errorf("%w: not one record at index %d of %s", ErrSnapshotRecords, min(edge.size, record.Index), l.Origin)
		}
		_, gone := slices.BinarySearch(l.Absent, record.Index)
		if e := f.docs[record.ID()]; !gone && !payloads[record.ID()] && (e == nil || e.doc == nil && !e.malformed) {
			missing = append(missing, record.ID())
		}
	}
	for _, l := range f.snapshot.Logs {
		for _, index := range l.Absent {
			e := f.logs[l.Origin].docs[index]
			if _, gone := slices.BinarySearch(s.Log(l.Origin).Absent, index); !gone && !payloads[e.id] && e.doc == nil && !e.malformed {
				missing = append(missing, e.id)
			}
		}
	}
	for _, l := range s.Logs {
		root, size := f.snapshot.Log(l.Origin).Root, f.snapshot.Log(l.Origin).Size
		if edge := edges[l.Origin]; edge != nil {
			root, size = edge.root(), edge.size
		}
		switch {
		case size != l.Size:
			return nil, fmt.Errorf("%w: %d of %d records of %s", ErrSnapshotRecords, size, l.Size, l.Origin)
		case root != l.Root:
			return nil, fmt.Errorf("%w: the leaves of %s do not make its root", ErrSnapshotRecords, l.Origin)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return nil, &CannotComputeError{slices.Compact(missing)}
	}
	return b, nil
}

// affected are the documents that a batch changes, or may change.
type affected struct {
	judged map[*entry]bool // whether they hold is found out anew; false: new ones
	all    map[*entry]bool // and what follows from those
}

// takeIn takes a batch's records, and finds what they change. ok is false where
// that is not only documents: then all has to be judged anew.
func (f *follower) takeIn(b *batch) (a affected, ok bool) {
	before := f.snapshot
	f.snapshot = b.Snapshot
	ok = !b.absent && (b.Charter == "" || b.Charter == before.Charter) && len(b.records) <= fewRecords+len(f.docs)/16
	for _, l := range b.Logs {
		if f.logs[l.Origin] == nil {
			f.logs[l.Origin], f.trees[l.Origin] = &readLog{}, &tree{}
		}
		f.logs[l.Origin].LogState = l
	}
	a = affected{judged: map[*entry]bool{}, all: map[*entry]bool{}}
	var receipts []receipt
	for _, record := range b.records {
		if l := before.Log(record.Origin); record.Index < l.Size {
			continue // one whose content came or went: see settleAbsences
		}
		e, known := f.docs[record.ID()]
		had := known && (e.doc != nil || e.malformed)
		if f.take(record) != nil {
			panic("review: a record that was checked does not fit")
		}
		f.trees[record.Origin].add(record.Leaf.Hash())
		if e = f.docs[record.ID()]; known && !a.fresh(e) {
			ok = ok && had == (e.doc != nil || e.malformed)
		}
		if !known {
			a.judged[e], e.code = false, ReasonPending // until it is judged, it does not hold
		} else if !a.fresh(e) {
			a.judged[e] = true
		}
		if !had {
			receipts = append(receipts, e.receipts()...)
		}
	}
	if b.absent {
		f.settleAbsences(b.records)
	}
	if !ok {
		return a, false
	}
	for o := range f.ahead {
		waiting := f.ahead[o]
		f.ahead[o] = slices.DeleteFunc(slices.Clone(waiting), func(r receipt) bool { return !f.beyond(r) })
		for _, r := range waiting {
			if !f.beyond(r) {
				receipts = append(receipts, r)
			}
		}
		if len(f.ahead[o]) == 0 {
			delete(f.ahead, o)
		}
	}
	for _, r := range receipts {
		if !f.fold(r, a) {
			return a, false
		}
	}
	for e := range a.judged {
		if f.governs(e) {
			return a, false
		}
	}
	cutoff := f.asked
	if cutoff.IsZero() {
		cutoff = f.filings.Latest()
	}
	if f.cutoff.IsZero() || f.turns(f.cutoff, cutoff) {
		return a, false
	}
	f.cutoff, f.snapshot.Charter = cutoff, before.Charter
	return a, f.spread(a)
}

// fewRecords are folded in one by one; many more than those are as quickly
// judged with all others.
const fewRecords = 1024

// fresh is whether a document came with this batch.
func (a affected) fresh(e *entry) bool {
	known, in := a.judged[e]
	return in && !known
}

// receipts are the notes that a document carries, as they say of themselves.
func (e *entry) receipts() (all []receipt) {
	for _, note := range e.notes() {
		if peek, err := signing.PeekCheckpoint([]byte(note)); err == nil {
			all = append(all, receipt{e.id, []byte(note), peek})
		}
	}
	return all
}

// fold takes a note in, if it is evidence, and finds whose filing time it
// changes. ok is false for one of a forked log: it may say where that ends.
func (f *follower) fold(r receipt, a affected) (ok bool) {
	o := Origin(r.checkpoint.Origin)
	if f.chain.logs[o].Forked != "" {
		return false
	}
	if f.beyond(r) {
		f.ahead[o] = append(f.ahead[o], r)
		return true
	}
	if f.trees[o].rootAt(r.checkpoint.Size, f.logs[o].leaves) != r.checkpoint.Root {
		return true
	}
	shown, err := openReceipt(f.chain, r.note)
	if err != nil {
		return true
	}
	f.Reading.receipts[r.id] = true
	f.evidence = append(f.evidence, r)
	a.judge(f.docs[r.id])
	from, until := f.filings.refold(shown)
	for _, e := range f.logs[o].docs[from:min(until, f.logs[o].Size)] {
		a.judge(e)
	}
	return true
}

func (a affected) judge(e *entry) {
	if _, in := a.judged[e]; !in {
		a.judged[e] = true
	}
}

// governs is whether a document may say which charter is in force, who may speak
// under it, or where a log ends.
func (f *follower) governs(e *entry) bool {
	switch p := e.predicate().(type) {
	case *Charter, *KeyChange, *Accreditation, *Fork:
		return true
	case *Opening:
		return p.Epoch != 1
	case *Accession:
		return !f.chain.founded || seconds(e.doc) || p.Role == accessionMember && e.doc.About() != f.genesis.ID
	case *Withdrawal:
		about := f.docs[e.doc.About()]
		return f.unaccredits(e.doc) || about != nil && about.doc == nil // what others said about what is gone rests on it
	}
	return false
}

func (e *entry) predicate() any {
	if e.doc == nil {
		return nil
	}
	return e.doc.Predicate
}

// turns is whether anything of the charter, of keys or of accreditations begins
// or ends between two cut-offs.
func (f *follower) turns(a, b time.Time) bool {
	if b.Before(a) {
		a, b = b, a
	}
	between := func(times ...time.Time) bool {
		return slices.ContainsFunc(times, func(t time.Time) bool { return !t.IsZero() && !t.Before(a) && !t.After(b) })
	}
	if a.Equal(b) {
		return false
	}
	c := f.chain
	spans := slices.Concat(slices.Collect(maps.Values(c.spans)), slices.Collect(maps.Values(c.suspensions)))
	for _, by := range c.accreditors {
		spans = append(spans, by.span)
	}
	for _, all := range c.accredited {
		for _, word := range all {
			spans = append(spans, word.span)
			if ended := f.docs[word.ended]; ended != nil && between(ended.filed.UTC()) {
				return true
			}
		}
	}
	for _, r := range c.changes.recoveries {
		spans = append(spans, span{r.agreed, r.effect})
	}
	return slices.ContainsFunc(spans, func(s span) bool { return between(s.from, s.until) })
}

// spread finds what is judged anew besides, because it names what is, and what
// follows from all that.
func (f *follower) spread(a affected) (ok bool) {
	for queue := slices.Collect(maps.Keys(a.judged)); len(queue) > 0; {
		e := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if f.governs(e) {
			return false
		}
		for x := range f.naming(e) {
			if _, in := a.judged[x]; !in {
				a.judged[x] = true
				queue = append(queue, x)
			}
		}
	}
	lineage := func(e *entry) {
		if e != nil {
			for _, v := range versions(e) {
				a.all[v] = true
			}
		}
	}
	for e := range a.judged {
		a.all[e] = true
		lineage(e)
		if e.doc == nil || !e.doc.Known {
			continue
		}
		lineage(f.docs[e.doc.Supersedes])
		switch e.doc.Kind {
		case KindWithdrawal:
			lineage(f.docs[e.doc.About()])
		case KindAccession:
			for _, x := range f.about[e.doc.About()] {
				if x.doc.Kind == KindReport && x.doc.Author == e.doc.Author {
					lineage(x)
				}
			}
			for _, x := range f.under(citedIn(e.doc.About())) { // reviews with the mandate that it joins
				lineage(x)
			}
		}
	}
	return true
}

// judge judges the documents anew that a batch affects.
func (f *follower) judge(a affected) {
	for e := range a.all {
		if !a.fresh(e) {
			f.relist(e, func(list []*entry) []*entry { return taken(list, e) })
		}
	}
	for e, known := range a.judged {
		if known {
			f.unloosen(e)
			f.link(e, func(list []*entry) []*entry { return taken(list, e) })
		} else {
			f.note(e)
		}
	}
	for e := range a.judged {
		e.resolved = false
		f.stand(e)
	}
	for e := range a.judged {
		f.resolve(e)
	}
	for e := range a.judged {
		f.link(e, func(list []*entry) []*entry { return placed(list, e) })
		f.loosen(e)
	}
	for e := range a.all {
		if e.lineage != nil || e.replaced != nil {
			own := e.own()
			own.replaced, own.lineage, own.standing = nil, nil, nil
		}
		f.derive(e)
	}
	for e := range a.all {
		f.replace(e)
	}
	for e := range a.all {
		f.relist(e, func(list []*entry) []*entry { return placed(list, e) })
	}
}

// placed puts a document into a list in the order of filing.
func placed(list []*entry, e *entry) []*entry {
	i, _ := slices.BinarySearchFunc(list, e, byFiling)
	return slices.Insert(list, i, e)
}

// taken takes it out.
func taken(list []*entry, e *entry) []*entry {
	i, in := slices.BinarySearchFunc(list, e, byFiling)
	if !in {
		panic("review: a document that holds is not where it is linked to")
	}
	return slices.Delete(list, i, i+1)
}

// settleAbsences takes in what the snapshot counts on of records that it had.
func (r *Reading) settleAbsences(records []Record) {
	came := map[DocumentID]Record{}
	for _, record := range records {
		if record.Payload != nil {
			came[record.ID()] = record
		}
	}
	for _, e := range r.docs {
		e.expected = slices.ContainsFunc(e.places, func(p recordPlace) bool {
			_, gone := slices.BinarySearch(r.logs[p.origin()].Absent, p.index)
			return !gone
		})
		if r.read(e, came[e.id]); !e.expected {
			e.doc, e.malformed = nil, false
		}
	}
	r.sortAll()
}

// sortAll finds anew which documents are of which kind.
func (r *Reading) sortAll() {
	clear(r.kinds)
	r.attaching = nil
	for _, e := range r.docs {
		if e.doc != nil {
			r.sort(e)
		}
	}
}

// again judges all documents anew.
func (f *follower) again() error {
	r := newReading(f.snapshot, f.genesis)
	r.logs, r.docs, r.asked = f.logs, f.docs, f.asked
	for id, e := range r.docs {
		r.docs[id] = e.unjudged()
	}
	r.sortAll()
	for _, l := range r.logs {
		for i, e := range l.docs {
			l.docs[i] = r.docs[e.id]
		}
	}
	*f.Reading = *r
	if err := f.judgeAll(); err != nil {
		return err
	}
	f.relate()
	return nil
}
