package node

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"stocktake/node/web"
	"stocktake/review"
)

// Status is how the node and its federation are.
func (n *Node) Status(context.Context) (*web.Status, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	missing, err := n.store.Missing()
	if err != nil {
		return nil, err
	}
	charter, _ := reading.Chain().InForce()
	p, _ := reading.Chain().Participant(n.config.Participant)
	s := &web.Status{
		Participant: p.ID, Name: p.Name, Federation: n.founding.Genesis.ID, Charter: charter.Number,
		Log: n.origin, Size: n.store.Head(n.origin).Size, Missing: len(missing), Snapshot: reading.Snapshot().Digest(),
		Peers: []web.PeerStatus{}, Logs: []web.LogStatus{}, Addresses: []string{}, Demo: n.config.Demo,
		Running: n.runner != nil,
	}
	told := n.told(reading)
	s.Documents, s.Pending, s.LastFiled = told.documents, told.pending, told.lastFiled
	s.Display, s.Policy, s.Accredited = told.display, told.policy, told.accredited
	s.Contradictions, s.Recoveries = told.contradictions, told.recoveries
	s.Quota, _ = reading.Chain().Quota(n.origin, time.Now())
	if err := n.store.Condition(); err != nil {
		s.Storage, s.ReadOnly = err.Error(), readOnly(err)
	}
	if s.Fenced, err = n.store.Fenced(n.origin); err != nil {
		return nil, err
	}
	known := map[review.Origin]uint64{}
	if n.runner != nil {
		now := n.runner.Status()
		known, s.Fenced, s.Addresses = now.Known, now.Fenced, now.Addresses
		for _, peer := range now.Peers {
			s.Peers = append(s.Peers, web.PeerStatus{Participant: peer.ID, Connected: peer.Connected, Address: peer.Address, Trouble: peer.Trouble})
		}
		if now.ClockKnown {
			ahead := int(now.Clock.Seconds())
			s.Clock = &ahead
		}
		for _, f := range now.Forks {
			if l, _ := reading.Chain().Log(f.Origin); l.Forked == "" {
				s.Forks = append(s.Forks, fmt.Sprintf("%s; seen by this node, not proven by a document yet", review.ForkSentence(f.Origin)))
			}
		}
	}
	for _, l := range reading.Chain().Forks() {
		proof, _ := reading.Label(l.Forked)
		s.Forks = append(s.Forks, fmt.Sprintf("%s; the proof is document %s in %s", forkInWords(reading.Reading, l), l.Forked, proof.Place.Origin))
	}
	if s.Fenced != "" {
		s.Remedy = n.remedy(reading.Chain(), s)
	}
	for _, l := range reading.Chain().Logs() {
		size := n.store.Head(l.Origin).Size
		s.Logs = append(s.Logs, web.LogStatus{Log: l.Origin, Size: size, Known: max(size, known[l.Origin])})
	}
	return s, nil
}

// remedy is what to do about a log that is never signed again. It is public,
// so it names no folder.
func (n *Node) remedy(chain *review.Chain, s *web.Status) string {
	if last, ok := chain.LastLog(n.config.Participant); ok && last.Origin != n.origin {
		return "stop this node for good: " + string(last.Origin) + " goes on in its place"
	}
	reason := "restored"
	if slices.ContainsFunc(s.Forks, func(f string) bool { return strings.HasPrefix(f, string(n.origin)+" ") }) {
		reason = "cloned"
	}
	return "stop the node, then: stocktake key epoch --reason " + reason + " -o opening.json"
}
