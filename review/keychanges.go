package review

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"stocktake/signing"
)

// A participant changes its own keys without an amendment: a key document,
// filed anywhere, works from its filing time on. What was filed before stays
// as valid as it was.
//
//	author K1 ── rotate ──▶ author K2 ── delegate ──▶ Ministry of Labour K3
//	                                  ── revoke by root ──▶ K2 ends, K3 stays
//
// Changes take effect in the order of their filing times, ties by ID. A key
// ends with the second in which its end was filed. Root keys are the charter's,
// or guardians give one: recovery.go. KEYS.md has the rules.

// The actions of a key document.
const (
	actionRotate   = "rotate"
	actionRevoke   = "revoke"
	actionDelegate = "delegate"
	actionRecover  = "recover"
	actionContest  = "contest"
)

// codeDelegated: the key's owner gave it for documents of other kinds.
const codeDelegated = "delegated-kind"

// keyChanges are the key documents of a chain that were decided.
type keyChanges struct {
	of    map[DocumentID]Refusal // nil for those that took effect
	by    map[DocumentID]signing.DocumentKey
	count map[ParticipantID]int // that took effect
	added map[ParticipantID][]signing.DocumentKey

	recoveries map[DocumentID]*recovery
	voices     map[DocumentID]map[ParticipantID]time.Time // of guardians about a recovery
	contests   map[DocumentID]DocumentID                  // of a recovery, by which document
	reserved   map[signing.DocumentKey]ParticipantID      // that a recovery names, for whom
}

func (p *KeyChange) check(r *Refusal) {
	if p.Key == "" && p.Action != actionRecover && p.Action != actionContest {
		r.add("/key", "missing-field")
	}
	if p.Action == actionRecover && p.Participant == "" {
		r.add("/participant", "missing-field")
	}
	if p.Action == actionRecover && p.Key == "" && p.Root == "" {
		r.add("/key", "recover-what")
	}
	if p.Action == actionRotate && p.Replaces == "" {
		r.add("/replaces", "rotate-what")
	}
	if p.Action == actionDelegate && p.Holder == "" {
		r.add("/holder", "delegate-what")
	}
	if p.Action == actionDelegate && len(p.Kinds) == 0 {
		r.add("/kinds", "delegate-what")
	}
	if p.Key != "" && p.Key == p.Replaces {
		r.add("/key", "replaces-itself")
	}
	if p.Key != "" && p.Key == p.Root {
		r.add("/key", "root-and-author-key")
	}
	if p.Key != "" && p.Action == actionContest {
		r.add("/key", "not-with-action", "action", p.Action)
	}
	for _, f := range []struct {
		pointer, action string
		stated          bool
	}{
		{"/replaces", actionRotate, p.Replaces != ""}, {"/next", actionRotate, p.Next != ""}, {"/holder", actionDelegate, p.Holder != ""},
		{"/kinds", actionDelegate, len(p.Kinds) > 0}, {"/until", actionDelegate, p.Until != ""},
		{"/root", actionRecover, p.Root != ""}, {"/participant", actionRecover, p.Participant != ""},
	} {
		if f.stated && p.Action != f.action {
			r.add(f.pointer, "not-with-action", "action", p.Action)
		}
	}
}

// keyAuthority is why a key of a document's author may not sign this change,
// at any time. The root key may make every change; an author key may replace
// and end itself, delegate, end what was delegated, and recover another's keys;
// any may end itself and contest a recovery.
func (c *Chain) keyAuthority(p *KeyChange, key signing.DocumentKey) Refusal {
	signer := c.keys[key]
	own := signer.role == roleAuthor && signer.holder == ""
	named, _ := signing.ParseDocumentKeyBase64(p.Key)
	old, _ := signing.ParseDocumentKeyBase64(p.Replaces)
	allowed := signer.role == roleRoot
	switch p.Action {
	case actionRotate:
		allowed = allowed || own && key == old
		if signer.next != "" && allowed && signer.role != roleRoot && signer.next != named.Fingerprint() {
			return Refusal{*refuse("/key", "not-the-next-key", "next", signer.next)}
		}
	case actionDelegate:
		allowed = allowed || own
	case actionRevoke:
		allowed = allowed || key == named || own && c.keys[named].holder != ""
	case actionRecover:
		allowed = own
	case actionContest:
		allowed = true
	}
	if !allowed {
		return Refusal{*refuse("", "key-change-signer", "action", p.Action)}
	}
	return nil
}

