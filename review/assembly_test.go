package review

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// arrival lets the records of a federation arrive at a node, log by log in any
// order, and content come and go.
type arrival struct {
	*testFederation
	rng    *rand.Rand
	sizes  map[Origin]int
	hidden map[DocumentID]bool
}

func newArrival(f *testFederation, rng *rand.Rand) *arrival {
	return &arrival{f, rng, map[Origin]int{}, map[DocumentID]bool{}}
}

// snapshot is of what has arrived, with its records.
func (a *arrival) state() (Snapshot, []Record) {
	s := Snapshot{Federation: a.genesis.ID}
	var all []Record
	for _, o := range slices.Sorted(maps.Keys(a.logs)) {
		state := LogState{Origin: o, Size: uint64(a.sizes[o])}
		var leaves []tlog.Hash
		for _, r := range a.logs[o].records[:a.sizes[o]] {
			leaves = append(leaves, r.Leaf.Hash())
			if a.hidden[r.ID()] {
				r.Payload, r.Absence = nil, Sealed
			}
			if r.Payload == nil {
				state.Absent = append(state.Absent, r.Index)
			}
			all = append(all, r)
		}
		if state.Root = rootsAt(leaves, []uint64{state.Size})[state.Size]; state.Size > 0 {
			s.Logs = append(s.Logs, state)
		}
	}
	return s, all
}

// some lets some records arrive, more than most seldom; done when there are no
// more.
func (a *arrival) some(most int) (done bool) {
	waiting := a.waiting()
	if len(waiting) == 0 {
		return true
	}
	for range 1 + a.rng.IntN(most) {
		o := pick(a.rng, waiting)
		a.sizes[o] = min(len(a.logs[o].records), a.sizes[o]+1)
	}
	return false
}

// waiting are the logs of which records are still to come.
func (a *arrival) waiting() (waiting []Origin) {
	for _, o := range slices.Sorted(maps.Keys(a.logs)) {
		if a.sizes[o] < len(a.logs[o].records) {
			waiting = append(waiting, o)
		}
	}
	return waiting
}

// comeAndGo hides the content of a document, or shows it again.
func (a *arrival) comeAndGo() {
	l := a.logs[pick(a.rng, slices.Sorted(maps.Keys(a.logs)))]
	r := pick(a.rng, l.records)
	d, err := Parse(r.Payload)
	if err == nil && !slices.Contains(lasting, d.Kind) {
		a.hidden[d.ID] = !a.hidden[d.ID]
	}
}

var arrivalScopes = []Scope{ScopeGlobal, "region:UN-ECA", "participant:gmb", "objective:2", "round:africa-1", "theme:safe", "corridor:DEU-GMB"}

// steps counts what Apply did.
type steps struct{ all, judged, days, parted int } // parted: a stocktake was not made to its end

// followed lets everything arrive, and compares what Apply keeps with what
// Assemble makes after every step. It says where they first differ; "" if never.
func followed(t testing.TB, f *testFederation, rng *rand.Rand, most int, comeAndGo bool, scopes []Scope, whole func(Snapshot, []Record, Scope) *Stocktake, before func(*Assembly)) (differs string, n steps) {
	a := newArrival(f, rng)
	for _, o := range slices.Sorted(maps.Keys(f.logs)) { // the openings and the founding
		a.sizes[o] = 1
	}
	a.sizes[f.origin("prt")] = 10
	s, records := a.state()
	r, err := Read(s, f.genesis, each(records), time.Time{})
	require.NoError(t, err)
	assembly, kept := NewAssembly(r), map[Scope]map[string][]byte{} // no parts of one that is not made
	cells := map[Scope]*MemoryCells{}
	begin := func(i int) {
		if scope := scopes[i]; i%2 == 0 {
			assembly.Drop(scope)
		} else {
			cells[scope] = &MemoryCells{}
			assembly.MakeIn(scope, cells[scope])
		}
	}
	for i := range scopes {
		begin(i)
	}
	for !a.some(most) {
		n.all++
		if comeAndGo && rng.IntN(12) == 0 {
			a.comeAndGo()
		}
		had := s
		s, records = a.state()
		news := slices.DeleteFunc(slices.Clone(records), func(r Record) bool {
			was := had.Log(r.Origin)
			return r.Index < was.Size && !slices.Contains(was.Absent, r.Index)
		})
		rng.Shuffle(len(news), func(i, j int) { news[i], news[j] = news[j], news[i] })
		before(assembly)
		changes, err := assembly.Apply(s, each(news))
		require.NoError(t, err)
		if n.all%16 == 0 {
			requireLists(t, assembly.Reading(), s, f.genesis, records)
		}
		for i, scope := range scopes {
			if changes[scope] == nil {
				kept[scope] = nil
			} else {
				require.NotNil(t, kept[scope], "a change of what is not made")
				maps.Copy(kept[scope], changes[scope].Parts)
			}
			units := rng.IntN(400) // as much as is made before the next records come
			if n.all == 1 || len(a.waiting()) == 0 {
				units = math.MaxInt
			}
			made, err := assembly.Make(scope, func() bool { units--; return units > 0 })
			require.NoError(t, err)
			if !made {
				require.Nil(t, kept[scope])
				n.parted++
				continue
			}
			want := whole(s, records, scope)
			got := stocktakeIn(t, assembly, scope)
			if c := cells[scope]; c != nil {
				left, err := Kept(c, scope, f.genesis.ID, s.Logs)
				require.NoError(t, err)
				require.Equal(t, got, left, "what the cells hold, no more and no less")
			}
			if string(got.Manifest) != string(want.Manifest) || string(got.Snapshot) != string(want.Snapshot) {
				return fmt.Sprintf("step %d, %s", n.all, scope), n
			}
			if c := changes[scope]; c != nil {
				require.Equal(t, string(want.Manifest), string(c.Manifest))
			} else {
				kept[scope] = maps.Clone(got.Parts)
			}
			for digest := range want.Parts {
				require.Equal(t, digest, digestOf(kept[scope][digest]), "a part that was not said to be fresh")
			}
			if rng.IntN(8) == 0 {
				begin(i)
				kept[scope] = nil
			}
		}
	}
	n.judged, n.days = assembly.Renewals.Judged, assembly.Renewals.Days
	return "", n
}

