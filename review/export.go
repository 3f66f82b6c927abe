package review

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// Source is where an export takes bytes and proofs from: a node's database.
type Source interface {
	// Record is a record of a log; its Payload is nil where the source does not
	// have or does not give it.
	Record(o Origin, index uint64) (Record, error)
	// Prove is the RFC 6962 inclusion proof of a record in the tree of the
	// log's first size records.
	Prove(o Origin, index, size uint64) (tlog.RecordProof, error)
	// Note is the log's newest signed note, which dates what is pending; nil if
	// there is none.
	Note(o Origin) []byte
}

// Export makes the files with which anyone verifies a document without a node,
// by name: see VERIFY.md. [FileFounding], which is one for all documents, what
// the document is about as [FileAbout], and the exporting node's word as
// [FileNote] are the caller's to add. Of a document whose content is gone there
// are only bundles without it.
//
// leftOut is how many of the documents that belong to it are not in the files,
// because there are too many or the source does not give their content.
func (r *Reading) Export(id DocumentID, s Source) (files map[string][]byte, leftOut int, err error) {
	e := r.docs[id]
	if e == nil {
		return nil, 0, fmt.Errorf("review: no record of document %.12s", id)
	}
	x := r.exporter(s)
	own, err := x.bundles(e, true)
	if err != nil {
		return nil, 0, err
	}
	main, own := x.presented(own)
	files = map[string][]byte{
		FileBundle: main.Marshal(), FileSigner: main.Leaf.Key.PEM(),
		FileTrustedRoot: r.chain.TrustedRoot().Marshal(),
	}
	if main.Payload != nil {
		files[FilePAE] = signing.PAE(main.Payload)
	}
	related := appendLines([]byte{}, own)
	for i, of := range x.related(e) {
		if i >= maxRelatedLines || len(related)+signing.MaxBundle > maxRelated {
			leftOut++
			continue
		}
		bundles, err := x.bundles(of, false)
		if err != nil && !errors.Is(err, errUncovered) {
			return nil, 0, err
		}
		if err != nil || of.doc != nil && bundles[0].Payload == nil {
			leftOut++
		}
		related = appendLines(related, bundles)
	}
	files[FileRelated] = related
	return files, leftOut, nil
}

// Founding is the federation's founding file as the records make it: each of
// its documents with what proves when it was filed. It is nil while the genesis
// charter has not arrived.
func (r *Reading) Founding(s Source) (file []byte, err error) {
	x := r.exporter(s)
	var entries []*entry
	for _, e := range x.docs {
		if x.governs(e) {
			entries = append(entries, e)
		}
	}
	genesis := r.docs[r.genesis.ID]
	if !slices.Contains(entries, genesis) {
		return nil, nil
	}
	slices.SortFunc(entries, func(a, b *entry) int {
		switch {
		case a == b:
			return 0
		case a == genesis:
			return -1
		case b == genesis:
			return 1
		}
		return byFiling(a, b)
	})
	for _, e := range entries {
		bundles, err := x.bundles(e, false)
		if errors.Is(err, errUncovered) {
			continue // pending, so nothing rests on it yet
		}
		if err != nil {
			return nil, err
		}
		file = appendLines(file, bundles[:1])
	}
	return file, nil
}

// errUncovered means that a record came before the log's head that covers it.
var errUncovered = errors.New("review: no signed head that covers the record is held yet; try again in a moment")

// exporter makes exported files from a reading.
type exporter struct {
	*Reading
	source   Source
	receipts map[Origin][]receipt // that count, by size
	ends     map[DocumentID]bool  // receipts that show where forked logs end
}

func (r *Reading) exporter(s Source) *exporter {
	x := &exporter{Reading: r, source: s, receipts: map[Origin][]receipt{}, ends: r.receiptsOfEnds()}
	for _, a := range r.evidence {
		o := Origin(a.checkpoint.Origin)
		x.receipts[o] = append(x.receipts[o], a)
	}
	for _, notes := range x.receipts {
		slices.SortFunc(notes, func(a, b receipt) int {
			return cmp.Or(cmp.Compare(a.checkpoint.Size, b.checkpoint.Size), bytes.Compare(a.note, b.note))
		})
	}
	return x
}

