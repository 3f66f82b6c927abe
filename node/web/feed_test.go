package web_test

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomPerson struct {
	Names []string `xml:"http://www.w3.org/2005/Atom name"`
}

// atomCommon is what RFC 4287 asks of feeds and of entries (4.1.1, 4.1.2).
type atomCommon struct {
	IDs     []string     `xml:"http://www.w3.org/2005/Atom id"`
	Titles  []string     `xml:"http://www.w3.org/2005/Atom title"`
	Updated []string     `xml:"http://www.w3.org/2005/Atom updated"`
	Authors []atomPerson `xml:"http://www.w3.org/2005/Atom author"`
	Links   []atomLink   `xml:"http://www.w3.org/2005/Atom link"`
}

type atomFeed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	atomCommon
	Entries []struct {
		atomCommon
		Categories []struct {
			Term string `xml:"term,attr"`
		} `xml:"http://www.w3.org/2005/Atom category"`
	} `xml:"http://www.w3.org/2005/Atom entry"`
}

// conforms holds one feed or entry against RFC 4287.
func (c atomCommon) conforms(t *testing.T) {
	t.Helper()
	require.Len(t, c.IDs, 1)
	id, err := url.Parse(c.IDs[0])
	require.NoError(t, err)
	require.True(t, id.IsAbs(), "4.2.6: an IRI, and no relative one")
	require.Len(t, c.Titles, 1)
	require.NotEmpty(t, c.Titles[0])
	require.Len(t, c.Updated, 1)
	_, err = time.Parse(time.RFC3339, c.Updated[0])
	require.NoError(t, err, "3.3")
	require.NotEmpty(t, c.Authors, "4.1.2")
	for _, a := range c.Authors {
		require.Len(t, a.Names, 1, "3.2.1")
		require.NotEmpty(t, a.Names[0])
	}
	seen := map[string]bool{}
	for _, l := range c.Links {
		require.False(t, seen[l.Rel], "4.1.1: one link of a relation")
		seen[l.Rel] = true
		href, err := url.Parse(l.Href)
		require.NoError(t, err)
		require.True(t, href.IsAbs())
	}
	require.True(t, seen["alternate"], "4.1.2: an entry without content has one")
}

func (w *world) feed(t *testing.T, path string) *atomFeed {
	t.Helper()
	res, body := w.request(t, path)
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	require.Equal(t, "application/atom+xml", res.Header.Get("Content-Type"))
	var f atomFeed
	require.NoError(t, xml.Unmarshal([]byte(body), &f))
	f.conforms(t)
	ids := map[string]bool{f.IDs[0]: true}
	for _, e := range f.Entries {
		e.conforms(t)
		require.False(t, ids[e.IDs[0]], "4.1.1: an entry is there once")
		ids[e.IDs[0]] = true
		require.LessOrEqual(t, e.Updated[0], f.Updated[0])
	}
	return &f
}

func (c atomCommon) link(rel string) string {
	for _, l := range c.Links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func TestFeedsAreAtomAndSayWhatWasFiled(t *testing.T) {
	w := open(t)
	require.NoError(t, w.settle())
	all, err := w.client.Documents(t.Context(), web.Query{})
	require.NoError(t, err)
	byID := map[string]web.Listed{}
	for _, d := range all {
		if d.Filed == "" {
			continue
		}
		byID["https://stocktake.example/document/"+string(d.ID)] = d
	}
	f := w.feed(t, "/feed.atom")
	require.Equal(t, "http://"+w.address+"/feed.atom", f.link("self"))
	require.Equal(t, min(100, len(byID)), len(f.Entries))
	samples := 0
	for i, e := range f.Entries {
		d, known := byID[e.IDs[0]]
		require.True(t, known, e.IDs[0])
		assert.Equal(t, d.Filed, e.Updated[0])
		if i > 0 {
			assert.LessOrEqual(t, e.Updated[0], f.Entries[i-1].Updated[0], "newest first")
		}
		if d.Sample {
			samples++
			assert.Contains(t, e.Titles[0], "SAMPLE")
			assert.Equal(t, "sample", e.Categories[len(e.Categories)-1].Term)
		}
		assert.NotEmpty(t, w.get(t, strings.TrimPrefix(e.link("alternate"), "http://"+w.address)))
	}
	assert.Positive(t, samples)

	theirs := w.feed(t, "/participants/xsa/feed.atom")
	require.NotEmpty(t, theirs.Entries)
	assert.NotEqual(t, f.IDs, theirs.IDs)
	for _, e := range theirs.Entries {
		assert.Equal(t, review.ParticipantID("xsa"), byID[e.IDs[0]].Author)
	}
	res, _ := w.request(t, "/participants/nobody/feed.atom")
	assert.Equal(t, http.StatusNotFound, res.StatusCode)
}

func TestAFeedOfNothingIsAFeed(t *testing.T) {
	w := open(t)
	server := httptest.NewServer(web.Handler(justJoined{w.node, w}, web.Options{Logger: quiet()}))
	defer server.Close()
	empty := &world{address: strings.TrimPrefix(server.URL, "http://")}
	f := empty.feed(t, "/feed.atom")
	assert.Empty(t, f.Entries)
}
