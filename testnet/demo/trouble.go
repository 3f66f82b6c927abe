package demo

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"stocktake/node"
	"stocktake/testnet/corpus"
)

// away stops a node, one of the witnesses, lets the others file the sample
// set, and starts it again.
func (d *Demo) away(ctx context.Context) error {
	m := d.byID[stopped]
	if err := m.stop(); err != nil {
		return err
	}
	before := len(d.filed.all())
	err := d.fileAll(ctx, func(s corpus.Step) bool { return isSample(s) && d.carrier(s) != m && !d.carrier(s).Late })
	if err != nil {
		return err
	}
	if err := m.start(ctx); err != nil {
		return err
	}
	filed := d.filed.all()
	for _, id := range filed {
		if err := m.holds(ctx, id); err != nil {
			return err
		}
	}
	d.say("         %s was away for %d documents and caught up", stopped, len(filed)-before)
	return nil
}

// late lets the late nodes join with empty databases and file their own.
func (d *Demo) late(ctx context.Context) error {
	for _, m := range d.members {
		if !m.Late {
			continue
		}
		if err := join(ctx, m, d.federationFile()); err != nil {
			return err
		}
		if err := m.start(ctx); err != nil {
			return err
		}
		for _, id := range d.filed.all() {
			if err := m.holds(ctx, id); err != nil {
				return err
			}
		}
		d.say("         %s joined and has all %d documents", m.ID, len(d.filed.all()))
	}
	return d.fileAll(ctx, func(s corpus.Step) bool { return d.carrier(s).Late && !s.Refused })
}

// stale copies a stopped node's home, lets the node go on, and starts the copy
// in its place: it must find out and never sign.
func (d *Demo) stale(ctx context.Context) error {
	m := d.byID[copied]
	if err := m.stop(); err != nil {
		return err
	}
	copyOf := node.Home(string(m.home) + "-stale-copy")
	if err := os.CopyFS(string(copyOf), os.DirFS(string(m.home))); err != nil {
		return err
	}
	defer os.RemoveAll(string(copyOf))
	if err := m.start(ctx); err != nil {
		return err
	}
	if err := d.fileAll(ctx, func(s corpus.Step) bool { return s.Name == heldBack }); err != nil {
		return err
	}
	id, err := d.filed.get(ctx, heldBack)
	if err != nil {
		return err
	}
	for _, other := range d.members { // the copy has to learn of it from somebody
		if other.client != nil {
			if err := other.holds(ctx, id); err != nil {
				return err
			}
		}
	}
	if err := m.stop(); err != nil {
		return err
	}
	if err := d.fenced(ctx, m, copyOf); err != nil {
		return err
	}
	return m.start(ctx)
}

func (d *Demo) fenced(ctx context.Context, m *member, copyOf node.Home) error {
	if err := m.startOn(ctx, copyOf); err != nil {
		return err
	}
	defer m.stop()
	var reason string
	err := wait(ctx, 15*time.Second, func() error {
		status, err := m.client.Status(ctx)
		if err == nil && status.Fenced == "" {
			err = fmt.Errorf("the stale copy of %s has not noticed that its log went on without it", m.ID)
		}
		if err == nil {
			reason = status.Fenced
		}
		return err
	})
	if err != nil {
		return err
	}
	d.say("         the copy signs nothing: %s", strings.TrimSpace(reason))
	return nil
}
