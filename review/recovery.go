package review

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"stocktake/signing"
)

// A participant that lost its keys gets new ones from its guardians.
//
//	guardian ── recover{participant, keys} ── seconded by others ──▶ m of n
//	        ──▶ wait: the participant may contest ──▶ the old keys end, the new begin
//
// The wait begins with the filing time of the m-th voice, and nothing but filing
// times is compared with its end. Any key that the participant still has stops
// a recovery for good. KEYS.md has the rules.

// recovery is a guardian's proposal, as far as it has come.
type recovery struct {
	id          DocumentID
	proposal    *KeyChange
	at          time.Time
	guardians   guardianTerm // when it was proposed
	root, key   signing.DocumentKey
	agreed      time.Time // when enough had seconded it
	effect      time.Time
	carried     bool // enough have; agreed is zero where no time is known
	lapsed      bool // its guardians were replaced before it took effect
	applied     bool
	contestedBy DocumentID
}

func recovers(d *Document) bool {
	p, ok := d.Predicate.(*KeyChange)
	return ok && p.Action == actionRecover
}

// seconds is whether a document is a guardian's voice about a recovery.
func seconds(d *Document) bool {
	p, ok := d.Predicate.(*Accession)
	return ok && p.Role == accessionGuard
}

// about is the kind of document that a change of keys is about.
func (p *KeyChange) about() Kind {
	if p.Action == actionContest {
		return KindKey
	}
	return KindCharter
}

// recoveryFaults is why a recovery may not be proposed at a time.
func (c *Chain) recoveryFaults(p *KeyChange, at time.Time) Refusal {
	term, ok := c.guardiansAt(p.Participant, at)
	switch {
	case !ok:
		return Refusal{*refuse("/participant", "no-guardians", "participant", string(p.Participant))}
	case !term.guardians.has(p.Author):
		return Refusal{c.noGuardian(p.Author, p.Participant, term.guardians)}
	}
	var r Refusal
	for _, k := range []struct{ pointer, key, role string }{{"/key", p.Key, roleAuthor}, {"/root", p.Root, roleRoot}} {
		key, _ := signing.ParseDocumentKeyBase64(k.key)
		kept := c.changes.reserved[key]
		if k.key != "" && (kept != "" && kept != p.Participant || c.taken(key, p.Participant, k.role)) {
			r.add(k.pointer, "key-taken")
		}
	}
	return r
}

func (c *Chain) noGuardian(author, of ParticipantID, g *Guardians) FieldError {
	names := strings.Join(collect(g.Participants, func(p ParticipantID) string { return string(p) }), ", ")
	return *refuse("/author", "no-guardian", "author", string(author), "participant", string(of), "guardians", names)
}

// secondFaults is why an accession is no guardian's voice.
func (c *Chain) secondFaults(p *Accession, about *Document) Refusal {
	if !recovers(about) {
		return Refusal{*refuse("/about", "not-a-recovery")}
	}
	of := about.Predicate.(*KeyChange).Participant
	if c.guards(p.Author, of) {
		return nil
	}
	if now, ok := c.guardiansAt(of, time.Time{}); ok {
		return Refusal{c.noGuardian(p.Author, of, now.guardians)}
	}
	return Refusal{*refuse("/about", "no-guardians", "participant", string(of))}
}

// contestFaults is why a contest stops nothing.
func (c *Chain) contestFaults(p *KeyChange, about *Document, at time.Time) Refusal {
	if !recovers(about) {
		return Refusal{*refuse("/about", "not-a-recovery")}
	}
	if of := about.Predicate.(*KeyChange).Participant; of != p.Author {
		return Refusal{*refuse("/about", "not-your-recovery", "of", string(of))}
	}
	if r := c.changes.recoveries[about.ID]; r != nil && r.applied && !at.IsZero() && !at.Before(r.effect) {
		return Refusal{*refuse("/about", "recovery-in-force", "since", instant(r.effect))}
	}
	return nil
}

