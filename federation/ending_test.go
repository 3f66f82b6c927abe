package federation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/simulation"
)

// table is a core with records of its own; the test plays its peers.
type table struct {
	*federation.Core
	t     *testing.T
	f     *simulation.Federation
	owner *simulation.Member // of the log that it is about
	held  *simulation.Ledger
	peers map[review.ParticipantID]*simulation.Ledger
	now   time.Time
	seen  []federation.ForkSeen
	asked int // ranges with entries

	rewinds int
}

// histories are ledgers of one log with sizes of two histories that part after
// common records.
func histories(t *testing.T, common, a, b int) (*table, *simulation.Ledger, *simulation.Ledger) {
	f := simulation.NewFederation(1, 3, 1)
	x := &table{t: t, f: f, owner: f.Members[2], held: simulation.NewLedger(), peers: map[review.ParticipantID]*simulation.Ledger{}, now: simulation.Start}
	x.Core = federation.NewCore(federation.Options{Self: "reader", Seed: 1}, f.Roster())
	one := simulation.NewLedger()
	for i := range common {
		x.sign(one, i)
	}
	two := one.Clone()
	for i := range a - common {
		x.sign(one, 100+i)
	}
	for i := range b - common {
		x.sign(two, 200+i)
	}
	return x, one, two
}

func (x *table) sign(l *simulation.Ledger, n int) {
	l.Append(x.owner.Origin, x.owner.Log, simulation.Entry(x.f.Pledge(x.owner, n)))
}

// part gives this node the first records of a ledger, under its head.
func (x *table) part(from *simulation.Ledger, n uint64) {
	h := from.Head(x.owner.Origin)
	entries, err := from.Entries(x.owner.Origin, 0, n, 1<<20)
	require.NoError(x.t, err)
	cp, err := signing.PeekCheckpoint(h.Checkpoint)
	require.NoError(x.t, err)
	tail := store.Tail{Origin: x.owner.Origin, Entries: entries, Checkpoint: cp, Note: h.Checkpoint}
	if n < h.Size {
		tail.Proof, err = from.ProveTree(x.owner.Origin, n, h.Size)
		require.NoError(x.t, err)
	}
	_, err = x.held.Extend(tail)
	require.NoError(x.t, err)
}

// step tells the core, and answers and does what follows, down to the end.
func (x *table) step(e federation.Event) {
	for _, effect := range x.Step(x.now, e) {
		switch e := effect.(type) {
		case federation.Ask:
			if r, ok := e.Request.(federation.RangeRequest); ok && r.MaxBytes > 0 {
				x.asked++
			}
			call, err := federation.Compose(x.held, e.Request)
			require.NoError(x.t, err)
			answer := federation.Answered{Ask: e.ID, Err: store.ErrNotFound}
			if peer := x.peers[e.To]; peer != nil {
				body, err := federation.Answer(peer, call.Method, call.Body)
				require.NoError(x.t, err)
				answer.Answer, answer.Err = call.Read(body)
			}
			x.step(answer)
		case federation.Extend:
			head, err := x.held.Extend(e.Tail)
			x.step(federation.Extended{Origin: e.Tail.Origin, Head: head, Refused: err != nil, Err: err})
		case federation.Compare:
			found, ok, err := federation.Contradicts(x.held, e.Note)
			require.NoError(x.t, err)
			if found.From = e.From; ok {
				x.step(federation.Contradicted{Contradiction: found})
			}
		case federation.CompareHeads:
			differ, err := federation.Differing(x.held, e.Heads)
			require.NoError(x.t, err)
			x.step(federation.HeadsDiffer{From: e.From, Heads: differ})
		case federation.Rewind:
			x.rewinds++
			to, rivals, err := federation.Retreat(x.held, e)
			require.NoError(x.t, err)
			if rivals != nil {
				x.seen = append(x.seen, *rivals)
				x.step(federation.Rewound{Origin: e.Origin, Head: x.held.Head(e.Origin), Err: store.ErrConflict})
				continue
			}
			if e.Look {
				x.step(federation.Rewound{Origin: e.Origin, Head: x.held.Head(e.Origin)})
				continue
			}
			head, err := x.held.Rewind(e.Origin, to.Checkpoint, to.Note)
			x.step(federation.Rewound{Origin: e.Origin, Head: head, Err: err})
		case federation.ForkSeen:
			x.seen = append(x.seen, e)
		}
	}
}

func (x *table) start() { x.step(federation.Started{Heads: x.held.Heads()}) }

// passes lets time go by, in steps in which the core is asked.
func (x *table) passes(d time.Duration) {
	for end := x.now.Add(d); x.now.Before(end); {
		x.now = x.now.Add(time.Second)
		x.step(federation.Tick{})
	}
}

func (x *table) connect(id review.ParticipantID, l *simulation.Ledger) {
	x.peers[id] = l
	x.step(federation.PeerUp{Peer: id})
}

// proven requires one fork, which convinces everybody.
func (x *table) proven() {
	x.t.Helper()
	require.Len(x.t, x.seen, 1)
	fork := x.f.Fork(x.f.Members[0], x.seen[0])
	require.NoError(x.t, review.CheckFork(x.f.Chain, fork.Predicate.(*review.Fork)))
}

func note(l *simulation.Ledger, o review.Origin) []byte { return l.Head(o).Checkpoint }

