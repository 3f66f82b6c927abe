package review

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"stocktake/review/compact"
	"stocktake/signing"
)

// The filing door. What it asks of a document is two questions: may this key
// speak for this author (authority), and may this author say this about that
// (relation, supersession). The same functions decide later, over a whole
// snapshot, what counts; the door only tells people sooner. It knows no time:
// a key's from and until are compared with the filing time, which comes later.

// Lookup finds documents by ID: those that a node holds, or those of a
// snapshot that hold.
type Lookup interface {
	Document(id DocumentID) (*Document, bool)
}

// Admit is whether a document signed by key may be filed: nil or a [Refusal].
func Admit(chain *Chain, d *Document, key signing.DocumentKey, l Lookup) error {
	if !d.Known {
		return Refusal{*refuse("", "not-understood", "type", quote(d.Type))}
	}
	find := chain.first(l.Document)
	for _, r := range []Refusal{chain.authority(d, key), chain.relation(d, find), chain.supersession(d, find), citationFaults(d, find)} {
		if len(r) > 0 {
			return r
		}
	}
	return nil
}

// finder is a Lookup as a function.
type finder func(DocumentID) (*Document, bool)

// first answers for the federation's charters, which need no record, and asks
// find for the rest.
func (c *Chain) first(find finder) finder {
	return func(id DocumentID) (*Document, bool) {
		if d, ok := c.Charter(id); ok {
			return d, true
		}
		return find(id)
	}
}

// authority is why a key may not speak for a document's author, at any time.
func (c *Chain) authority(d *Document, key signing.DocumentKey) Refusal {
	if d.Federation != c.genesis && d.ID != c.genesis {
		return Refusal{*refuse("/federation", "wrong-federation", "want", string(c.genesis))}
	}
	if _, ok := c.participants[d.Author]; !ok && d.Author.Accredited() {
		return Refusal{*refuse("/author", "unknown-author", "accredit", string(d.Author))}
	} else if !ok {
		return Refusal{*refuse("/author", "unknown-author", "author", string(d.Author))}
	}
	owner, role, ok := c.KeyOwner(key)
	switch {
	case !ok:
		return Refusal{*refuse("", "key-unknown", "key", key.Fingerprint()[:16], "author", string(d.Author))}
	case owner != d.Author:
		return Refusal{*refuse("/author", "key-not-authors", "owner", string(owner), "author", string(d.Author))}
	}
	if p, ok := d.Predicate.(*KeyChange); ok {
		return c.keyAuthority(p, key)
	}
	if e := c.keys[key]; e.holder != "" && d.Kind != KindReceipt && !slices.Contains(e.kinds, d.Kind) {
		return Refusal{*refuse("", codeDelegated, "holder", quote(e.holder), "allowed", kindList(e.kinds), "kind", string(d.Kind), "author", string(d.Author))}
	}
	want := roleAuthor
	switch d.Kind {
	case KindOpening:
		want = roleRoot
	case KindRefusal:
		want = roleClerk
	}
	if role != want && d.Kind != KindReceipt && d.Kind != KindFork { // their evidence is in the notes: any key will do
		return Refusal{*refuse("", "key-role", "role", role, "kind", string(d.Kind), "want", want)}
	}
	return nil
}

// relation is why a document may not say what it says about its subject.
func (c *Chain) relation(d *Document, find finder) Refusal {
	if d.Kind == KindCharter {
		if _, ok := c.Charter(d.ID); ok {
			return nil
		}
		return c.succession(d)
	}
	if d.Kind == KindRefusal { // what was refused may be filed nowhere
		return nil
	}
	about, ok := find(d.About())
	if !ok {
		return Refusal{*refuse("/about", "dangling", "id", string(d.About()))}
	}
	if want := schemas()[d.Kind].fields.About; len(want) > 0 && !slices.Contains(want, string(about.Kind)) {
		return Refusal{*refuse("/about", "wrong-subject", "kind", string(d.Kind), "allowed", strings.Join(want, " or "), "value", kindName(about))}
	}
	if _, ok := c.Charter(about.ID); about.Kind == KindCharter && d.Kind != KindAccession && !ok {
		return Refusal{*refuse("/about", "charter-not-in-force", "id", string(about.ID))}
	}
	if p, ok := d.Predicate.(relater); ok {
		return p.relate(c, d, about, find)
	}
	return nil
}

