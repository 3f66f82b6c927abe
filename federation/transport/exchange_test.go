package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// echo is a Serve with one method for each way a request can end.
func echo(ctx context.Context, from review.ParticipantID, method string, body []byte) ([]byte, error) {
	switch method {
	case "echo":
		return body, nil
	case "whoami":
		return []byte(from), nil
	case "fail":
		return nil, errors.New("range: no such log\n\x1b[31mred\u202e " + strings.Repeat("ö", 1000))
	case "much":
		return make([]byte, MaxAnswer), nil
	case "too-much":
		return make([]byte, MaxAnswer+1), nil
	case "hold":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("unknown method %q", method)
}

func TestAskGetsWhatServeReturns(t *testing.T) {
	t.Parallel()
	_, nodes := startAll(t, func(o *Options) { o.Serve = echo }, "aaa", "bbb")
	a := nodes[0]

	answer, err := a.Ask(t.Context(), "bbb", "whoami", nil)
	require.NoError(t, err)
	require.Equal(t, "aaa", string(answer), "the asker's identity is the connection's")

	for _, size := range []int{0, 1, 4096, MaxRequest} {
		body := bytes.Repeat([]byte{7}, size)
		answer, err := a.Ask(t.Context(), "bbb", "echo", body)
		require.NoError(t, err)
		require.True(t, bytes.Equal(body, answer))
	}
	answer, err = a.Ask(t.Context(), "bbb", "much", nil)
	require.NoError(t, err)
	require.Len(t, answer, MaxAnswer)

	var asks sync.WaitGroup // more than may run at once
	for i := range 3 * maxServed {
		asks.Go(func() {
			body := []byte{byte(i)}
			answer, err := a.Ask(t.Context(), "bbb", "echo", body)
			if err != nil || !bytes.Equal(body, answer) {
				t.Errorf("ask %d: %v, %v", i, answer, err)
			}
		})
	}
	asks.Wait()
}

func TestAskSaysWhyItFailed(t *testing.T) {
	t.Parallel()
	r, nodes := startAll(t, func(o *Options) { o.Serve = echo }, "aaa", "bbb")
	a := nodes[0]
	r.put(Member{ID: "ccc", Key: signer("ccc").Key(), Addresses: []string{"/ip4/127.0.0.1/tcp/1"}})
	r.put(Member{ID: "ddd", Key: signer("ddd").Key()})

	refusals := map[string]string{
		"fail": "range: no such log", "too-much": "ask for less", "nonsense": `unknown method "nonsense"`,
	}
	for method, text := range refusals {
		_, err := a.Ask(t.Context(), "bbb", method, nil)
		var refused *RemoteError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, review.ParticipantID("bbb"), refused.From)
		require.Equal(t, method, refused.Method)
		require.Contains(t, refused.Text, text)
		require.LessOrEqual(t, len(refused.Text), maxErrorText)
		require.NotContains(t, refused.Text, "\n")
		require.NotContains(t, refused.Text, "\x1b")
		require.NotContains(t, refused.Text, "\u202e")
	}

	_, err := a.Ask(t.Context(), "zzz", "echo", nil)
	require.ErrorIs(t, err, ErrNotMember)
	_, err = a.Ask(t.Context(), "aaa", "echo", nil)
	require.ErrorIs(t, err, ErrNotMember, "nobody asks themselves")
	_, err = a.Ask(t.Context(), "ccc", "echo", nil)
	require.ErrorIs(t, err, ErrUnreachable)
	_, err = a.Ask(t.Context(), "ddd", "echo", nil)
	require.ErrorIs(t, err, ErrUnreachable)
	require.ErrorContains(t, err, "lists no address")
	_, err = a.Ask(t.Context(), "bbb", "echo", make([]byte, MaxRequest+1))
	require.ErrorIs(t, err, ErrTooLarge)
	_, err = a.Ask(t.Context(), "bbb", "Not A Method", nil)
	require.Error(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = a.Ask(ctx, "bbb", "hold", nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	answer, err := a.Ask(t.Context(), "bbb", "echo", []byte("still here"))
	require.NoError(t, err)
	require.Equal(t, "still here", string(answer))

	// The request that bbb still holds does not keep it from ending.
	require.NoError(t, nodes[1].Close())
	await(t, 3*time.Second, "aaa sees it go", func() bool { return len(a.connectedTo()) == 0 })
	_, err = a.Ask(t.Context(), "bbb", "echo", nil)
	require.ErrorIs(t, err, ErrUnreachable)
}

func TestAskDialsAMemberThatIsNotConnected(t *testing.T) {
	t.Parallel()
	r := &roll{}
	a := start(t, "aaa", r.list, nil)
	b := start(t, "bbb", r.list, func(o *Options) { o.Serve = echo })
	r.put(a.member())
	r.put(b.member())
	answer, err := a.Ask(t.Context(), "bbb", "whoami", nil)
	require.NoError(t, err)
	require.Equal(t, "aaa", string(answer))
}

func TestMalformedRequestIsCutOff(t *testing.T) {
	t.Parallel()
	served := make(chan string, 10)
	_, nodes := startAll(t, func(o *Options) {
		o.Serve = func(_ context.Context, _ review.ParticipantID, method string, _ []byte) ([]byte, error) {
			served <- method
			return nil, nil
		}
	}, "aaa", "bbb")
	a, b := nodes[0], nodes[1]
	for _, request := range []string{
		"\x00",                         // no method
		"\xff",                         // a long one
		"\x04Echo\x00\x00\x00\x00",     // upper case
		"\x04echo\xff\xff\xff\xff",     // 4 GiB to come
		"\x04echo\x00\x10\x00\x01",     // one byte too long
		"\x04echo\x00\x00\x00\x05four", // ends early
		"GET / HTTP/1.1\r\nHost: example\r\n\r\n", // another protocol
	} {
		s, err := a.stream(t.Context(), b.member(), askProtocol)
		require.NoError(t, err)
		_, err = s.Write([]byte(request))
		require.NoError(t, err)
		require.NoError(t, s.CloseWrite())
		require.NoError(t, s.SetReadDeadline(time.Now().Add(3*time.Second)))
		n, err := s.Read(make([]byte, 1))
		require.Zero(t, n, "%q", request)
		require.ErrorContains(t, err, "reset", "%q", request)
	}
	require.Empty(t, served)
	_, err := a.Ask(t.Context(), "bbb", "heads", nil)
	require.NoError(t, err)
}

func TestPeerThatDoesNotReadItsAnswersCostsABoundedAmount(t *testing.T) {
	t.Parallel()
	_, nodes := startAll(t, func(o *Options) { o.Serve = echo }, "aaa", "bbb", "ccc")
	a, b, c := nodes[0], nodes[1], nodes[2]
	request, err := appendRequest(nil, "much", nil)
	require.NoError(t, err)
	held := 0
	for ; held <= answersMemory/MaxAnswer; held++ {
		s, err := a.stream(t.Context(), b.member(), askProtocol)
		require.NoError(t, err)
		defer s.Reset()
		_, err = s.Write(request)
		require.NoError(t, err)
		status := make([]byte, 1)
		_, err = io.ReadFull(s, status) // and no more of it
		require.NoError(t, err)
		if status[0] == statusRefused {
			break
		}
	}
	require.Positive(t, held)
	require.LessOrEqual(t, held, answersMemory/MaxAnswer)
	_, err = a.Ask(t.Context(), "bbb", "much", nil)
	require.ErrorContains(t, err, "busy")
	answer, err := a.Ask(t.Context(), "bbb", "echo", []byte("short"))
	require.NoError(t, err)
	require.Equal(t, "short", string(answer))
	answer, err = c.Ask(t.Context(), "bbb", "much", nil)
	require.NoError(t, err, "others are not made to pay")
	require.Len(t, answer, MaxAnswer)
}

func BenchmarkAsk(b *testing.B) {
	answers := make([]byte, 4<<20)
	_, nodes := startAll(b, func(o *Options) {
		o.Serve = func(_ context.Context, _ review.ParticipantID, _ string, body []byte) ([]byte, error) {
			return answers[:int(body[0])<<14], nil
		}
	}, "aaa", "bbb")
	for name, size := range map[string]byte{"empty": 0, "3MiB": 192} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size) << 14)
			for b.Loop() {
				if _, err := nodes[0].Ask(b.Context(), "bbb", "range", []byte{size}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
