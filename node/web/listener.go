package web

import (
	"errors"
	"net"
)

// Unnamed serves callers without knowing their addresses: whatever is made of
// its connections, by net/http or here, has none to log or to answer with.
// Who files from where is nobody's business, and an author's risk.
func Unnamed(l net.Listener) net.Listener { return unnamedListener{l} }

type unnamedListener struct{ net.Listener }

func (l unnamedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, unnamedError(err)
	}
	return unnamedConn{c}, nil
}

type unnamedConn struct{ net.Conn }

// unnamedAddr stands for every caller's address.
type unnamedAddr struct{}

func (unnamedAddr) Network() string { return "tcp" }
func (unnamedAddr) String() string  { return "caller" }

func (c unnamedConn) RemoteAddr() net.Addr { return unnamedAddr{} }

func (c unnamedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	return n, unnamedError(err)
}

func (c unnamedConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	return n, unnamedError(err)
}

// CloseWrite lets net/http end an answer before it closes a connection on
// which more is coming, so that the caller gets to read it.
func (c unnamedConn) CloseWrite() error {
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
