package federation_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"stocktake/federation"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/simulation"
)

// running is one member's real node: a database on disk, libp2p on loopback.
type running struct {
	*simulation.Member
	t      *testing.T
	f      *simulation.Federation
	dir    string
	orphan time.Duration // how long a log's node is away until others see to its receipt; 0: as by default
	store  *store.Store
	runner *federation.Runner
	stop   func()
}

// loopback finds free ports for the addresses of a charter.
func loopback(t *testing.T, count int) (addresses []string) {
	for range count {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addresses = append(addresses, fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", l.Addr().(*net.TCPAddr).Port))
		defer l.Close()
	}
	return addresses
}

func (n *running) start() {
	var err error
	n.store, err = store.Open(n.dir, store.Options{WriteBuffer: 4 << 20, MinFree: 1})
	require.NoError(n.t, err)
	log, _ := n.f.Chain.Log(n.Origin)
	logger := slog.DiscardHandler
	if os.Getenv("STOCKTAKE_LOG") != "" {
		logger = slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}).WithAttrs([]slog.Attr{slog.String("node", string(n.ID))})
	}
	salts := 0
	n.runner, err = federation.NewRunner(federation.RunnerOptions{
		Self: n.ID, Own: n.Origin, Genesis: n.f.Genesis.Document, Chain: n.f.Chain, Store: n.store,
		Node: n.Node, Log: n.Log, Witness: n.Witness, Clerk: n.Clerk.Signer(), Listen: log.Addresses,
		Salt:   func() string { salts++; return fmt.Sprintf("%032x", salts) },
		Timing: federation.Timing{CatchUp: 2 * time.Second, OpenAfter: 2 * time.Second, Orphan: n.orphan},
		Logger: slog.New(logger),
	})
	require.NoError(n.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var g errgroup.Group
	g.Go(func() error { return n.runner.Run(ctx) })
	n.stop = func() {
		cancel()
		if err := g.Wait(); !errors.Is(err, context.Canceled) {
			require.NoError(n.t, err)
		}
		require.NoError(n.t, n.store.Close())
		n.stop = func() {}
	}
	n.t.Cleanup(func() { n.stop() })
}

func (n *running) file(documents ...review.SignedDocument) (last review.Record) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for _, d := range documents {
		var err error
		last, err = n.runner.File(ctx, d.Envelope)
		require.NoError(n.t, err, "%s files its %s", n.ID, d.Kind)
	}
	return last
}

// final reports whether everything but receipts that a node holds has a
// filing time there.
func (n *running) final() bool {
	var witnessed review.Witnessed
	receipts, err := n.store.Find(store.Query{Kind: review.KindReceipt})
	require.NoError(n.t, err)
	own := make(map[review.DocumentID]bool)
	for _, id := range receipts {
		own[id] = true
		payload, err := n.store.Payload(id)
		require.NoError(n.t, err)
		d, err := review.Parse(payload)
		require.NoError(n.t, err)
		require.NoError(n.t, witnessed.Add(n.f.Chain, []byte(d.Predicate.(*review.Receipt).Checkpoint)))
	}
	for _, h := range n.store.Heads() {
		for i := range h.Size {
			r, err := n.store.Record(h.Origin, i)
			require.NoError(n.t, err)
			require.True(n.t, r.Genuine)
			if _, _, ok := witnessed.Filed(h.Origin, i); !ok && !own[r.ID()] {
				return false
			}
		}
	}
	return true
}

// requireAlike waits until all hold the same, all of it final.
func requireAlike(t *testing.T, logs int, nodes ...*running) {
	t.Helper()
	var held string
	require.Eventually(t, func() bool {
		held = ""
		for _, n := range nodes {
			states, err := n.store.LogStates()
			require.NoError(t, err)
			is := string(review.Snapshot{Logs: states}.Marshal())
			if held == "" {
				held = is
			}
			if is != held || len(states) != logs || !n.final() {
				return false
			}
		}
		return true
	}, 40*time.Second, 50*time.Millisecond, "the nodes are not alike")
}

