package store

import (
	_ "embed"
	"slices"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"stocktake/signing"
)

// A payload is stored once, however many logs hold its document. Its value is
// one byte that names the form and the payload in that form. Most are of a
// kilobyte or two, half of it names that every statement has: S2 with a
// dictionary of those makes them as small as zstd does, in a fifth of the time.
// What is longer is mostly text, at which zstd is better.
const (
	formPlain = 0
	formZstd  = 1
	formS2    = 2 // with the dictionary
	// formPieces is of one that was packed and then cut: see pieces.go.
	formPieces = 3
)

// dictionaryText is what payloads have in common. It never changes: what was
// packed with it is not read without it. Another one would be another form.
//
//go:embed packing.dict
var dictionaryText []byte

var dictionary = sync.OnceValue(func() *s2.Dict { return s2.MakeDict(dictionaryText, nil) })

// coders are shared by all stores of a process; each costs some 100 KiB a core.
var coders = sync.OnceValues(func() (*zstd.Encoder, *zstd.Decoder) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(false), zstd.WithWindowSize(signing.MaxPayload), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // constant options
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(signing.MaxPayload), zstd.WithDecoderConcurrency(0))
	if err != nil {
		panic(err)
	}
	return encoder, decoder
})

func marshalPayload(payload []byte) (packed []byte) {
	if len(payload) <= maxQuickPayload {
		var buffer [maxQuickPayload + 64]byte // s2.MaxEncodedLen, so that only what is kept is allocated
		packed = append([]byte{formS2}, dictionary().Encode(buffer[:], payload)...)
	} else {
		encoder, _ := coders()
		packed = encoder.EncodeAll(payload, []byte{formZstd})
	}
	if len(packed) > len(payload) {
		packed = append([]byte{formPlain}, payload...)
	}
	return slices.Clip(packed)
}

// parsePayload reads what marshalPayload writes. Whether it is the right
// payload, its digest tells.
func parsePayload(b []byte) (payload []byte, ok bool) {
	if len(b) < 2 {
		return nil, false
	}
	var err error
	switch payload = b[1:]; b[0] {
	case formPlain:
	case formZstd:
		_, decoder := coders()
		payload, err = decoder.DecodeAll(payload, nil)
	case formS2:
		if n, err := s2.DecodedLen(payload); err != nil || n > maxQuickPayload {
			return nil, false
		}
		payload, err = dictionary().Decode(nil, payload)
	default:
		return nil, false
	}
	return payload, err == nil && 0 < len(payload) && len(payload) <= signing.MaxPayload
}
