package browser

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
)

// narrative files a pledge with a long text that is nothing but payloads, as
// they are: no rule looks into an attachment.
func (s *stored) narrative(t *testing.T, chosen []payload) review.DocumentID {
	t.Helper()
	var b strings.Builder
	b.WriteString("5a17\n")
	for _, p := range chosen {
		b.WriteString(p.text + "\n")
	}
	content := []byte(b.String())
	require.LessOrEqual(t, len(content), review.MaxNarrative)
	m, err := review.NewAttachmentManifest(content, node.NewSalt())
	require.NoError(t, err)
	payload, err := review.Complete([]byte("kind: pledge\nlanguage: en\nsample: true\ntitle: SAMPLE with a narrative\nform: individual\nobjectives: [6]\ndue: not-stated\n"), review.Completion{
		Federation: s.genesis.ID, Charter: s.genesis.ID, Author: "xsb", Created: node.Now(), Salt: node.NewSalt(),
		Attachments: []review.Subject{review.AttachmentSubject("narrative-en.txt", m.Digest()), review.AttachmentSubject("annex-1.html", m.Digest())},
	})
	require.NoError(t, err)
	e, err := s.authors["xsb"].Sign(payload)
	require.NoError(t, err)
	filed, err := s.client.File(t.Context(), e)
	require.NoError(t, err)
	require.NoError(t, web.SendAttachment(t.Context(), s.client, m.Digest(), bytes.NewReader(append(append(m.Marshal(), '\n'), content...))))
	for _, p := range chosen { // and no payload is a name for one
		fields := map[string]any{"author": "xsb", "language": "en", "created": node.Now(), "salt": node.NewSalt(), "federation": string(s.genesis.ID), "title": "SAMPLE", "sample": true, "form": "individual", "objectives": []int{6}, "due": review.NotStated}
		e, err := s.authors["xsb"].Sign(review.Compose(review.KindPledge, []review.Subject{{Name: "charter", Digest: s.genesis.ID}, {Name: "attachments/" + p.text, Digest: m.Digest()}}, fields))
		require.NoError(t, err)
		_, err = s.client.File(t.Context(), e)
		assert.True(t, errors.As(err, new(review.Refusal)), "an attachment was called %q: %v", p.text, err)
	}
	s.withFiles = filed.ID
	return filed.ID
}

// hide has the node's own policy keep a document from its pages, for a reason
// that is a payload; the reason is shown instead.
func (s *stored) hide(t *testing.T, id review.DocumentID, chosen []payload) review.DocumentID {
	t.Helper()
	reason := ""
	for _, p := range chosen {
		if next := reason + " " + p.text; fitsALine(p.text) && len(next) < 300 {
			reason = strings.TrimSpace(next)
		}
	}
	e, err := s.authors[storedHost].Sign(review.Compose(review.KindPolicy, []review.Subject{{Name: "charter", Digest: s.genesis.ID}}, &review.Policy{
		Common: review.Common{Federation: s.genesis.ID, Author: storedHost, Language: "en", Created: node.Now(), Salt: node.NewSalt(), Title: "SAMPLE", Sample: true},
		Rules:  []review.DisplayRule{{What: string(id), Reason: reason}},
	}))
	require.NoError(t, err)
	filed, err := s.client.File(t.Context(), e)
	require.NoError(t, err)
	s.settle(t)
	return filed.ID
}

// readFiles reads what is taken along: tables for spreadsheets, stocktakes as one
// page, which has no policy where it is opened, feeds, and every download's name.
func (s *stored) readFiles(t *testing.T, l *lookout, sum *tally, chosen []payload) {
	t.Helper()
	rows := 0
	for _, scope := range []string{"", "?scope=participant:xsa", "?scope=objective:6"} {
		archive := s.get(t, "/stocktake/tables.zip"+scope)
		files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		require.NoError(t, err)
		for _, f := range files.File {
			assert.True(t, isNeutral(strings.ReplaceAll(f.Name, "/", ".")), f.Name)
			if !strings.HasSuffix(f.Name, ".csv") {
				continue
			}
			r, err := f.Open()
			require.NoError(t, err)
			table := csv.NewReader(r)
			table.Comment = '#'
			all, err := table.ReadAll()
			require.NoError(t, err, f.Name)
			for _, row := range all {
				rows++
				for _, cell := range row {
					assert.False(t, isFormula(cell), "%s: a cell is a formula: %q", f.Name, cell)
				}
			}
		}
		alone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = w.Write(s.get(t, "/stocktake/page.html"+scope))
				return
			}
			w.WriteHeader(http.StatusNoContent)
		}))
		l.readAlone(t, sum, chosen, alone.URL+"/")
		alone.Close()
	}
	t.Logf("%d rows of tables", rows)
	for _, path := range []string{"/feed.atom", "/participants/xsa/feed.atom", "/participants/xsb/feed.atom"} {
		feed := xml.NewDecoder(bytes.NewReader(s.get(t, path)))
		for {
			token, err := feed.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, path)
			if start, ok := token.(xml.StartElement); ok {
				assert.Contains(t, []string{"feed", "id", "title", "updated", "author", "name", "link", "entry", "category"}, start.Name.Local, path)
			}
		}
	}
	s.downloads(t)
}

// downloads holds that whatever a browser saves has a neutral name, and says that
// it is to be saved.
func (s *stored) downloads(t *testing.T) {
	t.Helper()
	document := "/documents/" + string(s.withFiles)
	paths := []string{"/stocktake/tables.zip", "/stocktake/page.html", document + "/files.zip", document + "/attachments/annex-1.html", document + "/attachments/narrative-en.txt"}
	for _, path := range paths {
		res, err := http.Get("http://" + s.address + path)
		require.NoError(t, err)
		res.Body.Close()
		require.Equal(t, http.StatusOK, res.StatusCode, path)
		disposition, parameters, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
		require.NoError(t, err, path)
		assert.Equal(t, "attachment", disposition, path)
		assert.True(t, isNeutral(parameters["filename"]), "%s: %q", path, parameters["filename"])
		assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"), path)
	}
}
