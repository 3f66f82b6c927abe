package review

import (
	"bytes"
	"errors"
	"fmt"

	"stocktake/signing"
)

// Founding is the file with which a node joins a federation, and with which
// anyone checks who its members are: the charters and the accessions to them,
// the openings of logs and the changes of keys that no charter lists, one
// envelope a line, in any order. Every signature in it was checked.
type Founding struct {
	Chain     *Chain
	Genesis   *Document
	Documents []SignedDocument // the genesis charter first
}

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
	if len(file) > maxFounding {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrFounding, len(file), maxFounding)
	}
	f := &Founding{}
	seen := map[DocumentID]bool{}
	number := 0
	for line := range bytes.Lines(file) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		e, err := signing.ParseEnvelope(line)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrFounding, number, err)
		}
		d, err := Parse(e.Payload)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrFounding, number, err)
		}
		charter, isCharter := d.Predicate.(*Charter)
		switch {
		case seen[d.ID]:
			continue
		case isCharter && charter.Number == 1 && f.Genesis != nil:
			return nil, fmt.Errorf("%w: line %d: a second genesis charter, %.12s; the first is %.12s", ErrFounding, number, d.ID, f.Genesis.ID)
		case isCharter && charter.Number == 1:
			f.Genesis = d
		case !isCharter && d.Kind != KindAccession && d.Kind != KindOpening && d.Kind != KindKey:
			return nil, fmt.Errorf("%w: line %d: it holds charters, accessions, openings and changes of keys only, this is a %q", ErrFounding, number, d.Kind)
		}
		seen[d.ID] = true
		f.Documents = append(f.Documents, SignedDocument{Envelope: e, Document: d})
	}
	if f.Genesis == nil {
		return nil, fmt.Errorf("%w: no charter with number 1 in it", ErrFounding)
	}
	return f, f.check()
}

// check finds each document's key among its author's and builds the chain.
func (f *Founding) check() error {
	var err error
	if f.Chain, err = NewChain(f.Genesis, f.parsed()...); err != nil {
		return fmt.Errorf("%w: %w", ErrFounding, err)
	}
	f.Chain = f.Chain.withKeys(f.Documents)
	for i, d := range f.Documents {
		if d.Kind == KindKey {
			key, ok := f.Chain.changes.by[d.ID]
			if !ok {
				return fmt.Errorf("%w: %w: no key of %s that may make it signed the change of keys %.12s", ErrFounding, signing.ErrSignature, d.Author, d.ID)
			}
			f.Documents[i].Key = key
			continue
		}
		key, ok := SignerKey(f.Chain, d.Envelope, d.Document)
		want := roleAuthor
		if d.Kind == KindOpening {
			want = roleRoot
		}
		if _, role, _ := f.Chain.KeyOwner(key); !ok || role != want {
			return fmt.Errorf("%w: %w: the %s %.12s is not signed with a key that the charter lists for %s", ErrFounding, signing.ErrSignature, d.Kind, d.ID, d.Author)
		}
		f.Documents[i].Key = key
		if d.ID == f.Genesis.ID {
			f.Documents[0], f.Documents[i] = f.Documents[i], f.Documents[0]
		}
	}
	return nil
}

// Marshal is the founding file, the genesis charter first.
func (f *Founding) Marshal() []byte {
	var file []byte
	for _, d := range f.Documents {
		file = append(append(file, d.Envelope.Marshal()...), '\n')
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
