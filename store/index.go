package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// indexVersion changes with indexTerms or the shape of an index key: a store
// that opens a database with another one makes its indexes anew.
const indexVersion = 1

// The fields that documents are found by. An index key is keyIndex, the field,
// the term's length in one byte, the term, and the document's digest; it has
// no value.
const (
	byKind byte = iota + 1
	byAuthor
	byAbout
	byObjective
	byRound
	byAuthorKind
)

type indexTerm struct {
	field byte
	term  string
}

// indexTerms is what a document is found by. To add an index, add a field, a
// line here and one in Query, and raise indexVersion.
func indexTerms(d *review.Document) []indexTerm {
	terms := []indexTerm{{byAbout, string(d.About())}}
	if !d.Known {
		return terms
	}
	terms = append(terms,
		indexTerm{byKind, string(d.Kind)},
		indexTerm{byAuthor, string(d.Author)},
		indexTerm{byAuthorKind, authorKind(d.Author, d.Kind)})
	objective := func(n int) { terms = append(terms, indexTerm{byObjective, strconv.Itoa(n)}) }
	round := func(id string) {
		if id != "" {
			terms = append(terms, indexTerm{byRound, id})
		}
	}
	switch p := d.Predicate.(type) {
	case *review.Pledge:
		for _, n := range p.Objectives {
			objective(n)
		}
	case *review.Comment:
		for _, n := range p.Objectives {
			objective(n)
		}
	case *review.Assessment:
		for _, f := range p.Findings {
			objective(f.Objective)
		}
		round(p.Round)
	case *review.Report:
		round(p.Round)
	case *review.Accession:
		round(p.Round)
	}
	return terms
}

func authorKind(p review.ParticipantID, k review.Kind) string { return string(p) + "/" + string(k) }

// indexKeys are the keys of a payload's terms. What is not a document has
// none: replication keeps it all the same.
func indexKeys(payload []byte, digest signing.Digest) (keys [][]byte) {
	d, err := review.Parse(payload)
	if err != nil {
		return nil
	}
	seen := make(map[indexTerm]bool)
	for _, t := range indexTerms(d) {
		if len(t.term) <= maxIndexTerm && len(keys) < maxIndexTerms && !seen[t] {
			seen[t] = true
			keys = append(keys, append(t.prefix(), digest[:]...))
		}
	}
	return keys
}

func (t indexTerm) prefix() []byte {
	k := append(make([]byte, 0, 3+len(t.term)+len(signing.Digest{})), keyIndex, t.field, byte(len(t.term)))
	return append(k, t.term...)
}

func kindOf(payload []byte) review.Kind {
	d, err := review.Parse(payload)
	if err != nil {
		return ""
	}
	return d.Kind
}

// Query says which documents to find: those for which every field that is set
// holds. It finds what was filed, whether or not it counts.
type Query struct {
	Kind      review.Kind
	Author    review.ParticipantID
	About     review.DocumentID // what the statement is about
	Objective int               // pledges, comments and assessments on it
	Round     string            // reports, assessments and accessions for it
	After     review.DocumentID // only IDs greater than this one: the last of the page before
	Limit     int               // at most so many; 0 means all
}

// terms are the query's, the one that fits the fewest documents first.
func (q Query) terms() (terms []indexTerm) {
	if q.About != "" {
		terms = append(terms, indexTerm{byAbout, string(q.About)})
	}
	switch {
	case q.Author != "" && q.Kind != "":
		terms = append(terms, indexTerm{byAuthorKind, authorKind(q.Author, q.Kind)})
	case q.Author != "":
		terms = append(terms, indexTerm{byAuthor, string(q.Author)})
	}
	if q.Round != "" {
		terms = append(terms, indexTerm{byRound, q.Round})
	}
	if q.Objective != 0 {
		terms = append(terms, indexTerm{byObjective, strconv.Itoa(q.Objective)})
	}
	if q.Kind != "" && q.Author == "" {
		terms = append(terms, indexTerm{byKind, string(q.Kind)})
	}
	return terms
}

