package review

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review/compact"
	"stocktake/signing"
)

// naive recomputes everything from the list of records whenever it is asked,
// with loops within loops. It knows one charter, the genesis, and shares with
// the real code only Parse and the rules about single documents.
type naive struct {
	snapshot Snapshot
	chain    *Chain
	records  []Record
	docs     []DocumentID
	cutoff   time.Time

	// Only to save time: what the functions of that name have said.
	knownDoc      map[DocumentID]parsed
	knownAttempt  map[DocumentID]attempt
	knownFiling   map[Place]filing
	knownRoot     map[Place]tlog.Hash // by size
	knownCode     map[DocumentID]string
	knownLabel    map[DocumentID]string
	knownOriginal map[DocumentID]*Document
	knownHolding  map[string][]*Document

	answering []naiveAnswer
	refused   map[DocumentID]string // accreditations without effect
}

// naiveAnswer is an accreditation that took effect.
type naiveAnswer struct {
	id          DocumentID
	what        *Accreditation
	from, until time.Time
	back        time.Time // when its withdrawal was filed; zero if there is none
}

type parsed struct {
	*Document
	present bool
}

// known asks f once for each key.
func known[K comparable, V any](m map[K]V, k K, f func() V) V {
	v, ok := m[k]
	if !ok {
		v = f()
		m[k] = v
	}
	return v
}

type filing struct {
	at time.Time
	by int
	ok bool
}

func newNaive(s Snapshot, genesis *Document, records []Record, cutoff time.Time) *naive {
	n := &naive{
		snapshot: s, records: records, cutoff: cutoff, knownDoc: map[DocumentID]parsed{}, knownAttempt: map[DocumentID]attempt{}, knownFiling: map[Place]filing{}, knownRoot: map[Place]tlog.Hash{},
		knownCode: map[DocumentID]string{}, knownLabel: map[DocumentID]string{}, knownOriginal: map[DocumentID]*Document{}, knownHolding: map[string][]*Document{},
	}
	n.chain, _ = NewChain(genesis)
	for _, r := range records {
		if !slices.Contains(n.docs, r.ID()) {
			n.docs = append(n.docs, r.ID())
		}
	}
	n.accredit()
	clear(n.knownAttempt) // some authors were not known yet
	if cutoff.IsZero() {
		for _, r := range records {
			if f := n.filing(Place{r.Origin, r.Index}); f.ok && f.at.After(n.cutoff) {
				n.cutoff = f.at
			}
		}
	}
	return n
}

// doc is a document's content, if the snapshot counts on it anywhere.
func (n *naive) doc(id DocumentID) (d *Document, present bool) {
	p := known(n.knownDoc, id, func() parsed {
		for _, r := range n.records {
			if r.ID() == id && r.Payload != nil && !slices.Contains(n.snapshot.Log(r.Origin).Absent, r.Index) {
				d, _ := Parse(r.Payload)
				return parsed{d, true}
			}
		}
		return parsed{}
	})
	return p.Document, p.present
}

func treeHash(leaves []tlog.Hash) tlog.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(treeHash(leaves[:k]), treeHash(leaves[k:]))
}

func (n *naive) root(o Origin, size uint64) tlog.Hash {
	return known(n.knownRoot, Place{o, size}, func() tlog.Hash { return n.findRoot(o, size) })
}

func (n *naive) findRoot(o Origin, size uint64) tlog.Hash {
	leaves := make([]tlog.Hash, size)
	for _, r := range n.records {
		if r.Origin == o && r.Index < size {
			leaves[r.Index] = r.Leaf.Hash()
		}
	}
	return treeHash(leaves)
}

func (n *naive) filing(p Place) filing {
	return known(n.knownFiling, p, func() filing { return n.witnessed(p) })
}

