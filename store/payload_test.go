package store

import (
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// withdrawal is a document that nobody may erase.
func withdrawal(n int) []byte {
	return review.Compose(review.KindWithdrawal, []review.Subject{{Name: "document", Digest: genesis}},
		review.Withdrawal{Common: common("sle", n), Reason: "An error."})
}

func TestAbsentPayloads(t *testing.T) {
	src := newSource(t, testOrigin)
	other := newSource(t, "e1.ken.3f9a1c20.gcm.example")
	a := newAuthor(t)
	for i := range 6 {
		src.add(a, comment(i))
	}
	other.add(a, comment(1), comment(2))
	s := openTest(t, "", Options{InMemory: true})
	tail := src.tail(0, 6, 6)
	tail.Entries = append([]Entry(nil), tail.Entries...)
	tail.Entries[1].Payload = nil // no reason given
	tail.Entries[2].Payload, tail.Entries[2].Absence = nil, review.Sealed
	tail.Entries[3].Payload = comment(77) // another's
	tail.Entries[4].Payload, tail.Entries[4].Absence = nil, review.Absence(99)
	head, err := s.Extend(tail)
	require.NoError(t, err)
	require.Equal(t, src.root(6), head.Root, "replication refuses no leaf")
	id := func(i int) review.DocumentID { return review.DocumentID(src.entries[i].Leaf.Digest.String()) }
	absence := func(i int) review.Absence {
		r, err := s.Record(testOrigin, uint64(i))
		require.NoError(t, err)
		require.Equal(t, r.Absence == review.Present, r.Payload != nil)
		return r.Absence
	}
	absent := func() []uint64 {
		states, err := s.LogStates()
		require.NoError(t, err)
		return review.Snapshot{Logs: states}.Log(testOrigin).Absent
	}
	require.Equal(t, []uint64{1, 2, 3, 4}, absent())
	require.Equal(t, []review.Absence{review.Missing, review.Sealed, review.Missing, review.Missing}, []review.Absence{absence(1), absence(2), absence(3), absence(4)})
	missing, err := s.Missing()
	require.NoError(t, err)
	require.ElementsMatch(t, []MissingPayload{{id(1), testOrigin, 1}, {id(3), testOrigin, 3}, {id(4), testOrigin, 4}}, missing)
	var why *AbsentError
	_, err = s.Payload(id(2))
	require.ErrorAs(t, err, &why)
	require.Equal(t, review.Sealed, why.Absence)

	// The same documents in another log bring two payloads.
	_, err = s.Extend(other.tail(0, 2, 2))
	require.NoError(t, err)
	require.Equal(t, []uint64{3, 4}, absent())
	require.NoError(t, s.Reveal(comment(3)))
	require.NoError(t, s.Reveal(comment(3)))
	require.Equal(t, []uint64{4}, absent())
	require.ErrorIs(t, s.Reveal(comment(1000)), ErrNotFound, "no record has it")
	require.Error(t, s.Reveal(nil))

	// What is withheld or erased stays away.
	require.NoError(t, s.SetAbsent(id(0), review.Erased))
	require.NoError(t, s.SetAbsent(id(4), review.Withheld))
	require.Equal(t, []uint64{0, 4}, absent())
	require.ErrorAs(t, s.Reveal(comment(0)), &why)
	require.Equal(t, review.Erased, why.Absence)
	other.add(a, comment(0))
	_, err = s.Extend(other.tail(2, 3, 3))
	require.NoError(t, err)
	require.Equal(t, review.Erased, absence(0))
	require.NotContains(t, mustFind(t, s, Query{Kind: review.KindComment}), id(0))
	require.Contains(t, mustFind(t, s, Query{}), id(0), "the fact stays")
	missing, err = s.Missing()
	require.NoError(t, err)
	require.Empty(t, missing)
	require.Error(t, s.SetAbsent(id(1), review.Missing))
	require.ErrorIs(t, s.SetAbsent(genesis, review.Erased), ErrNotFound)
	_, err = s.Payload(genesis)
	require.ErrorIs(t, err, ErrNotFound)

	d, err := review.Parse(withdrawal(1))
	require.NoError(t, err)
	require.Equal(t, review.KindWithdrawal, d.Kind)
	src.add(a, withdrawal(1))
	_, err = s.Extend(src.tail(6, 7, 7))
	require.NoError(t, err)
	require.ErrorContains(t, s.SetAbsent(id(6), review.Erased), "withdrawal")
	require.Equal(t, review.Present, absence(6))
}

func TestRecordsDependOnTheSnapshotAlone(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 4 {
		src.add(a, comment(i))
	}
	s := openTest(t, "", Options{InMemory: true})
	tail := src.tail(0, 4, 4)
	tail.Entries = append([]Entry(nil), tail.Entries...)
	tail.Entries[0].Payload, tail.Entries[0].Absence = nil, review.Sealed
	tail.Entries[1].Payload = nil
	_, err := s.Extend(tail)
	require.NoError(t, err)
	snapshot := review.Snapshot{Logs: []review.LogState{{Origin: testOrigin, Size: 3, Root: src.root(3), Absent: []uint64{1, 2}}}}
	var got []review.Absence
	for r, err := range s.Records(snapshot) {
		require.NoError(t, err)
		got = append(got, r.Absence)
		require.Nil(t, r.Payload)
	}
	require.Equal(t, []review.Absence{review.Missing, review.Withheld, review.Withheld}, got)

	ends := func(l review.LogState) (last error) {
		for _, last = range s.Records(review.Snapshot{Logs: []review.LogState{l}}) {
		}
		return last
	}
	require.NoError(t, ends(review.LogState{Origin: testOrigin, Size: 4, Root: src.root(4)}))
	require.ErrorContains(t, ends(review.LogState{Origin: testOrigin, Size: 4, Root: src.root(3)}), "fork")
	require.ErrorIs(t, ends(review.LogState{Origin: testOrigin, Size: 5, Root: src.root(4)}), ErrNotFound)
	require.ErrorIs(t, ends(review.LogState{Origin: "e1.nobody", Size: 1}), ErrNotFound)
	for range s.Records(snapshot) {
		break // a consumer may stop
	}
}

func TestEntriesKeepToTheirLimits(t *testing.T) {
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 10 {
		src.add(a, comment(i))
	}
	s := openTest(t, "", Options{InMemory: true})
	_, err := s.Extend(src.tail(0, 10, 10))
	require.NoError(t, err)
	for _, test := range []struct {
		from, to uint64
		bytes    int
		want     int
	}{{0, 10, 1 << 20, 10}, {3, 5, 1 << 20, 2}, {8, 1 << 60, 1 << 20, 2}, {0, 10, 0, 1}, {0, 10, 3 * len(comment(0)), 2}, {10, 11, 1, 0}, {1<<64 - 1, 1<<64 - 1, 1, 0}} {
		entries, err := s.Entries(testOrigin, test.from, test.to, test.bytes)
		require.NoError(t, err)
		require.Len(t, entries, test.want, "%+v", test)
		if test.want > 0 {
			require.Equal(t, src.entries[test.from:test.from+uint64(test.want)], entries)
		}
	}
}

// Of a payload whose key Badger does not find any more, in a block that it cannot
// read, the place is lost with it: the record tells.
func TestAPayloadThatIsLostWithItsPlaceComesAgain(t *testing.T) {
	s, _, ids := filedAlone(t, comment(0), comment(1))
	require.NoError(t, s.db.Update(func(tx *badger.Txn) error { return tx.Delete(digestKey(keyPayload, ids[1])) }))
	places, err := s.Places(review.DocumentID(ids[1].String()))
	require.NoError(t, err)
	require.Empty(t, places)
	r, err := s.Record(testOrigin, 1)
	require.NoError(t, err)
	require.Equal(t, review.Missing, r.Absence)
	s.waitForRepairs()
	missing, err := s.Missing()
	require.NoError(t, err)
	require.Equal(t, []MissingPayload{{review.DocumentID(ids[1].String()), testOrigin, 1}}, missing)
	require.NoError(t, s.Reveal(comment(1)))
	places, err = s.Places(review.DocumentID(ids[1].String()))
	require.NoError(t, err)
	require.Equal(t, []Place{{testOrigin, 1}}, places)
	require.Empty(t, checkedAgain(t, s).Findings)
}

// The place that is noted with a payload stays when the payload goes, and another
// one is noted when the record goes.
func TestPlacesStay(t *testing.T) {
	a := newAuthor(t)
	one, two := newSource(t, testOrigin), newSource(t, "e1.ken.3f9a1c20.gcm.example")
	one.add(a, comment(0), comment(1))
	two.add(a, comment(2), comment(1))
	s := openTest(t, t.TempDir(), small)
	for _, src := range []*source{one, two} {
		_, err := s.Extend(src.tail(0, 1, 2))
		require.NoError(t, err)
		_, err = s.Extend(src.tail(1, 2, 2))
		require.NoError(t, err)
	}
	id := review.DocumentID(one.entries[1].Leaf.Digest.String())
	want := []Place{{one.origin, 1}, {two.origin, 1}}
	places := func() []Place {
		all, err := s.Places(id)
		require.NoError(t, err)
		return all
	}
	require.ElementsMatch(t, want, places())
	require.Len(t, keysOf(t, s, keyPlace), 1, "the first has no key of its own")
	found, err := s.Find(Query{})
	require.NoError(t, err)
	require.Len(t, found, 3)

	_, err = s.Rewind(one.origin, one.checkpoint(1), one.note(1))
	require.NoError(t, err)
	require.Equal(t, want[1:], places())
	require.Empty(t, keysOf(t, s, keyPlace))
	require.NoError(t, s.SetAbsent(id, review.Withheld))
	require.Equal(t, want[1:], places())
	require.Len(t, keysOf(t, s, keyPlace), 1)
	require.Empty(t, checkedAgain(t, s).Findings)
}

func TestAPlaceIsATimeThatNeverComes(t *testing.T) {
	for _, log := range []uint32{0, 1, 1<<placeLog - 1} {
		for _, index := range []uint64{0, 1, maxLogSize - 1} {
			at := expiryOf(log, index)
			require.Greater(t, at, uint64(1<<61))
			l, i, ok := placeOf(at)
			require.True(t, ok)
			require.Equal(t, log, l)
			require.Equal(t, index, i)
		}
	}
	require.Zero(t, expiryOf(1<<placeLog, 0))
	require.Zero(t, expiryOf(0, maxLogSize))
	for _, other := range []uint64{0, 1, 1 << 61, 1<<62 | 1<<61, 1 << 63} {
		_, _, ok := placeOf(other)
		require.False(t, ok, other)
	}
}
