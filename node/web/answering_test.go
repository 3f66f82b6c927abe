package web_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/review"
	"stocktake/signing"
)

// Wherever an author is shown whom the charter does not list, so is who answers
// for it, and who objects to that. What they wrote is text and nothing else.
func TestPagesSayWhoAnswersForAnAuthor(t *testing.T) {
	if testing.Short() {
		t.Skip("it is about seconds, which the race detector stretches")
	}
	w := open(t)
	ctx := context.Background()
	founding, err := w.home.Founding()
	require.NoError(t, err)
	accredit := func(a review.Accreditation) (*signing.DocumentSigner, review.DocumentID) {
		key, err := signing.GenerateDocumentKey()
		require.NoError(t, err)
		a.Key = key.Key().Base64()
		e, err := node.SignAccreditation(w.authors["xsa"], "xsa", founding, a)
		require.NoError(t, err)
		filed, err := w.client.File(ctx, e)
		require.NoError(t, err)
		return key, filed.ID
	}
	protected, vouch := accredit(review.Accreditation{Participant: "a.observer", Type: "protected-author", Capacity: script("capacity")})
	_, _ = accredit(review.Accreditation{Participant: "a.voices", Type: "civil-society", Name: script("name of an accredited")})

	file := func(key *signing.DocumentSigner, author review.ParticipantID, draft string) review.DocumentID {
		payload, err := review.Complete([]byte(draft+"language: en\nsample: true\n"), review.Completion{
			Federation: w.genesis.ID, Charter: w.genesis.ID, Author: author, Created: node.Now(), Salt: node.NewSalt(),
		})
		require.NoError(t, err)
		e, err := key.Sign(payload)
		require.NoError(t, err)
		filed, err := w.client.File(ctx, e)
		require.NoError(t, err)
		return filed.ID
	}
	said := file(protected, "a.observer", "kind: pledge\ntitle: SAMPLE of an observer\nform: individual\nobjectives: [6]\ndue: not-stated\n")
	challenge := file(w.authors["xsa"], "xsa", "kind: comment\ntitle: SAMPLE of a challenge\nabout: "+string(vouch)+"\ntype: challenge\ntext: Who is this?\n")
	require.NoError(t, w.settle())

	d, err := w.client.Document(ctx, said)
	require.NoError(t, err)
	require.True(t, d.Label.Counts, d.Label.Reason)
	require.NotNil(t, d.Accredited)
	assert.True(t, d.Accredited.Vouched)
	assert.Equal(t, []review.DocumentID{challenge}, d.Accredited.By[0].Challenges)

	for address, wants := range map[string][]string{
		"/documents/" + string(said):  {"Vouched for, not named, by", "a.observer (not named)", string(vouch), string(challenge), "challenged"},
		"/documents/" + string(vouch): {"Who answers for this author", string(challenge)},
		"/participants/a.observer":    {"Who answers for it", "in force", "vouches that the key", string(said)},
		"/participants":               {"Accredited authors, whom the charter does not list", "a.observer (not named)", "/participants/a.voices"},
	} {
		page := string(w.get(t, address))
		for _, want := range wants {
			assert.Contains(t, page, want, address)
		}
		assert.NotContains(t, page, script("capacity"), address)
		assert.NotContains(t, page, script("name of an accredited"), address)
	}
	for _, want := range []string{"a.observer (not named)", "Who answers for authors whom the charter does not list", "in force, challenged"} {
		assert.Contains(t, string(w.get(t, "/stocktake?scope=participant:a.observer")), want)
	}
}
