// Package transport keeps the connections between the nodes of a federation:
// who may connect, one request and one answer per stream, and announcements
// that reach everybody by gossip. It carries bytes and knows nothing of logs or
// documents.
//
//	host, err := transport.New(transport.Options{
//		Identity: nodeKey,
//		Listen:   []string{"/ip4/0.0.0.0/tcp/4001", "/ip4/0.0.0.0/udp/4001/quic-v1"},
//		Members:  members, // asked again whenever it matters
//		Serve:    answer,
//		Heard:    heard,
//	})
//	go host.Run(ctx)
//	body, err := host.Ask(ctx, "sle", "heads", request)
//
// It is libp2p with little of it left on: TCP and QUIC, Noise and TLS, Ed25519
// identities, identify, ping, GossipSub. A connection's key is proved by its
// handshake and must be a member's. There is no DHT, relay, port mapping or
// address discovery: peers are dialled at the addresses that Members gives.
//
// Gossip is a hint, never a delivery: queues overflow silently and partitions
// do not heal by themselves. Run redials what is lost, and whoever needs a
// record asks for it.
package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	tls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"

	"stocktake/review"
	"stocktake/signing"
)

var (
	// ErrClosed says that the host does not run: not yet, or no longer.
	ErrClosed = errors.New("transport: host is not running")
	// ErrNotMember says that nobody of that name, or only this host, is a member.
	ErrNotMember = errors.New("transport: not a member")
	// ErrUnreachable says that there is no connection to a member and that
	// none could be made. The redial loop goes on trying.
	ErrUnreachable = errors.New("transport: unreachable")
)

// Member is one participant's node.
type Member struct {
	ID  review.ParticipantID
	Key signing.NoteKey
	// Addresses are multiaddrs; the first 8 count. A member without any has to
	// dial the others.
	Addresses []string
}

// Options configure a host. The callbacks are called from several goroutines.
// None may call Close; Heard, Connected and Disconnected must return soon.
type Options struct {
	Identity *signing.NoteSigner
	// Listen are TCP and QUIC multiaddrs; port 0 takes a free one.
	Listen []string
	Logger *slog.Logger // nil: silent

	// Members are those who may connect, one entry per participant; this host
	// may be among them. Asked at every connection and request and once a
	// second, so it should be quick.
	Members func() []Member
	// Serve answers a request of the member that the connection's key proves.
	// What it returns as an error is sent to that member as one line of text.
	// ctx ends after a minute or with Run, which waits for Serve to return.
	// nil: every request is refused.
	Serve func(ctx context.Context, from review.ParticipantID, method string, body []byte) ([]byte, error)
	// Heard takes an announcement that came by way of from, who need not be its
	// author; the same bytes come once in two minutes. true: valid and new, so
	// relay it. It must not call Announce. nil: nothing is relayed.
	Heard func(from review.ParticipantID, message []byte) bool
	// Connected and Disconnected alternate for each member and never overlap
	// each other; Run disconnects everybody before it returns.
	Connected, Disconnected func(review.ParticipantID)
	// HTTP, if set, is served to members through Client of their hosts.
	HTTP http.Handler
}

// Host is one node's end of all connections. Its methods may be called from
// any goroutine.
type Host struct {
	o    Options
	log  *slog.Logger
	self signing.NoteKey
	p2p  host.Host
	gate *gate

	started   atomic.Bool
	closing   chan struct{} // closed by the first Close
	done      chan struct{} // closed when nothing of the host is left
	closeOnce sync.Once

	topic atomic.Pointer[pubsub.Topic] // set while Run runs
	asks  turns
	wake  chan struct{} // a connection came or went

	mu       sync.RWMutex
	up       map[peer.ID]link // whom Connected was called for
	schedule *schedule
}

