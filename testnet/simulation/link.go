package simulation

import (
	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
)

// Split puts nodes on sides that do not hear each other; nodes that are not
// named are on side 0. Open connections between sides break.
func (n *Network) Split(sides map[review.ParticipantID]int) {
	n.sides = sides
	n.relink()
}

// Heal joins all sides.
func (n *Network) Heal() { n.Split(nil) }

// side is where a node is: with its participant, unless it is a copy that was
// put elsewhere.
func (n *Network) side(node *Node) int {
	if node.elsewhere != 0 {
		return node.elsewhere
	}
	return n.sides[node.ID]
}

// linked is whether two nodes can be connected: both run, hear each other, and
// take each other for who they are: each by the node key of its last epoch.
func (n *Network) linked(a, b *Node) bool {
	return a.up && b.up && a.ID != b.ID && n.side(a) == n.side(b) && a.knows(b) && b.knows(a)
}

func (node *Node) knows(other *Node) bool {
	key, listed := node.keys[other.ID]
	return !listed || key == other.Member.Node.Key()
}

// peer is the node that one reaches under a participant's name; nil if none.
// Of two copies of one node it is the first.
func (n *Network) peer(of *Node, id review.ParticipantID) *Node {
	for _, other := range n.Nodes {
		if other.ID == id && n.linked(of, other) {
			return other
		}
	}
	return nil
}

// relink tells each node whom it cannot reach any more, and after a delay whom
// it reaches again: the redial.
func (n *Network) relink() {
	for _, node := range n.Nodes {
		if !node.up {
			continue
		}
		for _, m := range n.Nodes {
			id, life := m.ID, node.life
			switch is := id != node.ID && n.peer(node, id) != nil; {
			case is && !node.links[id]:
				node.links[id] = true
				if node.Mutant.is(mutantNoRedial) && node.Ledger.Head(node.Origin).Size > 3 {
					continue
				}
				n.after(n.delay(), func() {
					if node.life == life && n.peer(node, id) != nil {
						node.step(federation.PeerUp{Peer: id})
					}
				})
			case !is && node.links[id]:
				delete(node.links, id)
				node.step(federation.PeerDown{Peer: id})
				if node.life != life {
					return // it broke down over that; whoever stopped it goes on from here
				}
			}
		}
	}
}

// nodeKeys are those of each participant's last epoch.
func nodeKeys(chain *review.Chain) map[review.ParticipantID]signing.NoteKey {
	epochs, keys := map[review.ParticipantID]int{}, map[review.ParticipantID]signing.NoteKey{}
	for _, l := range chain.Logs() {
		if l.Epoch > epochs[l.Participant] {
			epochs[l.Participant], keys[l.Participant] = l.Epoch, l.NodeKey
		}
	}
	return keys
}
