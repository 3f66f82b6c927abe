package node

import (
	"net"
	"strings"
	"time"

	"github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"stocktake/node/web/lang"
)

// dialFor is how long the node's own ports may take to answer.
const dialFor = 3 * time.Second

// ports looks whether the running node answers where it should, or a stopped
// one could.
func (c *checkup) ports() {
	for _, own := range [][2]string{{"http", c.settings.HTTP}, {"metrics", c.settings.Metrics}, {"desk", c.settings.Desk}} {
		if own[1] != "" {
			c.port(own[0], own[1])
		}
	}
	for _, a := range c.settings.Listen {
		m, err := multiaddr.NewMultiaddr(a)
		if err != nil {
			continue // config says so
		}
		if network, address, err := manet.DialArgs(m); err == nil && strings.HasPrefix(network, "tcp") {
			c.port("listen", address)
		}
	}
}

func (c *checkup) port(field, address string) {
	if c.status.Running {
		conn, err := net.DialTimeout("tcp", reachable(address), dialFor)
		if err != nil {
			c.attention("ports", todo("health.port-do-restart"), "health.port-dead", "port", field, "address", address, "reason", lang.English(err.Error()))
			return
		}
		conn.Close()
		c.ok("ports", "health.port-answers", "port", field, "address", address)
		return
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		c.attention("ports", todo("health.port-do-stop", "port", field), "health.port-taken", "port", field, "address", address, "reason", lang.English(err.Error()))
		return
	}
	l.Close()
	c.ok("ports", "health.port-free", "port", field, "address", address)
}

// reachable is where to dial what listens at an address, which may be all of
// this machine's.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("localhost", port)
	}
	return address
}

func (c *checkup) peers() {
	s := c.status
	if !s.Running {
		c.attention("peers", todo("health.peers-do-start"), "health.peers-stopped")
		return
	}
	behind := lag(s)
	switch {
	case len(s.Peers) == 0:
		c.ok("peers", "health.peers-unlisted")
	case s.Up() == 0:
		c.attention("peers", todo("health.peers-do-network"), "health.peers-none", "number", len(s.Peers))
	case s.Up()*2 < len(s.Peers):
		c.attention("peers", todo("health.peers-do-who"), "health.peers-some", "up", s.Up(), "number", len(s.Peers))
	default:
		c.ok("peers", "health.peers-some", "up", s.Up(), "number", len(s.Peers))
	}
	if behind > 0 {
		c.ok("peers", "health.peers-behind", "number", behind)
	}
}
