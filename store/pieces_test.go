package store

import (
	"fmt"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
)

// long is a comment that is cut into pieces where it is filed.
func long(n int) []byte {
	text := ""
	for i := range 60 {
		text += fmt.Sprintf("%x ", (n*60+i+1)*0x9e3779b1)
	}
	return review.Compose(review.KindComment, []review.Subject{{Name: "document", Digest: genesis}},
		review.Comment{Common: common("sle", n), Type: "question", Text: text})
}

// filedAlone is a store on disk into whose own log payloads were filed one by one.
func filedAlone(t *testing.T, payloads ...[]byte) (s *Store, w *Writer, ids []signing.Digest) {
	s, a := openTest(t, t.TempDir(), small), newAuthor(t)
	w = s.OpenLog(testOrigin, newNoteSigner(t))
	for _, p := range payloads {
		_, _, err := w.Append(t.Context(), a.sign(t, p))
		require.NoError(t, err)
		ids = append(ids, signing.PayloadDigest(p))
	}
	return s, w, ids
}

func TestWhatIsFiledAloneIsSyncedInOneFile(t *testing.T) {
	s, _, ids := filedAlone(t, long(0), long(1), comment(2))
	require.GreaterOrEqual(t, len(keysOf(t, s, keyPiece)), 2)
	requireNoValues(t, s, ids)
	for i, want := range [][]byte{long(0), long(1), comment(2)} {
		got, err := s.Payload(review.DocumentID(ids[i].String()))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.NoError(t, s.Close())
	report, err := Check(t.Context(), s.dir, small, CheckOptions{})
	require.NoError(t, err)
	require.Empty(t, report.Findings)
}

func TestWhatIsFiledTogetherIsSyncedInOneFile(t *testing.T) {
	s, a := openTest(t, t.TempDir(), small), newAuthor(t)
	var payloads [][]byte
	var many []Submission
	var ids []signing.Digest
	for i := range 40 {
		p := long(i)
		payloads, many, ids = append(payloads, p), append(many, a.sign(t, p)), append(ids, signing.PayloadDigest(p))
	}
	_, _, err := s.OpenLog(testOrigin, newNoteSigner(t)).Append(t.Context(), many...)
	require.NoError(t, err)
	requireNoValues(t, s, ids)
	for i, want := range payloads {
		got, err := s.Payload(review.DocumentID(ids[i].String()))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.Empty(t, checkedAgain(t, s).Findings)
}

// requireNoValues holds that no value log has any of these payloads.
func requireNoValues(t *testing.T, s *Store, ids []signing.Digest) {
	t.Helper()
	values, err := s.valueLogs()
	require.NoError(t, err)
	found := map[signing.Digest]bool{}
	for _, name := range values {
		require.NoError(t, findKeys(name, ids, found))
	}
	require.Empty(t, found)
}

func TestADamagedPieceIsAPayloadThatIsMissing(t *testing.T) {
	for name, damage := range map[string]func(tx *badger.Txn, piece []byte) error{
		"gone":    func(tx *badger.Txn, piece []byte) error { return tx.Delete(piece) },
		"another": func(tx *badger.Txn, piece []byte) error { return tx.Set(piece, []byte("other")) },
	} {
		t.Run(name, func(t *testing.T) {
			s, w, ids := filedAlone(t, long(0), long(1))
			require.NoError(t, s.db.Update(func(tx *badger.Txn) error { return damage(tx, pieceKey(ids[0], 1)) }))
			report := checkedAgain(t, s)
			require.Contains(t, report.Findings[0].String(), "its content does not match its digest")

			s = openTest(t, s.dir, small)
			_, err := s.Payload(review.DocumentID(ids[0].String()))
			require.ErrorAs(t, err, new(*DamageError))
			s.waitForRepairs()
			missing, err := s.Missing()
			require.NoError(t, err)
			require.Len(t, missing, 1)
			require.NoError(t, s.Reveal(long(0)))
			got, err := s.Payload(review.DocumentID(ids[0].String()))
			require.NoError(t, err)
			require.Equal(t, long(0), got)
			require.Empty(t, checkedAgain(t, s).Findings, "no piece is left of what was damaged")
			require.NotNil(t, w)
		})
	}
}

// checkedAgain closes a store and looks at it.
func checkedAgain(t *testing.T, s *Store) *Report {
	require.NoError(t, s.Close())
	report, err := Check(t.Context(), s.dir, small, CheckOptions{})
	require.NoError(t, err)
	return report
}

func TestPiecesOfNothingAreFoundAndGoWithARepair(t *testing.T) {
	s, _, _ := filedAlone(t, long(0))
	stray := pieceKey(signing.PayloadDigest(long(9)), 1)
	require.NoError(t, s.db.Update(func(tx *badger.Txn) error { return tx.Set(stray, []byte("piece")) }))
	require.Contains(t, checkedAgain(t, s).Findings[0].String(), "1 pieces are of no content that is held")
	_, err := Repair(t.Context(), s.dir, small, CheckOptions{})
	require.NoError(t, err)
	require.NoError(t, proveSound(t.Context(), s.dir, small.withDefaults(), CheckOptions{}))
	s = openTest(t, s.dir, small)
	got, err := s.Payload(review.DocumentID(signing.PayloadDigest(long(0)).String()))
	require.NoError(t, err)
	require.Equal(t, long(0), got)
}

func TestErasedPiecesLeaveTheDisk(t *testing.T) {
	s, _, ids := filedAlone(t, long(0), long(1))
	require.NotEmpty(t, traces(filesOf(t, s.dir), long(0)))
	require.NoError(t, s.SetAbsent(review.DocumentID(ids[0].String()), review.Erased))
	for _, key := range keysOf(t, s, keyPiece) {
		require.NotContains(t, key, string(ids[0][:]))
	}
	left, err := s.Reclaim(t.Context())
	require.NoError(t, err)
	require.Zero(t, left)
	files := filesOf(t, s.dir)
	require.Empty(t, traces(files, long(0)))
	require.NotEmpty(t, traces(files, long(1)))
}

func TestARewoundPayloadTakesItsPiecesAlong(t *testing.T) {
	s, w, _ := filedAlone(t, long(0), long(1))
	require.NoError(t, w.Fence("for this test"))
	_, err := s.Rewind(testOrigin, signing.Checkpoint{}, nil)
	require.NoError(t, err)
	require.Empty(t, keysOf(t, s, keyPiece))
	require.Empty(t, keysOf(t, s, keyPayload))
}
