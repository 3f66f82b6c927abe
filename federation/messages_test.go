package federation

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// testKey is a document key that anyone knows the private half of.
func testKey(t testing.TB, secret byte) signing.DocumentKey {
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{secret}, 32))
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	require.NoError(t, err)
	key, err := signing.ParseDocumentKey(der)
	require.NoError(t, err)
	return key
}

func testRange(t testing.TB) RangeAnswer {
	one, other := testKey(t, 1), testKey(t, 2)
	entry := func(key signing.DocumentKey, payload string) store.Entry {
		return store.Entry{Payload: []byte(payload), Leaf: signing.Leaf{
			Digest: signing.PayloadDigest([]byte(payload)), Signature: []byte{0x30, 1, 2}, Key: key}}
	}
	erased := entry(one, "gone")
	erased.Payload, erased.Absence = nil, review.Erased
	return RangeAnswer{
		Note: []byte("a note"), Prefix: tlog.Hash{1}, Link: tlog.TreeProof{{2}, {3}},
		Entries: []store.Entry{entry(one, "first"), entry(other, "second"), erased, entry(other, "fourth")},
		Proof:   tlog.TreeProof{{4}},
	}
}

func TestMessagesSurviveTheWire(t *testing.T) {
	t.Run("heads request", func(t *testing.T) {
		m := HeadsRequest{State: [32]byte{1}, Names: [32]byte{2}}
		back, err := decodeHeadsRequest(m.encode())
		require.NoError(t, err)
		require.Equal(t, m, back)
	})
	t.Run("heads answer", func(t *testing.T) {
		for _, m := range []HeadsAnswer{
			{Same: true},
			{Heads: []LogHead{{Size: 7, Root: tlog.Hash{9}}, {Size: 300}}},
			{Named: true, Heads: []LogHead{{Origin: "e1.a", Size: 7}, {Origin: "e1.b", Size: 1 << 40}}},
		} {
			back, err := decodeHeadsAnswer(m.encode())
			require.NoError(t, err)
			require.Equal(t, m, back)
		}
	})
	t.Run("range request", func(t *testing.T) {
		m := RangeRequest{Origin: "e1.a", Have: 5, From: 9, MaxBytes: MaxRange}
		back, err := decodeRangeRequest(m.encode())
		require.NoError(t, err)
		require.Equal(t, m, back)
	})
	t.Run("range answer", func(t *testing.T) {
		m := testRange(t)
		back, err := decodeRangeAnswer(m.encode())
		require.NoError(t, err)
		require.Equal(t, m, back)
	})
	t.Run("payloads", func(t *testing.T) {
		request := PayloadsRequest{IDs: []review.DocumentID{review.DocumentID(strings.Repeat("0a", 32)), review.DocumentID(strings.Repeat("0b", 32))}}
		backRequest, err := decodePayloadsRequest(request.encode())
		require.NoError(t, err)
		require.Equal(t, request, backRequest)
		answer := PayloadsAnswer{Payloads: [][]byte{[]byte("one"), []byte("two")}}
		backAnswer, err := decodePayloadsAnswer(answer.encode())
		require.NoError(t, err)
		require.Equal(t, answer, backAnswer)
	})
}

// TestGoldenMessages compares with testdata/messages.txt, from which another
// language can check its own encoding: a name and hexadecimal on each line.
// Only a new version of a method may change a line.
func TestGoldenMessages(t *testing.T) {
	var lines strings.Builder
	for _, m := range []struct {
		name string
		wire []byte
	}{
		{"heads-1 request", HeadsRequest{State: [32]byte{1}, Names: [32]byte{2}}.encode()},
		{"heads-1 answer, same", HeadsAnswer{Same: true}.encode()},
		{"heads-1 answer, without names", HeadsAnswer{Heads: []LogHead{{Size: 300, Root: tlog.Hash{9}}}}.encode()},
		{"heads-1 answer, with names", HeadsAnswer{Named: true, Heads: []LogHead{{Origin: "e1.sle.01234567.gcm.example", Size: 7, Root: tlog.Hash{9}}}}.encode()},
		{"range-1 request", RangeRequest{Origin: "e1.sle.01234567.gcm.example", Have: 5, From: 9, MaxBytes: MinRange}.encode()},
		{"range-1 answer", testRange(t).encode()},
		{"payloads-1 request", PayloadsRequest{IDs: []review.DocumentID{review.DocumentID(strings.Repeat("0a", 32))}}.encode()},
		{"payloads-1 answer", PayloadsAnswer{Payloads: [][]byte{[]byte("one"), []byte("two")}}.encode()},
		{"add-checkpoint-1 request", addCheckpointRequest{Old: 5, Proof: tlog.TreeProof{{1}}, Note: []byte("a note\n")}.encode()},
		{"add-checkpoint-1 answer, conflict", encodeCosignAnswer(409, []byte("12\n"))},
	} {
		fmt.Fprintf(&lines, "%s: %x\n", m.name, m.wire)
	}
	golden, err := os.ReadFile("testdata/messages.txt")
	require.NoError(t, err)
	require.Equal(t, string(golden), lines.String())
}

