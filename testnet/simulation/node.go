package simulation

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
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

	// Mutant, if set, is a guarantee that this node does not keep.
	Mutant *Mutation

	network    *Network
	epoch      int // of its log and its keys
	up         bool
	life       int       // counts starts, so that what was on its way to an earlier one is lost
	rolledBack time.Time // when its machine was, last
	fuse       int       // steps until the power fails; 0: it does not
	cosigner   *federation.Cosigner
	liar       *liar                   // of a Byzantine node
	waiting    []review.SignedDocument // to be filed once the log is open
	seen       map[[32]byte]bool
	asked      map[uint64]bool
	ticking    time.Time
	covered    uint64  // own log size that a receipt covers
	durable    *Ledger // a mutant's, before it wrote last

	skew      time.Duration // of its clock
	elsewhere int           // the side that a copy of a node was put on; 0: with its participant
	links     map[review.ParticipantID]bool
	keys      map[review.ParticipantID]signing.NoteKey // by which it takes others for who they are
	copyOf    *Node                                    // of a copy that runs beside it
	damaged   bool                                     // it lost content, and may get it back at any time
	careless  bool                                     // it was put back or run twice as a whole
	votes     bool                                     // its people agree to charters that come
	easy      bool                                     // also to a rival of one that they agreed to
	quiet     uint64                                   // records of earlier logs when it last looked
	refiled   uint64                                   // and when it last filed again what they hold
	lacking   []signing.Digest                         // of that, what came without its content
	enrolled
	operator
}

var errTimeout = errors.New("simulation: no answer in time")

// Start brings a node up with what its records hold.
func (n *Network) Start(node *Node) {
	node.up, node.Open = true, false
	node.life++
	node.seen = make(map[[32]byte]bool)
	node.asked = make(map[uint64]bool)
	node.links = make(map[review.ParticipantID]bool)
	node.ticking, node.fuse = time.Time{}, 0
	node.Ledger.library = n.Federation.library
	if node.copied() && node.Ledger.fences[node.Origin] == "" && !node.Mutant.is(mutantCopyUnnoticed) {
		node.Ledger.fences[node.Origin] = "these records come from a backup or another machine"
	}
	if node.Mutant.is(mutantNoFence) {
		delete(node.Ledger.fences, node.Origin)
	}
	node.Fenced = node.Ledger.fences[node.Origin]
	node.Mutant.spoil(node.Ledger)
	node.quiet, node.refiled, node.lacking = 0, 0, nil
	node.enrolled = enrolled{}
	node.enrol()
	node.Core = federation.NewCore(federation.Options{
		Self: node.ID, Own: node.Origin, Seed: n.random.Uint64(), Timing: node.Mutant.timing(n.timing)}, node.Mutant.roster(node.roster))
	node.cosigner = &federation.Cosigner{
		Name:   review.WitnessName(node.ID, n.Federation.Genesis.ID, suffix),
		Signer: node.Witness, State: node.Mutant.witnessState(node.Ledger),
		Roster: func() *federation.Roster { return node.roster },
		Now:    node.clock,
	}
	node.covered = node.receipted()
	node.step(federation.Started{Heads: node.Ledger.Heads(), Fenced: node.Fenced, Owed: node.owed()})
	n.relink()
	node.arrived()
}

// clock is the time as this node's machine has it.
func (node *Node) clock() time.Time { return node.network.Now.Add(node.skew) }

// Stop takes a node down as a power cut does: its records stay.
func (n *Network) Stop(node *Node) {
	node.up = false
	node.life++
	n.relink()
}

// burn brings a node one step closer to the power cut that awaits it, and
// reports whether that came.
func (node *Node) burn() bool {
	if node.fuse > 0 {
		if node.fuse--; node.fuse == 0 {
			node.network.Stop(node)
			if node.Mutant.is(mutantVolatile) && node.durable != nil {
				node.Ledger = node.durable
			}
		}
	}
	return !node.up
}

// StartAll starts every node.
func (n *Network) StartAll() {
	for _, node := range n.Nodes {
		n.Start(node)
	}
}