func (p *KeyChange) relate(c *Chain, d, about *Document, _ finder) Refusal {
	if r, decided := c.changes.of[d.ID]; decided {
		return r
	}
	return c.keyFaults(p, about, time.Time{})
}

// keyFaults is why a change has no effect as the keys stand at a time; the zero
// time is now, or not known.
func (c *Chain) keyFaults(p *KeyChange, about *Document, at time.Time) Refusal {
	switch {
	case about.Kind != p.about():
		return Refusal{*refuse("/about", "wrong-subject", "kind", string(KindKey), "allowed", string(p.about()), "value", kindName(about))}
	case p.Action == actionContest:
		return c.contestFaults(p, about, at)
	}
	if c.changes.count[p.Author] >= maxKeyChanges {
		return Refusal{*refuse("", "too-many-keys", "author", string(p.Author), "limit", strconv.Itoa(maxKeyChanges))}
	}
	if p.Action == actionRecover {
		return c.recoveryFaults(p, at)
	}
	ends, pointer := p.Replaces, "/replaces"
	if p.Action == actionRevoke {
		ends, pointer = p.Key, "/key"
	}
	role := roleAuthor
	if ends != "" {
		key, _ := signing.ParseDocumentKeyBase64(ends)
		old, ok := c.keys[key]
		switch {
		case !ok || old.owner != p.Author || old.role == roleRoot, p.Action == actionRotate && old.holder != "":
			return Refusal{*refuse(pointer, "no-such-key", "author", string(p.Author))}
		case old.ended != "":
			return Refusal{*refuse(pointer, "key-ended")}
		}
		role = old.role
	}
	if p.Action != actionRevoke {
		key, _ := signing.ParseDocumentKeyBase64(p.Key)
		// A charter may list the new key as well: then its entry stands.
		if c.changes.reserved[key] != "" || c.taken(key, p.Author, role) || c.keys[key].owner != "" && p.Action == actionDelegate {
			return Refusal{*refuse("/key", "key-taken")}
		}
	}
	return nil
}

// taken is whether a key has a place already, other than the one in which a
// charter lists it for this owner and role.
func (c *Chain) taken(key signing.DocumentKey, owner ParticipantID, role string) bool {
	now, ok := c.keys[key]
	return ok && (now.by != "" || now.owner != owner || now.role != role)
}

// unchanged is a copy with the charter's keys alone, for change to work on.
func (c *Chain) unchanged() *Chain {
	n := *c
	n.keys, n.participants = maps.Clone(c.listed), maps.Clone(c.participants)
	maps.DeleteFunc(n.participants, func(id ParticipantID, _ Participant) bool { return id.Accredited() })
	n.accredited, n.vouching, n.early = map[ParticipantID][]*accreditation{}, map[ParticipantID][]*accreditation{}, map[takingBack]early{}
	n.changes = keyChanges{
		of: map[DocumentID]Refusal{}, by: map[DocumentID]signing.DocumentKey{}, count: map[ParticipantID]int{}, added: map[ParticipantID][]signing.DocumentKey{},
		recoveries: map[DocumentID]*recovery{}, voices: map[DocumentID]map[ParticipantID]time.Time{}, contests: map[DocumentID]DocumentID{}, reserved: map[signing.DocumentKey]ParticipantID{},
	}
	return &n
}

