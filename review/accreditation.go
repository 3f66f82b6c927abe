package review

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"stocktake/review/compact"
	"stocktake/signing"
)

// An author whom the charter does not list takes part while an accreditor of
// the charter answers for it. One accreditor suffices, none can exclude.
//
//	ngo ── accreditation{a.voice, key K} ──▶ K signs for a.voice
//	academy ── accreditation{a.voice, key K} ──▶ either suffices
//	ngo ── withdrawal ──▶ a.voice goes on by the academy's word
//
// Everything takes effect from filing times on, in their order, ties by ID.
// ACCREDITATION.md has the rules.

// accreditedPrefix begins the ID of every accredited author and, since it has a
// dot, of no participant of a charter.
const accreditedPrefix = "a."

// kindProtected is an author for whose key an accreditor vouches without
// naming the person.
const kindProtected = "protected-author"

// Why an accreditation has no effect.
const (
	codeNotAccreditor = "not-an-accreditor"
	codeScope         = "accreditor-scope"
	codeCap           = "accreditor-cap"
	codeAuthorTaken   = "author-taken"
)

// accreditor is a charter's entry with when it holds.
type accreditor struct {
	Accreditor
	span
}

// accreditation is an accreditor's word that took effect.
type accreditation struct {
	*Accreditation
	id    DocumentID
	span  span
	ended DocumentID // the withdrawal that ended it
}

// takingBack is a withdrawal by its subject and author.
type takingBack struct {
	of DocumentID
	by ParticipantID
}

// early is a withdrawal that was filed before what it takes back.
type early struct {
	id DocumentID
	at time.Time
}

func isAccreditedID(s string) bool {
	name, ok := strings.CutPrefix(s, accreditedPrefix)
	return ok && len(name) >= 2 && isName(name) && len(s) <= 40
}

// Accredited is whether an ID is one of authors whom a charter does not list.
func (p ParticipantID) Accredited() bool { return isAccreditedID(string(p)) }

// Valid is whether an ID may be a participant's or an accredited author's.
func (p ParticipantID) Valid() bool { return isListedID(string(p)) || p.Accredited() }

// Vouched is whether an accreditor vouches for this author without naming it.
func (p Participant) Vouched() bool { return p.Kind == kindProtected }

func (p *Accreditation) check(r *Refusal) {
	switch vouched := p.Type == kindProtected; {
	case vouched && p.Name != "":
		r.add("/name", "name-of-protected")
	case !vouched && p.Name == "":
		r.add("/name", "name-missing")
	}
	checkLetters(r, "/name", p.Name)
	if isInventedCountry(p.Country) && !p.Sample {
		r.add("/country", "unknown-country", "value", quote(p.Country))
	}
	if p.Until != "" && p.Created != "" && p.Until <= p.Created {
		r.add("/until", "ends-before-it-begins", "from", p.Created)
	}
	if state, ok := compact.Country(strings.ToUpper(strings.TrimPrefix(string(p.Participant), accreditedPrefix))); ok {
		r.add("/participant", "names-a-state", "name", state.Name)
	}
	for _, state := range compact.Countries() {
		if p.Name != "" && bareName(p.Name) == bareName(state.Name) {
			r.add("/name", "names-a-state", "name", state.Name)
		}
	}
}

// author is the new author as a charter would list it.
func (p *Accreditation) author(sample bool) Participant {
	name := p.Name
	if name == "" {
		name = string(p.Participant) // its pseudonym
	}
	return Participant{ID: p.Participant, Kind: p.Type, Name: name, Country: p.Country, Region: p.Region,
		Sample: p.Sample || sample, Keys: []Key{{Key: p.Key, Role: roleAuthor}}}
}

// admits is whether an entry's scope has room for such an author at all. A
// country that was in the region on any day will do.
func (a Accreditor) admits(p *Accreditation) bool {
	if !slices.Contains(a.Kinds, p.Type) {
		return false
	}
	code, regional := strings.CutPrefix(a.Scope, "region:")
	if !regional || p.Region == code {
		return true
	}
	region, _ := compact.Region(code)
	return p.Country != "" && slices.ContainsFunc(region.Members, func(m compact.Membership) bool { return m.ISO3 == p.Country })
}

