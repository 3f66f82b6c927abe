package transport

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func appendAnswer(status byte, body []byte) []byte {
	return append(answerHeader(status, len(body)), body...)
}

func TestFramesHaveTheirWrittenForm(t *testing.T) {
	request, err := appendRequest(nil, "heads", []byte("body"))
	require.NoError(t, err)
	require.Equal(t, "\x05heads\x00\x00\x00\x04body", string(request))
	require.Equal(t, "\x00\x00\x00\x00\x04body", string(appendAnswer(statusAnswered, []byte("body"))))
	require.Equal(t, "\x01\x00\x00\x00\x02no", string(appendAnswer(statusRefused, []byte("no"))))
}

func TestNothingIsAllocatedForABodyThatIsTooLongOrNotReserved(t *testing.T) {
	_, _, err := readRequest(strings.NewReader("\x01a\x00\x10\x00\x01"), func(int) error { t.Error("asked"); return nil })
	require.ErrorIs(t, err, ErrTooLarge)
	full := errors.New("memory is short")
	_, _, err = readRequest(strings.NewReader("\x01a\x00\x10\x00\x00"), func(n int) error {
		require.Equal(t, MaxRequest, n)
		return full
	})
	require.ErrorIs(t, err, full)
	_, _, err = readAnswer(strings.NewReader("\x01\x00\x00\x01\x2d"))
	require.ErrorIs(t, err, ErrTooLarge, "a refusal is short")
}

func FuzzReadRequest(f *testing.F) {
	f.Add([]byte("\x05heads\x00\x00\x00\x04body"))
	f.Add([]byte("\x01a\x00\x00\x00\x00rest"))
	f.Add([]byte("\x01a\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		method, body, err := readRequest(r, func(int) error { return nil })
		if err != nil {
			return
		}
		again, err := appendRequest(nil, method, body)
		require.NoError(t, err)
		require.Equal(t, data[:len(data)-r.Len()], again)
	})
}

func FuzzReadAnswer(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x04body"))
	f.Add([]byte("\x01\x00\x00\x00\x02no"))
	f.Add([]byte("\x02"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bytes.NewReader(data)
		status, body, err := readAnswer(r)
		if err != nil {
			return
		}
		require.Equal(t, data[:len(data)-r.Len()], appendAnswer(status, body))
		_, _, err = readAnswer(io.LimitReader(bytes.NewReader(data), int64(len(data)-r.Len()-1)))
		require.Error(t, err, "cut short")
	})
}

func FuzzOneLine(f *testing.F) {
	f.Add("plain")
	f.Add("a\nb\x00\u202e\xff" + strings.Repeat("ö", 200))
	f.Fuzz(func(t *testing.T, s string) {
		line := oneLine(s)
		require.LessOrEqual(t, len(line), maxErrorText)
		require.True(t, utf8.ValidString(line))
		require.NotContains(t, line, "\n")
		require.Equal(t, line, oneLine(line))
	})
}
