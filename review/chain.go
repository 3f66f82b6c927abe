package review

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"stocktake/signing"
)

// Chain is the charter in force with what it rests on: the unbroken history
// from the genesis charter, which is pinned by its ID, to the highest charter
// that its federation agreed to. It is immutable.
//
// The genesis charter is in force when as many of its participants as its
// threshold says have acceded to it as members. A successor names its
// predecessor, counts one further, keeps every entry (it may add some, and
// close open ones with an until), and is in force when enough of its
// predecessor's open participants have acceded to it: see [Chain.Tally] and
// CHARTER.md. Of two successors the earlier filed wins, of two filed in the
// same second the lower ID.
type Chain struct {
	genesis  DocumentID
	founded  bool
	charters []*Document // in order of their numbers, the last in force
	since    []time.Time // when its members had agreed to each; the zero time of the genesis charter
	whole    []*Charter  // each with the entries that it leaves out

	participants map[ParticipantID]Participant
	spans        map[ParticipantID]span
	rounds       map[string]Round
	logs         map[Origin]LogEntry
	listed       map[signing.DocumentKey]keyEntry // the charter's
	keys         map[signing.DocumentKey]keyEntry // and those that key documents add
	changes      keyChanges
	suspensions  map[suspensionID]span
	quotas       []quota
	accreditors  []accreditor
	accredited   map[ParticipantID][]*accreditation // by author, in the order in which they took effect
	vouching     map[ParticipantID][]*accreditation // by accreditor
	early        map[takingBack]early               // withdrawals that were filed before what they take back
	guardians    map[ParticipantID][]guardianTerm
	terms        []witnessTerm
}

// LogEntry is one log, a participant's in one epoch: the charter lists it, or
// an opening made it known.
type LogEntry struct {
	Origin      Origin
	Participant ParticipantID
	Epoch       int
	LogKey      signing.NoteKey
	NodeKey     signing.NoteKey
	Addresses   []string
	From, Until string     // RFC 3339 in UTC, as the charter writes them
	Forked      DocumentID // the proof that the log showed two histories; "" if there is none
	Ended       string     // why the participant opened its next epoch; "" while it has not
}

type keyEntry struct {
	owner ParticipantID
	role  string
	span  span
	since time.Time  // when the members agreed to the charter that lists it first; zero for the genesis charter
	next  string     // SHA-256 of the only key that may replace it; "" for any
	by    DocumentID // the key document that added it; "" if the charter lists it
	ended DocumentID // the key document that ended it

	holder string // of a delegated key
	kinds  []Kind // that a delegated key may sign
}

type witnessTerm struct {
	term
	keys map[string]signing.NoteKey // by name on the cosignature
}

// The roles of a participant's keys.
const (
	roleRoot   = "root"
	roleAuthor = "author"
	roleClerk  = "clerk"
)

