package review

import (
	"cmp"
	"slices"
	"strings"
)

// The index finds documents that hold by what they say, so that the rows of one
// unit need not walk all documents. Those of one key are in the order of filing.

// indexKey is what documents are found by.
type indexKey struct{ what, one, other string }

func byAuthor(id ParticipantID, k Kind) indexKey { return indexKey{"author", string(id), string(k)} }
func forRound(round string, id ParticipantID) indexKey {
	return indexKey{"filed for", round, string(id)}
}
func onRound(round string, id ParticipantID) indexKey { return indexKey{"decides", round, string(id)} }
func asMember(id ParticipantID) indexKey              { return indexKey{"member", string(id), ""} }
func judging(whom string) indexKey                    { return indexKey{"judges", whom, ""} }
func acceding(id DocumentID, p ParticipantID) indexKey {
	return indexKey{"accedes", string(id), string(p)}
}
func judgedIn(round string, id ParticipantID) indexKey {
	return indexKey{"judged in", round, string(id)}
}
func judgesIn(round string, id ParticipantID) indexKey {
	return indexKey{"judges in", round, string(id)}
}
func sealing(id DocumentID) indexKey { return indexKey{"seals", string(id), ""} }
func citedIn(id DocumentID) indexKey { return indexKey{"cites", string(id), ""} }

// under are the documents that hold of one key, by filing.
func (r *Reading) under(k indexKey) []*entry { return r.index[k] }

// keysOf are the keys of a document.
func (r *Reading) keysOf(e *entry) []indexKey {
	keys := []indexKey{byAuthor(e.doc.Author, e.doc.Kind)}
	if round := filedFor(e.doc); round != "" {
		keys = append(keys, forRound(round, e.doc.Author))
	}
	switch p := e.doc.Predicate.(type) {
	case *Accession:
		switch {
		case p.Role == accessionMember && p.Decision != decisionDeclined:
			keys = append(keys, asMember(p.Author))
		case p.Role == accessionParty && p.Decision != decisionDeclined:
			keys = append(keys, acceding(e.doc.About(), p.Author))
		case p.Role == accessionRound:
			keys = append(keys, onRound(p.Round, p.Author))
		}
	case *Seal:
		keys = append(keys, sealing(p.Commits))
	}
	switch p := e.doc.Predicate.(type) {
	case *Pledge:
		for _, c := range p.capacities() {
			keys = appendNew(keys, supportIn(c.place()))
		}
	case *Expenditure:
		if p.Counterpart != "" {
			keys = append(keys, between(p.giver(), p.receiver()))
		}
	}
	for _, place := range moneyPlaces(e.doc) {
		keys = append(keys, moneyFor(place))
	}
	keys = append(keys, r.judgementKeys(e)...)
	for _, c := range citationsOf(e.doc) {
		keys = appendNew(keys, citedIn(c.id))
	}
	return keys
}

// judgementKeys are those of what a document judges, each once.
func (r *Reading) judgementKeys(e *entry) (keys []indexKey) {
	round := r.roundOf(e)
	for _, j := range r.judgements(e) {
		if j.pledge == nil { // those of a pledge are about it
			keys = append(keys, judging(j.judged()))
		}
		if round != "" {
			keys = append(keys, judgesIn(round, j.author))
		}
		if round != "" && j.whom != "" {
			keys = append(keys, judgedIn(round, j.whom))
		}
	}
	slices.SortFunc(keys, func(a, b indexKey) int {
		return cmp.Or(strings.Compare(a.what, b.what), strings.Compare(a.one, b.one), strings.Compare(a.other, b.other))
	})
	return slices.Compact(keys)
}
