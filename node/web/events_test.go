package web_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/node/web"
	"stocktake/review"
)

// listener reads a stream of events.
type listener struct {
	t    *testing.T
	body io.ReadCloser
	scan *bufio.Scanner
}

func (w *world) listen(t *testing.T, last string) *listener {
	r, err := http.NewRequest("GET", "http://"+w.address+"/api/v1/events", nil)
	require.NoError(t, err)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := (&http.Client{Timeout: 30 * time.Second}).Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	t.Cleanup(func() { res.Body.Close() })
	return &listener{t, res.Body, bufio.NewScanner(res.Body)}
}

// next is the next event of a name, of which the others are passed over.
func (l *listener) next(name string, data any) (id string) {
	l.t.Helper()
	got := map[string]string{}
	for l.scan.Scan() {
		if key, value, ok := strings.Cut(l.scan.Text(), ": "); ok {
			got[key] = value
			continue
		}
		if got["event"] == name {
			require.NoError(l.t, json.Unmarshal([]byte(got["data"]), data))
			return got["id"]
		}
		got = map[string]string{}
	}
	require.NoError(l.t, l.scan.Err())
	require.Fail(l.t, "the stream ended before "+name)
	return ""
}

func TestEventsFollowADocumentUntilItIsFiled(t *testing.T) {
	w := open(t)
	require.NoError(t, w.settle())
	l := w.listen(t, "")
	var start web.EventsFrom
	first := l.next(web.EventReset, &start)
	s, err := w.client.Snapshot(t.Context())
	require.NoError(t, err)
	require.Equal(t, s.Digest(), start.Snapshot)

	e, err := w.sign([]byte("kind: pledge\nlanguage: en\nsample: true\ntitle: SAMPLE to listen for\nform: individual\nobjectives: [6]\ndue: not-stated\n"), "xsa", "xsa")
	require.NoError(t, err)
	filed, err := w.client.File(t.Context(), e)
	require.NoError(t, err)
	var received web.DocumentReceived
	l.next(web.EventReceived, &received)
	assert.Equal(t, web.DocumentReceived{ID: filed.ID, Kind: review.KindPledge, Author: "xsa", Log: filed.Log, Index: filed.Index}, received)
	var final web.DocumentFiled
	last := l.next(web.EventFiled, &final)
	assert.Equal(t, filed.ID, final.ID)
	assert.Equal(t, 1, final.Witnesses)
	d, err := w.client.Document(t.Context(), filed.ID)
	require.NoError(t, err)
	assert.Equal(t, d.Filed, final.Filed)
	l.body.Close()

	again := w.listen(t, first)
	var head web.LogHead
	again.next(web.EventHead, &head)
	assert.Equal(t, filed.Log, head.Log)
	again.next(web.EventReceived, &received)
	assert.Equal(t, filed.ID, received.ID, "who comes back gets what happened since")
	assert.Equal(t, last, again.next(web.EventFiled, &final))

	for _, stale := range []string{"other-3", "nonsense", first + "9", strings.Repeat("9", 4000)} {
		var anew web.EventsFrom
		w.listen(t, stale).next(web.EventReset, &anew)
		assert.Len(t, anew.Snapshot, 64, "who cannot be told everything reads anew")
	}
}

func TestSoManyMayListenAndNoMore(t *testing.T) {
	w := open(t)
	var all []*listener
	defer func() {
		for _, l := range all {
			l.body.Close()
		}
	}()
	for range 200 {
		res, err := http.Get("http://" + w.address + "/api/v1/events")
		require.NoError(t, err)
		if res.StatusCode == http.StatusServiceUnavailable {
			res.Body.Close()
			break
		}
		all = append(all, &listener{t, res.Body, bufio.NewScanner(res.Body)})
	}
	assert.LessOrEqual(t, len(all), 32)
	assert.Greater(t, len(all), 20)
	var start web.EventsFrom
	for _, l := range all {
		l.next(web.EventReset, &start)
	}
	assert.NotEmpty(t, w.get(t, "/"), "others are served")
}
