package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEventsThatAreKeptAreToldInOrderAndOthersAreAReset(t *testing.T) {
	e := NewEvents("boot")
	from, reset, err := e.listen("")
	require.NoError(t, err)
	require.False(t, reset, "the publisher's first event is one")
	<-e.Wanted()
	for i := range maxEvents + 10 {
		e.Publish(Event{EventHead, i})
	}
	_, _, _, ok := e.since(from)
	require.False(t, ok, "the first ones are kept no more")
	events, _, _, ok := e.since(from + 10)
	require.True(t, ok)
	require.Len(t, events, maxEvents)
	require.Equal(t, 10, events[0].Data)

	for last, reset := range map[string]bool{"boot-1034": false, "boot-10": false, "boot-9": true, "boot-1035": true, "other-1034": true, "boot": true, "": true} {
		_, got, err := e.listen(last)
		require.NoError(t, err)
		require.Equal(t, reset, got, last)
		require.False(t, e.Unwanted())
		e.leave()
	}
	e.leave()
	require.True(t, e.Unwanted())
	_, _, err = e.listen("boot-1034")
	require.NoError(t, err)
	require.Len(t, e.Wanted(), 1, "somebody has to find out again what happens")
	e.End()
	_, _, err = e.listen("")
	require.Error(t, err)
}

// connection is a recorder that takes deadlines, as a connection does.
type connection struct {
	*httptest.ResponseRecorder
	extended int
}

func (c *connection) SetReadDeadline(time.Time) error  { return nil }
func (c *connection) SetWriteDeadline(time.Time) error { c.extended++; return nil }

func TestAStreamLivesByItsHeartbeatAndEndsWithTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := NewEvents("boot")
		n := newSite(absentNode{}, Options{Events: e})
		w := &connection{ResponseRecorder: httptest.NewRecorder()}
		ended := make(chan error, 1)
		go func() { ended <- n.getEvents(w, httptest.NewRequest(http.MethodGet, "/api/v1/events", nil)) }()
		synctest.Wait()
		<-e.Wanted()
		e.Publish(Event{EventReset, EventsFrom{"s"}})
		time.Sleep(4*heartbeatEvery + time.Second)
		e.End()
		require.NoError(t, <-ended)
		require.True(t, strings.HasPrefix(w.Body.String(), ": stocktake\n\nid: boot-1\nevent: reset\ndata: {\"snapshot\":\"s\"}\n\n"), w.Body)
		require.Equal(t, 4, strings.Count(w.Body.String(), ": still here\n\n"))
		require.Positive(t, w.extended)
	})
}
