package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"stocktake/review"
)

// Event is one thing that happened at a node, as GET /api/v1/events tells it.
type Event struct {
	Name string
	Data any // as JSON
}

// The events, with the types of their data.
const (
	EventReset    = "reset"    // EventsFrom: read anew, and go on from here
	EventHead     = "head"     // LogHead: a log has another head here
	EventReceived = "received" // DocumentReceived
	EventFiled    = "filed"    // DocumentFiled: a quorum of witnesses has it
)

// EventsFrom is the state that later events start from.
type EventsFrom struct {
	Snapshot string `json:"snapshot"` // digest
}

// LogHead is the head of a log.
type LogHead struct {
	Log  review.Origin `json:"log"`
	Size uint64        `json:"size"`
	Root string        `json:"root"` // base64
}

// DocumentReceived says that a document is here.
type DocumentReceived struct {
	ID     review.DocumentID    `json:"id"`
	Kind   review.Kind          `json:"kind"`
	Author review.ParticipantID `json:"author"`
	Log    review.Origin        `json:"log"`
	Index  uint64               `json:"index"`
}

// DocumentFiled says that a document is final.
type DocumentFiled struct {
	ID        review.DocumentID `json:"id"`
	Filed     string            `json:"filed"`
	Witnesses int               `json:"witnesses"`
}

// Events are those of a node, the last of them kept for listeners that come
// back. Nobody has to find out what happens while nobody listens.
type Events struct {
	boot string // of this program's run: numbers mean nothing in another

	mu        sync.Mutex
	kept      []Event
	next      uint64        // number of the event after the last
	more      chan struct{} // closed at the next event
	listeners int
	following bool          // somebody publishes what happens
	wanted    chan struct{} // has one in it if somebody should
	ended     bool
}

// NewEvents has none yet. The name has to differ at each start.
func NewEvents(boot string) *Events {
	return &Events{boot: boot, next: 1, more: make(chan struct{}), wanted: make(chan struct{}, 1)}
}

// Wanted receives when somebody listens and nobody publishes. Whoever receives
// publishes from then on, first of all an EventReset, until Unwanted.
func (e *Events) Wanted() <-chan struct{} { return e.wanted }

// Unwanted is whether nobody listens any more; then the publisher is done.
func (e *Events) Unwanted() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.listeners == 0 {
		e.following = false
	}
	return e.listeners == 0
}

// Publish tells listeners.
func (e *Events) Publish(events ...Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = append(e.kept, events...)
	e.kept = e.kept[max(0, len(e.kept)-maxEvents):]
	e.next += uint64(len(events))
	close(e.more)
	e.more = make(chan struct{})
}

// End sends all listeners away.
func (e *Events) End() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.ended {
		e.ended = true
		close(e.more)
	}
}

var errListeners = &AnswerError{http.StatusServiceUnavailable, "busy", "as many listen for events as the node takes; ask again later, or ask for what you need now and then"}

// listen takes a listener's place. From is the number of the first event that it
// has not had; reset, that it has to read anew first.
func (e *Events) listen(last string) (from uint64, reset bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended || e.listeners >= maxListeners {
		return 0, false, errListeners
	}
	e.listeners++
	if !e.following {
		e.following = true
		select {
		case e.wanted <- struct{}{}:
		default:
		}
	} else {
		reset = true
	}
	from = e.next
	if boot, number, ok := strings.Cut(last, "-"); ok && boot == e.boot {
		if n, err := strconv.ParseUint(number, 10, 64); err == nil && n < e.next && n+1+uint64(len(e.kept)) >= e.next {
			return n + 1, false, nil
		}
	}
	return from, reset, nil
}

func (e *Events) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listeners--
}

// since are the events from a number on. Ok is false if some are kept no more.
func (e *Events) since(from uint64) (events []Event, more <-chan struct{}, ended, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := e.next - from
	if n > uint64(len(e.kept)) {
		return nil, e.more, e.ended, false
	}
	return append([]Event{}, e.kept[uint64(len(e.kept))-n:]...), e.more, e.ended, true
}

// routeEvents adds a stream of server-sent events (HTML Standard, 9.2). Each
// has an ID; whoever comes back with the last as Last-Event-ID gets what
// happened since, or a reset where that is not kept.
func (n *site) routeEvents(mux *http.ServeMux) {
	if n.Events != nil {
		n.routeEndpoints(mux, []endpoint{{
			method: "GET", path: "/api/v1/events", about: "What happens at the node, as server-sent events: reset, head, received, filed.", limit: maxDownloadTime,
			answer: n.getEvents, gives: content{mediaEvents, nil},
		}})
	}
}

const mediaEvents = "text/event-stream"

func (n *site) getEvents(w http.ResponseWriter, r *http.Request) error {
	from, reset, err := n.Events.listen(r.Header.Get("Last-Event-ID"))
	if err != nil {
		return err
	}
	defer n.Events.leave()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx keeps it back otherwise
	out := &eventWriter{patientWriter{w: w, control: http.NewResponseController(w), mediaType: mediaEvents}}
	if err := out.send(": stocktake\n\n"); err != nil {
		return nil // nobody listens
	}
	heartbeat := time.NewTicker(heartbeatEvery)
	defer heartbeat.Stop()
	for {
		if reset {
			if err := n.sendReset(r.Context(), out, from); err != nil {
				return nil
			}
			reset = false
		}
		events, more, ended, ok := n.Events.since(from)
		if ended {
			return nil
		}
		if !ok {
			n.Events.mu.Lock()
			from, reset = n.Events.next, true
			n.Events.mu.Unlock()
			continue
		}
		for _, e := range events {
			if err := out.event(n.Events.boot, from, e); err != nil {
				return nil
			}
			from++
		}
		select {
		case <-more:
		case <-heartbeat.C:
			if out.send(": still here\n\n") != nil {
				return nil
			}
		case <-r.Context().Done():
			return nil
		}
	}
}

// sendReset has a listener read anew; what happens from then on follows.
func (n *site) sendReset(ctx context.Context, out *eventWriter, from uint64) error {
	s, err := n.Snapshot(ctx)
	if err != nil {
		return err
	}
	return out.event(n.Events.boot, from-1, Event{EventReset, EventsFrom{s.Digest()}})
}

// eventWriter sends each event at once.
type eventWriter struct{ patientWriter }

func (w *eventWriter) event(boot string, number uint64, e Event) error {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return err
	}
	return w.send(fmt.Sprintf("id: %s-%d\nevent: %s\ndata: %s\n\n", boot, number, e.Name, data))
}

func (w *eventWriter) send(s string) error {
	_, err := w.Write([]byte(s))
	return errors.Join(err, w.control.Flush())
}
