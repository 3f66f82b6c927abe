package transport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

func crowd(n int) []Member {
	members := make([]Member, n)
	for i := range members {
		p := review.ParticipantID(fmt.Sprintf("n%d", i))
		members[i] = Member{p, signing.NoteKey{byte(i >> 8), byte(i)}, []string{"/ip4/192.0.2.1/tcp/1"}}
	}
	return members
}

// attempts plays a schedule against an outcome for a while and returns the
// times of the dials.
func attempts(s *schedule, members []Member, connected map[signing.NoteKey]bool, length time.Duration, outcome func(Member) error) (at []time.Duration) {
	begin := time.Unix(0, 0)
	for now := begin; now.Sub(begin) < length; now = now.Add(s.wait(now, membersEvery)) {
		for _, m := range s.due(now, members, connected) {
			at = append(at, now.Sub(begin))
			s.dialled(now, m.Key, outcome(m))
		}
	}
	return at
}

func TestRedialIsQuickFirstAndSlowInTheEnd(t *testing.T) {
	for _, random := range []float64{0, 0.5, 0.999} {
		s := newSchedule(signing.NoteKey{}, func() float64 { return random })
		at := attempts(s, crowd(2)[1:], nil, 10*time.Minute, func(Member) error { return errors.New("down") })
		require.Zero(t, at[0])
		require.LessOrEqual(t, at[3], time.Second)
		for i := 1; i < len(at); i++ {
			require.LessOrEqual(t, at[i]-at[i-1], redialMax+membersEvery)
		}
		last := at[len(at)-1] - at[len(at)-2]
		require.GreaterOrEqual(t, last, redialMax/2)
		require.Less(t, len(at), 60)
	}
}

// A node whose charter is older hangs up as soon as it knows who is calling.
func TestPeerThatHangsUpIsNotDialledInALoop(t *testing.T) {
	s := newSchedule(signing.NoteKey{}, rand.Float64)
	at := attempts(s, crowd(2)[1:], nil, 10*time.Minute, func(Member) error { return nil })
	require.Less(t, len(at), 60)
	require.Contains(t, s.targets[crowd(2)[1].Key].trouble, "hung up")
}

func TestLostConnectionIsRedialledAtOnceByOneEnd(t *testing.T) {
	members := crowd(2)
	now := time.Unix(0, 0)
	var first [2]time.Duration
	for i, m := range members {
		s := newSchedule(m.Key, rand.Float64)
		other := members[1-i].Key
		s.due(now, members, map[signing.NoteKey]bool{other: true})
		lost := now.Add(settled)
		first[i] = -1
		for at := lost; first[i] < 0; at = at.Add(time.Millisecond) {
			if len(s.due(at, members, nil)) > 0 {
				first[i] = at.Sub(lost)
			}
		}
	}
	require.LessOrEqual(t, first[0], redialFirst)
	require.Greater(t, first[1], first[0]+headStart/2)
}

func TestMemberWithoutAddressIsNotDialled(t *testing.T) {
	s := newSchedule(signing.NoteKey{}, rand.Float64)
	members := crowd(2)[1:]
	members[0].Addresses = nil
	require.Empty(t, attempts(s, members, nil, time.Hour, func(Member) error { return nil }))
}

func TestFormerMemberIsForgotten(t *testing.T) {
	s := newSchedule(signing.NoteKey{}, rand.Float64)
	now := time.Unix(0, 0)
	dial := s.due(now, crowd(3)[1:2], nil)
	require.Len(t, dial, 1)
	require.Empty(t, s.due(now, nil, nil))
	require.Empty(t, s.targets)
	s.dialled(now, dial[0].Key, nil) // a dial that was under way
	require.Empty(t, s.targets)
}

func TestSmallFederationConnectsToAllAndALargeOneToSome(t *testing.T) {
	for _, c := range []struct{ others, want int }{{8, 8}, {meshBelow, meshBelow}, {meshBelow + 1, wantPeers}, {1000, wantPeers}} {
		members := crowd(c.others + 1)
		s := newSchedule(members[0].Key, rand.New(rand.NewPCG(1, 2)).Float64)
		connected := map[signing.NoteKey]bool{}
		attempts(s, members, connected, exploreEvery-time.Second, func(m Member) error {
			connected[m.Key] = true
			return nil
		})
		require.LessOrEqual(t, c.want, len(connected))
		require.LessOrEqual(t, len(connected), c.want+1) // one explored at the start
		if c.others > meshBelow {
			attempts(s, members, connected, 10*exploreEvery, func(m Member) error {
				connected[m.Key] = true
				return nil
			})
			require.Greater(t, len(connected), min(c.others, c.want+5)-1, "it goes on meeting others")
		}
	}
}