func TestAShorterRivalIsProvenAsSoonAsItIsHeardOf(t *testing.T) {
	x, a, b := histories(t, 2, 7, 4)
	x.part(a, 7)
	x.start()
	old := simulation.NewLedger()
	entries, err := a.Entries(x.owner.Origin, 0, 4, 1<<20)
	require.NoError(t, err)
	old.Append(x.owner.Origin, x.owner.Log, entries...)
	x.step(federation.Heard{From: "xaa", Note: note(old, x.owner.Origin)})
	require.Empty(t, x.seen, "an old head of the same history passed for another")
	x.step(federation.Heard{From: "xaa", Note: note(b, x.owner.Origin)})
	x.proven()
}

// Who holds the shorter one may have nothing to say: a copy that fenced itself.
func TestAShorterRivalThatAPeerHoldsIsProven(t *testing.T) {
	x, a, b := histories(t, 2, 7, 4)
	x.part(a, 7)
	x.start()
	x.connect("xaa", b)
	x.proven()
}

// What is held came in parts, so no note of its size is here.
func TestARivalOfAHeadThatArrivesInPartsIsProven(t *testing.T) {
	for name, sizes := range map[string][3]int{ // common, the whole of A, B
		"shorter than what is held":      {2, 9, 3},
		"longer than what is held":       {2, 9, 6},
		"of the size that is arriving":   {2, 9, 9},
		"longer than all that was shown": {2, 9, 14},
	} {
		t.Run(name, func(t *testing.T) {
			x, a, b := histories(t, sizes[0], sizes[1], sizes[2])
			x.part(a, 5)
			x.start()
			x.connect("xaa", b)
			x.step(federation.Heard{From: "xaa", Note: note(b, x.owner.Origin)})
			x.connect("xab", a)
			x.passes(40 * time.Second)
			x.proven()
		})
	}
}

// forkedRoster is what the charter says once documents prove the fork, with
// ends of these ledgers' heads.
func (x *table) forkedRoster(ends ...*simulation.Ledger) *federation.Roster {
	r := x.f.Roster()
	l := r.Logs[x.owner.Origin]
	l.Forked, l.Ended = true, true
	for _, e := range ends {
		cp, err := signing.PeekCheckpoint(note(e, x.owner.Origin))
		require.NoError(x.t, err)
		l.Ends = append(l.Ends, review.End{Checkpoint: cp, Note: note(e, x.owner.Origin)})
	}
	l.Finals = l.Ends
	r.Logs[x.owner.Origin] = l
	return r
}

func TestAForkedLogComesToItsEndWhicheverSideWasHeld(t *testing.T) {
	for name, held := range map[string]struct {
		b bool // of history B, else of A
		n uint64
	}{
		"nothing":             {false, 0},
		"the common part":     {false, 2},
		"the end":             {false, 6},
		"part of it":          {false, 4},
		"past the end":        {false, 9},
		"the other history":   {true, 8},
		"the start of it":     {true, 4},
		"as much of it":       {true, 6},
		"little of the other": {true, 3},
	} {
		t.Run(name, func(t *testing.T) {
			x, a, b := histories(t, 2, 9, 8)
			end := simulation.NewLedger()
			entries, err := a.Entries(x.owner.Origin, 0, 6, 1<<20)
			require.NoError(t, err)
			end.Append(x.owner.Origin, x.owner.Log, entries...)
			if side := map[bool]*simulation.Ledger{false: a, true: b}[held.b]; held.n > 0 {
				x.part(side, held.n)
			}
			x.start()
			x.connect("xaa", a)
			x.connect("xab", b)
			x.seen = nil
			x.step(federation.Enrolled{Roster: x.forkedRoster(end)})
			asked := x.asked
			x.passes(time.Minute)
			require.Equal(t, asked, x.asked, "records were asked of who does not hold the end")
			x.connect("xac", end)
			x.passes(time.Minute)
			require.Equal(t, end.Head(x.owner.Origin).Root, x.held.Head(x.owner.Origin).Root)
			require.EqualValues(t, 6, x.held.Head(x.owner.Origin).Size)
			x.passes(10 * time.Minute)
			require.LessOrEqual(t, x.rewinds, 2, "it goes back and forth")
		})
	}
}

func TestOfALogWithoutAnEndNothingStays(t *testing.T) {
	x, a, b := histories(t, 2, 5, 4)
	x.part(a, 5)
	x.start()
	x.connect("xab", b)
	x.step(federation.Enrolled{Roster: x.forkedRoster()})
	x.passes(time.Minute)
	require.Zero(t, x.held.Head(x.owner.Origin).Size)
}

// Two sides that a quorum cosigned: who holds one proves against the smallest
// of the other's before anything goes, and waits for others to do so.
func TestFinalRivalsAreProvenBeforeAnythingGoes(t *testing.T) {
	x, a, b := histories(t, 2, 5, 7)
	x.part(b, 7)
	x.start()
	x.step(federation.Enrolled{Roster: x.forkedRoster(a, b)})
	x.passes(5 * time.Minute)
	require.NotEmpty(t, x.seen)
	require.EqualValues(t, 7, x.held.Head(x.owner.Origin).Size, "it went before the proof had its effect")
	seen := x.seen[0]
	require.Equal(t, note(a, x.owner.Origin), seen.First)
	fork := x.f.Fork(x.f.Members[0], seen)
	require.NoError(t, review.CheckFork(x.f.Chain, fork.Predicate.(*review.Fork)))

	r := x.forkedRoster(a, b)
	l := r.Logs[x.owner.Origin]
	l.Ends = nil
	r.Logs[x.owner.Origin] = l
	x.step(federation.Enrolled{Roster: r})
	x.passes(30 * time.Second)
	require.EqualValues(t, 7, x.held.Head(x.owner.Origin).Size, "others had no time to compare")
	x.passes(2 * time.Minute)
	require.Zero(t, x.held.Head(x.owner.Origin).Size)
}
