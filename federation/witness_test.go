package federation

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

func noteSigner(seed byte) *signing.NoteSigner {
	return signing.NewNoteSigner(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize)))
}

// testLog is a log of so many entries that mean nothing.
type testLog struct {
	origin string
	signer *signing.NoteSigner
	hashes []tlog.Hash
	size   int64
}

func newTestLog(salt byte, size int) *testLog {
	l := &testLog{origin: "e1.sle.01234567.test.example", signer: noteSigner(7), size: int64(size)}
	for i := range size {
		hashes, err := tlog.StoredHashes(int64(i), []byte{salt, byte(i)}, l)
		if err != nil {
			panic(err)
		}
		l.hashes = append(l.hashes, hashes...)
	}
	return l
}

func (l *testLog) ReadHashes(indexes []int64) (hashes []tlog.Hash, err error) {
	for _, i := range indexes {
		hashes = append(hashes, l.hashes[i])
	}
	return hashes, nil
}

func (l *testLog) note(size int64) []byte {
	root, err := tlog.TreeHash(size, l)
	if err != nil {
		panic(err)
	}
	return signing.SignCheckpoint(signing.Checkpoint{Origin: l.origin, Size: uint64(size), Root: root}, l.signer)
}

func (l *testLog) request(old, size int64) []byte {
	m := addCheckpointRequest{Old: uint64(old), Note: l.note(size)}
	if 0 < old && old < size {
		m.Proof, _ = tlog.ProveTree(size, old, l)
	}
	return m.encode()
}

// heldBy is a witness's state beside its copy of a log.
type heldBy struct {
	*store.Store
	copy *testLog
}

func (h heldBy) Root(_ review.Origin, size uint64) (tlog.Hash, error) {
	if int64(size) > h.copy.size {
		return tlog.Hash{}, store.ErrNotFound
	}
	return tlog.TreeHash(int64(size), h.copy)
}

func testCosigner(t *testing.T, l *testLog) (*Cosigner, *store.Store, *time.Time) {
	s, err := store.Open("", store.Options{InMemory: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	roster := &Roster{Logs: map[review.Origin]Log{review.Origin(l.origin): {Key: l.signer.Key()}}}
	now := time.Date(2026, 3, 2, 9, 0, 0, 999, time.UTC)
	return &Cosigner{Name: "w.gin.01234567.test.example", Signer: noteSigner(9), State: heldBy{s, l},
		Roster: func() *Roster { return roster }, Now: func() time.Time { return now }}, s, &now
}

// The table is the list of MUSTs in C2SP tlog-witness.
func TestAddCheckpointKeepsTheSpecification(t *testing.T) {
	l, rival := newTestLog(0, 20), newTestLog(1, 20)
	stranger := newTestLog(0, 20)
	stranger.origin = "e1.gin.01234567.test.example"
	forged := newTestLog(0, 20)
	forged.signer = noteSigner(8)
	badProof := addCheckpointRequest{Old: 8, Note: l.note(13), Proof: tlog.TreeProof{{1}}}
	needless := addCheckpointRequest{Old: 8, Note: l.note(8), Proof: tlog.TreeProof{{1}}}
	for _, c := range []struct {
		name   string
		body   []byte
		status int
		answer string
	}{
		{"unknown origin", stranger.request(0, 5), 404, ""},
		{"signature of another key", forged.request(0, 5), 403, ""},
		{"old size above the checkpoint's", l.request(9, 8), 400, "*"},
		{"no old line", []byte("size 8\n\n"), 400, "*"},
		{"a size with a leading zero", []byte("old 08\n\n" + string(l.note(9))), 400, "*"},
		{"no checkpoint", []byte("old 8\n\n"), 400, "*"},
		{"old size not the last", l.request(4, 13), 409, "8\n"},
		{"same size, another root", rival.request(8, 8), 409, "8\n"},
		{"proof that does not verify", badProof.encode(), 422, ""},
		{"proof where none belongs", needless.encode(), 422, ""},
		{"history rewritten", rival.request(8, 13), 422, ""},
		{"same again", l.request(8, 8), 200, "*"},
		{"extension", l.request(8, 13), 200, "*"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, _, _ := testCosigner(t, l)
			status, _ := w.AddCheckpoint(l.request(0, 8))
			require.Equal(t, 200, status)
			status, answer := w.AddCheckpoint(c.body)
			require.Equal(t, c.status, status, "%s", answer)
			if c.answer != "*" {
				require.Equal(t, c.answer, string(answer))
			}
			last, _ := w.State.Witnessed(review.Origin(l.origin))
			if status != 200 {
				require.EqualValues(t, 8, last.Size, "a refusal changed the state")
			}
		})
	}
}

func TestCosignatureVerifiesAndStateIsStoredFirst(t *testing.T) {
	l := newTestLog(0, 20)
	w, s, now := testCosigner(t, l)
	status, body := w.AddCheckpoint(l.request(0, 20))
	require.Equal(t, 200, status)
	require.Equal(t, 1, strings.Count(string(body), "\n"), "one signature per answer")
	line, ok := cosignatureLine(l.note(20), body, w.Name, w.Signer.Key())
	require.True(t, ok)
	_, found, err := signing.OpenCosignatures(append(l.note(20), line...), map[string]signing.NoteKey{w.Name: w.Signer.Key()})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, now.Truncate(time.Second), found[0].Time)
	last, at := s.Witnessed(review.Origin(l.origin))
	require.EqualValues(t, 20, last.Size)
	require.Equal(t, found[0].Time, at)

	require.NoError(t, s.Close())
	status, _ = w.AddCheckpoint(l.request(0, 20))
	require.NotEqual(t, 200, status, "cosigned without being able to store it")
}

func TestWitnessCosignsOnlyWhatItHoldsACopyOf(t *testing.T) {
	l, rival := newTestLog(0, 20), newTestLog(1, 20)
	for _, c := range []struct {
		name   string
		held   *testLog
		size   int64
		status int
	}{
		{"nothing yet", l, 0, 503},
		{"all but one record", l, 12, 503},
		{"all", l, 13, 200},
		{"more", l, 20, 200},
		{"another history", rival, 20, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, s, _ := testCosigner(t, l)
			held := *c.held
			held.size = c.size
			w.State = heldBy{s, &held}
			status, answer := w.AddCheckpoint(l.request(0, 13))
			require.Equal(t, c.status, status, "%s", answer)
			last, _ := s.Witnessed(review.Origin(l.origin))
			require.Equal(t, status == 200, last.Size == 13, "the state of a witness that answered %d", status)
		})
	}
}

func TestCosigningTimeNeverRunsBackwards(t *testing.T) {
	l := newTestLog(0, 20)
	w, s, now := testCosigner(t, l)
	first := now.Truncate(time.Second)
	w.AddCheckpoint(l.request(0, 8))
	*now = now.Add(-time.Hour)
	status, _ := w.AddCheckpoint(l.request(8, 9))
	require.Equal(t, 200, status)
	_, at := s.Witnessed(review.Origin(l.origin))
	require.Equal(t, first, at)
}