// change decides a key document, or a guardian's voice, that its author signed
// with a key in force, and gives it effect from its filing time: at the zero
// time a key begins, and since it is not known when, none ends. about is its
// subject, nil if that is not here; c is the caller's own.
func (c *Chain) change(d, about *Document, key signing.DocumentKey, filed time.Time) (effect bool) {
	p, ok := d.Predicate.(*KeyChange)
	switch {
	case about == nil:
		return false
	case !ok:
		return c.second(d, about, key, filed)
	}
	faults := c.keyFaults(p, about, filed)
	if c.changes.of[d.ID] = faults; len(faults) > 0 {
		return false
	}
	c.changes.by[d.ID] = key
	if p.Action == actionContest {
		c.contest(d)
		return true
	}
	c.changes.count[p.Author]++
	named, _ := signing.ParseDocumentKeyBase64(p.Key)
	ends, begins := named, keyEntry{owner: p.Author, role: roleAuthor, span: span{from: filed}, by: d.ID}
	switch p.Action {
	case actionRotate:
		ends, _ = signing.ParseDocumentKeyBase64(p.Replaces)
		begins.role, begins.next = c.keys[ends].role, p.Next
		c.begin(named, begins)
		c.end(ends, d.ID, secondAfter(filed))
	case actionRevoke:
		c.end(ends, d.ID, secondAfter(filed))
	case actionDelegate:
		begins.holder, begins.kinds = p.Holder, p.Kinds
		begins.span.until, _ = parseInstant(p.Until)
		c.begin(named, begins)
	case actionRecover:
		c.propose(d, filed)
	}
	return true
}

func (c *Chain) begin(key signing.DocumentKey, e keyEntry) {
	if _, listed := c.keys[key]; !listed {
		c.keys[key] = e
		c.changes.added[e.owner] = append(c.changes.added[e.owner], key)
	}
}

func (c *Chain) end(key signing.DocumentKey, by DocumentID, until time.Time) {
	e := c.keys[key]
	e.ended = by
	if !until.IsZero() && (e.span.until.IsZero() || until.Before(e.span.until)) {
		e.span.until = until
	}
	c.keys[key] = e
}

// secondAfter is the end of a second; of the zero time, which is no time, none.
func secondAfter(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(time.Second)
}

// keysOf are all keys of a participant: the charter's in its order, then those
// of key documents in theirs.
func (c *Chain) keysOf(p ParticipantID) []signing.DocumentKey {
	var keys []signing.DocumentKey
	for _, k := range c.participants[p].Keys {
		key, _ := signing.ParseDocumentKeyBase64(k.Key)
		keys = append(keys, key)
	}
	return append(keys, c.changes.added[p]...)
}

// ClerkKey is the key with which a participant's node signs receipts and
// refusals; ok is false if it has none.
func (c *Chain) ClerkKey(p ParticipantID) (key signing.DocumentKey, ok bool) {
	for _, k := range c.keysOf(p) {
		if e := c.keys[k]; e.role == roleClerk && e.ended == "" && e.span.until.IsZero() {
			key, ok = k, true
		}
	}
	return key, ok
}

// Holder is the office of its owner that a key was delegated to; "" if it is
// its owner's own.
func (c *Chain) Holder(k signing.DocumentKey) string { return c.keys[k].holder }

// MayChangeKeys is whether a document is a change of keys by a key that may
// make it.
func (c *Chain) MayChangeKeys(d *Document, key signing.DocumentKey) bool {
	return d.Kind == KindKey && len(c.authority(d, key)) == 0
}

// Decided is whether it is settled what a key document changes, if anything.
func (c *Chain) Decided(id DocumentID) bool {
	_, ok := c.changes.of[id]
	r := c.changes.recoveries[id]
	return ok && (r == nil || r.settled())
}

// After is the chain of a node's records once they are as far as the federation
// file with which it joined, whose chain is the other; before that it is the
// other. Logs and keys that only the file has stay known: what shows them may
// not have arrived, or have no filing time yet.
func (c *Chain) After(joined *Chain) *Chain {
	here, _ := c.InForce()
	if there, _ := joined.InForce(); !c.founded || here.Number < there.Number {
		return joined
	}
	n := *c
	n.logs, n.keys = maps.Clone(joined.logs), maps.Clone(c.keys)
	maps.Copy(n.logs, c.logs)
	n.changes.added = maps.Clone(c.changes.added)
	for key, e := range joined.keys {
		if _, known := c.keys[key]; known || c.Decided(e.by) {
			continue
		}
		if n.changes.added == nil {
			n.changes.added = map[ParticipantID][]signing.DocumentKey{}
		}
		n.keys[key] = e
		n.changes.added[e.owner] = append(slices.Clip(n.changes.added[e.owner]), key)
	}
	return &n
}