// witnessed is guarantee 6, asked of every receipt.
func (n *naive) witnessed(p Place) filing {
	earliest := map[string]time.Time{}
	final := false
	for _, id := range n.docs {
		d, _ := n.doc(id)
		if d == nil || d.Kind != KindReceipt {
			continue
		}
		note := []byte(d.Predicate.(*Receipt).Checkpoint)
		log, _ := n.chain.Log(p.Origin)
		c, err := signing.OpenCheckpoint(note, string(p.Origin), log.LogKey)
		if err != nil || c.Size <= p.Index || c.Size > n.snapshot.Log(p.Origin).Size || c.Root != n.root(p.Origin, c.Size) {
			continue
		}
		_, words, err := signing.OpenCosignatures(note, n.chain.Witnesses())
		if err != nil {
			continue
		}
		final = final || len(words) >= 2*len(n.chain.Witnesses())/3+1
		for _, w := range words {
			if t, ok := earliest[w.Name]; !ok || w.Time.Before(t) {
				earliest[w.Name] = w.Time
			}
		}
	}
	f := filing{ok: final}
	if final {
		var times []time.Time
		for _, t := range earliest {
			times = append(times, t)
		}
		slices.SortFunc(times, time.Time.Compare)
		f.at, f.by = times[(len(n.chain.Witnesses())-1)/3], len(times)
	}
	return f
}

// attempt is what one record of a document comes to: why it is not valid, and
// when it was filed and by how many witnesses seen, if that can be told.
type attempt struct {
	Place
	code string
	at   time.Time
	by   int
}

// refusals are from the farthest from valid to the nearest.
var refusals = []string{"unknown-author", ReasonSignatureInvalid, "key-unknown", "key-not-authors", "key-role",
	ReasonAuthorNotInForce, ReasonSuspended, ReasonOverQuota, ReasonPending, ""}

// attempt is a document's record that is nearest to valid, of several the
// earliest; of one whose content is not known, the first place.
func (n *naive) attempt(id DocumentID) (best attempt) {
	d, _ := n.doc(id)
	var all []attempt
	for _, r := range n.records {
		if r.ID() == id {
			all = append(all, n.try(d, r))
		}
	}
	slices.SortFunc(all, func(a, b attempt) int {
		return cmp.Or(slices.Index(refusals, b.code)-slices.Index(refusals, a.code), a.at.Compare(b.at), a.compare(b.Place))
	})
	best = all[0]
	if best.at.IsZero() {
		for _, a := range all {
			if a.compare(best.Place) < 0 {
				best.Place = a.Place
			}
		}
	}
	return best
}

func (p Place) compare(q Place) int {
	return cmp.Or(strings.Compare(string(p.Origin), string(q.Origin)), cmp.Compare(p.Index, q.Index))
}

func (n *naive) try(d *Document, r Record) attempt {
	a := attempt{Place: Place{r.Origin, r.Index}}
	if d == nil || !d.Known {
		return a
	}
	f := n.filing(a.Place)
	refusal := n.chain.authority(d, r.Leaf.Key)
	switch {
	case len(refusal) > 0 && refusal[0].Code == "unknown-author":
		a.code = "unknown-author"
	case !r.Genuine:
		a.code = ReasonSignatureInvalid
	case len(refusal) > 0:
		a.code = refusal[0].Code
	case n.beyond(r):
		a.code, a.at = ReasonOverQuota, f.at
	case !f.ok:
		a.code = ReasonPending
	default:
		a.at, a.by = f.at, f.by
		if !n.takesPart(d.Author, f.at) {
			a.code = ReasonAuthorNotInForce
		} else if n.suspended(d.Author, f.at) && !n.keepsVoice(d) {
			a.code = ReasonSuspended
		}
	}
	return a
}

// filed is the earliest filing time of a document's valid records.
func (n *naive) filed(id DocumentID) (time.Time, bool) {
	if d, _ := n.doc(id); d == nil || !d.Known {
		return time.Time{}, false
	}
	a := known(n.knownAttempt, id, func() attempt { return n.attempt(id) })
	return a.at, a.code == ""
}