func kindName(d *Document) string {
	if d.Kind == "" {
		return "document that this version does not understand"
	}
	return string(d.Kind)
}

// What an accession accedes to, and what it decides.
const (
	accessionMember  = "member"
	accessionRound   = "round"
	accessionParty   = "party"
	accessionJoins   = "framework"
	accessionConsent = "reviewed"
	accessionTeam    = "team"
	accessionGuard   = "guardian"
	accessionAgrees  = "agreement"
	decisionDeclined = "declined"
)

func (p *Accession) relate(c *Chain, _, about *Document, _ finder) Refusal {
	if want := accededTo(p.Role); about.Kind != want {
		return Refusal{*refuse("/role", "role-and-subject", "role", p.Role, "want", string(want), "value", kindName(about))}
	}
	if p.Author.Accredited() && (about.Kind == KindCharter || about.Kind == KindKey) {
		return Refusal{*refuse("/role", "no-voice", "author", string(p.Author))}
	}
	switch p.Role {
	case accessionGuard:
		return c.secondFaults(p, about)
	case accessionParty:
		pledge := about.Predicate.(*Pledge)
		if !namesParty(pledge, p.Author) {
			return Refusal{*refuse("/about", "not-a-party", "author", string(p.Author))}
		}
	case accessionAgrees:
		if !about.Predicate.(*Agreement).names(p.Author) {
			return Refusal{*refuse("/about", "not-in-the-agreement", "author", string(p.Author))}
		}
	case accessionJoins:
		if p.Author == about.Author {
			return Refusal{*refuse("/about", "own-framework")}
		}
	case accessionConsent, accessionTeam:
		return joinFaults(p, about.Predicate.(*Mandate))
	case accessionRound:
		if _, ok := c.rounds[p.Round]; !ok {
			return Refusal{c.unknownRound(p.Round)}
		}
	}
	return nil
}

// accededTo is the kind of document that an accession of a role is about.
func accededTo(role string) Kind {
	switch role {
	case accessionParty:
		return KindPledge
	case accessionAgrees:
		return KindAgreement
	case accessionJoins:
		return KindFramework
	case accessionGuard:
		return KindKey
	case accessionConsent, accessionTeam:
		return KindMandate
	}
	return KindCharter
}

// withdrawable is whether an accession is about a commitment of its author,
// which it may take back.
func withdrawable(p *Accession) bool {
	return p != nil && (p.Role == accessionParty || p.Role == accessionJoins)
}

func namesParty(p *Pledge, id ParticipantID) bool {
	return slices.ContainsFunc(p.Parties, func(q Party) bool { return q.Participant == id })
}

func (c *Chain) unknownRound(round string) FieldError {
	charter, _ := c.InForce()
	var known []string
	for _, r := range charter.Rounds {
		known = append(known, r.ID)
	}
	return *refuse("/round", "unknown-round", "round", quote(round), "known", clip(strings.Join(known, ", ")))
}

func (c *Chain) roundFaults(round string) Refusal {
	if _, ok := c.rounds[round]; round != "" && !ok {
		return Refusal{c.unknownRound(round)}
	}
	return nil
}

