package faults

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// pair are two members with real nodes, of which the first is the witness.
type pair struct {
	t       *testing.T
	homes   [2]node.Home
	authors [2]*signing.DocumentSigner
	genesis review.DocumentID
}

func newPair(t *testing.T) *pair {
	dir, err := os.MkdirTemp("", "pair")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	p := &pair{t: t}
	var cards []ceremony.Card
	for i, id := range []review.ParticipantID{"xsa", "xsb"} {
		p.homes[i] = node.Home(filepath.Join(dir, string(id)))
		_, port, err := net.SplitHostPort(freeAddress(t))
		require.NoError(t, err)
		card, err := node.Init(p.homes[i], node.InitOptions{
			Participant: review.Participant{ID: id, Kind: "state", Name: "Samplia " + string(id), Country: strings.ToUpper(string(id)), Sample: true},
			Addresses:   []string{"/ip4/127.0.0.1/tcp/" + port}, HTTP: freeAddress(t),
		})
		require.NoError(t, err)
		cards = append(cards, card)
		p.authors[i], err = p.homes[i].DocumentSigner(node.RoleAuthor, nil)
		require.NoError(t, err)
	}
	charter, err := ceremony.Convene(cards, ceremony.Convening{Title: "SAMPLE test", Suffix: "test.example", Witnesses: []review.ParticipantID{"xsa"}, Sample: true})
	require.NoError(t, err)
	signed, err := node.SignCharter(p.authors[0], "xsa", *charter)
	require.NoError(t, err)
	genesis, err := review.Parse(signed.Payload)
	require.NoError(t, err)
	p.genesis = genesis.ID
	founding := append(signed.Marshal(), '\n')
	for i, id := range []review.ParticipantID{"xsa", "xsb"} {
		accession, err := node.SignAccession(p.authors[i], id, genesis, "")
		require.NoError(t, err)
		founding = append(append(founding, accession.Marshal()...), '\n')
	}
	file := filepath.Join(dir, "federation.jsonl")
	require.NoError(t, os.WriteFile(file, bytes.TrimSpace(founding), 0o600))
	for _, h := range p.homes {
		_, err := node.Join(t.Context(), h, file, nil)
		require.NoError(t, err)
	}
	return p
}

// start runs a member's node until stop is called.
func (p *pair) start(i int, o store.Options) (n *node.Node, stop func()) {
	o.WriteBuffer = 4 << 20
	n, err := node.Open(p.homes[i], node.Options{Store: o})
	require.NoError(p.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var g errgroup.Group
	g.Go(func() error { return n.Run(ctx) })
	return n, func() {
		cancel()
		require.ErrorIs(p.t, g.Wait(), context.Canceled)
		require.NoError(p.t, n.Close())
	}
}

func (p *pair) file(n *node.Node, i int, author review.ParticipantID) error {
	e, err := p.authors[i].Sign(comment(p.genesis, author))
	require.NoError(p.t, err)
	_, err = n.File(p.t.Context(), e)
	return err
}

// alike waits until two nodes hold the same.
func (p *pair) alike(a, b *node.Node) {
	require.Eventually(p.t, func() bool {
		first, err := a.Status(p.t.Context())
		require.NoError(p.t, err)
		second, err := b.Status(p.t.Context())
		require.NoError(p.t, err)
		return first.Snapshot == second.Snapshot && first.Pending == 0
	}, 90*time.Second, 200*time.Millisecond)
}

func storage(t *testing.T, n *node.Node) string {
	s, err := n.Status(t.Context())
	require.NoError(t, err)
	return s.Storage
}

// A node whose disk is full signs and takes nothing, says why, and gets what it
// missed from the others as soon as there is space, by itself.
func TestANodeOnAFullDiskCatchesUpByItself(t *testing.T) {
	if testing.Short() {
		t.Skip("two real nodes, and some seconds")
	}
	p := newPair(t)
	a, stopA := p.start(0, store.Options{MinFree: 1})
	defer stopA()
	var free atomic.Uint64
	free.Store(1 << 40)
	b, stopB := p.start(1, store.Options{FreeSpace: func(string) (uint64, uint64, error) { return free.Load(), 1 << 40, nil }})
	defer stopB()
	p.alike(a, b)

	free.Store(200 << 20)
	require.Eventually(t, func() bool { return strings.Contains(storage(t, b), "disk full") }, 30*time.Second, 20*time.Millisecond)
	require.ErrorIs(t, p.file(b, 1, "xsb"), web.ErrDiskFull)
	before, err := b.Status(t.Context())
	require.NoError(t, err)
	for range 5 {
		require.NoError(t, p.file(a, 0, "xsa"))
	}
	time.Sleep(2 * time.Second) // a's head has long been heard of
	after, err := b.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, before.Snapshot, after.Snapshot, "nothing is taken")

	free.Store(1 << 40)
	p.alike(a, b)
	require.Empty(t, storage(t, b))
	require.NoError(t, p.file(b, 1, "xsb"))
	p.alike(a, b)
}

// A node whose disk fails signs and takes nothing more, says why and what to
// do, and goes on after a restart.
func TestANodeWhoseDiskFailsGoesOnAfterARestart(t *testing.T) {
	if testing.Short() {
		t.Skip("two real nodes, and some seconds")
	}
	p := newPair(t)
	a, stopA := p.start(0, store.Options{MinFree: 1})
	defer stopA()
	var broken atomic.Bool
	b, stopB := p.start(1, store.Options{MinFree: 1, Commit: func(write func() error) error {
		if broken.Load() {
			return errors.Join(write(), errors.New("input/output error")) // the sync failed
		}
		return write()
	}})
	p.alike(a, b)
	broken.Store(true)
	require.ErrorIs(t, p.file(b, 1, "xsb"), web.ErrUnavailable)
	require.Contains(t, storage(t, b), "input/output error; nothing more is written: check the disk and restart")
	broken.Store(false)
	require.NoError(t, p.file(a, 0, "xsa"))
	require.ErrorIs(t, p.file(b, 1, "xsb"), web.ErrUnavailable, "what failed once is not trusted")
	stopB()

	b, stopB = p.start(1, store.Options{MinFree: 1})
	defer stopB()
	s, err := b.Status(t.Context())
	require.NoError(t, err)
	require.Empty(t, s.Fenced)
	require.NoError(t, p.file(b, 1, "xsb"))
	p.alike(a, b)
}