// TestRealNodesConverge: members' nodes with real databases and real libp2p
// come to hold the same, with final receipts; one that was away catches up,
// one that joins late fills itself, and a stale copy of one is fenced.
func TestRealNodesConverge(t *testing.T) {
	f := simulation.NewFederation(1, 5, 4, loopback(t, 5)...)
	var nodes []*running
	for _, m := range f.Members {
		nodes = append(nodes, &running{Member: m, t: t, f: f, dir: filepath.Join(t.TempDir(), string(m.ID))})
	}
	for _, n := range nodes[:4] {
		n.start()
	}
	for i, n := range nodes[:4] {
		n.file(f.Opening(n.Member))
		if i == 0 {
			n.file(f.Genesis)
			require.NoError(t, nodes[1].runner.Wait(t.Context(), n.Origin, 2))
		}
	}
	for _, n := range nodes[:4] {
		require.Eventually(t, func() bool { _, err := n.store.Payload(f.Genesis.ID); return err == nil }, 30*time.Second, 10*time.Millisecond)
		n.file(f.Accession(n.Member), f.Pledge(n.Member, 1))
	}
	requireAlike(t, 4, nodes[:4]...)

	away := nodes[2]
	away.stop()
	stale := filepath.Join(t.TempDir(), "stale")
	require.NoError(t, os.CopyFS(stale, os.DirFS(away.dir)))
	for i, n := range []*running{nodes[0], nodes[1], nodes[3]} {
		n.file(f.Pledge(n.Member, 2+i))
	}
	away.start()
	requireAlike(t, 4, nodes[:4]...)
	away.file(f.Pledge(away.Member, 9))
	requireAlike(t, 4, nodes[:4]...)

	late := nodes[4]
	late.start()
	late.file(f.Opening(late.Member), f.Accession(late.Member), f.Pledge(late.Member, 1))
	requireAlike(t, 5, nodes...)

	size := away.store.Head(away.Origin).Size
	away.stop()
	away.dir = stale
	away.start()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := away.runner.File(ctx, f.Pledge(away.Member, 10).Envelope)
	require.ErrorIs(t, err, store.ErrFenced, "a stale copy of a home signed its log")
	require.NotEmpty(t, away.runner.Status().Fenced)
	require.NoError(t, away.runner.Wait(ctx, away.Origin, size), "the tail was not pulled back")
	requireAlike(t, 5, nodes...)

	away.stop()
	away.start()
	_, err = away.runner.File(ctx, f.Pledge(away.Member, 10).Envelope)
	require.ErrorIs(t, err, store.ErrFenced, "a restart lifted the fence")
}

// TestFilingIsIdempotentAndRefusesWithReasons at a real node that is alone.
func TestFilingIsIdempotentAndRefusesWithReasons(t *testing.T) {
	f := simulation.NewFederation(2, 2, 1, loopback(t, 2)...)
	n := &running{Member: f.Members[0], t: t, f: f, dir: filepath.Join(t.TempDir(), "db")}
	n.start()
	var refusal review.Refusal
	_, err := n.runner.File(t.Context(), f.Genesis.Envelope)
	require.ErrorAs(t, err, &refusal, "a log began without its opening")
	n.file(f.Opening(n.Member), f.Genesis)
	pledge := f.Pledge(n.Member, 1)
	first := n.file(pledge)
	again := n.file(pledge)
	require.Equal(t, first.Index, again.Index)
	requireAlike(t, 1, n)
	size := n.store.Head(n.Origin).Size
	n.file(pledge)
	time.Sleep(300 * time.Millisecond)
	require.Equal(t, size, n.store.Head(n.Origin).Size, "filing again what is filed made a receipt")

	forged := f.Pledge(f.Members[1], 1).Envelope
	forged.Signature = pledge.Envelope.Signature
	_, err = n.runner.File(t.Context(), forged)
	require.ErrorIs(t, err, signing.ErrSignature)
	_, err = n.runner.File(t.Context(), signing.Envelope{Payload: []byte("{}"), Signature: pledge.Envelope.Signature})
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, size, n.store.Head(n.Origin).Size, "something refused was stored")
}
