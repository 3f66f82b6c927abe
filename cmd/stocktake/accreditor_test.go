package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/review"
)

func TestAccreditorsAndQuotasAreReadFromFlags(t *testing.T) {
	a := answererFlags{accreditor: listFlag{"ngo:global:20", "academy:region:UN-ECA:3"}, accredits: listFlag{"academic"}, quota: listFlag{"100000", "sle:5000"}}
	o, err := a.answerers()
	require.NoError(t, err)
	assert.Equal(t, []review.Accreditor{
		{Participant: "ngo", Scope: "global", Kinds: []string{"academic"}, Cap: 20},
		{Participant: "academy", Scope: "region:UN-ECA", Kinds: []string{"academic"}, Cap: 3},
	}, o.Accreditors)
	assert.Equal(t, []review.Quota{{Entries: 100000}, {Entries: 5000, Participant: "sle"}}, o.Quotas)

	o, err = (&answererFlags{accreditor: listFlag{"ngo:global:20"}}).answerers()
	require.NoError(t, err)
	assert.Contains(t, o.Accreditors[0].Kinds, "protected-author")

	for _, wrong := range []answererFlags{
		{accreditor: listFlag{"ngo"}}, {accreditor: listFlag{"ngo:20"}}, {accreditor: listFlag{"ngo:global"}}, {accreditor: listFlag{"ngo:global:many"}},
		{quota: listFlag{"many"}}, {quota: listFlag{"sle:"}},
	} {
		_, err := wrong.answerers()
		assert.ErrorContains(t, err, "want", "%v", wrong)
	}
}