// relate lets a named party report: whether it has acceded is asked of
// the whole snapshot, since its accession may come by another way.
func (p *Report) relate(c *Chain, _, about *Document, _ finder) Refusal {
	pledge := about.Predicate.(*Pledge)
	if p.Author != pledge.Author && !namesParty(pledge, p.Author) {
		return Refusal{*refuse("/about", "not-your-pledge", "pledgor", string(pledge.Author))}
	}
	r := c.roundFaults(p.Round)
	for i, s := range p.Milestones {
		if !slices.ContainsFunc(pledge.Milestones, func(m Milestone) bool { return m.ID == s.ID }) {
			r.add("/milestones/"+strconv.Itoa(i)+"/id", "unknown-milestone", "milestone", quote(s.ID))
		}
	}
	return append(r, valueFaults(p.Values, pledge)...)
}

// valueFaults are figures for what a pledge does not aim at.
func valueFaults(values []Value, pledge *Pledge) (r Refusal) {
	for i, v := range values {
		at := "/values/" + strconv.Itoa(i) + "/target"
		switch {
		case pledge == nil:
			r.add(at, "no-pledge-assessed")
		case !slices.ContainsFunc(pledge.Targets, func(t Target) bool { return t.ID == v.Target }):
			r.add(at, "unknown-target", "target", quote(v.Target))
		}
	}
	return r
}

// The kinds of participant that rules tell apart.
const (
	kindState        = "state"
	kindPublicAgency = "public-agency"
	kindRegionalBody = "regional-body"
	kindUNEntity     = "un-entity"
	kindExperts      = "expert-mission"
)

// The types of assessment.
const (
	assessmentSelf     = "self"
	assessmentRegional = "regional"
	assessmentPeer     = "peer-review"
	assessmentExpert   = "expert-review"
	assessmentJoint    = "joint-assessment"
	assessmentShadow   = "shadow"
)

func (p *Assessment) relate(c *Chain, _, about *Document, find finder) Refusal {
	pledge, _ := about.Predicate.(*Pledge)
	if pledge != nil && p.About != "" && p.About != pledge.Author {
		return Refusal{*refuse("/participant", "not-the-pledgor", "pledgor", string(pledge.Author))}
	}
	assessed := assessedBy(p, about)
	subject, listed := c.participants[assessed]
	if assessed != "" && !listed {
		return Refusal{*refuse("/participant", "unknown-participant", "participant", string(assessed))}
	}
	author := c.participants[p.Author]
	switch p.Type {
	case assessmentSelf:
		if assessed != p.Author {
			return Refusal{*refuse("/participant", "not-yourself", "author", string(p.Author))}
		}
	case assessmentRegional:
		if r := c.regionalFaults(p, author, subject, listed); len(r) > 0 {
			return r
		}
	case assessmentPeer, assessmentExpert, assessmentJoint:
		if r := c.mandateFaults(p, assessed, find); len(r) > 0 {
			return r
		}
	case assessmentShadow:
		switch {
		case author.Kind == kindState || author.Kind == kindPublicAgency:
			return Refusal{*refuse("/type", "shadow-by-state", "kind", author.Kind)}
		case assessed == "":
			return Refusal{*refuse("/participant", "nobody-assessed")}
		case assessed == p.Author:
			return Refusal{*refuse("/participant", "shadow-of-oneself")}
		}
	}
	if pledge != nil || about.Kind != KindPledge { // of a pledge that was erased no target is known
		if r := valueFaults(p.Values, pledge); len(r) > 0 {
			return r
		}
	}
	return append(c.consultationFaults(p), c.roundFaults(p.Round)...)
}

// assessedBy is the participant that an assessment is about: the one that it
// names, else the pledgor, else, of a self-assessment, its author; "" for a
// region as a whole.
func assessedBy(p *Assessment, about *Document) ParticipantID {
	switch {
	case p.About != "":
		return p.About
	case about.Kind == KindPledge:
		return about.Author
	case p.Type == assessmentSelf:
		return p.Author
	}
	return ""
}

