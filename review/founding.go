package review

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"stocktake/signing"
)

// Founding is the file with which a node joins a federation, and with which
// anyone checks who its members are: the charters and the accessions to them,
// the openings of logs, the changes of keys and the accreditations that no
// charter lists, and what shows forks, one document a line, in any order. A line
// is a bundle, which proves when it was filed, or an envelope, which does not.
// Every signature in it was checked.
type Founding struct {
	Chain     *Chain
	Genesis   *Document
	Documents []SignedDocument // the genesis charter first
	records   []provenRecord   // in the same order
}

// constitutional are the kinds that decide who may speak and whose witnesses
// count: all that a founding file holds. Of withdrawals it holds those of
// accreditations, of receipts those that show where a forked log ends.
var constitutional = []Kind{KindCharter, KindAccession, KindOpening, KindKey, KindAccreditation, KindWithdrawal, KindFork, KindReceipt}

// SignedDocument is an envelope with what it says and the key that made it.
type SignedDocument struct {
	signing.Envelope
	*Document
	Key signing.DocumentKey
}

// ErrFounding means that bytes are not the founding file of a federation.
var ErrFounding = errors.New("review: not a federation file")

// ReadFounding reads a founding file. It refuses one without exactly one
// genesis charter, with any other kind of document, or with a signature that
// is not its author's. Whether enough have acceded is for [Chain.Founded].
func ReadFounding(file []byte) (*Founding, error) {
	records, err := readLines(file, "", maxFounding)
	if err != nil {
		return nil, fmt.Errorf("%w%w", ErrFounding, err)
	}
	f := &Founding{}
	at := map[DocumentID]int{}
	for _, p := range records {
		d, err := Parse(p.Payload)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrFounding, p.line, err)
		}
		charter, isCharter := d.Predicate.(*Charter)
		i, seen := at[d.ID]
		switch {
		case seen && (len(f.records[i].Inclusions) > 0 || len(p.Inclusions) == 0):
			continue
		case seen:
			f.records[i], f.Documents[i].Envelope = p, p.Envelope()
			continue
		case isCharter && charter.Number == 1 && f.Genesis != nil:
			return nil, fmt.Errorf("%w: line %d: a second genesis charter, %.12s; the first is %.12s", ErrFounding, p.line, d.ID, f.Genesis.ID)
		case isCharter && charter.Number == 1:
			f.Genesis = d
		case !slices.Contains(constitutional, d.Kind):
			return nil, fmt.Errorf("%w: line %d: a %s does not belong here: it holds charters, accessions, openings, changes of keys, accreditations and what shows forks", ErrFounding, p.line, d.Kind)
		}
		at[d.ID] = len(f.records)
		f.records = append(f.records, p)
		f.Documents = append(f.Documents, SignedDocument{Envelope: p.Envelope(), Document: d})
	}
	if f.Genesis == nil {
		return nil, fmt.Errorf("%w: no charter with number 1 in it", ErrFounding)
	}
	return f, f.check()
}

// Envelopes are the signed documents of a file as members send them to each other:
// an envelope or a bundle a line, as in a founding file, of whatever kind.
func Envelopes(name string, file []byte) (all []signing.Envelope, err error) {
	records, err := readLines(file, name, maxFounding)
	if err != nil {
		return nil, err
	}
	for _, p := range records {
		all = append(all, p.Envelope())
	}
	return all, nil
}

// check builds the chain and finds each document's key among its author's. The
// chain knows filing times unless a document that needs one comes without proof
// of it.
func (f *Founding) check() error {
	first := slices.IndexFunc(f.Documents, func(d SignedDocument) bool { return d.ID == f.Genesis.ID })
	f.Documents[0], f.Documents[first] = f.Documents[first], f.Documents[0]
	f.records[0], f.records[first] = f.records[first], f.records[0]
	var err error
	if f.Chain, err = NewChain(f.Genesis, f.parsed()...); err != nil {
		return fmt.Errorf("%w: %w", ErrFounding, err)
	}
	f.Chain = f.Chain.withKeys(f.Documents)
	_, untimed := f.untimed()
	for i, d := range f.Documents {
		if !untimed && len(f.records[i].Inclusions) > 0 {
			f.Documents[i].Key = f.records[i].Leaf.Key
		} else if f.Documents[i].Key, err = f.signer(d); err != nil {
			return err
		}
		f.records[i].Leaf.Key = f.Documents[i].Key
	}
	if untimed {
		return nil
	}
	r, err := readProven(f.Genesis, f.records, time.Time{})
	if errors.Is(err, ErrRules) {
		return nil // who takes part is known all the same
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFounding, err)
	}
	f.Chain = r.chain
	for _, d := range f.Documents {
		if refusal := f.Chain.authority(d.Document, d.Key); len(refusal) > 0 {
			return fmt.Errorf("%w: %w: the %s %.12s: %w", ErrFounding, signing.ErrSignature, d.Kind, d.ID, refusal)
		}
	}
	return nil
}

// untimed is a document that has effect only from its filing time on, and comes
// without proof of it; ok is false if there is none. Nobody can have witnessed
// the founding itself.
func (f *Founding) untimed() (d SignedDocument, ok bool) {
	for i, d := range f.Documents {
		if len(f.records[i].Inclusions) > 0 {
			continue
		}
		switch d.Kind {
		case KindCharter:
			ok = d.ID != f.Genesis.ID
		case KindAccession:
			ok = d.About() != f.Genesis.ID
		default:
			ok = d.Kind != KindOpening && d.Kind != KindFork && d.Kind != KindReceipt
		}
		if ok {
			return d, true
		}
	}
	return SignedDocument{}, false
}

// signer is the key of a document's author that signed it and may.
func (f *Founding) signer(d SignedDocument) (signing.DocumentKey, error) {
	switch d.Kind {
	case KindKey, KindAccreditation, KindWithdrawal:
		key, ok := f.Chain.changes.by[d.ID]
		if !ok {
			return "", fmt.Errorf("%w: %w: the %s %.12s changes nothing, or no key of %s that may make it signed it", ErrFounding, signing.ErrSignature, d.Kind, d.ID, d.Author)
		}
		return key, nil
	}
	key, ok := SignerKey(f.Chain, d.Envelope, d.Document)
	_, role, _ := f.Chain.KeyOwner(key)
	want := roleAuthor
	switch d.Kind {
	case KindOpening:
		want = roleRoot
	case KindFork, KindReceipt: // their evidence is in the notes
		want = role
	}
	if !ok || role != want {
		return "", fmt.Errorf("%w: %w: the %s %.12s is not signed with a key that the charter lists for %s", ErrFounding, signing.ErrSignature, d.Kind, d.ID, d.Author)
	}
	return key, nil
}

// Marshal is the founding file, the genesis charter first.
func (f *Founding) Marshal() []byte {
	var file []byte
	for _, p := range f.records {
		file = append(append(file, p.text()...), '\n')
	}
	return file
}

func (f *Founding) parsed() []*Document {
	documents := make([]*Document, len(f.Documents))
	for i, d := range f.Documents {
		documents[i] = d.Document
	}
	return documents
}

// SignerKey finds the key that made an envelope's signature among those that
// the charter in force and key documents give the document's author, whatever
// their role.
func SignerKey(c *Chain, e signing.Envelope, d *Document) (signing.DocumentKey, bool) {
	digest := e.Digest()
	for _, key := range c.keysOf(d.Author) {
		if key.Verify(digest, e.Signature) {
			return key, true
		}
	}
	return "", false
}
