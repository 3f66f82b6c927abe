package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// TestErasedContentIsGoneAndTheFactStays files a pledge with a comment, has its
// author withdraw it with its content, and asks the node in every way it has.
// TestErasingSilencesNoAssessment: a shadow report on what its author had
// erased goes on counting.
func TestErasingSilencesNoAssessment(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	file := func(author review.ParticipantID, draft string) review.DocumentID {
		e, err := w.sign([]byte(draft), author, author)
		require.NoError(t, err)
		filed, err := w.client.File(ctx, e)
		require.NoError(t, err)
		return filed.ID
	}
	const sample = "language: en\nsample: true\n"
	pledge := file("xsa", "kind: pledge\n"+sample+"title: SAMPLE pledge\nform: individual\nobjectives: [6]\ndue: not-stated\n")
	shadow := file("sample-coalition", "kind: assessment\n"+sample+"title: SAMPLE shadow report\nabout: "+string(pledge)+"\ntype: shadow\nfindings:\n  - objective: 6\n    rating: not-started\n    text: Nothing was done.\n")
	require.NoError(t, w.settle())
	withdrawal := file("xsa", "kind: withdrawal\n"+sample+"title: SAMPLE withdrawal\nabout: "+string(pledge)+"\nreason: None.\nerase: true\n")
	require.NoError(t, w.settle())
	require.NoError(t, eventually(func() error {
		d, err := w.client.Document(ctx, pledge)
		if err == nil && d.Absence != "erased" {
			err = fmt.Errorf("the content of %s is %s", pledge, d.Absence)
		}
		return err
	}))
	for id, counts := range map[review.DocumentID]bool{pledge: false, shadow: true, withdrawal: true} {
		d, err := w.client.Document(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, counts, d.Label.Counts, "%s %s", d.Kind, d.Label.Reason)
	}
}

