package simulation

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// forkKind is how a log shows two histories: A to some, B to others.
type forkKind struct {
	a, b   int  // documents of each that nobody finalises
	common int  // documents after which the histories part
	final  bool // before those, A goes on with documents that a quorum cosigns; to B's side that part is not shown
	rival  bool // a quorum's keys cosign B as well
}

// forked is a federation whose last member's log showed two histories.
type forked struct {
	*Network
	forger  *Node
	honest  []*Node
	kind    forkKind
	before  uint64                  // records of the log that both histories have
	shown   []review.SignedDocument // in either history past that
	kept    []review.SignedDocument // of them, those that a quorum cosigned
	quorate uint64                  // size that a quorum cosigned in A
}

// fork runs a federation up to the point where left holds A, right holds B, and
// the others what a quorum saw of A, if anything. Nobody hears anybody then.
func fork(t *testing.T, seed uint64, kind forkKind) *forked {
	n := begin(seed, 5, 4, Faults{MinDelay: time.Millisecond, MaxDelay: 20 * time.Millisecond})
	require.True(t, n.RunUntil(3*time.Minute, n.settled))
	f := &forked{Network: n, forger: n.Nodes[4], honest: n.Nodes[:4], kind: kind}
	for i := range kind.common {
		n.File(f.forger, n.Federation.Pledge(f.forger.Member, i))
		require.True(t, n.RunUntil(3*time.Minute, n.settled))
	}
	left, right := f.honest[0], f.honest[1]
	b := f.forger.Ledger.Clone()
	f.before = b.Head(f.forger.Origin).Size
	if kind.final {
		n.Split(map[review.ParticipantID]int{right.ID: 1})
		n.Run(time.Second)
		for i := range 1 + int(seed%3) {
			d := n.Federation.Pledge(f.forger.Member, 10+i)
			f.shown, f.kept = append(f.shown, d), append(f.kept, d)
			n.File(f.forger, d)
			require.True(t, n.RunUntil(3*time.Minute, func() bool { return !f.forger.owed() }), "three of four witnesses did not suffice")
		}
		f.quorate = f.forger.covered
		n.Run(5 * time.Second)
	}
	f.alone(nil)
	n.Run(time.Second)
	a := f.forger.Ledger.Clone()
	for side, l := range []*Ledger{a, b} {
		for i := range []int{kind.a, kind.b}[side] {
			d := n.Federation.Pledge(f.forger.Member, 100+100*side+i)
			f.shown = append(f.shown, d)
			l.Append(f.forger.Origin, f.forger.Log, Entry(d))
		}
	}
	if kind.rival {
		note := b.Head(f.forger.Origin).Checkpoint
		cp, err := signing.PeekCheckpoint(note)
		require.NoError(t, err)
		note = slices.Clone(note)
		for _, w := range f.honest[:3] {
			note = append(note, signing.Cosign(cp, n.Now, review.WitnessName(w.ID, n.Federation.Genesis.ID, suffix), w.Witness)...)
		}
		b.Append(f.forger.Origin, f.forger.Log, Entry(n.Federation.Receipt(f.forger.Member, note)))
	}
	f.show(t, left, a)
	f.show(t, right, b)
	return f
}

// alone parts everybody from everybody, but for the forger and one other.
func (f *forked) alone(with *Node) {
	sides := map[review.ParticipantID]int{}
	for i, node := range f.Nodes {
		sides[node.ID] = 1 + i
	}
	if with != nil {
		sides[f.forger.ID] = sides[with.ID]
	}
	f.Split(sides)
}

// show has the forger serve a history to one node.
func (f *forked) show(t *testing.T, to *Node, l *Ledger) {
	f.Stop(f.forger)
	f.forger.Ledger = l
	f.alone(to)
	f.Start(f.forger)
	want := l.Head(f.forger.Origin).Size
	require.True(t, f.RunUntil(time.Minute, func() bool { return to.Ledger.Head(f.forger.Origin).Size >= want || len(to.Forks) > 0 }))
	f.Stop(f.forger)
	f.alone(nil)
}

// agreed is whether the honest nodes hold the same of every log, with nothing
// of it missing, and everything that they filed is covered.
func (f *forked) agreed() bool {
	for _, node := range f.honest {
		if len(node.waiting) > 0 || node.owed() || len(node.chain.Forks()) != 1 || len(node.Ledger.Missing()) > 0 {
			return false
		}
		if !slices.EqualFunc(node.Ledger.Heads(), f.honest[0].Ledger.Heads(), func(a, b store.Head) bool {
			return a.Origin == b.Origin && a.Size == b.Size && a.Root == b.Root
		}) {
			return false
		}
	}
	return true
}

