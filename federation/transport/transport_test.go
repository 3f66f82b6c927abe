package transport

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

const (
	anyTCP  = "/ip4/127.0.0.1/tcp/0"
	anyQUIC = "/ip4/127.0.0.1/udp/0/quic-v1"
)

// roll is the membership list that the hosts of a test share.
type roll struct {
	mu      sync.Mutex
	members []Member
}

func (r *roll) list() []Member {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.members)
}

// put adds a member or replaces the entry of the same participant.
func (r *roll) put(m Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members = append(slices.DeleteFunc(r.members, func(o Member) bool { return o.ID == m.ID }), m)
}

func (r *roll) remove(p review.ParticipantID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members = slices.DeleteFunc(r.members, func(o Member) bool { return o.ID == p })
}

// node is a running host of a test, with what its callbacks saw.
type node struct {
	*Host
	id    review.ParticipantID
	ended chan error

	mu       sync.Mutex
	heard    []string // "<from> <message>"
	changes  []string // "+<peer>" or "-<peer>"
	unwanted string   // an announcement that it finds invalid
}

func signer(p review.ParticipantID) *signing.NoteSigner {
	seed := sha256.Sum256([]byte(p))
	return signing.NewNoteSigner(ed25519.NewKeyFromSeed(seed[:]))
}

// start runs a host until the test ends; change may adjust its options.
func start(t testing.TB, p review.ParticipantID, members func() []Member, change func(*Options)) *node {
	t.Helper()
	n := &node{id: p, ended: make(chan error, 1)}
	o := Options{
		Identity: signer(p),
		Listen:   []string{anyTCP},
		Members:  members,
		Heard: func(from review.ParticipantID, message []byte) bool {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.heard = append(n.heard, fmt.Sprintf("%s %s", from, message))
			return string(message) != n.unwanted
		},
		Connected:    func(p review.ParticipantID) { n.change("+" + string(p)) },
		Disconnected: func(p review.ParticipantID) { n.change("-" + string(p)) },
	}
	if change != nil {
		change(&o)
	}
	var err error
	n.Host, err = New(o)
	require.NoError(t, err)
	go func() { n.ended <- n.Run(t.Context()) }()
	t.Cleanup(func() { n.Close() })
	await(t, 5*time.Second, string(p)+" runs", n.gate.open.Load)
	return n
}

func (n *node) change(s string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changes = append(n.changes, s)
}

func (n *node) seen(list *[]string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(*list)
}