func TestErasedContentIsGoneAndTheFactStays(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	const secret, reason = "PLAINLY-RECOGNISABLE", "REASON-THAT-STAYS"
	file := func(author review.ParticipantID, draft string) review.DocumentID {
		e, err := w.sign([]byte(draft), author, author)
		require.NoError(t, err)
		filed, err := w.client.File(ctx, e)
		require.NoError(t, err)
		return filed.ID
	}
	const sample = "language: en\nsample: true\n"
	pledge := "kind: pledge\n" + sample + "title: SAMPLE " + secret + "\nsummary: Say " + secret + "\nform: individual\nobjectives: [6]\ndue: not-stated\n"
	envelope, err := w.sign([]byte(pledge), "xsa", "xsa")
	require.NoError(t, err)
	first, err := w.client.File(ctx, envelope)
	require.NoError(t, err)
	id := first.ID
	comment := file("xsb", "kind: comment\n"+sample+"title: SAMPLE of a comment\nabout: "+string(id)+"\ntype: question\ntext: What does it mean?\n")
	require.NoError(t, w.settle())
	before, err := w.client.Snapshot(ctx)
	require.NoError(t, err)

	t.Run("a withdrawal by somebody else erases nothing", func(t *testing.T) {
		e, err := w.sign([]byte("kind: withdrawal\n"+sample+"title: SAMPLE\nabout: "+string(id)+"\nreason: Not mine.\nerase: true\n"), "xsb", "xsb")
		require.NoError(t, err)
		_, err = w.client.File(ctx, e)
		assert.ErrorContains(t, err, "this is a document of xsa")
	})

	withdrawal := file("xsa", "kind: withdrawal\n"+sample+"title: SAMPLE of a withdrawal\nabout: "+string(id)+"\nreason: "+reason+"\nerase: true\n")
	require.NoError(t, eventually(func() error {
		d, err := w.client.Document(ctx, id)
		if err == nil && d.Absence != "erased" {
			err = fmt.Errorf("its content is %s", d.Absence)
		}
		return err
	}))

	d, err := w.client.Document(ctx, id)
	require.NoError(t, err)
	assert.Nil(t, d.Statement)
	assert.Equal(t, first.Index, d.Index)
	assert.NotEmpty(t, d.Filed, "the filing time stays")
	assert.NotEmpty(t, d.Erased)
	assert.Equal(t, review.ReasonWithdrawn, d.Label.Reason)
	require.NotNil(t, d.Withdrawn)
	assert.Equal(t, review.Withdrawn{By: withdrawal, Author: "xsa", Reason: reason, Filed: d.Erased, Erase: true}, *d.Withdrawn)

	list, err := w.client.Documents(ctx, web.Query{Kind: d.Kind})
	require.NoError(t, err)
	listed := false
	for _, l := range list {
		listed = listed || l.ID == id && l.Author == "xsa" && l.Title == ""
	}
	assert.True(t, listed, "the list has lost it")

	thread, err := w.client.Thread(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, review.ParticipantID("xsa"), thread.Author)
	require.Len(t, thread.Replies, 2, "what others said about it stays")
	assert.ElementsMatch(t, []review.DocumentID{comment, withdrawal}, []review.DocumentID{thread.Replies[0].ID, thread.Replies[1].ID})

	for _, path := range []string{
		"/api/v1/documents", "/api/v1/documents/" + string(id), "/api/v1/documents/" + string(id) + "/thread",
		"/documents/" + string(id), "/documents?author=xsa", "/api/v1/stocktake?scope=global", "/stocktake?scope=global",
		"/documents/" + string(comment), "/participants/xsa", "/log/" + string(d.Log) + "/tile/entries/" + tilePath(0, int64(size(t, w))),
	} {
		assert.NotContains(t, string(w.get(t, path)), secret, path)
	}
	page := string(w.get(t, "/documents/"+string(id)))
	assert.Contains(t, page, "Erased: withdrawn by its author on ")
	assert.Contains(t, page, reason)
	for _, below := range []string{"/envelope"} {
		res, err := http.Get("http://" + w.address + "/api/v1/documents/" + string(id) + below)
		require.NoError(t, err)
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		require.NoError(t, err)
		assert.Equal(t, http.StatusNotFound, res.StatusCode)
		assert.Contains(t, string(b), "erased: withdrawn by its author on 20")
	}

	assert.True(t, recompute(t, w)[id], "the log has lost the leaf")

	t.Run("that it was said, when, and taken back, is proven without it", func(t *testing.T) {
		files, err := w.client.Export(ctx, id)
		require.NoError(t, err)
		assert.NotContains(t, files, review.FilePAE)
		for line := range bytes.Lines(slices.Concat(files[review.FileBundle], []byte("\n"), files[review.FileRelated])) {
			b, err := signing.ParseBundle(line)
			require.NoError(t, err)
			assert.NotContains(t, string(b.Payload), secret)
		}
		v, err := review.Verify(files)
		require.NoError(t, err)
		assert.Equal(t, d.Filed, v.Filed)
		require.NotNil(t, v.Withdrawn)
		assert.Equal(t, withdrawal, v.Withdrawn.By)
		assert.True(t, v.Withdrawn.Erase)
	})

	t.Run("it is not taken back", func(t *testing.T) {
		_, err := w.client.File(ctx, envelope)
		assert.ErrorContains(t, err, "withdrawn by its author and erased")
	})
	t.Run("what was said about it exports without it", func(t *testing.T) {
		files, err := w.client.Export(ctx, comment)
		require.NoError(t, err)
		assert.NotContains(t, files, review.FileAbout)
		_, err = review.Verify(files)
		assert.NoError(t, err)
		assert.Contains(t, string(w.get(t, "/documents/"+string(comment))), "--digest "+string(id)+" --digestAlg sha256")
	})
	t.Run("an older snapshot that counts on it has no stocktake here", func(t *testing.T) {
		var cannot *review.CannotComputeError
		_, err := w.client.Assemble(ctx, web.AssembleRequest{Scope: "global", Snapshot: &before})
		require.ErrorAs(t, err, &cannot)
		assert.Equal(t, []review.DocumentID{id}, cannot.Missing)
		now, err := w.client.Snapshot(ctx)
		require.NoError(t, err)
		_, err = w.client.Assemble(ctx, web.AssembleRequest{Scope: "global", Snapshot: &now})
		assert.NoError(t, err)
		assert.Contains(t, now.Log(d.Log).Absent, d.Index)
	})
	t.Run("what everybody's figures rest on is not erased", func(t *testing.T) {
		receipts, err := w.client.Documents(ctx, web.Query{Kind: review.KindReceipt})
		require.NoError(t, err)
		openings, err := w.client.Documents(ctx, web.Query{Kind: review.KindOpening})
		require.NoError(t, err)
		accessions, err := w.client.Documents(ctx, web.Query{Kind: review.KindAccession, About: w.genesis.ID}) // those to a pledge can be taken back
		require.NoError(t, err)
		for _, about := range []review.DocumentID{w.genesis.ID, withdrawal, receipts[0].ID, openings[0].ID, accessions[0].ID} {
			of, err := w.client.Document(ctx, about)
			require.NoError(t, err)
			e, err := w.sign([]byte("kind: withdrawal\n"+sample+"title: SAMPLE\nabout: "+string(about)+"\nreason: Away with it.\nerase: true\n"), of.Author, of.Author)
			require.NoError(t, err)
			_, err = w.client.File(ctx, e)
			assert.ErrorContains(t, err, "cannot be taken back", string(of.Kind))
			again, err := w.client.Document(ctx, about)
			require.NoError(t, err)
			assert.NotNil(t, again.Statement)
		}
	})
}

// size is how many records the node's own log has.
func size(t *testing.T, w *world) uint64 {
	t.Helper()
	s, err := w.client.Status(context.Background())
	require.NoError(t, err)
	return s.Size
}
