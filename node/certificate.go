package node

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificateFiles is a certificate that is read again when its files change:
// whoever renews it need not know the node.
type certificateFiles struct {
	TLS
	logger *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	looked  time.Time
	seen    [2]fileState // of the files that current was read from, or that could not be
}

type fileState struct {
	changed time.Time
	size    int64
}

// lookEvery is how often, at most, the files are looked at.
const lookEvery = time.Second

func (c *certificateFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookEvery {
		return c.current, nil
	}
	c.looked = time.Now()
	if now := c.states(); now != c.seen {
		if _, err := c.loadLocked(); err != nil {
			c.seen = now
			c.logger.Error("the certificate's files changed and cannot be used; the last one goes on", "err", err)
		} else {
			c.logger.Info("certificate read again", "until", c.current.Leaf.NotAfter)
		}
	}
	return c.current, nil
}

func (c *certificateFiles) load() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loadLocked()
}

func (c *certificateFiles) loadLocked() (*tls.Certificate, error) {
	seen := c.states() // before, so that a change meanwhile shows
	pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
	if err != nil {
		return nil, fmt.Errorf("tls: %s and %s: %w", c.Certificate, c.Key, err)
	}
	c.current, c.seen = &pair, seen
	return c.current, nil
}

func (c *certificateFiles) states() (s [2]fileState) {
	for i, name := range []string{c.Certificate, c.Key} {
		if info, err := os.Stat(name); err == nil {
			s[i] = fileState{info.ModTime(), info.Size()}
		}
	}
	return s
}
