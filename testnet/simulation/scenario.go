package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"stocktake/review"
)

// scenario is a plan under way.
type scenario struct {
	*Network
	plan    *Plan
	random  *rand.Rand // of what people choose: not the network's, so that a shorter plan changes less
	backups map[*Node]*Ledger
	pledges int
	keys    map[review.ParticipantID]bool // whose key is about to change
	watcher *Node                         // whose records nothing takes away: filing times are compared there
}

// RunPlan carries a plan out, heals everything, lets time pass and reports the
// first promise that was seen broken; "" if all were kept. The mutation, if
// any, is in force at every honest node.
func RunPlan(p *Plan, m *Mutation) string { return run(p, m).Broken }

func run(p *Plan, m *Mutation) *scenario {
	f := NewFederation(p.Seed, p.Members, p.Witnesses)
	n := NewNetwork(p.Seed, f, p.Faults, p.Timing)
	n.oracle = newOracle(n)
	s := &scenario{Network: n, plan: p, random: rand.New(rand.NewPCG(p.Seed, 0x5ce0)), backups: map[*Node]*Ledger{}, keys: map[review.ParticipantID]bool{}}
	s.cast(m)
	for i, node := range n.Nodes {
		documents := []review.SignedDocument{f.Opening(node.Member), f.Accession(node.Member), f.JoinsRound(node.Member)}
		if i == 0 {
			documents = append(documents, f.Genesis)
		}
		for _, d := range documents {
			if node.liar == nil && d.Kind == review.KindAccession {
				n.oracle.expect(d)
			}
		}
		n.File(node, documents...)
	}
	n.StartAll()
	for _, d := range p.Deeds {
		n.after(d.At, func() { s.do(d) })
	}
	n.after(time.Minute, func() { n.attend(30 * time.Second) })
	n.Run(p.Length * 2 / 3)
	if s.watcher != nil && n.Broken == "" && s.watcher.up {
		n.oracle.looks(s.watcher)
	}
	n.Run(p.Length / 3)
	s.heal()
	return s
}

// cast gives everybody their part.
func (s *scenario) cast(m *Mutation) {
	for i, node := range s.Nodes {
		node.votes, node.easy = true, s.random.IntN(4) == 0
		node.Mutant = m
		node.Ledger.library = s.Federation.library
		troubled := false
		for _, d := range s.plan.Deeds {
			troubled = troubled || d.Node == i && slices.Contains([]string{deedRestore, deedRollBack, deedLose, deedTwin, deedSkew}, d.What)
		}
		if !troubled && s.watcher == nil {
			s.watcher = node
		}
	}
	for _, l := range s.plan.Liars {
		node := s.Nodes[l.Node]
		node.Mutant = nil
		node.liar = newLiar(node, l.Habits, s.plan.Seed+uint64(l.Node))
		if s.watcher == node {
			s.watcher = nil
		}
	}
}

func (s *scenario) do(d Deed) {
	node := s.Nodes[d.Node]
	fmt.Fprintf(s.trace, "deed %s\n", d)
	switch d.What {
	case deedCrash:
		if node.up {
			node.fuse = d.Count
		}
		s.after(d.For, func() { s.revive(node) })
	case deedSplit:
		sides := map[review.ParticipantID]int{}
		for i, side := range d.Sides {
			sides[s.Nodes[i].ID] = side
		}
		s.Split(sides)
		s.after(d.For, s.Heal)
	case deedRough:
		s.Faults.Loss, s.Faults.Repeat, s.Faults.MaxDelay = 0.4, 0.2, 3*time.Second
		s.after(d.For, func() {
			s.Faults.Loss, s.Faults.Repeat, s.Faults.MaxDelay = s.plan.Faults.Loss, s.plan.Faults.Repeat, s.plan.Faults.MaxDelay
		})
	case deedSkew:
		s.setClock(node, d.For)
	case deedDamage:
		ids := s.shuffled(node.Ledger)
		for _, id := range ids[:min(d.Count, len(ids))] {
			s.oracle.damages(node, id)
			node.Ledger.Lose(id)
		}
		if node.up {
			s.restart(node) // damage is found by reading, and looked for from then on
		}
		node.damaged = true
		s.bringAgain(node)
	case deedBackup, deedSnapshot:
		s.backups[node] = node.Backup()
	case deedRestore:
		if backup := s.backups[node]; backup != nil && !s.replaced(node) {
			s.Restore(node, backup)
		}
	case deedRollBack:
		if backup := s.backups[node]; backup != nil && !s.replaced(node) {
			node.careless = d.Count == 0 // if one, everybody who knows more hears it
			s.RollBack(node, backup)
		}
	case deedClone, deedTwin:
		if node.up && !s.replaced(node) {
			node.careless = node.careless || d.What == deedTwin
			c := s.CloneNode(node, d.What == deedTwin, d.Count*7)
			c.careless = node.careless
			s.write(c, 1)
		}
	case deedLose:
		s.LoseDisk(node)
	case deedLie:
		s.lie(node, d.Count)
	default:
		s.people(node, d)
	}
}

// replaced is whether a node is in trouble already, or past it.
func (s *scenario) replaced(node *Node) bool { return node.trouble != "" || node.epoch > 1 }

