package store

import (
	"errors"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
	"stocktake/signing"
)

// What a faulty program could have stored, checksums and all, is found by what
// it means; and repaired so far that nothing is found any more.
func TestCheckNamesWhatIsWrong(t *testing.T) {
	a, src := newAuthor(t), newSource(t, "e1.ken.3f9a1c20.gcm.example")
	for i := range 9 {
		src.add(a, comment(i))
	}
	digest := func(i int) signing.Digest { return src.entries[i].Leaf.Digest }
	changeAt := func(tx *badger.Txn, key []byte, at int) error { // to another value under a checksum that fits
		item, err := tx.Get(key)
		if err != nil {
			return err
		}
		b, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		b[at%len(b)] ^= 1
		return tx.Set(key, seal(key, b[:len(b)-sealSize]))
	}
	change := func(tx *badger.Txn, key []byte) error { return changeAt(tx, key, 5) }
	for name, c := range map[string]struct {
		damage func(tx *badger.Txn) error
		says   string
		keeps  uint64 // records after the repair
	}{
		"an entry":      {func(tx *badger.Txn) error { return change(tx, entryKey(0, 5)) }, "record 5, its entry is another than the log's tree has there", 5},
		"an entry gone": {func(tx *badger.Txn) error { return tx.Delete(entryKey(0, 5)) }, "record 5, its entry is missing", 4},
		"a leaf's hash": {func(tx *badger.Txn) error { return changeAt(tx, entryKey(0, 5), entryHeader) }, "record 5, its entry is another", 9},
		"a hash":        {func(tx *badger.Txn) error { return changeAt(tx, entryKey(0, 3), entryHeader+tlog.HashSize) }, "hash 1 of level 1 is not that of the hashes below it", 9},
		"a head":        {func(tx *badger.Txn) error { return changeAt(tx, numberKey(keyState, 0), 8) }, "its head has another root than its records", 9},
		"a head gone":   {func(tx *badger.Txn) error { return tx.Delete(numberKey(keyState, 0)) }, "its head does not match its checksum", 9},
		"a place": {func(tx *badger.Txn) error {
			return tx.Set(digestKey(keyPayload, digest(3)), marshalPayload(comment(3)))
		}, "record 3, document " + digest(3).String() + ": its place is missing", 9},
		"a place too many": {func(tx *badger.Txn) error {
			return tx.Set(placeKey(digest(3), 0, 7), seal(placeKey(digest(3), 0, 7), nil))
		}, "the places of documents are 10, the records 9", 9},
		"a payload": {func(tx *badger.Txn) error {
			return tx.SetEntry(&badger.Entry{Key: digestKey(keyPayload, digest(3)), Value: marshalPayload([]byte("other")), ExpiresAt: expiryOf(0, 3)})
		}, "its content does not match its digest", 9},
		"a payload gone": {func(tx *badger.Txn) error { return tx.Delete(digestKey(keyPayload, digest(3))) }, "its content is missing", 9},
		"a payload and an absence": {func(tx *badger.Txn) error {
			k := digestKey(keyAbsence, digest(3))
			return tx.Set(k, seal(k, []byte{byte(review.Erased)}))
		}, "its content is there and noted as absent", 9},
		"an index gone":     {func(tx *badger.Txn) error { return tx.Delete(indexKeys(comment(3), digest(3))[0]) }, "an index of it is missing", 9},
		"an index too many": {func(tx *badger.Txn) error { return tx.Set(indexKeys(comment(99), digest(3))[0], []byte{}) }, "", 9},
		"an entry too many": {func(tx *badger.Txn) error { return tx.Set(entryKey(0, 9), seal(entryKey(0, 9), []byte("x"))) }, "1 values lie beyond its last record", 9},
		"a document key":    {func(tx *badger.Txn) error { return change(tx, numberKey(keyKey, 0)) }, "record 0, its entry is another", 0},
		"the count of logs": {func(tx *badger.Txn) error { return tx.Delete([]byte{keyCounters}) }, "the count of logs does not match its checksum", 9},
		"the bookkeeping":   {func(tx *badger.Txn) error { return tx.Set(textKey(keyMeta, "charter"), []byte("123456")) }, "the node's bookkeeping", 9},
		"what was cosigned": {func(tx *badger.Txn) error { return tx.Set(textKey(keyWitness, string(src.origin)), []byte("123456")) }, "what this node cosigned", 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openTest(t, dir, small)
			_, err := s.Extend(src.tail(0, 9, 9))
			require.NoError(t, err)
			require.NoError(t, s.db.Update(c.damage))
			require.NoError(t, s.Close())
			report, err := Check(t.Context(), dir, small, CheckOptions{})
			require.NoError(t, err)
			if c.says == "" {
				require.Empty(t, report.Findings, "the same index as is there")
				return
			}
			require.NotEmpty(t, report.Findings)
			require.Contains(t, report.Findings[0].String(), c.says)

			report, err = Repair(t.Context(), dir, small, CheckOptions{})
			require.NoError(t, err)
			require.NotEmpty(t, report.Kept)
			require.NoError(t, proveSound(t.Context(), dir, small.withDefaults(), CheckOptions{}))
			s = openTest(t, dir, small)
			held := s.Head(src.origin).Size
			require.Equal(t, c.keeps, held)
			_, err = s.Extend(src.tail(int(held), 9, 9))
			require.NoError(t, err)
			require.Equal(t, src.checkpoint(9).Root, s.Head(src.origin).Root)
		})
	}
}

func TestCheckAsksWhoSignedANote(t *testing.T) {
	dir, src := t.TempDir(), newSource(t, "e1.ken.3f9a1c20.gcm.example")
	src.add(newAuthor(t), comment(1))
	s := openTest(t, dir, small)
	_, err := s.Extend(src.tail(0, 1, 1))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	report, err := Check(t.Context(), dir, small, CheckOptions{Note: func(o review.Origin, note []byte) error {
		_, err := signing.OpenCheckpoint(note, string(o), src.signer.Key())
		return err
	}})
	require.NoError(t, err)
	require.True(t, report.Sound())
	report, err = Check(t.Context(), dir, small, CheckOptions{Note: func(review.Origin, []byte) error { return errors.New("another key") }})
	require.NoError(t, err)
	require.Contains(t, report.Findings[0].String(), "its checkpoint is not signed by the log: another key")
}
