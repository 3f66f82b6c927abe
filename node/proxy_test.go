package node_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/node"
)

// snippet is the block of the README that begins with a line.
func snippet(t *testing.T, first string) string {
	t.Helper()
	b, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	block := regexp.MustCompile(`(?m)^    ` + regexp.QuoteMeta(first) + `\n(?:    .*\n)*`).FindString(string(b))
	require.NotEmpty(t, block)
	return block
}

// reverse runs a reverse proxy until the test ends.
func reverse(t *testing.T, program string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("no %s here", program)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+cmd.Dir)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
}

// passes holds that a reader at the proxy sees the node's pages as its own.
func passes(t *testing.T, proxy string) {
	t.Helper()
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, proxy)
	}
	c := &http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	_, port, _ := net.SplitHostPort(proxy)
	base := "https://gcm.example.org:" + port
	res, body := get(t, c, asked(t, base+"/feed.atom", "gcm.example.org"))
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	require.Equal(t, "max-age=31536000", res.Header.Get("Strict-Transport-Security"))
	require.Contains(t, body, `href="https://gcm.example.org`, "what it links to is where the reader came from")
	res, _ = get(t, c, asked(t, base+"/-/metrics", "gcm.example.org"))
	require.Equal(t, http.StatusNotFound, res.StatusCode)

	r := asked(t, base+"/api/v1/events", "gcm.example.org")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stream, err := c.Do(r.WithContext(ctx))
	require.NoError(t, err)
	defer stream.Body.Close()
	for lines := bufio.NewScanner(stream.Body); ; {
		require.True(t, lines.Scan(), "no event came through: %v", lines.Err())
		if strings.HasPrefix(lines.Text(), "event: reset") {
			return
		}
	}
}

// behind runs a node behind a proxy on this machine.
func behind(t *testing.T) (address string) {
	home, _, _ := alone(t)
	run(t, home, func(c *node.Config) {
		address = c.HTTP
		c.Hosts, c.Proxies = []string{"gcm.example.org"}, []string{"127.0.0.1"}
	})
	return address
}

func TestTheREADMEsNginxPassesEverythingOn(t *testing.T) {
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("no nginx here")
	}
	address, proxy, dir := behind(t), freeAddress(t), t.TempDir()
	cert, key := certificate(t, dir, 1, time.Now().Add(time.Hour))
	server := strings.NewReplacer("listen 443 ssl", "listen "+proxy+" ssl", "/etc/ssl/fullchain.pem", cert, "/etc/ssl/key.pem", key, node.DefaultHTTP, address).
		Replace(snippet(t, "server {"))
	conf := filepath.Join(dir, "nginx.conf")
	text := "daemon off; pid " + dir + "/pid; error_log stderr;\nevents {}\nhttp {\nclient_body_temp_path " + dir + "/body; proxy_temp_path " + dir + "/proxy;\n" + server + "}\n"
	require.NoError(t, os.WriteFile(conf, []byte(text), 0o600))
	reverse(t, "nginx", "-c", conf, "-e", "stderr")
	passes(t, proxy)
}

func TestTheREADMEsCaddyPassesEverythingOn(t *testing.T) {
	if _, err := exec.LookPath("caddy"); err != nil {
		t.Skip("no caddy here")
	}
	address, proxy, dir := behind(t), freeAddress(t), t.TempDir()
	_, port, _ := net.SplitHostPort(proxy)
	site := strings.NewReplacer("gcm.example.org {", "https://gcm.example.org:"+port+" {\n    tls internal\n    bind 127.0.0.1", node.DefaultHTTP, address).
		Replace(snippet(t, "gcm.example.org {"))
	conf := filepath.Join(dir, "Caddyfile")
	require.NoError(t, os.WriteFile(conf, []byte("{\n    admin off\n    skip_install_trust\n    auto_https disable_redirects\n}\n"+site), 0o600))
	reverse(t, "caddy", "run", "--config", conf, "--adapter", "caddyfile")
	passes(t, proxy)
}
