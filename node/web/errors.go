package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"stocktake/review"
	"stocktake/signing"
)

var (
	// ErrNotFound means that this node holds no such document.
	ErrNotFound = errors.New("this node holds no such document")
	// ErrUnavailable means that the node cannot do it now, as where it never
	// signs its log again or stops. Wrap it with the reason, for people to read.
	ErrUnavailable = errors.New("the node cannot do this now")
	// ErrDiskFull means that the node has no space to store what it is given.
	ErrDiskFull = errors.New("the node's disk is full; free some space and file it again")
)

// NetworkError means that a [Client] did not reach its node.
type NetworkError struct {
	Address string // URL or socket
	Err     error
}

func (e *NetworkError) Error() string {
	next := "check the address, and that the node runs"
	if !strings.Contains(e.Address, "://") {
		next = "start it with `stocktake serve`"
	}
	return fmt.Sprintf("cannot reach the node at %s: %v; %s", e.Address, e.Err, next)
}

func (e *NetworkError) Unwrap() error { return e.Err }

// AnswerError is a node's refusal that has no other type: the request was not
// what the API takes, or something failed inside the node.
type AnswerError struct {
	Status  int    // of HTTP
	Code    string // as in "bad-request"
	Message string
}

func (e *AnswerError) Error() string {
	return cmp.Or(e.Message, fmt.Sprintf("the node answered %d %s", e.Status, e.Code))
}

// sentinels are the errors that an HTTP status and a code stand for.
var sentinels = []struct {
	err    error
	code   string
	status int
}{
	{ErrNotFound, codeNotFound, http.StatusNotFound},
	{signing.ErrEnvelope, "envelope", http.StatusBadRequest},
	{signing.ErrSignature, "signature", http.StatusUnprocessableEntity},
	{review.ErrSnapshot, "snapshot", http.StatusBadRequest},
	{review.ErrSnapshotRecords, "records", http.StatusConflict}, // a snapshot of other records than this node's
	{review.ErrScope, "scope", http.StatusNotFound},
	{review.ErrRates, "rates", http.StatusNotFound},
	{review.ErrRules, "rules", http.StatusConflict},
	{ErrDiskFull, "disk-full", http.StatusInsufficientStorage},
	{ErrUnavailable, "unavailable", http.StatusServiceUnavailable},
}

// Codes of answers.
const (
	codeRefused       = "refused"
	codeCannotCompute = "cannot-compute"
	codeNotFound      = "not-found"
	codeNoPage        = "no-page"
	codeBadRequest    = "bad-request"
	codeHost          = "host"
	codePath          = "path"
)

// errorBody is how the API refuses:
//
//	{"error":{"code":"refused","message":"due: ...","fields":[{"pointer":"/due","code":"not-a-date"}]}}
//
// Of a document that it does not file it also says so signed, as "refusal": an
// envelope with a document of that kind.
type errorBody struct {
	Error   errorJSON       `json:"error"`
	Refusal json.RawMessage `json:"refusal,omitempty"`
}

type errorJSON struct {
	Code    string              `json:"code"`
	Message string              `json:"message"`
	Fields  []review.FieldError `json:"fields,omitempty"`  // code refused
	Missing []review.DocumentID `json:"missing,omitempty"` // code cannot-compute
}

// answerOf turns an error into an answer. One that it does not know is the
// node's own trouble: told to its log, not to the asker.
func answerOf(err error) (status int, e errorJSON, own bool) {
	var refusal review.Refusal
	var cannot *review.CannotComputeError
	var answer *AnswerError
	e.Message = err.Error()
	switch {
	case errors.As(err, &refusal):
		e.Code, e.Fields = codeRefused, refusal
		return http.StatusUnprocessableEntity, e, false
	case errors.As(err, &cannot):
		e.Code, e.Missing = codeCannotCompute, cannot.Missing
		return http.StatusConflict, e, false
	case errors.As(err, &answer):
		e.Code = answer.Code
		return answer.Status, e, false
	}
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			e.Code = s.code
			return s.status, e, false
		}
	}
	return http.StatusInternalServerError, errorJSON{Code: "failed", Message: "the node failed to answer; its log says why"}, true
}

// errorOf reverses answerOf for a client.
func errorOf(status int, body []byte) error {
	var b errorBody
	if err := json.Unmarshal(body, &b); err != nil || b.Error.Code == "" {
		return &AnswerError{status, "not-a-node", fmt.Sprintf("the answer is %d %s and not a node's; check the address", status, http.StatusText(status))}
	}
	err := b.Error.err(status)
	if e, perr := signing.ParseEnvelope(b.Refusal); perr == nil {
		return &RefusedError{err, e}
	}
	return err
}

// err is the error that an answer stands for.
func (e errorJSON) err(status int) error {
	switch {
	case e.Code == codeRefused && len(e.Fields) > 0 && !slices.ContainsFunc(e.Fields, func(f review.FieldError) bool { return f.Code == "" }):
		return review.Refusal(e.Fields)
	case e.Code == codeCannotCompute && len(e.Missing) > 0:
		return &review.CannotComputeError{Missing: e.Missing}
	}
	for _, s := range sentinels {
		if e.Code == s.code {
			return &retoldError{s.err, cmp.Or(e.Message, s.err.Error())}
		}
	}
	return &AnswerError{status, e.Code, e.Message}
}

// retoldError is a sentinel with the words of the node.
type retoldError struct {
	sentinel error
	message  string
}

func (e *retoldError) Error() string { return e.message }
func (e *retoldError) Unwrap() error { return e.sentinel }

func badRequest(format string, args ...any) error {
	return &AnswerError{http.StatusBadRequest, codeBadRequest, fmt.Sprintf(format, args...)}
}
