package node_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/store"
)

// certificate writes a certificate for gcm.example and its key as files.
func certificate(t *testing.T, dir string, serial int64, until time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	form := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "gcm.example"}, DNSNames: []string{"gcm.example"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, private.Public(), private)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	return cert, key
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// run runs the node of a home with another configuration until the test ends.
func run(t *testing.T, home node.Home, change func(*node.Config)) {
	t.Helper()
	c, err := home.Config()
	require.NoError(t, err)
	c.HTTP = freeAddress(t)
	change(&c)
	require.NoError(t, home.WriteConfig(c))
	n, err := node.Open(home, node.Options{Store: store.Options{WriteBuffer: 2 << 20, MinFree: 1}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.NoError(t, n.Close())
	})
}

// get asks once a listener is there.
func get(t *testing.T, c *http.Client, r *http.Request) (*http.Response, string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		res, err := c.Do(r)
		if err != nil && time.Now().Before(deadline) {
			continue
		}
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res, string(b)
	}
}

func asked(t *testing.T, url, host string) *http.Request {
	r, err := http.NewRequest("GET", url, nil)
	require.NoError(t, err)
	r.Host, r.Close = host, true
	return r
}

func TestARenewedCertificateIsServedWithoutARestart(t *testing.T) {
	home, _, _ := alone(t)
	dir := t.TempDir()
	cert, key := certificate(t, dir, 1, time.Now().Add(time.Hour))
	address := ""
	run(t, home, func(c *node.Config) {
		address = c.HTTP
		c.TLS = node.TLS{Certificate: cert, Key: key}
		c.Hosts = []string{"gcm.example"}
	})
	require.NoError(t, home.Validate())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: "gcm.example"}, ForceAttemptHTTP2: true}}
	serial := func() int64 {
		res, body := get(t, client, asked(t, "https://"+address+"/-/healthy", "gcm.example"))
		require.Equal(t, "healthy\n", body)
		require.Equal(t, "max-age=31536000", res.Header.Get("Strict-Transport-Security"))
		require.Equal(t, "HTTP/2.0", res.Proto)
		return res.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	require.EqualValues(t, 1, serial())

	require.NoError(t, os.WriteFile(cert, []byte("half a file"), 0o600))
	time.Sleep(1100 * time.Millisecond)
	require.EqualValues(t, 1, serial(), "what cannot be used changes nothing")
	certificate(t, dir, 2, time.Now().Add(time.Hour))
	require.Eventually(t, func() bool { return serial() == 2 }, 20*time.Second, 200*time.Millisecond)

	res, _ := get(t, client, asked(t, "https://"+address+"/-/healthy", "evil.example"))
	require.Equal(t, http.StatusMisdirectedRequest, res.StatusCode)
	certificate(t, dir, 3, time.Now().Add(-time.Hour))
	require.ErrorContains(t, home.Validate(), "renew it")
}

func TestACertificateForAnotherNameIsAMistake(t *testing.T) {
	home, _, _ := alone(t)
	cert, key := certificate(t, t.TempDir(), 1, time.Now().Add(time.Hour))
	c, err := home.Config()
	require.NoError(t, err)
	c.TLS, c.Hosts = node.TLS{Certificate: cert, Key: key}, []string{"gcm.example", "www.gcm.example"}
	require.NoError(t, home.WriteConfig(c))
	require.EqualError(t, home.Validate(), "tls: the certificate in cert.pem is not for www.gcm.example, which stands in hosts")
	c.TLS.Key = cert
	require.NoError(t, home.WriteConfig(c))
	require.ErrorContains(t, home.Validate(), "tls: ")
}

// Who is no proxy of the configuration is not believed what scheme it had.
func TestOnlyAProxySaysThatAReaderCameByTLS(t *testing.T) {
	for proxies, want := range map[string]string{"127.0.0.1": "max-age=31536000", "127.0.0.0/8": "max-age=31536000", "10.0.0.0/8": "", "": ""} {
		t.Run(proxies, func(t *testing.T) {
			home, _, _ := alone(t)
			address := ""
			run(t, home, func(c *node.Config) {
				address = c.HTTP
				if c.Hosts = []string{"gcm.example"}; proxies != "" {
					c.Proxies = []string{proxies}
				}
			})
			r := asked(t, "http://"+address+"/-/healthy", "gcm.example")
			res, _ := get(t, http.DefaultClient, r)
			require.Empty(t, res.Header.Get("Strict-Transport-Security"))
			r.Header.Set("X-Forwarded-Proto", "https")
			r.Header.Set("X-Forwarded-For", "203.0.113.7")
			res, _ = get(t, http.DefaultClient, r)
			require.Equal(t, want, res.Header.Get("Strict-Transport-Security"))
			r.Host = "evil.example"
			r.Header.Set("X-Forwarded-Host", "gcm.example")
			res, _ = get(t, http.DefaultClient, r)
			require.Equal(t, http.StatusMisdirectedRequest, res.StatusCode, "a proxy passes the name on that it was asked for")
		})
	}
}

func TestMetricsMayHaveAListenerOfTheirOwn(t *testing.T) {
	home, _, _ := alone(t)
	metrics := freeAddress(t)
	run(t, home, func(c *node.Config) { c.Metrics = metrics })
	res, body := get(t, http.DefaultClient, asked(t, "http://"+metrics+"/-/metrics", "localhost"))
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, body, "\nstocktake_fenced 0\n")
	res, _ = get(t, http.DefaultClient, asked(t, "http://"+metrics+"/-/ready", "localhost"))
	require.Equal(t, http.StatusOK, res.StatusCode)
	for _, path := range []string{"/", "/api/v1/status", "/api/v1/backup"} {
		res, _ := get(t, http.DefaultClient, asked(t, "http://"+metrics+path, "localhost"))
		require.Equal(t, http.StatusNotFound, res.StatusCode, path)
	}
}
