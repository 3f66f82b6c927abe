package ceremony

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
)

func amendable() *review.Charter {
	return &review.Charter{
		Common: review.Common{Title: "Three", Author: "xsa", Salt: "00"}, Number: 1, Suffix: "test.example", Threshold: 2,
		Participants: []review.Participant{
			{ID: "xsa", Kind: "state", Name: "Samplia", Sample: true},
			{ID: "xsb", Kind: "state", Name: "Exemplaria", Sample: true},
			{ID: "ngo", Kind: "civil-society", Name: "A coalition", Until: "2026-01-01T00:00:00Z"},
		},
		Witnesses: []review.Witness{{Participant: "xsa", Key: "a"}, {Participant: "xsb", Key: "b"}},
		Rounds:    []review.Round{{ID: "2027"}},
	}
}

func TestAnAmendmentStatesWhatChangesAndLeavesItsPredecessorAlone(t *testing.T) {
	turn := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	was := amendable()
	next, err := Amend(was, "genesis", Amendment{
		Add:   []Card{{Participant: review.Participant{ID: "xsc", Kind: "state"}, Witness: "c"}},
		Close: []review.ParticipantID{"xsb"}, Witness: []Card{{Participant: review.Participant{ID: "xsc"}, Witness: "c"}},
		Rounds: []review.Round{{ID: "2028"}}, Suspend: []review.ParticipantID{"xsa"}, Term: 48 * time.Hour, Reason: "A stolen key",
		Threshold: 3, Title: "Four", Turn: turn, Now: turn,
	})
	require.NoError(t, err)
	assert.Equal(t, amendable(), was)
	assert.Equal(t, review.Common{Federation: "genesis", Title: "Four"}, next.Common)
	assert.Equal(t, 2, next.Number)
	assert.Equal(t, review.DocumentID("genesis"), next.Previous)
	assert.Equal(t, 3, next.Threshold)
	assert.Len(t, next.Participants, 2, "the one that ends, and the new one")
	assert.Len(t, next.Witnesses, 2)
	assert.Equal(t, []review.Round{{ID: "2028"}}, next.Rounds)
	next = was.Amended(next)
	assert.Equal(t, []string{"", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z", ""}, untils(next))
	assert.Equal(t, []review.Witness{{Participant: "xsa", Key: "a"}, {Participant: "xsb", Key: "b", Until: "2027-01-01T00:00:00Z"},
		{Participant: "xsc", Key: "c", From: "2027-01-01T00:00:00Z"}}, next.Witnesses)
	assert.Equal(t, []review.Round{{ID: "2027"}, {ID: "2028"}}, next.Rounds)
	assert.Equal(t, []review.Suspension{{Participant: "xsa", From: "2027-01-01T00:00:00Z", Until: "2027-01-03T00:00:00Z", Reason: "A stolen key"}}, next.Suspensions)

	third, err := Amend(next, "second", Amendment{})
	require.NoError(t, err)
	assert.Equal(t, review.DocumentID("genesis"), third.Federation, "not its predecessor")
	assert.Equal(t, review.DocumentID("second"), third.Previous)
}

func untils(c *review.Charter) (all []string) {
	for _, p := range c.Participants {
		all = append(all, p.Until)
	}
	return all
}
