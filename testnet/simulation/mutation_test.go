package simulation

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/federation"
)

// small is a plan of a quarter of an hour without faults, for deeds to be added
// to: five members, four witnesses of which one may lie.
func small(seed uint64, deeds ...Deed) *Plan {
	p := &Plan{
		Seed: seed, Members: 5, Witnesses: 4, Length: 15 * time.Minute,
		Faults: Faults{MinDelay: time.Millisecond, MaxDelay: 100 * time.Millisecond},
		Timing: federation.Timing{CatchUp: 20 * time.Second, Retry: 2 * time.Second},
		Deeds:  deeds,
	}
	for i := range p.Members {
		p.Deeds = append(p.Deeds, Deed{At: time.Duration(2+i) * time.Minute, What: deedPledge, Node: i, With: i, Count: 2})
	}
	slices.SortStableFunc(p.Deeds, func(a, b Deed) int { return int(a.At - b.At) })
	return p
}

func at(minutes float64, what string, node int) Deed {
	return Deed{At: time.Duration(minutes * float64(time.Minute)), What: what, Node: node, With: node, Count: 1}
}

func lasting(d Deed, minutes float64) Deed {
	d.For = time.Duration(minutes * float64(time.Minute))
	return d
}

// split parts nodes for some minutes.
func split(from, minutes float64, sides ...int) Deed {
	d := lasting(at(from, deedSplit, 0), minutes)
	d.Count, d.Sides = 0, sides
	return d
}

// lying is a plan with one liar, the last member unless it is a witness's habit.
func lying(node int, p *Plan, habits ...string) *Plan {
	p.Liars = append(p.Liars, Liar{Node: node, Habits: habits})
	return p
}

// lossy is a plan over a network that loses and repeats.
func lossy(p *Plan) *Plan {
	p.Faults.Loss, p.Faults.Repeat, p.Faults.MaxDelay = 0.25, 0.3, 800*time.Millisecond
	return p
}

// crashes has the power fail at every node, after one step more each time.
func crashes(seed uint64) *Plan {
	var deeds []Deed
	for i := range 15 {
		d := lasting(at(1.95+float64(i)*0.5, deedCrash, int(seed+uint64(i))%5), 0.2)
		d.Count = 1 + (i+int(seed))%12
		deeds = append(deeds, d, at(2+float64(i)*0.5, deedPledge, int(seed+uint64(i))%5))
	}
	return small(seed, deeds...)
}

// restored has a node's records replaced by an older copy while nobody hears it.
func restored(seed uint64, what string) *Plan {
	copied := deedBackup
	if what == deedRollBack {
		copied = deedSnapshot
	}
	return small(seed, at(4, copied, 1), at(5, deedPledge, 1), at(6, what, 1), split(5.9, 3, 0, 1, 0, 0, 0), at(6.2, deedPledge, 1))
}

// witnessBetweenTwins has two copies of one machine running where neither hears
// the other, and a witness that cosigned for the one, is restored to before
// that and meets the other.
func witnessBetweenTwins(seed uint64) *Plan {
	return small(seed, at(6.4, deedBackup, 1), at(6.5, deedTwin, 4), at(6.6, deedPledge, 4),
		split(6.8, 30, 0, 3, 0, 0, 0), at(6.85, deedRestore, 1), split(6.9, 30, 0, 7, 0, 0, 0))
}

// leftBehindPlan restores a node that had received what no quorum saw and one
// other has.
func leftBehindPlan(seed uint64) *Plan {
	return small(seed, at(6.5, deedBackup, 1), split(6.6, 2, 0, 1, 0, 0, 1), at(7, deedPledge, 1), at(7.5, deedRestore, 1))
}

// contentLate has a node lose its disk that had received what no quorum saw. Of
// two others who have it one lost the content, and the other is down meanwhile.
func contentLate(seed uint64) *Plan {
	damage := at(7.3, deedDamage, 2)
	damage.Count = 99
	return small(seed, split(6.6, 0.9, 0, 1, 1, 0, 1), at(7, deedPledge, 1), lasting(at(7.1, deedCrash, 4), 3.9), at(7.2, deedLose, 1), damage)
}

func clockBack(seed uint64) *Plan {
	return small(seed, lasting(at(1.5, deedSkew, 0), 60), lasting(at(4.5, deedSkew, 0), -60))
}

