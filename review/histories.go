package review

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"

	"stocktake/signing"
)

// Histories are what documents say of the logs that showed two histories:
// which of their checkpoints a quorum of witnesses cosigned, which contradict
// each other, who cosigned both sides. It is a function of the charter and of
// the notes in receipts and proofs of forks; which side somebody holds has no
// say, so all who have the documents agree on where such a log ends.
//
//	r0 ─ r1 ─ r2 ─ a3 ─ a4 ─ a5    cosigned by a quorum: size 2, size 5 (A)
//	          └─── b3 ─ b4         size 4 (B), and a proof names A and B
//
// Of two sides that a quorum cosigned, only what is common to both counts: the
// log ends at 2, the largest size that a quorum cosigned below every such
// contradiction. Had no quorum cosigned B, it would end at 5.
type Histories struct {
	chain *Chain
	logs  map[Origin]*forkedLog
}

// forkedLog is what is known of one.
type forkedLog struct {
	claims  map[signing.Checkpoint]*claim
	clashes map[[2]signing.Checkpoint]DocumentID // that a proof shows, the smaller first
	end     uint64                               // once known
	known   bool
}

// claim is one checkpoint that the log signed.
type claim struct {
	signing.Checkpoint
	note    []byte // of all notes for it, the one that most witnesses cosigned
	count   int    // how many did
	quorate []byte // one that a quorum cosigned in its time; nil if there is none
	seals   map[signing.NoteKey]DocumentID
}

// NewHistories reads receipts and proofs of forks, in any order. Other kinds,
// and notes of logs that the chain does not know as forked, are passed over,
// unless a log is named.
func NewHistories(chain *Chain, documents iter.Seq[*Document], named ...Origin) *Histories {
	h := &Histories{chain: chain, logs: map[Origin]*forkedLog{}}
	for _, l := range chain.Forks() {
		named = append(named, l.Origin)
	}
	for _, o := range named {
		h.logs[o] = &forkedLog{claims: map[signing.Checkpoint]*claim{}, clashes: map[[2]signing.Checkpoint]DocumentID{}}
	}
	for d := range documents {
		switch p := d.Predicate.(type) {
		case *Receipt:
			h.take(d.ID, p.Checkpoint)
		case *Fork:
			first, second := h.take(d.ID, p.First), h.take(d.ID, p.Second)
			if first == nil || second == nil || CheckFork(chain, p) != nil {
				continue
			}
			clashes, pair := h.logs[p.Origin].clashes, [2]signing.Checkpoint{first.Checkpoint, second.Checkpoint}
			if known, ok := clashes[pair]; !ok || d.ID < known {
				clashes[pair] = d.ID
			}
		}
	}
	return h
}

// take is the claim of a note of a forked log; nil if it is none.
func (h *Histories) take(from DocumentID, text string) *claim {
	note := []byte(text)
	peek, err := signing.PeekCheckpoint(note)
	if err != nil || h.logs[Origin(peek.Origin)] == nil || peek.Size == 0 || peek.Size > maxForkSize {
		return nil
	}
	e, err := openNote(h.chain, note)
	if err != nil { // also a line in a witness's name that it did not make; the log's own may hold
		log, ok := h.chain.Log(Origin(peek.Origin))
		if e.Checkpoint, err = signing.OpenCheckpoint(note, peek.Origin, log.LogKey); !ok || err != nil {
			return nil
		}
	}
	claims := h.logs[Origin(peek.Origin)].claims
	c := claims[e.Checkpoint]
	if c == nil {
		c = &claim{Checkpoint: e.Checkpoint, seals: map[signing.NoteKey]DocumentID{}}
		claims[e.Checkpoint] = c
	}
	for key := range e.seals {
		if known, ok := c.seals[key]; !ok || from < known {
			c.seals[key] = from
		}
	}
	if n := len(e.seals); c.note == nil || n > c.count || n == c.count && string(note) < string(c.note) {
		c.note, c.count = note, n
	}
	if e.quorate() && (c.quorate == nil || string(note) < string(c.quorate)) {
		c.quorate = note
	}
	return c
}

// End is a checkpoint up to which a forked log may count: a quorum of
// witnesses cosigned it.
type End struct {
	signing.Checkpoint
	Note []byte // with the log's signature and the quorum's
}

// Finals are the checkpoints of a forked log that a quorum cosigned, by size.
func (h *Histories) Finals(o Origin) (finals []End) {
	if log := h.logs[o]; log != nil {
		for _, c := range log.sorted() {
			if c.quorate != nil {
				finals = append(finals, End{c.Checkpoint, c.quorate})
			}
		}
	}
	return finals
}

// Ends are those of the finals up to where two of them contradict each other.
// The log ends at the last; where there is none, nothing of it counts.
func (h *Histories) Ends(o Origin) []End {
	log := h.logs[o]
	if log == nil {
		return nil
	}
	limit := uint64(math.MaxUint64)
	log.eachClash(func(a, b *claim, _ DocumentID) {
		if a.quorate != nil && b.quorate != nil {
			limit = min(limit, a.Size, b.Size)
		}
	})
	return slices.DeleteFunc(h.Finals(o), func(e End) bool { return e.Size >= limit })
}

// End is how many of the first records of a forked log may count: 0 where no
// quorum cosigned any.
func (h *Histories) End(o Origin) uint64 {
	if ends := h.Ends(o); len(ends) > 0 {
		return ends[len(ends)-1].Size
	}
	return 0
}