// accreditorsOf are the charter's entries with when each holds. No charter
// reaches back: what it adds or ends, it adds or ends from its own filing on.
func (c *Chain) accreditorsOf(charter *Charter, filed time.Time) []accreditor {
	var all []accreditor
	for _, entry := range charter.Accreditors {
		a := accreditor{Accreditor: entry}
		i := slices.IndexFunc(c.accreditors, func(was accreditor) bool { return was.same(entry) })
		if i < 0 {
			a.span = heldSpan(entry.From, entry.Until, filed)
		} else {
			a.span = c.accreditors[i].closed(c.accreditors[i].Until, entry.Until, filed)
		}
		all = append(all, a)
	}
	return all
}

// same is whether two entries are one, which may have been closed.
func (a Accreditor) same(b Accreditor) bool {
	return a.Participant == b.Participant && a.Scope == b.Scope && slices.Equal(a.Kinds, b.Kinds) && a.Cap == b.Cap && a.From == b.From
}

// entriesFor are a participant's entries as an accreditor at a time; of the
// zero time, which is none, at any.
func (c *Chain) entriesFor(id ParticipantID, at time.Time) (entries []Accreditor) {
	for _, a := range c.accreditors {
		if a.Participant == id && (at.IsZero() || a.covers(at)) {
			entries = append(entries, a.Accreditor)
		}
	}
	return entries
}

func (p *Accreditation) relate(c *Chain, d, _ *Document, _ finder) Refusal {
	if r, decided := c.changes.of[d.ID]; decided {
		return r
	}
	return c.accreditationFaults(d, c.claimed(p))
}

// accreditationFaults is why an accreditation that is filed at a time has no
// effect. At the zero time, which is none, neither caps nor dates are asked.
func (c *Chain) accreditationFaults(d *Document, at time.Time) Refusal {
	p := d.Predicate.(*Accreditation)
	entries := c.entriesFor(p.Author, at)
	if len(entries) == 0 {
		return Refusal{*refuse("/author", codeNotAccreditor, "author", string(p.Author))}
	}
	fitting := slices.DeleteFunc(slices.Clone(entries), func(a Accreditor) bool { return !a.admits(p) })
	if len(fitting) == 0 {
		return Refusal{*refuse("/type", codeScope, "author", string(p.Author), "allowed", scopesInWords(entries))}
	}
	key, _ := signing.ParseDocumentKeyBase64(p.Key)
	known, bound := c.participants[p.Participant]
	owner, taken := c.keys[key]
	switch {
	case bound && owner.owner != p.Participant:
		return Refusal{*refuse("/key", codeAuthorTaken, "participant", string(p.Participant))}
	case bound && known.Kind != p.Type:
		return Refusal{*refuse("/type", codeAuthorTaken, "participant", string(p.Participant), "type", known.Kind)}
	case !bound && (taken || c.changes.reserved[key] != ""):
		return Refusal{*refuse("/key", "key-taken")}
	}
	if len(c.vouching[p.Author]) >= maxAccreditations {
		return Refusal{*refuse("", "too-many-accreditations", "author", string(p.Author), "limit", strconv.Itoa(maxAccreditations))}
	}
	if at.IsZero() {
		return nil
	}
	for _, entry := range fitting {
		if c.accreditedBy(entry, p.Participant, at) < entry.Cap {
			return nil
		}
	}
	return Refusal{*refuse("", codeCap, "author", string(p.Author), "limit", strconv.Itoa(fitting[0].Cap))}
}

// claimed is the time at which the door takes an accreditation to be filed: it
// knows none, so its author's own, but not before the accreditor's last.
func (c *Chain) claimed(p *Accreditation) time.Time {
	at, _ := parseInstant(p.Created)
	for _, a := range c.vouching[p.Author] {
		at = later(at, a.span.from)
	}
	return at
}

// accreditedBy is how many authors besides one an accreditor answers for at a
// time when an entry of its holds, of those that the entry admits.
func (c *Chain) accreditedBy(entry Accreditor, besides ParticipantID, at time.Time) int {
	authors := map[ParticipantID]bool{}
	for _, a := range c.vouching[entry.Participant] {
		if a.Participant != besides && a.span.covers(at) && entry.admits(a.Accreditation) {
			authors[a.Participant] = true
		}
	}
	return len(authors)
}

// answers is whether an accreditor answers for an author at a time: it takes
// part itself and may accredit, and did not take its word back.
func (c *Chain) answers(a *accreditation, at time.Time) bool {
	return a.span.covers(at) && c.spans[a.Author].covers(at) &&
		slices.ContainsFunc(c.entriesFor(a.Author, at), func(e Accreditor) bool { return e.admits(a.Accreditation) })
}