// propose takes a recovery in. Its keys are kept for recoveries of its
// participant: whoever reads them here could otherwise put them in another place
// before it takes effect.
func (c *Chain) propose(d *Document, filed time.Time) {
	p := d.Predicate.(*KeyChange)
	r := &recovery{id: d.ID, proposal: p, at: filed, contestedBy: c.changes.contests[d.ID]}
	r.guardians, _ = c.guardiansAt(p.Participant, filed)
	r.key, _ = signing.ParseDocumentKeyBase64(p.Key)
	r.root, _ = signing.ParseDocumentKeyBase64(p.Root)
	for _, key := range []signing.DocumentKey{r.key, r.root} {
		if key != "" {
			c.changes.reserved[key] = p.Participant
		}
	}
	c.changes.recoveries[d.ID] = r
	c.voice(d.ID, p.Author, filed)
}

// second takes a guardian's voice in, which may be dated before the recovery.
func (c *Chain) second(d, about *Document, key signing.DocumentKey, filed time.Time) (effect bool) {
	p := d.Predicate.(*Accession)
	if p.Decision == decisionDeclined || len(c.secondFaults(p, about)) > 0 {
		return false
	}
	c.changes.by[d.ID] = key
	c.voice(about.ID, p.Author, filed)
	return true
}

func (c *Chain) voice(of DocumentID, guardian ParticipantID, filed time.Time) {
	voices := c.changes.voices[of]
	if voices == nil {
		voices = map[ParticipantID]time.Time{}
		c.changes.voices[of] = voices
	}
	if _, ok := voices[guardian]; !ok {
		voices[guardian] = filed
	}
}

// contest stops a recovery that is not in force, one that is dated later too.
func (c *Chain) contest(d *Document) {
	if _, before := c.changes.contests[d.About()]; before {
		return
	}
	c.changes.contests[d.About()] = d.ID
	if r := c.changes.recoveries[d.About()]; r != nil {
		r.contestedBy = d.ID
	}
}

// voicesFor are the guardians who are for a recovery, with when that was filed, in
// that order. One whose set was replaced by then is none.
func (c *Chain) voicesFor(r *recovery) (all []voice) {
	for _, g := range r.guardians.guardians.Participants {
		at, ok := c.changes.voices[r.id][g]
		if at = later(at, r.at); ok && r.guardians.covers(at) {
			all = append(all, voice{g, at})
		}
	}
	slices.SortStableFunc(all, func(a, b voice) int { return a.at.Compare(b.at) })
	return all
}

type voice struct {
	guardian ParticipantID
	at       time.Time
}

// countVoices dates the recoveries that enough guardians have seconded by now.
func (c *Chain) countVoices() {
	for _, r := range c.changes.recoveries {
		if r.carried {
			continue
		}
		all, needed := c.voicesFor(r), r.guardians.guardians.Threshold
		if len(all) < needed {
			continue
		}
		r.carried, r.agreed = true, all[needed-1].at
		if !r.agreed.IsZero() {
			r.effect = r.agreed.Add(r.guardians.guardians.period())
			r.lapsed = !r.guardians.covers(r.effect)
		}
	}
}

// recoverUpTo gives effect to the recoveries that reach it by a time, in order.
func (c *Chain) recoverUpTo(t time.Time) (any bool) {
	var due []*recovery
	for _, r := range c.changes.recoveries {
		if r.carried && !r.settled() && !r.effect.After(t) {
			due = append(due, r)
		}
	}
	slices.SortFunc(due, func(a, b *recovery) int {
		return cmp.Or(a.effect.Compare(b.effect), strings.Compare(string(a.id), string(b.id)))
	})
	for _, r := range due {
		c.recover(r)
	}
	return len(due) > 0
}

