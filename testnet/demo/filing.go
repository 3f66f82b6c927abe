package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/testnet/corpus"
)

// ledger is the demonstration's own list of what was filed, by step.
type ledger struct {
	mu   sync.Mutex
	ids  map[string]review.DocumentID
	news chan struct{} // closed and replaced when one comes
}

func newLedger() *ledger {
	return &ledger{ids: map[string]review.DocumentID{}, news: make(chan struct{})}
}

func (l *ledger) put(step string, id review.DocumentID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids[step] = id
	close(l.news)
	l.news = make(chan struct{})
}

// get waits for a step's document.
func (l *ledger) get(ctx context.Context, step string) (review.DocumentID, error) {
	for {
		l.mu.Lock()
		id, ok := l.ids[step]
		news := l.news
		l.mu.Unlock()
		if ok {
			return id, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return "", fmt.Errorf("step %s: %w", step, ctx.Err())
		}
	}
}

// all are the documents filed so far.
func (l *ledger) all() []review.DocumentID {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []review.DocumentID
	for _, id := range l.ids {
		ids = append(ids, id)
	}
	return ids
}

// carrier is the node that files a step: the corpus's, or the convener's where
// that participant has no node in this demonstration.
func (d *Demo) carrier(s corpus.Step) *member {
	if m := d.byID[s.Carrier]; m.Node {
		return m
	}
	return d.byID[convener]
}

// sign fills in a step's draft and signs it with the key of its signer.
func (d *Demo) sign(ctx context.Context, s corpus.Step) (signing.Envelope, error) {
	ids := map[string]review.DocumentID{}
	for _, name := range s.Needs() {
		id, err := d.filed.get(ctx, name)
		if err != nil {
			return signing.Envelope{}, err
		}
		ids[name] = id
	}
	draft, err := s.Draft(ids)
	if err != nil {
		return signing.Envelope{}, err
	}
	payload, err := review.Complete(draft, review.Completion{
		Federation: d.genesis.ID, Charter: d.genesis.ID, Author: s.Author, Created: node.Now(), Salt: node.NewSalt(),
	})
	if err != nil {
		return signing.Envelope{}, err
	}
	return d.byID[s.Signer].author.Sign(payload)
}

// file signs a step and files it at its carrier, once that node has what the
// document refers to.
func (d *Demo) file(ctx context.Context, s corpus.Step) error {
	signed, err := d.sign(ctx, s)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	carrier := d.carrier(s)
	for _, name := range s.Needs() {
		id, err := d.filed.get(ctx, name)
		if err == nil {
			err = carrier.holds(ctx, id)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	filed, err := carrier.client.File(ctx, signed)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	d.filed.put(s.Name, filed.ID)
	return nil
}

// fileAll files steps side by side; each waits for those it refers to.
func (d *Demo) fileAll(ctx context.Context, which func(corpus.Step) bool) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range corpus.Load() {
		if which(s) {
			g.Go(func() error { return d.file(ctx, s) })
		}
	}
	return g.Wait()
}

func isSample(s corpus.Step) bool { return strings.HasPrefix(s.Name, "sample/") }

// heldBack is filed while a stale copy of its carrier's home exists.
const heldBack = "pledges/02-gender-responsive-migration"

// pledge files the real pledges whose carrier is there.
func (d *Demo) pledge(ctx context.Context) error {
	return d.fileAll(ctx, func(s corpus.Step) bool {
		return !isSample(s) && !s.Refused && !d.carrier(s).Late && s.Author != offline && s.Name != heldBack
	})
}

// refuse files what has to be refused, and counts on the reason.
func (d *Demo) refuse(ctx context.Context) error {
	for _, s := range corpus.Load() {
		if !s.Refused {
			continue
		}
		signed, err := d.sign(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		var refusal review.Refusal
		switch _, err = d.carrier(s).client.File(ctx, signed); {
		case err == nil:
			return fmt.Errorf("%s: it was filed, and had to be refused", s.Name)
		case !errors.As(err, &refusal) || refusal[0].Code != "key-not-authors":
			return fmt.Errorf("%s: refused for another reason than its signature: %w", s.Name, err)
		}
		d.say("         refused: %v", err)
	}
	return nil
}

// carry lets an author without a node sign offline, into a file, which
// another member's node then takes over HTTP.
func (d *Demo) carry(ctx context.Context) error {
	for _, s := range corpus.Load() {
		if s.Author != offline || d.byID[offline].Node {
			continue
		}
		signed, err := d.sign(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		file := filepath.Join(string(d.byID[offline].home), "signed-offline.json")
		if err := os.WriteFile(file, append(signed.Marshal(), '\n'), 0o644); err != nil {
			return err
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		brought, err := signing.ParseEnvelope(b)
		if err != nil {
			return err
		}
		client, err := web.NewClient("http://" + d.carrier(s).http)
		if err != nil {
			return err
		}
		filed, err := client.File(ctx, brought)
		client.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		d.filed.put(s.Name, filed.ID)
		d.say("         %s signed offline, %s carries it in %s", offline, d.carrier(s).ID, filed.Log)
	}
	if d.byID[offline].Node {
		return d.fileAll(ctx, func(s corpus.Step) bool { return s.Author == offline })
	}
	return nil
}
