package review

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// How an accreditor stands to an author.
const (
	stateInForce   = "in force"
	stateWithdrawn = "withdrawn"
)

// Accredited is an author whom the charter does not list, with all who answer
// or answered for it.
type Accredited struct {
	ID      ParticipantID `json:"id"`
	Name    string        `json:"name"` // of a protected author its ID
	Type    string        `json:"type"`
	Vouched bool          `json:"vouched,omitempty"` // a protected author: its key is vouched for, it is not named
	Country string        `json:"country,omitempty"`
	Region  string        `json:"region,omitempty"`
	State   string        `json:"state"` // accredited, ended
	Sample  bool          `json:"sample,omitempty"`
	By      []Answering   `json:"by"` // by accreditor
}

// Answering is one accreditor that answers or answered for an author.
type Answering struct {
	Accreditor     ParticipantID `json:"accreditor"`
	Name           string        `json:"name"`
	State          string        `json:"state"` // in force, withdrawn, ended
	Filed          string        `json:"filed"` // when its first accreditation was
	Until          string        `json:"until,omitempty"`
	Capacity       string        `json:"capacity,omitempty"`
	Accreditations []DocumentID  `json:"accreditations"` // by filing
	Challenges     []DocumentID  `json:"challenges"`     // comments about them that challenge or oppose, that count
}

// Accredited are the authors whom accreditors answer or answered for, up to the
// cut-off, sorted by ID.
func (r *Reading) Accredited() []Accredited {
	var all []Accredited
	for _, id := range slices.Sorted(maps.Keys(r.chain.accredited)) {
		if a, ok := r.AccreditedAuthor(id); ok {
			all = append(all, a)
		}
	}
	return all
}

// AccreditedAuthor is one of them.
func (r *Reading) AccreditedAuthor(id ParticipantID) (author Accredited, ok bool) {
	p := r.chain.participants[id]
	author = Accredited{ID: id, Name: p.Name, Type: p.Kind, Vouched: p.Vouched(), Country: p.Country, Region: p.Region, Sample: p.Sample, State: stateEnded}
	for _, a := range r.chain.accredited[id] {
		if a.span.from.After(r.cutoff) {
			continue
		}
		i := slices.IndexFunc(author.By, func(by Answering) bool { return by.Accreditor == a.Author })
		if i < 0 {
			i = len(author.By)
			author.By = append(author.By, Answering{Accreditor: a.Author, Name: r.chain.participants[a.Author].Name,
				Filed: instant(a.span.from), Challenges: []DocumentID{}})
		}
		by := &author.By[i]
		by.Accreditations = append(by.Accreditations, a.id)
		if state := r.stateOf(a); by.State != stateInForce { // the last tells, unless an earlier one goes on
			by.State, by.Until, by.Capacity = state, a.Until, a.Capacity
			if state == stateWithdrawn {
				by.Until = r.docs[a.ended].label().Filed
			}
		}
		for _, e := range r.about[a.id] {
			if c, is := e.doc.Predicate.(*Comment); is && (c.Type == commentChallenge || c.Type == commentOpposition) && e.counts() {
				by.Challenges = append(by.Challenges, e.id)
			}
		}
		if by.State == stateInForce {
			author.State = stateAccredited
		}
	}
	slices.SortFunc(author.By, func(a, b Answering) int { return strings.Compare(string(a.Accreditor), string(b.Accreditor)) })
	return author, len(author.By) > 0
}

// Lines say who answers or answered for the author, a line for each.
func (a *Accredited) Lines() []string {
	var lines []string
	for _, by := range a.By {
		line := fmt.Sprintf("accredited by %s (%s)", by.Name, by.Accreditor)
		if a.Vouched {
			line = fmt.Sprintf("vouched for by %s (%s), not named", by.Name, by.Accreditor)
		}
		line += fmt.Sprintf(", since %s: %s", by.Filed, by.State)
		if by.Until != "" {
			line += " until " + by.Until
		}
		for _, id := range by.Challenges {
			line += fmt.Sprintf("; challenged in document %s", id)
		}
		lines = append(lines, line)
	}
	return lines
}

// stateOf is how an accreditation stands at the cut-off.
func (r *Reading) stateOf(a *accreditation) string {
	withdrawal := r.docs[a.ended]
	switch {
	case withdrawal != nil && !withdrawal.filed.UTC().After(r.cutoff):
		return stateWithdrawn
	case r.chain.answers(a, r.cutoff):
		return stateInForce
	}
	return stateEnded
}

