package web_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
)

// socks is a SOCKS5 proxy (RFC 1928) that knows CONNECT and connects every
// name to one address. It keeps what it was asked for.
type socks struct {
	listener net.Listener
	to       string
	asked    atomic.Value // string: host:port as the client gave it
	named    atomic.Bool  // the client gave a name, not an address
}

func newSocks(t *testing.T, to string) *socks {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &socks{listener: l, to: to}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *socks) serve(c net.Conn) {
	defer c.Close()
	read := func(n int) []byte {
		b := make([]byte, n)
		if _, err := io.ReadFull(c, b); err != nil {
			return make([]byte, n)
		}
		return b
	}
	read(int(read(2)[1])) // the ways to sign in
	c.Write([]byte{5, 0}) // none is needed
	request := read(4)    // version, command, reserved, kind of address
	var host string
	switch request[3] {
	case 1:
		host = net.IP(read(4)).String()
	case 3:
		s.named.Store(true)
		host = string(read(int(read(1)[0])))
	case 4:
		host = net.IP(read(16)).String()
	}
	port := binary.BigEndian.Uint16(read(2))
	s.asked.Store(net.JoinHostPort(host, strconv.Itoa(int(port))))
	target, err := net.Dial("tcp", s.to)
	if err != nil {
		c.Write([]byte{5, 4, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	defer target.Close()
	c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	go io.Copy(target, c)
	io.Copy(c, target)
}

// The node's name does not resolve here, so an answer shows that the proxy got
// the name and that nothing went beside it.
func TestAProxyIsTheOnlyWay(t *testing.T) {
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"participant":"xsa"}`)
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go server.Serve(l)
	defer server.Close()

	proxy := newSocks(t, l.Addr().String())
	client, err := web.NewProxyClient("http://node.invalid:8470", "socks5://"+proxy.listener.Addr().String())
	require.NoError(t, err)
	defer client.Close()
	status, err := client.Status(context.Background())
	require.NoError(t, err)
	assert.Equal(t, "xsa", string(status.Participant))
	assert.Equal(t, "node.invalid:8470", proxy.asked.Load())
	assert.True(t, proxy.named.Load(), "the name was looked up here")

	// A loopback address goes through it as well, and without it nothing goes.
	own := "http://" + l.Addr().String()
	local, err := web.NewProxyClient(own, "socks5://"+proxy.listener.Addr().String())
	require.NoError(t, err)
	_, err = local.Status(context.Background())
	require.NoError(t, err)
	assert.Equal(t, l.Addr().String(), proxy.asked.Load())
	local.Close()
	proxy.listener.Close()
	dead, err := web.NewProxyClient(own, "socks5://"+proxy.listener.Addr().String())
	require.NoError(t, err)
	_, err = dead.Status(context.Background())
	var network *web.NetworkError
	assert.ErrorAs(t, err, &network)
}

func TestOnlyASOCKSProxyWillDo(t *testing.T) {
	for _, proxy := range []string{"127.0.0.1:9050", "http://127.0.0.1:8080", "socks4://127.0.0.1:9050", "socks5://127.0.0.1", "socks5://127.0.0.1:9050/path", "socks5://"} {
		_, err := web.NewProxyClient("https://gcm.example.org", proxy)
		assert.ErrorContains(t, err, "is not a SOCKS5 proxy", proxy)
	}
}
