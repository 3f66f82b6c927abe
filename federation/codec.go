package federation

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrMessage means that bytes are not a message of this protocol in its one
// form.
var ErrMessage = errors.New("federation: not a valid message")

// The encoding of all binary messages: numbers are unsigned LEB128 in their
// shortest form, byte strings are preceded by their length, hashes are 32 bare
// bytes, lists are preceded by their count. Every value has one encoding, so
// what is accepted encodes to itself.

func putNumber(b []byte, n uint64) []byte { return binary.AppendUvarint(b, n) }

func putBytes(b, s []byte) []byte { return append(binary.AppendUvarint(b, uint64(len(s))), s...) }

func putString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func putHashes(b []byte, hs []tlog.Hash) []byte {
	b = putNumber(b, uint64(len(hs)))
	for _, h := range hs {
		b = append(b, h[:]...)
	}
	return b
}

// decoder reads what the put functions wrote. After the first fault it returns
// zero values, and finish says what it was.
type decoder struct {
	rest []byte
	err  error
}

func decode(b []byte) *decoder {
	d := &decoder{rest: b}
	if len(b) > MaxMessage {
		d.fail("%d bytes, the limit is %d", len(b), MaxMessage)
	}
	return d
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrMessage, fmt.Sprintf(format, args...))
		d.rest = nil
	}
}

// number reads a number of at most max.
func (d *decoder) number(what string, max uint64) uint64 {
	n, used := binary.Uvarint(d.rest)
	switch {
	case used <= 0:
		d.fail("%s ends early", what)
		return 0
	case used > 1 && n>>(7*(used-1)) == 0:
		d.fail("%s is not in its shortest form", what)
		return 0
	case n > max:
		d.fail("%s is %d, the limit is %d", what, n, max)
		return 0
	}
	d.rest = d.rest[used:]
	return n
}

// take reads n bare bytes; they share the message's memory.
func (d *decoder) take(what string, n int) []byte {
	if len(d.rest) < n {
		d.fail("%s ends early", what)
		return nil
	}
	s := d.rest[:n:n]
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) bytes(what string, max int) []byte {
	return d.take(what, int(d.number(what+" length", uint64(max))))
}

func (d *decoder) hash(what string) (h tlog.Hash) {
	copy(h[:], d.take(what, len(h)))
	return h
}

func (d *decoder) hashes(what string, max int) []tlog.Hash {
	n := d.number(what+" count", uint64(max))
	if n == 0 {
		return nil
	}
	hs := make([]tlog.Hash, 0, n)
	for range n {
		if d.err != nil {
			return nil
		}
		hs = append(hs, d.hash(what))
	}
	return hs
}

func (d *decoder) flag(what string) bool { return d.number(what, 1) == 1 }

func (d *decoder) finish() error {
	if d.err == nil && len(d.rest) > 0 {
		d.fail("%d bytes follow it", len(d.rest))
	}
	return d.err
}