// beyond is whether a record lies beyond its log's quota.
func (n *naive) beyond(r Record) bool {
	limit := 0
	for _, q := range n.chain.charters[0].Predicate.(*Charter).Quotas {
		if log, _ := n.chain.Log(r.Origin); q.Participant == log.Participant || q.Participant == "" && limit == 0 {
			limit = q.Entries
		}
	}
	return limit > 0 && r.Index >= uint64(limit)
}

// accredit finds out, in the order of filing, which accreditations took effect,
// and lists their authors beside the charter's.
func (n *naive) accredit() {
	n.refused = map[DocumentID]string{}
	var all []DocumentID
	for _, id := range n.docs {
		if d, _ := n.doc(id); d != nil && d.Kind == KindAccreditation {
			if _, ok := n.filed(id); ok {
				all = append(all, id)
			}
		}
	}
	slices.SortFunc(all, func(a, b DocumentID) int {
		x, _ := n.filed(a)
		y, _ := n.filed(b)
		if c := x.Compare(y); c != 0 {
			return c
		}
		return strings.Compare(string(a), string(b))
	})
	for _, id := range all {
		d, _ := n.doc(id)
		p := d.Predicate.(*Accreditation)
		at, _ := n.filed(id)
		if n.refused[id] = n.refusal(p, at); n.refused[id] != "" {
			continue
		}
		a := naiveAnswer{id: id, what: p, from: at}
		a.until, _ = time.Parse(time.RFC3339, p.Until)
		for _, w := range n.docs {
			if d, _ := n.doc(w); d != nil && d.Kind == KindWithdrawal && d.About() == id && d.Author == p.Author && !d.Predicate.(*Withdrawal).Erase && len(d.Predicate.(*Withdrawal).Attachments) == 0 {
				if back, ok := n.filed(w); ok && (a.back.IsZero() || back.Before(a.back)) {
					a.back = back
				}
			}
		}
		n.answering = append(n.answering, a)
		if _, ok := n.chain.participants[p.Participant]; !ok {
			sample := p.Sample || n.chain.participants[p.Author].Sample
			name := p.Name
			if name == "" {
				name = string(p.Participant)
			}
			n.chain.participants[p.Participant] = Participant{ID: p.Participant, Kind: p.Type, Name: name, Country: p.Country, Sample: sample}
			key, _ := signing.ParseDocumentKeyBase64(p.Key)
			n.chain.keys[key] = keyEntry{owner: p.Participant, role: roleAuthor}
		}
	}
}

// refusal is why an accreditation that is filed at a time has no effect.
func (n *naive) refusal(p *Accreditation, at time.Time) string {
	code, charter := "not-an-accreditor", n.chain.charters[0].Predicate.(*Charter)
	for _, e := range charter.Accreditors {
		if e.Participant != p.Author || !n.entryHolds(e, at) {
			continue
		}
		if code = "accreditor-scope"; n.fits(e, p) {
			code = ""
			break
		}
	}
	key, _ := signing.ParseDocumentKeyBase64(p.Key)
	owner, taken := n.chain.keys[key]
	known, bound := n.chain.participants[p.Participant]
	switch {
	case code != "":
		return code
	case bound && (owner.owner != p.Participant || known.Kind != p.Type):
		return "author-taken"
	case !bound && taken:
		return "key-taken"
	}
	for _, e := range charter.Accreditors {
		if e.Participant != p.Author || !n.entryHolds(e, at) || !n.fits(e, p) {
			continue
		}
		others := map[ParticipantID]bool{}
		for _, a := range n.answering {
			if a.what.Author == p.Author && a.what.Participant != p.Participant && n.fits(e, a.what) && a.lasts(at) {
				others[a.what.Participant] = true
			}
		}
		if len(others) < e.Cap {
			return ""
		}
	}
	return "accreditor-cap"
}

func (n *naive) entryHolds(e Accreditor, at time.Time) bool {
	until, err := time.Parse(time.RFC3339, e.Until)
	return err != nil || at.Before(until)
}

func (n *naive) fits(e Accreditor, p *Accreditation) bool {
	in := e.Scope == "global" || p.Country != "" && slices.Contains(compact.RegionsOf(p.Country, "2026-01-01"), strings.TrimPrefix(e.Scope, "region:"))
	return in && slices.Contains(e.Kinds, p.Type)
}