// String is how far everybody is, for who looks into a failure.
func (f *forked) String() string {
	var b strings.Builder
	for _, node := range f.honest {
		fmt.Fprintf(&b, "\n%s up %v open %v fenced %q waiting %d owed %v forks %d missing %d ends", node.ID, node.up, node.Open, node.Fenced,
			len(node.waiting), node.owed(), len(node.chain.Forks()), len(node.Ledger.Missing()))
		for _, end := range node.roster.Logs[f.forger.Origin].Ends {
			fmt.Fprintf(&b, " %d", end.Size)
		}
		for _, h := range node.Ledger.Heads() {
			fmt.Fprintf(&b, " | %.6s %d %.4x", h.Origin, h.Size, h.Root)
		}
	}
	return b.String()
}

func TestForksAreProvenAndEverybodyConverges(t *testing.T) {
	for name, kind := range map[string]forkKind{
		"same size":        {a: 1, b: 1},
		"longer rival":     {a: 1, b: 4, common: 1},
		"shorter rival":    {a: 5, b: 2, common: 1},
		"partly cosigned":  {a: 1, b: 2, final: true},
		"two final rivals": {a: 0, b: 3, common: 1, final: true, rival: true},
	} {
		t.Run(name, func(t *testing.T) {
			eachSeed(t, 8, func(t *testing.T, seed uint64) { testConverges(t, seed, kind) })
		})
	}
}

func testConverges(t *testing.T, seed uint64, kind forkKind) {
	f := fork(t, seed, kind)
	n, o := f.Network, f.forger.Origin
	switch seed % 3 { // the forger is away, or goes on with the second history
	case 0:
		n.Stop(f.forger)
	case 1:
		n.Start(f.forger)
	case 2:
		n.Start(f.forger)
		n.after(20*time.Second, func() { n.Stop(f.honest[seed%4]) }) // and somebody has a power cut meanwhile
		n.after(40*time.Second, func() { n.Start(f.honest[seed%4]) })
	}
	if seed%2 == 0 {
		n.Faults = rough
		n.Faults.Timeout = 5 * time.Second
	}
	n.Heal()
	n.Run(time.Minute)
	n.File(f.honest[2], n.Federation.Pledge(f.honest[2].Member, 7))
	require.True(t, n.RunUntil(10*time.Minute, f.agreed), "not settled after ten minutes: %s", f)

	r := f.honest[0].readAll()
	require.Equal(t, o, r.Chain().Forks()[0].Origin)
	held := f.honest[0].Ledger.Head(o).Size
	switch {
	case kind.rival:
		require.LessOrEqual(t, held, f.before, "more than what is common to both final histories stayed")
		require.Positive(t, held)
		require.NotEmpty(t, r.Histories().Equivocations(), "nobody is named who cosigned both")
	case kind.final:
		require.Equal(t, f.quorate, held, "what a quorum cosigned did not stay, or more did")
		require.Empty(t, r.Histories().Equivocations(), "an honest witness is named")
	default:
		if held > f.before {
			require.NotEqual(t, uint64(0), seed%3, "more than a quorum saw stayed")
		}
		require.Empty(t, r.Histories().Equivocations(), "an honest witness is named")
	}
	stocktake, err := r.Stocktake(review.ScopeGlobal)
	require.NoError(t, err)
	for i, node := range f.honest {
		require.Empty(t, node.Fenced, "an honest log came to harm")
		for _, d := range f.shown {
			_, err := node.Ledger.Payload(d.ID)
			require.NoError(t, err, "what was signed got lost with the history that held it")
			l, ok := r.Label(d.ID)
			require.True(t, ok)
			require.NotEmpty(t, l.Filed, "nobody filed it again")
		}
		states, err := node.Ledger.LogStates()
		require.NoError(t, err)
		require.Equal(t, digestOf(r.Snapshot().Logs), digestOf(states), "another state")
		if seed%5 == 0 && i == int(1+seed%3) {
			got, err := node.Stocktake(node.Snapshot())
			require.NoError(t, err)
			require.Equal(t, stocktake.Digest(), got.Digest(), "another stocktake")
		}
	}
	if kind.final && !kind.rival {
		for _, d := range f.kept {
			l, _ := r.Label(d.ID)
			require.Equal(t, o, l.Place.Origin, "it does not count from where a quorum saw it")
		}
	}
}
