package review

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Rivalry is a participant that acceded, as a member, to more than one charter
// that names the same predecessor, though only one of them can follow it. It
// is a fact and no accusation: a proposal that was given up and drafted again
// looks the same. Which charter is in force does not depend on it.
type Rivalry struct {
	Participant ParticipantID `json:"participant"`
	Number      int           `json:"number"`     // of the charters
	Charters    []DocumentID  `json:"charters"`   // by ID
	Accessions  []DocumentID  `json:"accessions"` // to them, in that order: of several to one, the earliest filed
}

// Sentence says it in plain words.
func (v Rivalry) Sentence() string {
	return fmt.Sprintf("%s acceded to %d charters of which only one can be number %d", v.Participant, len(v.Charters), v.Number)
}

// Rivalries are all of them, by number and participant. An accession that is
// pending, or was not its author's to make, says nothing.
func (r *Reading) Rivalries() []Rivalry {
	type voice struct {
		author   ParticipantID
		previous DocumentID
	}
	accessions := map[voice]map[DocumentID]*entry{} // by charter
	for _, e := range r.kinds[KindAccession] {
		a, ok := predicateOf[*Accession](e)
		if !ok || a.Role != accessionMember || a.Decision == decisionDeclined || e.filed.IsZero() {
			continue
		}
		charter, ok := predicateOf[*Charter](r.docs[e.doc.About()])
		if !ok || charter.Previous == "" {
			continue
		}
		v := voice{a.Author, charter.Previous}
		if accessions[v] == nil {
			accessions[v] = map[DocumentID]*entry{}
		}
		if was := accessions[v][e.doc.About()]; was == nil || byFiling(e, was) < 0 {
			accessions[v][e.doc.About()] = e
		}
	}
	var all []Rivalry
	for v, to := range accessions {
		if len(to) < 2 {
			continue
		}
		found := Rivalry{Participant: v.author}
		for _, id := range slices.Sorted(maps.Keys(to)) {
			charter, _ := predicateOf[*Charter](r.docs[id])
			found.Number = charter.Number
			found.Charters, found.Accessions = append(found.Charters, id), append(found.Accessions, to[id].id)
		}
		all = append(all, found)
	}
	slices.SortFunc(all, func(a, b Rivalry) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), strings.Compare(string(a.Participant), string(b.Participant)), strings.Compare(string(a.Charters[0]), string(b.Charters[0])))
	})
	return all
}
