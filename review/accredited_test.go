package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAllWhoAnswerForAnAuthorAreShownWithWhoObjects(t *testing.T) {
	f := newAccrediting(t)
	a := f.accredits("ngo", "a.voices", "Rural Voices", "K")
	a.Capacity = "Association of seasonal workers"
	id := f.filed("deu", a, "ngo author", minute(10))
	f.filed("deu", f.accredits("un-eca", "a.voices", "Rural Voices", "K"), "un-eca author", minute(20))
	challenge := f.say("deu", &Comment{Common: f.common("phl"), Type: "challenge", Text: "Who is this?"}, id)
	f.say("deu", &Comment{Common: f.common("phl"), Type: "question", Text: "Since when?"}, id)
	f.settle(minute(30))
	f.append("deu", f.compose(&Withdrawal{Common: f.common("ngo"), Reason: "It was dissolved."}, id), "ngo author")
	f.settle(minute(40))
	said := f.filed("deu", f.pledge("a.voices", "A pledge"), "K", minute(50))

	r := f.read()
	author, ok := r.AccreditedAuthor("a.voices")
	require.True(t, ok)
	assert.Equal(t, []string{
		"accredited by A Coalition (ngo), since 2026-01-01T00:10:00Z: withdrawn until 2026-01-01T00:40:00Z; challenged in document " + string(challenge),
		"accredited by United Nations Economic Commission for Africa (un-eca), since 2026-01-01T00:20:00Z: in force",
	}, author.Lines())
	assert.Equal(t, stateAccredited, author.State)
	assert.Equal(t, "Association of seasonal workers", author.By[0].Capacity)
	assert.False(t, author.Vouched)
	assert.Equal(t, []ParticipantID{"un-eca"}, r.AccreditedBy(said))
	assert.Empty(t, r.AccreditedBy(id), "its accreditor is a member")
	_, ok = r.AccreditedAuthor("ngo")
	assert.False(t, ok)

	// As of a day before, the first answered alone, and nobody objected.
	early, err := Read(f.snapshot(), f.genesis, f.records(), minute(15))
	require.NoError(t, err)
	author, _ = early.AccreditedAuthor("a.voices")
	assert.Equal(t, []string{"accredited by A Coalition (ngo), since 2026-01-01T00:10:00Z: in force"}, author.Lines())
	none, err := Read(f.snapshot(), f.genesis, f.records(), minute(5))
	require.NoError(t, err)
	assert.Empty(t, none.Accredited())
}