// Find lists documents by ID, ascending. A query without any field finds every
// document that has a record; one with a field, those whose payload is held.
func (s *Store) Find(q Query) (found []review.DocumentID, err error) {
	terms := q.terms()
	prefix := []byte{keyPlace}
	if len(terms) > 0 {
		prefix = terms[0].prefix()
	}
	for _, t := range terms {
		if len(t.term) > maxIndexTerm {
			return nil, nil
		}
	}
	from := prefix
	if q.After != "" {
		after, err := signing.ParseDigest(string(q.After))
		if err != nil {
			return nil, err
		}
		from = past(append(bytes.Clone(prefix), after[:]...))
	}
	err = s.view(func(tx *badger.Txn) error {
		it := tx.NewIterator(badger.IteratorOptions{Prefix: prefix})
		defer it.Close()
		for it.Seek(from); it.Valid() && (q.Limit == 0 || len(found) < q.Limit); {
			digest := signing.Digest(it.Item().Key()[len(prefix):])
			all := true
			for _, t := range terms[min(1, len(terms)):] {
				if all, err = s.has(tx, append(t.prefix(), digest[:]...)); err != nil {
					return err
				}
				if !all {
					break
				}
			}
			if all {
				found = append(found, review.DocumentID(digest.String()))
			}
			it.Seek(past(append(bytes.Clone(prefix), digest[:]...)))
		}
		return nil
	})
	return found, err
}

// past is the first key after all that begin with a prefix which ends in a
// digest.
func past(prefix []byte) []byte { return append(prefix, 0xff, 0xff, 0xff, 0xff, 0xff) }

func keysOnly(prefix byte) badger.IteratorOptions {
	return badger.IteratorOptions{Prefix: []byte{prefix}}
}

// checkIndexes makes the indexes anew if another version made them.
func (s *Store) checkIndexes() error {
	version, err := s.Meta(metaIndexes)
	if err != nil || string(version) == strconv.Itoa(indexVersion) {
		return err
	}
	return s.RebuildIndexes()
}

const metaIndexes = "store/indexes"

// RebuildIndexes makes the indexes of Find anew from the payloads, and adds
// places that are missing from the logs. Filing and reading go on meanwhile;
// Find may miss documents until it returns.
func (s *Store) RebuildIndexes() error {
	err := s.sweep(keyIndex, func(b *batch, item *badger.Item) error {
		b.delete(item.KeyCopy(nil))
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.addPlaces(); err != nil {
		return err
	}
	err = s.sweep(keyPayload, func(b *batch, item *badger.Item) error {
		digest := signing.Digest(item.Key()[1:])
		payload, _, err := s.payload(b.tx, digest)
		if damage := (*DamageError)(nil); errors.As(err, &damage) || errors.Is(err, ErrNotFound) {
			return nil // reported, or deleted meanwhile
		}
		if err != nil {
			return err
		}
		for _, k := range indexKeys(payload, digest) {
			b.setRaw(k, nil)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.SetMeta(metaIndexes, []byte(strconv.Itoa(indexVersion)))
}

// addPlaces adds each record's place to its document, where it is missing.
func (s *Store) addPlaces() error {
	return s.sweep(keyEntry, func(b *batch, item *badger.Item) error {
		key := item.Key()
		value, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		value, ok := unseal(key, value)
		if !ok || len(key) != 13 {
			return nil // damage: for whoever reads the entry
		}
		log, index := binary.BigEndian.Uint32(key[1:]), binary.BigEndian.Uint64(key[5:])
		e, ok := parseEntry(index, value)
		if !ok {
			return nil
		}
		place := placeKey(e.digest, log, index)
		if has, err := b.has(place); has || err != nil {
			return err
		}
		b.set(place, nil)
		return nil
	})
}

// sweep runs f over all keys of a prefix, some hundred writes to a batch.
func (s *Store) sweep(prefix byte, f func(b *batch, item *badger.Item) error) error {
	const run = 500
	from := []byte{prefix}
	for more := true; more; {
		var next []byte
		err := s.submit(ctxNone, cost{documents: MaxBatch}, func(b *batch) error {
			return s.db.View(func(tx *badger.Txn) error {
				it := tx.NewIterator(keysOnly(prefix))
				defer it.Close()
				next = from
				for it.Seek(from); it.Valid() && b.writes < run; it.Next() {
					if err := f(b, it.Item()); err != nil {
						return err
					}
					next = append(it.Item().KeyCopy(nil), 0)
				}
				more = it.Valid()
				return nil
			})
		})
		if err != nil {
			return fmt.Errorf("store: making the indexes of %s anew: %w", s.dir, err)
		}
		from = next
	}
	return nil
}