// lasts: a withdrawal ends it with the second in which it was filed.
func (a naiveAnswer) lasts(at time.Time) bool {
	return !at.Before(a.from) && (a.until.IsZero() || at.Before(a.until)) && (a.back.IsZero() || !at.After(a.back))
}

// answers is whether an accreditation holds at a time, and its accreditor may make it.
func (n *naive) answers(a naiveAnswer, at time.Time) bool {
	return a.lasts(at) && slices.ContainsFunc(n.chain.charters[0].Predicate.(*Charter).Accreditors, func(e Accreditor) bool {
		return e.Participant == a.what.Author && n.entryHolds(e, at) && n.fits(e, a.what)
	})
}

// answerers are the accreditors that answer for an author at a time.
func (n *naive) answerers(author ParticipantID, at time.Time) map[ParticipantID]bool {
	by := map[ParticipantID]bool{}
	for _, a := range n.answering {
		if a.what.Participant == author && n.answers(a, at) {
			by[a.what.Author] = true
		}
	}
	return by
}

func (n *naive) takesPart(author ParticipantID, at time.Time) bool {
	if strings.HasPrefix(string(author), "a.") {
		return len(n.answerers(author, at)) > 0
	}
	p, _ := n.chain.Participant(author)
	from, err := time.Parse(time.RFC3339, p.From)
	until, err2 := time.Parse(time.RFC3339, p.Until)
	return (err != nil || !at.Before(from)) && (err2 != nil || at.Before(until))
}

// keepsVoice is whether a suspension leaves a document alone: what is said about
// charters, and what takes back.
func (n *naive) keepsVoice(d *Document) bool {
	a, ok := d.Predicate.(*Accession)
	return ok && a.Role != "reviewed" && a.Role != "team" || slices.Contains([]Kind{KindCharter, KindOpening, KindReceipt, KindWithdrawal, KindRefusal, KindFork, KindKey}, d.Kind)
}

// code is why a document does not hold.
func (n *naive) code(id DocumentID) string {
	return known(n.knownCode, id, func() string { return n.reason(id) })
}

func (n *naive) reason(id DocumentID) string {
	d, present := n.doc(id)
	switch {
	case !present:
		return ReasonAbsent
	case d == nil:
		return ReasonMalformed
	case !d.Known:
		return ReasonNotUnderstood
	case id == n.chain.Genesis():
		return ""
	}
	if receipt, ok := d.Predicate.(*Receipt); ok {
		note := []byte(receipt.Checkpoint)
		c, _ := signing.PeekCheckpoint(note)
		size := n.snapshot.Log(Origin(c.Origin)).Size
		log, _ := n.chain.Log(Origin(c.Origin))
		_, err := signing.OpenCheckpoint(note, c.Origin, log.LogKey)
		_, words, err2 := signing.OpenCosignatures(note, n.chain.Witnesses())
		if err != nil || err2 != nil || len(words) == 0 || c.Size > size || n.root(Origin(c.Origin), c.Size) != c.Root {
			return ReasonVoidReceipt
		}
		return ""
	}
	filed, ok := n.filed(id)
	if !ok {
		return n.attempt(id).code
	}
	if filed.After(n.cutoff) {
		return ReasonAfterCutoff
	}
	find := func(id DocumentID) (*Document, bool) {
		if !slices.Contains(n.docs, id) || n.code(id) != "" {
			return nil, false
		}
		d, _ := n.doc(id)
		return d, true
	}
	refusal := n.chain.relation(d, n.chain.first(n.knownTo(d, find)))
	if d.Kind == KindAccreditation {
		code, judged := n.refused[id]
		if refusal = nil; !judged { // of an author for whom somebody answers
			code = "not-an-accreditor"
		}
		if code != "" {
			return code
		}
	}
	if len(refusal) > 0 {
		if refusal[0].Code != ReasonDangling || !slices.Contains(n.docs, d.About()) {
			return refusal[0].Code
		}
		about, present := n.doc(d.About())
		switch {
		case about != nil || present:
			return ReasonSubjectExcluded
		case d.Kind != KindWithdrawal || !n.signedFirstBy(d.About(), d.Author):
			return ReasonSubjectAbsent
		}
	}
	if refusal := n.chain.supersession(d, find); len(refusal) > 0 && refusal[0].Code != codeUnknownVersion {
		return refusal[0].Code
	}
	code := ""
	for _, refusal := range citationFaults(d, n.chain.first(find)) {
		if refusal.Code != codeUnknownCitation {
			code = refusal.Code
		}
	}
	return code
}