// AccreditedBy are the accreditors that answered for a document's author when
// it was filed, sorted; none for a participant of the charter.
func (r *Reading) AccreditedBy(id DocumentID) []ParticipantID {
	if e := r.docs[id]; e != nil && e.doc != nil {
		return r.accreditors(e)
	}
	return nil
}

func (r *Reading) accreditors(e *entry) (by []ParticipantID) {
	for _, a := range r.chain.accredited[e.doc.Author] {
		if r.chain.answers(a, e.filed.UTC()) && !slices.Contains(by, a.Author) {
			by = append(by, a.Author)
		}
	}
	slices.Sort(by)
	return by
}

// AccreditationRow is an accreditor that answers or answered for an author.
type AccreditationRow struct {
	Row
	Accreditor ParticipantID `json:"accreditor"`
	Author     ParticipantID `json:"author"`
	Name       string        `json:"name"`
	Type       string        `json:"type"`
	State      string        `json:"state"`
	Filed      string        `json:"filed"`
	Until      string        `json:"until,omitempty"`
	Challenges []DocumentID  `json:"challenges,omitempty"`
	Documents  int           `json:"documents"` // of the author, filed while this accreditor answered for it, that count
}

// spoken are the kinds of document that say something about implementation.
var spoken = []Kind{KindPledge, KindReport, KindAssessment, KindComment, KindResponse, KindPlan, KindFramework,
	KindExpenditure, KindFacility, KindContribution, KindClaim, KindApplication, KindAllocation, KindDisbursement, KindResult, KindAgreement,
	KindProgress, KindFollowUp, KindProposal}

var accreditationsGroup = group{
	name:    groupAccreditations,
	figures: []string{"accreditations", stateInForce, stateWithdrawn, stateEnded, "not named", "challenged"},
	fixed: func(v *view) (units []string) {
		for _, a := range v.accredited {
			units = append(units, string(a.ID))
		}
		return units
	},
	touched: func(v *view, e *entry) (units []string) {
		if e.doc == nil {
			return nil
		}
		if e.doc.Author.Accredited() {
			units = append(units, string(e.doc.Author))
		}
		about := e
		if e.doc.Kind == KindComment {
			about = v.docs[e.doc.About()]
		}
		if p, ok := predicateOf[*Accreditation](about); ok {
			units = append(units, string(p.Participant))
		}
		return units
	},
	fill: fillAccreditations,
	rows: func(c *Contents) any { return &c.Accreditations },
	section: func(c *Contents) *Section {
		s := c.newSection(groupAccreditations, "Who answers for authors whom the charter does not list (one suffices; figures of different accreditors must not be added up)",
			"accreditor", "author", "name", "type", "state", "since", "until", "documents", "challenged in")
		for _, r := range c.Accreditations {
			s.add(r.Sample, string(r.Accreditor), string(r.Author), r.Name, r.Type, r.State, r.Filed, r.Until, strconv.Itoa(r.Documents), last(r.Challenges))
		}
		return s
	},
}

func fillAccreditations(v *view, unit string, t *table) {
	author, ok := v.accreditedAuthor(ParticipantID(unit))
	if !ok {
		return
	}
	documents := map[ParticipantID]int{} // by accreditor
	for _, kind := range spoken {
		for _, e := range v.under(byAuthor(author.ID, kind)) {
			if !e.counts() {
				continue
			}
			for _, accreditor := range v.accreditors(e) {
				documents[accreditor]++
			}
		}
	}
	for _, by := range author.By {
		if !v.covers(author.ID) && v.one != by.Accreditor {
			continue
		}
		n := documents[by.Accreditor]
		row := &AccreditationRow{
			Row: Row{Key: string(by.Accreditor) + "/" + string(author.ID), In: []string{"accreditations", by.State, "by " + string(by.Accreditor)},
				Sums: map[string]string{"documents through " + string(by.Accreditor): strconv.Itoa(n)}, Sample: author.Sample, Cites: by.Accreditations},
			Accreditor: by.Accreditor, Author: author.ID, Name: author.Name, Type: author.Type, State: by.State, Filed: by.Filed, Until: by.Until,
			Challenges: by.Challenges, Documents: n,
		}
		if author.Vouched {
			row.In = append(row.In, "not named")
		}
		if len(by.Challenges) > 0 {
			row.In = append(row.In, "challenged")
			row.Cites = append(slices.Clip(row.Cites), by.Challenges...)
		}
		t.add(row)
	}
}