// governs is whether a document belongs into the founding file: charters, the
// accessions to them and openings that their author signed, and what else of its
// kinds counts. An accession may have carried the very charter by which its
// author ended, so that it bears that label by now.
func (x *exporter) governs(e *entry) bool {
	if e.doc == nil || !slices.Contains(constitutional, e.doc.Kind) {
		return false
	}
	switch e.doc.Kind {
	case KindCharter:
		return e.id == x.genesis.ID || x.authored(e, e.place())
	case KindAccession:
		about := x.docs[e.doc.About()]
		charter := about != nil && about.doc != nil && about.doc.Kind == KindCharter
		return (charter || seconds(e.doc)) && x.authored(e, e.place())
	case KindOpening:
		return e.doc.Predicate.(*Opening).Epoch > 1 && x.authored(e, e.place())
	case KindWithdrawal:
		return x.unaccredits(e.doc) && e.code == ""
	case KindReceipt:
		return x.ends[e.id]
	}
	return e.code == ""
}

// authored is whether a record is its author's, be it filed or pending. Anybody
// may file a document in another's name.
func (x *exporter) authored(e *entry, p recordPlace) bool {
	return p.genuine && len(x.chain.authority(e.doc, p.key())) == 0
}

// receiptsOfEnds are the receipts, one for each checkpoint, by which a quorum
// cosigned two sides of a forked log: without them nobody sees where it ends.
func (r *Reading) receiptsOfEnds() map[DocumentID]bool {
	sides := map[string]DocumentID{}
	for _, l := range r.histories.logs {
		l.eachClash(func(a, b *claim, _ DocumentID) {
			if a.quorate != nil && b.quorate != nil {
				sides[string(a.quorate)], sides[string(b.quorate)] = "", ""
			}
		})
	}
	for _, e := range r.kinds[KindReceipt] {
		if p, ok := predicateOf[*Receipt](e); ok {
			if known, side := sides[p.Checkpoint]; side && (known == "" || e.id < known) {
				sides[p.Checkpoint] = e.id
			}
		}
	}
	ends := map[DocumentID]bool{}
	for _, id := range sides {
		ends[id] = true
	}
	return ends
}

// bundles prove a document's records: those that make its filing time, or of
// the document that is exported every valid one; of a content that is gone, all.
func (x *exporter) bundles(e *entry, all bool) (bundles []signing.Bundle, err error) {
	at := map[string]int{} // by leaf
	for _, p := range slices.SortedFunc(slices.Values(e.places), comparePlaces) {
		if p != e.place() && e.doc != nil && !(all && x.valid(e, p)) && !(e.code != "" && e.doc.Known && x.authored(e, p)) {
			continue
		}
		record, err := x.source.Record(p.origin(), p.index)
		if err != nil {
			return nil, err
		}
		inclusions, err := x.inclusions(record, all)
		if err != nil {
			return nil, err
		}
		for _, i := range inclusions {
			leaf := string(record.Leaf.Marshal())
			n, ok := at[leaf]
			if !ok || len(bundles[n].Inclusions) == signing.MaxInclusions {
				n = len(bundles)
				at[leaf] = n
				bundles = append(bundles, signing.Bundle{Payload: record.Payload, Leaf: record.Leaf})
			}
			bundles[n].Inclusions = append(bundles[n].Inclusions, i)
		}
		if len(bundles) >= maxOwnLines {
			break
		}
	}
	if len(bundles) == 0 {
		return nil, fmt.Errorf("%w: document %.12s in %s", errUncovered, e.id, e.place().origin())
	}
	return bundles, nil
}

func (x *exporter) valid(e *entry, p recordPlace) bool {
	if !e.doc.Known {
		return false
	}
	code, _, _ := x.standing(e.doc, p)
	return code == ""
}

// presented takes out of a document's bundles the one that stock tools take: of
// one place, in a log whose key still proves something if there is one.
func (x *exporter) presented(own []signing.Bundle) (main signing.Bundle, rest []signing.Bundle) {
	bundle, inclusion := 0, 0
	best := -1
	for i, b := range own {
		for j, in := range b.Inclusions {
			log, ok := x.chain.Log(Origin(in.Checkpoint.Origin))
			rank := 0
			if _, final := Quorate(x.chain, in.Note); final {
				rank = 1
			}
			if ok && log.Trusted() {
				rank += 2
			}
			if rank > best {
				bundle, inclusion, best = i, j, rank
			}
		}
	}
	main = own[bundle]
	in := main.Inclusions[inclusion]
	main.Inclusions = []signing.Inclusion{in}
	for i, b := range own {
		if i == bundle {
			b.Inclusions = slices.Concat(b.Inclusions[:inclusion], b.Inclusions[inclusion+1:])
		}
		if len(b.Inclusions) > 0 {
			rest = append(rest, b)
		}
	}
	return main, rest
}

