package review

import (
	"slices"
	"time"
)

// stand asks of a document what does not depend on others: is there content,
// and did its author sign it, with a key and in a capacity that were in force
// when it was filed. Anyone can sign somebody else's words, so one record of
// several will do, and the filing time is the earliest of those. It sets
// e.code, e.place, e.filed, e.witnesses and e.held.
func (r *Reading) stand(e *entry) {
	e.filed, e.logged, e.witnesses, e.held = 0, 0, 0, 0
	e.code = ReasonAbsent
	e.at = e.firstPlace()
	switch {
	case e.malformed:
		e.code = ReasonMalformed
		return
	case e.doc == nil:
		return
	case !e.doc.Known:
		e.code = ReasonNotUnderstood
		return
	}
	best, first := -1, e.at
	for i, p := range e.places {
		code, filed, by := r.standing(e.doc, p)
		if held := momentOf(r.held(p)); code == "" && (e.held == 0 || held < e.held) {
			e.held = held
		}
		rank, at := slices.Index(standings, code), momentOf(filed)
		earlier := at < e.logged || at == e.logged && comparePlaces(p, e.place()) < 0
		if rank < best || rank == best && !earlier {
			continue
		}
		best, e.code, e.logged, e.witnesses, e.at = rank, code, at, uint8(by), first
		if at != 0 {
			e.at = int32(i)
		}
	}
	if e.code == "" {
		e.filed = e.logged
	}
}

// standings are the outcomes of standing from the farthest from valid to the
// nearest: of a document's places, the nearest tells.
var standings = []string{
	"wrong-federation", "unknown-author", ReasonSignatureInvalid, "key-unknown", "key-not-authors", "key-role",
	codeDelegated, "key-change-signer", "not-the-next-key",
	ReasonAuthorNotInForce, ReasonKeyNotInForce, ReasonSuspended, ReasonOverQuota, ReasonForked, ReasonPending, "",
}

func (r *Reading) standing(d *Document, p recordPlace) (code string, filed time.Time, witnesses int) {
	refusal := r.chain.authority(d, p.key())
	if len(refusal) > 0 && (refusal[0].Code == "wrong-federation" || refusal[0].Code == "unknown-author") {
		return refusal[0].Code, time.Time{}, 0
	}
	if !p.genuine {
		return ReasonSignatureInvalid, time.Time{}, 0
	}
	if len(refusal) > 0 {
		return refusal[0].Code, time.Time{}, 0
	}
	at, by, ok := r.filed(p)
	switch {
	case r.chain.overQuota(p, at):
		return ReasonOverQuota, at, 0
	case !ok && r.chain.logs[p.origin()].Forked != "":
		return ReasonForked, time.Time{}, 0
	case !ok:
		return ReasonPending, time.Time{}, 0
	case !r.chain.keys[p.key()].span.covers(at):
		return ReasonKeyNotInForce, at, by
	case !r.chain.takesPart(d.Author, at):
		return ReasonAuthorNotInForce, at, by
	case r.chain.suspended(d, at):
		return ReasonSuspended, at, by
	}
	return "", at, by
}

// weigh decides of every document whether it holds, and which of those that
// hold were withdrawn or replaced, or are reports of a party that has not
// acceded (its accession may come by another way, so that is asked last).
func (r *Reading) weigh() {
	for _, e := range r.docs {
		r.stand(e)
		r.note(e)
	}
	for _, e := range r.docs {
		r.resolve(e)
	}
	for _, e := range r.docs {
		r.link(e, func(list []*entry) []*entry { return append(list, e) })
	}
	for _, e := range r.docs {
		sorted(e.replacers)
	}
	for _, entries := range r.about {
		sorted(entries)
	}
	for _, entries := range r.index {
		sorted(entries)
	}
	for _, e := range r.docs {
		r.derive(e)
	}
	for _, e := range r.docs {
		r.replace(e)
	}
	r.labelRecoveries()
}

// note keeps a withdrawal with its subject, whether it holds or not.
func (r *Reading) note(e *entry) {
	if _, ok := predicateOf[*Withdrawal](e); ok {
		r.takings[e.doc.About()] = append(r.takings[e.doc.About()], e)
	}
}

// link makes a document that holds known to what it names. with puts it into a
// list, which is in the order of filing.
func (r *Reading) link(e *entry, with func([]*entry) []*entry) {
	if e.code != "" {
		return
	}
	r.about[e.doc.About()] = with(r.about[e.doc.About()])
	if old := r.docs[e.doc.Supersedes]; old != nil && old.code == "" {
		old.own().replacers = with(old.replacers)
	}
	for _, k := range r.keysOf(e) {
		r.index[k] = with(r.index[k])
	}
}

