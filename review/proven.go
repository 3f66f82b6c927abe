package review

import (
	"bytes"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// Exported files hold a few records of a snapshot, each with what proves it
// alone. They are read by the same rules as a whole snapshot: only what dates a
// record differs. Here it is the notes that its own inclusion proofs lead to,
// so a note about another record of the same log dates nothing.
//
//	snapshot   leaves of a log ──▶ root ◀── receipts        ┐
//	                                                        ├─▶ Witnessed ─▶ filing time
//	export     leaf ── inclusion proof ──▶ root of a note   ┘
//
// VERIFY.md has the files.

// provenRecord is one line of an exported file.
type provenRecord struct {
	signing.Bundle
	file string // and where in it, for who reads an error
	line int
}

func (p provenRecord) fail(err error) error {
	if p.line == 0 {
		return fmt.Errorf("%s: %w", p.file, err)
	}
	return fmt.Errorf("%s: line %d: %w", p.file, p.line, err)
}

// placeProof is what dates a record of an exported file: notes whose trees hold
// it. Without any it is known to be signed, and no more.
type placeProof struct {
	id        DocumentID
	notes     [][]byte
	witnessed Witnessed
}

// readLines reads an exported file: on each line a bundle, or an envelope where
// nothing proves when it was filed.
func readLines(file []byte, name string, limit int) ([]provenRecord, error) {
	if len(file) > limit {
		return nil, fmt.Errorf("%s: %d bytes, the limit is %d", name, len(file), limit)
	}
	var records []provenRecord
	number := 0
	for line := range bytes.Lines(file) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		p := provenRecord{file: name, line: number}
		var err error
		if bytes.Contains(line, []byte(`"mediaType"`)) {
			p.Bundle, err = signing.ParseBundle(line)
		} else {
			var e signing.Envelope
			e, err = signing.ParseEnvelope(line)
			p.Payload, p.Leaf = e.Payload, e.Leaf("")
		}
		if err != nil {
			return nil, p.fail(err)
		}
		if err := p.included(); err != nil {
			return nil, p.fail(err)
		}
		records = append(records, p)
	}
	return records, nil
}

// text is the record's line, without a newline.
func (p provenRecord) text() []byte {
	if len(p.Inclusions) == 0 {
		return p.Envelope().Marshal()
	}
	return p.Marshal()
}

// included checks what needs no keys but the document's: the signature, and
// that each note's tree holds the record.
func (p provenRecord) included() error {
	if len(p.Inclusions) > 0 && (p.Payload != nil && signing.PayloadDigest(p.Payload) != p.Leaf.Digest || !p.Leaf.Genuine()) {
		return fmt.Errorf("%w: the document is not what key %.16s signed", signing.ErrSignature, p.Leaf.Key.Fingerprint())
	}
	for _, i := range p.Inclusions {
		if i.Index >= i.Checkpoint.Size || tlog.CheckRecord(i.Proof, int64(i.Checkpoint.Size), i.Checkpoint.Root, int64(i.Index), p.Leaf.Hash()) != nil {
			return fmt.Errorf("%w: record %d of %s", signing.ErrInclusion, i.Index, i.Checkpoint.Origin)
		}
	}
	return nil
}

// notes checks the signatures of logs and witnesses that a chain knows. A log
// that it does not know proves nothing, and harms nothing.
func (p provenRecord) notes(chain *Chain) (known int, err error) {
	for _, i := range p.Inclusions {
		log, ok := chain.Log(Origin(i.Checkpoint.Origin))
		if !ok {
			continue
		}
		known++
		if err := i.Verify(p.Leaf, signing.TrustedLog{Origin: string(log.Origin), Key: log.LogKey}); err != nil {
			return known, p.fail(err)
		}
		for _, t := range chain.terms {
			if _, _, err := signing.OpenCosignatures(i.Note, t.keys); err != nil {
				return known, p.fail(fmt.Errorf("a cosignature: %w", err))
			}
		}
	}
	return known, nil
}

// readProven reads the records of exported files, as they stood at a time that
// is no earlier than any filing time in them. Each was checked by included;
// those of one document may come on several lines.
func readProven(genesis *Document, records []provenRecord, latest time.Time) (*Reading, error) {
	r := newReading(Snapshot{Federation: genesis.ID}, genesis)
	at := map[provenPlace]*placeProof{}
	for _, p := range records {
		id := DocumentID(p.Leaf.Digest.String())
		e := r.docs[id]
		if e == nil {
			e = newEntry(id)
			r.docs[id] = e
		}
		r.read(e, Record{Leaf: p.Leaf, Payload: p.Payload})
		if len(p.Inclusions) == 0 {
			e.places = append(e.places, recordAt("", 0, p.Leaf.Key, p.Leaf.Genuine()))
		}
		for _, i := range p.Inclusions {
			place := provenPlace{Origin(i.Checkpoint.Origin), i.Index, p.Leaf.Hash()}
			if at[place] == nil {
				at[place] = &placeProof{id: id}
				r.proofs = append(r.proofs, at[place])
				proven := recordAt(place.origin, place.index, p.Leaf.Key, true)
				proven.proof = uint32(len(r.proofs))
				e.places = append(e.places, proven)
			}
			at[place].notes = append(at[place].notes, i.Note)
		}
	}
	if err := r.govern(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUndecided, err)
	}
	for _, e := range r.kinds[KindReceipt] { // that its root is the log's is its log's word here
		if p, ok := predicateOf[*Receipt](e); ok {
			_, err := openReceipt(r.chain, []byte(p.Checkpoint))
			r.receipts[e.id] = err == nil
		}
	}
	r.cutoff = latest
	for _, p := range r.proofs {
		r.cutoff = later(r.cutoff, p.witnessed.Latest())
	}
	r.weigh()
	return r, nil
}

// provenPlace tells records apart: a log that forked has two at one index.
type provenPlace struct {
	origin Origin
	index  uint64
	leaf   tlog.Hash
}

// prove dates the records of exported files as a chain reads their notes, of a
// forked log those up to its end. Many records share one note: it is opened once.
func (r *Reading) prove(chain *Chain) {
	opened := map[string]*evidence{}
	for _, p := range r.proofs {
		p.witnessed = Witnessed{}
		for _, note := range p.notes {
			e, ok := opened[string(note)]
			if !ok {
				if shown, err := openReceipt(chain, note); err == nil && !r.histories.ended(Origin(shown.Origin), shown.Size) {
					e = &shown
				}
				opened[string(note)] = e
			}
			if e != nil {
				p.witnessed.fold(*e)
			}
		}
	}
}
