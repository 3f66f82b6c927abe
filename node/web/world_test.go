package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/corpus"
)

// world is a real federation with one real node, which is its only witness and
// carries what all others sign: the corpus, and documents that mean harm.
type world struct {
	dir     string
	home    node.Home
	address string // host:port of pages and API
	client  *web.Client
	genesis *review.Document
	authors map[review.ParticipantID]*signing.DocumentSigner
	ids     map[string]review.DocumentID // of the corpus, by step; and of the harmful ones
	reveal  string                       // the day on which sealed reviews are revealed
	log     logBuffer

	cancel context.CancelFunc
	ended  chan error
	node   *node.Node
}

const host review.ParticipantID = "can"

var (
	theWorld  *world
	worldErr  error
	buildOnce sync.Once
)

func TestMain(m *testing.M) {
	code := m.Run()
	if theWorld != nil {
		theWorld.stop()
	}
	os.Exit(code)
}

// open is the world that all tests of this package share and none changes,
// except by filing.
func open(t *testing.T) *world {
	t.Helper()
	buildOnce.Do(func() { theWorld, worldErr = build() })
	require.NoError(t, worldErr)
	return theWorld
}

// serve is the address of the world's node.
func serve(t *testing.T) string { return open(t).address }

func build() (*world, error) {
	w := &world{authors: map[review.ParticipantID]*signing.DocumentSigner{}, ids: map[string]review.DocumentID{}, ended: make(chan error, 1)}
	var err error
	if w.dir, err = os.MkdirTemp("", "stocktake-web-"); err != nil {
		return nil, err
	}
	if w.address, err = freeAddress(); err != nil {
		return nil, err
	}
	file, err := w.found()
	if err != nil {
		return w, err
	}
	w.home = w.homeOf(host)
	if _, err := node.Join(context.Background(), w.home, file, nil); err != nil {
		return w, err
	}
	if err := w.replicateHarm(); err != nil {
		return w, fmt.Errorf("harmful records: %w", err)
	}
	if err := w.start(); err != nil {
		return w, err
	}
	if err := w.fileCorpus(); err != nil {
		return w, err
	}
	if err := w.fileReviews(); err != nil {
		return w, fmt.Errorf("reviews: %w", err)
	}
	if err := w.fileHarm(); err != nil {
		return w, fmt.Errorf("harmful documents: %w", err)
	}
	if err := w.settle(); err != nil {
		return w, fmt.Errorf("%w\n%s", err, tail(w.log.String()))
	}
	return w, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (w *world) homeOf(id review.ParticipantID) node.Home {
	return node.Home(filepath.Join(w.dir, string(id)))
}

// found makes homes for everybody and a charter to which all accede.
func (w *world) found() (file string, err error) {
	peer, err := freeAddress()
	if err != nil {
		return "", err
	}
	_, port, _ := net.SplitHostPort(peer)
	participants := corpus.Participants()
	var cards []ceremony.Card
	for _, p := range participants {
		o := node.InitOptions{Participant: p.Entry(), Author: p.ID != host, HTTP: w.address, Demo: true}
		if p.ID == host {
			o.Addresses = []string{"/ip4/127.0.0.1/tcp/" + port}
		}
		card, err := node.Init(w.homeOf(p.ID), o)
		if err != nil {
			return "", err
		}
		if p.ID == harmfulName {
			card.Participant.Name = script("name")
		}
		cards = append(cards, card)
		if w.authors[p.ID], err = w.homeOf(p.ID).DocumentSigner(node.RoleAuthor, nil); err != nil {
			return "", err
		}
	}
	round := corpus.Round(time.Now())
	round.Title += " " + script("round")
	themed := themedRound(time.Now())
	w.reveal = themed.Reveal
	charter, err := ceremony.Convene(cards, ceremony.Convening{
		Title: "Federation for tests " + script("charter"), Suffix: "test.example",
		Witnesses: []review.ParticipantID{host}, Rounds: []review.Round{themed, round},
		Guardians: map[review.ParticipantID]*review.Guardians{"xsa": {Participants: []review.ParticipantID{host, "xsb"}, Threshold: 2}},
		Answerers: ceremony.Answerers{Accreditors: []review.Accreditor{{Participant: "xsa", Scope: "global", Kinds: review.AccreditedTypes(), Cap: 5}}},
	})
	if err != nil {
		return "", err
	}
	charter.Summary = script("charter summary")
	for i, p := range charter.Participants {
		if p.ID == "xsb" {
			charter.Participants[i].Succeeds = []review.ParticipantID{"xsa"}
		}
	}
	signed, err := node.SignCharter(w.authors[host], host, *charter)
	if err != nil {
		return "", err
	}
	if w.genesis, err = review.Parse(signed.Payload); err != nil {
		return "", err
	}
	w.ids[corpus.Charter] = w.genesis.ID
	lines := append(signed.Marshal(), '\n')
	for _, p := range participants {
		accession, err := node.SignAccession(w.authors[p.ID], p.ID, w.genesis, "")
		if err != nil {
			return "", fmt.Errorf("%s: %w", p.ID, err)
		}
		lines = append(append(lines, accession.Marshal()...), '\n')
	}
	file = filepath.Join(w.dir, "federation.jsonl")
	return file, os.WriteFile(file, lines, 0o600)
}

func (w *world) start() error {
	var err error
	if w.node, err = node.Open(w.home, node.Options{
		Logger: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Store: storeOptions,
	}); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	go func() { w.ended <- w.node.Run(ctx) }()
	if w.client, err = web.NewClient("http://" + w.address); err != nil {
		return err
	}
	return eventually(func() error { _, err := w.client.Status(ctx); return err })
}

func (w *world) stop() {
	if w.cancel != nil {
		w.client.Close()
		w.cancel()
		<-w.ended
		w.node.Close()
	}
	os.RemoveAll(w.dir)
}

// storeOptions suit a test beside others on a small disk.
var storeOptions = store.Options{WriteBuffer: 2 << 20, MinFree: 1}

func (w *world) fileCorpus() error {
	for _, s := range corpus.Load() {
		draft, err := s.Draft(w.ids)
		if err != nil {
			return err
		}
		e, err := w.sign(draft, s.Author, s.Signer)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		filed, err := w.client.File(context.Background(), e)
		if s.Refused {
			if !errors.As(err, new(review.Refusal)) {
				return fmt.Errorf("%s was not refused: %v", s.Name, err)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		w.ids[s.Name] = filed.ID
	}
	return nil
}

// sign completes a draft for its author and signs it with somebody's key.
func (w *world) sign(draft []byte, author, signer review.ParticipantID) (signing.Envelope, error) {
	payload, err := review.Complete(draft, review.Completion{
		Federation: w.genesis.ID, Charter: w.genesis.ID, Author: author, Created: node.Now(), Salt: node.NewSalt(),
	})
	if err != nil {
		return signing.Envelope{}, err
	}
	return w.authors[signer].Sign(payload)
}

// settle waits until everything is final.
func (w *world) settle() error {
	return eventually(func() error {
		s, err := w.client.Status(context.Background())
		if err == nil && s.Pending > 0 {
			err = fmt.Errorf("%d records are pending", s.Pending)
		}
		return err
	})
}

func eventually(try func() error) error {
	deadline := time.Now().Add(15 * time.Second)
	for {
		err := try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// get is a page or an answer that has to be there.
func (w *world) get(t *testing.T, path string) []byte {
	t.Helper()
	res, err := http.Get("http://" + w.address + path)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s: %.300s\n%s", path, text(b), tail(w.log.String()))
	return b
}

func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "\n")
}

// logBuffer is what the node logged, read while it runs.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
