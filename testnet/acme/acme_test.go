package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/review"
	"stocktake/store"
)

const name = "gcm.example.org"

// names is a name server that knows one name: this machine's.
func names(t *testing.T) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &dns.Server{Listener: l, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		answer := new(dns.Msg).SetReply(q)
		for _, question := range q.Question {
			if question.Qtype == dns.TypeA && question.Name == name+"." {
				answer.Answer = append(answer.Answer, &dns.A{Hdr: dns.RR_Header{Name: question.Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(127, 0, 0, 1)})
			}
		}
		_ = w.WriteMsg(answer)
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	return l.Addr().String()
}

// authority is Pebble, which finds nodes at a port of this machine, and its root.
func authority(t *testing.T, port int) (directory string, root func() *x509.CertPool) {
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "for tests"}})
	front := wfe.New(quiet, store, va.New(quiet, 1, port, false, names(t), store), issuer, []string{"pebble.test"}, false, false, 0, 0)
	server := httptest.NewTLSServer(located(front.Handler()))
	t.Cleanup(server.Close)
	trusted := filepath.Join(t.TempDir(), "roots.pem") // as a node trusts authorities: by the system's list
	require.NoError(t, os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	t.Setenv("SSL_CERT_FILE", trusted)
	return server.URL + wfe.DirectoryPath, func() *x509.CertPool {
		pool := x509.NewCertPool()
		pool.AddCert(issuer.GetRootCert(0).Cert)
		return pool
	}
}

// located says in the answer to a finalized order where the order is, as RFC 8555
// shows it (7.4) and the client in Go's x/crypto needs it. Pebble leaves it out.
func located(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if id, ok := strings.CutPrefix(r.URL.Path, "/finalize-order/"); ok {
			w.Header().Set("Location", "https://"+r.Host+"/my-order/"+id)
		}
		h.ServeHTTP(w, r)
	})
}

// alone is the home of a federation of one.
func alone(t *testing.T, dir, address string) node.Home {
	home := node.Home(filepath.Join(dir, "home"))
	card, err := node.Init(home, node.InitOptions{
		Participant: review.Participant{ID: "xsa", Kind: "state", Name: "Samplia", Sample: true},
		Addresses:   []string{"/ip4/127.0.0.1/tcp/29799"}, HTTP: address,
	})
	require.NoError(t, err)
	charter, err := ceremony.Convene([]ceremony.Card{card}, ceremony.Convening{Title: "Test", Suffix: "test.example", Witnesses: []review.ParticipantID{"xsa"}})
	require.NoError(t, err)
	author, err := home.DocumentSigner(node.RoleAuthor, nil)
	require.NoError(t, err)
	signed, err := node.SignCharter(author, "xsa", *charter)
	require.NoError(t, err)
	genesis, err := review.Parse(signed.Payload)
	require.NoError(t, err)
	accession, err := node.SignAccession(author, "xsa", genesis, "")
	require.NoError(t, err)
	file := filepath.Join(dir, "federation.jsonl")
	require.NoError(t, os.WriteFile(file, append(append(append(signed.Marshal(), '\n'), accession.Marshal()...), '\n'), 0o600))
	_, err = node.Join(t.Context(), home, file, nil)
	require.NoError(t, err)
	return home
}

func TestANodeGetsItsCertificateByItself(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	directory, root := authority(t, number)

	home := alone(t, t.TempDir(), address)
	config, err := home.Config()
	require.NoError(t, err)
	config.TLS = node.TLS{ACME: &node.ACME{Names: []string{name}, Agree: true, Directory: directory}}
	require.NoError(t, home.WriteConfig(config))
	n, err := node.Open(home, node.Options{Store: store.Options{WriteBuffer: 2 << 20, MinFree: 1}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	defer func() {
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.NoError(t, n.Close())
	}()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)

	ask := func(host string) (*http.Response, error) {
		c := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, address)
			},
			TLSClientConfig: &tls.Config{RootCAs: root()},
		}}
		defer c.CloseIdleConnections()
		return c.Get("https://" + host + "/-/healthy")
	}
	res, err := ask(name)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "healthy\n", string(body))
	require.Equal(t, []string{name}, res.TLS.PeerCertificates[0].DNSNames)

	_, err = ask("other.example.org")
	require.Error(t, err, "it asks for no other name's")
	kept, err := os.ReadDir(filepath.Join(string(home), "acme"))
	require.NoError(t, err)
	require.NotEmpty(t, kept, "a restart asks for no other certificate")
	for _, f := range kept {
		info, err := f.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, "%s is private", f.Name())
	}
}
