package simulation

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Habits of a Byzantine node. Those of a witness begin with "cosigns".
const (
	habitCorrupts  = "corrupts its answers"
	habitWithholds = "withholds payloads"
	habitBoasts    = "claims sizes that nothing has"
	habitMute      = "often does not answer"
	habitForks     = "shows two histories"
	habitGiant     = "signs a size that its log never has"
	habitJunk      = "logs what is no document"

	habitCosignsAll   = "cosigns anything"
	habitCosignsWrong = "cosigns with wrong times"
	habitCosignsNot   = "cosigns nothing"
	habitCosignsLies  = "names wrong sizes when asked to cosign"
)

var (
	memberHabits  = []string{habitCorrupts, habitWithholds, habitBoasts, habitMute, habitForks, habitForks, habitJunk}
	witnessHabits = []string{habitCosignsAll, habitCosignsWrong, habitCosignsNot, habitCosignsLies}
)

// liar is how a Byzantine node departs from the rules. A nil liar does not.
type liar struct {
	node   *Node
	habits []string
	random *rand.Rand
	other  *Ledger                       // the second history of its log; nil before it forks
	shown  map[review.ParticipantID]bool // who is shown that one
}

func newLiar(node *Node, habits []string, seed uint64) *liar {
	l := &liar{node: node, habits: habits, random: rand.New(rand.NewPCG(seed, 0x11a2))}
	if l.does(habitCorrupts) {
		node.Corrupt = func(_ string, answer []byte) []byte {
			if len(answer) > 0 && l.random.IntN(3) == 0 {
				answer[l.random.IntN(len(answer))] ^= 1 << l.random.IntN(8)
			}
			return answer
		}
	}
	return l
}

func (l *liar) does(habit string) bool { return l != nil && slices.Contains(l.habits, habit) }

// answer is a request answered by habit, if one applies.
func (l *liar) answer(from review.ParticipantID, method string, body []byte) (answer []byte, done bool) {
	if l.does(habitMute) && l.random.IntN(3) == 0 {
		return nil, true
	}
	if method != federation.MethodAddCheckpoint || !l.node.cosigns() {
		return nil, false
	}
	_, note, _ := bytes.Cut(body, []byte("\n\n"))
	cp, err := signing.PeekCheckpoint(note)
	if err != nil {
		return nil, false
	}
	at := l.node.network.Now
	switch {
	case l.does(habitCosignsNot):
		return fmt.Appendf(nil, "%d\n", []int{403, 404, 422, 500, 503}[l.random.IntN(5)]), true
	case l.does(habitCosignsLies):
		return fmt.Appendf(nil, "409\n%d\n", l.random.Uint64N(2*cp.Size+2)), true
	case l.does(habitCosignsWrong):
		at = at.Add(time.Duration(l.random.Int64N(int64(96*time.Hour))) - 48*time.Hour)
	case !l.does(habitCosignsAll):
		return nil, false
	}
	return append([]byte("200\n"), signing.Cosign(cp, at, l.node.cosigner.Name, l.node.Witness)...), true
}

// shows is whether a node gossips a note to a participant.
func (l *liar) shows(to review.ParticipantID, note []byte) bool {
	if l == nil || l.other == nil {
		return true
	}
	cp, err := signing.PeekCheckpoint(note)
	return err != nil || cp.Origin != string(l.node.Origin) || !l.shown[to]
}

// face is the ledger that a participant sees.
func (l *liar) face(from review.ParticipantID) federation.Ledger {
	m := mask{Ledger: l.node.Ledger, liar: l}
	if l.other != nil && l.shown[from] {
		m.own = l.other
	}
	return m
}

// fork begins a second history of the own log, for half of the others, or goes
// on with it.
func (l *liar) fork(pledges int) {
	n, node := l.node.network, l.node
	if !node.up || node.Ledger.Head(node.Origin).Size == 0 {
		return
	}
	if l.other == nil {
		l.other = node.Ledger.Clone()
		l.shown = map[review.ParticipantID]bool{}
		for _, m := range n.Nodes {
			l.shown[m.ID] = m.ID != node.ID && l.random.IntN(2) == 0
		}
	}
	for range pledges {
		l.other.Append(node.Origin, node.Log, Entry(n.Federation.Pledge(node.Member, l.random.IntN(1000))))
	}
	if l.random.IntN(2) == 0 {
		n.File(node, n.Federation.Pledge(node.Member, l.random.IntN(1000)))
	}
	head := l.other.Head(node.Origin)
	for _, m := range n.Nodes {
		if l.shown[m.ID] && n.linked(node, m) {
			n.send(node, m, func() { m.hear(node, head.Checkpoint) })
		}
	}
	n.after(time.Second, func() { l.cosigned(head) })
}

