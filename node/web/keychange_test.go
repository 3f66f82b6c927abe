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

// A key that is delegated in one moment signs in the next: the door waits until
// the change is final, and the page says whose office it was.
func TestAPageSaysWhoseOfficeSigned(t *testing.T) {
	if testing.Short() {
		t.Skip("it is about seconds, which the race detector stretches")
	}
	w := open(t)
	ctx := context.Background()
	office, err := signing.GenerateDocumentKey()
	require.NoError(t, err)
	founding, err := w.home.Founding()
	require.NoError(t, err)
	const holder = "Office of <b>Labour</b>"
	delegation, err := node.SignKeyChange(w.authors["xsa"], "xsa", founding, review.KeyChange{
		Common: review.Common{Title: "Key of an office"}, Action: "delegate", Key: office.Key().Base64(), Holder: holder, Kinds: []review.Kind{review.KindComment},
	})
	require.NoError(t, err)
	change, err := w.client.File(ctx, delegation)
	require.NoError(t, err)

	sign := func(draft string) signing.Envelope {
		payload, err := review.Complete([]byte(draft), review.Completion{
			Federation: w.genesis.ID, Charter: w.genesis.ID, Author: "xsa", Created: node.Now(), Salt: node.NewSalt(),
		})
		require.NoError(t, err)
		e, err := office.Sign(payload)
		require.NoError(t, err)
		return e
	}
	const sample = "\nlanguage: en\nsample: true\ntitle: SAMPLE of an office\n"
	comment, err := w.client.File(ctx, sign("kind: comment"+sample+"about: "+string(w.genesis.ID)+"\ntype: question\ntext: Who signs?\n"))
	require.NoError(t, err)
	_, err = w.client.File(ctx, sign("kind: pledge"+sample+"form: individual\nobjectives: [6]\ndue: not-stated\n"))
	require.ErrorContains(t, err, "was delegated for comment: sign a pledge with xsa's own key")
	require.NoError(t, w.settle())

	d, err := w.client.Document(ctx, comment.ID)
	require.NoError(t, err)
	assert.Equal(t, holder, d.Holder)
	assert.True(t, d.Label.Counts, d.Label.Reason)
	assert.Contains(t, string(w.get(t, "/documents/"+string(comment.ID))), "delegated to <bdi>Office of &lt;b&gt;Labour&lt;/b&gt;</bdi>")
	page := string(w.get(t, "/documents/"+string(change.ID)))
	assert.Contains(t, page, "Change of keys")
	assert.Contains(t, page, "Office of &lt;b&gt;Labour&lt;/b&gt;")

	revocation, err := node.SignKeyChange(w.authors["xsa"], "xsa", founding, review.KeyChange{
		Common: review.Common{Title: "End of a key"}, Action: "revoke", Key: office.Key().Base64(),
	})
	require.NoError(t, err)
	end, err := w.client.File(ctx, revocation)
	require.NoError(t, err)
	require.NoError(t, w.settle())
	d, err = w.client.Document(ctx, comment.ID)
	require.NoError(t, err)
	assert.True(t, d.Label.Counts, "what was filed before stays valid")
	require.NotNil(t, d.KeyEnded)
	assert.Equal(t, end.ID, d.KeyEnded.By)
	page = string(w.get(t, "/documents/"+string(comment.ID)))
	assert.Contains(t, page, "That key ended")
	assert.Contains(t, page, `by <a href="/en/documents/`+string(end.ID)+`">a change of keys</a>`)
}

func TestAPageSaysHowFarARecoveryOfKeysIs(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	fresh, err := signing.GenerateDocumentKey()
	require.NoError(t, err)
	founding, err := w.home.Founding()
	require.NoError(t, err)
	proposal, err := node.SignKeyChange(w.authors[host], host, founding, review.KeyChange{
		Common: review.Common{Title: "Recovery of keys"}, Action: "recover", Participant: "xsa", Key: fresh.Key().Base64(),
	})
	require.NoError(t, err)
	recovery, err := w.client.File(ctx, proposal)
	require.NoError(t, err)
	require.NoError(t, w.settle())
	page := func() string { return string(w.get(t, "/documents/"+string(recovery.ID))) }
	assert.Contains(t, page(), "too few guardians yet")
	assert.Contains(t, page(), "1 of 2 guardians are for it, 2 are needed")
	assert.Contains(t, string(w.get(t, "/participants/xsa")), "2 of them may together give it new keys")

	assert.Regexp(t, `Succeeds</dt><dd><a href="/en/participants/xsa">`, string(w.get(t, "/participants/xsb")))
	assert.Regexp(t, `Succeeded by</dt><dd><a href="/en/participants/xsb">`, string(w.get(t, "/participants/xsa")))

	contest, err := node.SignContest(w.authors["xsa"], "xsa", founding, recovery.ID)
	require.NoError(t, err)
	stop, err := w.client.File(ctx, contest)
	require.NoError(t, err)
	require.NoError(t, w.settle())
	assert.Contains(t, page(), `<a href="/en/documents/`+string(stop.ID)+`">See the contest</a>`)
	d, err := w.client.Document(ctx, recovery.ID)
	require.NoError(t, err)
	assert.Equal(t, stop.ID, d.Recovery.Contested)
}
