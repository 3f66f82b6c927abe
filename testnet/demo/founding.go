package demo

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"stocktake/node"
	"stocktake/node/ceremony"
	"stocktake/review"
	"stocktake/testnet/corpus"
)

// convener is who convenes the charter.
const convener = "un-ece"

// found makes every participant's home, agrees on a charter and lets all but
// the late node join.
func (d *Demo) found(ctx context.Context) error {
	if err := os.MkdirAll(d.options.Dir, 0o755); err != nil {
		return err
	}
	if err := d.writeNotice(); err != nil {
		return err
	}
	participants := d.participants()
	addresses, err := freeAddresses(2 * len(participants))
	if err != nil {
		return err
	}
	cards := make([]ceremony.Card, len(participants))
	var witnesses []review.ParticipantID
	var g errgroup.Group
	for i, p := range participants {
		m := &member{Participant: p, home: node.Home(filepath.Join(d.options.Dir, string(p.ID))), http: addresses[2*i]}
		host, port, err := net.SplitHostPort(addresses[2*i+1])
		if err != nil {
			return err
		}
		m.peer = fmt.Sprintf("/ip4/%s/tcp/%s", host, port)
		d.members = append(d.members, m)
		d.byID[p.ID] = m
		if p.Witness {
			witnesses = append(witnesses, p.ID)
		}
		g.Go(func() (err error) {
			o := node.InitOptions{Participant: p.Entry(), HTTP: m.http, Author: !p.Node, Demo: true}
			if p.Node {
				o.Addresses = []string{m.peer}
			}
			if cards[i], err = node.Init(m.home, o); err != nil {
				return err
			}
			m.author, err = m.home.DocumentSigner(node.RoleAuthor, nil)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	file, err := d.agree(cards, witnesses)
	if err != nil {
		return err
	}
	for _, m := range d.members {
		if m.Late {
			continue // it joins later
		}
		g.Go(func() error { return join(ctx, m, file) })
	}
	return g.Wait()
}

func join(ctx context.Context, m *member, file string) error {
	if _, err := node.Join(ctx, m.home, file, nil); err != nil {
		return fmt.Errorf("%s: %w", m.ID, err)
	}
	return nil
}

// federationFile is what a participant joins with.
func (d *Demo) federationFile() string { return filepath.Join(d.options.Dir, "federation.jsonl") }

// agree has the charter signed by its convener and acceded to by everybody.
func (d *Demo) agree(cards []ceremony.Card, witnesses []review.ParticipantID) (file string, err error) {
	charter, err := ceremony.Convene(cards, ceremony.Convening{
		Title: "Demonstration of a federation for the Global Compact for Migration", Suffix: "demonstration.example",
		Witnesses: witnesses, Rounds: []review.Round{corpus.Round(time.Now())},
	})
	if err != nil {
		return "", err
	}
	charter.Summary = "All keys of this federation are demonstration keys. No government, organisation or person named in it takes part or signed anything."
	signed, err := node.SignCharter(d.byID[convener].author, convener, *charter)
	if err != nil {
		return "", err
	}
	if d.genesis, err = review.Parse(signed.Payload); err != nil {
		return "", err
	}
	lines := append(signed.Marshal(), '\n')
	for _, m := range d.members {
		accession, err := node.SignAccession(m.author, m.ID, d.genesis, "")
		if err != nil {
			return "", fmt.Errorf("%s: %w", m.ID, err)
		}
		lines = append(append(lines, accession.Marshal()...), '\n')
	}
	d.filed.put(corpus.Charter, d.genesis.ID)
	return d.federationFile(), os.WriteFile(d.federationFile(), lines, 0o644)
}

// start runs every node that has joined.
func (d *Demo) start(ctx context.Context) error {
	var g errgroup.Group
	for _, m := range d.members {
		if m.Node && !m.Late {
			g.Go(func() error { return m.start(ctx) })
		}
	}
	return g.Wait()
}
