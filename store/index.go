package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// indexVersion changes with indexTerms or the shape of an index key: a store
// that opens a database with another one makes its indexes anew.
const indexVersion = 3

// The fields that documents are found by. An index key is keyIndex, the field,
// the two texts of a term, each after its length in one byte, and the document's
// digest; it has no value. Each key tells the document's kind, so none is of the
// kind alone: a kind's documents are those of all its authors, and an author's
// those of all kinds.
const (
	byAuthor    byte = 1 // kind, author
	byAbout     byte = 2 // what it is about, kind
	byObjective byte = 3 // objective, kind
	byRound     byte = 4 // round, kind
)

type indexTerm struct {
	field         byte
	first, second string
}

// term is a document's of a kind, by a field's value.
func term(field byte, value string, k review.Kind) indexTerm {
	if field == byAuthor {
		return indexTerm{field, string(k), value}
	}
	return indexTerm{field, value, string(k)}
}

// indexTerms is what a document is found by. To add an index, add a field, a
// line here and one in Query, and raise indexVersion.
func indexTerms(d *review.Document) []indexTerm {
	if !d.Known {
		return []indexTerm{term(byAbout, aboutValue(d.About()), "")}
	}
	terms := make([]indexTerm, 0, 4)
	add := func(field byte, value string) { terms = append(terms, term(field, value, d.Kind)) }
	add(byAuthor, string(d.Author))
	add(byAbout, aboutValue(d.About()))
	objective := func(n int) { add(byObjective, strconv.Itoa(n)) }
	round := func(id string) {
		if id != "" {
			add(byRound, id)
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

func aboutValue(id review.DocumentID) string {
	if d, err := signing.ParseDigest(string(id)); err == nil {
		return string(d[:]) // half as long
	}
	return string(id)
}

// indexKeys are the keys of a payload's terms. What is not a document has
// none: replication keeps it all the same.
func indexKeys(payload []byte, digest signing.Digest) (keys [][]byte) {
	d, err := review.Parse(payload)
	if err != nil {
		return nil
	}
	return termKeys(d, digest)
}

func termKeys(d *review.Document, digest signing.Digest) (keys [][]byte) {
	terms := indexTerms(d)
	for i, t := range terms {
		if max(len(t.first), len(t.second)) <= maxIndexTerm && len(keys) < maxIndexTerms && !slices.Contains(terms[:i], t) {
			keys = append(keys, append(t.prefix(), digest[:]...))
		}
	}
	return keys
}

func (t indexTerm) prefix() []byte {
	k := append(make([]byte, 0, 4+len(t.first)+len(t.second)+len(signing.Digest{})), keyIndex, t.field)
	k = append(append(k, byte(len(t.first))), t.first...)
	return append(append(k, byte(len(t.second))), t.second...)
}

func kindOf(payload []byte) review.Kind {
	d, err := review.Parse(payload)
	if err != nil {
		return ""
	}
	return d.Kind
}

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
		if has, err := s.hasPlace(b.tx, e.digest, log, index); has || err != nil {
			return err
		}
		b.set(placeKey(e.digest, log, index), nil)
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
