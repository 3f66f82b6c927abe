package review

import (
	"slices"
	"strconv"
)

// Policy says what its author's node carries, counts and hands on, and does not
// display. It is published so that nobody disappears from a page unseen; it has
// no say in what counts. Its subject is the charter.
type Policy struct {
	Common
	Rules []DisplayRule `json:"rules"`
}

// DisplayRule is one thing that a node does not display, and why.
type DisplayRule struct {
	What   string `json:"what"` // a document's ID, or a participant's
	Reason string `json:"reason"`
}

// Hides is whether the rule is about a document, or about its author.
func (r DisplayRule) Hides(id DocumentID, author ParticipantID) bool {
	return r.What == string(id) || r.What == string(author)
}

func (p *Policy) check(r *Refusal) {
	for i, rule := range p.Rules {
		if slices.ContainsFunc(p.Rules[:i], func(other DisplayRule) bool { return other.What == rule.What }) {
			r.add("/rules/"+strconv.Itoa(i)+"/what", "repeated")
		}
	}
}

// Policy is the display policy of a participant, the last that it filed and
// that stands, with its ID; nil if there is none. One that is not filed yet
// goes before those that are: its author's node keeps to it at once.
func (r *Reading) Policy(of ParticipantID) (p *Policy, id DocumentID) {
	var last *entry
	for _, e := range r.kinds[KindPolicy] {
		q, ok := predicateOf[*Policy](e)
		if l := e.label(); !ok || q.Author != of || !l.Counts && l.Reason != ReasonPending {
			continue
		}
		if last == nil || byFiling(e, last) > 0 {
			last, p, id = e, q, e.id
		}
	}
	return p, id
}