// revive starts a node again that the power failed.
func (s *scenario) revive(node *Node) {
	node.fuse = 0
	if !node.up && node.trouble != "lost" {
		s.Start(node)
	}
}

// setClock makes a node's clock wrong by so much. What hangs on the hour it
// looks at again.
func (s *scenario) setClock(node *Node, wrong time.Duration) {
	node.skew = wrong
	node.arrived()
}

func (s *scenario) restart(node *Node) {
	s.Stop(node)
	s.Start(node)
}

func (s *scenario) lie(node *Node, count int) {
	l := node.liar
	if l == nil || !node.up {
		return
	}
	s.File(node, s.pledge(node))
	if l.does(habitForks) {
		l.fork(count)
	}
	if l.does(habitGiant) {
		l.giant()
	}
	if l.does(habitJunk) {
		l.junk()
	}
}

// heal ends all faults, and lets time pass until everything has come to rest.
func (s *scenario) heal() {
	n := s.Network
	s.Faults.Loss, s.Faults.Repeat, s.Faults.MaxDelay = min(s.plan.Faults.Loss, 0.05), s.plan.Faults.Repeat, s.plan.Faults.MaxDelay
	n.Heal()
	for _, node := range slices.Clone(n.Nodes) {
		if node.copyOf != nil {
			n.Stop(node) // switched off
			continue
		}
		if !s.plan.WrongClocks {
			s.setClock(node, 0)
		}
		s.revive(node)
	}
	limit := n.Now.Add(30*time.Minute + 40*s.plan.Timing.CatchUp)
	why, calm, asked := "", 0, 0
	for n.Broken == "" && n.Now.Before(limit) && calm < 2 {
		asked = n.asks
		n.Run(s.plan.Timing.CatchUp)
		if why = s.unsettled(); why == "" && !s.chatty(asked) {
			calm++
		} else {
			calm = 0
		}
	}
	if why != "" {
		n.breaks("not at rest %s after healing: %s", (30*time.Minute + 40*s.plan.Timing.CatchUp).Round(time.Second), why)
	}
	if n.Broken == "" {
		n.oracle.judge(s.watcher)
	}
	if n.Broken == "" && s.chatty(asked) {
		n.breaks("at rest, %d nodes made %d requests in %s, and so on", len(n.honest()), n.asks-asked, s.plan.Timing.CatchUp)
	}
}

// chatty is whether more was asked since then than nodes at rest ask: each
// compares with each other once per CatchUp or so; what got lost is asked again.
// What is filed again late in a run makes some talk of its own, once.
func (s *scenario) chatty(asked int) bool {
	nodes := len(s.honest())
	return len(s.plan.Liars) == 0 && s.asks-asked > 3*nodes*(nodes-1)+10
}

// honest are the nodes whose word counts at the end.
func (n *Network) honest() (nodes []*Node) {
	for _, node := range n.Nodes {
		if node.liar == nil && node.copyOf == nil {
			nodes = append(nodes, node)
		}
	}
	return nodes
}

// unsettled is what has not come to rest; "" if all has.
func (s *scenario) unsettled() string {
	var first *Node
	for _, node := range s.honest() {
		switch {
		case !node.up:
			return node.name() + " is down"
		case node.Fenced != "":
			return node.name() + " has not opened its next epoch"
		case node.opening != nil:
			return "the opening of " + node.name() + " is not known to all"
		case len(node.waiting) > 0 || node.bringing > 0:
			return node.name() + " has documents that are not filed yet"
		case node.behind():
			return node.name() + " has documents of its earlier log to file again"
		case node.owed():
			return node.name() + " owes a receipt"
		case node.enrolled.reading && node.pause == 0:
			return node.name() + " has not read its charters"
		}
		if first == nil {
			first = node
		}
		if why := differs(first, node); why != "" {
			return why
		}
	}
	return ""
}

// shuffled are the documents of a ledger in random order.
func (n *Network) shuffled(l *Ledger) (ids []review.DocumentID) {
	for d := range l.payloads {
		ids = append(ids, review.DocumentID(d.String()))
	}
	slices.Sort(ids)
	n.random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids
}

// differs is where two nodes do not hold the same.
func differs(a, b *Node) string {
	x, _ := a.Ledger.LogStates()
	y, _ := b.Ledger.LogStates()
	if digestOf(x) == digestOf(y) {
		return ""
	}
	for _, s := range x {
		i := slices.IndexFunc(y, func(o review.LogState) bool { return o.Origin == s.Origin })
		switch {
		case i < 0:
			return fmt.Sprintf("%s has %s of size %d, %s has none", a.name(), s.Origin, s.Size, b.name())
		case y[i].Size != s.Size || y[i].Root != s.Root:
			return fmt.Sprintf("%s has %s of size %d root %.6s, %s of size %d root %.6s", a.name(), s.Origin, s.Size, s.Root, b.name(), y[i].Size, y[i].Root)
		case !slices.Equal(s.Absent, y[i].Absent):
			return fmt.Sprintf("%s lacks payloads %v of %s, %s lacks %v", a.name(), s.Absent, s.Origin, b.name(), y[i].Absent)
		}
	}
	return fmt.Sprintf("%s has logs that %s lacks", b.name(), a.name())
}
