package federation

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// bench is a core on its own: the test is its world.
type bench struct {
	*Core
	t       *testing.T
	clock   time.Time
	effects []Effect
}

// onBench starts a core in a federation of so many logs, all signed with one
// key, none of them its own.
func onBench(t *testing.T, logs int) *bench {
	r := &Roster{Logs: make(map[review.Origin]Log), Final: func([]byte) bool { return true }}
	for i := range logs {
		r.Logs[logOf(i)] = Log{Key: noteSigner(7).Key(), Owner: review.ParticipantID(fmt.Sprint("owner", i))}
	}
	b := &bench{Core: NewCore(Options{Self: "me", Seed: 1}, r), t: t, clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	b.step(Started{})
	return b
}

func logOf(i int) review.Origin {
	return review.Origin(fmt.Sprintf("e1.owner%d.01234567.test.example", i))
}

func (b *bench) step(e Event) []Effect {
	b.effects = b.Step(b.clock, e)
	return b.effects
}

func effectsOf[T Effect](effects []Effect) (found []T) {
	for _, e := range effects {
		if x, ok := e.(T); ok {
			found = append(found, x)
		}
	}
	return found
}

func asksFor[R Request](effects []Effect) (found []Ask) {
	for _, a := range effectsOf[Ask](effects) {
		if _, ok := a.Request.(R); ok {
			found = append(found, a)
		}
	}
	return found
}

// claims brings a peer up that says it holds so much of every log, and returns
// what is asked of it then.
func (b *bench) claims(peer review.ParticipantID, logs int, size uint64) []Effect {
	up := asksFor[Heads](b.step(PeerUp{peer}))
	require.Len(b.t, up, 1)
	answer := HeadsAnswer{Named: true}
	for i := range logs {
		answer.Heads = append(answer.Heads, LogHead{Origin: logOf(i), Size: size, Root: tlog.Hash{1}})
	}
	return b.step(Answered{Ask: up[0].ID, Answer: answer})
}

func note(o review.Origin, size uint64, root byte) []byte {
	return signing.SignCheckpoint(signing.Checkpoint{Origin: string(o), Size: size, Root: tlog.Hash{root}}, noteSigner(7))
}

func TestHeadsAreRelayedInAShortBurstAndThenOncePerSecond(t *testing.T) {
	b := onBench(t, 1)
	relayed := 0
	for size := range uint64(20) {
		relayed += len(effectsOf[Relay](b.step(Heard{From: "a", Note: note(logOf(0), size+1, 1)})))
	}
	require.Equal(t, headBurst, relayed)
	for i := range uint64(5) {
		b.clock = b.clock.Add(headEvery)
		require.Len(t, effectsOf[Relay](b.step(Heard{From: "a", Note: note(logOf(0), 100+i, 1)})), 1)
		require.Empty(t, effectsOf[Relay](b.step(Heard{From: "a", Note: note(logOf(0), 200+i, 1)})))
	}
	b.clock = b.clock.Add(time.Minute)
	require.Empty(t, effectsOf[Relay](b.step(Heard{From: "a", Note: note(logOf(0), 4, 1)})), "an old head was relayed")
}

func TestForgedHeadsAreNeitherRelayedNorPulled(t *testing.T) {
	b := onBench(t, 1)
	b.step(PeerUp{"a"})
	forged := signing.SignCheckpoint(signing.Checkpoint{Origin: string(logOf(0)), Size: 9}, noteSigner(8))
	for name, n := range map[string][]byte{
		"another key":         forged,
		"a log of nobody":     note("e1.nobody.01234567.test.example", 9, 1),
		"no note":             []byte("hello"),
		"an impossible size":  note(logOf(0), maxSize+1, 1),
		"more than gossip is": append(note(logOf(0), 9, 1), make([]byte, maxGossip)...),
	} {
		effects := b.step(Heard{From: "a", Note: n})
		require.Empty(t, effectsOf[Relay](effects), name)
		require.Empty(t, asksFor[RangeRequest](effects), name)
	}
	effects := b.step(Heard{From: "a", Note: note(logOf(0), 9, 1)})
	require.Len(t, effectsOf[Relay](effects), 1)
	require.Len(t, asksFor[RangeRequest](effects), 1)
}

func TestAPeerIsAskedForFewRangesAtATimeAndLogsTakeTurns(t *testing.T) {
	const logs = 10
	b := onBench(t, logs)
	pending := asksFor[RangeRequest](b.claims("a", logs, 1000))
	require.Len(t, pending, maxAsks)
	turns := make(map[review.Origin]int)
	for range 3 * logs {
		require.NotEmpty(t, pending)
		next := pending[0]
		pending = pending[1:]
		turns[next.Request.(RangeRequest).Origin]++
		for _, n := range turns {
			require.LessOrEqual(t, turns[next.Request.(RangeRequest).Origin]-n, 1, "a log was served twice before another once")
		}
		// A range that does not come leaves the claim standing, and the log
		// waits for its next turn.
		b.clock = b.clock.Add(3 * time.Second)
		pending = append(pending, asksFor[RangeRequest](b.step(Answered{Ask: next.ID, Err: ErrMessage}))...)
		require.LessOrEqual(t, len(pending), maxAsks)
	}
	require.Len(t, turns, logs)
}

func TestRangesOnTheirWayAreBounded(t *testing.T) {
	const logs = 100
	b := onBench(t, logs)
	asked := 0
	for i := range 20 {
		asked += len(asksFor[RangeRequest](b.claims(review.ParticipantID(fmt.Sprint("peer", i)), logs, 1000)))
	}
	require.Equal(t, maxFetches, asked)
}

func TestAClaimThatItsOwnerCannotProveIsForgotten(t *testing.T) {
	b := onBench(t, 1)
	asks := asksFor[RangeRequest](b.claims("liar", 1, 1000))
	require.Len(t, asks, 1)
	effects := b.step(Answered{Ask: asks[0].ID, Answer: RangeAnswer{Note: note(logOf(0), 1000, 1)[:50]}})
	require.Empty(t, asksFor[RangeRequest](effects))
	b.clock = b.clock.Add(10 * time.Second)
	require.Empty(t, asksFor[RangeRequest](b.step(Tick{})))
}

func TestARefusedRangeIsAskedOfTheNextPeer(t *testing.T) {
	b := onBench(t, 1)
	asks := asksFor[RangeRequest](b.claims("a", 1, 2))
	b.claims("b", 1, 2)
	require.Len(t, asks, 1)
	require.EqualValues(t, "a", asks[0].To)
	effects := b.step(Answered{Ask: asks[0].ID, Answer: RangeAnswer{Note: note(logOf(0), 2, 1), Entries: make([]store.Entry, 2)}})
	require.Len(t, effectsOf[Extend](effects), 1)
	effects = b.step(Extended{Origin: logOf(0), Head: store.Head{Origin: logOf(0)}, Refused: true, Err: store.ErrProof})
	next := asksFor[RangeRequest](effects)
	require.Len(t, next, 1)
	require.EqualValues(t, "b", next[0].To)
	require.EqualValues(t, 0, next[0].Request.(RangeRequest).From)
}

func TestTwoNotesOfOneSizeAreAFork(t *testing.T) {
	b := onBench(t, 1)
	b.step(Heard{From: "a", Note: note(logOf(0), 9, 1)})
	forks := effectsOf[ForkSeen](b.step(Heard{From: "b", Note: note(logOf(0), 9, 2)}))
	require.Len(t, forks, 1)
	require.Equal(t, note(logOf(0), 9, 1), forks[0].First)
	require.Equal(t, note(logOf(0), 9, 2), forks[0].Second)
	require.Empty(t, effectsOf[ForkSeen](b.step(Heard{From: "c", Note: note(logOf(0), 9, 3)})), "one proof per log is enough")
}

func TestSameStateEndsAComparison(t *testing.T) {
	b := onBench(t, 3)
	up := asksFor[Heads](b.step(PeerUp{"a"}))
	require.Empty(t, effectsOf[Ask](b.step(Answered{Ask: up[0].ID, Answer: HeadsAnswer{Same: true}})))
	b.clock = b.Wake()
	require.Len(t, asksFor[Heads](b.step(Tick{})), 1, "not compared again")
}
