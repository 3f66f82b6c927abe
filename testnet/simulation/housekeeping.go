package simulation

import (
	"stocktake/review"
)

// housekeep is what a running node does besides the protocol, whenever records
// came: it deletes what was withdrawn, brings documents of its earlier logs
// along, and its people agree to charters.
func (node *Node) housekeep() {
	if !node.up || node.liar != nil {
		return
	}
	node.erase()
	node.refile()
	node.accede()
}

// erase deletes the content of what its author withdrew, as node.erase does.
func (node *Node) erase() {
	var reading *review.Reading
	for _, w := range node.Ledger.Documents(review.KindWithdrawal) {
		if node.Mutant.is(mutantErasureIgnored) || !w.Predicate.(*review.Withdrawal).Erase || !node.Ledger.erasable(w.About()) {
			continue
		}
		if reading == nil {
			if reading = node.readAll(); reading == nil {
				return
			}
		}
		if taken, ok := reading.Withdrawn(w.About()); ok && taken.Erase {
			node.Ledger.SetAbsent(w.About(), review.Erased)
		}
	}
}

// refile files again what the participant's earlier logs hold and nothing
// proves for good, as node.refile does, once those logs have been quiet.
func (node *Node) refile() {
	if node.epoch == 1 || !node.Open || node.Fenced != "" || len(node.links) == 0 || node.Mutant.is(mutantNothingRefiled) {
		return
	}
	held := uint64(0)
	for _, l := range node.chain.Logs() {
		if l.Participant == node.ID && l.Origin != node.Origin {
			held += node.Ledger.Head(l.Origin).Size
		}
	}
	switch {
	case held == 0 || held == node.refiled:
		return
	case held != node.quiet:
		node.quiet = held
		node.arrived() // and look again
		return
	}
	node.refiled = held
	reading := node.readAll()
	if reading == nil {
		return
	}
	final := node.final()
	var again []review.SignedDocument
	for id, d := range reading.Documents() {
		if d == nil || d.Kind == review.KindReceipt || d.Kind == review.KindOpening || !leftBehind(node, reading, final, id) {
			continue
		}
		if signed, ok := node.Ledger.document(id); ok {
			again = append(again, signed)
		}
	}
	node.network.File(node, again...)
}

// final is up to which size a quorum of the witnesses cosigned each log.
func (node *Node) final() map[review.Origin]uint64 {
	final := map[review.Origin]uint64{}
	for _, d := range node.Ledger.Documents(review.KindReceipt) {
		cp, ok := node.Ledger.library.quorate(node.chain, []byte(d.Predicate.(*review.Receipt).Checkpoint))
		if o := review.Origin(cp.Origin); ok {
			if root, err := node.Ledger.Root(o, cp.Size); err == nil && root == cp.Root {
				final[o] = max(final[o], cp.Size)
			}
		}
	}
	return final
}

// leftBehind is whether a document lies in an earlier log of the participant
// and nowhere that proves its filing for good.
func leftBehind(node *Node, reading *review.Reading, final map[review.Origin]uint64, id review.DocumentID) bool {
	own := false
	for _, p := range reading.Places(id) {
		log, _ := reading.Chain().Log(p.Origin)
		if p.Origin == node.Origin || p.Index < final[p.Origin] && log.Trusted() {
			return false
		}
		own = own || log.Participant == node.ID
	}
	return own
}

// accede signs the first charter that may follow the one in force, for a member
// that has not agreed to another; one that is easily won over agrees to all.
func (node *Node) accede() {
	if node.Fenced != "" || !node.votes {
		return
	}
	inForce, id := node.chain.InForce()
	agreed := map[review.DocumentID]bool{}
	for _, d := range node.Ledger.Documents(review.KindAccession) {
		if d.Author == node.ID {
			agreed[d.About()] = true
		}
	}
	for voted := range node.network.voted[node.ID] {
		agreed[voted] = true
	}
	proposals := node.Ledger.Documents(review.KindCharter)
	for _, d := range proposals {
		c := d.Predicate.(*review.Charter)
		if c.Number != inForce.Number+1 || c.Previous != id || agreed[d.ID] || node.chain.Follows(c) != nil {
			continue
		}
		rival := false
		for _, other := range proposals {
			rival = rival || other.Predicate.(*review.Charter).Number == c.Number && agreed[other.ID]
		}
		if rival && !node.easy {
			continue
		}
		agreed[d.ID] = true
		node.network.vote(node, d.ID)
	}
}

// vote files a member's voice for a charter.
func (n *Network) vote(node *Node, charter review.DocumentID) {
	if n.voted[node.ID] == nil {
		n.voted[node.ID] = map[review.DocumentID]bool{}
	}
	n.voted[node.ID][charter] = true
	n.Federation.clock = node.clock()
	n.File(node, n.Federation.Accede(node.Member, charter))
}
