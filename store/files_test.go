package store

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// FuzzManifest takes any bytes for Badger's list of tables: it never panics,
// and more of what is sound stays sound.
func FuzzManifest(f *testing.F) {
	record := func(set ...byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(set)))
		return append(binary.BigEndian.AppendUint32(b, crc32.Checksum(set, castagnoli)), set...)
	}
	head := []byte("Bdgr\x00\x00\x00\x08")
	create := record(1<<3|2, 4, 1<<3, 7, 3<<3, 6)
	f.Add(head)
	f.Add(append(head, create...))
	f.Add(append(append(head, create...), record(1<<3|2, 4, 1<<3, 7, 2<<3, 1)...))
	f.Add(append(head, create[:9]...))
	f.Fuzz(func(t *testing.T, b []byte) {
		tables, err := parseManifest(b)
		if err != nil {
			return
		}
		for name := range tables {
			require.Equal(t, ".sst", filepath.Ext(name))
		}
		_, _ = parseManifest(append(b, create...))
	})
}

// FuzzTable takes any bytes for a table of Badger's.
func FuzzTable(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0})
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, b []byte) {
		name := filepath.Join(t.TempDir(), "000001.sst")
		require.NoError(t, os.WriteFile(name, b, 0o600))
		require.Error(t, soundTable(name, allBlocks), "no index, and a checksum that fits it")
	})
}

func TestADamagedValueBeforeOthersIsSeen(t *testing.T) {
	dir, _, _ := killedWith(t, 10, drawn)
	name, end := only(t, dir, "*.vlog")
	require.NoError(t, os.Truncate(name, end+64)) // the rest is a hole
	require.NoError(t, soundValues(name, false))
	for at := int64(logHeader); at < end-5000; at += 197 { // the last value is some 4,500 bytes
		flip(t, name, at)
		require.ErrorIs(t, soundValues(name, false), errUnsound, "at %d of %d", at, end)
		flip(t, name, at)
	}
	flip(t, name, end-8) // as a kill may leave the last one
	require.NoError(t, soundValues(name, false))
}

func TestNothingIsReclaimedFromADamagedFile(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	a := newAuthor(t)
	w := s.OpenLog(testOrigin, newNoteSigner(t))
	var last review.Record
	for i := range 10 {
		records, _, err := w.Append(t.Context(), a.sign(t, drawn(i)))
		require.NoError(t, err)
		last = records[0]
	}
	require.NoError(t, s.Close())
	name, _ := only(t, dir, "*.vlog")
	flip(t, name, 700) // in the first or second payload
	s = openTest(t, dir, small)
	records, err := s.Entries(testOrigin, 5, 6, 1<<20)
	require.NoError(t, err)
	require.NoError(t, s.SetAbsent(review.DocumentID(records[0].Leaf.Digest.String()), review.Erased))
	_, err = s.Reclaim(t.Context())
	var damaged *DamageError
	require.ErrorAs(t, err, &damaged)
	payload, err := s.Payload(last.ID())
	require.NoError(t, err)
	require.Equal(t, last.Payload, payload)
}

func TestTheListOfTablesIsReadAsBadgerReadsIt(t *testing.T) {
	dir, table := tabled(t)
	tables, err := manifestTables(filepath.Join(dir, "MANIFEST"))
	require.NoError(t, err)
	require.Equal(t, map[string]bool{filepath.Base(table): true}, tables)
	require.NoError(t, soundTable(table, allBlocks))
	require.NoError(t, forgetTable(dir, filepath.Base(table)))
	tables, err = manifestTables(filepath.Join(dir, "MANIFEST"))
	require.NoError(t, err)
	require.Equal(t, map[string]bool{filepath.Base(table): false}, tables)
	s := openTest(t, dir, small)
	require.Empty(t, s.Heads(), "the database opens without the table")
}
