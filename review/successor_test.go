package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASuccessorFollowsOthersOfItsKind(t *testing.T) {
	f := newFederation(t, 4)
	states := []int{}
	for i, p := range f.charter.Participants {
		if p.Kind == kindState {
			states = append(states, i)
		}
	}
	id := func(n int) ParticipantID { return f.charter.Participants[states[n]].ID }
	follow := func(c *Charter, n int, ids ...ParticipantID) { c.Participants[states[n]].Succeeds = ids }
	for name, c := range map[string]struct {
		change func(*Charter)
		code   string
	}{
		"a union":                {func(c *Charter) { follow(c, 0, id(1), id(2)) }, ""},
		"a division":             {func(c *Charter) { follow(c, 1, id(0)); follow(c, 2, id(0)) }, ""},
		"one after the other":    {func(c *Charter) { follow(c, 1, id(0)); follow(c, 2, id(1)) }, ""},
		"itself":                 {func(c *Charter) { follow(c, 0, id(0)) }, "succeeds-itself"},
		"each other":             {func(c *Charter) { follow(c, 0, id(1)); follow(c, 1, id(0)) }, "succeeds-itself"},
		"in a circle":            {func(c *Charter) { follow(c, 0, id(1)); follow(c, 1, id(2)); follow(c, 2, id(0)) }, "succeeds-itself"},
		"before the circle":      {func(c *Charter) { follow(c, 0, id(1)); follow(c, 1, id(2)); follow(c, 2, id(1)) }, "succeeds-itself"},
		"a stranger":             {func(c *Charter) { follow(c, 0, "nobody") }, "not-a-participant"},
		"a State after a body's": {func(c *Charter) { follow(c, 0, "ngo") }, "succeeds-another-kind"},
	} {
		t.Run(name, func(t *testing.T) {
			next := f.charter.Amended(f.successor())
			c.change(next)
			var r Refusal
			next.checkSuccessors(&r)
			if c.code == "" {
				require.Empty(t, r)
				return
			}
			require.NotEmpty(t, r)
			assert.Equal(t, c.code, r[0].Code)
		})
	}
}

func TestWhomAParticipantFollowsIsNeverTakenBack(t *testing.T) {
	f := newFederationWith(t, 4, func(c *Charter) { c.Participants[0].Succeeds = []ParticipantID{c.Participants[1].ID} })
	require.Equal(t, []ParticipantID{f.charter.Participants[0].ID}, f.charter.Successors(f.charter.Participants[1].ID))
	next := f.successor()
	next.Participants = []Participant{f.charter.Participants[0]}
	next.Participants[0].Succeeds = append([]ParticipantID{f.charter.Participants[2].ID}, next.Participants[0].Succeeds...)
	assert.Empty(t, f.chain().succession(&Document{Kind: KindCharter, Predicate: next}), "more may be added")
	next.Participants[0].Succeeds = nil
	r := f.chain().succession(&Document{Kind: KindCharter, Predicate: next})
	require.NotEmpty(t, r)
	assert.Equal(t, "entry-changed", r[0].Code)
}
