package simulation

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Node is one member's node: its core, its records, and what it was told.
type Node struct {
	*Member
	Ledger *Ledger
	Core   *federation.Core
	Open   bool   // its log may be signed
	Fenced string // why it may not, for good
	Forks  []federation.ForkSeen

	// Corrupt, if set, changes what this node answers to others.
	Corrupt func(method string, answer []byte) []byte

	network  *Network
	up       bool
	life     int // counts starts, so that what was on its way to an earlier one is lost
	cosigner *federation.Cosigner
	waiting  []store.Entry       // to be filed once the log is open
	proofs   []review.DocumentID // of forks, among those
	seen     map[[32]byte]bool
	asked    map[uint64]bool
	ticking  time.Time
	covered  uint64 // own log size that a receipt covers
}

var errTimeout = errors.New("simulation: no answer in time")

// Start brings a node up with what its records hold.
func (n *Network) Start(node *Node) {
	node.up, node.Open = true, false
	node.life++
	node.seen = make(map[[32]byte]bool)
	node.asked = make(map[uint64]bool)
	node.ticking = time.Time{}
	node.Core = federation.NewCore(federation.Options{
		Self: node.ID, Own: node.Origin, Seed: n.random.Uint64(), Timing: n.timing}, n.roster)
	node.cosigner = &federation.Cosigner{
		Name:   review.WitnessName(node.ID, n.Federation.Genesis.ID, suffix),
		Signer: node.Witness, State: node.Ledger,
		Roster: func() *federation.Roster { return n.roster },
		Now:    func() time.Time { return n.Now },
	}
	node.step(federation.Started{Heads: node.Ledger.Heads(), Fenced: node.Ledger.fenced, Owed: node.owed()})
	for _, other := range n.Nodes {
		if other != node && n.reaches(node, other) {
			n.connect(node, other)
			n.connect(other, node)
		}
	}
}

// Stop takes a node down as a power cut does: its records stay.
func (n *Network) Stop(node *Node) {
	for _, other := range n.Nodes {
		if other != node && n.reaches(other, node) {
			other.step(federation.PeerDown{Peer: node.ID})
		}
	}
	node.up = false
	node.life++
}

// StartAll starts every node.
func (n *Network) StartAll() {
	for _, node := range n.Nodes {
		n.Start(node)
	}
}

// File puts documents into a node's log, in one batch, as soon as it may be
// signed.
func (n *Network) File(node *Node, documents ...review.SignedDocument) {
	for _, d := range documents {
		node.waiting = append(node.waiting, Entry(d))
	}
	node.fileWaiting()
}

func (node *Node) fileWaiting() {
	if !node.up || !node.Open || node.Fenced != "" || len(node.waiting) == 0 {
		return
	}
	entries := node.waiting
	node.waiting = nil
	head := node.Ledger.Append(node.Origin, node.Log, entries...)
	node.step(federation.Appended{Head: head, Substance: true})
}

// owed reports whether the own log holds a document that no receipt covers.
func (node *Node) owed() bool {
	m := node.Ledger.logs[node.Origin]
	if m == nil {
		return false
	}
	for _, e := range m.entries[min(node.covered, uint64(len(m.entries))):] {
		if e.Leaf.Key != node.Clerk.Public {
			return true
		}
	}
	return false
}

// step tells the core, writes the trace and does what the core wants.
func (node *Node) step(e federation.Event) {
	n := node.network
	effects := node.Core.Step(n.Now, e)
	fmt.Fprintf(n.trace, "%d %s %T\n", n.Now.UnixNano(), node.ID, e)
	for _, effect := range effects {
		fmt.Fprintf(n.trace, "  %T\n", effect)
		node.do(effect)
	}
	node.tick()
}

// tick plans the Tick that the core asks for, unless an earlier one is.
func (node *Node) tick() {
	n, at := node.network, node.Core.Wake()
	if at.IsZero() || !node.ticking.IsZero() && !node.ticking.After(at) {
		return
	}
	node.ticking = at
	life := node.life
	n.after(max(0, at.Sub(n.Now)), func() {
		if node.life == life && node.ticking.Equal(at) {
			node.ticking = time.Time{}
			node.step(federation.Tick{})
		}
	})
}

func (node *Node) do(effect federation.Effect) {
	n := node.network
	switch e := effect.(type) {
	case federation.Ask:
		node.ask(e)
	case federation.Extend:
		node.later(func() federation.Event { return node.extend(e.Tail) })
	case federation.Announce:
		node.gossip(e.Note, nil)
	case federation.Relay: // see hear
	case federation.Reveal:
		for _, payload := range e.Payloads {
			node.Ledger.Reveal(payload)
		}
	case federation.ListMissing:
		node.later(func() federation.Event {
			var ids []review.DocumentID
			for _, id := range node.Ledger.Missing() {
				if id > e.After && len(ids) < 1024 {
					ids = append(ids, id)
				}
			}
			return federation.MissingListed{IDs: ids}
		})
	case federation.FileReceipt:
		node.later(func() federation.Event { return node.fileReceipt(e.Note) })
	case federation.OpenLog:
		node.Open = true
		node.fileWaiting()
	case federation.Fence:
		node.Fenced, node.Ledger.fenced = e.Reason, e.Reason
	case federation.Doubted: // told to people
	case federation.ForkSeen:
		node.Forks = append(node.Forks, e)
		node.proveFork(e)
	default:
		panic(fmt.Sprintf("simulation: %T", n))
	}
}

// later does something on this machine, some time, in the order asked for.
func (node *Node) later(do func() federation.Event) {
	life := node.life
	node.network.after(time.Millisecond, func() {
		if node.life == life {
			node.step(do())
		}
	})
}