// withKeys is the chain with the keys and authors that those of the documents
// which are of such a kind add. Their signatures are checked here, each with a key that is
// known by then; filing times are not known.
func (c *Chain) withKeys(documents []SignedDocument) *Chain {
	var changes []SignedDocument
	about := map[DocumentID]*Document{}
	for _, d := range c.charters {
		about[d.ID] = d
	}
	for _, d := range documents {
		if d.Kind == KindKey || d.Kind == KindAccreditation || d.Kind == KindWithdrawal || seconds(d.Document) {
			changes, about[d.ID] = append(changes, d), d.Document
		}
	}
	if len(changes) == 0 {
		return c
	}
	slices.SortFunc(changes, func(a, b SignedDocument) int { return strings.Compare(string(a.ID), string(b.ID)) })
	n := c.unchanged()
	for again := true; again; {
		again = false
		for _, d := range changes {
			if _, done := n.changes.by[d.ID]; done {
				continue
			}
			key, ok := SignerKey(n, d.Envelope, d.Document)
			if ok && len(n.authority(d.Document, key)) == 0 && n.decide(d.Document, about[d.About()], key, time.Time{}) {
				again = true
			}
		}
		if !again {
			n.countVoices()
			again = n.recoverUpTo(endOfTime)
		}
	}
	return n
}

// keyRecord is one record of a key document, or of a guardian's voice, with its
// filing time.
type keyRecord struct {
	*entry
	recordPlace
	at time.Time
}

// followKeys gives r.chain the keys that the snapshot's key documents change,
// and the authors for whom accreditors answer.
// What is filed in one second may build on each other, so each is tried until
// none has an effect any more; nothing later reaches back. A recovery takes
// effect at a time of its own, before what is filed from then on.
func (r *Reading) followKeys(changes []*entry) {
	if len(changes) == 0 || !r.chain.founded {
		return
	}
	var records []keyRecord
	for _, e := range changes {
		for _, p := range e.places {
			if at, _, ok := r.filed(p); ok && p.genuine {
				records = append(records, keyRecord{e, p, at})
			}
		}
	}
	slices.SortFunc(records, func(a, b keyRecord) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		if c := strings.Compare(string(a.id), string(b.id)); c != 0 {
			return c
		}
		return comparePlaces(a.recordPlace, b.recordPlace)
	})
	r.chain = r.chain.unchanged()
	for len(records) > 0 {
		n := len(records)
		if i := slices.IndexFunc(records, func(k keyRecord) bool { return !k.at.Equal(records[0].at) }); i >= 0 {
			n = i
		}
		r.chain.recoverUpTo(records[0].at)
		for again := true; again; {
			again = false
			for _, k := range records[:n] {
				if _, done := r.chain.changes.by[k.id]; done {
					continue
				}
				about, _ := r.chain.first(r.anyDocument)(k.doc.About())
				if code, _, _ := r.standing(k.doc, k.recordPlace); code != "" {
					if !r.chain.Decided(k.id) { // of an earlier record that is valid
						r.chain.changes.of[k.id] = Refusal{*refuse("", code)}
					}
				} else if r.chain.decide(k.doc, about, k.key(), k.at) {
					again = true
				}
			}
		}
		r.chain.countVoices()
		records = records[n:]
	}
	r.chain.recoverUpTo(endOfTime)
}

// anyDocument finds documents whether they hold or not.
func (r *Reading) anyDocument(id DocumentID) (*Document, bool) {
	e := r.docs[id]
	if e == nil || e.doc == nil || !e.doc.Known {
		return nil, false
	}
	return e.doc, true
}

func kindList(kinds []Kind) string {
	return strings.Join(collect(kinds, func(k Kind) string { return string(k) }), ", ")
}
