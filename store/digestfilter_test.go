package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

// What is held is known to a store that was opened again, once a batch comes for which
// that pays; and a document that another log has, too, is not stored a second time.
func TestWhatIsHeldIsKnownAgainAfterOpening(t *testing.T) {
	dir, a, src := t.TempDir(), newAuthor(t), newSource(t, testOrigin)
	for i := range 2*heldFrom + 1 {
		src.add(a, comment(i))
	}
	s := openTest(t, dir, Options{})
	require.True(t, s.payloads.complete.Load(), "nothing is held")
	_, err := s.Extend(src.tail(0, heldFrom, heldFrom))
	require.NoError(t, err)
	require.NoError(t, s.Close())

	s = openTest(t, dir, Options{})
	_, err = s.Extend(src.tail(heldFrom, heldFrom+1, heldFrom+1))
	require.NoError(t, err)
	require.False(t, s.payloads.complete.Load(), "one document is not worth it")
	_, err = s.Extend(src.tail(heldFrom+1, len(src.entries), len(src.entries)))
	require.NoError(t, err)
	require.Eventually(t, s.payloads.complete.Load, 10*time.Second, time.Millisecond)
	for _, e := range src.entries {
		require.True(t, s.payloads.mayHold(e.Leaf.Digest))
	}
	require.False(t, s.payloads.mayHold(signing.PayloadDigest(comment(-1))))

	other := newSource(t, "e1.ken.3f9a1c20.gcm.example")
	other.entries = src.entries
	documents := prepare(other.entries)
	require.ErrorIs(t, s.submit(t.Context(), cost{}, func(b *batch) error {
		l := b.log(other.origin)
		for i := range documents {
			_, err := b.add(l, &documents[i])
			require.NoError(t, err)
			require.False(t, documents[i].kept)
		}
		return errMoved // that was all
	}), errMoved)
}

// A filter that does not know of a payload has it stored again. Its older place is
// missed then, and made anew from the log.
func TestAPayloadThatAFilterForgotIsStoredAgain(t *testing.T) {
	s, _, ids := filedAlone(t, comment(0), comment(1))
	s.payloads.grow()
	other := newSource(t, "e1.ken.3f9a1c20.gcm.example")
	other.add(newAuthor(t), comment(0), comment(1), comment(2))
	_, err := s.Extend(other.tail(0, 3, 3))
	require.NoError(t, err)
	for i, payload := range [][]byte{comment(0), comment(1), comment(2)} {
		got, err := s.Payload(review.DocumentID(other.entries[i].Leaf.Digest.String()))
		require.NoError(t, err)
		require.Equal(t, payload, got)
	}
	require.NoError(t, s.RebuildIndexes())
	places, err := s.Places(review.DocumentID(ids[1].String()))
	require.NoError(t, err)
	require.Len(t, places, 2)
	require.Empty(t, checkedAgain(t, s).Findings)
}

// An erased payload is not taken back, filter or not.
func TestAnErasedPayloadIsNotTakenBackThoughAFilterForgotIt(t *testing.T) {
	s, _, ids := filedAlone(t, comment(0))
	id := review.DocumentID(ids[0].String())
	require.NoError(t, s.SetAbsent(id, review.Erased))
	s.payloads.grow()
	other := newSource(t, "e1.ken.3f9a1c20.gcm.example")
	other.add(newAuthor(t), comment(0))
	_, err := s.Extend(other.tail(0, 1, 1))
	require.NoError(t, err)
	var absent *AbsentError
	_, err = s.Payload(id)
	require.ErrorAs(t, err, &absent)
}
