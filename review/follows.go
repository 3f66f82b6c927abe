package review

import (
	"slices"
	"strconv"
	"strings"

	"stocktake/signing"
)

// What follows a document: who replaced it, took it back, disputes it, ended
// the key that signed it. None of that unmakes it. An export carries the
// documents that say so, and whoever reads them finds the same.

// Following is a document that follows another, with how.
type Following struct {
	ID     DocumentID    `json:"id"`
	Kind   Kind          `json:"kind"`
	By     ParticipantID `json:"by"`
	ByName string        `json:"byName"`
	How    string        `json:"how"`   // superseded, withdrawn, or one of the disputes below
	Says   string        `json:"says"`  // in its words or in short
	Filed  string        `json:"filed"` // RFC 3339
}

// How somebody else disputes a document.
const (
	disputeChallenge = "challenge"        // a comment of that type about it
	disputeDeclined  = "declined"         // a response about it with that position, or a named party's accession that declines
	disputeRating    = "other-rating"     // an assessment of the same, which rates an objective otherwise than this one does
	disputeFulfilled = "rated-unfinished" // of a report that says fulfilled: an assessment of its pledge with a rating below complete
)

func (r *Reading) following(e *entry, how, says string) Following {
	return Following{e.id, e.doc.Kind, e.doc.Author, r.chain.participants[e.doc.Author].Name, how, says, instant(e.filed)}
}

// disputes are the documents of others, which count, that dispute a document
// which holds, by filing time, then ID.
func (r *Reading) disputes(e *entry) (all []Following) {
	if e.doc == nil {
		return nil
	}
	for _, x := range sorted(slices.Collect(r.mayDispute(e))) {
		if !x.counts() || x.doc.Author == e.doc.Author {
			continue
		}
		if how, says := r.dispute(e, x); how != "" {
			all = append(all, r.following(x, how, says))
		}
	}
	return all
}

// mayDispute are the documents among which disputes are: those about it, and
// assessments.
func (r *Reading) mayDispute(e *entry) func(func(*entry) bool) {
	return func(yield func(*entry) bool) {
		for _, x := range r.about[e.id] {
			if !yield(x) {
				return
			}
		}
		report, _ := e.doc.Predicate.(*Report)
		fulfilled := report != nil && report.Status == statusFulfilled
		if e.doc.Kind != KindAssessment && !fulfilled {
			return
		}
		for _, x := range r.kinds[KindAssessment] {
			if p, ok := predicateOf[*Assessment](x); ok && p != nil && x.code == "" && !yield(x) {
				return
			}
		}
	}
}

// statusFulfilled is what a report says of a pledge that was carried out.
const statusFulfilled = "fulfilled"

// ratingComplete is the highest rating of an objective.
const ratingComplete = "complete"

// dispute is how x disputes e; "" if it does not.
func (r *Reading) dispute(e, x *entry) (how, says string) {
	switch p := x.doc.Predicate.(type) {
	case *Comment:
		if p.Type == disputeChallenge && x.doc.About() == e.id {
			return disputeChallenge, inShort(x.doc.Title, p.Text)
		}
	case *Response:
		if p.Position == decisionDeclined && x.doc.About() == e.id {
			return disputeDeclined, inShort(x.doc.Title, p.Text)
		}
	case *Accession:
		if p.Role == accessionParty && p.Decision == decisionDeclined && x.doc.About() == e.id {
			return disputeDeclined, "it does not take part in this pledge, which names it"
		}
		if p.Role == accessionAgrees && p.Decision == decisionDeclined && x.doc.About() == e.id {
			return disputeDeclined, "it does not confirm this entry, which names it as a party"
		}
	case *Assessment:
		if p.Stage == stageDraft {
			return "", ""
		}
		switch own := e.doc.Predicate.(type) {
		case *Assessment:
			if says := otherRating(own, p); says != "" && r.judges(e) == r.judges(x) {
				return disputeRating, says
			}
		case *Report:
			pledge := r.docs[e.doc.About()]
			if says := unfinished(p); says != "" && own.Status == statusFulfilled && pledge != nil && r.judges(x).pledge == first(pledge).id {
				return disputeFulfilled, says
			}
		}
	}
	return "", ""
}

// judged is what an assessment judges: one participant or region, one pledge in
// all its versions, or all of its doing.
type judged struct {
	whom   ParticipantID
	region string
	pledge DocumentID
}

func (r *Reading) judges(e *entry) judged {
	p := e.doc.Predicate.(*Assessment)
	about, _ := r.chain.first(r.holds)(e.doc.About())
	if about == nil {
		return judged{pledge: e.id} // what it is about is gone: nothing else is like it
	}
	j := judged{whom: assessedBy(p, about)}
	if j.whom == "" {
		j.region = p.Region
	}
	if about.Kind == KindPledge {
		j.pledge = first(r.docs[about.ID]).id
	}
	return j
}

// otherRating names the first objective that two assessments rate otherwise; ""
// if there is none.
func otherRating(own, other *Assessment) string {
	for _, a := range own.Findings {
		for _, b := range other.Findings {
			if a.Objective == b.Objective && a.Rating != b.Rating {
				return rated(b) + ", not " + a.Rating
			}
		}
	}
	return ""
}

// unfinished names the first objective that is rated below complete.
func unfinished(p *Assessment) string {
	for _, f := range p.Findings {
		if f.Rating != ratingComplete {
			return rated(f)
		}
	}
	return ""
}

func rated(f Finding) string { return "objective " + strconv.Itoa(f.Objective) + " is " + f.Rating }

// inShort is a document's title, or the first line of what it says.
func inShort(title, text string) string {
	if title == "" {
		title, _, _ = strings.Cut(text, "\n")
	}
	return clip(title)
}

// KeyEnd is that the key which signed a document ended later.
type KeyEnd struct {
	At string     `json:"at"`           // from when on it signs nothing: RFC 3339
	By DocumentID `json:"by,omitempty"` // the document that ended it; empty where it is the charter's word
	// Action of that document: rotate, revoke or recover.
	Action string `json:"action,omitempty"`
	Filed  string `json:"filed,omitempty"` // when that was: RFC 3339
}

// KeyEnd is when and by what a key ended; nil while it has not.
func (r *Reading) KeyEnd(key signing.DocumentKey) *KeyEnd {
	k, ok := r.chain.keys[key]
	if !ok || k.ended == "" && k.span.until.IsZero() {
		return nil
	}
	end := &KeyEnd{At: instant(k.span.until), By: k.ended}
	if by := r.docs[k.ended]; by != nil {
		end.Filed = instant(by.filed)
		if p, ok := predicateOf[*KeyChange](by); ok {
			end.Action = p.Action
		}
	}
	return end
}
