package node

import (
	"context"
	"encoding/base64"
	"time"

	"stocktake/node/web"
	"stocktake/review"
)

// tellEvents finds out what happens while somebody listens, until ctx ends.
func (n *Node) tellEvents(ctx context.Context) error {
	defer n.events.End()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-n.events.Wanted():
			if err := n.follow(ctx); err != nil {
				return err
			}
		}
	}
}

// eventPause is the least time between two looks: a burst of records is told
// together, and looking never takes more than a tenth of the time.
const eventPause = 200 * time.Millisecond

// follow publishes what happens until nobody listens.
func (n *Node) follow(ctx context.Context) error {
	var f following
	for !n.events.Unwanted() {
		grown := n.runner.Grown()
		began := time.Now()
		if reading, err := n.read(); err != nil {
			n.logger.Error("events not told", "err", err)
			f = following{} // and told to read anew, once it can be read
		} else {
			news := f.news(n, reading.Reading)
			reading.done()
			n.events.Publish(news...)
		}
		pause := time.NewTimer(max(eventPause, 10*time.Since(began)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-grown:
		case <-time.After(eventIdle): // to see whether anybody listens still
		}
	}
	return nil
}

const eventIdle = 30 * time.Second

// following is what the listeners know: how long each log is, and which
// documents are not final yet.
type following struct {
	sizes   map[review.Origin]uint64
	pending map[review.DocumentID]bool
}

// news is what differs from the last time. Where that is nothing to go by, or so
// much that it is quicker to read anew, it is a reset.
func (f *following) news(n *Node, reading *review.Reading) (events []web.Event) {
	snapshot := reading.Snapshot()
	reset := f.sizes == nil
	sizes := map[review.Origin]uint64{}
	records := uint64(0)
	for _, l := range snapshot.Logs {
		sizes[l.Origin] = l.Size
		was := f.sizes[l.Origin]
		if l.Size < was { // it was rewound
			reset = true
			continue
		}
		if l.Size > was {
			records += l.Size - was
			events = append(events, web.Event{Name: web.EventHead, Data: web.LogHead{Log: l.Origin, Size: l.Size, Root: base64.StdEncoding.EncodeToString(l.Root[:])}})
		}
	}
	if reset || records > mostNews {
		*f = following{sizes, pendingIn(reading)}
		return []web.Event{{Name: web.EventReset, Data: web.EventsFrom{Snapshot: snapshot.Digest()}}}
	}
	for _, l := range snapshot.Logs {
		for i := f.sizes[l.Origin]; i < l.Size; i++ {
			if r, err := n.store.Record(l.Origin, i); err == nil {
				events = append(events, f.received(reading, r)...)
			}
		}
	}
	for id := range f.pending {
		if label, _ := reading.Label(id); label.Filed != "" {
			delete(f.pending, id)
			events = append(events, filedEvent(id, label))
		}
	}
	f.sizes = sizes
	return events
}

// mostNews is how many records are told one by one.
const mostNews = 256

// received tells of a record, unless it is a receipt or an opening, or its
// document lies elsewhere already.
func (f *following) received(reading *review.Reading, r review.Record) []web.Event {
	d, _ := reading.Document(r.ID())
	label, ok := reading.Label(r.ID())
	if !ok || d == nil || label.Place.Origin != r.Origin || label.Place.Index != r.Index || d.Kind.Bookkeeping() {
		return nil
	}
	if label.Filed == "" {
		f.pending[r.ID()] = true
	}
	events := []web.Event{{Name: web.EventReceived, Data: web.DocumentReceived{ID: d.ID, Kind: d.Kind, Author: d.Author, Log: r.Origin, Index: r.Index}}}
	if label.Filed != "" {
		events = append(events, filedEvent(d.ID, label))
	}
	return events
}

func filedEvent(id review.DocumentID, label review.Label) web.Event {
	return web.Event{Name: web.EventFiled, Data: web.DocumentFiled{ID: id, Filed: label.Filed, Witnesses: label.Witnesses}}
}

func pendingIn(reading *review.Reading) map[review.DocumentID]bool {
	pending := map[review.DocumentID]bool{}
	for id, d := range reading.List("", "", false).Backward() { // pending ones are the last
		if label, _ := reading.Label(id); label.Filed != "" {
			break
		}
		if d != nil {
			pending[id] = true
		}
	}
	return pending
}
