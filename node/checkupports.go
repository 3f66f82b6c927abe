package node

import (
	"net"
	"strings"
	"time"

	"github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
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
			c.attention("ports", "start the node again; if that does not help, see its log", "%s %s does not answer: %v", field, address, err)
			return
		}
		conn.Close()
		c.ok("ports", "%s %s answers on this machine", field, address)
		return
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		c.attention("ports", "stop what has it, or change "+field+" in config.yaml", "%s %s cannot be had: %v", field, address, err)
		return
	}
	l.Close()
	c.ok("ports", "%s %s is free for the node", field, address)
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
		c.attention("peers", "start it: stocktake serve", "the node does not run")
		return
	}
	behind := lag(s)
	switch {
	case len(s.Peers) == 0:
		c.ok("peers", "the charter lists no other node")
	case s.Up() == 0:
		c.attention("peers", "look at the network and the firewall; why: stocktake peers", "none of %d is connected", len(s.Peers))
	case s.Up()*2 < len(s.Peers):
		c.attention("peers", "who is away, and why: stocktake peers", "%d of %d are connected", s.Up(), len(s.Peers))
	default:
		c.ok("peers", "%d of %d are connected", s.Up(), len(s.Peers))
	}
	if behind > 0 {
		c.ok("peers", "catching up: %d records are to come", behind)
	}
}