// regionalFaults keeps a regional body to its region. Membership on any day
// will do: an assessment may look back. An invented body has no region of the
// compact and keeps to invented participants.
func (c *Chain) regionalFaults(p *Assessment, author, subject Participant, listed bool) Refusal {
	if author.Kind != kindRegionalBody && author.Kind != kindUNEntity {
		return Refusal{*refuse("/type", "not-a-regional-body", "kind", author.Kind)}
	}
	if author.Region == "" && author.Sample && (!listed || subject.Sample) {
		return nil
	}
	_, ok := compact.Region(author.Region)
	switch {
	case !ok:
		return Refusal{*refuse("/type", "convenes-no-region", "author", string(author.ID))}
	case p.Region != "" && p.Region != author.Region:
		return Refusal{*refuse("/region", "not-your-region", "region", author.Region)}
	case listed && !c.everIn(author.Region, subject.ID):
		return Refusal{*refuse("/participant", "not-in-your-region", "participant", string(subject.ID), "region", author.Region)}
	}
	return nil
}

// The types of comment that rules tell apart.
const (
	commentQuestion       = "question"
	commentRecommendation = "recommendation"
	commentEndorsement    = "endorsement"
	commentChallenge      = "challenge"
	commentCorrection     = "correction"
	commentConcurrence    = "concurrence"
	commentDissent        = "dissent"
	commentOpposition     = "opposition"
)

// ofOthers are the types of comment that nobody makes about its own document.
var ofOthers = []string{commentRecommendation, commentEndorsement, commentConcurrence, commentDissent, commentOpposition}

// occasion is why a type of comment that belongs to one occasion may not be
// made about this document. Of a document whose content is gone nothing more
// is asked: nobody unmakes what others said by erasing what they said it about.
func (p *Comment) occasion(c *Chain, about *Document) Refusal {
	a, _ := about.Predicate.(*Assessment)
	switch {
	case about.Predicate == nil:
	case p.Type == commentCorrection && (a == nil || a.Stage != stageDraft):
		return Refusal{*refuse("/about", "not-a-draft-review", "value", kindName(about))}
	case p.Type == commentCorrection && p.Author != a.About:
		return Refusal{*refuse("/author", "not-the-reviewed", "reviewed", string(a.About))}
	case p.Type == commentConcurrence || p.Type == commentDissent:
		return c.consultedFaults(p, a)
	case p.Type == commentOpposition && about.Kind != KindAccreditation:
		return Refusal{*refuse("/about", "not-an-accreditation", "value", kindName(about))}
	}
	return nil
}

func (p *Comment) relate(c *Chain, _, about *Document, _ finder) Refusal {
	if p.Author == about.Author && slices.Contains(ofOthers, p.Type) {
		return Refusal{*refuse("/about", "self-review", "type", p.Type)}
	}
	if r := p.occasion(c, about); len(r) > 0 {
		return r
	}
	if _, ok := c.participants[p.To]; p.To != "" && !ok {
		return Refusal{*refuse("/to", "unknown-participant", "participant", string(p.To))}
	}
	if p.To == p.Author {
		return Refusal{*refuse("/to", "to-oneself")}
	}
	return nil
}

func (p *Response) relate(c *Chain, _, about *Document, find finder) Refusal {
	if !c.addressed(p.Author, about, find) {
		return Refusal{*refuse("/about", "not-addressed", "author", string(p.Author))}
	}
	return nil
}

// addressed is whether a comment or an assessment asks for this participant's
// answer: of a comment, whom it names, else the author of what it is about, a
// named party included; of an assessment, the assessed, or for a whole region
// any of its members.
func (c *Chain) addressed(id ParticipantID, d *Document, find finder) bool {
	about, ok := find(d.About())
	if !ok {
		return false
	}
	switch p := d.Predicate.(type) {
	case *Comment:
		if id == addressee(p, about) {
			return true
		}
		pledge, ok := about.Predicate.(*Pledge)
		return ok && (id == pledge.Author || namesParty(pledge, id))
	case *Assessment:
		if assessed := assessedBy(p, about); assessed != "" {
			return id == assessed
		}
		return c.everIn(p.Region, id)
	case *ProgressReport:
		region, regional := p.region()
		return slices.ContainsFunc(p.Findings, func(f ProgressFinding) bool { return f.Participant == id }) ||
			regional && c.everIn(region, id) || !regional && c.participants[id].Kind == kindState
	}
	return false
}

