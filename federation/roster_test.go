package federation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/federation"
	"stocktake/testnet/simulation"
)

// Where the charter sets no end to its witnesses, one roster holds at all times.
func TestTheRosterOfATimeIsThatOfTheCharter(t *testing.T) {
	f := simulation.NewFederation(1, 5, 4)
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Unix(1<<40, 0)} {
		roster, until := federation.RosterAt(f.Chain, at)
		require.Equal(t, federation.RosterOf(f.Chain).Logs, roster.Logs)
		require.Equal(t, federation.RosterOf(f.Chain).Witnesses, roster.Witnesses)
		require.Zero(t, until)
	}
}
