package federation

import (
	"slices"
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// absent are documents whose payload should be here and is not. They are
// looked for page by page: every connected peer is asked for the whole page
// once, then the next page comes, and after the last one the first again.
type absent struct {
	page    []review.DocumentID          // ascending
	asked   map[review.ParticipantID]int // how much of the page each was asked for
	found   map[review.DocumentID]bool
	after   review.DocumentID // where the next page begins
	listing bool
	next    time.Time // when to list again; zero if nothing is missing
}

// again makes the list be read once more: a record came without its payload,
// or a peer came that may have what the others lack. While a page is worked
// on, that follows by itself.
func (a *absent) again(now time.Time) {
	if len(a.page) == 0 {
		a.next = now
	}
}

func (c *Core) missingListed(e MissingListed) {
	a := &c.absent
	a.listing = false
	a.page = e.IDs[:min(len(e.IDs), maxMissing)]
	a.asked = make(map[review.ParticipantID]int)
	a.found = make(map[review.DocumentID]bool)
	switch {
	case len(a.page) > 0:
		a.after = a.page[len(a.page)-1]
	case a.after != "":
		a.after = ""
		a.next = c.now.Add(c.timing.CatchUp)
	}
}

// payloadsDue asks each connected peer that is not already busy with it for
// the next payloads of the page.
func (c *Core) payloadsDue() {
	a := &c.absent
	if len(a.page) == 0 {
		c.listDue()
		return
	}
	done, alone := true, true
	for _, id := range c.order {
		p := c.peers[id]
		if !p.connected {
			continue
		}
		alone = false
		if ids := c.nextMissing(id); len(ids) > 0 {
			p.payloads = true
			c.ask(asked{to: id, request: PayloadsRequest{IDs: ids}})
		}
		done = done && !p.payloads
	}
	if done && !alone {
		a.page = nil
		a.next = c.now.Add(c.timing.Retry)
		c.due(a.next)
	}
}

// nextMissing takes the next IDs of the page that a peer is to be asked for.
func (c *Core) nextMissing(id review.ParticipantID) (ids []review.DocumentID) {
	a := &c.absent
	if c.peers[id].payloads {
		return nil
	}
	for a.asked[id] < len(a.page) && len(ids) < maxPayloadIDs {
		if doc := a.page[a.asked[id]]; !a.found[doc] {
			ids = append(ids, doc)
		}
		a.asked[id]++
	}
	return ids
}

func (c *Core) listDue() {
	a := &c.absent
	switch {
	case a.listing || a.next.IsZero():
	case c.now.Before(a.next):
		c.due(a.next)
	default:
		a.listing = true
		a.next = time.Time{}
		c.emit(ListMissing{After: a.after})
	}
}

func (c *Core) payloadsAnswered(a asked, request PayloadsRequest, answer PayloadsAnswer, ok bool) {
	c.peer(a.to).payloads = false
	if !ok {
		return
	}
	var payloads [][]byte
	for _, payload := range answer.Payloads {
		id := review.DocumentID(signing.PayloadDigest(payload).String())
		if _, asked := slices.BinarySearch(request.IDs, id); asked {
			payloads = append(payloads, payload)
			c.absent.found[id] = true
		}
	}
	if len(payloads) > 0 {
		c.emit(Reveal{Payloads: payloads})
	}
}
