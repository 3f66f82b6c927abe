package review

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/signing"
)

// sides are two histories of mar's log that share their first records.
type sides struct {
	*testFederation
	t      *testing.T
	common []Record
	ids    [3]DocumentID // a pledge in the common part, in A only, in B only
	held   [2][]Record
}

func twoSides(t *testing.T, past [2]int) *sides {
	s := &sides{testFederation: newFederation(t, 4), t: t}
	s.ids[0] = s.say("mar", s.pledge("mar", "Common"), s.genesis.ID)
	log := s.logs[s.origin("mar")]
	s.common = log.records
	for side, n := range past {
		log.records = slices.Clone(s.common)
		for range n {
			s.ids[1+side] = s.say("mar", s.pledge("mar", "Rival"), s.genesis.ID)
		}
		s.held[side] = log.records
	}
	log.records = s.common
	return s
}

func (s *sides) hold(records []Record) { s.logs[s.origin("mar")].records = records }

// signs is a note of the first n records of one side, all of them for 0.
func (s *sides) signs(side, n int, by []sightingOf) []byte {
	defer s.hold(s.logs[s.origin("mar")].records)
	s.hold(s.held[side])
	if n == 0 {
		n = len(s.held[side])
	}
	return s.note("mar", n, by)
}

func (s *sides) carry(note []byte) {
	s.say("deu", &Receipt{Common: s.testFederation.common("deu"), Checkpoint: string(note)}, s.genesis.ID)
}

// proof has deu prove that first, of either side, is not what the side of
// second has at that size.
func (s *sides) proof(first, second []byte, side int) DocumentID {
	a, err := signing.PeekCheckpoint(first)
	require.NoError(s.t, err)
	b, err := signing.PeekCheckpoint(second)
	require.NoError(s.t, err)
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, n := range indexes {
			hashes = append(hashes, stored[n])
		}
		return hashes, nil
	})
	for i, r := range s.held[side][:b.Size] {
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), r.Leaf.Hash(), read)
		require.NoError(s.t, err)
		stored = append(stored, hashes...)
	}
	var path tlog.TreeProof
	if a.Size < b.Size {
		path, err = tlog.ProveTree(int64(b.Size), int64(a.Size), read)
		require.NoError(s.t, err)
	}
	var prefix tlog.Hash
	if a.Size <= b.Size {
		prefix, err = tlog.TreeHash(int64(a.Size), read)
		require.NoError(s.t, err)
	}
	return s.say("deu", NewFork(s.testFederation.common("deu"), s.origin("mar"), first, second, prefix, path), s.genesis.ID)
}

// labels are those of the three pledges for who holds these records.
func (s *sides) labels(records []Record) (labels [3]Label) {
	s.hold(records)
	r := s.read()
	for i, id := range s.ids {
		labels[i], _ = r.Label(id)
	}
	return labels
}

func TestOfTwoFinalRivalsOnlyTheCommonPartCountsWhicheverSideIsHeld(t *testing.T) {
	for name, past := range map[string][2]int{"of one size": {3, 3}, "the second longer": {2, 5}, "the second shorter": {5, 1}} {
		t.Run(name, func(t *testing.T) {
			s := twoSides(t, past)
			s.carry(s.signs(0, len(s.common), s.all(minute(3))))
			one, other := s.signs(0, 0, s.all(minute(5))), s.signs(1, 0, s.all(minute(6)))
			s.carry(one)
			s.carry(other)
			if past[0] <= past[1] {
				s.proof(one, other, 1)
			} else {
				s.proof(other, one, 0)
			}
			s.receipt("deu", s.all(minute(9)))
			for _, records := range [][]Record{s.held[0], s.held[1], s.common} {
				labels := s.labels(records)
				assert.True(t, labels[0].Counts)
				assert.Equal(t, instant(minute(3)), labels[0].Filed, "the same time whichever side is held")
				for _, l := range labels[1:] {
					assert.False(t, l.Counts)
				}
			}
			s.hold(s.held[0])
			l, ok := s.read().Label(s.ids[1])
			require.True(t, ok)
			assert.Equal(t, ReasonForked, l.Reason)
		})
	}
}

// A contradiction with a checkpoint in the middle of a side lowers the end to
// below that, once somebody proves it.
func TestTheEndLiesBelowEveryContradictionThatIsProven(t *testing.T) {
	s := twoSides(t, [2]int{5, 4})
	n := len(s.common)
	s.carry(s.signs(0, n, s.all(minute(3))))
	s.carry(s.signs(0, n+1, s.all(minute(4))))
	one, other := s.signs(0, n+3, s.all(minute(5))), s.signs(1, n+4, s.all(minute(6)))
	s.carry(one)
	s.carry(other)
	end := func() uint64 {
		ends := s.read().Histories().Ends(s.origin("mar"))
		return ends[len(ends)-1].Size
	}
	s.proof(s.signs(0, n+5, nil), s.signs(1, n+4, nil), 1) // notes the wrong way round: proves nothing
	assert.Empty(t, s.read().Histories().Ends(s.origin("mar")), "no fork is proven, so nothing ends")
	s.proof(s.signs(0, n+2, nil), other, 1)
	assert.EqualValues(t, n+4, end(), "one side is final, as far as documents show")
	s.proof(one, other, 1)
	assert.EqualValues(t, n+1, end(), "no document shows yet that A's next receipt is not common")
	s.proof(s.signs(0, n+1, s.all(minute(4))), other, 1)
	assert.EqualValues(t, n, end())
}