// everIn is whether a participant's country was a member of a region on any day.
func (c *Chain) everIn(region string, id ParticipantID) bool {
	r, _ := compact.Region(region)
	country := c.participants[id].Country
	return slices.ContainsFunc(r.Members, func(m compact.Membership) bool { return m.ISO3 == country })
}

// addressee is the participant whose answer a comment asks for.
func addressee(p *Comment, about *Document) ParticipantID {
	if p.To != "" {
		return p.To
	}
	return about.Author
}

// relate lets an author take back what it said. An accession to the
// charter stands: who signed into a round is held to it, and what made a
// charter is not unmade. What is attached to a kind that lasts stays with it.
func (p *Withdrawal) relate(_ *Chain, _, about *Document, _ finder) (r Refusal) {
	accession, _ := about.Predicate.(*Accession)
	switch {
	case p.Author != about.Author:
		return Refusal{*refuse("/about", "not-your-document", "author", string(about.Author))}
	case p.partial() && slices.Contains(lasting, about.Kind):
		return Refusal{*refuse("/attachments", "attachments-stay", "kind", kindName(about))}
	case about.Kind != KindAccreditation && slices.Contains(lasting, about.Kind) && !withdrawable(accession):
		return Refusal{*refuse("/about", "cannot-be-withdrawn", "kind", kindName(about))}
	case p.Erase && slices.Contains(lasting, about.Kind):
		return Refusal{*refuse("/erase", "cannot-be-erased", "kind", kindName(about))}
	}
	names := collect(about.Attachments(), func(a Subject) string { return a.Name })
	for i, name := range p.Attachments {
		if !slices.Contains(names, name) {
			r.add("/attachments/"+strconv.Itoa(i), "unknown-attachment", "value", quote(name), "known", clip(cmp.Or(strings.Join(names, ", "), "none")))
		}
	}
	return r
}

// supersession is why a document may not replace the one it names.
func (c *Chain) supersession(d *Document, find finder) Refusal {
	if d.Supersedes == "" {
		return nil
	}
	if slices.Contains(lasting, d.Kind) {
		return Refusal{*refuse("/supersedes", "cannot-supersede", "kind", string(d.Kind))}
	}
	old, ok := find(d.Supersedes)
	switch {
	case !ok:
		return Refusal{*refuse("/supersedes", codeUnknownVersion, "id", string(d.Supersedes))}
	case old.Author != d.Author:
		return Refusal{*refuse("/supersedes", "not-your-document", "author", string(old.Author))}
	case old.Kind != d.Kind:
		return Refusal{*refuse("/supersedes", "other-kind", "kind", string(d.Kind), "value", kindName(old))}
	}
	return nil
}

// citationFaults is why a document may not name the others that it names.
func citationFaults(d *Document, find finder) Refusal {
	var r Refusal
	for _, cited := range citationsOf(d) {
		doc, ok := find(cited.id)
		switch {
		case !ok:
			r.add(cited.pointer, codeUnknownCitation, "id", string(cited.id))
		case len(cited.kinds) > 0 && !slices.Contains(cited.kinds, doc.Kind):
			r.add(cited.pointer, "wrong-citation", "allowed", strings.Join(collect(cited.kinds, func(k Kind) string { return string(k) }), " or "), "value", kindName(doc))
		}
	}
	return r
}

// codeUnknownCitation stops a document at the door only: one that names what is
// not there, or no longer, still says all else.
const codeUnknownCitation = "unknown-citation"

// codeUnknownVersion stops a document at the door only: without the version
// that it replaces, it still stands on its own.
const codeUnknownVersion = "unknown-version"

// CodeErased stops a document at the door of a node that erased it, when its
// author withdrew it.
const CodeErased = "erased"
