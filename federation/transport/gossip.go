package transport

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
)

// gossipTopic is the one topic. The gate keeps federations apart, not its name.
const gossipTopic = "stocktake/1"

// Announce sends a message to all members by way of those who are connected.
// It is a hint: no error means that the message was taken, not that it arrived.
// What is announced in the first half second of a connection does not cross
// it, and the same bytes again within two minutes go nowhere: after Connected,
// ask.
func (h *Host) Announce(message []byte) error {
	if len(message) > MaxAnnouncement {
		return fmt.Errorf("%w: announcement of %d bytes, the bound is %d", ErrTooLarge, len(message), MaxAnnouncement)
	}
	topic := h.topic.Load()
	if topic == nil || !h.gate.open.Load() {
		return ErrClosed
	}
	if err := topic.Publish(context.Background(), message); err != nil {
		if !h.gate.open.Load() {
			return ErrClosed
		}
		return fmt.Errorf("transport: announce: %w", err)
	}
	return nil
}

// joinGossip starts GossipSub; it ends with ctx. Messages are unsigned and
// without author, since what they carry is signed, and their ID is their
// content, so that many may announce the same head.
func (h *Host) joinGossip(ctx context.Context) (*pubsub.Topic, error) {
	params := pubsub.DefaultGossipSubParams()
	params.D, params.Dlo, params.Dhi, params.Dscore, params.Dout, params.Dlazy = 5, 4, 8, 3, 1, 5
	params.HeartbeatInterval, params.HistoryGossip, params.HistoryLength = gossipHeartbeat, 6, 20
	limit := heardLimit{count: map[peer.ID]int{}}
	gossip, err := pubsub.NewGossipSub(ctx, h.p2p,
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
		pubsub.WithNoAuthor(),
		pubsub.WithMessageIdFn(contentID),
		pubsub.WithGossipSubParams(params),
		pubsub.WithFloodPublish(false),
		pubsub.WithPeerExchange(false),
		pubsub.WithPeerOutboundQueueSize(gossipQueue),
		pubsub.WithValidateQueueSize(gossipQueue),
		pubsub.WithMaxMessageSize(maxGossipRPC),
		pubsub.WithSeenMessagesTTL(seenFor),
		pubsub.WithSubscriptionFilter(pubsub.WrapLimitSubscriptionFilter(
			pubsub.NewAllowlistSubscriptionFilter(gossipTopic), maxTopics)),
		pubsub.WithAppSpecificRpcInspector(func(from peer.ID, rpc *pubsub.RPC) error {
			return limit.take(time.Now(), from, len(rpc.GetPublish()))
		}),
		// No peer scores: they would punish many nodes behind one address and
		// a peer whose log is quiet. What a member may cost is bounded above.
	)
	if err != nil {
		return nil, err
	}
	if err := gossip.RegisterTopicValidator(gossipTopic, h.hear, pubsub.WithValidatorInline(true)); err != nil {
		return nil, err
	}
	topic, err := gossip.Join(gossipTopic)
	if err != nil {
		return nil, err
	}
	// A relay, not a subscription: hear has had the message already.
	_, err = topic.Relay()
	return topic, err
}

func contentID(m *pb.Message) string {
	id := sha256.Sum256(m.GetData())
	return string(id[:])
}

// hear is the validator of incoming messages, and of our own.
func (h *Host) hear(_ context.Context, by peer.ID, m *pubsub.Message) pubsub.ValidationResult {
	if by == h.p2p.ID() {
		return pubsub.ValidationAccept
	}
	if len(m.Data) > MaxAnnouncement || h.o.Heard == nil {
		return pubsub.ValidationIgnore
	}
	// A message may overtake the event that its sender is connected.
	h.mu.RLock()
	l, ok := h.up[by]
	h.mu.RUnlock()
	from := l.id
	if !ok {
		member, listed := h.memberOf(by)
		if !listed {
			return pubsub.ValidationIgnore
		}
		from = member.ID
	}
	if !h.o.Heard(from, m.Data) {
		return pubsub.ValidationIgnore
	}
	return pubsub.ValidationAccept
}

// heardLimit counts each peer's messages in the present second. Gossip's one
// goroutine owns it.
type heardLimit struct {
	second time.Time
	count  map[peer.ID]int
}

var errTooMany = errors.New("transport: too many announcements in a second")

func (l *heardLimit) take(now time.Time, from peer.ID, n int) error {
	if now.Sub(l.second) >= time.Second {
		l.second = now
		clear(l.count)
	}
	l.count[from] += n
	if l.count[from] > maxHeardPerSecond {
		return errTooMany
	}
	return nil
}
