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
	for n := range uint64(600) {
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
	got := rootsAt(leaves, append(sizes, 601, 1<<40))
	if len(got) != len(want) {
		t.Fatalf("%d roots for %d sizes", len(got), len(want))
	}
	for n, root := range want {
		if got[n] != root {
			t.Errorf("root at size %d is %v, want %v", n, got[n], root)
		}
	}
	var grown tree
	for n, leaf := range leaves {
		grown.add(leaf)
		for _, size := range []uint64{1, uint64(n/2 + 1), uint64(n + 1)} {
			if grown.rootAt(size, leaves) != want[size] {
				t.Errorf("root at size %d of %d is not the tree's", size, n+1)
			}
		}
	}
}
