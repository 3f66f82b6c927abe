package federation

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// Statuses of C2SP tlog-witness.
const (
	statusOK            = http.StatusOK
	statusBadRequest    = http.StatusBadRequest
	statusForbidden     = http.StatusForbidden
	statusNotFound      = http.StatusNotFound
	statusConflict      = http.StatusConflict
	statusUnprocessable = http.StatusUnprocessableEntity
	statusUnavailable   = http.StatusServiceUnavailable
)

// WitnessState is what a witness remembers: per log, the checkpoint that it
// last cosigned. A *store.Store is one.
type WitnessState interface {
	// Witnessed is the last checkpoint cosigned and the time that was put on
	// it; of size zero if there is none.
	Witnessed(review.Origin) (signing.Checkpoint, time.Time)
	// Witness replaces it, durably, if it is still of size old; its error
	// wraps store.ErrConflict if it is not. Check and replacement are one.
	Witness(o review.Origin, old uint64, cp signing.Checkpoint, at time.Time) error
	// Root is that of a log's tree at a size of which this node holds all
	// records; beyond it the error wraps store.ErrNotFound.
	Root(o review.Origin, size uint64) (tlog.Hash, error)
}

// Cosigner is a witness at work. It cosigns checkpoints of the roster's logs
// (C2SP tlog-witness): each one extends the last that it cosigned for that
// log, its state is on disk before its signature leaves, and neither size nor
// time runs backwards. It cosigns only what it holds a copy of, so that a
// quorum's word means a quorum's copies: what is filed outlives its log's node.
type Cosigner struct {
	Name   string
	Signer *signing.NoteSigner
	State  WitnessState
	Roster func() *Roster
	Now    func() time.Time
}

// AddCheckpoint answers one add-checkpoint request with a status and a body, as
// C2SP tlog-witness has them: signature lines with 200, the last size with 409.
// It is 503 until the checkpoint's records are here, and 403 for a log of which
// this node holds another history.
func (w *Cosigner) AddCheckpoint(body []byte) (status int, answer []byte) {
	request, err := parseAddCheckpoint(body)
	if err == nil {
		_, err = signing.PeekCheckpoint(request.Note)
	}
	if err != nil {
		return statusBadRequest, []byte(err.Error() + "\n")
	}
	cp, err := w.Roster().Open(request.Note)
	switch {
	case errors.Is(err, errUnknownLog):
		return statusNotFound, nil
	case err != nil, w.Roster().Logs[review.Origin(cp.Origin)].Ended:
		return statusForbidden, nil
	case w.Roster().Logs[review.Origin(cp.Origin)].over(cp.Size):
		return statusForbidden, []byte("the checkpoint is beyond the log's quota\n")
	case request.Old > cp.Size || cp.Size == 0:
		return statusBadRequest, []byte("the checkpoint is empty or smaller than the old size\n")
	}
	origin := review.Origin(cp.Origin)
	last, lastTime := w.State.Witnessed(origin)
	switch {
	case request.Old != last.Size, cp.Size == last.Size && last.Size > 0 && cp.Root != last.Root:
		return statusConflict, sizeLine(last)
	case !extends(request.Proof, last, cp):
		return statusUnprocessable, nil
	}
	switch root, err := w.State.Root(origin, cp.Size); {
	case errors.Is(err, store.ErrNotFound):
		return statusUnavailable, []byte("the witness does not hold these records yet; ask again\n")
	case err != nil:
		return statusUnavailable, []byte("the witness cannot read its copy of this log\n")
	case root != cp.Root:
		return statusForbidden, []byte("the witness holds another history of this log\n")
	}
	at := w.Now().Truncate(time.Second)
	if at.Before(lastTime) {
		at = lastTime
	}
	switch err := w.State.Witness(origin, request.Old, cp, at); {
	case errors.Is(err, store.ErrConflict):
		last, _ := w.State.Witnessed(origin)
		return statusConflict, sizeLine(last)
	case err != nil:
		return statusUnavailable, []byte("the witness cannot store its state\n")
	}
	return statusOK, []byte(signing.Cosign(cp, at, w.Name, w.Signer))
}