func (node *Node) extend(t store.Tail) federation.Event {
	federation.VerifyRange(t.Entries)
	head, err := node.Ledger.Extend(t)
	fmt.Fprintf(node.network.trace, "  extend %s to %d %s %v\n", t.Origin, head.Size, head.Root, err)
	missing := false
	for _, e := range t.Entries {
		missing = missing || e.Absence != review.Present
	}
	return federation.Extended{Origin: t.Origin, Head: head, Missing: missing, Refused: errors.Is(err, store.ErrProof), Err: err}
}

func (node *Node) fileReceipt(note []byte) federation.Event {
	if node.Fenced != "" {
		return federation.ReceiptFiled{Err: store.ErrFenced}
	}
	receipt := node.network.Federation.Receipt(node.Member, note)
	cp, err := signing.PeekCheckpoint(note)
	if err != nil {
		panic(err)
	}
	node.covered = cp.Size
	head := node.Ledger.Append(node.Origin, node.Log, Entry(receipt))
	node.step(federation.Appended{Head: head})
	return federation.ReceiptFiled{}
}

// proveFork files the proof of a fork, as a node does that may sign its log.
func (node *Node) proveFork(seen federation.ForkSeen) {
	if node.Fenced != "" || seen.Origin == node.Origin {
		return
	}
	proof := node.network.Federation.Fork(node.Member, seen)
	if review.CheckFork(node.network.Federation.Chain, proof.Predicate.(*review.Fork)) == nil {
		node.proofs = append(node.proofs, proof.ID)
		node.waiting = append(node.waiting, Entry(proof))
		node.network.after(time.Millisecond, node.fileWaiting)
	}
}

// ask sends a request and brings back its answer, or the news that there is
// none.
func (node *Node) ask(e federation.Ask) {
	n := node.network
	call, err := federation.Compose(node.Ledger, e.Request)
	if err != nil {
		panic(err) // memory does not fail
	}
	fmt.Fprintf(n.trace, "  ask %s %s %x\n", e.To, call.Method, sha256.Sum256(call.Body))
	node.asked[e.ID] = true
	life := node.life
	finish := func(answer any, err error) {
		if node.life == life && node.asked[e.ID] {
			delete(node.asked, e.ID)
			node.step(federation.Answered{Ask: e.ID, Answer: answer, Err: err})
		}
	}
	n.after(n.Faults.Timeout, func() { finish(nil, errTimeout) })
	to := n.node(e.To)
	if to == node {
		n.after(0, func() { finish(call.Read(node.serve(call.Method, call.Body))) })
		return
	}
	n.send(node, to, func() {
		to.whenHeld(node.ID, e.Request, n.Now.Add(n.Faults.Timeout/2), func() {
			body := bytes.Clone(to.serve(call.Method, call.Body))
			if to.Corrupt != nil {
				body = to.Corrupt(call.Method, body)
			}
			n.send(to, node, func() { finish(call.Read(body)) })
		})
	})
}

// whenHeld answers at once, but for a request to cosign what is not here yet:
// that waits a while for the records.
func (node *Node) whenHeld(from review.ParticipantID, r federation.Request, until time.Time, answer func()) {
	n := node.network
	cosign, ok := r.(federation.Cosign)
	if !ok || node.Ledger.Head(cosign.Origin).Size >= cosign.Size || n.Now.After(until) {
		answer()
		return
	}
	node.step(federation.Heard{From: from, Note: cosign.Note, InPerson: true})
	life := node.life
	n.after(20*time.Millisecond, func() {
		if node.life == life {
			node.whenHeld(from, r, until, answer)
		}
	})
}

func (node *Node) serve(method string, body []byte) []byte {
	if method == federation.MethodAddCheckpoint {
		return node.cosigner.Answer(body)
	}
	answer, err := federation.Answer(node.Ledger, method, body)
	if err != nil {
		panic(err) // the requests are well formed
	}
	return answer
}

// gossip passes a note to everyone who can be reached, but for whom it came
// from.
func (node *Node) gossip(note []byte, except *Node) {
	n := node.network
	node.seen[sha256.Sum256(note)] = true
	for _, other := range n.Nodes {
		if other != node && other != except && n.reaches(node, other) {
			n.send(node, other, func() { other.hear(node, note) })
		}
	}
}

func (node *Node) hear(from *Node, note []byte) {
	if id := sha256.Sum256(note); !node.seen[id] {
		node.seen[id] = true
		n := node.network
		fmt.Fprintf(n.trace, "%d %s hears %x\n", n.Now.UnixNano(), node.ID, id)
		effects := node.Core.Step(n.Now, federation.Heard{From: from.ID, Note: note})
		for _, effect := range effects {
			if _, ok := effect.(federation.Relay); ok {
				node.gossip(note, from)
				continue
			}
			node.do(effect)
		}
		node.tick()
	}
}

// Snapshot is of everything that the node holds.
func (node *Node) Snapshot() review.Snapshot {
	genesis := node.network.Federation.Genesis.Document
	states, err := node.Ledger.LogStates()
	if err != nil {
		panic(err) // memory does not fail
	}
	s, err := review.Describe(genesis, states, node.Ledger.Records(review.Snapshot{Logs: states}))
	if err != nil {
		panic(err)
	}
	return s
}

// Stocktake is what the node makes of a snapshot.
func (node *Node) Stocktake(s review.Snapshot) (*review.Stocktake, error) {
	return review.Assemble(s, node.network.Federation.Genesis.Document, node.Ledger.Records(s), review.Options{})
}