// NewChain reads a federation's history from its documents: the genesis
// charter, whose ID the caller has compared with the one it trusts, and
// further charters, accessions, openings and proofs of forks in any order. Other kinds are
// passed over.
//
// The caller has checked that each accession is signed with an author key of
// its author (see [Chain.AuthorKeys]), and each opening with a root key;
// nothing here knows signatures or filing times, so of two successors, or of
// two openings of one epoch, the lower ID wins. An error means that the
// genesis document is no sound genesis charter. A chain whose genesis lacks
// accessions is returned all the same: see [Chain.Founded].
func NewChain(genesis *Document, more ...*Document) (*Chain, error) {
	c, err := found(genesis)
	if err != nil {
		return nil, err
	}
	v := votes{}
	var charters, openings, proofs []*Document
	for _, d := range more {
		switch {
		case d.Kind == KindAccession:
			v.add(d, time.Time{})
		case d.Kind == KindOpening:
			openings = append(openings, d)
		case d.Kind == KindFork:
			proofs = append(proofs, d)
		case d.Kind == KindCharter && d.ID != genesis.ID:
			charters = append(charters, d)
		}
	}
	c.founded = c.agreed(v[genesis.ID])
	slices.SortFunc(charters, func(a, b *Document) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for c.founded {
		i := slices.IndexFunc(charters, func(d *Document) bool { return c.adopts(d, time.Time{}, v[d.ID]) })
		if i < 0 {
			break
		}
		c = c.with(charters[i], time.Time{}, time.Time{})
	}
	return c.opened(byID(openings)).forked(byID(proofs)), nil
}

// found is the chain of a genesis charter alone, not founded yet.
func found(genesis *Document) (*Chain, error) {
	charter, ok := genesis.Predicate.(*Charter)
	if !ok {
		return nil, fmt.Errorf("review: document %.12s is not a charter, so no federation starts with it", genesis.ID)
	}
	if charter.Number != 1 {
		return nil, fmt.Errorf("review: charter %.12s is number %d of its federation: start with number 1", genesis.ID, charter.Number)
	}
	if r := impostors(charter); len(r) > 0 {
		return nil, fmt.Errorf("review: genesis charter %.12s: %w", genesis.ID, r)
	}
	return (&Chain{genesis: genesis.ID}).with(genesis, time.Time{}, time.Time{}), nil
}

// with is the chain one charter further. The charter is sound and may follow;
// filed is when it was filed, agreed when its members had agreed to it as well.
// What it ends or suspends, it ends or suspends no earlier than that: no charter
// reaches back.
func (c *Chain) with(d *Document, filed, agreed time.Time) *Chain {
	charter := c.amended(d)
	n := &Chain{
		genesis: c.genesis, whole: append(slices.Clip(c.whole), charter), founded: c.founded, charters: append(slices.Clip(c.charters), d), since: append(slices.Clip(c.since), agreed),
		participants: map[ParticipantID]Participant{}, spans: map[ParticipantID]span{}, rounds: map[string]Round{},
		logs: map[Origin]LogEntry{}, listed: map[signing.DocumentKey]keyEntry{},
		suspensions: map[suspensionID]span{}, guardians: c.guardiansUnder(charter, agreed),
	}
	for _, r := range charter.Rounds {
		n.rounds[r.ID] = r
	}
	for _, p := range charter.Participants {
		n.participants[p.ID] = p
		n.spans[p.ID] = c.spanOf(p, filed)
		for _, k := range p.Keys {
			key, _ := signing.ParseDocumentKeyBase64(k.Key)
			s, _ := parseSpan(k.From, k.Until)
			since := agreed
			if was, ok := c.listed[key]; ok {
				since = was.since
			}
			n.listed[key] = keyEntry{owner: p.ID, role: k.Role, span: s, since: since, next: k.Next}
		}
		for _, l := range p.Logs {
			e := LogEntry{Origin: OriginOf(l.Epoch, p.ID, c.genesis, charter.Suffix), Participant: p.ID, Epoch: l.Epoch,
				Addresses: slices.Clone(l.Addresses), From: l.From, Until: l.Until}
			e.LogKey, _ = signing.ParseNoteKey(l.LogKey)
			e.NodeKey, _ = signing.ParseNoteKey(l.NodeKey)
			n.logs[e.Origin] = e
		}
	}
	n.keys = n.listed
	for _, held := range charter.Suspensions {
		n.suspensions[held.id()] = c.suspensionOf(held, filed)
	}
	n.accreditors, n.quotas = c.accreditorsOf(charter, filed), c.quotasOf(charter, filed)
	n.terms = witnessTerms(charter, func(p ParticipantID) string { return WitnessName(p, c.genesis, charter.Suffix) })
	return n
}

// witnessTerms cuts time where the set of witnesses changes.
func witnessTerms(charter *Charter, name func(ParticipantID) string) []witnessTerm {
	type entry struct {
		name        string
		key         signing.NoteKey
		from, until int64
	}
	var entries []entry
	cuts := map[int64]bool{math.MinInt64: true}
	for _, w := range charter.Witnesses {
		e := entry{name: name(w.Participant), from: math.MinInt64, until: math.MaxInt64}
		e.key, _ = signing.ParseNoteKey(w.Key)
		s, _ := parseSpan(w.From, w.Until)
		if !s.from.IsZero() {
			e.from = s.from.Unix()
		}
		if !s.until.IsZero() {
			e.until = s.until.Unix()
		}
		entries = append(entries, e)
		cuts[e.from], cuts[e.until] = true, true
	}
	delete(cuts, math.MaxInt64)
	starts := slices.Sorted(maps.Keys(cuts))
	var terms []witnessTerm
	for i, from := range starts {
		t := witnessTerm{term: term{from: from, until: math.MaxInt64}, keys: map[string]signing.NoteKey{}}
		if i+1 < len(starts) {
			t.until = starts[i+1]
		}
		for _, e := range entries {
			if e.from <= from && t.until <= e.until {
				t.keys[e.name] = e.key
			}
		}
		if t.witnesses = len(t.keys); t.witnesses > 0 {
			terms = append(terms, t)
		}
	}
	return terms
}

// agreed is whether the genesis charter's threshold is reached.
func (c *Chain) agreed(by ballot) bool {
	charter, _ := c.InForce()
	n := 0
	for _, p := range charter.Participants {
		if _, ok := by[p.ID]; ok {
			n++
		}
	}
	return n >= charter.Threshold
}

// Genesis is the federation: the ID of its first charter.
func (c *Chain) Genesis() DocumentID { return c.genesis }

// Founded is whether the genesis charter reached its threshold. Until then it
// says who may speak, and nothing that they say counts.
func (c *Chain) Founded() bool { return c.founded }

// InForce is the highest charter of the chain with all its entries, and its ID:
// the genesis charter where no successor has its majority.
func (c *Chain) InForce() (*Charter, DocumentID) {
	return c.whole[len(c.whole)-1], c.charters[len(c.charters)-1].ID
}

// amended is a successor of the charter in force with all its entries.
func (c *Chain) amended(d *Document) *Charter {
	charter := d.Predicate.(*Charter)
	if len(c.whole) == 0 {
		return charter
	}
	return c.whole[len(c.whole)-1].Amended(charter)
}

// Whole is a charter that is or was in force with all its entries.
func (c *Chain) Whole(id DocumentID) (*Charter, bool) {
	for i, d := range c.charters {
		if d.ID == id {
			return c.whole[i], true
		}
	}
	return nil, false
}

// NumberAt is the number of the highest charter of the chain that its members
// had agreed to by a time.
func (c *Chain) NumberAt(t time.Time) int {
	n := 1
	for i, since := range c.since {
		if !since.After(t) {
			n = c.charters[i].Predicate.(*Charter).Number
		}
	}
	return n
}

// Charter is the document of a charter that is or was in force.
func (c *Chain) Charter(id DocumentID) (*Document, bool) {
	for _, d := range c.charters {
		if d.ID == id {
			return d, true
		}
	}
	return nil, false
}

// Participant is a participant that the charter in force lists, also one whose
// time ended: see its From and Until. Or it is an author for whom accreditors
// answer or answered, as the first of them describes it.
func (c *Chain) Participant(id ParticipantID) (Participant, bool) {
	p, ok := c.participants[id]
	return p, ok
}

// Logs lists every log that the federation ever had, sorted by origin.
func (c *Chain) Logs() []LogEntry {
	return slices.SortedFunc(maps.Values(c.logs), func(a, b LogEntry) int { return strings.Compare(string(a.Origin), string(b.Origin)) })
}

// Log is the log of an origin.
func (c *Chain) Log(o Origin) (LogEntry, bool) {
	l, ok := c.logs[o]
	return l, ok
}

// Witnesses are the witnesses whose entry is open, by the name on their
// cosignatures. Quorum and Faulty take their number. Those of them that begin
// later are among them, and those that end later are not: see [Chain.WitnessesAt].
func (c *Chain) Witnesses() map[string]signing.NoteKey {
	for _, t := range c.terms {
		if t.until == math.MaxInt64 {
			return maps.Clone(t.keys)
		}
	}
	return map[string]signing.NoteKey{}
}

// WitnessesAt are the witnesses whose cosignatures dated t count, and until
// when it is they; the zero time if the charter in force knows no end of it.
func (c *Chain) WitnessesAt(t time.Time) (keys map[string]signing.NoteKey, until time.Time) {
	next := int64(math.MaxInt64)
	for _, term := range c.terms {
		switch at := t.Unix(); {
		case term.from > at:
			next = min(next, term.from)
		case at < term.until:
			keys, next = maps.Clone(term.keys), min(next, term.until)
		}
	}
	if next != math.MaxInt64 {
		until = time.Unix(next, 0).UTC()
	}
	return keys, until
}

// KeyOwner is the participant that a document key belongs to, open or closed,
// and its role: root, author or clerk.
func (c *Chain) KeyOwner(k signing.DocumentKey) (p ParticipantID, role string, ok bool) {
	e, ok := c.keys[k]
	return e.owner, e.role, ok
}

// AuthorKeys are the keys with which a participant signs whatever it says, in
// the charter's order, then those of key documents; closed ones included: an
// old document may still be filed again. Delegated keys are not among them.
func (c *Chain) AuthorKeys(p ParticipantID) []signing.DocumentKey {
	return slices.DeleteFunc(c.keysOf(p), func(k signing.DocumentKey) bool { e := c.keys[k]; return e.role != roleAuthor || e.holder != "" })
}
