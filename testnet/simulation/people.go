package simulation

import (
	"fmt"
	"time"

	"stocktake/review"
)

// What people do, besides looking after their nodes. Where what they need is
// not there they do nothing.
func (s *scenario) people(node *Node, d Deed) {
	if node.liar != nil {
		return
	}
	s.Federation.clock = node.clock()
	switch d.What {
	case deedPledge:
		s.write(node, d.Count)
	case deedReport:
		s.reply(node)
	case deedCarry:
		if !s.keys[node.ID] {
			pledge := s.pledge(node)
			s.oracle.expect(pledge)
			s.File(node, pledge)
			s.File(s.Nodes[d.With], pledge)
		}
	case deedRevise, deedWithdraw, deedErase:
		s.change(node, d.What)
	case deedRotate:
		s.rotate(node)
	case deedDelegate:
		s.delegate(node)
	case deedAmend, deedRivals:
		s.amend(node)
		if d.What == deedRivals {
			s.amend(s.Nodes[d.With])
		}
	case deedWitness:
		s.replaceWitness(node)
	}
}

func (s *scenario) pledge(node *Node) review.SignedDocument {
	s.pledges++
	return s.Federation.Pledge(node.Member, s.pledges)
}

func (s *scenario) write(node *Node, count int) {
	if s.keys[node.ID] {
		return // its people wait for the new key
	}
	s.Federation.clock = node.clock()
	for range count {
		pledge := s.pledge(node)
		s.oracle.expect(pledge)
		s.File(node, pledge)
	}
}

// pick is a document of an honest author that was reported as filed, that
// counts, and that this node holds.
func (s *scenario) pick(node *Node, fits func(*fate) bool) *fate {
	var fates []*fate
	for _, f := range s.oracle.order {
		_, err := node.Ledger.Payload(f.ID)
		if err == nil && !f.filed.IsZero() && f.want == "" && f.by == nil && fits(f) {
			fates = append(fates, f)
		}
	}
	if len(fates) == 0 || s.keys[node.ID] {
		return nil
	}
	return fates[s.random.IntN(len(fates))]
}

// reply reports on an own pledge, or comments on somebody's document.
func (s *scenario) reply(node *Node) {
	on := s.pick(node, func(f *fate) bool {
		return f.Kind == review.KindPledge || f.Kind == review.KindReport && f.Author != node.ID
	})
	if on == nil {
		return
	}
	on.linked = true
	reply := s.Federation.Comment
	if on.Author == node.ID {
		reply = s.Federation.Report
	}
	d := reply(node.Member, on.SignedDocument)
	s.oracle.expect(d)
	s.File(node, d)
}

// change revises or withdraws an own pledge that nothing rests on.
func (s *scenario) change(node *Node, what string) {
	old := s.pick(node, func(f *fate) bool { return f.Kind == review.KindPledge && f.Author == node.ID && !f.linked })
	if old == nil {
		return
	}
	old.linked = true
	var d review.SignedDocument
	if what == deedRevise {
		d = s.Federation.Revised(node.Member, old.SignedDocument)
		old.want = review.ReasonSuperseded
	} else {
		d = s.Federation.Withdrawal(node.Member, old.SignedDocument, what == deedErase)
		old.want = review.ReasonWithdrawn
	}
	old.by = s.oracle.expect(d)
	old.by.linked = true
	s.File(node, d)
}

// rotate replaces an author key. Its people go on when that is filed.
func (s *scenario) rotate(node *Node) {
	if s.keys[node.ID] || !s.quiet(node) {
		return
	}
	s.keys[node.ID] = true
	next := s.Federation.key(string(node.ID), fmt.Sprint("author ", s.Now.Unix()))
	d := s.Federation.KeyChange(node.Member, node.Author, review.KeyChange{Action: "rotate", Key: next.Public.Base64(), Replaces: node.Author.Public.Base64()})
	f := s.oracle.expect(d)
	s.File(node, d)
	s.when(f, func() {
		delete(s.keys, node.ID)
		node.Member.Author = next
	})
}

// quiet is whether everything that an author said was reported as filed.
func (s *scenario) quiet(node *Node) bool {
	for _, f := range s.oracle.order {
		if f.Author == node.ID && f.filed.IsZero() {
			return false
		}
	}
	return true
}

