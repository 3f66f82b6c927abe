package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"stocktake/review"
)

// One request and its answer travel on a stream of their own:
//
//	request = length of method (1 byte, 1-32) ‖ method ‖ length of body (4 bytes) ‖ body
//	answer  = status (1 byte) ‖ length of body (4 bytes) ‖ body
//
// Lengths are big-endian. A method is lower-case letters, digits and hyphens.
// Status 0 carries the answer, status 1 a reason in UTF-8, for a person, on
// one line of at most 300 bytes.
const (
	statusAnswered = 0
	statusRefused  = 1
)

// ErrTooLarge says that a message is longer than its bound in limits.go.
var ErrTooLarge = errors.New("transport: message too large")

var errFrame = errors.New("transport: malformed frame")

// RemoteError is a peer's refusal of a request: what its Options.Serve
// returned.
type RemoteError struct {
	From   review.ParticipantID
	Method string
	Text   string // at most 300 bytes, without control characters
}

func (e *RemoteError) Error() string {
	return fmt.Sprintf("%s refused %q: %s", e.From, e.Method, e.Text)
}

func appendRequest(b []byte, method string, body []byte) ([]byte, error) {
	if !validMethod(method) {
		return nil, fmt.Errorf("transport: %.40q is no method: 1 to %d lower-case letters, digits and hyphens", method, maxMethod)
	}
	if len(body) > MaxRequest {
		return nil, fmt.Errorf("%w: request of %d bytes, the bound is %d", ErrTooLarge, len(body), MaxRequest)
	}
	b = append(b, byte(len(method)))
	b = append(b, method...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
	return append(b, body...), nil
}

// answerHeader is what comes before an answer's body, which may be too long to
// copy for its sake.
func answerHeader(status byte, length int) []byte {
	return binary.BigEndian.AppendUint32([]byte{status}, uint32(length))
}

// readRequest reads one request. It calls reserve with the body's length
// before it allocates that much, and gives up if that fails.
func readRequest(r io.Reader, reserve func(int) error) (method string, body []byte, err error) {
	var length [1]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return "", nil, err
	}
	if length[0] > maxMethod {
		return "", nil, errFrame
	}
	name := make([]byte, length[0])
	if _, err := io.ReadFull(r, name); err != nil {
		return "", nil, err
	}
	if !validMethod(string(name)) {
		return "", nil, errFrame
	}
	body, err = readBody(r, MaxRequest, reserve)
	return string(name), body, err
}

// readAnswer reads one answer.
func readAnswer(r io.Reader) (status byte, body []byte, err error) {
	var first [1]byte
	if _, err := io.ReadFull(r, first[:]); err != nil {
		return 0, nil, err
	}
	limit := MaxAnswer
	switch first[0] {
	case statusAnswered:
	case statusRefused:
		limit = maxErrorText
	default:
		return 0, nil, errFrame
	}
	body, err = readBody(r, limit, func(int) error { return nil })
	return first[0], body, err
}

func readBody(r io.Reader, limit int, reserve func(int) error) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if uint64(n) > uint64(limit) {
		return nil, fmt.Errorf("%w: a body of %d bytes, the bound is %d", ErrTooLarge, n, limit)
	}
	if err := reserve(int(n)); err != nil {
		return nil, err
	}
	body := make([]byte, n)
	_, err := io.ReadFull(r, body)
	return body, err
}

func validMethod(s string) bool {
	if s == "" || len(s) > maxMethod {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// oneLine makes a text from elsewhere fit to print: valid UTF-8, at most
// maxErrorText bytes, no control character or change of direction.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	for len(s) > maxErrorText {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