// File puts documents into a node's log, in one batch, as soon as it may be
// signed. Until then their authors keep them.
func (n *Network) File(node *Node, documents ...review.SignedDocument) {
	node.waiting = append(node.waiting, documents...)
	node.fileWaiting()
}

func (node *Node) fileWaiting() {
	if !node.up || !node.Open || node.Fenced != "" || len(node.waiting) == 0 {
		return
	}
	documents := slices.DeleteFunc(node.waiting, node.filed) // the door says that it has them
	node.waiting = nil
	if len(documents) == 0 {
		return
	}
	if head, ok := node.append(documents...); ok {
		node.step(federation.Appended{Head: head, Substance: true})
	}
}

// filed is whether the own log has a document, with its content unless that was
// erased.
func (node *Node) filed(d review.SignedDocument) bool {
	return node.Ledger.has(d, func(o review.Origin) bool { return o == node.Origin })
}

// keeps is whether this log or an earlier one of this participant has a document,
// with its content unless that was erased.
func (node *Node) keeps(d review.SignedDocument) bool {
	return node.Ledger.has(d, func(o review.Origin) bool {
		log, _ := node.chain.Log(o)
		return log.Participant == node.ID
	})
}

// append signs documents into the own log; ok is false if the power fails right
// after they are on disk.
func (node *Node) append(documents ...review.SignedDocument) (head store.Head, ok bool) {
	entries := make([]store.Entry, len(documents))
	for i, d := range documents {
		entries[i] = Entry(d)
	}
	node.network.oracle.appends(node, documents)
	if node.Mutant.is(mutantVolatile) {
		node.durable = node.Ledger.Clone()
	}
	head = node.Ledger.Append(node.Origin, node.Log, entries...)
	node.arrived()
	return head, !node.burn()
}

// receipted is the size of the own log up to which a receipt in it makes it final.
func (node *Node) receipted() (size uint64) {
	for _, d := range node.Ledger.Documents(review.KindReceipt) {
		note := []byte(d.Predicate.(*review.Receipt).Checkpoint)
		if cp, err := signing.PeekCheckpoint(note); err != nil || cp.Origin != string(node.Origin) || d.Author != node.ID {
			continue
		}
		if cp, ok := node.Ledger.library.quorate(node.chain, note); ok || node.Mutant.is(mutantNoQuorum) {
			size = max(size, cp.Size)
		}
	}
	return size
}

