package simulation

import (
	"bytes"
	"sync"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// library remembers, for all nodes of a federation, what is the same for each
// of them and costly: which leaves' signatures verify, what a payload says, and
// which charter chain and which reading follow from a state. Each is a pure
// function, computed by the real code the first time.
type library struct {
	genuine   sync.Map // hash of a leaf -> bool
	parsed    sync.Map // payload digest -> *review.Document, nil if it is malformed
	governed  sync.Map // digest of a state -> *review.Chain
	readings  sync.Map // digest of a state -> *review.Reading
	histories sync.Map // documents about forked logs -> *review.Histories
	quorums   sync.Map // charter and note -> whether a quorum cosigned it
}

// verify is federation.VerifyRange.
func (l *library) verify(entries []store.Entry) {
	for i := range entries {
		hash := entries[i].Leaf.Hash()
		genuine, known := l.genuine.Load(hash)
		if !known {
			genuine = entries[i].Leaf.Genuine()
			l.genuine.Store(hash, genuine)
		}
		entries[i].Genuine = genuine.(bool)
	}
}

// parse is review.Parse; nil for what it refuses.
func (l *library) parse(d signing.Digest, payload []byte) *review.Document {
	known, ok := l.parsed.Load(d)
	if !ok {
		parsed, err := review.Parse(payload)
		if err != nil {
			parsed = nil
		}
		l.parsed.Store(d, parsed)
		return parsed
	}
	return known.(*review.Document)
}

// watched are the kinds that nodes look for among their records.
var watched = []review.Kind{
	review.KindCharter, review.KindAccession, review.KindOpening, review.KindKey, review.KindFork, review.KindReceipt, review.KindWithdrawal,
}

var predicateTypes = func() map[review.Kind][]byte {
	types := map[review.Kind][]byte{}
	for _, k := range watched {
		types[k] = []byte(`"predicateType":"` + review.PredicateType(k) + `"`)
	}
	return types
}()

// kindOf is a payload's kind, if it is one of those that are watched.
func kindOf(payload []byte) (review.Kind, bool) {
	for _, k := range watched {
		if bytes.Contains(payload, predicateTypes[k]) {
			return k, true
		}
	}
	return "", false
}

// Documents are those of a kind whose payload is held and that some record
// names, in the order in which they came.
func (l *Ledger) Documents(kind review.Kind) (documents []*review.Document) {
	for _, digest := range l.kinds[kind] {
		if payload := l.payloads[digest]; payload != nil && len(l.places[digest]) > 0 {
			if d := l.library.parse(digest, payload); d != nil {
				documents = append(documents, d)
			}
		}
	}
	return documents
}

// signers are the keys whose signature on a document verifies.
func (l *Ledger) signers(id review.DocumentID) (keys []signing.DocumentKey) {
	digest, err := signing.ParseDigest(string(id))
	if err != nil {
		return nil
	}
	for _, p := range l.places[digest] {
		if e := l.logs[p.origin].entries[p.index]; e.Genuine {
			keys = append(keys, e.Leaf.Key)
		}
	}
	return keys
}

// erasable is whether a document's content is here or may still come.
func (l *Ledger) erasable(id review.DocumentID) bool {
	digest, err := signing.ParseDigest(string(id))
	_, gone := l.erased[digest]
	return err == nil && !gone && len(l.places[digest]) > 0
}

// document is one with its content as some record here has it.
func (l *Ledger) document(id review.DocumentID) (signed review.SignedDocument, ok bool) {
	digest, err := signing.ParseDigest(string(id))
	payload := l.payloads[digest]
	if err != nil || payload == nil {
		return signed, false
	}
	for _, p := range l.places[digest] {
		if l.logs[p.origin].entries[p.index].Genuine {
			return l.signed(p), true
		}
	}
	return signed, false
}

// signed is a document, whose content is held, as it was signed for one place.
func (l *Ledger) signed(at place) review.SignedDocument {
	leaf := l.logs[at.origin].entries[at.index].Leaf
	payload := l.payloads[leaf.Digest]
	return review.SignedDocument{Envelope: signing.Envelope{Payload: payload, Signature: leaf.Signature}, Document: l.library.parse(leaf.Digest, payload), Key: leaf.Key}
}
