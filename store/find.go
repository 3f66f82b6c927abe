package store

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/dgraph-io/badger/v4"

	"stocktake/review"
	"stocktake/signing"
)

// Query says which documents to find: those for which every field that is set
// holds. It finds what was filed, whether or not it counts.
type Query struct {
	Kind      review.Kind
	Author    review.ParticipantID
	Authors   []review.ParticipantID // one of them: a region's members
	About     review.DocumentID      // what the statement is about
	Objective int                    // pledges, comments and assessments on it
	Round     string                 // reports, assessments and accessions for it
	After     review.DocumentID      // only IDs greater than this one: the last of the page before
	Limit     int                    // at most so many; 0 means all
}

// terms are the query's, the one that fits the fewest documents first. Of each
// one alternative has to hold.
func (q Query) terms() (terms [][]indexTerm) {
	one := func(t indexTerm) { terms = append(terms, []indexTerm{t}) }
	if q.About != "" {
		one(aboutTerm(q.About))
	}
	by := func(authors []review.ParticipantID) {
		any := []indexTerm{} // nobody's, if there are none
		for _, a := range authors {
			any = append(any, authorTerm(a, q.Kind))
		}
		terms = append(terms, any)
	}
	if q.Author != "" {
		by([]review.ParticipantID{q.Author})
	}
	if q.Round != "" {
		one(indexTerm{byRound, q.Round})
	}
	if q.Authors != nil {
		by(q.Authors)
	}
	if q.Objective != 0 {
		one(indexTerm{byObjective, strconv.Itoa(q.Objective)})
	}
	if q.Kind != "" && q.Author == "" && q.Authors == nil {
		one(indexTerm{byKind, string(q.Kind)})
	}
	return terms
}

// Find lists documents by ID, ascending. A query without any field finds every
// document that has a record; one with a field, those whose payload is held.
func (s *Store) Find(q Query) (found []review.DocumentID, err error) {
	terms := q.terms()
	table, prefixes := byte(keyPlace), [][]byte{{keyPlace}}
	if len(terms) > 0 {
		table, prefixes = keyIndex, nil
		for _, t := range terms[0] {
			prefixes = append(prefixes, t.prefix())
		}
		terms = terms[1:]
	}
	var after []byte
	if q.After != "" {
		d, err := signing.ParseDigest(string(q.After))
		if err != nil {
			return nil, err
		}
		after = past(d[:])
	}
	var digests []signing.Digest
	err = s.view(func(tx *badger.Txn) error {
		it := tx.NewIterator(keysOnly(table))
		defer it.Close()
		for _, prefix := range prefixes { // of each the first ones: the first of all are among them
			n := 0
			err := eachDigest(it, prefix, after, func(d signing.Digest) (more bool, err error) {
				for _, any := range terms {
					if ok, err := s.hasAny(tx, any, d); !ok || err != nil {
						return true, err
					}
				}
				digests = append(digests, d)
				n++
				return q.Limit == 0 || n < q.Limit, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(digests, func(a, b signing.Digest) int { return bytes.Compare(a[:], b[:]) })
	digests = slices.Compact(digests)
	if q.Limit > 0 {
		digests = digests[:min(q.Limit, len(digests))]
	}
	for _, d := range digests {
		found = append(found, review.DocumentID(d.String()))
	}
	return found, err
}

// Thread lists what is said about a document, and about that, and so on,
// nearest first: at most limit documents, by ID where equally near.
func (s *Store) Thread(id review.DocumentID, limit int) (found []review.DocumentID, err error) {
	seen := map[review.DocumentID]bool{id: true}
	err = s.view(func(tx *badger.Txn) error {
		it := tx.NewIterator(keysOnly(keyIndex))
		defer it.Close()
		for at := -1; at < len(found) && len(found) < limit; at++ {
			about := id
			if at >= 0 {
				about = found[at]
			}
			err := eachDigest(it, aboutTerm(about).prefix(), nil, func(d signing.Digest) (bool, error) {
				if reply := review.DocumentID(d.String()); !seen[reply] {
					seen[reply] = true
					found = append(found, reply)
				}
				return len(found) < limit, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

// eachDigest calls f with each digest that follows a prefix in a key, from after
// on, until it says false.
func eachDigest(it *badger.Iterator, prefix, after []byte, f func(signing.Digest) (more bool, err error)) error {
	key := append(bytes.Clone(prefix), after...)
	last, first := signing.Digest{}, true
	for it.Seek(key); it.ValidForPrefix(prefix); it.Next() {
		d := signing.Digest(it.Item().Key()[len(prefix):])
		if d == last && !first {
			continue // another place of a document
		}
		last, first = d, false
		if more, err := f(d); err != nil || !more {
			return err
		}
	}
	return nil
}

func (s *Store) hasAny(tx *badger.Txn, any []indexTerm, d signing.Digest) (ok bool, err error) {
	for _, t := range any {
		if ok, err = s.has(tx, append(t.prefix(), d[:]...)); ok || err != nil {
			break
		}
	}
	return ok, err
}

// past is the first key after all that begin with a prefix which ends in a
// digest.
func past(prefix []byte) []byte { return append(prefix, 0xff, 0xff, 0xff, 0xff, 0xff) }