// owed reports whether the own log holds a document that no receipt makes final.
func (node *Node) owed() bool {
	m := node.Ledger.logs[node.Origin]
	if m == nil || node.Mutant.is(mutantNoReceiptOwed) {
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
	life := node.life
	for _, effect := range effects {
		fmt.Fprintf(n.trace, "  %T\n", effect)
		if node.burn(); node.life != life {
			return
		}
		node.do(effect)
	}
	node.tick()
}

// tick plans the Tick that the core asks for, unless an earlier one is.
func (node *Node) tick() {
	n, at := node.network, node.Core.Wake()
	if !node.up || at.IsZero() || !node.ticking.IsZero() && !node.ticking.After(at) {
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
		node.arrived()
	case federation.ListMissing:
		node.later(func() federation.Event {
			var ids []review.DocumentID
			for _, id := range node.Ledger.Missing() {
				if !node.Mutant.is(mutantMissingLeft) && id > e.After && len(ids) < 1024 {
					ids = append(ids, id)
				}
			}
			return federation.MissingListed{IDs: ids}
		})
	case federation.FileReceipt:
		node.later(func() federation.Event { return node.fileReceipt(e) })
	case federation.FindReceipt:
		node.later(func() federation.Event { return node.findReceipt(e.Origin) })
	case federation.OpenLog:
		node.Open = true
		node.fileWaiting()
	case federation.Fence:
		node.fence(e.Reason)
	case federation.Doubted: // told to people
	case federation.Compare:
		if found, ok, _ := federation.Contradicts(node.Ledger, e.Note); ok {
			found.From = e.From
			node.later(func() federation.Event { return federation.Contradicted{Contradiction: found} })
		}
	case federation.CompareHeads:
		if differ, _ := federation.Differing(node.Ledger, e.Heads); len(differ) > 0 {
			node.later(func() federation.Event { return federation.HeadsDiffer{From: e.From, Heads: differ} })
		}
	case federation.CarryReceipts:
		node.carryReceipts(e.Origin)
	case federation.Rewind:
		node.later(func() federation.Event { return node.rewind(e) })
	case federation.ForkSeen:
		n.oracle.forkSeen(node, e)
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

// fence ends the signing of the own log.
func (node *Node) fence(reason string) {
	node.network.oracle.fenced(node, reason)
	if node.liar == nil && !node.Mutant.is(mutantNoFence) {
		node.Fenced = reason
		node.Ledger.fences[node.Origin] = reason
	}
}

func (node *Node) extend(t store.Tail) federation.Event {
	node.Ledger.library.verify(t.Entries)
	head, err := node.Ledger.Extend(t)
	fmt.Fprintf(node.network.trace, "  extend %s to %d %s %v\n", t.Origin, head.Size, head.Root, err)
	missing := false
	for _, e := range t.Entries {
		missing = missing || e.Absence != review.Present
	}
	node.arrived()
	return federation.Extended{Origin: t.Origin, Head: head, Missing: missing, Refused: errors.Is(err, store.ErrProof), Err: err}
}

func (node *Node) fileReceipt(e federation.FileReceipt) federation.Event {
	if node.Fenced != "" {
		return federation.ReceiptFiled{Origin: e.Origin, Err: store.ErrFenced}
	}
	cp, err := signing.PeekCheckpoint(e.Note)
	if err != nil {
		panic(err)
	}
	head, ok := node.append(node.network.Federation.Receipt(node.Member, e.Note))
	if e.Origin == node.Origin {
		node.covered = cp.Size
		node.network.oracle.receipted(node, e.Note)
	}
	if ok {
		node.step(federation.Appended{Head: head})
	}
	return federation.ReceiptFiled{Origin: e.Origin}
}

// findReceipt looks how much of a log is final by what the node holds.
func (node *Node) findReceipt(o review.Origin) federation.Event {
	found := federation.ReceiptFound{Origin: o, Size: node.final()[o]}
	for i := found.Size; i < node.Ledger.Head(o).Size; i++ {
		payload, _ := node.Ledger.payload(node.Ledger.logs[o].entries[i].Leaf.Digest)
		d, err := review.Parse(payload)
		found.Substance = found.Substance || err != nil || d.Kind != review.KindReceipt
	}
	return found
}

// proveFork files the proof of a fork, as a node does that may sign its log.
func (node *Node) proveFork(seen federation.ForkSeen) {
	if node.Fenced != "" || seen.Origin == node.Origin || node.Mutant.is(mutantForksQuiet) {
		return
	}
	log, _ := node.chain.Log(seen.Origin)
	var ok bool
	if seen.First, seen.Second, ok = federation.Undecided(node.histories(node.chain, seen.Origin), log, seen); !ok {
		return
	}
	proof := node.network.Federation.Fork(node.Member, seen)
	if review.CheckFork(node.chain, proof.Predicate.(*review.Fork)) == nil {
		node.waiting = append(node.waiting, proof)
		node.network.after(time.Millisecond, node.fileWaiting)
	}
}

// ask sends a request and brings back its answer, or the news that there is
// none.
func (node *Node) ask(e federation.Ask) {
	n := node.network
	n.asks++
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
	if e.To == node.ID {
		n.after(0, func() { finish(call.Read(node.serve(node.ID, call.Method, call.Body))) })
		return
	}
	to := n.peer(node, e.To)
	if to == nil {
		return
	}
	n.send(node, to, func() {
		to.whenCopied(node.ID, e.Request, n.Now.Add(n.Faults.Timeout/2), func() {
			body := bytes.Clone(to.serve(node.ID, call.Method, call.Body))
			if to.burn() {
				return
			}
			if to.Corrupt != nil {
				body = to.Corrupt(call.Method, body)
			}
			n.send(to, node, func() { finish(call.Read(body)) })
		})
	})
}

// whenCopied answers at once, but for a request to cosign what is not here yet:
// that waits a while for the records, and for content that came not along from
// the log's own node, as federation.Runner.Cosign does.
func (node *Node) whenCopied(from review.ParticipantID, r federation.Request, until time.Time, answer func()) {
	cosign, ok := r.(federation.Cosign)
	if !ok {
		answer()
		return
	}
	node.whenHeld(from, cosign, until, func() { node.whenComplete(cosign, answer) })
}

// whenComplete answers once the log's own node, if it is there, has been asked
// for the content that is missing here. If it does not say, nor does this node.
func (node *Node) whenComplete(cosign federation.Cosign, answer func()) {
	n := node.network
	owner := n.peer(node, node.roster.Logs[cosign.Origin].Owner)
	ids, err := federation.Uncopied(node.Ledger, node.Ledger, cosign.Origin, cosign.Size)
	if err != nil || len(ids) == 0 || owner == nil || node.Mutant.is(mutantContentless) {
		answer()
		return
	}
	call, err := federation.Compose(node.Ledger, federation.PayloadsRequest{IDs: ids})
	if err != nil {
		panic(err) // memory does not fail
	}
	n.send(node, owner, func() {
		body := bytes.Clone(owner.serve(node.ID, call.Method, call.Body))
		n.send(owner, node, func() {
			if came, err := call.Read(body); err == nil {
				node.do(federation.Reveal{Payloads: came.(federation.PayloadsAnswer).Payloads})
				answer()
			}
		})
	})
}

func (node *Node) whenHeld(from review.ParticipantID, cosign federation.Cosign, until time.Time, answer func()) {
	if node.holds(cosign) {
		answer()
		return
	}
	node.step(federation.Heard{From: from, Note: cosign.Note, InPerson: true})
	life := node.life
	var wait func()
	wait = func() {
		switch {
		case node.life != life:
		case node.holds(cosign) || node.network.Now.After(until):
			answer()
		default:
			node.network.after(20*time.Millisecond, wait)
		}
	}
	wait()
}

func (node *Node) holds(r federation.Cosign) bool {
	return node.Ledger.Head(r.Origin).Size >= r.Size || node.Mutant.is(mutantHoldless)
}

// serve answers a request; nil where there is no answer.
func (node *Node) serve(from review.ParticipantID, method string, body []byte) []byte {
	ledger := federation.Ledger(node.Ledger)
	if node.liar != nil {
		answer, done := node.liar.answer(from, method, body)
		if done {
			return answer
		}
		ledger = node.liar.face(from)
	}
	if method == federation.MethodAddCheckpoint {
		if !node.cosigns() {
			return nil
		}
		answer := node.Mutant.cosign(node.cosigner, body)
		node.network.oracle.cosigned(node, from, body, answer)
		return answer
	}
	answer, err := federation.Answer(ledger, method, body)
	if err != nil {
		return nil
	}
	return answer
}

// cosigns is whether the charter in force lists this node as a witness with
// the key that it has.
func (node *Node) cosigns() bool {
	return slices.ContainsFunc(node.roster.Witnesses, func(w federation.Witness) bool {
		return w.ID == node.ID && node.Witness != nil && w.Key == node.Witness.Key() && (!node.copied() || node.Mutant.is(mutantWitnessKept))
	})
}

// gossip passes a note to everyone who can be reached, but for whom it came
// from.
func (node *Node) gossip(note []byte, except *Node) {
	n := node.network
	node.seen[sha256.Sum256(note)] = true
	for _, other := range n.Nodes {
		if other != except && n.linked(node, other) && node.liar.shows(other.ID, note) {
			n.send(node, other, func() { other.hear(node, note) })
		}
	}
}

func (node *Node) hear(from *Node, note []byte) {
	if id := sha256.Sum256(note); node.up && !node.seen[id] {
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
	states, err := node.Mutant.states(node.Ledger)
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