// recover ends the keys of the roles that a recovery is for and begins the new
// ones. Keys that came later, by a charter or because they begin later, stay,
// and so do those of offices.
func (c *Chain) recover(r *recovery) {
	r.applied = true
	lost := map[string]bool{roleRoot: r.root != "", roleAuthor: r.key != ""}
	for key, e := range c.keys {
		new := !r.effect.IsZero() && (!e.since.Before(r.effect) || !e.span.from.Before(r.effect))
		if e.owner == r.proposal.Participant && e.holder == "" && e.ended == "" && lost[e.role] && !new && key != r.root && key != r.key {
			c.end(key, r.id, r.effect)
		}
	}
	for _, k := range []struct {
		key  signing.DocumentKey
		role string
	}{{r.root, roleRoot}, {r.key, roleAuthor}} {
		if k.key != "" {
			c.begin(k.key, keyEntry{owner: r.proposal.Participant, role: k.role, span: span{from: r.effect}, by: r.id})
		}
	}
}

// settled is whether it has come to an end, or nothing but a contest may
// change what becomes of it.
func (r *recovery) settled() bool { return r.applied || r.lapsed || r.contestedBy != "" }

// Recovery is how far guardians have come in giving a participant new keys.
type Recovery struct {
	ID          DocumentID      `json:"id"`
	Participant ParticipantID   `json:"participant"`
	Root        string          `json:"root,omitempty"`   // fingerprint of the new root key
	Author      string          `json:"author,omitempty"` // fingerprint of the new author key
	Guardians   []ParticipantID `json:"guardians"`
	Needed      int             `json:"needed"`
	Seconded    []ParticipantID `json:"seconded"`            // in the order in which that was filed, the proposer among them
	Effect      string          `json:"effect,omitempty"`    // RFC 3339: until then it may be contested, from then on the new keys sign; "" while too few have seconded it
	Contested   DocumentID      `json:"contested,omitempty"` // the participant's word that ended it
}

// Recovery is how far a recovery of keys has come, if that is what the document
// is and a guardian proposed it.
func (c *Chain) Recovery(id DocumentID) (Recovery, bool) {
	r, ok := c.changes.recoveries[id]
	if !ok {
		return Recovery{}, false
	}
	public := Recovery{
		ID: id, Participant: r.proposal.Participant, Guardians: slices.Clone(r.guardians.guardians.Participants), Needed: r.guardians.guardians.Threshold,
		Seconded: []ParticipantID{}, Contested: r.contestedBy,
	}
	if r.root != "" {
		public.Root = r.root.Fingerprint()
	}
	if r.key != "" {
		public.Author = r.key.Fingerprint()
	}
	for _, v := range c.voicesFor(r) {
		public.Seconded = append(public.Seconded, v.guardian)
	}
	if !r.lapsed {
		public.Effect = instant(r.effect)
	}
	return public, true
}

// Proposed is the recovery of keys that a payload proposes, before anything is
// known of its filing; ok is false if it is none that its author may propose.
func (c *Chain) Proposed(payload []byte) (r Recovery, ok bool) {
	d, err := Parse(payload)
	if err != nil || !recovers(d) {
		return Recovery{}, false
	}
	n := c.unchanged()
	n.propose(d, time.Time{})
	if of := n.changes.recoveries[d.ID]; of.guardians.guardians == nil || !of.guardians.guardians.has(d.Author) {
		return Recovery{}, false
	}
	return n.Recovery(d.ID)
}

// Recoveries are the recoveries of a participant's keys that it did not contest,
// by ID.
func (c *Chain) Recoveries(p ParticipantID) (all []Recovery) {
	for id, r := range c.changes.recoveries {
		if r.proposal.Participant == p && r.contestedBy == "" {
			shown, _ := c.Recovery(id)
			all = append(all, shown)
		}
	}
	slices.SortFunc(all, func(a, b Recovery) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

// labelRecoveries says of the recoveries that hold how far they came by the
// cut-off.
func (r *Reading) labelRecoveries() {
	for id, c := range r.chain.changes.recoveries {
		e := r.docs[id]
		stopped := r.docs[c.contestedBy]
		switch {
		case e == nil || e.code != "":
		case stopped != nil && stopped.code == "":
			e.own().recovery, e.own().contested = ReasonContested, stopped.id
		case !c.carried || c.lapsed || c.agreed.After(r.cutoff):
			e.own().recovery = ReasonSeconding
		case c.effect.After(r.cutoff):
			e.own().recovery = ReasonUnderWay
		}
	}
}
