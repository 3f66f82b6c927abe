package synthetic

import (
	"crypto/sha256"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
)

func stocktake(t *testing.T, c *Corpus) *review.Contents {
	s := review.Snapshot{Federation: c.Genesis.ID}
	trees := make([]Tree, c.Logs)
	var records []review.Record
	for r := range c.Records() {
		record := c.Record(r)
		require.True(t, record.Leaf.Genuine())
		trees[r.Log].Add(record.Leaf.Hash())
		records = append(records, record)
	}
	for i, m := range c.Members[:c.Logs] {
		s.Logs = append(s.Logs, review.LogState{Origin: m.Origin, Size: trees[i].Size(), Root: trees[i].Root()})
	}
	made, err := review.Assemble(s, c.Genesis.Document, each(records), review.Options{})
	require.NoError(t, err)
	return made.Contents()
}

func each(records []review.Record) iter.Seq2[review.Record, error] {
	return func(yield func(review.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// What a corpus promises occurs in it: late, contradicting, counted twice,
// revised, withdrawn; and all of it is invented.
func TestACorpusHasWhatMembersDo(t *testing.T) {
	c := New(Options{Seed: 1, Documents: 3000, Tail: 20})
	made := stocktake(t, c)
	found := map[string]int{}
	for _, f := range made.Figures {
		if !f.Sample && f.Value > 0 && f.Group != "regions" && f.Group != "excluded" {
			t.Errorf("%s/%s counts %d that are no samples", f.Group, f.Name, f.Value)
		}
		if f.Sample {
			found[f.Group+"/"+f.Name] += f.Value
		}
	}
	for _, name := range []string{"pledges/pledges", "pledges/status: fulfilled", "parties/confirmed", "parties/declined", "parties/claimed, not confirmed",
		"resources/pledged EUR", "reports/by a party", "due/filed", "due/late", "due/declined", "due/not in this round", "agreement/ratings differ", "recommendations/open",
		"recommendations/supported", "withdrawals/withdrawals", "excluded/superseded", "excluded/withdrawn", "excluded/party-not-acceded", "assessments/alternative (shadow) report"} {
		assert.Positive(t, found[name], name)
	}
	for _, p := range made.Pledges {
		assert.True(t, p.Sample && strings.HasPrefix(p.Title, "SAMPLE"), p.Title)
	}
	assert.Zero(t, found["excluded/malformed"])
	counting := 0
	for _, group := range []string{"pledges/pledges", "reports/reports", "comments/comments", "recommendations/recommendations", "assessments/assessments"} {
		counting += found[group]
	}
	assert.Greater(t, counting, 3000/2, "most of it counts")
}

// A seed makes one corpus, to the byte.
func TestACorpusFollowsFromItsSeed(t *testing.T) {
	digest := func(seed uint64) [32]byte {
		h := sha256.New()
		for r := range New(Options{Seed: seed, Documents: 500, Block: 50}).Records() {
			h.Write(r.Payload)
			h.Write(r.Signature)
		}
		return [32]byte(h.Sum(nil))
	}
	assert.Equal(t, digest(1), digest(1))
	assert.NotEqual(t, digest(1), digest(2))
}

// Whoever reads no further gets no more.
func TestACorpusStopsWithItsReader(t *testing.T) {
	n, began := 0, time.Now()
	for range New(Options{Documents: 1_000_000}).Records() {
		if n++; n == 300 {
			break
		}
	}
	assert.Equal(t, 300, n)
	assert.Less(t, time.Since(began), time.Minute)
}
