package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

func TestPayloadsOfEverySizeComeBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1, 2, 20, 255, 256, 257, maxQuickPayload, maxQuickPayload + 1, signing.MaxPayload - 1, signing.MaxPayload} {
		noise := make([]byte, size)
		for i := range noise {
			noise[i] = byte(rnd.Uint32())
		}
		for _, payload := range [][]byte{noise, bytes.Repeat([]byte("a"), size)} {
			stored := marshalPayload(payload)
			require.LessOrEqual(t, len(stored), len(payload)+1)
			got, ok := parsePayload(stored)
			require.True(t, ok)
			require.Equal(t, payload, got)
		}
	}
	for _, bomb := range [][]byte{
		marshalPayload(bytes.Repeat([]byte("a"), 64<<20)),
		append([]byte{formS2}, s2.Encode(nil, bytes.Repeat([]byte("a"), 64<<20))...),
	} {
		_, ok := parsePayload(bomb)
		require.False(t, ok)
	}
}

// A payload that was packed with the dictionary is not read without it.
func TestTheDictionaryStays(t *testing.T) {
	sum := sha256.Sum256(dictionaryText)
	require.Equal(t, "e98e0702af1bce7de05882f7665b48a8dd21a4be151e1c96039f906a149df630", hex.EncodeToString(sum[:]))
	stored := marshalPayload(comment(1))
	require.EqualValues(t, formS2, stored[0])
	require.Less(t, 3*len(stored), 2*len(comment(1)), "what every statement has is in it")
}
