package transport

import (
	"time"

	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"stocktake/review"
)

// Peer is the state of the connection to one member.
type Peer struct {
	ID        review.ParticipantID
	Connected bool
	Since     time.Time // of the connection; zero if there is none
	Address   string    // the other end's multiaddr; "" if there is none
	Trouble   string    // why there is none, for a person; "" if not known
}

// link is one connected member.
type link struct {
	id    review.ParticipantID
	since time.Time
}

// Peers are all members but this host, in the order of Options.Members.
func (h *Host) Peers() []Peer {
	members := h.o.Members()
	h.mu.RLock()
	defer h.mu.RUnlock()
	var peers []Peer
	for _, m := range members {
		if m.Key == h.self {
			continue
		}
		p := Peer{ID: m.ID}
		id := peerOf(m.Key)
		if l, ok := h.up[id]; ok {
			p.Connected, p.Since = true, l.since
			if conns := h.p2p.Network().ConnsToPeer(id); len(conns) > 0 {
				p.Address = conns[0].RemoteMultiaddr().String()
			}
		} else if t := h.schedule.targets[m.Key]; t != nil {
			p.Trouble = t.trouble
		}
		peers = append(peers, p)
	}
	return peers
}

// watched are the events that make a member connected or not. A connection
// counts once identify has had an answer on it: the handshake ends for the
// dialling end before the other end's gate has spoken.
var watched = []any{
	new(event.EvtPeerIdentificationCompleted),
	new(event.EvtPeerIdentificationFailed),
	new(event.EvtPeerConnectednessChanged),
}

// watch turns libp2p's events into Connected and Disconnected, one after the
// other, until events is closed.
func (h *Host) watch(events <-chan any) {
	for e := range events {
		switch e := e.(type) {
		case event.EvtPeerIdentificationCompleted:
			h.connected(e.Peer)
		case event.EvtPeerIdentificationFailed:
			if _, known := h.up[e.Peer]; !known {
				h.p2p.Network().ClosePeer(e.Peer) // of no use; redial
			}
		case event.EvtPeerConnectednessChanged:
			if e.Connectedness == network.NotConnected {
				h.disconnected(e.Peer)
				h.connected(e.Peer) // if it is back by now
			}
		}
		h.rouse()
	}
	for id := range h.up { // written by this goroutine only
		h.disconnected(id)
	}
}

func (h *Host) connected(id peer.ID) {
	m, ok := h.memberOf(id) // not if it was removed a moment ago: redial closes it
	_, known := h.up[id]
	if !ok || known || h.p2p.Network().Connectedness(id) != network.Connected {
		return
	}
	h.mu.Lock()
	h.up[id] = link{m.ID, time.Now()}
	h.mu.Unlock()
	h.log.Info("connected", "peer", m.ID)
	if h.o.Connected != nil {
		h.o.Connected(m.ID)
	}
}

func (h *Host) disconnected(id peer.ID) {
	l, known := h.up[id]
	if !known {
		return
	}
	h.mu.Lock()
	delete(h.up, id)
	h.mu.Unlock()
	h.log.Info("disconnected", "peer", l.id)
	if h.o.Disconnected != nil {
		h.o.Disconnected(l.id)
	}
}
