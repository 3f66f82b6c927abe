package review

import (
	"fmt"
	"slices"
	"strings"
)

// EntryRow is an entry in the register of agreements, with each party's word
// on it and the entries that other parties filed of the same agreement.
type EntryRow struct {
	Row
	ID       DocumentID    `json:"id"`
	Author   ParticipantID `json:"author"`
	Title    string        `json:"title"`
	Type     string        `json:"type"`
	Signed   string        `json:"signed"`
	InForce  string        `json:"inForce,omitempty"`
	Ended    string        `json:"ended,omitempty"`
	Text     string        `json:"text"` // public, or not-public: it exists, its text is not public
	Where    string        `json:"where,omitempty"`
	Words    []PartyWord   `json:"words"` // of every party, as the entry lists them
	Versions []DocumentID  `json:"versions,omitempty"`
	Differ   []string      `json:"differ,omitempty"` // fields in which those say something else
}

// PartyWord is what a party to an agreement says about an entry.
type PartyWord struct {
	Name        string        `json:"name"`
	Participant ParticipantID `json:"participant,omitempty"`
	State       string        `json:"state"`
	Document    DocumentID    `json:"document,omitempty"` // in which it says so
}

// A party's word, besides those of a party to a pledge.
const (
	wordFiled   = "filed this entry"
	wordVersion = "filed its own version"
	wordNone    = "has not confirmed"
	wordOutside = "outside this federation"
)

var agreementsGroup = group{
	name:    groupAgreements,
	figures: []string{"agreements", "text public", "exists, text not public", "in force", "confirmed by every party", "declined by a party", "versions differ"},
	touched: touchedAgreements,
	fill:    fillAgreements,
	rows:    func(c *Contents) any { return &c.Agreements },
	section: func(c *Contents) *Section {
		s := c.newSection(groupAgreements, "Register of agreements on readmission and mobility", "entry", "by", "title", "type", "signed", "in force since", "text", "parties' word", "other versions", "differ in")
		for _, r := range c.Agreements {
			text := r.Where
			if r.Text != textPublic {
				text = "exists, text not public"
			}
			words := collect(r.Words, func(w PartyWord) string { return w.Name + ": " + w.State })
			versions := collect(r.Versions, func(id DocumentID) string { return fmt.Sprintf("%.12s", id) })
			s.add(r.Sample, string(r.ID), by(string(r.Author), r.AccreditedBy), r.Title, r.Type, r.Signed, r.InForce, text,
				strings.Join(words, "; "), strings.Join(versions, ", "), strings.Join(r.Differ, ", "))
		}
		return s
	},
}

// touchedAgreements are an entry, those that it matches and that match it, and
// the entry that an accession confirms.
func touchedAgreements(v *view, e *entry) (units []string) {
	if e.kind() == KindAccession {
		e = v.docs[e.doc.About()]
	}
	p, ok := predicateOf[*Agreement](e)
	if !ok {
		return nil
	}
	units = []string{string(first(e).id)}
	if other := v.docs[p.Matches]; other.kind() == KindAgreement {
		units = append(units, string(first(other).id))
	}
	for _, version := range versions(e) {
		for _, x := range v.under(citedIn(version.id)) {
			if x.doc.Kind == KindAgreement {
				units = append(units, string(first(x).id))
			}
		}
	}
	return units
}

// entriesBeside are the entries of other parties that an entry matches or that
// match it, and stand; matched is the one that it matches.
func (v *view) entriesBeside(e *entry) (beside []*entry, matched *entry) {
	if other := v.docs[e.doc.Predicate.(*Agreement).Matches]; other.kind() == KindAgreement {
		if matched = standing(first(other)); matched != nil {
			beside = append(beside, matched)
		}
	}
	for _, version := range versions(e) {
		for _, x := range v.under(citedIn(version.id)) {
			if p, ok := x.doc.Predicate.(*Agreement); ok && x.counts() && p.Matches == version.id && x != matched {
				beside = append(beside, x)
			}
		}
	}
	return sorted(beside), matched
}

