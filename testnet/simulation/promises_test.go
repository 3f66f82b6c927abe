package simulation

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// Records that were restored from a backup, or copied to a second machine, are
// never signed on, whether their node hears anybody or nobody, and neither is a
// machine that was put back as a whole where others know more. Its participant
// goes on in the next epoch with all that it had filed.
func TestAHundredStaleRestoresAndClonesAreFenced(t *testing.T) {
	alone := split(4.9, 3, 0, 1, 0)
	kinds := []func(seed uint64) (*Plan, string){
		func(seed uint64) (*Plan, string) {
			return small(seed, at(2.5, deedBackup, 1), at(5, deedRestore, 1), at(5.2, deedPledge, 1)), "restored"
		},
		func(seed uint64) (*Plan, string) {
			return small(seed, at(2.5, deedBackup, 1), alone, at(5, deedRestore, 1), at(5.2, deedPledge, 1)), "restored alone"
		},
		func(seed uint64) (*Plan, string) {
			return small(seed, at(2.5, deedSnapshot, 1), at(5, deedRollBack, 1), at(5.01, deedPledge, 1)), "rolled back"
		},
		func(seed uint64) (*Plan, string) {
			d := at(5, deedClone, 1)
			d.Count = int(seed/4) % 2 // beside the first, or where nobody hears it
			return small(seed, d, at(5.2, deedPledge, 1)), "cloned"
		},
	}
	eachSeed(t, 100, func(t *testing.T, seed uint64) {
		p, kind := kinds[seed%4](seed)
		p.Members, p.Witnesses, p.Length = 3, 1, 8*time.Minute
		p.Deeds = slices.DeleteFunc(p.Deeds, func(d Deed) bool { return d.Node >= p.Members })
		s := run(p, nil)
		require.Empty(t, s.Broken, "%s\n%s", kind, p)
		node := s.Nodes[1]
		if kind == "cloned" {
			require.NotEmpty(t, s.Nodes[3].Fenced, "the copy may sign the log")
			require.Equal(t, 1, node.epoch, "the first machine had nothing to fear")
			return
		}
		require.Equal(t, 2, node.epoch, "%s, and it did not open the next epoch", kind)
		require.NotEmpty(t, node.Ledger.fences[review.OriginOf(1, node.ID, s.Federation.Genesis.ID, suffix)])
	})
}

// Members that were parted adopt rival charters, some of them both. Afterwards
// one is in force, the same everywhere.
func TestRivalChartersConverge(t *testing.T) {
	amended := 0
	for _, seed := range seeds(t, 12) {
		s := run(rivals(seed), nil)
		require.Empty(t, s.Broken, "%s", rivals(seed))
		proposed := s.Nodes[0].Ledger.Documents(review.KindCharter)
		require.Len(t, proposed, 3, "the founding and two rivals")
		charter, id := s.Nodes[0].chain.InForce()
		for _, node := range s.Nodes {
			_, other := node.chain.InForce()
			require.Equal(t, id, other, "at %s", node.ID)
		}
		amended += charter.Number - 1
	}
	if len(seeds(t, 12)) > 5 {
		require.NotZero(t, amended, "no seed brought a rival into force")
	}
}

// A clock that is off by a day, of a node, of its authors and of f witnesses,
// ahead or behind, moves no filing time beyond what the others saw and changes
// no figure.
func TestADayOfClockSkewChangesNoFigure(t *testing.T) {
	eachSeed(t, 2, func(t *testing.T, seed uint64) {
		plan := func(days ...float64) *Plan {
			var deeds []Deed
			for i, d := range days { // of two witnesses of seven, and of a node that is none
				deeds = append(deeds, lasting(at(1.1, deedSkew, []int{0, 1, 7}[i]), 24*60*d))
			}
			p := small(seed, append(deeds, at(5, deedReport, 7), at(6.5, deedRevise, 7), at(7, deedReport, 0))...)
			p.Members, p.Witnesses, p.WrongClocks = 8, 7, true
			p.Deeds = append(p.Deeds, at(8, deedPledge, 7))
			return p
		}
		right := run(plan(), nil)
		require.Empty(t, right.Broken)
		for _, days := range [][]float64{{1, 1, 1}, {-1, -1, -1}, {1, -1, 1}, {-1, 1, -1}} {
			wrong := run(plan(days...), nil)
			require.Empty(t, wrong.Broken, "clocks off by %v days", days)
			require.Equal(t, figures(t, right), figures(t, wrong), "clocks off by %v days", days)
		}
	})
}

// figures are all of a stocktake's, without the documents that they cite.
func figures(t *testing.T, s *scenario) (lines []string) {
	stocktake, err := s.Nodes[2].readAll().Stocktake(review.ScopeGlobal)
	require.NoError(t, err)
	var m review.Manifest
	require.NoError(t, json.Unmarshal(stocktake.Manifest, &m))
	for _, f := range m.Figures {
		lines = append(lines, fmt.Sprint(f.Group, "/", f.Name, " ", f.Sample, " ", f.Value, " ", f.Amount))
	}
	return lines
}
