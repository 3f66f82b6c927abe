package node

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/multiformats/go-multiaddr"
)

// check is everything that is wrong with a configuration, by what stands in it
// alone: a line for each mistake, which begins with the field's name.
func (c Config) check() error {
	var wrong []error
	mistake := func(field, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf(field+": "+format, args...))
	}
	if c.Epoch < 1 {
		mistake("epoch", "%d is not possible; the first is 1", c.Epoch)
	}
	for _, a := range c.Listen {
		if _, err := multiaddr.NewMultiaddr(a); err != nil {
			mistake("listen", "%.80q is not an address for other nodes; write it as in /ip4/0.0.0.0/tcp/4001", a)
		}
	}
	if !isHostPort(c.HTTP) {
		mistake("http", "%.80q is not host:port; write it as in %s", c.HTTP, DefaultHTTP)
	}
	for _, h := range c.Hosts {
		if !isHostName(h) {
			mistake("hosts", "%.80q is not a name without port; write it as in gcm.example.org", h)
		}
	}
	switch {
	case c.Metrics == "":
	case !isHostPort(c.Metrics):
		mistake("metrics", "%.80q is not host:port; write it as in 127.0.0.1:8471", c.Metrics)
	case c.Metrics == c.HTTP:
		mistake("metrics", "%s is where the pages are; metrics need an address of their own", c.Metrics)
	}
	if host, _, _ := net.SplitHostPort(c.Desk); c.Desk != "" && (!isHostPort(c.Desk) || !isLoopback(host)) {
		mistake("desk", "%.80q is not an address of this machine only; write 127.0.0.1:8472, and reach it from elsewhere through SSH", c.Desk)
	}
	_, trust := c.proxies()
	wrong = append(append(wrong, trust...), c.TLS.check()...)
	if !slices.Contains([]string{"", ErasureHonour, ErasureKeep}, c.Erasure) {
		mistake("erasure", "%.40q is not possible; write %s or %s", c.Erasure, ErasureHonour, ErasureKeep)
	}
	if err := c.Attachments.check(); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// proxies are the networks of the reverse proxies that are trusted.
func (c Config) proxies() (networks []netip.Prefix, wrong []error) {
	for _, s := range c.Proxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, err := netip.ParseAddr(s)
			if err != nil {
				wrong = append(wrong, fmt.Errorf("proxies: %.80q is not an address; write it as in 127.0.0.1 or 10.1.2.0/24", s))
				continue
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		if p.Bits() == 0 {
			wrong = append(wrong, fmt.Errorf("proxies: %s is everybody; name the proxy's own address", s))
			continue
		}
		networks = append(networks, p.Masked())
	}
	return networks, wrong
}

func isHostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && strconv.FormatUint(n, 10) == port && !strings.ContainsAny(host, " /")
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// isHostName is whether people can have it as a name in a browser.
func isHostName(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return len(s) > 0 && len(s) <= 253 && !strings.HasPrefix(s, "-") && !strings.HasPrefix(s, ".") && !strings.Contains(s, "..") &&
		strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-.") == ""
}

// Validate is everything that is wrong with a home's configuration, with what
// it names: a line for each mistake.
func (h Home) Validate() error {
	c, err := h.Config()
	if err != nil {
		return err
	}
	if c.TLS.Certificate == "" {
		return nil
	}
	files := &certificateFiles{TLS: c.TLS}
	pair, err := files.load()
	switch {
	case err != nil:
		return err
	case time.Now().After(pair.Leaf.NotAfter):
		return fmt.Errorf("tls: the certificate in %s ended on %s; renew it", c.TLS.Certificate, pair.Leaf.NotAfter.UTC().Format(time.DateOnly))
	}
	var wrong []error
	for _, name := range c.Hosts {
		if err := pair.Leaf.VerifyHostname(name); err != nil {
			wrong = append(wrong, fmt.Errorf("tls: the certificate in %s is not for %s, which stands in hosts", filepath.Base(c.TLS.Certificate), name))
		}
	}
	return errors.Join(wrong...)
}
