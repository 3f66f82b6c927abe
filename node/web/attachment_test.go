package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

// attach files a pledge that names one attachment.
func (w *world) attach(t *testing.T, name string, content []byte) (review.DocumentID, review.AttachmentManifest) {
	t.Helper()
	m, err := review.NewAttachmentManifest(content, "00112233445566778899aabbccddeeff")
	require.NoError(t, err)
	pledge := []byte("kind: pledge\nlanguage: en\nsample: true\ntitle: SAMPLE with " + name + "\nform: individual\nobjectives: [6]\ndue: not-stated\n")
	payload, err := review.Complete(pledge, review.Completion{
		Federation: w.genesis.ID, Charter: w.genesis.ID, Author: "xsc", Created: "2026-01-02T03:04:05Z", Salt: fmt.Sprintf("%032x", len(content)),
		Attachments: []review.Subject{review.AttachmentSubject(name, m.Digest())},
	})
	require.NoError(t, err)
	e, err := w.authors["xsc"].Sign(payload)
	require.NoError(t, err)
	filed, err := w.client.File(t.Context(), e)
	require.NoError(t, err)
	return filed.ID, m
}

func stored(m review.AttachmentManifest, content []byte) io.ReadSeeker {
	return bytes.NewReader(append(append(m.Marshal(), '\n'), content...))
}

func (w *world) request(t *testing.T, path string) (*http.Response, string) {
	res, err := http.Get("http://" + w.address + path)
	require.NoError(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(b)
}

func TestAnAttachmentIsADownloadAndNeverShown(t *testing.T) {
	w := open(t)
	content := []byte("<html><script>alert(1)</script>" + strings.Repeat("x", 3*review.AttachmentChunk))
	id, m := w.attach(t, "annex-1.html", content)
	page := "/documents/" + string(id)

	_, body := w.request(t, page)
	require.Contains(t, body, "annex-1.html")
	require.Contains(t, body, "missing here")
	res, _ := w.request(t, page+"/attachments/annex-1.html")
	require.Equal(t, http.StatusNotFound, res.StatusCode)

	require.NoError(t, web.SendAttachment(t.Context(), w.client, m.Digest(), stored(m, content)))
	require.NoError(t, web.SendAttachment(t.Context(), w.client, m.Digest(), stored(m, content)), "again changes nothing")
	for _, path := range []string{page + "/attachments/annex-1.html", "/api/v1/attachments/" + string(m.Digest()) + "/chunks?from=0", "/api/v1/attachments/" + string(m.Digest()) + "/manifest"} {
		res, _ = w.request(t, path)
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Equal(t, "application/octet-stream", res.Header.Get("Content-Type"))
		require.True(t, strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment; filename="), path)
		require.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
		require.Equal(t, "default-src 'none'; sandbox", res.Header.Get("Content-Security-Policy"))
	}
	_, body = w.request(t, page+"/attachments/annex-1.html")
	require.Equal(t, string(content), body)
	res, _ = w.request(t, page+"/attachments/annex-2.html")
	require.Equal(t, http.StatusNotFound, res.StatusCode)
	_, body = w.request(t, page)
	require.Contains(t, body, `<a href="/documents/`+string(id)+`/attachments/annex-1.html" download>`)
	require.NotContains(t, body, "alert(1)")
}

func TestALongTextIsShownAsText(t *testing.T) {
	w := open(t)
	content := []byte("5a17\nThe long story.\n<script>alert(2)</script>\n")
	id, m := w.attach(t, "narrative-fr.txt", content)
	require.NoError(t, web.SendAttachment(t.Context(), w.client, m.Digest(), stored(m, content)))
	_, body := w.request(t, "/documents/"+string(id))
	require.Contains(t, body, "The long story.")
	require.Contains(t, body, "&lt;script&gt;alert(2)&lt;/script&gt;")
	require.NotContains(t, body, "<script>")
	require.NotContains(t, body, "5a17\n", "the first line is a salt")
	require.Contains(t, body, `lang="fr"`)
}

// A node takes what a document that it holds names, and nothing else.
func TestANodeTakesNoAttachmentThatNobodyNamed(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	content := bytes.Repeat([]byte("named by nobody "), 9000)
	m, err := review.NewAttachmentManifest(content, strings.Repeat("7", 32))
	require.NoError(t, err)
	require.ErrorIs(t, web.SendAttachment(ctx, w.client, m.Digest(), stored(m, content)), web.ErrNotFound)
	_, err = w.client.PutAttachmentPiece(ctx, m.Digest(), -1, m.Marshal())
	require.ErrorIs(t, err, web.ErrNotFound)

	_, m = w.attach(t, "annex-1.csv", content)
	other, err := review.NewAttachmentManifest(content, strings.Repeat("8", 32))
	require.NoError(t, err)
	var answer *web.AnswerError
	for name, put := range map[string]func() error{
		"chunks before the manifest": func() error {
			_, err := w.client.PutAttachmentPiece(ctx, m.Digest(), 0, content[:review.AttachmentChunk])
			return err
		},
		"another manifest": func() error { _, err := w.client.PutAttachmentPiece(ctx, m.Digest(), -1, other.Marshal()); return err },
		"no manifest":      func() error { _, err := w.client.PutAttachmentPiece(ctx, m.Digest(), -1, []byte("{}")); return err },
	} {
		require.ErrorAs(t, put(), &answer, name)
		require.Equal(t, http.StatusUnprocessableEntity, answer.Status, name)
	}
	_, err = w.client.PutAttachmentPiece(ctx, m.Digest(), -1, m.Marshal())
	require.NoError(t, err)
	for name, put := range map[string]func() error{
		"a later chunk": func() error {
			_, err := w.client.PutAttachmentPiece(ctx, m.Digest(), 2, content[2*review.AttachmentChunk:])
			return err
		},
		"a wrong chunk": func() error {
			_, err := w.client.PutAttachmentPiece(ctx, m.Digest(), 0, content[1:review.AttachmentChunk+1])
			return err
		},
		"half a chunk": func() error { _, err := w.client.PutAttachmentPiece(ctx, m.Digest(), 0, content[:100]); return err },
		"more than all": func() error {
			_, err := w.client.PutAttachmentPiece(ctx, m.Digest(), 0, append(bytes.Clone(content), 'x'))
			return err
		},
		"beyond its end": func() error { _, err := w.client.PutAttachmentPiece(ctx, m.Digest(), 500, []byte("x")); return err },
	} {
		require.ErrorAs(t, put(), &answer, name)
		require.Equal(t, http.StatusUnprocessableEntity, answer.Status, name)
	}
	// An interrupted transfer goes on where it ended.
	s, err := w.client.AttachmentState(ctx, m.Digest())
	require.NoError(t, err)
	require.Equal(t, web.AttachmentPartly, s.State)
	require.Zero(t, s.Next)
	_, err = w.client.PutAttachmentPiece(ctx, m.Digest(), 0, content[:review.AttachmentChunk])
	require.NoError(t, err)
	require.NoError(t, web.SendAttachment(ctx, w.client, m.Digest(), stored(m, content)))
	s, err = w.client.AttachmentState(ctx, m.Digest())
	require.NoError(t, err)
	require.Equal(t, web.AttachmentHeld, s.State)
}