func (n *naive) signedFirstBy(id DocumentID, author ParticipantID) bool {
	by := map[time.Time][]bool{}
	for _, r := range n.records {
		if r.ID() != id || !r.Genuine {
			continue
		}
		f := n.filing(Place{r.Origin, r.Index})
		if !f.ok {
			f.at = endOfTime
		}
		owner, role, _ := n.chain.KeyOwner(r.Leaf.Key)
		by[f.at] = append(by[f.at], owner == author && role == roleAuthor)
	}
	times := slices.SortedFunc(maps.Keys(by), time.Time.Compare)
	return len(times) > 0 && !slices.Contains(by[times[0]], false)
}

// knownTo finds what a document may be about: also, for comments, assessments
// and what answers those, what was erased and taken back.
func (n *naive) knownTo(d *Document, holds finder) finder {
	return func(id DocumentID) (*Document, bool) {
		about, ok := holds(id)
		said := d
		if (d.Kind == KindResponse || d.Kind == KindFollowUp) && id != d.About() {
			if said, _ = n.doc(d.About()); said.Kind == KindResponse {
				said, _ = n.doc(said.About())
			}
		}
		if ok || said.Kind != KindComment && said.Kind != KindAssessment {
			return about, ok
		}
		w := n.takenBack(id)
		if w == nil {
			return nil, false
		}
		kind := Kind(w.Subjects[0].Name)
		if !slices.Contains(Kinds(), kind) {
			kind = Kind(said.Subjects[0].Name)
		}
		if said.Kind == KindAssessment {
			kind = KindPledge
		} else if !slices.Contains(Kinds(), kind) {
			kind = ""
		}
		return &Document{ID: id, Kind: kind, Common: &Common{Author: w.Author}}, true
	}
}

// takenBack is the first withdrawal of a document whose content is absent.
func (n *naive) takenBack(id DocumentID) (first *Document) {
	if !slices.Contains(n.docs, id) || n.code(id) != ReasonAbsent {
		return nil
	}
	var when time.Time
	for _, w := range n.docs {
		withdrawal, _ := n.doc(w)
		if withdrawal == nil || !takesBackWhole(withdrawal, id) {
			continue
		}
		at, _ := n.filed(w)
		if code := n.code(w); (code == "" || code == ReasonAfterCutoff) &&
			(first == nil || at.Before(when) || at.Equal(when) && w < first.ID) {
			first, when = withdrawal, at
		}
	}
	return first
}

// holding are the documents of some kinds that hold, by filing time and ID.
func (n *naive) holding(kinds ...Kind) []*Document {
	return slices.Clone(known(n.knownHolding, fmt.Sprint(kinds), func() []*Document { return n.findHolding(kinds) }))
}

