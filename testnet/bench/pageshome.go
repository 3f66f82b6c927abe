package main

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"stocktake/federation"
	"stocktake/node"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
	"stocktake/testnet/synthetic"
)

// settle makes the home of the corpus's first member, with all logs in its
// database, as it is once everything has arrived.
func settle(dir string, documents int) (figures, error) {
	home := node.Home(filepath.Join(dir, "home"))
	if err := os.MkdirAll(string(home), 0o755); err != nil {
		return nil, err
	}
	c := corpusOf(documents)
	founding := append(c.Genesis.Envelope.Marshal(), '\n')
	for _, m := range c.Members {
		founding = append(append(founding, c.Accession(m).Envelope.Marshal()...), '\n')
	}
	if err := os.WriteFile(home.FederationFile(), founding, 0o644); err != nil {
		return nil, err
	}
	s, err := store.Open(home.Database(), store.Options{MinFree: 1})
	if err != nil {
		return nil, err
	}
	began, keys, trees := time.Now(), corpusKeys(), make([]synthetic.Tree, logs)
	err = spans(dir, func(r span) error {
		entries := r.entries(keys)
		federation.VerifyRange(entries)
		if slices.ContainsFunc(entries, func(e store.Entry) bool { return !e.Genuine }) {
			return errNotGenuine
		}
		for _, e := range entries {
			trees[r.Log].Add(e.Leaf.Hash())
		}
		cp := signing.Checkpoint{Origin: string(corpusOrigin(r.Log)), Size: trees[r.Log].Size(), Root: trees[r.Log].Root()}
		_, err := s.Extend(store.Tail{
			Origin: review.Origin(cp.Origin), From: r.From, Entries: entries, Checkpoint: cp, Note: signing.SignCheckpoint(cp, c.Members[r.Log].Log),
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	// Last, so that a home with it is whole.
	err = home.WriteConfig(node.Config{Participant: c.Members[0].ID, Federation: c.Genesis.ID, Epoch: 1, HTTP: node.DefaultHTTP})
	return figures{"settle_s": time.Since(began).Seconds()}, err
}