// derive sets what follows for a document from those that were linked to it.
func (r *Reading) derive(e *entry) {
	e.stranger = false
	var withdrawn *entry
	for _, x := range r.about[e.id] { // by filing
		if p, ok := x.doc.Predicate.(*Withdrawal); ok && !p.partial() {
			withdrawn = x
			break
		}
	}
	if withdrawn != e.withdrawn {
		e.own().withdrawn = withdrawn
	}
	if e.withdrawn != nil && e.doc == nil {
		r.fileErased(e)
	}
	if e.code == "" && e.doc.Kind == KindReport && e.doc.Author != r.docs[e.doc.About()].doc.Author {
		e.stranger = len(r.under(acceding(e.doc.About(), e.doc.Author))) == 0
	}
	unmandated := ""
	if e.code == "" {
		unmandated = r.unmandated(e)
	}
	if unmandated != e.unmandated {
		e.own().unmandated = unmandated
	}
}

func predicateOf[T any](e *entry) (p T, ok bool) {
	if e == nil || e.doc == nil {
		return p, false
	}
	p, ok = e.doc.Predicate.(T)
	return p, ok
}

// resolve settles a document after those that it names. Names are digests, so
// they cannot go round in a circle; a chain of them may be long, so it is
// walked without recursion.
func (r *Reading) resolve(e *entry) {
	stack := []*entry{e}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		if top.resolved {
			stack = stack[:len(stack)-1]
			continue
		}
		waiting := false
		for _, dep := range r.needs(top) {
			if dep != nil && !dep.resolved && dep != top {
				stack, waiting = append(stack, dep), true
			}
		}
		if !waiting {
			r.settle(top)
			stack = stack[:len(stack)-1]
		}
	}
}

// needs are the documents that have to be settled before one: those that it
// names and, where the content of its subject is gone, who took that back.
func (r *Reading) needs(e *entry) []*entry {
	if e.doc == nil {
		return nil
	}
	about := r.docs[e.doc.About()]
	needs := []*entry{about, r.docs[e.doc.Supersedes]}
	if about != nil && about.doc == nil && e.doc.Kind != KindWithdrawal {
		needs = append(needs, r.takings[about.id]...)
	}
	for _, cited := range citationsOf(e.doc) {
		needs = append(needs, r.docs[cited.id])
	}
	return needs
}

// settle decides whether a document holds, all that it names being settled.
func (r *Reading) settle(e *entry) {
	e.resolved = true
	if e.doc == nil || !e.doc.Known {
		return
	}
	about := r.docs[e.doc.About()]
	author := r.chain.participants[e.doc.Author]
	e.sample = e.doc.Sample || author.Sample || about != nil && about.sample
	find := r.holds
	switch e.doc.Kind {
	case KindComment, KindAssessment:
		find = r.known(e.doc)
		if taken := r.takenBack(e.doc.About()); taken != nil {
			e.sample = e.sample || taken.sample
		}
	case KindResponse, KindFollowUp: // to what is there, on what may be gone
		find = func(id DocumentID) (*Document, bool) {
			if d, ok := r.holds(id); ok || id == e.doc.About() {
				return d, ok
			}
			said := about.doc
			if said.Kind == KindResponse {
				said = r.docs[said.About()].doc
			}
			return r.known(said)(id)
		}
	}
	switch e.doc.Kind {
	case KindReceipt: // valid whoever files it: the evidence is in the note
		if e.code = ReasonVoidReceipt; r.receipts[e.id] {
			e.code = ""
		}
		return
	case KindFork: // as valid whoever files it
		e.code = r.forkCode(e.doc)
		return
	case KindCharter:
		if _, ok := r.chain.Charter(e.id); ok {
			e.code = ""
		} else if e.code == "" {
			e.code = ReasonNotAdopted
		}
		return
	}
	if e.code != "" {
		return
	}
	if !r.cutoff.IsZero() && e.filed.UTC().After(r.cutoff) {
		e.code = ReasonAfterCutoff
		return
	}
	if !r.chain.founded && e.doc.Kind != KindOpening && e.doc.Kind != KindAccession {
		e.code = ReasonNotFounded
		return
	}
	if refusal := r.chain.relation(e.doc, r.chain.first(find)); len(refusal) > 0 {
		e.code = refusal[0].Code
	}
	if e.code == ReasonDangling && about != nil {
		e.code = ReasonSubjectExcluded
		if about.doc == nil && !about.malformed {
			e.code = ReasonSubjectAbsent
			if e.doc.Kind == KindWithdrawal && r.signedFirstBy(about, e.doc.Author) {
				e.code = ""
			}
		}
	}
	if e.code != "" {
		return
	}
	if refusal := r.chain.supersession(e.doc, r.holds); len(refusal) > 0 && refusal[0].Code != codeUnknownVersion {
		e.code = refusal[0].Code
		return
	}
	for _, refusal := range citationFaults(e.doc, r.chain.first(r.holds)) {
		if refusal.Code != codeUnknownCitation {
			e.code = refusal.Code
		}
	}
}