func (n *naive) findHolding(kinds []Kind) []*Document {
	var out []*Document
	for _, id := range n.docs {
		if n.code(id) == "" {
			if d, _ := n.doc(id); slices.Contains(kinds, d.Kind) {
				out = append(out, d)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Document) int {
		x, _ := n.filed(a.ID)
		y, _ := n.filed(b.ID)
		if c := x.Compare(y); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return out
}

func (n *naive) withdrawn(id DocumentID) bool {
	return slices.ContainsFunc(n.holding(KindWithdrawal), func(w *Document) bool { return takesBackWhole(w, id) })
}

// takesBackWhole is whether a document takes another back, and not only what is
// attached to it.
func takesBackWhole(d *Document, id DocumentID) bool {
	w, ok := d.Predicate.(*Withdrawal)
	return ok && d.About() == id && len(w.Attachments) == 0
}

var replaceable = append([]Kind{KindPledge, KindReport, KindAssessment, KindComment, KindResponse, KindPlan, KindFramework,
	KindProgress, KindFollowUp, KindProposal, KindDecision, KindStocktake, KindTranslation}, moneyKinds...)

// origin is the first version of a document.
func (n *naive) original(d *Document) *Document {
	return known(n.knownOriginal, d.ID, func() *Document { return n.findOriginal(d) })
}

func (n *naive) findOriginal(d *Document) *Document {
	for _, old := range n.holding(replaceable...) {
		if old.ID == d.Supersedes {
			return n.original(old)
		}
	}
	return d
}

// standing is the version that stands; nil if none does.
func (n *naive) standing(d *Document) *Document {
	var last *Document
	all := n.holding(d.Kind)
	for _, v := range all {
		replaced := slices.ContainsFunc(all, func(w *Document) bool { return w.Supersedes == v.ID })
		if n.original(v).ID == n.original(d).ID && !replaced && !n.withdrawn(v.ID) {
			last = v
		}
	}
	return last
}

func (n *naive) stranger(d *Document) bool {
	if d.Kind != KindReport {
		return false
	}
	pledge, _ := n.doc(d.About())
	return pledge.Author != d.Author && !slices.ContainsFunc(n.holding(KindAccession), func(a *Document) bool {
		return a.About() == d.About() && a.Author == d.Author && a.Predicate.(*Accession).Decision != "declined"
	})
}

func (n *naive) label(id DocumentID) string {
	return known(n.knownLabel, id, func() string { return n.findLabel(id) })
}

func (n *naive) findLabel(id DocumentID) string {
	if code := n.code(id); code != "" && (code != ReasonAbsent || !n.withdrawn(id)) {
		return code
	}
	if n.withdrawn(id) {
		return ReasonWithdrawn
	}
	d, _ := n.doc(id)
	if n.stranger(d) {
		return ReasonNotAcceded
	}
	if code := n.unmandated(d); code != "" {
		return code
	}
	if !slices.Contains(replaceable, d.Kind) {
		return ""
	}
	if s := n.standing(d); s != nil && s.ID != id {
		return ReasonSuperseded
	}
	for _, v := range n.holding(d.Kind) {
		if v.Supersedes == id {
			return ReasonSuperseded
		}
	}
	return ""
}

// standingAll are the documents of a kind that count.
func (n *naive) counting(kinds ...Kind) []*Document {
	return slices.DeleteFunc(n.holding(kinds...), func(d *Document) bool { return n.label(d.ID) != "" })
}

func (n *naive) sample(id DocumentID) bool {
	d, _ := n.doc(id)
	if d == nil || !d.Known {
		return false
	}
	p, _ := n.chain.Participant(d.Author)
	if d.Kind == KindComment || d.Kind == KindAssessment {
		if w := n.takenBack(d.About()); w != nil && n.sample(w.ID) {
			return true
		}
	}
	return d.Sample || p.Sample || slices.Contains(n.docs, d.About()) && n.sample(d.About())
}

func (n *naive) regionsOf(p ParticipantID) []string {
	q, _ := n.chain.Participant(p)
	later := !slices.ContainsFunc(n.answering, func(a naiveAnswer) bool { return a.what.Participant == p && !a.from.After(n.cutoff) })
	if q.Country == "" || p.Accredited() && later {
		return nil
	}
	return compact.RegionsOf(q.Country, n.cutoff.Format("2006-01-02"))
}

// in is whether a participant is in a region; in "" all are.
func (n *naive) in(region string, p ParticipantID) bool {
	q, _ := n.chain.Participant(p)
	return region == "" || q.Region == region || slices.Contains(n.regionsOf(p), region)
}
