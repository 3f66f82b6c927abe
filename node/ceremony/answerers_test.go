package ceremony

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
)

func TestAnAmendmentAddsAndEndsAccreditorsAndReplacesQuotas(t *testing.T) {
	turn := "2027-01-01T00:00:00Z"
	was := amendable()
	was.Accreditors = []review.Accreditor{{Participant: "xsa", Scope: "global", Cap: 2}, {Participant: "xsb", Scope: "global", Cap: 2}}
	was.Quotas = []review.Quota{{Entries: 100}, {Entries: 16, Participant: "xsa"}}
	at, err := time.Parse(time.RFC3339, turn)
	require.NoError(t, err)
	next, err := Amend(was, "genesis", Amendment{Turn: at, Now: at, Answerers: Answerers{
		Accreditors: []review.Accreditor{{Participant: "xsb", Scope: "region:EU", Cap: 5}}, NoAccreditors: []review.ParticipantID{"xsa"},
		Quotas: []review.Quota{{Entries: 500}},
	}})
	require.NoError(t, err)
	whole := was.Amended(next)
	assert.Equal(t, []review.Accreditor{
		{Participant: "xsa", Scope: "global", Cap: 2, Until: turn}, {Participant: "xsb", Scope: "global", Cap: 2}, {Participant: "xsb", Scope: "region:EU", Cap: 5},
	}, whole.Accreditors)
	assert.Equal(t, []review.Quota{{Entries: 100, Until: turn}, {Entries: 16, Participant: "xsa"}, {Entries: 500, From: turn}}, whole.Quotas)
	assert.Empty(t, was.Accreditors[0].Until, "its predecessor was changed")
	assert.Empty(t, was.Quotas[0].Until, "its predecessor was changed")
}
