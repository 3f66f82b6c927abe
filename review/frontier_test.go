package review

import (
	"strconv"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func TestFrontierRootsAreRFC6962Roots(t *testing.T) {
	var stored, leaves []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	var sizes []uint64
	want := map[uint64]tlog.Hash{}
	for n := range uint64(140) {
		data := []byte("leaf " + strconv.FormatUint(n, 10))
		hashes, err := tlog.StoredHashes(int64(n), data, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
		leaves = append(leaves, tlog.RecordHash(data))
		root, err := tlog.TreeHash(int64(n+1), reader)
		if err != nil {
			t.Fatal(err)
		}
		want[n+1] = root
		sizes = append([]uint64{n + 1}, sizes...) // any order
	}
	got := rootsAt(leaves, append(sizes, 141, 1<<40))
	if len(got) != len(want) {
		t.Fatalf("%d roots for %d sizes", len(got), len(want))
	}
	for n, root := range want {
		if got[n] != root {
			t.Errorf("root at size %d is %v, want %v", n, got[n], root)
		}
	}
}
