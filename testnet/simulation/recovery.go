package simulation

import (
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// operator is what the people behind a node do about its troubles: the same
// steps as `stocktake key epoch` and `stocktake init --recover` take.
type operator struct {
	trouble string // why its log must not go on: restored, cloned, lost or forked; "" if nothing is known
	called  bool   // the next epoch is planned
	machine int    // its instance, beside the database

	bringing int // how often yet authors will bring again what was lost

	opening  *review.SignedDocument // to be carried to the others
	openings []*review.Document     // of its later epochs, in the home's federation file
}

// Backup is a copy of a node's records as a backup has it, without the name of
// the instance.
func (node *Node) Backup() *Ledger {
	backup := node.Ledger.Clone()
	backup.instance = 0
	return backup
}

// Restore replaces a node's records by those of a backup and starts it.
func (n *Network) Restore(node *Node, backup *Ledger) {
	n.Stop(node)
	node.Ledger = backup.Clone()
	node.trouble = "restored"
	n.Start(node)
}

// RollBack puts a node back to an earlier state as a whole, the name of its
// instance too: what a hypervisor does. Only its peers can notice.
func (n *Network) RollBack(node *Node, before *Ledger) {
	n.Stop(node)
	node.Ledger = before.Clone()
	node.Ledger.instance = node.machine
	node.trouble, node.rolledBack = "restored", n.Now
	n.Start(node)
}

// CloneNode starts a second machine from a node's records, on a side of its
// own unless that is 0. Whole says that the name of the instance came along.
func (n *Network) CloneNode(node *Node, whole bool, side int) *Node {
	c := &Node{Member: node.Member, Ledger: node.Backup(), network: n, epoch: node.epoch, elsewhere: side, copyOf: node,
		skew: node.skew, Mutant: node.Mutant, operator: operator{trouble: "cloned", machine: node.machine}}
	if whole {
		c.Ledger.instance, node.trouble = node.machine, "cloned"
	}
	n.Nodes = append(n.Nodes, c)
	n.Start(c)
	return c
}

// LoseDisk takes all records of a node away. It stays down until its operator
// opens the next epoch.
func (n *Network) LoseDisk(node *Node) {
	n.Stop(node)
	node.Ledger = NewLedger()
	node.trouble = "lost"
}

// copied is whether the records are not those that this machine last ran on.
func (node *Node) copied() bool { return node.Origin != "" && node.Ledger.instance != node.machine }

// NextEpoch ends a node's log and goes on in another: new keys, an opening that
// the root key signs, the old log fenced. A node that may have forgotten what
// it cosigned puts its witness key aside.
func (n *Network) NextEpoch(node *Node, reason string) {
	n.Stop(node)
	f := n.Federation
	f.clock = node.clock()
	node.Ledger.library = f.library
	node.Mutant.spoil(node.Ledger)
	node.Ledger.fences[node.Origin] = "the root key opened the next epoch"
	node.epoch++
	next := f.Next(node.Member, node.epoch)
	if (reason == "lost" || reason == "restored" || reason == "cloned") && !node.Mutant.is(mutantWitnessKept) {
		next.Witness = nil
	}
	node.Member = next
	opening := f.NextOpening(next, node.epoch, reason)
	n.oracle.appends(node, []review.SignedDocument{opening})
	node.Ledger.Append(node.Origin, node.Log, Entry(opening))
	n.instances++
	node.machine, node.Ledger.instance = n.instances, n.instances
	node.operator = operator{machine: node.machine, bringing: node.bringing, opening: &opening, openings: append(node.openings, opening.Document)}
	n.Start(node)
	n.bringAgain(node)
}

// bringAgain has authors look some minutes later whether a node has got back
// what it lost, and bring again what it has not.
func (n *Network) bringAgain(node *Node) {
	node.bringing++
	n.after(3*time.Minute, func() {
		node.bringing--
		n.oracle.broughtAgain(node)
	})
}

// known is whether others take a node for who it is, or none is there to.
func (n *Network) known(node *Node) bool {
	for _, other := range n.Nodes {
		if other.up && other.ID != node.ID && other.liar == nil && !other.knows(node) {
			return false
		}
	}
	return true
}

// carry has another member's node file the opening, until the members know it.
func (n *Network) carry(node *Node) {
	if node.opening == nil || n.known(node) {
		node.opening = nil
		return
	}
	var carriers []*Node
	for _, other := range n.Nodes {
		if other.up && other.Open && other.Fenced == "" && other.ID != node.ID && other.liar == nil && !other.knows(node) {
			carriers = append(carriers, other)
		}
	}
	if len(carriers) > 0 {
		n.File(carriers[n.random.IntN(len(carriers))], *node.opening)
	}
}

// attend has the operator of each node look after it now and then, and open
// the next epoch some time after a node was fenced or lost its disk.
func (n *Network) attend(every time.Duration) {
	for _, node := range n.Nodes {
		switch {
		case node.copyOf != nil || node.liar != nil && node.trouble == "":
		case (node.Fenced != "" || node.trouble == "lost") && !node.called:
			node.called = true
			n.after(time.Duration(1+n.random.IntN(5))*time.Minute, func() {
				reason := node.trouble
				if reason == "" {
					reason = "forked"
				}
				n.NextEpoch(node, reason)
			})
		case node.opening != nil && node.up:
			n.carry(node)
		}
	}
	n.after(every, func() { n.attend(every) })
}

// readAll is what all that a node holds says.
func (node *Node) readAll() *review.Reading {
	states, err := node.Ledger.LogStates()
	if err != nil {
		panic(err) // memory does not fail
	}
	l, digest := node.Ledger.library, digestOf(states)
	if known, ok := l.readings.Load(digest); ok {
		return known.(*review.Reading)
	}
	genesis := node.network.Federation.Genesis.Document
	s := review.Snapshot{Federation: genesis.ID, Logs: states}
	reading, err := review.Read(s, genesis, node.Ledger.Records(s), time.Time{})
	if err != nil {
		node.network.breaks("%s cannot read its own records: %v", node.name(), err)
		return nil
	}
	l.readings.Store(digest, reading)
	return reading
}

// quorate is review.Quorate.
func (l *library) quorate(chain *review.Chain, note []byte) (signing.Checkpoint, bool) {
	type answer struct {
		signing.Checkpoint
		ok bool
	}
	_, charter := chain.InForce()
	key := string(charter) + string(note)
	if known, ok := l.quorums.Load(key); ok {
		return known.(answer).Checkpoint, known.(answer).ok
	}
	cp, ok := review.Quorate(chain, note)
	if _, listed := chain.Log(review.Origin(cp.Origin)); listed { // else it may be later
		l.quorums.Store(key, answer{cp, ok})
	}
	return cp, ok
}