// inclusions prove a record under the notes that make its filing time, and if
// asked for, how many witnesses saw it; while it is pending, under the log's
// newest note.
func (x *exporter) inclusions(record Record, witnesses bool) (all []signing.Inclusion, err error) {
	entry, ok := x.chain.Log(record.Origin)
	if !ok {
		return nil, fmt.Errorf("review: log %s is in no charter", record.Origin)
	}
	notes := x.evidence(record.Origin, record.Index, witnesses)
	if len(notes) == 0 {
		notes = [][]byte{x.source.Note(record.Origin)}
	}
	log := signing.TrustedLog{Origin: string(record.Origin), Key: entry.LogKey}
	for _, note := range notes {
		checkpoint, err := signing.PeekCheckpoint(note)
		if err != nil || checkpoint.Size <= record.Index {
			continue
		}
		proof, err := x.source.Prove(record.Origin, record.Index, checkpoint.Size)
		if err != nil {
			return nil, err
		}
		i, err := signing.Include(record.Leaf, record.Index, proof, note, log)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

// evidence are the fewest notes it finds that give a record the filing time
// that all receipts give it. None if it is pending.
func (x *exporter) evidence(o Origin, index uint64, witnesses bool) [][]byte {
	at, by, ok := x.filings.Filed(o, index)
	if !ok {
		return nil
	}
	enough := func(shown []evidence) bool {
		var w Witnessed
		for _, e := range shown {
			w.fold(e)
		}
		t, n, ok := w.Filed(o, index)
		return ok && t.Equal(at) && (n == by || !witnesses)
	}
	var shown []evidence
	var notes [][]byte
	final := false
	for _, n := range x.receipts[o] { // the smaller, the earlier: the first will mostly do
		if n.checkpoint.Size <= index {
			continue
		}
		e, err := openReceipt(x.chain, n.note)
		if err != nil {
			continue
		}
		shown, notes = append(shown, e), append(notes, n.note)
		if final = final || e.quorate(); enough(shown) || final && len(notes) >= maxEvidence {
			break
		}
	}
	for i := len(notes) - 2; i >= 0; i-- { // the last one was needed
		if without := slices.Concat(shown[:i], shown[i+1:]); enough(without) {
			shown, notes = without, slices.Concat(notes[:i], notes[i+1:])
		}
	}
	return notes[:min(len(notes), signing.MaxInclusions)]
}

// related are the documents that decide whether one counts, and those that
// follow it: first what it rests on, then its other versions, who took them
// back, who refused it, who disputes it.
func (x *exporter) related(e *entry) (list []*entry) {
	seen := map[*entry]bool{e: true}
	add := func(of *entry) {
		if of != nil && !seen[of] && !x.governs(of) {
			seen[of] = true
			list = append(list, of)
		}
	}
	rests := func(of *entry) {
		done := map[*entry]bool{}
		for stack := []*entry{of}; len(stack) > 0; {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if top == nil || done[top] {
				continue
			}
			done[top] = true
			add(top)
			stack = append(stack, x.needs(top)...)
			if p, ok := predicateOf[*Report](top); ok {
				for _, a := range x.about[top.doc.About()] {
					if q, ok := predicateOf[*Accession](a); ok && q.Author == p.Author {
						stack = append(stack, a)
					}
				}
			}
		}
	}
	rests(e)
	for versions := []*entry{first(e)}; len(versions) > 0; versions = versions[1:] {
		rests(versions[0])
		rests(versions[0].withdrawn)
		versions = append(versions, sorted(versions[0].replacers)...)
	}
	for _, kind := range []Kind{KindWithdrawal, KindRefusal} {
		for _, about := range x.about[e.id] {
			if about.doc.Kind == kind {
				rests(about)
			}
		}
	}
	for _, d := range x.disputes(e) {
		rests(x.docs[d.ID])
	}
	return list
}

func appendLines(file []byte, bundles []signing.Bundle) []byte {
	for _, b := range bundles {
		file = append(append(file, b.Marshal()...), '\n')
	}
	return file
}
