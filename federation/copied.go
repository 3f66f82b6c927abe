package federation

import (
	"slices"

	"stocktake/review"
	"stocktake/signing"
)

// A witness's word means a copy, content included. What it has of a log may have
// come from a peer that lost content, or kept it back, so before it cosigns it
// asks the log's own node for what it lacks. That may have lost it too: then
// there is a leaf whose content nobody has, and no reason to hold up the log.

// Uncopied are the documents that a checkpoint adds to what a witness cosigned
// and whose content should be here and is not, the first maxMissing of them.
func Uncopied(l Ledger, w WitnessState, o review.Origin, size uint64) (ids []review.DocumentID, err error) {
	last, _ := w.Witnessed(o)
	for from := last.Size; from < size && len(ids) < maxMissing; {
		entries, err := l.Entries(o, from, size, MaxRange)
		if err != nil || len(entries) == 0 {
			return nil, err
		}
		for _, e := range entries {
			if e.Absence == review.Missing {
				ids = append(ids, review.DocumentID(e.Leaf.Digest.String()))
			}
		}
		from += uint64(len(entries))
	}
	return ids[:min(len(ids), maxMissing)], nil
}

// Copy gets such content by asking for it, some at a time, and stores it. It is
// done when all was asked for and what is left is not to be had there; an error
// of ask ends it.
func Copy(ids []review.DocumentID, ask func(PayloadsRequest) (PayloadsAnswer, error), reveal func([][]byte)) error {
	for len(ids) > 0 {
		part := ids[:min(len(ids), maxPayloadIDs)]
		answer, err := ask(PayloadsRequest{IDs: part})
		if err != nil {
			return err
		}
		reveal(answer.Payloads)
		came := func(id review.DocumentID) bool {
			return slices.ContainsFunc(answer.Payloads, func(p []byte) bool { return signing.PayloadDigest(p).String() == string(id) })
		}
		left := slices.DeleteFunc(slices.Clone(part), came)
		if len(left) == len(part) {
			left = nil // none of these is there; else the answer was full
		}
		ids = append(left, ids[len(part):]...)
	}
	return nil
}