func forking(seed uint64, more ...Deed) *Plan {
	return lying(4, small(seed, append(more, at(7, deedLie, 4))...), habitForks)
}

func rivals(seed uint64) *Plan {
	d := at(4, deedRivals, 0)
	d.With = 1 + int(seed)%4
	return small(seed, split(3.9, 0.5, 0, 1, 0, 1, 0), d)
}

// mutations are all guarantees that can be switched off, each with plans of
// which one at least shows that.
var mutations = map[string]func(seed uint64) *Plan{
	mutantBlindWitness:    func(seed uint64) *Plan { return forking(seed) },
	mutantForgetful:       clockBack,
	mutantHoldless:        func(seed uint64) *Plan { return small(seed) },
	mutantContentless:     func(seed uint64) *Plan { return lying(4, lossy(small(seed)), habitWithholds) },
	mutantClockBack:       clockBack,
	mutantCopyUnnoticed:   func(seed uint64) *Plan { return restored(seed, deedRestore) },
	mutantNoFence:         func(seed uint64) *Plan { return restored(seed, deedRestore) },
	mutantPeersUnasked:    calmRollBack,
	mutantNoProof:         func(seed uint64) *Plan { return lying(4, lossy(small(seed)), habitCorrupts) },
	mutantNoQuorum:        func(seed uint64) *Plan { return small(seed) },
	mutantNoReceiptOwed:   crashes,
	mutantVolatile:        crashes,
	mutantAuthorsDate:     func(seed uint64) *Plan { return small(seed, lasting(at(1.5, deedSkew, 4), -24*60)) },
	mutantFirstWitness:    func(seed uint64) *Plan { return lying(0, small(seed), habitCosignsWrong) },
	mutantAbsencesIgnored: func(seed uint64) *Plan { return small(seed, at(5, deedErase, 0), at(7, deedErase, 1)) },
	mutantMissingPassed:   func(seed uint64) *Plan { return small(seed) },
	mutantMissingLeft:     func(seed uint64) *Plan { return lying(4, small(seed, at(8, deedDamage, 0)), habitWithholds) },
	mutantTwiceCounted:    func(seed uint64) *Plan { d := at(5, deedCarry, 0); d.With = 1; return small(seed, d) },
	mutantCharterByCome:   rivals,
	mutantErasedBack: func(seed uint64) *Plan {
		return small(seed, split(4.9, 3, 0, 0, 0, 1, 0), at(5, deedErase, 0), at(6, deedErase, 1))
	},
	mutantErasureIgnored: func(seed uint64) *Plan { return small(seed, at(6, deedErase, 0), at(7, deedErase, 1)) },
	mutantForksQuiet:     func(seed uint64) *Plan { return forking(seed) },
	mutantForkKept:       func(seed uint64) *Plan { return forking(seed) },
	mutantNothingRefiled: leftBehindPlan,
	mutantRefiledOnce:    contentLate,
	mutantNoRedial:       func(seed uint64) *Plan { return small(seed, split(4.5, 2, 0, 1, 0, 1, 0)) },
	mutantNoCompare:      func(seed uint64) *Plan { p := lossy(small(seed)); p.Faults.Loss = 0.6; return p },
	mutantWitnessKept:    witnessBetweenTwins,
}

// calmRollBack puts a whole machine back where everybody who knows more hears
// it: it has to notice.
func calmRollBack(seed uint64) *Plan {
	return small(seed, at(4, deedSnapshot, 1), at(5, deedPledge, 1), at(7, deedRollBack, 1), at(7.00001, deedPledge, 1))
}

// TestEachGuaranteeThatIsSwitchedOffIsMissed: with every guarantee in force the
// plans keep all promises, and without one of them some plan does not. A short
// run takes every fifth.
func TestEachGuaranteeThatIsSwitchedOffIsMissed(t *testing.T) {
	const tries = 6
	for i, name := range slices.Sorted(maps.Keys(mutations)) {
		if testing.Short() && i%5 > 0 {
			continue
		}
		plan := mutations[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= tries; seed++ {
				require.Empty(t, RunPlan(plan(seed), nil), "with every guarantee in force\n%s", plan(seed))
				if why := RunPlan(plan(seed), &Mutation{name}); why != "" {
					t.Logf("seed %d: %s", seed, why)
					return
				}
			}
			t.Errorf("%d seeds do not show that it matters", tries)
		})
	}
}
