package federation

import (
	"slices"
	"time"

	"stocktake/review"
	"stocktake/signing"
)

// absent are documents whose payload should be here and is not. They are
// looked for page by page: each is asked of every connected peer once, then
// the next page comes, and after the last one the first again.
type absent struct {
	page    map[review.DocumentID]map[review.ParticipantID]bool // who was asked
	after   review.DocumentID                                   // where the next page begins
	listing bool
	next    time.Time // when to list again; zero if nothing is missing
}

func newAbsent() absent {
	return absent{page: make(map[review.DocumentID]map[review.ParticipantID]bool)}
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
	for _, id := range e.IDs[:min(len(e.IDs), maxMissing)] {
		a.page[id] = make(map[review.ParticipantID]bool)
	}
	switch {
	case len(e.IDs) > 0:
		a.after = slices.Max(e.IDs)
	case a.after != "":
		a.after = ""
		a.next = c.now.Add(c.timing.CatchUp)
	}
}

// payloadsDue asks each connected peer that is not already busy with it for
// the payloads that it has not been asked for.
func (c *Core) payloadsDue() {
	a := &c.absent
	if len(a.page) == 0 {
		c.listDue()
		return
	}
	open, alone := false, true // can some peer still be asked about this page?
	for _, id := range c.order {
		p := c.peers[id]
		if !p.connected {
			continue
		}
		alone = false
		if p.payloads {
			open = true
			continue
		}
		var ids []review.DocumentID
		for _, doc := range sortedKeys(a.page) {
			if !a.page[doc][id] && len(ids) < maxPayloadIDs {
				ids = append(ids, doc)
				a.page[doc][id] = true
			}
		}
		if len(ids) > 0 {
			open = true
			p.payloads = true
			c.ask(asked{to: id, request: PayloadsRequest{IDs: ids}})
		}
	}
	if !open && !alone {
		clear(a.page)
		a.next = c.now.Add(c.timing.Retry)
		c.due(a.next)
	}
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
	var found [][]byte
	for _, payload := range answer.Payloads {
		id := review.DocumentID(signing.PayloadDigest(payload).String())
		if _, asked := slices.BinarySearch(request.IDs, id); asked {
			found = append(found, payload)
			delete(c.absent.page, id)
		}
	}
	if len(found) > 0 {
		c.emit(Reveal{Payloads: found})
		c.absent.again(c.now) // if that was all of this page, on to the next
	}
}
