package transport

import (
	"math"
	"net/netip"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/x/rate"
)

// Sizes of what one peer may send another.
const (
	// MaxRequest is the longest body of a request. The longest that the
	// federation sends is a list of sizes: 13.6 KB for 10,000 logs.
	MaxRequest = 1 << 20
	// MaxAnswer is the longest body of an answer: a range of 4 MiB of records,
	// and room for one last record, the proof, the checkpoint and the framing.
	MaxAnswer = 5 << 20
	// MaxAnnouncement is the longest gossip message: two checkpoints of 16 KiB,
	// each with the cosignatures of 25 witnesses, as a fork's proof has.
	MaxAnnouncement = 32 << 10
	// maxMethod bounds a method's name, which stands in logs.
	maxMethod = 32
	// maxErrorText bounds a refusal: it is for a person, on one line.
	maxErrorText = 300
	// maxGossipRPC bounds one message of the gossip protocol, which may carry
	// several announcements and lists of 32-byte message IDs.
	maxGossipRPC = 256 << 10
	// maxHeaders bounds the header of an HTTP request or answer.
	maxHeaders = 16 << 10
)

// Rates and counts.
const (
	// maxHeardPerSecond is how many announcements one peer may send in a
	// second before the rest are dropped. A peer relays one head per log and
	// second; checking 1,000 costs less than a tenth of a core.
	maxHeardPerSecond = 1000
	// maxTopics is how many topics one gossip message may name: there is one.
	maxTopics = 4
	// gossipQueue is the length of each gossip queue. The default of 32 lost
	// four fifths of a burst of 5,000.
	gossipQueue = 512
	// maxAsks is how many requests wait on one peer at once; more wait here.
	maxAsks = 16
	// maxServed is how many requests of one peer are served at once. Twice
	// maxAsks: the two ends do not learn of a stream's end at the same time.
	maxServed = 2 * maxAsks
	// maxServedAll is how many requests are served at once, of all peers.
	maxServedAll = 256
	// maxTunnels is how many HTTP requests of one peer are served at once.
	maxTunnels = 16
	// maxAddresses is how many addresses of one member are dialled, so that a
	// charter's entry cannot turn its readers into a port scanner.
	maxAddresses = 8
	// maxDials is how many members are dialled at once.
	maxDials = 8
	// meshBelow is the number of other members up to which a host keeps a
	// connection to each: the connection manager's low mark. In larger
	// federations it keeps wantPeers and dials the others when asked to.
	meshBelow = connectionsLow
	// wantPeers keeps a random graph of 10,000 nodes connected with a wide
	// margin (ln 10,000 = 9.2), also while half the peers are away.
	wantPeers = 24
)

// Times.
const (
	// dialTimeout is long enough for a handshake over a satellite link with
	// losses, and short enough to try the next member.
	dialTimeout = 10 * time.Second
	// askTimeout bounds one exchange where the caller sets no earlier
	// deadline: waiting for the answer and moving 5 MiB at 350 kbit/s.
	askTimeout = 3 * time.Minute
	// requestTimeout is how long a peer may take to send its request.
	requestTimeout = 30 * time.Second
	// serveTimeout is how long Options.Serve may hold a request.
	serveTimeout = time.Minute
	// answerTimeout is how long a peer may take to receive its answer.
	answerTimeout = 2 * time.Minute
	// membersEvery is how often Run asks who is a member: a removed member is
	// disconnected and a changed address dialled within this time.
	membersEvery = time.Second
	// redialFirst and redialMax bound the time between two attempts: at once
	// after a restart, and cheap for a member that is away for a month.
	redialFirst = 100 * time.Millisecond
	redialMax   = 30 * time.Second
	// headStart is how long one end of each pair lets the other dial first,
	// so that two hosts that start together do not connect twice.
	headStart = 300 * time.Millisecond
	// settled is how long a connection must last before a lost one is
	// redialled quickly: a peer that does not admit this host hangs up at once.
	settled = 10 * time.Second
	// exploreEvery is how often a host of a large federation dials one more
	// member, so that the two sides of a healed partition find each other.
	exploreEvery = 30 * time.Second
	// gossipHeartbeat is how soon a new connection joins the gossip; the
	// default is a second. Lists of recent messages are offered for 6
	// heartbeats and kept for 20: six seconds, for slow links.
	gossipHeartbeat = 300 * time.Millisecond
	// seenFor is how long the same announcement is not relayed again.
	seenFor = 2 * time.Minute
)

// A small node: with these bounds a host with 48 peers stays at about 41 MB.
const (
	systemMemory    = 64 << 20
	systemConns     = 96
	systemStreams   = 1024
	answersMemory   = 32 << 20 // five of the longest answers at once to one peer
	connectionsLow  = 32       // the connection manager trims to this number
	connectionsHigh = 64       // once there are more than this
	// connsPerAddress and connRate bound one address. Ministries of one
	// country, or all nodes of a test, may share one, so it is no lower than
	// what the node keeps; libp2p's default of 8 would shut most of them out.
	connsPerAddress = connectionsHigh
	connRate        = 2 // new connections per second, after a burst of systemConns
)

// resourceManager counts what libp2p spends against the bounds above.
func resourceManager() (network.ResourceManager, error) {
	scaling := rcmgr.DefaultLimits
	libp2p.SetDefaultServiceLimits(&scaling)
	small := rcmgr.PartialLimitConfig{
		System: rcmgr.ResourceLimits{
			Memory: systemMemory, Conns: systemConns, ConnsInbound: systemConns, ConnsOutbound: systemConns,
			Streams: systemStreams, StreamsInbound: systemStreams, StreamsOutbound: systemStreams, FD: 2 * systemConns,
		},
		Protocol: map[protocol.ID]rcmgr.ResourceLimits{
			askProtocol: {Streams: 2 * maxServedAll, StreamsInbound: maxServedAll, StreamsOutbound: maxServedAll},
		},
		ProtocolPeer: map[protocol.ID]rcmgr.ResourceLimits{
			askProtocol:  {Streams: 2 * maxServed, StreamsInbound: maxServed, StreamsOutbound: maxServed, Memory: answersMemory},
			httpProtocol: {Streams: 2 * maxTunnels, StreamsInbound: maxTunnels, StreamsOutbound: maxTunnels},
		},
	}.Build(scaling.Scale(systemMemory, 4*systemConns))
	perAddress := rate.Limit{RPS: connRate, Burst: systemConns}
	return rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(small),
		rcmgr.WithMetricsDisabled(),
		rcmgr.WithLimitPerSubnet(
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 32, ConnCount: connsPerAddress}},
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 56, ConnCount: connsPerAddress}}),
		rcmgr.WithNetworkPrefixLimit(
			[]rcmgr.NetworkPrefixLimit{{Network: loopback4, ConnCount: math.MaxInt}},
			[]rcmgr.NetworkPrefixLimit{{Network: loopback6, ConnCount: math.MaxInt}}),
		rcmgr.WithConnRateLimiters(&rate.Limiter{
			NetworkPrefixLimits: []rate.PrefixLimit{{Prefix: loopback4}, {Prefix: loopback6}},
			SubnetRateLimiter: rate.SubnetLimiter{
				IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: perAddress}},
				IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 56, Limit: perAddress}},
				GracePeriod:      time.Minute,
			},
		}))
}

// Connections within one machine are not bounded per address.
var (
	loopback4 = netip.MustParsePrefix("127.0.0.0/8")
	loopback6 = netip.MustParsePrefix("::1/128")
)
