package simulation

import (
	"slices"

	"stocktake/review"
	"stocktake/signing"
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
// proves for good, as node.refile does, once those logs have been quiet, and
// when content came that was lacking then.
func (node *Node) refile() {
	held, news := node.earlier()
	switch {
	case !news || !node.Open || node.Fenced != "" || len(node.links) == 0:
		return
	case held != node.quiet:
		node.quiet = held
		node.arrived() // and look again
		return
	}
	node.refiled, node.lacking = held, nil
	reading := node.readAll()
	if reading == nil {
		return
	}
	final := node.final()
	var again []review.SignedDocument
	for id, d := range reading.Documents() {
		at, left := leftBehind(node, reading, final, id)
		if !left || d != nil && (d.Kind == review.KindReceipt || d.Kind == review.KindOpening) {
			continue
		}
		if d == nil {
			node.lacking = append(node.lacking, node.Ledger.logs[at.Origin].entries[at.Index].Leaf.Digest)
		} else {
			again = append(again, node.Ledger.signed(place{at.Origin, at.Index}))
		}
	}
	node.network.File(node, again...)
}

// earlier is how much is held of the participant's earlier logs, and whether
// that is another amount than was filed again, or content came that was lacking.
func (node *Node) earlier() (held uint64, news bool) {
	for _, l := range node.chain.Logs() {
		if l.Participant == node.ID && l.Origin != node.Origin {
			held += node.Ledger.Head(l.Origin).Size
		}
	}
	switch {
	case node.epoch == 1 || held == 0 || node.Mutant.is(mutantNothingRefiled):
		return held, false
	case node.Mutant.is(mutantRefiledOnce):
		return held, held != node.refiled
	}
	came := slices.ContainsFunc(node.lacking, func(d signing.Digest) bool { return node.Ledger.payloads[d] != nil })
	return held, held != node.refiled || came
}

// behind is whether what they hold is to be filed again yet.
func (node *Node) behind() bool {
	_, news := node.earlier()
	return news
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
// and nowhere that proves its filing for good; at is its place there.
func leftBehind(node *Node, reading *review.Reading, final map[review.Origin]uint64, id review.DocumentID) (at review.Place, left bool) {
	for _, p := range reading.Places(id) {
		log, _ := reading.Chain().Log(p.Origin)
		if p.Origin == node.Origin || p.Index < final[p.Origin] && log.Trusted() {
			return at, false
		}
		if log.Participant == node.ID {
			at, left = p, true
		}
	}
	return at, left
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