func sizeLine(cp signing.Checkpoint) []byte {
	return append(strconv.AppendUint(nil, cp.Size, 10), '\n')
}

// extends checks the consistency proof from the last checkpoint to a new one.
func extends(proof tlog.TreeProof, last, cp signing.Checkpoint) bool {
	switch {
	case last.Size == cp.Size, last.Size == 0:
		return len(proof) == 0
	default:
		return tlog.CheckTree(proof, int64(cp.Size), cp.Root, int64(last.Size), last.Root) == nil
	}
}

// addCheckpointRequest is the body of add-checkpoint:
//
//	old 20852014
//	PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
//	jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
//
//	e1.sle.3f9a1c20.gcm.example
//	...
type addCheckpointRequest struct {
	Old   uint64
	Proof tlog.TreeProof
	Note  []byte
}

func (m addCheckpointRequest) encode() []byte {
	b := strconv.AppendUint([]byte("old "), m.Old, 10)
	b = append(b, '\n')
	for _, h := range m.Proof {
		b = base64.StdEncoding.AppendEncode(b, h[:])
		b = append(b, '\n')
	}
	b = append(b, '\n')
	return append(b, m.Note...)
}

func parseAddCheckpoint(b []byte) (m addCheckpointRequest, err error) {
	if len(b) > maxAddCheckpoint {
		return m, fmt.Errorf("%w: %d bytes, the limit is %d", ErrMessage, len(b), maxAddCheckpoint)
	}
	line, rest, ok := bytes.Cut(b, []byte("\n"))
	size, isOld := bytes.CutPrefix(line, []byte("old "))
	if !ok || !isOld {
		return m, fmt.Errorf("%w: the first line is not \"old <size>\"", ErrMessage)
	}
	if m.Old, err = parseSize(string(size)); err != nil {
		return m, err
	}
	for {
		if line, rest, ok = bytes.Cut(rest, []byte("\n")); !ok {
			return m, fmt.Errorf("%w: no empty line before the checkpoint", ErrMessage)
		}
		if len(line) == 0 {
			m.Note = rest
			return m, nil
		}
		h, err := base64.StdEncoding.Strict().DecodeString(string(line))
		if err != nil || len(h) != tlog.HashSize || len(m.Proof) == maxProof {
			return m, fmt.Errorf("%w: consistency proof: want at most %d lines, each 32 bytes of base64", ErrMessage, maxProof)
		}
		m.Proof = append(m.Proof, tlog.Hash(h))
	}
}

// parseSize reads a decimal number without leading zeroes.
func parseSize(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > maxSize || strconv.FormatUint(n, 10) != s {
		return 0, fmt.Errorf("%w: %.30q is not a tree size", ErrMessage, s)
	}
	return n, nil
}

// encodeCosignAnswer is an answer on a stream, which has no status of its own:
//
//	200
//	— w.sle.3f9a1c20.gcm.example <base64>
func encodeCosignAnswer(status int, body []byte) []byte {
	return append([]byte(strconv.Itoa(status)+"\n"), body...)
}

func decodeCosignAnswer(b []byte) (m CosignAnswer, err error) {
	first, body, ok := bytes.Cut(b, []byte("\n"))
	status, err := strconv.Atoi(string(first))
	if !ok || err != nil || len(b) > maxCosignatures || strconv.Itoa(status) != string(first) || status < 100 || status > 599 {
		return m, fmt.Errorf("%w: a witness's answer without a status line", ErrMessage)
	}
	m.Status, m.Body = status, body
	if status == statusConflict {
		size, ok := bytes.CutSuffix(body, []byte("\n"))
		if !ok {
			return m, fmt.Errorf("%w: a conflict that names no size", ErrMessage)
		}
		m.Size, err = parseSize(string(size))
	}
	return m, err
}

// Answer is AddCheckpoint as an answer of MethodAddCheckpoint.
func (w *Cosigner) Answer(body []byte) []byte { return encodeCosignAnswer(w.AddCheckpoint(body)) }
