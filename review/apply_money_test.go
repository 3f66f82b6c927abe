package review

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Documents about money and agreements that come one after the other, in any
// order, make what all of them make at once.
func TestApplyEqualsTheFullAssemblyOfMoney(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	var n steps
	for i := range 3 {
		f := moneyCorpus(t, rng, 90)
		differs, made := followed(t, f, rng, []int{1, 3, 8}[i], i%2 == 1, arrivalScopes, assembled(t, f), func(*Assembly) {})
		require.Empty(t, differs, "corpus %d", i)
		n.all, n.judged, n.days = n.all+made.all, n.judged+made.judged, n.days+made.days
	}
	t.Logf("%+v", n)
	require.Greater(t, n.all-n.judged-n.days, 20, "too few steps that were folded in")
}
