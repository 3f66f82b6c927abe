package transport

import (
	"sync/atomic"

	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
)

// gate is the connection gater: while Run runs, it lets members pass whose key
// the security handshake has proved, and nobody else, in either direction.
type gate struct {
	open   atomic.Bool
	member func(peer.ID) bool
}

func (g *gate) InterceptPeerDial(p peer.ID) bool                                { return g.open.Load() && g.member(p) }
func (g *gate) InterceptAddrDial(peer.ID, multiaddr.Multiaddr) bool             { return true }
func (g *gate) InterceptAccept(network.ConnMultiaddrs) bool                     { return g.open.Load() }
func (g *gate) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) { return true, 0 }

func (g *gate) InterceptSecured(_ network.Direction, p peer.ID, _ network.ConnMultiaddrs) bool {
	return g.open.Load() && g.member(p)
}