// when does something once a document was reported as filed and its filing
// second has passed.
func (s *scenario) when(f *fate, do func()) {
	if !f.filed.IsZero() && s.Now.Sub(f.filed) > 2*time.Second {
		do()
		return
	}
	s.after(5*time.Second, func() { s.when(f, do) })
}

// delegate gives a ministry a key for reports, which it uses, and which ends;
// what is signed with it afterwards does not count.
func (s *scenario) delegate(node *Node) {
	pledge := s.pick(node, func(f *fate) bool { return f.Kind == review.KindPledge && f.Author == node.ID })
	if pledge == nil {
		return
	}
	pledge.linked = true
	ministry := s.Federation.key(string(node.ID), fmt.Sprint("ministry ", s.Now.Unix()))
	report := func() review.SignedDocument {
		m := *node.Member
		m.Author = ministry
		s.Federation.clock = node.clock()
		return s.Federation.Report(&m, pledge.SignedDocument)
	}
	given := s.Federation.KeyChange(node.Member, node.Root, review.KeyChange{Action: "delegate", Key: ministry.Public.Base64(), Holder: "SAMPLE Ministry of Labour", Kinds: []review.Kind{review.KindReport}})
	f := s.oracle.expect(given)
	s.File(node, given)
	s.when(f, func() {
		used := report()
		f := s.oracle.expect(used)
		f.linked = true
		s.File(node, used)
		s.when(f, func() {
			s.Federation.clock = node.clock()
			ended := s.Federation.KeyChange(node.Member, node.Root, review.KeyChange{Action: "revoke", Key: ministry.Public.Base64()})
			f := s.oracle.expect(ended)
			s.File(node, ended)
			s.when(f, func() {
				stolen := report()
				f := s.oracle.expect(stolen)
				f.want = review.ReasonKeyNotInForce
				s.File(node, stolen)
			})
		})
	})
}

// amend proposes a charter with another round. Whether it comes into force is
// the members' business.
func (s *scenario) amend(node *Node) {
	if node.liar != nil || node.chain == nil || s.keys[node.ID] {
		return
	}
	s.Federation.clock = node.clock()
	title := fmt.Sprintf("SAMPLE round of %s", node.ID)
	s.propose(node, s.Federation.Successor(node.Member, node.chain, func(c *review.Charter) {
		c.Rounds = append(c.Rounds, review.Round{ID: fmt.Sprint("r", len(c.Rounds)+1), Title: title, Scope: "global", Opens: "2027-01-01", Due: "2027-12-31"})
	}))
}

// propose files a charter with its author's voice for it.
func (s *scenario) propose(node *Node, charter review.SignedDocument) {
	s.File(node, charter)
	s.vote(node, charter.ID)
}

// replaceWitness proposes a charter in which another member takes a witness's
// place, some time from now.
func (s *scenario) replaceWitness(node *Node) {
	if node.chain == nil || s.keys[node.ID] {
		return
	}
	charter, _ := node.chain.InForce()
	out, in := -1, -1
	for i, w := range charter.Witnesses {
		if w.Until == "" && (out < 0 || s.random.IntN(2) == 0) {
			out = i
		}
	}
	for i, m := range s.Federation.Members {
		listed := false
		for _, w := range charter.Witnesses {
			listed = listed || w.Participant == m.ID
		}
		if !listed && !s.spoilt(i) {
			in = i
		}
	}
	if in < 0 || out < 0 {
		return
	}
	s.Federation.clock = node.clock()
	turn := s.Now.Add(10 * time.Minute).UTC().Truncate(time.Second).Format(time.RFC3339)
	s.propose(node, s.Federation.Successor(node.Member, node.chain, func(c *review.Charter) {
		c.Witnesses[out].Until = turn
		c.Witnesses = append(c.Witnesses, review.Witness{Participant: s.Federation.Members[in].ID, Key: s.Federation.Members[in].Witness.Key().String(), From: turn})
	}))
}

// spoilt is whether a node lies, loses records or has a wrong clock by plan.
func (s *scenario) spoilt(i int) bool {
	for _, l := range s.plan.Liars {
		if l.Node == i {
			return true
		}
	}
	for _, d := range s.plan.Deeds {
		switch d.What {
		case deedSkew, deedRestore, deedRollBack, deedClone, deedTwin, deedLose:
			if d.Node == i {
				return true
			}
		}
	}
	return false
}
