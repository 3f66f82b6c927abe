package federation

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Answers that carry payloads travel as one zstd frame (RFC 8878): documents
// are text that repeats itself, links are poor. Only what is inside has one
// form; nothing depends on how it was packed.

// coders are shared by all answers of a process.
var coders = sync.OnceValues(func() (*zstd.Encoder, *zstd.Decoder) {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(packWindow),
		zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // constant options
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(MaxMessage), zstd.WithDecoderConcurrency(0))
	if err != nil {
		panic(err)
	}
	return encoder, decoder
})

func pack(message []byte) []byte {
	encoder, _ := coders()
	return encoder.EncodeAll(message, nil)
}

func unpack(frame []byte) ([]byte, error) {
	if len(frame) > MaxMessage {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrMessage, len(frame), MaxMessage)
	}
	_, decoder := coders()
	message, err := decoder.DecodeAll(frame, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrMessage, err)
	}
	return message, nil
}
