package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/testnet/synthetic"
)

// newsroom files one pledge after another at the node, each with the receipt by
// which it counts.
type newsroom struct {
	*synthetic.Corpus
	client *web.Client
}

// logKey gives the node the key of its log, as it has it while it runs.
func logKey(h node.Home) error {
	pem, err := sampleCorpus().Members[0].Log.MarshalPEM(nil)
	if err != nil {
		return err
	}
	name := h.KeyFile(node.RoleLog, 1)
	if err := os.MkdirAll(string(h)+"/keys", 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, pem, 0o600)
}

// file files the next one.
func (n *newsroom) file(ctx context.Context) error {
	pledge, err := n.client.File(ctx, n.Pledge(n.Members[1], time.Now().Nanosecond()).Envelope)
	if err != nil {
		return err
	}
	status, err := n.client.Status(ctx)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, status.LastFiled)
	if err != nil {
		return err
	}
	snapshot, err := n.client.Snapshot(ctx)
	if err != nil {
		return err
	}
	own := n.Members[0]
	l := snapshot.Log(own.Origin)
	cp := signing.Checkpoint{Origin: string(own.Origin), Size: l.Size, Root: l.Root}
	note := signing.SignCheckpoint(cp, own.Log)
	charter, _ := n.Chain.InForce()
	for _, w := range charter.Witnesses {
		for _, m := range n.Members {
			if m.ID == w.Participant {
				note = append(note, signing.Cosign(cp, at, review.WitnessName(m.ID, n.Genesis.ID, charter.Suffix), m.Witness)...)
			}
		}
	}
	if _, err = n.client.File(ctx, n.Receipt(own, note).Envelope); err != nil {
		return err
	}
	shown, err := n.client.Document(ctx, pledge.ID)
	if err == nil && !shown.Label.Counts {
		err = fmt.Errorf("a pledge with its receipt does not count: %s", shown.Label.Reason)
	}
	return err
}

// afterNews is how long each page takes after one more pledge that counts.
func (all *pagesFigures) afterNews(address string, paths []namedPath) error {
	v, err := visit(address)
	if err != nil {
		return err
	}
	defer v.Close()
	client, err := web.NewClient("http://" + address)
	if err != nil {
		return err
	}
	defer client.Close()
	n := &newsroom{Corpus: sampleCorpus(), client: client}
	for i, p := range paths {
		if err := n.file(context.Background()); err != nil {
			return err
		}
		began := time.Now()
		if _, err := opened(v, address, p); err != nil {
			return err
		}
		all.Pages[i].NewsMS = milliseconds(began)
	}
	return nil
}
