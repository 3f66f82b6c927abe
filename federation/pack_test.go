package federation

import (
	"bytes"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

func TestPackedAnswersAreSmallerAndBounded(t *testing.T) {
	text := bytes.Repeat([]byte(`{"author":"sle","kind":"pledge"}`), 1000)
	packed := pack(text)
	require.Less(t, len(packed), len(text)/10)
	back, err := unpack(packed)
	require.NoError(t, err)
	require.Equal(t, text, back)

	encoder, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	_, err = unpack(encoder.EncodeAll(make([]byte, MaxMessage+1), nil))
	require.ErrorIs(t, err, ErrMessage, "a small frame that unpacks to more than a message")
	_, err = unpack([]byte("not a frame"))
	require.ErrorIs(t, err, ErrMessage)
}

// FuzzUnpack: whatever comes, unpacking ends, within the bound, and what it
// gives survives packing.
func FuzzUnpack(f *testing.F) {
	f.Add(pack([]byte("hello")))
	f.Add(pack(testRange(f).encode()))
	f.Fuzz(func(t *testing.T, b []byte) {
		message, err := unpack(b)
		if err != nil {
			return
		}
		if len(message) > MaxMessage {
			t.Fatalf("%d bytes unpacked", len(message))
		}
		if again, err := unpack(pack(message)); err != nil || !bytes.Equal(again, message) {
			t.Fatalf("%x does not survive packing: %v", message, err)
		}
	})
}
