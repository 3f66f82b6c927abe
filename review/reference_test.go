package review

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
	knownDoc     map[DocumentID]parsed
	knownFiling  map[Place]filing
	knownCode    map[DocumentID]string
	knownLabel   map[DocumentID]string
	knownHolding map[string][]*Document

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
		snapshot: s, records: records, cutoff: cutoff, knownDoc: map[DocumentID]parsed{}, knownFiling: map[Place]filing{},
		knownCode: map[DocumentID]string{}, knownLabel: map[DocumentID]string{}, knownHolding: map[string][]*Document{},
	}
	n.chain, _ = NewChain(genesis)
	for _, r := range records {
		if !slices.Contains(n.docs, r.ID()) {
			n.docs = append(n.docs, r.ID())
		}
	}
	n.accredit()
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

// filed is the earliest filing time of a document's valid records.
func (n *naive) filed(id DocumentID) (time.Time, bool) {
	d, _ := n.doc(id)
	var earliest time.Time
	found := false
	for _, r := range n.records {
		if r.ID() != id || d == nil || !d.Known || !r.Genuine || len(n.chain.authority(d, r.Leaf.Key)) > 0 || n.beyond(r) {
			continue
		}
		if f := n.filing(Place{r.Origin, r.Index}); f.ok && n.takesPart(d.Author, f.at) && (!found || f.at.Before(earliest)) {
			earliest, found = f.at, true
		}
	}
	return earliest, found
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
			if d, _ := n.doc(w); d != nil && d.Kind == KindWithdrawal && d.About() == id && d.Author == p.Author {
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

// answerers are the accreditors that answer for an author at a time.
func (n *naive) answerers(author ParticipantID, at time.Time) map[ParticipantID]bool {
	by := map[ParticipantID]bool{}
	for _, a := range n.answering {
		for _, e := range n.chain.charters[0].Predicate.(*Charter).Accreditors {
			if a.what.Participant == author && a.lasts(at) && e.Participant == a.what.Author && n.entryHolds(e, at) && n.fits(e, a.what) {
				by[a.what.Author] = true
			}
		}
	}
	return by
}

func (n *naive) takesPart(author ParticipantID, at time.Time) bool {
	return !strings.HasPrefix(string(author), "a.") || len(n.answerers(author, at)) > 0
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
		best := -1
		order := []string{"unknown-author", ReasonSignatureInvalid, "key-unknown", "key-not-authors", "key-role", ReasonAuthorNotInForce, ReasonOverQuota, ReasonPending}
		for _, r := range n.records {
			if r.ID() != id {
				continue
			}
			code := ReasonPending
			if refusal := n.chain.authority(d, r.Leaf.Key); len(refusal) > 0 {
				code = refusal[0].Code
			}
			switch f := n.filing(Place{r.Origin, r.Index}); {
			case code != ReasonPending:
			case n.beyond(r):
				code = ReasonOverQuota
			case f.ok:
				code = ReasonAuthorNotInForce
			}
			if !r.Genuine && code != "unknown-author" {
				code = ReasonSignatureInvalid
			}
			best = max(best, slices.Index(order, code))
		}
		return order[best]
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
		if refusal = nil; n.refused[id] != "" {
			return n.refused[id]
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
		return &Document{ID: id, Kind: kind, Common: Common{Author: w.Author}}, true
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
		if withdrawal == nil || withdrawal.Kind != KindWithdrawal || withdrawal.About() != id {
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
	return slices.ContainsFunc(n.holding(KindWithdrawal), func(w *Document) bool { return w.About() == id })
}

var replaceable = append([]Kind{KindPledge, KindReport, KindAssessment, KindComment, KindResponse, KindPlan, KindFramework,
	KindProgress, KindFollowUp, KindProposal, KindDecision, KindStocktake, KindTranslation}, moneyKinds...)

// origin is the first version of a document.
func (n *naive) original(d *Document) *Document {
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

// counts are the figures: group, name, whether of samples -> value and sum.
type counts map[[3]string]*naiveFigure

type naiveFigure struct {
	value int
	sum   *big.Rat
}

func (c counts) add(group, name string, sample bool) *naiveFigure {
	k := [3]string{group, name, fmt.Sprint(sample)}
	if c[k] == nil {
		c[k] = &naiveFigure{sum: new(big.Rat)}
	}
	c[k].value++
	return c[k]
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

func (n *naive) within(region string) func(ParticipantID) bool {
	return func(p ParticipantID) bool { return n.in(region, p) }
}

// figures are the figures of the global scope and of a region.
func (n *naive) figures(region string) counts {
	c := counts{}
	day := n.cutoff.Format("2006-01-02")
	charter, _ := n.chain.InForce()
	regionsOf := n.regionsOf
	in := n.within(region)
	get, subject := n.get, n.subject
	n.reviewFigures(c, naiveScope{region: region})

	for _, p := range charter.Participants {
		if !in(p.ID) {
			continue
		}
		state := "listed, not acceded"
		for _, a := range n.holding(KindAccession) {
			if q := a.Predicate.(*Accession); a.Author == p.ID && q.Role == "member" && q.Decision != "declined" {
				state = "acceded"
			}
		}
		chamber := map[string]string{"state": "States", "regional-body": "regional bodies and UN entities"}[p.Kind]
		if chamber == "" {
			chamber = "civil society and others"
		}
		for _, name := range []string{state, "participants", chamber} {
			c.add("participation", name, p.Sample)
		}
		if p.Kind == "state" && len(regionsOf(p.ID)) > 1 {
			c.add("participation", "in several regions", p.Sample)
		}
	}
	for _, author := range []ParticipantID{"a.author-0", "a.author-1", "a.author-2", "a.author-3"} {
		words := map[ParticipantID]string{} // accreditor -> its state
		challenged := map[ParticipantID]bool{}
		for _, a := range n.answering {
			if a.what.Participant != author || a.from.After(n.cutoff) {
				continue
			}
			state := "ended"
			if !a.back.IsZero() && !a.back.After(n.cutoff) {
				state = "withdrawn"
			} else if n.answerers(author, n.cutoff)[a.what.Author] && a.lasts(n.cutoff) {
				state = "in force"
			}
			if words[a.what.Author] != "in force" {
				words[a.what.Author] = state
			}
			for _, d := range n.counting(KindComment) {
				if d.About() == a.id && slices.Contains([]string{"challenge", "opposition"}, d.Predicate.(*Comment).Type) {
					challenged[a.what.Author] = true
				}
			}
		}
		p := n.chain.participants[author]
		if len(words) == 0 || !in(author) {
			continue
		}
		state := "ended"
		for by, word := range words {
			if word == "in force" {
				state = "accredited"
				c.add("participation", "accredited by "+string(by), p.Sample)
			}
			names := []string{"accreditations", word, "by " + string(by)}
			if p.Kind == "protected-author" {
				names = append(names, "not named")
			}
			if challenged[by] {
				names = append(names, "challenged")
			}
			for _, name := range names {
				c.add("accreditations", name, p.Sample)
			}
			through := c.add("accreditations", "documents through "+string(by), p.Sample)
			for _, d := range n.counting(spoken...) {
				if at, _ := n.filed(d.ID); d.Author == author && n.answerers(author, at)[by] {
					through.sum.Add(through.sum, big.NewRat(1, 1))
				}
			}
		}
		c.add("participation", state, p.Sample)
	}
	if region != "" {
		r, _ := compact.Region(region)
		for _, m := range r.Members {
			if m.On(day) && !slices.ContainsFunc(charter.Participants, func(p Participant) bool { return p.Kind == "state" && p.Country == m.ISO3 }) {
				c.add("participation", "outside this federation", false)
			}
		}
	}

	for _, d := range n.counting(KindPledge) {
		p := d.Predicate.(*Pledge)
		sample := n.sample(d.ID)
		named := slices.ContainsFunc(p.Parties, func(q Party) bool { return in(q.Participant) })
		if !in(p.Author) && !named {
			continue
		}
		var reports []*Document
		for _, r := range n.counting(KindReport) {
			if n.original(get(r.About())).ID == n.original(d).ID {
				reports = append(reports, r)
			}
		}
		if !in(p.Author) {
			c.add("pledges", "named as a party", sample)
		} else {
			status := "none reported"
			for _, r := range reports {
				if r.Author == p.Author {
					status = r.Predicate.(*Report).Status
				}
			}
			due := "due: ahead"
			if p.Due == NotStated {
				due = "due: not stated"
			} else if p.Due < day {
				due = "due: passed"
			}
			for _, name := range []string{"pledges", "form: " + p.Form, "status: " + status, due} {
				c.add("pledges", name, sample)
			}
			for _, o := range p.Objectives {
				c.add("pledges", fmt.Sprintf("objective %02d", o), sample)
			}
		}
		for _, party := range p.Parties {
			state := "claimed, not confirmed"
			for _, a := range n.holding(KindAccession) {
				q := a.Predicate.(*Accession)
				if q.Role != "party" || a.Author != party.Participant || n.original(get(a.About())).ID != n.original(d).ID {
					continue
				}
				switch {
				case n.withdrawn(a.ID):
					state = "withdrawn"
				case q.Decision == "declined":
					state = "declined"
				case a.About() != d.ID:
					state = "confirmed an earlier version"
				default:
					state = "confirmed"
				}
			}
			c.add("parties", state, sample)
		}
	}

	for _, d := range n.counting(KindReport) {
		pledge := get(d.About())
		if !in(d.Author) && !in(pledge.Author) {
			continue
		}
		c.add("reports", "reports", n.sample(d.ID))
		c.add("reports", "status: "+d.Predicate.(*Report).Status, n.sample(d.ID))
		if d.Author != pledge.Author {
			c.add("reports", "by a party", n.sample(d.ID))
		}
		if n.standing(pledge) == nil {
			c.add("reports", "on a pledge that no longer stands", n.sample(d.ID))
		}
	}

	for _, round := range charter.Rounds {
		for _, p := range charter.Participants {
			var before, after *Document
			for _, a := range n.holding(KindAccession) {
				if q := a.Predicate.(*Accession); q.Role != "round" || q.Round != round.ID || a.Author != p.ID {
					continue
				}
				if at, _ := n.filed(a.ID); at.Format("2006-01-02") <= round.Due {
					before = a
				} else if after == nil {
					after = a
				}
			}
			if before == nil {
				before = after
			}
			code, regional := strings.CutPrefix(round.Scope, "region:")
			if !in(p.ID) || before == nil && regional && p.Region != code && !slices.Contains(regionsOf(p.ID), code) {
				continue
			}
			state, sample := "not in this round", p.Sample
			if before != nil {
				sample = n.sample(before.ID)
				state = n.dueState(round, p.ID, day)
				if before.Predicate.(*Accession).Decision == "declined" {
					state = "declined"
				}
			}
			c.add("due", state, sample)
			c.add("due", round.ID+": "+state, sample)
		}
	}

	type judged struct {
		whom      ParticipantID
		region    string
		pledge    DocumentID
		objective int
		sample    bool
	}
	ratings := map[judged][]string{}
	for _, j := range n.judgements() {
		if j.whom != "" && !in(j.whom) || j.whom == "" && region != "" && region != j.region {
			continue
		}
		c.add("findings", "findings", n.sample(j.doc.ID))
		c.add("findings", "rating: "+j.rating, n.sample(j.doc.ID))
		k := judged{whom: j.whom, objective: j.objective, pledge: j.pledge, sample: n.sample(j.doc.ID)}
		if j.whom == "" {
			k.region = j.region
		}
		ratings[k] = append(ratings[k], j.rating)
	}
	for _, d := range n.counting(KindAssessment, KindProgress) {
		p, ok := d.Predicate.(*Assessment)
		if !ok {
			if scope := d.Predicate.(*ProgressReport).Scope; region != "" && scope != "region:"+region {
				continue
			}
		} else {
			whom := assessedBy(p, subject(d))
			if whom != "" && !in(whom) || whom == "" && region != "" && region != p.Region {
				continue
			}
			if p.Stage == "draft" {
				c.add("assessments", "drafts for correction", n.sample(d.ID))
			} else {
				c.add("assessments", "assessments", n.sample(d.ID))
				c.add("assessments", naiveLabels[p.Type], n.sample(d.ID))
			}
		}
		for _, r := range n.counting(KindResponse) {
			if r.About() == d.ID {
				c.add("replies", "replies", n.sample(r.ID))
				c.add("replies", "position: "+r.Predicate.(*Response).Position, n.sample(r.ID))
			}
		}
	}
	for j, list := range ratings {
		name := "assessed once"
		if len(list) > 1 {
			name = "ratings agree"
		}
		for _, r := range list {
			if r != list[0] {
				name = "ratings differ"
			}
		}
		c.add("agreement", name, j.sample)
	}

	for _, d := range n.counting(KindComment) {
		p := d.Predicate.(*Comment)
		to := addressee(p, subject(d))
		if !in(to) && !in(p.Author) {
			continue
		}
		state := "open"
		for _, r := range n.counting(KindResponse) {
			if r.About() == d.ID && r.Author == to {
				state = r.Predicate.(*Response).Position
			}
		}
		group, names := "comments", []string{"comments", "type: " + p.Type}
		if p.Type == "recommendation" {
			group, names = "recommendations", []string{"recommendations", state}
			through, _, _ := n.followThrough(d, to)
			names = append(names, through...)
		} else if p.Type == "question" {
			names = append(names, "questions "+state)
		}
		if !in(to) {
			names = []string{"given to others"}
		}
		for _, name := range names {
			c.add(group, name, n.sample(d.ID))
		}
	}

	for _, d := range n.holding(KindWithdrawal) {
		if !in(d.Author) {
			continue
		}
		c.add("withdrawals", "withdrawals", n.sample(d.ID))
		if about, _ := n.doc(d.About()); about != nil {
			c.add("withdrawals", "kind: "+string(about.Kind), n.sample(d.ID))
		}
	}
	for _, id := range n.docs {
		reason := n.label(id)
		d, _ := n.doc(id)
		if reason == "" || region != "" && (d == nil || d.Author == "" || !in(d.Author)) {
			continue
		}
		c.add("excluded", "excluded", n.sample(id))
		c.add("excluded", reason, n.sample(id))
	}
	n.moneyFigures(c, naiveScope{region: region}, nil)
	return c
}

func (n *naive) dueState(round Round, p ParticipantID, day string) string {
	var onTime, flexible, late bool
	for _, d := range n.holding(KindReport, KindAssessment) {
		at, _ := n.filed(d.ID)
		inRound, flexibility := "", ""
		switch q := d.Predicate.(type) {
		case *Report:
			inRound, flexibility = q.Round, q.Flexibility
		case *Assessment:
			if q.Type == "self" || q.Type == "regional" {
				inRound = q.Round
			}
		}
		switch {
		case d.Author != p || inRound != round.ID || n.withdrawn(d.ID) || n.stranger(d):
		case at.Format("2006-01-02") > round.Due:
			late = true
		case flexibility != "":
			flexible = true
		default:
			onTime = true
		}
	}
	switch {
	case onTime:
		return "filed"
	case flexible:
		return "flexibility used"
	case late:
		return "late"
	case day > round.Due:
		return "no report received"
	}
	return "not due"
}

// checkFigures compares every figure, and notes in seen which there were.
func (n *naive) checkFigures(t *testing.T, s *Stocktake, region string, seen map[string]int) {
	t.Helper()
	var m Manifest
	require.NoError(t, strictJSON(s.Manifest, &m))
	want := n.figures(region)
	n.comparePledgeRows(t, s, naiveScope{region: region}, want, seen)
	for _, figure := range m.Figures {
		if figure.Group == groupRegions {
			continue
		}
		k := [3]string{figure.Group, figure.Name, fmt.Sprint(figure.Sample)}
		w := want[k]
		if w == nil {
			w = &naiveFigure{sum: new(big.Rat)}
		}
		require.Equal(t, w.value, figure.Value, "%s %v", region, k)
		if figure.Amount != "" {
			amount, _ := new(big.Rat).SetString(figure.Amount)
			require.Zero(t, w.sum.Cmp(amount), "%v", k)
		}
		delete(want, k)
		if figure.Value > 0 {
			seen[figure.Group+" "+figure.Name]++
		}
	}
	require.Empty(t, want, "%s: figures that the stocktake lacks", region)
}

func TestAssembleEqualsTheNaiveReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	seen := map[string]int{}
	for range 12 {
		f := randomCorpus(t, rng, 40)
		s := f.snapshot()
		for _, cutoff := range []time.Time{{}, minute(rng.IntN(40 * 24 * 60))} {
			r, err := Read(s, f.genesis, f.records(), cutoff)
			require.NoError(t, err)
			n := newNaive(s, f.genesis, f.list(), cutoff)
			for _, id := range n.docs {
				l, ok := r.Label(id)
				require.True(t, ok)
				d, _ := n.doc(id)
				require.Equal(t, n.label(id), l.Reason, "%+v", d)
				require.Equal(t, l.Reason == "", l.Counts)
				require.Equal(t, n.sample(id), l.Sample)
				seen["label "+l.Reason]++
			}
			for _, region := range []string{"", "UN-ECA", "EU"} {
				scope := ScopeGlobal
				if region != "" {
					scope = Scope("region:" + region)
				}
				stocktake, err := r.Stocktake(scope)
				require.NoError(t, err)
				n.checkFigures(t, stocktake, region, seen)
				n.checkReviewRows(t, stocktake, naiveScope{region: region})
			}
		}
	}
	t.Log(len(seen), "different labels and figures compared")
	require.Greater(t, len(seen), 90, "the corpora are too plain: %v", seen)
}