// holds finds documents that hold: the finder of a snapshot.
func (r *Reading) holds(id DocumentID) (*Document, bool) {
	e := r.docs[id]
	if e == nil || e.doc == nil || e.code != "" {
		return nil, false
	}
	return e.doc, true
}

// known finds what a comment or an assessment may be about: a document that
// holds or, where its author took it back and its content is gone, the little
// that stays known of it: who took it back, and of which kind it was. So nobody
// unmakes what others said by erasing what they said it about.
func (r *Reading) known(d *Document) finder {
	return func(id DocumentID) (*Document, bool) {
		if about, ok := r.holds(id); ok {
			return about, true
		}
		taken := r.takenBack(id)
		if taken == nil {
			return nil, false
		}
		kind := KindPledge // what an assessment is about, if it is no charter
		if d.Kind == KindComment {
			kind = namedKind(taken.doc, d)
		}
		return &Document{ID: id, Kind: kind, Common: &Common{Author: taken.doc.Author}}, true
	}
}

// namedKind is that of a subject as the first of some documents about it
// names it; "" if none does, knowing the ID only.
func namedKind(about ...*Document) Kind {
	for _, d := range about {
		if k := Kind(d.Subjects[0].Name); slices.Contains(Kinds(), k) {
			return k
		}
	}
	return ""
}

// takenBack is the first withdrawal of a document whose content is absent, up
// to the cut-off or after it; nil if none holds.
func (r *Reading) takenBack(id DocumentID) (first *entry) {
	if e := r.docs[id]; e == nil || e.doc != nil || e.malformed {
		return nil
	}
	for _, w := range r.takings[id] {
		if w.doc.Predicate.(*Withdrawal).partial() {
			continue
		}
		if (w.code == "" || w.code == ReasonAfterCutoff) && (first == nil || byFiling(w, first) < 0) {
			first = w
		}
	}
	return first
}

// signedFirstBy stands in for authorship where the content is absent: of the
// signatures on it, all that were filed first are that participant's. Anyone
// can sign a digest later, and it neither helps nor harms.
func (r *Reading) signedFirstBy(e *entry, author ParticipantID) (his bool) {
	var first time.Time
	for _, p := range e.places {
		at, _, ok := r.filed(p)
		if !ok {
			at = endOfTime
		}
		if !p.genuine || !first.IsZero() && at.After(first) {
			continue
		}
		k, known := r.chain.keys[p.key()]
		his = known && k.owner == author && k.role == roleAuthor && (his || !at.Equal(first))
		first = at
	}
	return his
}

// endOfTime is later than every filing time.
var endOfTime = time.Unix(1<<60, 0)

// fileErased keeps the filing time of a document whose content is gone and
// whose author took it back: the earliest of its records.
func (r *Reading) fileErased(e *entry) {
	e.filed = 0
	for i, p := range e.places {
		filed, by, ok := r.filed(p)
		at := momentOf(filed)
		if p.genuine && ok && (e.filed == 0 || at < e.filed || at == e.filed && comparePlaces(p, e.place()) < 0) {
			e.at, e.filed, e.witnesses = int32(i), at, uint8(by)
		}
	}
}

// replace finds, among the versions of a document of which e is the first, the
// one that stands: of those that no other replaces, the last filed that was not
// withdrawn. Whoever withdraws the version that stands takes the document back;
// the ones that it replaced do not come back.
func (r *Reading) replace(e *entry) {
	if e.code != "" || len(e.replacers) == 0 {
		return
	}
	if old := r.docs[e.doc.Supersedes]; old != nil && old.code == "" {
		return // not the first version
	}
	var all, heads []*entry
	stack := []*entry{e}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = append(stack[:len(stack)-1], v.replacers...)
		all = append(all, v)
		if len(v.replacers) == 0 && v.withdrawn == nil {
			heads = append(heads, v)
		}
	}
	for _, v := range all {
		v.own().lineage = e
		if len(v.replacers) > 0 {
			v.own().replaced = slices.MaxFunc(v.replacers, byFiling)
		}
	}
	if len(heads) == 0 {
		return
	}
	e.own().standing = slices.MaxFunc(heads, byFiling)
	for _, h := range heads {
		if h != e.standing {
			h.own().replaced = e.standing
		}
	}
}