func TestUnsendablePayloadTravelsAsMissing(t *testing.T) {
	m := testRange(t)
	m.Entries[0].Payload = make([]byte, signing.MaxPayload+1)
	back, err := decodeRangeAnswer(m.encode())
	require.NoError(t, err)
	require.Equal(t, review.Missing, back.Entries[0].Absence)
	require.Nil(t, back.Entries[0].Payload)
	require.Equal(t, m.Entries[0].Leaf, back.Entries[0].Leaf)
}

func TestMalformedMessagesAreRefused(t *testing.T) {
	whole := testRange(t).encode()
	key := bytes.Index(whole, []byte(testKey(t, 1)))
	for name, b := range map[string][]byte{
		"empty":            {},
		"cut short":        whole[:len(whole)-1],
		"something after":  append(bytes.Clone(whole), 0),
		"a key off-curve":  append(append(bytes.Clone(whole[:key+60]), whole[key+60]^1), whole[key+61:]...),
		"a number too big": append(bytes.Repeat([]byte{0xff}, 9), 1),
		"a long number":    {0x80, 0},
		"too long":         make([]byte, MaxMessage+1),
	} {
		_, err := decodeRangeAnswer(b)
		require.ErrorIs(t, err, ErrMessage, name)
	}
	_, err := decodeHeadsAnswer(HeadsAnswer{Named: true, Heads: []LogHead{{Origin: "b"}, {Origin: "a"}}}.encode())
	require.ErrorIs(t, err, ErrMessage, "unsorted heads")
	_, err = decodeRangeRequest(RangeRequest{Origin: "a", Have: 2, From: 1}.encode())
	require.ErrorIs(t, err, ErrMessage, "from below have")
	_, err = decodeRangeRequest(RangeRequest{Origin: "a", MaxBytes: MaxRange + 1}.encode())
	require.ErrorIs(t, err, ErrMessage, "more bytes than a range may have")
}

// FuzzMessages: no input makes a decoder panic, and what it accepts encodes to
// the same bytes.
func FuzzMessages(f *testing.F) {
	f.Add(byte(0), HeadsRequest{State: [32]byte{1}}.encode())
	f.Add(byte(1), HeadsAnswer{Named: true, Heads: []LogHead{{Origin: "e1.a", Size: 7}}}.encode())
	f.Add(byte(1), HeadsAnswer{Same: true}.encode())
	f.Add(byte(2), RangeRequest{Origin: "e1.a", Have: 5, From: 9, MaxBytes: 10}.encode())
	f.Add(byte(3), testRange(f).encode())
	f.Add(byte(4), PayloadsRequest{IDs: []review.DocumentID{review.DocumentID(strings.Repeat("0a", 32))}}.encode())
	f.Add(byte(5), PayloadsAnswer{Payloads: [][]byte{[]byte("one")}}.encode())
	f.Add(byte(6), addCheckpointRequest{Old: 5, Proof: tlog.TreeProof{{1}}, Note: []byte("note\n")}.encode())
	f.Add(byte(7), encodeCosignAnswer(200, []byte("— w AAAA\n")))
	f.Add(byte(7), encodeCosignAnswer(409, []byte("12\n")))
	f.Fuzz(func(t *testing.T, kind byte, b []byte) {
		var again []byte
		var err error
		switch kind % 8 {
		case 0:
			var m HeadsRequest
			m, err = decodeHeadsRequest(b)
			again = m.encode()
		case 1:
			var m HeadsAnswer
			m, err = decodeHeadsAnswer(b)
			again = m.encode()
		case 2:
			var m RangeRequest
			m, err = decodeRangeRequest(b)
			again = m.encode()
		case 3:
			var m RangeAnswer
			if m, err = decodeRangeAnswer(b); err == nil {
				again = m.encode()
			}
		case 4:
			var m PayloadsRequest
			if m, err = decodePayloadsRequest(b); err == nil {
				again = m.encode()
			}
		case 5:
			var m PayloadsAnswer
			m, err = decodePayloadsAnswer(b)
			again = m.encode()
		case 6:
			var m addCheckpointRequest
			m, err = parseAddCheckpoint(b)
			again = m.encode()
		case 7:
			var m CosignAnswer
			m, err = decodeCosignAnswer(b)
			again = encodeCosignAnswer(m.Status, m.Body)
		}
		if err == nil && !bytes.Equal(again, b) {
			t.Fatalf("%x was accepted and encodes to %x", b, again)
		}
	})
}
