package review

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The stories as their records come, in one scope of every kind: pledges change
// their tags, rounds and mandates are answered, versions come and go, payloads are
// absent for a time and, in one, another charter is in force in the end.
func TestApplyEqualsTheFullAssemblyInEveryKindOfScope(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	for i, most := range []int{80, 60} {
		f := wholeCorpus(t, rng, i*30)
		if i == 0 {
			next := f.successor()
			next.Rounds = append(next.Rounds, Round{ID: "last-1", Title: "One more", Scope: "global", Opens: "2026-01-01", Due: "2026-12-31"})
			id := f.fileCharter("prt", next)
			for _, p := range []ParticipantID{"eu-office", "un-one", "gmb-academic", "gmb"} {
				f.say("prt", &Accession{Common: f.common(p), Role: "member"}, id)
			}
			f.settle(minute(days(23)))
			charter, _ := f.read().Chain().InForce()
			require.Equal(t, 2, charter.Number)
		}
		differs, n := followed(t, f, rng, most, i == 1, orderedScopes, assembled(t, f), func(*Assembly) {})
		require.Empty(t, differs, "corpus %d", i)
		t.Logf("corpus %d: %+v", i, n)
	}
}
