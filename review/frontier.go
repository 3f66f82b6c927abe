package review

import (
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// frontier is the right edge of a growing RFC 6962 tree: the roots of its
// complete subtrees, largest first. Size 6 keeps the hashes of leaves 0-3 and
// of leaves 4-5.
type frontier struct {
	size uint64
	edge []tlog.Hash
}

func (f *frontier) add(leaf tlog.Hash) {
	h := leaf
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.edge) - 1
		h = tlog.NodeHash(f.edge[last], h)
		f.edge = f.edge[:last]
	}
	f.edge = append(f.edge, h)
	f.size++
}

// root is the tree's; of the empty tree, the zero hash, which no checkpoint
// that covers anything carries.
func (f *frontier) root() tlog.Hash {
	if len(f.edge) == 0 {
		return tlog.Hash{}
	}
	last := len(f.edge) - 1
	h := f.edge[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(f.edge[i], h)
	}
	return h
}

// rootsAt are the roots of the trees over the first n leaves, for each n of
// sizes that the leaves reach.
func rootsAt(leaves []tlog.Hash, sizes []uint64) map[uint64]tlog.Hash {
	sizes = slices.Sorted(slices.Values(sizes))
	roots := make(map[uint64]tlog.Hash, len(sizes))
	var f frontier
	for _, size := range sizes {
		if size > uint64(len(leaves)) {
			break
		}
		for f.size < size {
			f.add(leaves[f.size])
		}
		roots[size] = f.root()
	}
	return roots
}

// tree is a frontier that finds the root which it had at any size: it keeps its
// right edge of every markEvery sizes.
type tree struct {
	frontier
	marks []frontier
}

const markEvery = 256

func (t *tree) add(leaf tlog.Hash) {
	if t.size%markEvery == 0 {
		t.marks = append(t.marks, t.clone())
	}
	t.frontier.add(leaf)
}

func (f *frontier) clone() frontier { return frontier{f.size, slices.Clone(f.edge)} }

// rootAt is the root at a size that the tree has reached over its leaves.
func (t *tree) rootAt(size uint64, leaves []tlog.Hash) tlog.Hash {
	if size == t.size {
		return t.root()
	}
	f := t.marks[size/markEvery].clone()
	for _, leaf := range leaves[f.size:size] {
		f.add(leaf)
	}
	return f.root()
}
