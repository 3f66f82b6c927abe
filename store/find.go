package store

import (
	"bytes"
	"maps"
	"math"
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

// condition is a field of a query: one of the values has to hold.
type condition struct {
	field  byte
	values []string
}

// conditions are the query's, the one that fits the fewest documents first; a
// kind alone is none, since every term is of a kind.
func (q Query) conditions() (all []condition) {
	one := func(field byte, value string) { all = append(all, condition{field, []string{value}}) }
	if q.About != "" {
		one(byAbout, aboutValue(q.About))
	}
	if q.Author != "" {
		one(byAuthor, string(q.Author))
	}
	if q.Round != "" {
		one(byRound, q.Round)
	}
	if q.Authors != nil {
		any := condition{field: byAuthor} // nobody's, if there are none
		for _, a := range q.Authors {
			any.values = append(any.values, string(a))
		}
		all = append(all, any)
	}
	if q.Objective != 0 {
		one(byObjective, strconv.Itoa(q.Objective))
	}
	return all
}

// terms are a condition's for documents of a kind.
func (c condition) terms(k review.Kind) (terms []indexTerm) {
	for _, v := range c.values {
		terms = append(terms, term(c.field, v, k))
	}
	return terms
}

// start is where a query begins, and the conditions that are left for the
// documents found there.
func (q Query) start(it *badger.Iterator) (streams []stream, rest []condition) {
	all := q.conditions()
	switch {
	case len(all) == 0 && q.Kind == "":
		return []stream{{prefix: []byte{keyPlace}}, {prefix: []byte{keyPayload}}}, nil
	case len(all) == 0: // of a kind, whoever wrote it
		streams = under(it, prefixOf(byAuthor, string(q.Kind)))
		for i := range streams {
			streams[i].kind = q.Kind
		}
		return streams, nil
	case q.Kind != "":
		return all[0].streams(q.Kind), all[1:]
	}
	if all[0].field != byAuthor {
		return under(it, prefixOf(all[0].field, all[0].values[0])), all[1:] // there is but one
	}
	for _, k := range texts(it, prefixOf(byAuthor)) {
		streams = append(streams, all[0].streams(review.Kind(k))...)
	}
	return streams, all[1:]
}

// streams are the documents of a kind for which a condition holds.
func (c condition) streams(k review.Kind) (streams []stream) {
	for _, t := range c.terms(k) {
		streams = append(streams, stream{prefix: t.prefix(), kind: k})
	}
	return streams
}

// prefixOf begins the keys of a field, or of those of its terms that have this
// first text.
func prefixOf(field byte, first ...string) []byte {
	k := []byte{keyIndex, field}
	for _, text := range first {
		k = append(append(k, byte(len(text))), text...)
	}
	return k
}

// texts are those that follow a prefix in index keys, each once.
func texts(it *badger.Iterator, prefix []byte) (all []string) {
	for it.Seek(prefix); it.ValidForPrefix(prefix); {
		rest := it.Item().Key()[len(prefix):]
		if len(rest) == 0 || len(rest) <= int(rest[0]) {
			break
		}
		text := rest[:1+int(rest[0])]
		all = append(all, string(text[1:]))
		it.Seek(past(slices.Concat(prefix, text, lastDigest)))
	}
	return all
}

// Find lists documents by ID, ascending. A query without any field finds every
// document that has a record; one with a field, those whose payload is held.
func (s *Store) Find(q Query) (found []review.DocumentID, err error) {
	after := signing.Digest{}
	if q.After != "" {
		if after, err = signing.ParseDigest(string(q.After)); err != nil {
			return nil, err
		}
	}
	err = s.view(func(tx *badger.Txn) error {
		it := tx.NewIterator(badger.IteratorOptions{})
		defer it.Close()
		streams, rest := q.start(it)
		return merged(it, streams, after, q.Limit, func(d signing.Digest, k review.Kind) (more bool, err error) {
			for _, c := range rest {
				if ok, err := s.hasAny(tx, c.terms(k), d); !ok || err != nil {
					return true, err
				}
			}
			found = append(found, review.DocumentID(d.String()))
			return q.Limit == 0 || len(found) < q.Limit, nil
		})
	})
	return found, err
}

// stream is the digests that follow a prefix, of documents of one kind.
type stream struct {
	prefix []byte
	kind   review.Kind
	begin  []signing.Digest // the first ones, if they were read already
	whole  bool             // these are all
}

// each calls f with each digest that is greater than after, until it says false.
func (s stream) each(it *badger.Iterator, after signing.Digest, f func(signing.Digest) (more bool)) {
	for _, d := range s.begin {
		if bytes.Compare(d[:], after[:]) <= 0 {
			continue
		}
		if !f(d) {
			return
		}
		after = d
	}
	if !s.whole {
		eachDigest(it, s.prefix, after, f)
	}
}

// under are the streams of the texts that follow a prefix in index keys, each of the
// kind that its text names. To look for a key takes as long as to read many that come
// after it, so the first few of each stream are read on the way.
func under(it *badger.Iterator, prefix []byte) (streams []stream) {
	const few = 16
	for it.Seek(prefix); it.ValidForPrefix(prefix); {
		rest := it.Item().Key()[len(prefix):]
		if len(rest) == 0 || len(rest) <= int(rest[0]) {
			break
		}
		text := rest[:1+int(rest[0])]
		s := stream{prefix: slices.Concat(prefix, text), kind: review.Kind(text[1:])}
		for ; it.ValidForPrefix(s.prefix) && len(s.begin) < few; it.Next() {
			s.begin = append(s.begin, signing.Digest(it.Item().Key()[len(s.prefix):]))
		}
		if s.whole = !it.ValidForPrefix(s.prefix); !s.whole {
			it.Seek(past(append(bytes.Clone(s.prefix), lastDigest...)))
		}
		streams = append(streams, s)
	}
	return streams
}

// merged calls f with the digests of all streams that are greater than after,
// each once, ascending, until it says false. It reads a little of each stream,
// hands on as far as all of them were read, and goes on from there; wanted is how
// many f may want, 0 if all.
func merged(it *badger.Iterator, streams []stream, after signing.Digest, wanted int, f func(signing.Digest, review.Kind) (more bool, err error)) error {
	run := math.MaxInt
	if wanted > 0 {
		run = 4 + 2*wanted/max(1, len(streams))
	}
	for len(streams) > 0 {
		kinds, ended := make(map[signing.Digest]review.Kind), signing.Digest(lastDigest)
		seen := make([]signing.Digest, len(streams)) // how far each goes, for what is known
		for i, s := range streams {
			n := 0
			s.each(it, after, func(d signing.Digest) (more bool) {
				kinds[d], seen[i] = s.kind, d
				if n++; n == run || bytes.Compare(d[:], ended[:]) > 0 {
					ended, seen[i] = least(d, ended), signing.Digest(lastDigest)
					return false
				}
				return true
			})
		}
		digests := slices.SortedFunc(maps.Keys(kinds), func(a, b signing.Digest) int { return bytes.Compare(a[:], b[:]) })
		for _, d := range digests {
			if bytes.Compare(d[:], ended[:]) > 0 {
				break
			}
			if more, err := f(d, kinds[d]); err != nil || !more {
				return err
			}
		}
		var unread []stream
		for i, s := range streams {
			if bytes.Compare(seen[i][:], ended[:]) > 0 {
				unread = append(unread, s)
			}
		}
		streams, after = unread, ended
	}
	return nil
}

func least(a, b signing.Digest) signing.Digest {
	if bytes.Compare(a[:], b[:]) < 0 {
		return a
	}
	return b
}

var lastDigest = bytes.Repeat([]byte{0xff}, len(signing.Digest{}))

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
			err := merged(it, under(it, prefixOf(byAbout, aboutValue(about))), signing.Digest{}, limit, func(d signing.Digest, _ review.Kind) (more bool, err error) {
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

// eachDigest calls f with each digest that follows a prefix in a key and is
// greater than after, until it says false.
func eachDigest(it *badger.Iterator, prefix []byte, after signing.Digest, f func(signing.Digest) (more bool)) {
	last := after
	for it.Seek(past(append(bytes.Clone(prefix), after[:]...))); it.ValidForPrefix(prefix); it.Next() {
		d := signing.Digest(it.Item().Key()[len(prefix):])
		if d == last {
			continue // another place of a document
		}
		if last = d; !f(d) {
			return
		}
	}
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
