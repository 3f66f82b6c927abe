package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/corpus"
)

// member is one participant of the demonstration.
type member struct {
	corpus.Participant
	home   node.Home
	http   string // host:port of its pages
	peer   string // its multiaddr
	author *signing.DocumentSigner

	node   *node.Node
	client *web.Client // nil while it does not run
	cancel context.CancelFunc
	ended  chan error
}

// start opens the home and serves it until stop.
func (m *member) start(ctx context.Context) error { return m.startOn(ctx, m.home) }

func (m *member) startOn(ctx context.Context, h node.Home) error {
	n, err := node.Open(h, node.Options{Store: store.Options{WriteBuffer: 4 << 20, MinFree: 64 << 20}})
	if err != nil {
		return fmt.Errorf("%s: %w", m.ID, err)
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m.node, m.cancel, m.ended = n, cancel, make(chan error, 1)
	go func() { m.ended <- n.Run(run) }()
	m.client = web.NewSocketClient(h.Socket())
	return wait(ctx, 10*time.Second, func() error {
		select {
		case err := <-m.ended:
			m.ended <- err
			return &final{fmt.Errorf("%s ended: %w", m.ID, err)}
		default:
		}
		_, err := m.client.Status(ctx)
		return err
	})
}

// stop ends the node as an interrupt would.
func (m *member) stop() error {
	if m.client == nil {
		return nil
	}
	m.client.Close()
	m.client = nil
	m.cancel()
	err := <-m.ended
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, m.node.Close())
}

// holds waits until the node has a document.
func (m *member) holds(ctx context.Context, id review.DocumentID) error {
	return wait(ctx, 10*time.Second, func() error {
		ok, err := m.node.Holds(id)
		if err == nil && !ok {
			err = fmt.Errorf("%s has not received document %s", m.ID, id)
		}
		return err
	})
}

// final is an error that waiting longer cannot mend.
type final struct{ error }

func (f *final) Unwrap() error { return f.error }

// wait tries until it succeeds or the time is up; then it says what was
// missing last.
func wait(ctx context.Context, limit time.Duration, try func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := try()
		if err == nil {
			return nil
		}
		if f := (*final)(nil); errors.As(err, &f) {
			return f.error
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not within %s: %w", limit, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// freeAddresses are loopback addresses that nothing listens on now. They lie
// below the ports that systems hand out to outgoing connections (from 32768 on
// Linux), so that no connection takes one before its node starts.
func freeAddresses(n int) ([]string, error) {
	var addresses []string
	for tries := 0; len(addresses) < n; tries++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10240+rand.IntN(32768-10240)))
		switch {
		case err == nil:
			defer l.Close() // all of them at the end, so that they differ
			addresses = append(addresses, l.Addr().String())
		case tries > 100*n:
			return nil, fmt.Errorf("no free port on 127.0.0.1 between 10240 and 32767: %w", err)
		}
	}
	return addresses, nil
}
