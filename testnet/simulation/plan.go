package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"stocktake/federation"
	"stocktake/review"
)

// Plan is everything that a run of the scenario does beside the protocol: who
// takes part, who lies and how, and what happens when. It follows from a seed.
// Deeds can be left out one by one and the rest still makes sense, which is how
// a failure is made short.
type Plan struct {
	Seed      uint64
	Members   int
	Witnesses int
	Faults    Faults
	Timing    federation.Timing
	Length    time.Duration
	Liars     []Liar
	Deeds     []Deed // by time

	WrongClocks bool // clocks that are wrong stay so to the end
}

// Liar is a Byzantine member.
type Liar struct {
	Node   int
	Habits []string
}

// Deed is one thing that happens.
type Deed struct {
	At    time.Duration
	What  string // one of those below
	Node  int
	With  int           // another node, where one is needed
	For   time.Duration // how long it lasts, or by how much a clock is off
	Count int
	Sides []int // of each node, in a partition
}

// What happens. Faults come first, then what people do.
const (
	deedCrash    = "power fails"
	deedSplit    = "partition"
	deedRough    = "rough network"
	deedSkew     = "clock is off"
	deedBackup   = "backup"
	deedRestore  = "backup restored"
	deedSnapshot = "machine snapshot"
	deedRollBack = "machine rolled back"
	deedClone    = "records copied to a second machine"
	deedTwin     = "machine cloned as a whole"
	deedLose     = "disk lost"
	deedDamage   = "payloads damaged"
	deedLie      = "liar acts"

	deedPledge   = "pledges"
	deedReport   = "reports and comments"
	deedCarry    = "pledge filed at two nodes"
	deedRevise   = "pledge revised"
	deedWithdraw = "pledge withdrawn"
	deedErase    = "pledge withdrawn and erased"
	deedRotate   = "author key rotated"
	deedDelegate = "key delegated, used, revoked and used again"
	deedAmend    = "charter amended"
	deedRivals   = "rival charters"
	deedWitness  = "witness replaced"
)

// String is one line of a trace.
func (d Deed) String() string {
	s := fmt.Sprintf("%8s  x%c%c  %s", d.At.Round(time.Second), 'a'+d.Node/26, 'a'+d.Node%26, d.What)
	if d.Count > 0 {
		s += fmt.Sprintf(" %d", d.Count)
	}
	if d.With != d.Node {
		s += fmt.Sprintf(", with x%c%c", 'a'+d.With/26, 'a'+d.With%26)
	}
	if d.For != 0 {
		s += fmt.Sprintf(", %s", d.For.Round(time.Second))
	}
	if d.Sides != nil {
		s += fmt.Sprint(", sides ", d.Sides)
	}
	return s
}

// String is the plan in lines that a person can follow.
func (p *Plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %d members, %d witnesses (quorum %d, %d may lie), %s, delays to %s, loss %.2f, repeat %.2f, compare every %s, retry %s\n",
		p.Seed, p.Members, p.Witnesses, review.Quorum(p.Witnesses), review.Faulty(p.Witnesses), p.Length, p.Faults.MaxDelay, p.Faults.Loss, p.Faults.Repeat, p.Timing.CatchUp, p.Timing.Retry)
	for _, l := range p.Liars {
		fmt.Fprintf(&b, "      liar  x%c%c  %s\n", 'a'+l.Node/26, 'a'+l.Node%26, strings.Join(l.Habits, ", "))
	}
	for _, d := range p.Deeds {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}

// NewPlan mixes everything. It stays within what the protocol promises to
// stand: of the witnesses at most f lie, lose what they cosigned or have a
// wrong clock.
func NewPlan(seed uint64) *Plan {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0x91a7)), plan: &Plan{Seed: seed}}
	p := g.plan
	p.Members = 4 + g.IntN(6)
	p.Witnesses = 1 + g.IntN(min(7, p.Members))
	p.Length = time.Duration(10+g.IntN(50)) * time.Minute
	p.Faults = Faults{MinDelay: time.Millisecond, MaxDelay: time.Duration(5+g.IntN(400)) * time.Millisecond}
	if g.IntN(2) == 0 {
		p.Faults.Loss, p.Faults.Repeat = 0.2*g.Float64(), 0.2*g.Float64()
	}
	p.Timing = federation.Timing{CatchUp: time.Duration(15+g.IntN(75)) * time.Second, Retry: time.Duration(2+g.IntN(8)) * time.Second}
	g.spare = review.Faulty(p.Witnesses)
	for range g.IntN(p.Members/3 + 1) {
		g.liar()
	}
	for range 2 + g.IntN(10) {
		g.fault()
	}
	for range p.Members + g.IntN(2*p.Members) {
		g.document()
	}
	if g.IntN(2) == 0 {
		g.deed(deedRotate)
	}
	if g.IntN(3) == 0 {
		g.deed(deedDelegate)
	}
	for range g.IntN(3) {
		g.deed([]string{deedAmend, deedRivals, deedWitness}[g.IntN(3)])
	}
	slices.SortStableFunc(p.Deeds, func(a, b Deed) int { return int(a.At - b.At) })
	return p
}

