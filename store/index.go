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
const indexVersion = 2

// The fields that documents are found by. An index key is keyIndex, the field,
// the term's length in one byte, the term, and the document's digest; it has
// no value.
const (
	byKind       byte = 1
	byAuthor     byte = 2
	byAbout      byte = 3
	byObjective  byte = 4
	byRound      byte = 5
	byAuthorKind byte = 6
)

type indexTerm struct {
	field byte
	term  string
}

// indexTerms is what a document is found by. To add an index, add a field, a
// line here and one in Query, and raise indexVersion.
func indexTerms(d *review.Document) []indexTerm {
	terms := []indexTerm{aboutTerm(d.About())}
	if !d.Known {
		return terms
	}
	terms = append(terms,
		indexTerm{byKind, string(d.Kind)},
		indexTerm{byAuthor, string(d.Author)},
		authorTerm(d.Author, d.Kind))
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

func aboutTerm(id review.DocumentID) indexTerm {
	if d, err := signing.ParseDigest(string(id)); err == nil {
		return indexTerm{byAbout, string(d[:])} // half as long
	}
	return indexTerm{byAbout, string(id)}
}

// authorTerm is an author's documents of a kind, or of any if there is none.
func authorTerm(p review.ParticipantID, k review.Kind) indexTerm {
	if k == "" {
		return indexTerm{byAuthor, string(p)}
	}
	return indexTerm{byAuthorKind, string(p) + "/" + string(k)}
}

// indexKeys are the keys of a payload's terms. What is not a document has
// none: replication keeps it all the same.
func indexKeys(payload []byte, digest signing.Digest) (keys [][]byte) {
	d, err := review.Parse(payload)
	if err != nil {
		return nil
	}
	terms := indexTerms(d)
	for i, t := range terms {
		if len(t.term) <= maxIndexTerm && len(keys) < maxIndexTerms && !slices.Contains(terms[:i], t) {
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