// cosigned asks all witnesses to cosign the second history as well, and files
// what they gave in it.
func (l *liar) cosigned(head store.Head) {
	n, node := l.node.network, l.node
	note := bytes.Clone(head.Checkpoint)
	for _, m := range n.Nodes {
		if !n.linked(node, m) || !m.cosigns() {
			continue
		}
		last, _ := m.Ledger.Witnessed(node.Origin)
		call, err := federation.Compose(l.face(m.ID), federation.Cosign{Origin: node.Origin, Old: min(last.Size, head.Size), Size: head.Size, Note: head.Checkpoint})
		if err != nil {
			continue
		}
		if line, ok := bytes.CutPrefix(m.serve(node.ID, call.Method, call.Body), []byte("200\n")); ok {
			note = append(note, line...)
		}
	}
	l.other.Append(node.Origin, node.Log, Entry(n.Federation.Receipt(node.Member, note)))
}

// junk logs entries that are no documents, or somebody else's under its key.
func (l *liar) junk() {
	n, node := l.node.network, l.node
	if !node.up || !node.Open || node.Fenced != "" {
		return
	}
	good := n.Federation.Pledge(node.Member, 1)
	forged, torn, mute := Entry(good), Entry(good), Entry(good)
	forged.Leaf.Signature = bytes.Clone(forged.Leaf.Signature)
	forged.Leaf.Signature[len(forged.Leaf.Signature)-1] ^= 1
	torn.Payload = []byte(`{"no":"statement"}`)
	torn.Leaf.Digest = signing.PayloadDigest(torn.Payload)
	mute.Leaf.Digest[0] ^= 1 // nobody has its content
	mute.Payload = nil
	for i := range n.Nodes {
		if other := n.Nodes[i]; other.ID != node.ID && len(other.Ledger.payloads) > 0 {
			stolen := Entry(n.Federation.Pledge(other.Member, 9)) // in another's name, with its own key
			stolen.Leaf.Key = good.Key
			node.Ledger.Append(node.Origin, node.Log, stolen)
			break
		}
	}
	entries := []store.Entry{forged, torn, mute}
	node.Ledger.library.verify(entries)
	node.step(federation.Appended{Head: node.Ledger.Append(node.Origin, node.Log, entries...), Substance: true})
}

// giant gossips a signed note of a size that the log never has.
func (l *liar) giant() {
	n, node := l.node.network, l.node
	note := signing.SignCheckpoint(signing.Checkpoint{Origin: string(node.Origin), Size: 1 << (10 + l.random.IntN(28)), Root: tlog.Hash{1, 2, 3}}, node.Log)
	for _, m := range n.Nodes {
		if n.linked(node, m) {
			n.send(node, m, func() { m.hear(node, note) })
		}
	}
}

// mask is a ledger as a liar shows it.
type mask struct {
	*Ledger
	liar *liar
	own  *Ledger // the other history of the own log; nil: the first
}

func (m mask) of(o review.Origin) *Ledger {
	if m.own != nil && o == m.liar.node.Origin {
		return m.own
	}
	return m.Ledger
}

func (m mask) Heads() []store.Head {
	heads := m.Ledger.Heads()
	for i := range heads {
		heads[i] = m.Head(heads[i].Origin)
	}
	return heads
}

func (m mask) Head(o review.Origin) store.Head {
	h := m.of(o).Head(o)
	if m.liar.does(habitBoasts) && h.Size > 0 && m.liar.random.IntN(4) == 0 {
		h.Size += 1 + m.liar.random.Uint64N(9)
		h.Checkpoint = fmt.Appendf(nil, "%s\n— %s AAAAAAAA\n", signing.Checkpoint{Origin: string(o), Size: h.Size, Root: h.Root}.Text(), o)
	}
	return h
}

func (m mask) LogStates() ([]review.LogState, error) {
	states, err := m.Ledger.LogStates()
	for i, s := range states {
		if err == nil && m.of(s.Origin) != m.Ledger {
			states[i], err = m.own.StateAt(s.Origin, m.own.Head(s.Origin).Size)
		}
	}
	return states, err
}

func (m mask) Root(o review.Origin, size uint64) (tlog.Hash, error) { return m.of(o).Root(o, size) }

func (m mask) Entries(o review.Origin, from, to uint64, maxBytes int) ([]store.Entry, error) {
	entries, err := m.of(o).Entries(o, from, min(to, m.of(o).Head(o).Size), maxBytes)
	if m.liar.does(habitWithholds) {
		for i := range entries {
			if m.liar.random.IntN(2) == 0 {
				entries[i].Payload, entries[i].Absence = nil, review.Withheld
			}
		}
	}
	return entries, err
}

func (m mask) ProveTree(o review.Origin, oldSize, newSize uint64) (tlog.TreeProof, error) {
	return m.of(o).ProveTree(o, oldSize, newSize)
}

func (m mask) Payload(id review.DocumentID) ([]byte, error) {
	if m.liar.does(habitWithholds) {
		return nil, store.ErrNotFound
	}
	payload, err := m.Ledger.Payload(id)
	if err != nil && m.own != nil {
		return m.own.Payload(id)
	}
	return payload, err
}
