package federation

import (
	"fmt"

	"stocktake/review"
)

// Request is what the core asks of a peer: Heads, RangeRequest,
// PayloadsRequest or Cosign.
type Request interface{ request() }

// Heads asks for the peer's heads, if its state is another. The answer is a
// HeadsAnswer with every origin filled in.
type Heads struct{}

// Cosign asks a witness for its cosignature on the own log's note of a size,
// where it last cosigned size Old. The answer is a CosignAnswer.
type Cosign struct {
	Origin review.Origin
	Old    uint64
	Size   uint64
	Note   []byte
}

// CosignAnswer is a witness's answer: C2SP tlog-witness's status and body. Size
// is what a conflict names: the size that it last cosigned.
type CosignAnswer struct {
	Status int
	Body   []byte
	Size   uint64
}

func (Heads) request()           {}
func (RangeRequest) request()    {}
func (PayloadsRequest) request() {}
func (Cosign) request()          {}

// Call is a request on its way.
type Call struct {
	Method string
	Body   []byte
	read   func(body []byte) (any, error)
}

// Read takes the peer's answer apart: what Answered.Answer holds.
func (c *Call) Read(body []byte) (any, error) { return c.read(body) }

// Compose makes a request's bytes. Some need what only the ledger has: its
// state, a consistency proof.
func Compose(l Ledger, r Request) (*Call, error) {
	switch r := r.(type) {
	case Heads:
		return composeHeads(l)
	case RangeRequest:
		return &Call{MethodRange, r.encode(), packed(decodeRangeAnswer)}, nil
	case PayloadsRequest:
		return &Call{MethodPayloads, r.encode(), packed(decodePayloadsAnswer)}, nil
	case Cosign:
		proof, err := proveTree(l, r.Origin, r.Old, r.Size)
		if err != nil {
			return nil, err
		}
		body := addCheckpointRequest{Old: r.Old, Proof: proof, Note: r.Note}.encode()
		return &Call{MethodAddCheckpoint, body, func(b []byte) (any, error) { return decodeCosignAnswer(b) }}, nil
	default:
		return nil, fmt.Errorf("federation: a %T is no request", r)
	}
}

// packed reads an answer that travels as a zstd frame.
func packed[T any](decode func([]byte) (T, error)) func([]byte) (any, error) {
	return func(b []byte) (any, error) {
		message, err := unpack(b)
		if err != nil {
			return nil, err
		}
		return decode(message)
	}
}

func composeHeads(l Ledger) (*Call, error) {
	state, names, origins, err := digests(l)
	if err != nil {
		return nil, err
	}
	return &Call{MethodHeads, HeadsRequest{State: state, Names: names}.encode(), func(b []byte) (any, error) {
		m, err := decodeHeadsAnswer(b)
		if err != nil || m.Same || m.Named {
			return m, err
		}
		if len(m.Heads) != len(origins) {
			return nil, fmt.Errorf("%w: %d heads without names, asked about %d logs", ErrMessage, len(m.Heads), len(origins))
		}
		for i := range m.Heads {
			m.Heads[i].Origin = origins[i]
		}
		return m, nil
	}}, nil
}