// New binds the listen addresses. Nothing is accepted or dialled before Run.
func New(o Options) (*Host, error) {
	if o.Identity == nil || o.Members == nil {
		return nil, errors.New("transport: Options need Identity and Members")
	}
	h := &Host{
		o: o, log: o.Logger, self: o.Identity.Key(),
		closing: make(chan struct{}), done: make(chan struct{}), wake: make(chan struct{}, 1),
		up: map[peer.ID]link{},
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	h.schedule = newSchedule(h.self, rand.Float64)
	h.gate = &gate{member: func(id peer.ID) bool { _, ok := h.memberOf(id); return ok }}

	identity, err := crypto.UnmarshalEd25519PrivateKey(o.Identity.Private())
	if err != nil {
		return nil, fmt.Errorf("transport: node key: %w", err)
	}
	resources, err := resourceManager()
	if err != nil {
		return nil, fmt.Errorf("transport: resource manager: %w", err)
	}
	connections, err := connmgr.NewConnManager(connectionsLow, connectionsHigh)
	if err != nil {
		return nil, fmt.Errorf("transport: connection manager: %w", err)
	}
	h.p2p, err = libp2p.New(
		libp2p.Identity(identity),
		libp2p.UserAgent("stocktake"),
		libp2p.ProtocolVersion("stocktake/1"),
		libp2p.Transport(tcp.NewTCPTransport, tcp.DisableReuseport()), // else two nodes could share one port unawares
		libp2p.Transport(quic.NewTransport),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Security(tls.ID, tls.New),
		libp2p.NoListenAddrs, // below, one by one: libp2p only logs those that fail
		libp2p.ConnectionGater(h.gate),
		libp2p.ResourceManager(resources),
		libp2p.ConnectionManager(connections),
		libp2p.WithDialTimeout(dialTimeout),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		libp2p.DisableIdentifyAddressDiscovery(),
		libp2p.ForceReachabilityPrivate(), // no probing of our own address
		// After 100 failures these stop dialling QUIC or IPv6: wrong for a
		// node whose link was down for an evening.
		libp2p.UDPBlackHoleSuccessCounter(nil),
		libp2p.IPv6BlackHoleSuccessCounter(nil),
	)
	if err != nil {
		return nil, fmt.Errorf("transport: %w", err)
	}
	for _, s := range o.Listen {
		a, err := multiaddr.NewMultiaddr(s)
		mend := "want /ip4/<address>/tcp/<port> or /ip4/<address>/udp/<port>/quic-v1"
		if err == nil {
			err = h.p2p.Network().Listen(a)
			mend = "stop what has that address, or set listen in config.yaml to another"
		}
		if err != nil {
			h.p2p.Close()
			return nil, fmt.Errorf("transport: cannot listen on %.200q: %w; %s", s, err, mend)
		}
	}
	return h, nil
}

// Run lets members in, dials them, and blocks until ctx ends or Close is
// called; it then closes everything and returns ctx's error or nil. A host
// runs once.
func (h *Host) Run(ctx context.Context) error {
	if !h.started.CompareAndSwap(false, true) {
		return ErrClosed
	}
	defer close(h.done)
	run, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-h.closing:
			cancel()
		case <-run.Done():
		}
	}()

	events, err := h.p2p.EventBus().Subscribe(watched, eventbus.BufSize(systemConns))
	if err != nil {
		return errors.Join(fmt.Errorf("transport: %w", err), h.p2p.Close())
	}
	var watching sync.WaitGroup
	watching.Go(func() { h.watch(events.Out()) })
	leave, err := h.open(run)
	if err == nil {
		h.redial(run)
	}

	h.gate.open.Store(false)
	cancel()
	leave()
	// Closing waits for the handlers of streams, and the events that it causes
	// must find their reader.
	err = errors.Join(err, h.p2p.Close(), events.Close())
	watching.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// open starts what answers peers; leave stops it again.
func (h *Host) open(ctx context.Context) (leave func(), err error) {
	leave = func() {}
	topic, err := h.joinGossip(ctx)
	if err != nil {
		return leave, fmt.Errorf("transport: gossip: %w", err)
	}
	h.topic.Store(topic)
	h.p2p.SetStreamHandler(askProtocol, func(s network.Stream) { h.serve(ctx, s) })
	if h.o.HTTP != nil {
		if leave, err = h.serveHTTP(); err != nil {
			return leave, fmt.Errorf("transport: http: %w", err)
		}
	}
	h.gate.open.Store(true)
	return leave, nil
}

// Close ends Run and waits for it; a host that never ran gives up its
// addresses.
func (h *Host) Close() error {
	h.closeOnce.Do(func() { close(h.closing) })
	if h.started.CompareAndSwap(false, true) {
		defer close(h.done)
		return h.p2p.Close()
	}
	<-h.done
	return nil
}

// Addresses are the multiaddrs that the host listens on, with the ports that
// it got and one for each network interface: what a member's charter entry
// lists, as far as others can reach them.
func (h *Host) Addresses() []string {
	all, err := h.p2p.Network().InterfaceListenAddresses()
	if err != nil {
		h.log.Warn("cannot list the addresses of this machine", "err", err)
	}
	addresses := make([]string, len(all))
	for i, a := range all {
		addresses[i] = a.String()
	}
	return addresses
}

// memberOf is the member, other than this host, that a peer ID names.
func (h *Host) memberOf(id peer.ID) (Member, bool) {
	key, ok := keyOf(id)
	if !ok || key == h.self {
		return Member{}, false
	}
	for _, m := range h.o.Members() {
		if m.Key == key {
			return m, true
		}
	}
	return Member{}, false
}

// memberNamed is the member, other than this host, of that participant.
func (h *Host) memberNamed(p review.ParticipantID) (Member, bool) {
	for _, m := range h.o.Members() {
		if m.ID == p && m.Key != h.self {
			return m, true
		}
	}
	return Member{}, false
}