// requireLists looks whether the lists of documents are those of a reading made anew.
func requireLists(t testing.TB, got *Reading, s Snapshot, genesis *Document, records []Record) {
	want, err := Read(s, genesis, each(records), time.Time{})
	require.NoError(t, err)
	got.List("", "", true)
	want.List("", "", true)
	ids := func(r *Reading) map[listKey][]DocumentID {
		all := map[listKey][]DocumentID{}
		for k := range r.lists.of {
			for id := range r.List(k.author, k.kind, k.bookkeeping).Backward() {
				all[k] = append(all[k], id)
			}
		}
		return all
	}
	require.Equal(t, ids(want), ids(got))
}

func stocktakeIn(t testing.TB, a *Assembly, scope Scope) *Stocktake {
	s, err := a.Stocktake(scope)
	require.NoError(t, err)
	return s
}

// assembled is the full assembly.
func assembled(t testing.TB, f *testFederation) func(Snapshot, []Record, Scope) *Stocktake {
	return func(s Snapshot, records []Record, scope Scope) *Stocktake {
		want, err := Assemble(s, f.genesis, each(records), Options{Scope: scope})
		require.NoError(t, err)
		return want
	}
}

func TestApplyEqualsTheFullAssembly(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	var total steps
	for i := range 6 {
		minutes, settled := 20, true
		if i%3 == 2 {
			minutes, settled = 2*24*60, false
		}
		f := chaosIn(newReviewingWith(t, []int{1, 4, 7}[i%3]), rng, 60, minutes, settled)
		differs, n := followed(t, f, rng, []int{1, 4, 12}[i%3], i%2 == 1, arrivalScopes, assembled(t, f), func(*Assembly) {})
		require.Empty(t, differs, "corpus %d", i)
		t.Logf("corpus %d: %+v", i, n)
		total.all, total.judged, total.days = total.all+n.all, total.judged+n.judged, total.days+n.days
		total.parted += n.parted
	}
	require.Greater(t, total.all-total.judged-total.days, total.all/3, "too few steps that were folded in")
	require.Greater(t, total.parted, 100, "too few that were made in parts")
}

// renewed are groups whose documents all make Apply judge everything anew: what
// they say they are touched by is for groups alike.
var renewed = []string{groupParticipation}

// A group that does not say what documents touch is found out: for every group
// that keeps silent, some corpus differs.
func TestApplyFindsOutWhatIsNotTouched(t *testing.T) {
	type run struct {
		f     *testFederation
		whole func(Snapshot, []Record, Scope) *Stocktake
	}
	var runs []run
	rng, reviews := rand.New(rand.NewPCG(21, 22)), rand.New(rand.NewPCG(31, 32)) // what others add changes neither
	for i := range 12 {
		f := chaosIn(newAccreditingWith(t, 1), rng, 25, 20, false)
		f.settle(minute(25 * 20))
		if i < 6 {
			f = chaosIn(f, rng, 120, 20, true)
		} else if i < 8 {
			f = moneyCorpus(t, rng, 90)
		} else {
			f = reviewCorpus(t, reviews, 120)
		}
		made, from := map[string]*Stocktake{}, assembled(t, f)
		runs = append(runs, run{f, func(s Snapshot, records []Record, scope Scope) *Stocktake {
			if made[s.Digest()] == nil {
				made[s.Digest()] = from(s, records, scope)
			}
			return made[s.Digest()]
		}})
	}
	slices.Reverse(runs) // the smallest find most of it
	silent := func(name string) func(*Assembly) {
		return func(a *Assembly) {
			s := a.scopes[ScopeGlobal]
			if s == nil {
				return
			}
			for _, t := range s.groups {
				if t.group.name == name {
					g := *t.group
					g.touched = func(*view, *entry) []string { return nil }
					t.group = &g
				}
			}
		}
	}
	caught := func(name string) bool {
		for i, r := range runs {
			differs, _ := followed(t, r.f, rand.New(rand.NewPCG(uint64(i), 1)), 6, false, []Scope{ScopeGlobal}, r.whole, silent(name))
			if differs != "" {
				return true
			}
		}
		return false
	}
	require.False(t, caught("no group"))
	for _, g := range groups {
		if g.touched != nil && !slices.Contains(renewed, g.name) && !caught(g.name) {
			t.Errorf("%s: no corpus differs without what it says documents touch", g.name)
		}
	}
}