func TestWhatAQuorumCosignedStaysAndMoreOfOneSideAddsNoTime(t *testing.T) {
	s := twoSides(t, [2]int{3, 2})
	kept := s.signs(0, 0, s.all(minute(5)))
	s.carry(kept)
	s.carry(s.signs(0, len(s.common)+1, s.all(minute(7))[:2]))
	s.proof(s.signs(1, 0, s.all(minute(6))[:2]), kept, 0)
	longer := slices.Clone(s.held[0])
	for _, r := range s.held[1][len(s.common):] {
		r.Index = uint64(len(longer))
		longer = append(longer, r)
	}
	for _, records := range [][]Record{s.held[0], longer} {
		s.hold(records)
		if len(records) > len(s.held[0]) {
			s.carry(s.note("mar", len(records), s.all(minute(1))[:2])) // earlier, past the end
		}
		l, _ := s.read().Label(s.ids[1])
		assert.True(t, l.Counts)
		assert.Equal(t, instant(minute(5)), l.Filed)
	}
}

func TestNotesInAProofOfAForkAreReceipts(t *testing.T) {
	s := twoSides(t, [2]int{2, 2})
	kept := s.signs(0, 0, s.all(minute(5)))
	require.Equal(t, ReasonPending, s.labels(s.held[0])[1].Reason)
	s.proof(kept, s.signs(1, 0, nil), 1)
	assert.True(t, s.labels(s.held[0])[1].Counts)
	note, ok := s.read().Evidence(Place{s.origin("mar"), uint64(len(s.common))})
	assert.True(t, ok)
	assert.Equal(t, kept, note)
}

func TestWitnessesOfTwoHistoriesAreNamed(t *testing.T) {
	for name, past := range map[string][2]int{"of one size": {3, 3}, "of two sizes": {2, 4}} {
		t.Run(name, func(t *testing.T) {
			s := twoSides(t, past)
			liars := s.all(minute(5))[:2]
			one, other := s.signs(0, 0, append(slices.Clone(liars), s.all(minute(5))[3])), s.signs(1, 0, append(slices.Clone(liars), s.all(minute(5))[2]))
			before := s.labels(s.held[0])
			bare := func(note []byte) []byte { // as gossip carries it: what the log signed
				cp, err := signing.PeekCheckpoint(note)
				require.NoError(t, err)
				return signing.SignCheckpoint(cp, s.logs[s.origin("mar")].signer)
			}
			s.proof(bare(one), bare(other), 1)
			assert.Empty(t, s.read().Histories().Equivocations(), "nobody's cosignature is known")
			s.carry(one)
			assert.Empty(t, s.read().Histories().Equivocations())
			s.carry(other)
			got := s.read().Histories().Equivocations()
			require.Len(t, got, 2)
			for i, e := range got {
				assert.Contains(t, []ParticipantID{liars[0].witness, liars[1].witness}, e.Participant)
				assert.Equal(t, s.origin("mar"), e.Log)
				assert.Equal(t, [2]uint64{uint64(len(s.held[0])), uint64(len(s.held[1]))}, e.Sizes)
				assert.NotEqual(t, got[1-i].Participant, e.Participant)
			}
			assert.Equal(t, before[0].Counts, s.labels(s.held[0])[0].Counts)

			// The proof with those lines in it says so alone.
			d := s.parse(s.compose(NewFork(s.testFederation.common("deu"), s.origin("mar"), one, other, tlog.Hash{}, nil), s.genesis.ID))
			if past[0] == past[1] {
				said, err := Proves(s.chain(), d)
				require.NoError(t, err)
				assert.Contains(t, said, "stands on both: "+string(got[0].Participant)+", "+string(got[1].Participant))
			}
		})
	}
}

func TestWhatAFederationKnowsOfForksDoesNotDependOnTheOrder(t *testing.T) {
	s := twoSides(t, [2]int{3, 4})
	n := len(s.common)
	for i := range 3 {
		s.carry(s.signs(0, n+i, s.all(minute(3+i))))
		s.carry(s.signs(1, n+i, s.all(minute(4+i))))
	}
	s.proof(s.signs(0, n+1, nil), s.signs(1, n+4, nil), 1)
	s.hold(s.held[0])
	var documents []*Document
	for _, r := range s.list() {
		documents = append(documents, s.parse(r.Payload))
	}
	chain := s.read().Chain()
	want := NewHistories(chain, slices.Values(documents))
	require.NotEmpty(t, want.Equivocations())
	for range 5 {
		slices.Reverse(documents)
		documents = append(documents[7:], documents[:7]...)
		got := NewHistories(chain, slices.Values(documents))
		assert.Equal(t, want.Ends(s.origin("mar")), got.Ends(s.origin("mar")))
		assert.Equal(t, want.Equivocations(), got.Equivocations())
	}
}

// Whoever accedes to two successors of one charter is named, whichever is in
// force.
func TestWhoAccedesToRivalChartersIsNamed(t *testing.T) {
	f := newFederation(t, 4)
	one, two := f.successor(), f.successor()
	one.Title, two.Title = "One", "Another"
	first := f.amend(one, "prt", "deu", "mar")
	second := f.amend(two, "mar", "ngo", "deu")
	pending := f.read()
	assert.Empty(t, pending.Rivalries(), "nothing of it is final")
	f.settle(minute(10))
	got := f.read().Rivalries()
	require.Len(t, got, 2)
	charters := []DocumentID{first, second}
	slices.Sort(charters)
	for i, p := range []ParticipantID{"deu", "mar"} {
		assert.Equal(t, p, got[i].Participant)
		assert.Equal(t, 2, got[i].Number)
		assert.Equal(t, charters, got[i].Charters)
		require.Len(t, got[i].Accessions, 2)
		for k, id := range got[i].Accessions {
			d, _ := f.Document(id)
			assert.Equal(t, charters[k], d.About())
		}
	}
}
