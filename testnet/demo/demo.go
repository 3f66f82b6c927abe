// Package demo runs a real federation on this machine: every node with its own
// home, keys and database, talking libp2p over loopback, on the corpus of real
// pledges. It checks what it shows, and ends in the same stocktake at every
// node.
//
// All keys are demonstration keys, made when it starts and not protected by a
// password. No government, organisation or person signed anything.
//
// It is the one package of testnet that the product itself uses, for the
// command `stocktake demo`.
package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"stocktake/node"
	"stocktake/review"
	"stocktake/testnet/corpus"
)

// How many nodes a demonstration can have.
const (
	MinNodes     = 8
	DefaultNodes = 9
	MaxNodes     = 19 // every participant that is not invented
)

// Options of a demonstration.
type Options struct {
	Nodes int
	Dir   string                        // the homes: Dir/<participant>
	Say   func(format string, a ...any) // told what happens, a line at a time
}

// Result is what `demo --json` prints.
type Result struct {
	Nodes     []NodeResult `json:"nodes"`
	Identical bool         `json:"identical"`
	Documents int          `json:"documents"` // receipts and openings not counted
	Seconds   float64      `json:"seconds"`
}

// NodeResult is one node's end state. Snapshot and Stocktake are digests, the
// latter of the global stocktake.
type NodeResult struct {
	Participant review.ParticipantID `json:"participant"`
	Origin      review.Origin        `json:"origin"`
	Documents   int                  `json:"documents"`
	Snapshot    string               `json:"snapshot"`
	Stocktake   string               `json:"stocktake"`
}

// Demo is a running demonstration.
type Demo struct {
	Result
	options Options
	Summary []byte // the global stocktake as text

	started time.Time
	members []*member // in the corpus's order, those with a node first to start
	byID    map[review.ParticipantID]*member
	genesis *review.Document
	filed   *ledger
}

// The nodes that something happens to.
const (
	stopped = "bgd" // is away while the others work; one of the witnesses
	copied  = "can" // has a stale copy of its home started
	offline = "sle" // has no node; signs offline and is carried
)

// Run goes through the whole demonstration. The nodes keep running until
// Stop, also after an error.
func Run(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{options: o, started: time.Now(), byID: map[review.ParticipantID]*member{}, filed: newLedger()}
	for _, stage := range []struct {
		does string
		do   func(context.Context) error
	}{
		{"making homes and keys, and agreeing on a charter", d.found},
		{"starting the nodes", d.start},
		{"filing real pledges", d.pledge},
		{"refusing what is signed in somebody else's name", d.refuse},
		{"carrying an author without a node", d.carry},
		{"working on while a node is away", d.away},
		{"letting a node join late and empty", d.late},
		{"starting a stale copy of a home", d.stale},
		{"waiting until every node holds the same, all of it filed", d.converge},
		{"verifying an export, and a changed byte in it", d.tamper},
		{"assembling the stocktakes at every node", d.assemble},
	} {
		d.say("%5.1f s  %s", time.Since(d.started).Seconds(), stage.does)
		if err := stage.do(ctx); err != nil {
			return d, fmt.Errorf("%s: %w", stage.does, err)
		}
	}
	d.Seconds = time.Since(d.started).Seconds()
	return d, nil
}

func (d *Demo) say(format string, a ...any) { d.options.Say(format, a...) }

// Stop ends all nodes.
func (d *Demo) Stop() error {
	var first error
	for _, m := range d.members {
		if err := m.stop(); err != nil && first == nil {
			first = fmt.Errorf("%s: %w", m.ID, err)
		}
	}
	return first
}

// Node is a participant's node; nil if none of that name runs.
func (d *Demo) Node(id review.ParticipantID) *node.Node {
	if m := d.byID[id]; m != nil && m.client != nil {
		return m.node
	}
	return nil
}

// Pages lists where each running node's pages are.
func (d *Demo) Pages() []string {
	var pages []string
	for _, m := range d.members {
		if m.client != nil {
			pages = append(pages, fmt.Sprintf("%-16s http://%s/", m.ID, m.http))
		}
	}
	return pages
}

// participants are the corpus's, with as many nodes as were asked for.
func (d *Demo) participants() []corpus.Participant {
	all := corpus.Participants()
	nodes := 0
	for _, wanted := range []bool{true, false} { // those that have a node, then others as needed
		for i, p := range all {
			if p.Node != wanted || p.Sample {
				continue
			}
			if nodes < d.options.Nodes {
				nodes++
				all[i].Node = true
			} else {
				all[i].Node, all[i].Witness, all[i].Late = false, false, false
			}
		}
	}
	return all
}

const notice = `The keys in these folders are demonstration keys, made by ` + "`stocktake demo`" + `.
No government, organisation or person named here takes part or signed anything.
`

func (d *Demo) writeNotice() error {
	return os.WriteFile(filepath.Join(d.options.Dir, "DEMONSTRATION.txt"), []byte(notice), 0o644)
}
