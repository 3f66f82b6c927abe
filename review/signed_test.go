package review

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stocktake/signing"
)

// testRefusal is a federation, its file, and a refusal by deu of what no
// log holds.
func testRefusal(t *testing.T, key string) (*testFederation, *Founding, signing.Envelope) {
	f := newFederation(t, 4)
	f.settle(minute(1))
	refused := DocumentID(strings.Repeat("ab", 32))
	payload := ComposeRefusal(refused, f.common("deu"), "unknown-author", "author: the charter lists no participant sle2")
	leaf := sign(documentKey(key), payload)
	return f, &Founding{Chain: f.read().Chain(), Genesis: f.genesis}, signing.Envelope{Payload: payload, Signature: leaf.Signature}
}

func TestARefusalProvesWhoRefusedWhat(t *testing.T) {
	_, founding, e := testRefusal(t, "deu clerk")
	s, err := VerifyEnvelope(e, founding)
	require.NoError(t, err)
	assert.Equal(t, KindRefusal, s.Kind)
	assert.Equal(t, ParticipantID("deu"), s.Author)
	assert.Equal(t, roleClerk, s.Role)
	assert.Equal(t, DocumentID(strings.Repeat("ab", 32)), s.About)
	assert.Equal(t, "unknown-author", s.Code)
	assert.Contains(t, s.Message, "no participant sle2")
	assert.NotEmpty(t, s.Claimed)

	e.Signature = append([]byte{}, e.Signature...)
	e.Payload = []byte(strings.Replace(string(e.Payload), "sle2", "sle3", 1))
	_, err = VerifyEnvelope(e, founding)
	assert.ErrorIs(t, err, signing.ErrSignature)
}

func TestARefusalIsSignedByTheClerk(t *testing.T) {
	for key, want := range map[string]string{"deu author": "key-role", "gmb clerk": ""} {
		_, founding, e := testRefusal(t, key)
		_, err := VerifyEnvelope(e, founding)
		require.Error(t, err, key)
		var r Refusal
		if want != "" {
			require.ErrorAs(t, err, &r)
			assert.Equal(t, want, r[0].Code)
		} else {
			assert.ErrorIs(t, err, signing.ErrSignature)
		}
	}
}

// Whoever was refused files the refusal wherever it likes: it counts there,
// though nobody filed what it is about, and its author cannot take it back.
func TestARefusalCountsInAnyLog(t *testing.T) {
	f, _, e := testRefusal(t, "deu clerk")
	id := f.append("bgd", e.Payload, "deu clerk")
	f.settle(minute(10))
	d := f.parse(e.Payload)
	require.NoError(t, Admit(f.chain(), d, public(documentKey("deu clerk")), f))
	assert.True(t, f.label(id).Counts, f.label(id).Reason)
	w := f.parse(f.compose(&Withdrawal{Common: f.titled("deu", "No"), Reason: "No."}, id))
	var r Refusal
	require.ErrorAs(t, Admit(f.chain(), w, public(documentKey("deu author")), f), &r)
	assert.Equal(t, "cannot-be-withdrawn", r[0].Code)
}

func TestARefusalIsComposedWhateverItsReason(t *testing.T) {
	f := newFederation(t, 4)
	for _, message := range []string{"", " space ", strings.Repeat("long ", 10_000), "\x00\u202e", "two\nlines", "\xff"} {
		c := f.common("deu")
		c.Sample = true
		d, err := Parse(ComposeRefusal(f.genesis.ID, c, "refused", message))
		require.NoError(t, err, "%.20q", message)
		assert.NotEmpty(t, d.Predicate.(*CarrierRefusal).Message)
	}
}
