package transport

import (
	"fmt"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/stretchr/testify/require"

	"stocktake/review"
)

func TestAnnouncementReachesEveryone(t *testing.T) {
	t.Parallel()
	_, nodes := startAll(t, nil, "aaa", "bbb", "ccc", "ddd", "eee", "fff")
	warm(t, nodes, nodes)
	for i, from := range nodes {
		message := fmt.Sprintf("head %d", i)
		require.NoError(t, from.Announce([]byte(message)))
		require.NoError(t, from.Announce([]byte(message)), "the same again is no error")
		for _, n := range nodes {
			if n == from {
				continue
			}
			await(t, 5*time.Second, fmt.Sprintf("%s hears of %s", n.id, message), func() bool {
				return countSuffix(n.seen(&n.heard), message) > 0
			})
		}
	}
	for _, n := range nodes {
		require.Len(t, n.seen(&n.heard), len(nodes)-1, "each message once, and none of its own")
	}
}

// warm waits until announcements of each of from reach all of to.
func warm(t *testing.T, from, to []*node) {
	t.Helper()
	for _, f := range from {
		for i := 0; ; i++ {
			message := fmt.Sprintf("warm %s %d", f.id, i)
			require.NoError(t, f.Announce([]byte(message)))
			time.Sleep(50 * time.Millisecond)
			all := true
			for _, n := range to {
				all = all && (n == f || countSuffix(n.seen(&n.heard), message) > 0)
			}
			if all {
				break
			}
			require.Less(t, i, 100, "announcements of %s do not arrive", f.id)
		}
	}
	for _, n := range to {
		n.mu.Lock()
		n.heard = nil
		n.mu.Unlock()
	}
}

func countSuffix(list []string, suffix string) (n int) {
	for _, s := range list {
		if len(s) > len(suffix) && s[len(s)-len(suffix):] == suffix {
			n++
		}
	}
	return n
}

// a - b - c: what reaches c has been relayed by b.
func TestOnlyValidAnnouncementsAreRelayed(t *testing.T) {
	t.Parallel()
	all := &roll{}
	only := func(ids ...review.ParticipantID) func() []Member {
		return func() (list []Member) {
			for _, m := range all.list() {
				for _, p := range ids {
					if m.ID == p {
						list = append(list, m)
					}
				}
			}
			return list
		}
	}
	a, b, c := start(t, "aaa", only("bbb"), nil), start(t, "bbb", only("aaa", "ccc"), nil), start(t, "ccc", only("bbb"), nil)
	for _, n := range []*node{a, b, c} {
		n.mu.Lock()
		n.unwanted = "stale"
		n.mu.Unlock()
		all.put(n.member())
	}
	await(t, 5*time.Second, "b is connected to both", func() bool { return len(b.connectedTo()) == 2 })
	heard := func(n *node, what string) func() bool {
		return func() bool { return countSuffix(n.seen(&n.heard), what) == 1 }
	}
	warm(t, []*node{a, b, c}, []*node{a, b, c})
	require.NoError(t, a.Announce([]byte("stale")))
	await(t, 5*time.Second, "b hears the stale one", heard(b, "stale"))
	require.NoError(t, a.Announce([]byte("fresh")))
	await(t, 5*time.Second, "c hears the fresh one", heard(c, "fresh"))
	require.Equal(t, []string{"bbb fresh"}, c.seen(&c.heard), "by way of b, without the stale one")
}

func TestOversizeAnnouncementIsRefused(t *testing.T) {
	t.Parallel()
	_, nodes := startAll(t, nil, "aaa", "bbb")
	warm(t, nodes, nodes)
	require.ErrorIs(t, nodes[0].Announce(make([]byte, MaxAnnouncement+1)), ErrTooLarge)
	largest := make([]byte, MaxAnnouncement)
	require.NoError(t, nodes[0].Announce(largest))
	await(t, 5*time.Second, "the largest arrives", func() bool { return len(nodes[1].seen(&nodes[1].heard)) == 1 })

	// A peer that does not keep to the bound is not listened to.
	require.NoError(t, nodes[0].topic.Load().Publish(t.Context(), make([]byte, MaxAnnouncement+1)))
	require.NoError(t, nodes[0].Announce([]byte("after")))
	await(t, 5*time.Second, "the next arrives", func() bool { return len(nodes[1].seen(&nodes[1].heard)) == 2 })
	require.Equal(t, "aaa after", nodes[1].seen(&nodes[1].heard)[1])
}

func TestPeerThatFloodsIsCutShort(t *testing.T) {
	limit := heardLimit{count: map[peer.ID]int{}}
	now := time.Unix(1000, 0)
	passed := 0
	for range 2 * maxHeardPerSecond {
		if limit.take(now, "loud", 1) == nil {
			passed++
		}
	}
	require.Equal(t, maxHeardPerSecond, passed)
	require.NoError(t, limit.take(now, "quiet", 1), "others are heard")
	require.Error(t, limit.take(now.Add(999*time.Millisecond), "loud", 1))
	require.NoError(t, limit.take(now.Add(time.Second), "loud", 1))
	require.Error(t, limit.take(now.Add(time.Second), "bulk", maxHeardPerSecond+1))
}
