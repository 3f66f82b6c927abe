package transport

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"

	"stocktake/review"
	"stocktake/signing"
)

// askProtocol is one request and one answer on a stream; frame.go has the form.
const askProtocol protocol.ID = "/stocktake/1"

// Ask sends a request to a member, dialling it if need be, and returns its
// answer. body is at most MaxRequest bytes, the answer MaxAnswer. It ends with
// ctx, at the latest after three minutes. At most 16 run per member; more wait.
//
// Errors: *RemoteError if the member refused; otherwise, to errors.Is,
// ErrNotMember, ErrUnreachable, ErrTooLarge, ErrClosed or ctx's error, and
// whatever cut the stream off.
func (h *Host) Ask(ctx context.Context, to review.ParticipantID, method string, body []byte) ([]byte, error) {
	request, err := appendRequest(nil, method, body)
	if err != nil {
		return nil, err
	}
	m, ok := h.memberNamed(to)
	if !ok {
		return nil, fmt.Errorf("ask %.60q: %w", to, ErrNotMember)
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	answer, err := h.exchange(ctx, m, method, request)
	if refused := (*RemoteError)(nil); err == nil || errors.As(err, &refused) {
		return answer, err
	}
	if !h.gate.open.Load() {
		err = ErrClosed
	} else if ctx.Err() != nil {
		err = ctx.Err()
	}
	return nil, fmt.Errorf("ask %s for %q: %w", to, method, err)
}

func (h *Host) exchange(ctx context.Context, m Member, method string, request []byte) (answer []byte, err error) {
	done, err := h.asks.take(ctx, m.Key)
	if err != nil {
		return nil, err
	}
	defer done()
	s, err := h.stream(ctx, m, askProtocol)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { s.Reset() })()
	defer func() {
		if err != nil {
			s.Reset()
		} else {
			s.Close()
		}
	}()
	if _, err := s.Write(request); err != nil {
		return nil, err
	}
	if err := s.CloseWrite(); err != nil {
		return nil, err
	}
	status, answer, err := readAnswer(s)
	if err != nil {
		return nil, err
	}
	if status == statusRefused {
		return nil, &RemoteError{From: m.ID, Method: method, Text: oneLine(string(answer))}
	}
	return answer, nil
}

// stream opens a stream to a member.
func (h *Host) stream(ctx context.Context, m Member, p protocol.ID) (network.Stream, error) {
	if err := h.connect(ctx, m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	s, err := h.p2p.NewStream(network.WithNoDial(ctx, "connected above"), peerOf(m.Key), p)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return s, nil
}

// serve answers the one request of an incoming stream.
func (h *Host) serve(ctx context.Context, s network.Stream) {
	err := h.answer(ctx, s)
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		s.Reset()
		h.log.Debug("request cut off", "peer", s.Conn().RemotePeer(), "err", err)
	}
}

func (h *Host) answer(ctx context.Context, s network.Stream) error {
	m, ok := h.memberOf(s.Conn().RemotePeer())
	if !ok {
		return ErrNotMember
	}
	reserved := 0
	reserve := func(n int) error {
		err := s.Scope().ReserveMemory(n, network.ReservationPriorityHigh)
		if err == nil {
			reserved += n
		}
		return err
	}
	defer func() { s.Scope().ReleaseMemory(reserved) }()

	if err := s.SetReadDeadline(time.Now().Add(requestTimeout)); err != nil {
		return err
	}
	method, request, err := readRequest(s, reserve)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, serveTimeout)
	defer cancel()
	status, answer := h.reply(ctx, m.ID, method, request)
	if reserve(len(answer)) != nil {
		status, answer = statusRefused, []byte("this node is busy; ask again later")
	}
	if err := s.SetWriteDeadline(time.Now().Add(answerTimeout)); err != nil {
		return err
	}
	if _, err := s.Write(answerHeader(status, len(answer))); err != nil {
		return err
	}
	_, err = s.Write(answer)
	return err
}

func (h *Host) reply(ctx context.Context, from review.ParticipantID, method string, request []byte) (status byte, answer []byte) {
	if h.o.Serve == nil {
		return statusRefused, []byte("this node answers no requests")
	}
	answer, err := h.o.Serve(ctx, from, method, request)
	if err == nil && len(answer) > MaxAnswer {
		err = fmt.Errorf("the answer has %d bytes, the bound is %d; ask for less", len(answer), MaxAnswer)
	}
	if err != nil {
		return statusRefused, []byte(oneLine(err.Error()))
	}
	return statusAnswered, answer
}

// turns has those who ask one member wait while maxAsks others do.
type turns struct {
	mu     sync.Mutex
	member map[signing.NoteKey]chan struct{}
}

func (t *turns) take(ctx context.Context, key signing.NoteKey) (done func(), err error) {
	t.mu.Lock()
	if t.member == nil {
		t.member = map[signing.NoteKey]chan struct{}{}
	}
	busy := t.member[key]
	if busy == nil {
		busy = make(chan struct{}, maxAsks)
		t.member[key] = busy
	}
	t.mu.Unlock()
	select {
	case busy <- struct{}{}:
		return func() { <-busy }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