type generator struct {
	*rand.Rand
	plan    *Plan
	spare   int          // witnesses that may still be spoilt
	spoilt  map[int]bool // nodes that lie, lose records or have a wrong clock
	trouble map[int]bool // nodes whose records were restored, copied or lost
}

// spoil picks a node that may lose what it knew, or lie.
func (g *generator) spoil() (node int, ok bool) {
	if g.spoilt == nil {
		g.spoilt, g.trouble = map[int]bool{}, map[int]bool{}
	}
	node = g.IntN(g.plan.Members)
	switch {
	case g.spoilt[node]:
		return node, true
	case len(g.spoilt) >= (g.plan.Members+1)/2:
		return 0, false
	case node < g.plan.Witnesses && g.spare == 0:
		return 0, false
	case node < g.plan.Witnesses:
		g.spare--
	}
	g.spoilt[node] = true
	return node, true
}

func (g *generator) liar() {
	node, ok := g.spoil()
	if !ok || slices.ContainsFunc(g.plan.Liars, func(l Liar) bool { return l.Node == node }) {
		return
	}
	l := Liar{Node: node}
	for range 1 + g.IntN(3) {
		l.Habits = append(l.Habits, memberHabits[g.IntN(len(memberHabits))])
	}
	if g.IntN(12) == 0 { // costs the others a request every now and then, for ever
		l.Habits = append(l.Habits, habitGiant)
	}
	if node < g.plan.Witnesses {
		l.Habits = append(l.Habits, witnessHabits[g.IntN(len(witnessHabits))])
	}
	slices.Sort(l.Habits)
	l.Habits = slices.Compact(l.Habits)
	g.plan.Liars = append(g.plan.Liars, l)
	for range 1 + g.IntN(3) {
		g.plan.Deeds = append(g.plan.Deeds, Deed{At: g.time(), What: deedLie, Node: node, With: node, Count: 1 + g.IntN(3)})
	}
}

// time is some moment of the plan, after the founding.
func (g *generator) time() time.Duration {
	return time.Minute + time.Duration(g.Int64N(int64(g.plan.Length-time.Minute)))
}

func (g *generator) deed(what string) {
	node := g.IntN(g.plan.Members)
	g.plan.Deeds = append(g.plan.Deeds, Deed{At: g.time(), What: what, Node: node, With: g.IntN(g.plan.Members)})
}

func (g *generator) document() {
	kinds := []string{deedPledge, deedPledge, deedPledge, deedReport, deedReport, deedCarry, deedRevise, deedWithdraw, deedErase}
	g.deed(kinds[g.IntN(len(kinds))])
	d := &g.plan.Deeds[len(g.plan.Deeds)-1]
	if d.What == deedPledge {
		d.Count, d.With = 1+g.IntN(3), d.Node
	}
}

// fault adds one, or what leads up to it and the fault.
func (g *generator) fault() {
	p := g.plan
	d := Deed{At: g.time(), Node: g.IntN(p.Members)}
	d.With = d.Node
	short := time.Duration(1+g.IntN(300)) * time.Second
	switch what := g.IntN(12); what {
	case 0, 1, 2, 3:
		d.What, d.Count, d.For = deedCrash, 1+g.IntN(30), short
	case 4, 5:
		d.What, d.For = deedSplit, 4*short
		for range p.Members {
			d.Sides = append(d.Sides, g.IntN(2+g.IntN(2)))
		}
	case 6:
		d.What, d.For = deedRough, 4*short
	case 7:
		d.What, d.Count = deedDamage, 1+g.IntN(5)
	default:
		node, ok := g.spoil()
		if !ok {
			return
		}
		d.Node, d.With = node, node
		if what == 8 {
			d.What, d.For = deedSkew, time.Duration(g.Int64N(int64(6*24*time.Hour)))-3*24*time.Hour
			break
		}
		if g.trouble[node] || slices.ContainsFunc(p.Liars, func(l Liar) bool { return l.Node == node }) {
			return // once is enough, and a liar's records are not the point
		}
		g.trouble[node] = true
		switch g.IntN(6) {
		case 0:
			d.What = deedLose
		case 1, 2:
			p.Deeds = append(p.Deeds, Deed{At: d.At / 2, What: deedBackup, Node: node, With: node})
			d.What = deedRestore
		case 3:
			p.Deeds = append(p.Deeds, Deed{At: d.At / 2, What: deedSnapshot, Node: node, With: node})
			d.What = deedRollBack
		case 4:
			d.What, d.Count = deedClone, g.IntN(2)
		case 5:
			d.What, d.Count = deedTwin, g.IntN(2)
		}
	}
	p.Deeds = append(p.Deeds, d)
}
