package federation

import (
	"slices"
	"time"

	"stocktake/review"
)

// enter takes a document's place in the own log, if its quota leaves one. What
// is being appended elsewhere at the same time has its places too, so the log
// never grows beyond; leave gives the place back once the record is there.
//
// The last places are kept for what the log itself has to say: the receipts,
// without which the documents before them were never filed, and proofs of forks.
func (d *Door) enter(chain *review.Chain, document *review.Document) (leave func(), err error) {
	o := d.Writer.Origin()
	leave = func() { d.entering.Add(-1) }
	taken := uint64(d.entering.Add(1)) // before the size is read, so that no record is in neither
	entries, limited := chain.Quota(o, time.Now())
	if !limited {
		return leave, nil
	}
	log, _ := chain.Log(o)
	room := entries
	if own := document.Author == log.Participant && slices.Contains([]review.Kind{review.KindReceipt, review.KindFork}, document.Kind); !own {
		room -= min(room, quotaReserve)
	}
	if held := d.Store.Head(o).Size; held+taken > room {
		leave()
		return nil, review.OverQuota(held, entries)
	}
	return leave, nil
}