func (n *node) connectedTo() (ids []review.ParticipantID) {
	for _, p := range n.Peers() {
		if p.Connected {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func (n *node) member() Member { return Member{n.id, n.self, n.Addresses()} }

// startAll runs one host for each participant, all of them members.
func startAll(t testing.TB, change func(*Options), ids ...review.ParticipantID) (*roll, []*node) {
	t.Helper()
	r := &roll{}
	var nodes []*node
	for _, p := range ids {
		n := start(t, p, r.list, change)
		nodes = append(nodes, n)
		r.put(n.member())
	}
	for _, n := range nodes {
		await(t, 5*time.Second, string(n.id)+" connects to everybody", func() bool {
			return len(n.connectedTo()) == len(ids)-1
		})
	}
	return r, nodes
}

func await(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

func TestMembersConnectOverTCPAndQUIC(t *testing.T) {
	for _, listen := range []string{anyTCP, anyQUIC} {
		t.Run(listen, func(t *testing.T) {
			t.Parallel()
			_, nodes := startAll(t, func(o *Options) { o.Listen = []string{listen} }, "aaa", "bbb", "ccc", "ddd")
			for _, p := range nodes[0].Peers() {
				require.True(t, p.Connected)
				require.NotEmpty(t, p.Address)
				require.WithinDuration(t, time.Now(), p.Since, 10*time.Second)
			}
		})
	}
}

func TestStrangerIsRefused(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{anyTCP, anyQUIC} {
		r, nodes := startAll(t, func(o *Options) { o.Listen = []string{listen} }, "aaa", "bbb")
		stranger := start(t, "zzz", func() []Member {
			return append(r.list(), Member{ID: "zzz", Key: signer("zzz").Key()})
		}, nil)
		_, err := stranger.Ask(t.Context(), "aaa", "heads", nil)
		require.Error(t, err)
		await(t, 5*time.Second, "the stranger learns why", func() bool {
			return slices.ContainsFunc(stranger.Peers(), func(p Peer) bool { return !p.Connected && p.Trouble != "" })
		})
		for _, n := range nodes {
			require.Len(t, n.connectedTo(), 1)
			require.Len(t, n.seen(&n.changes), 1, "only the other member ever connected")
		}
	}
}

func TestRemovedMemberIsDroppedAndStaysOut(t *testing.T) {
	t.Parallel()
	r, nodes := startAll(t, nil, "aaa", "bbb", "ccc")
	all := r.list()
	r.remove("ccc")
	for _, n := range nodes[:2] {
		await(t, 3*time.Second, "ccc is disconnected", func() bool {
			return slices.Contains(n.seen(&n.changes), "-ccc")
		})
		require.Len(t, n.connectedTo(), 1)
	}
	// Its own list may still be the old one.
	_, err := nodes[2].Ask(t.Context(), "aaa", "heads", nil)
	require.Error(t, err)

	r.put(all[2])
	for _, n := range nodes {
		await(t, 5*time.Second, "ccc is let in again", func() bool { return len(n.connectedTo()) == 2 })
	}
}

func TestConnectedAndDisconnectedAlternate(t *testing.T) {
	t.Parallel()
	_, nodes := startAll(t, nil, "aaa", "bbb", "ccc", "ddd")
	require.NoError(t, nodes[3].Close())
	require.NoError(t, <-nodes[3].ended)
	require.ElementsMatch(t, []string{"+aaa", "+bbb", "+ccc", "-aaa", "-bbb", "-ccc"}, nodes[3].changes)
	for _, n := range nodes[:3] {
		await(t, 3*time.Second, "ddd is gone", func() bool {
			return slices.Contains(n.seen(&n.changes), "-ddd")
		})
		n.Close()
		state := map[string]bool{}
		for _, c := range n.changes {
			up := c[0] == '+'
			require.NotEqual(t, up, state[c[1:]], "%v", n.changes)
			state[c[1:]] = up
		}
		for p, up := range state {
			require.False(t, up, "%s is left connected after Run", p)
		}
	}
}

func TestRedialsAMemberThatRestartsAtTheSameAddress(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{anyTCP, anyQUIC} {
		_, nodes := startAll(t, func(o *Options) { o.Listen = []string{listen} }, "aaa", "bbb")
		a, b := nodes[0], nodes[1]
		b.Close()
		await(t, 3*time.Second, "aaa sees it go", func() bool { return len(a.connectedTo()) == 0 })
		// bbb knows nobody's address this time, so aaa has to dial.
		again := start(t, "bbb", func() []Member { return []Member{{ID: "aaa", Key: a.self}} },
			func(o *Options) { o.Listen = b.member().Addresses })
		await(t, 5*time.Second, "aaa redials", func() bool { return len(a.connectedTo()) == 1 })
		await(t, 5*time.Second, "bbb knows", func() bool { return len(again.connectedTo()) == 1 })
		require.Equal(t, []string{"+bbb", "-bbb", "+bbb"}, a.seen(&a.changes))
	}
}

func TestChangedAddressIsDialledPromptly(t *testing.T) {
	t.Parallel()
	r := &roll{}
	a := start(t, "aaa", r.list, nil)
	r.put(Member{ID: "bbb", Key: signer("bbb").Key(), Addresses: []string{"/ip4/127.0.0.1/tcp/1"}})
	await(t, 5*time.Second, "several attempts fail", func() bool {
		a.Host.mu.Lock()
		defer a.Host.mu.Unlock()
		target := a.Host.schedule.targets[signer("bbb").Key()]
		return target != nil && target.failures >= 3
	})
	require.Contains(t, a.Peers()[0].Trouble, "refused")
	b := start(t, "bbb", func() []Member { return []Member{{ID: "aaa", Key: a.self}} }, nil)
	r.put(b.member())
	await(t, 2*time.Second, "the new address is used", func() bool { return len(a.connectedTo()) == 1 })
}

func TestAddressesAreCheckedBeforeUse(t *testing.T) {
	own := peerOf(signer("aaa").Key()).String()
	other := peerOf(signer("bbb").Key()).String()
	for _, c := range []struct {
		address string
		ok      bool
	}{
		{"/ip4/192.0.2.1/tcp/4001", true},
		{"/dns/node.example/udp/4001/quic-v1", true},
		{"/ip4/192.0.2.1/tcp/4001/p2p/" + own, true},
		{"/ip4/192.0.2.1/tcp/4001/p2p/" + other, false},
		{"/p2p/" + own, false},
		{"192.0.2.1:4001", false},
		{"", false},
	} {
		_, err := addressBook(Member{ID: "aaa", Key: signer("aaa").Key(), Addresses: []string{c.address}})
		require.Equal(t, c.ok, err == nil, "%s: %v", c.address, err)
	}
	many, err := addressBook(Member{ID: "aaa", Addresses: slices.Repeat([]string{"/ip4/192.0.2.1/tcp/1"}, 100)})
	require.NoError(t, err)
	require.Len(t, many.Addrs, maxAddresses)
}

func TestNewRefusesAnAddressThatItCannotListenOn(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "/ip4/127.0.0.1/tcp/0/ws", "/ip4/192.0.2.1/tcp/0"} {
		_, err := New(Options{Identity: signer("aaa"), Members: (&roll{}).list, Listen: []string{anyTCP, listen}})
		require.ErrorContains(t, err, listen)
	}
}

func TestRunEndsCleanly(t *testing.T) {
	before := runtime.NumGoroutine() // other tests are paused or over
	ctx, cancel := context.WithCancel(t.Context())
	r := &roll{}
	var running sync.WaitGroup
	var hosts []*Host
	for i := range 3 {
		p := review.ParticipantID(fmt.Sprintf("n%d", i))
		h, err := New(Options{Identity: signer(p), Members: r.list, Listen: []string{anyTCP, anyQUIC}})
		require.NoError(t, err)
		hosts = append(hosts, h)
		r.put(Member{p, h.self, h.Addresses()})
		_, err = h.Ask(ctx, "n9", "heads", nil)
		require.ErrorIs(t, err, ErrNotMember)
		require.ErrorIs(t, h.Announce([]byte("x")), ErrClosed)
		running.Go(func() {
			if err := h.Run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("Run: %v", err)
			}
		})
	}
	await(t, 5*time.Second, "all connect", func() bool {
		return !slices.ContainsFunc(hosts, func(h *Host) bool {
			return slices.ContainsFunc(h.Peers(), func(p Peer) bool { return !p.Connected })
		})
	})
	cancel()
	running.Wait()
	require.ErrorIs(t, hosts[0].Run(t.Context()), ErrClosed, "a host runs once")
	_, err := hosts[0].Ask(t.Context(), "n1", "heads", nil)
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, hosts[0].Announce([]byte("x")), ErrClosed)
	require.NoError(t, hosts[0].Close())

	idle, err := New(Options{Identity: signer("n9"), Members: r.list, Listen: []string{anyTCP}})
	require.NoError(t, err)
	require.NoError(t, idle.Close(), "a host that never ran")
	require.NoError(t, idle.Close())
	require.ErrorIs(t, idle.Run(t.Context()), ErrClosed)

	await(t, 5*time.Second, "no goroutine is left", func() bool {
		return runtime.NumGoroutine() <= before
	})
}
