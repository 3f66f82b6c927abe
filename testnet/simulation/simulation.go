// Package simulation runs many nodes' protocol cores in one goroutine, over
// records in memory and a network that delays, loses, repeats, reorders and
// splits. Time is simulated. A run follows from its seed: the same seed gives
// the same events in the same order, whose hash is Network.Trace.
//
// It checks the protocol, not libp2p or the disk: those have tests of their
// own with the real thing.
//
//	f := simulation.NewFederation(seed, 5, 3)
//	n := simulation.NewNetwork(seed, f, simulation.Faults{Loss: 0.1, ...})
//	n.File(n.Nodes[0], f.Pledge(f.Members[0], 1))
//	n.Run(time.Minute)
package simulation

import (
	"container/heap"
	"crypto/sha256"
	"fmt"
	"hash"
	"math/rand/v2"
	"time"

	"stocktake/federation"
	"stocktake/review"
)

// Faults are what a network does to messages.
type Faults struct {
	MinDelay, MaxDelay time.Duration // of a message, evenly spread: this also reorders
	Loss               float64       // share of messages that do not arrive
	Repeat             float64       // share of messages that arrive twice
	Timeout            time.Duration // after which an asker gives up; default 5 s
}

// Network is a running simulation.
type Network struct {
	Federation *Federation
	Nodes      []*Node
	Faults     Faults
	Now        time.Time
	Broken     string // the first promise that was seen broken, where an oracle watches; nothing goes on after it

	oracle *oracle                                             // nil: nobody watches
	asks   int                                                 // requests so far
	voted  map[review.ParticipantID]map[review.DocumentID]bool // charters that members agreed to

	instances int // of databases so far
	random    *rand.Rand
	roster    *federation.Roster
	queue     queue
	count     uint64
	trace     hash.Hash
	sides     map[review.ParticipantID]int // of a partition; absent is side 0
	timing    federation.Timing
}

// NewNetwork makes a node for every member of a federation, all of them
// stopped and empty.
func NewNetwork(seed uint64, f *Federation, faults Faults, timing federation.Timing) *Network {
	if faults.Timeout == 0 {
		faults.Timeout = 5 * time.Second
	}
	n := &Network{
		Federation: f, Faults: faults, Now: Start,
		random: rand.New(rand.NewPCG(seed, 0xfeed)), roster: f.Roster(),
		trace: sha256.New(), sides: make(map[review.ParticipantID]int), timing: timing,
		voted: make(map[review.ParticipantID]map[review.DocumentID]bool),
	}
	for _, m := range f.Members {
		n.Nodes = append(n.Nodes, n.newNode(m))
	}
	return n
}

// NewReplicas makes a network of so many nodes without logs of their own,
// which only copy a federation's.
func NewReplicas(seed uint64, f *Federation, count int, faults Faults, timing federation.Timing) *Network {
	n := NewNetwork(seed, f, faults, timing)
	n.Nodes = nil
	for i := range count {
		n.Nodes = append(n.Nodes, n.newNode(&Member{ID: review.ParticipantID(fmt.Sprint("replica", i)), Witness: f.noteSigner("replica", "witness")}))
	}
	return n
}

func (n *Network) newNode(m *Member) *Node {
	n.instances++
	node := &Node{Member: m, Ledger: NewLedger(), network: n, epoch: 1, asked: make(map[uint64]bool), operator: operator{machine: n.instances}}
	node.Ledger.instance = n.instances
	return node
}

// Trace is a hash over everything that has happened.
func (n *Network) Trace() string { return fmt.Sprintf("%x", n.trace.Sum(nil)) }

// Run lets so much time pass.
func (n *Network) Run(d time.Duration) {
	end := n.Now.Add(d)
	for len(n.queue) > 0 && !n.queue[0].at.After(end) && n.Broken == "" {
		e := heap.Pop(&n.queue).(*happening)
		n.Now = e.at
		e.do()
	}
	n.Now = end
}

// RunUntil lets time pass until something holds, looked at every tenth of a
// second; it reports false if it does not within the limit.
func (n *Network) RunUntil(limit time.Duration, holds func() bool) bool {
	for end := n.Now.Add(limit); n.Now.Before(end); n.Run(100 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return holds()
}

func (n *Network) delay() time.Duration {
	spread := n.Faults.MaxDelay - n.Faults.MinDelay
	return n.Faults.MinDelay + time.Duration(n.random.Int64N(int64(spread)+1))
}

// send delivers a message none, one or two times.
func (n *Network) send(from, to *Node, arrive func()) {
	copies := 1
	if n.random.Float64() < n.Faults.Repeat {
		copies = 2
	}
	for range copies {
		if n.random.Float64() < n.Faults.Loss {
			continue
		}
		life := to.life
		n.after(n.delay(), func() {
			if n.linked(from, to) && to.life == life {
				arrive()
			}
		})
	}
}

func (n *Network) after(d time.Duration, do func()) {
	n.count++
	heap.Push(&n.queue, &happening{at: n.Now.Add(d), number: n.count, do: do})
}

// happening is something that will be done. Of two at one time, the one that
// was planned first comes first.
type happening struct {
	at     time.Time
	number uint64
	do     func()
}

type queue []*happening

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].number < q[j].number
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*happening)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