func fillAgreements(v *view, unit string, t *table) {
	e := v.unitVersion(unit)
	p, ok := predicateOf[*Agreement](e)
	if !ok || v.objective != 0 && !v.touches(p.Objectives) {
		return
	}
	if !v.covers(p.Author) && !slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Participant != "" && v.covers(q.Participant) }) {
		return
	}
	row := &EntryRow{
		Row: Row{Key: string(e.id), Sample: e.sample, Cites: []DocumentID{e.id}, AccreditedBy: v.accreditors(e)},
		ID:  e.id, Author: p.Author, Title: p.Title, Type: p.Type, Signed: p.Signed, InForce: p.InForce, Ended: p.Ended, Text: p.Text, Where: p.Where,
	}
	beside, matched := v.entriesBeside(e)
	for _, other := range beside {
		row.Versions = append(row.Versions, other.id)
		row.Differ = appendNew(row.Differ, p.differences(other.doc.Predicate.(*Agreement))...)
	}
	slices.Sort(row.Differ)
	row.Cites = append(row.Cites, row.Versions...)
	v.takeWords(row, e, p, beside)

	if matched != nil {
		row.count("another party's version")
	} else {
		row.count("agreements", "type: "+p.Type, p.standingOn(v.day))
		if p.Text == textPublic {
			row.count("text public")
		} else {
			row.count("exists, text not public")
		}
	}
	if len(row.Differ) > 0 {
		row.count("versions differ")
	}
	if !p.names(p.Author) {
		row.count("listed by none of its parties")
	}
	t.add(row)
}

// takeWords adds each party's word, and what all of them come to.
func (v *view) takeWords(row *EntryRow, e *entry, p *Agreement, beside []*entry) {
	said := v.partyWords(e)
	everyone := true
	for _, q := range p.Parties {
		word := PartyWord{Name: q.Name, Participant: q.Participant, State: wordNone}
		a := said[q.Participant]
		own := slices.IndexFunc(beside, func(x *entry) bool { return x.doc.Author == q.Participant })
		switch {
		case q.Participant == "":
			word.State = wordOutside
		case q.Participant == p.Author:
			word.State, word.Document = wordFiled, e.id
		case a != nil:
			word.Document = a.id
			word.State = partyState(a, e)
			row.Cites = append(row.Cites, a.id)
		case own >= 0:
			word.State, word.Document = wordVersion, beside[own].id
		}
		if word.State == partyDeclined {
			row.count("declined by a party")
		}
		everyone = everyone && (word.State == wordFiled || word.State == partyConfirmed)
		row.Words = append(row.Words, word)
	}
	if everyone {
		row.count("confirmed by every party")
	}
}

// differences are the fields in which two entries of one agreement differ.
func (p *Agreement) differences(q *Agreement) (fields []string) {
	for _, f := range []struct{ name, one, other string }{
		{"type", p.Type, q.Type}, {"signed", p.Signed, q.Signed}, {"inForce", p.InForce, q.InForce}, {"ended", p.Ended, q.Ended}, {"text", p.Text, q.Text},
		{"parties", p.partyList(), q.partyList()},
	} {
		if f.one != f.other {
			fields = append(fields, f.name)
		}
	}
	return fields
}

func (p *Agreement) partyList() string {
	list := collect(p.Parties, func(q Party) string {
		if q.Participant != "" {
			return string(q.Participant)
		}
		return quote(q.Name)
	})
	slices.Sort(list)
	return strings.Join(list, " ")
}

// standingOn is whether the agreement is in force on a day.
func (p *Agreement) standingOn(day string) string {
	switch {
	case p.Ended != "" && p.Ended <= day:
		return "ended"
	case p.InForce == "" || ifStated(p.InForce) > day:
		return "not in force"
	}
	return "in force"
}