// ended is whether a checkpoint of a size lies past the end of a forked log.
func (h *Histories) ended(o Origin, size uint64) bool {
	log := h.logs[o]
	if log == nil {
		return false
	}
	if !log.known {
		log.known, log.end = true, h.End(o)
	}
	return size > log.end
}

// Final is whether a quorum cosigned a checkpoint of a forked log, whatever
// contradicts it.
func (h *Histories) Final(c signing.Checkpoint) bool {
	log := h.logs[Origin(c.Origin)]
	return log != nil && log.claims[c] != nil && log.claims[c].quorate != nil
}

// Contradict is whether documents show that two checkpoints of one log, the
// smaller first, contradict each other.
func (h *Histories) Contradict(a, b signing.Checkpoint) bool {
	log := h.logs[Origin(a.Origin)]
	return log != nil && (a.Size == b.Size && a.Root != b.Root && log.claims[a] != nil && log.claims[b] != nil || log.clashes[[2]signing.Checkpoint{a, b}] != "")
}

// Note is a note of a forked log's checkpoint with as many cosignatures as
// documents hold together; nil if they hold none.
func (h *Histories) Note(c signing.Checkpoint) []byte {
	log := h.logs[Origin(c.Origin)]
	switch {
	case log == nil || log.claims[c] == nil:
		return nil
	case log.claims[c].quorate != nil:
		return log.claims[c].quorate
	}
	return log.claims[c].note
}

// decides is whether a proof, of its like the first by ID, shows how two
// checkpoints that a quorum cosigned contradict each other.
func (h *Histories) decides(id DocumentID, f *Fork) bool {
	first, err1 := signing.PeekCheckpoint([]byte(f.First))
	second, err2 := signing.PeekCheckpoint([]byte(f.Second))
	log := h.logs[f.Origin]
	return err1 == nil && err2 == nil && log != nil && log.clashes[[2]signing.Checkpoint{first, second}] == id && h.Final(first) && h.Final(second)
}

func (l *forkedLog) sorted() []*claim {
	return slices.SortedFunc(maps.Values(l.claims), func(a, b *claim) int { return compareCheckpoints(a.Checkpoint, b.Checkpoint) })
}

func compareCheckpoints(a, b signing.Checkpoint) int {
	return cmp.Or(cmp.Compare(a.Size, b.Size), slices.Compare(a.Root[:], b.Root[:]))
}

// eachClash tells of claims that contradict each other, the smaller first, and
// of the proof where sizes differ. Of one size it tells of those that a quorum
// cosigned and of those that a witness did, each with the first such: whoever
// has the log's key can sign any number.
func (l *forkedLog) eachClash(tell func(a, b *claim, proof DocumentID)) {
	var size uint64
	var final *claim
	var by map[signing.NoteKey]*claim
	for _, c := range l.sorted() {
		if c.Size != size {
			size, final, by = c.Size, nil, map[signing.NoteKey]*claim{}
		}
		if c.quorate != nil && final != nil {
			tell(final, c, "")
		}
		if c.quorate != nil && final == nil {
			final = c
		}
		for key := range c.seals {
			if by[key] != nil {
				tell(by[key], c, "")
			} else {
				by[key] = c
			}
		}
	}
	for _, pair := range slices.SortedFunc(maps.Keys(l.clashes), func(a, b [2]signing.Checkpoint) int {
		return cmp.Or(compareCheckpoints(a[0], b[0]), compareCheckpoints(a[1], b[1]))
	}) {
		tell(l.claims[pair[0]], l.claims[pair[1]], l.clashes[pair])
	}
}

// Equivocation is a witness whose cosignatures stand on two checkpoints that
// contradict each other: it said of both that it had seen all before.
type Equivocation struct {
	Participant ParticipantID `json:"participant"`
	Key         string        `json:"key"` // as the charter writes it
	Log         Origin        `json:"log"`
	Sizes       [2]uint64     `json:"sizes"`
	Documents   []DocumentID  `json:"documents"` // that carry the two notes, and show the contradiction where sizes differ
}

// Sentence says it in plain words.
func (e Equivocation) Sentence() string {
	return fmt.Sprintf("%s, a witness, cosigned two histories of %s: at sizes %d and %d", e.Participant, e.Log, e.Sizes[0], e.Sizes[1])
}

// Equivocations are the witnesses that cosigned two histories, one entry for
// each key and log, by participant, key and log.
func (h *Histories) Equivocations() []Equivocation {
	charter, _ := h.chain.InForce()
	var all []Equivocation
	for o, log := range h.logs {
		found := map[signing.NoteKey]bool{}
		log.eachClash(func(a, b *claim, proof DocumentID) {
			for _, w := range charter.Witnesses {
				key, err := signing.ParseNoteKey(w.Key)
				one, ok := a.seals[key]
				two, both := b.seals[key]
				if err != nil || !ok || !both || found[key] {
					continue
				}
				found[key] = true
				documents := []DocumentID{one, two}
				if proof != "" {
					documents = append(documents, proof)
				}
				slices.Sort(documents)
				all = append(all, Equivocation{w.Participant, w.Key, o, [2]uint64{a.Size, b.Size}, slices.Compact(documents)})
			}
		})
	}
	slices.SortFunc(all, func(a, b Equivocation) int {
		return cmp.Or(strings.Compare(string(a.Participant), string(b.Participant)), strings.Compare(a.Key, b.Key), strings.Compare(string(a.Log), string(b.Log)))
	})
	return all
}
