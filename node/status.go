package node

import (
	"context"
	"fmt"

	"stocktake/node/web"
	"stocktake/review"
)

// Status is how the node and its federation are.
func (n *Node) Status(context.Context) (*web.Status, error) {
	reading, snapshot, err := n.read()
	if err != nil {
		return nil, err
	}
	missing, err := n.store.Missing()
	if err != nil {
		return nil, err
	}
	charter, _ := reading.Chain().InForce()
	p, _ := reading.Chain().Participant(n.config.Participant)
	s := &web.Status{
		Participant: p.ID, Name: p.Name, Federation: n.founding.Genesis.ID, Charter: charter.Number,
		Log: n.origin, Size: n.store.Head(n.origin).Size, Missing: len(missing), Snapshot: snapshot.Digest(),
		Peers: []web.PeerStatus{}, Logs: []web.LogStatus{}, Addresses: []string{}, Demo: n.config.Demo,
	}
	for id, d := range reading.Documents() {
		if d != nil && matches(web.Query{}, listed(reading, id, d)) {
			s.Documents++
		}
		label, _ := reading.Label(id)
		if label.Reason == review.ReasonPending && label.Place.Origin == n.origin {
			s.Pending++
		}
	}
	known := map[review.Origin]uint64{}
	if n.runner != nil {
		now := n.runner.Status()
		known, s.Fenced, s.Addresses = now.Known, now.Fenced, now.Addresses
		for _, peer := range now.Peers {
			s.Peers = append(s.Peers, web.PeerStatus{Participant: peer.ID, Connected: peer.Connected, Address: peer.Address})
		}
		for _, f := range now.Forks {
			s.Forks = append(s.Forks, fmt.Sprintf("%s showed two histories that contradict each other", f.Origin))
		}
	}
	for _, l := range reading.Chain().Logs() {
		size := n.store.Head(l.Origin).Size
		s.Logs = append(s.Logs, web.LogStatus{Log: l.Origin, Size: size, Known: max(size, known[l.Origin])})
	}
	return s, nil
}
