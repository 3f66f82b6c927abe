package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
)

// enrolled is what a node knows of its federation by its records.
type enrolled struct {
	chain    *review.Chain
	roster   *federation.Roster
	charters int           // documents that the chain was read from
	turn     time.Time     // when the witnesses change by the node's clock; zero: not that it knows
	dated    time.Time     // that clock's time when the roster was made
	pause    time.Duration // before the charters are read again
	reading  bool          // that is planned
}

// enrolEvery is the least time between two readings of the charters, and
// enrolPause the most, where a proposal does not come into force.
const (
	enrolEvery = 4 * time.Second
	enrolPause = time.Minute
)

// arrived makes a node read the charters again soon: records came.
func (node *Node) arrived() {
	if node.enrolled.reading || !node.up {
		return
	}
	node.enrolled.reading = true
	life := node.life
	node.network.after(max(enrolEvery, node.pause), func() {
		if node.life == life {
			node.reread()
		}
	})
}

// reread reads the charters and tells the core of others.
func (node *Node) reread() {
	node.enrolled.reading = false
	changed := node.enrol()
	defer node.housekeep()
	if !changed {
		node.pause = min(enrolPause, 2*node.pause+enrolEvery)
		return
	}
	node.pause = 0
	node.covered = node.receipted()
	node.step(federation.Enrolled{Roster: node.Mutant.roster(node.roster), Owed: node.owed()})
	if reason := node.ended(); reason != "" && node.Fenced == "" && node.up {
		node.fence(reason)
		node.step(federation.Tick{})
	}
	node.network.relink()
}

// ended is why the own log must not be signed any more, by what was filed.
func (node *Node) ended() string {
	own, _ := node.chain.Log(node.Origin)
	switch {
	case own.Ended != "":
		return "the root key opened the next epoch"
	case own.Forked != "":
		return "its key signed two histories"
	}
	return ""
}

// enrol reads the charter chain out of the records as a federation.Runner does,
// and reports whether it is another than the last time.
func (node *Node) enrol() (changed bool) {
	now := node.clock()
	documents, proposed := node.constitution()
	turned := node.chain == nil || !node.turn.IsZero() && !now.Before(node.turn) || now.Before(node.dated)
	node.dated = now
	if len(documents) == node.charters && !proposed && !turned && len(node.chain.Forks()) == 0 {
		return false
	}
	chain := node.chain
	if len(documents) != node.charters || proposed || chain == nil {
		chain = node.readChain(documents)
	}
	roster, turn := federation.RosterAt(chain, now)
	ended := node.endings(chain, roster)
	changed = node.chain == nil || !sameCharter(node.chain, chain) || len(documents) != node.charters || turned || ended
	node.chain, node.charters = chain, len(documents)
	node.roster, node.turn = roster, turn
	node.keys = nodeKeys(chain)
	if !node.turn.IsZero() {
		life := node.life
		node.network.after(max(0, node.turn.Sub(now)), func() {
			if node.life == life {
				node.reread()
			}
		})
	}
	return changed
}

func sameCharter(a, b *review.Chain) bool {
	_, x := a.InForce()
	_, y := b.InForce()
	return x == y
}

// constitution are the charters, accessions, openings, changes of keys and
// proofs of forks among the records, and whether one of them is not in force
// and may yet be.
func (node *Node) constitution() (documents []*review.Document, proposed bool) {
	number := 1
	if node.chain != nil {
		c, _ := node.chain.InForce()
		number = c.Number
	}
	for _, kind := range []review.Kind{review.KindCharter, review.KindAccession, review.KindOpening, review.KindKey, review.KindFork} {
		for _, d := range node.Ledger.Documents(kind) {
			documents = append(documents, d)
			switch p := d.Predicate.(type) {
			case *review.Charter:
				proposed = proposed || p.Number > number
			case *review.KeyChange:
				proposed = proposed || node.chain != nil && !node.chain.Decided(d.ID) && node.signed(node.chain, d)
			case *review.Opening:
				proposed = proposed || node.chain != nil && !node.chain.Opens(p) && node.signed(node.chain, d)
			}
		}
	}
	return documents, proposed
}

// readChain is the chain that the records make by what is final here, with the
// openings that arrived, final or not. As long as they hold nothing but the
// founding it is the one that the node joined with.
func (node *Node) readChain(documents []*review.Document) *review.Chain {
	f := node.network.Federation
	joined := f.Chain
	if len(node.openings) > 0 {
		joined = f.With(node.openings...)
	}
	if !slices.ContainsFunc(documents, func(d *review.Document) bool {
		opening, _ := d.Predicate.(*review.Opening)
		return d.ID != f.Genesis.ID && d.Kind != review.KindAccession && (opening == nil || opening.Epoch > 1)
	}) {
		return joined
	}
	return node.Ledger.govern(f.Genesis.Document).After(joined)
}

// signed is whether some record of a document is genuine and made with a key
// that may make it.
func (node *Node) signed(chain *review.Chain, d *review.Document) bool {
	return slices.ContainsFunc(node.Ledger.signers(d.ID), func(key signing.DocumentKey) bool {
		switch d.Kind {
		case review.KindOpening:
			return chain.MayOpen(d, key)
		case review.KindKey:
			return chain.MayChangeKeys(d, key)
		}
		return slices.Contains(chain.AuthorKeys(d.Author), key)
	})
}

// govern is review.Govern over all that the ledger holds.
func (l *Ledger) govern(genesis *review.Document) *review.Chain {
	states, err := l.LogStates()
	if err != nil {
		panic(err) // memory does not fail
	}
	digest := digestOf(states)
	if known, ok := l.library.governed.Load(digest); ok {
		return known.(*review.Chain)
	}
	chain, err := review.Govern(genesis, states, l.Records(review.Snapshot{Logs: states}))
	if err != nil {
		panic(err)
	}
	l.library.governed.Store(digest, chain)
	return chain
}

// digestOf tells states apart.
func digestOf(states []review.LogState) string {
	var b strings.Builder
	for _, s := range states {
		fmt.Fprintf(&b, "%s %d %x %v\n", s.Origin, s.Size, s.Root, s.Absent)
	}
	return b.String()
}
