package web

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
)

// Unnamed serves callers without knowing their addresses: whatever is made of
// its connections, by net/http or here, has none to log or to answer with.
// Who files from where is nobody's business, and an author's risk. Of a reverse
// proxy it is known that it is one, and so is believed what it says of the
// scheme. No more than a bounded number are served at once.
func Unnamed(l net.Listener, proxies ...netip.Prefix) net.Listener {
	return unnamedListener{l, proxies, make(chan struct{}, maxConnections)}
}

type unnamedListener struct {
	net.Listener
	proxies []netip.Prefix
	open    chan struct{} // one for each connection
}

func (l unnamedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, unnamedError(err)
	}
	select {
	case l.open <- struct{}{}:
	default: // closed at once, so that those who wait for an answer do not wait for it
		c.Close()
		return l.Accept()
	}
	return &unnamedConn{Conn: c, proxy: l.isProxy(c.RemoteAddr()), done: sync.OnceFunc(func() { <-l.open })}, nil
}

func (l unnamedListener) isProxy(a net.Addr) bool {
	from, err := netip.ParseAddrPort(a.String())
	return err == nil && slices.ContainsFunc(l.proxies, func(p netip.Prefix) bool { return p.Contains(from.Addr().Unmap()) })
}

type unnamedConn struct {
	net.Conn
	proxy bool   // a trusted one
	done  func() // gives its place to another
}

func (c *unnamedConn) Close() error {
	defer c.done()
	return unnamedError(c.Conn.Close())
}

// proxied is the context key of whether a connection is a trusted proxy's.
type proxied struct{}

func noteProxy(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if u, ok := c.(*unnamedConn); ok && u.proxy {
		return context.WithValue(ctx, proxied{}, true)
	}
	return ctx
}

// scheme is how the reader reached the node.
func scheme(r *http.Request) string {
	if r.TLS != nil || r.Context().Value(proxied{}) != nil && r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https"
	}
	return "http"
}

// unnamedAddr stands for every caller's address.
type unnamedAddr struct{}

func (unnamedAddr) Network() string { return "tcp" }
func (unnamedAddr) String() string  { return "caller" }

func (c *unnamedConn) RemoteAddr() net.Addr { return unnamedAddr{} }

func (c *unnamedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return n, unnamedError(err)
}

func (c *unnamedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	return n, unnamedError(err)
}

// CloseWrite lets net/http end an answer before it closes a connection on
// which more is coming, so that the caller gets to read it.
func (c *unnamedConn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return unnamedError(w.CloseWrite())
	}
	return nil
}

// unnamedError is the same error of the network without addresses.
func unnamedError(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return &net.OpError{Op: op.Op, Net: op.Net, Err: op.Err}
	}
	return err
}
