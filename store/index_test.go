package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func keysOf(t *testing.T, s *Store, prefix byte) (keys []string) {
	tx := s.db.NewTransaction(false)
	defer tx.Discard()
	it := tx.NewIterator(keysOnly(prefix))
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		keys = append(keys, string(it.Item().Key()))
	}
	return keys
}

func TestIndexesOfAnotherVersionAreMadeAnew(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, small)
	src := newSource(t, testOrigin)
	a := newAuthor(t)
	for i := range 30 {
		src.add(a, various(i))
	}
	_, err := s.Extend(src.tail(0, 30, 30))
	require.NoError(t, err)
	want := keysOf(t, s, keyIndex)
	require.NoError(t, s.submit(ctxNone, cost{}, func(b *batch) error {
		b.delete([]byte(want[0]))
		b.setRaw(append([]byte{keyIndex, 99}, want[1][2:]...), nil)
		return nil
	}))
	require.NoError(t, s.SetMeta(metaIndexes, []byte("0")))
	require.NotEqual(t, want, keysOf(t, s, keyIndex))
	require.NoError(t, s.Close())
	require.Equal(t, want, keysOf(t, openTest(t, dir, small), keyIndex))
}
