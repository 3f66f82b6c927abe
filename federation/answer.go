package federation

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
)

// Answer serves a request from what a ledger holds. It changes nothing. Its
// error goes back to the asker as text: a malformed request, a method of
// another version, or the ledger's own trouble.
func Answer(l Ledger, method string, body []byte) ([]byte, error) {
	switch method {
	case MethodHeads:
		m, err := decodeHeadsRequest(body)
		if err != nil {
			return nil, err
		}
		answer, err := answerHeads(l, m)
		if err != nil {
			return nil, err
		}
		return answer.encode(), nil
	case MethodRange:
		m, err := decodeRangeRequest(body)
		if err != nil {
			return nil, err
		}
		answer, err := answerRange(l, m)
		if err != nil {
			return nil, err
		}
		return pack(answer.encode()), nil
	case MethodPayloads:
		m, err := decodePayloadsRequest(body)
		if err != nil {
			return nil, err
		}
		return pack(answerPayloads(l, m).encode()), nil
	default:
		return nil, fmt.Errorf("federation: method %.40q is unknown here: one of us needs a newer version", method)
	}
}

func answerHeads(l Ledger, m HeadsRequest) (a HeadsAnswer, err error) {
	state, names, _, err := digests(l)
	if err != nil || state == m.State {
		return HeadsAnswer{Same: true}, err
	}
	a.Named = names != m.Names
	for _, h := range l.Heads() {
		cp, _ := servable(h)
		head := LogHead{Size: cp.Size, Root: cp.Root}
		if a.Named {
			head.Origin = h.Origin
		}
		a.Heads = append(a.Heads, head)
	}
	return a, nil
}

func answerRange(l Ledger, m RangeRequest) (a RangeAnswer, err error) {
	h := l.Head(m.Origin)
	cp, ok := servable(h)
	if !ok {
		return a, nil
	}
	a.Note = logNote(h.Checkpoint)
	if m.Have > cp.Size {
		return a, nil
	}
	if m.Have > 0 {
		if a.Prefix, err = l.Root(m.Origin, m.Have); err != nil {
			return RangeAnswer{}, err
		}
		if a.Link, err = proveTree(l, m.Origin, m.Have, cp.Size); err != nil {
			return RangeAnswer{}, err
		}
	}
	if m.From >= cp.Size || m.MaxBytes == 0 {
		return a, nil
	}
	a.Entries, err = l.Entries(m.Origin, m.From, min(cp.Size, m.From+maxEntries), int(m.MaxBytes))
	if err != nil {
		return RangeAnswer{}, err
	}
	a.Proof, err = proveTree(l, m.Origin, m.From+uint64(len(a.Entries)), cp.Size)
	return a, err
}

func proveTree(l Ledger, o review.Origin, oldSize, newSize uint64) (tlog.TreeProof, error) {
	if oldSize == 0 || oldSize == newSize {
		return nil, nil
	}
	return l.ProveTree(o, oldSize, newSize)
}

func answerPayloads(l Ledger, m PayloadsRequest) (a PayloadsAnswer) {
	size := 0
	for _, id := range m.IDs {
		payload, err := l.Payload(id)
		if err != nil || len(payload) == 0 {
			continue
		}
		if size += len(payload); size > MaxRange {
			break
		}
		a.Payloads = append(a.Payloads, payload)
	}
	return a
}