// takesPart is whether what an author files at a time may count.
func (c *Chain) takesPart(id ParticipantID, at time.Time) bool {
	if id.Accredited() {
		return slices.ContainsFunc(c.accredited[id], func(a *accreditation) bool { return c.answers(a, at) })
	}
	return c.spans[id].covers(at)
}

// accredit gives an accreditation effect from its filing time on. c is the
// caller's own; the faults are kept for labels.
func (c *Chain) accredit(d *Document, by signing.DocumentKey, filed time.Time) (effect bool) {
	p := d.Predicate.(*Accreditation)
	faults := c.misplaced(d)
	if faults == nil {
		faults = c.accreditationFaults(d, filed)
	}
	if c.changes.of[d.ID] = faults; len(faults) > 0 {
		return false
	}
	c.changes.by[d.ID] = by
	a := &accreditation{Accreditation: p, id: d.ID, span: span{from: filed}}
	a.span.until, _ = parseInstant(p.Until)
	if _, bound := c.participants[p.Participant]; !bound {
		key, _ := signing.ParseDocumentKeyBase64(p.Key)
		c.participants[p.Participant] = p.author(c.participants[p.Author].Sample)
		c.keys[key] = keyEntry{owner: p.Participant, role: roleAuthor, by: d.ID}
	}
	c.accredited[p.Participant] = append(c.accredited[p.Participant], a)
	c.vouching[p.Author] = append(c.vouching[p.Author], a)
	if back, ok := c.early[takingBack{d.ID, p.Author}]; ok {
		a.end(back.id, later(back.at, filed.Add(-time.Second)))
	}
	return true
}

// misplaced is why a document that changes who may speak is none, whoever
// signs it: it is about no charter of this federation, or replaces another.
func (c *Chain) misplaced(d *Document) Refusal {
	if _, ok := c.Charter(d.About()); !ok {
		return Refusal{*refuse("/about", "charter-not-in-force", "id", string(d.About()))}
	}
	return c.supersession(d, nil)
}

// unaccredit ends an accreditation that its accreditor takes back, with the
// second in which that was filed.
func (c *Chain) unaccredit(d *Document, by signing.DocumentKey, filed time.Time) (effect bool) {
	c.changes.of[d.ID] = nil // settled, whatever it ends
	if p := d.Predicate.(*Withdrawal); p.Erase || p.partial() || d.Supersedes != "" {
		return false
	}
	words := c.vouching[d.Author]
	i := slices.IndexFunc(words, func(a *accreditation) bool { return a.id == d.About() && a.ended == "" })
	if i < 0 {
		if of := (takingBack{d.About(), d.Author}); c.early[of].id == "" {
			c.early[of] = early{d.ID, filed}
		}
		return false
	}
	c.changes.by[d.ID] = by
	words[i].end(d.ID, filed)
	return true
}

// end ends an accreditation by a withdrawal, with the second in which that was
// filed; at the zero time nothing ends.
func (a *accreditation) end(by DocumentID, filed time.Time) {
	a.ended = by
	if until := filed.Add(time.Second); !filed.IsZero() && (a.span.until.IsZero() || until.Before(a.span.until)) {
		a.span.until = until
	}
}

// decide gives a document that changes who may speak its effect, if it has one;
// about is its subject, nil if that is not here.
func (c *Chain) decide(d, about *Document, key signing.DocumentKey, filed time.Time) (effect bool) {
	switch d.Kind {
	case KindAccreditation:
		return c.accredit(d, key, filed)
	case KindWithdrawal:
		return c.unaccredit(d, key, filed)
	}
	return c.change(d, about, key, filed)
}

func scopesInWords(entries []Accreditor) string {
	return strings.Join(collect(entries, func(a Accreditor) string { return strings.Join(a.Kinds, ", ") + " (" + a.Scope + ")" }), "; ")
}

// unaccredits is whether a document takes an accreditation back.
func (r *Reading) unaccredits(d *Document) bool {
	of := r.docs[d.About()]
	return d.Kind == KindWithdrawal && of != nil && of.doc != nil && of.doc.Kind == KindAccreditation
}

// AccreditedTypes are the types of author that may be accredited.
func AccreditedTypes() []string {
	return slices.Clone(schemas()[KindAccreditation].fields.Properties["type"].Enum)
}
