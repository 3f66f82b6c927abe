package node

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

// A node lost its disk. Of its earlier log a peer hands it a document without
// the content, which comes later from another; a third has logged the document
// under a signature that is none.
func TestADocumentLeftBehindIsFiledAgainWhenItsContentCame(t *testing.T) {
	h := joined(t)
	n, err := Open(h, Options{Offline: true})
	require.NoError(t, err)
	earlier, genesis := n.origin, n.founding.Genesis.ID
	payload, err := review.Complete([]byte("language: en\nkind: pledge\ntitle: SAMPLE pledge\nform: individual\nobjectives: [6]\ndue: not-stated\n"),
		review.Completion{Federation: genesis, Charter: genesis, Author: "xsa", Created: Now(), Salt: NewSalt()})
	require.NoError(t, err)
	author, err := h.DocumentSigner(RoleAuthor, nil)
	require.NoError(t, err)
	pledge, err := author.Sign(payload)
	require.NoError(t, err)
	record, err := n.file(t.Context(), pledge)
	require.NoError(t, err)
	head := n.store.Head(earlier)
	entries, err := n.store.Entries(earlier, 0, head.Size, 1<<20)
	require.NoError(t, err)
	require.NoError(t, n.Close())

	require.NoError(t, os.RemoveAll(h.Database()))
	root, err := h.DocumentSigner(RoleRoot, nil)
	require.NoError(t, err)
	_, err = OpenEpoch(t.Context(), h, EpochOptions{Reason: "lost", Root: root})
	require.NoError(t, err)
	n, err = Open(h, Options{Offline: true})
	require.NoError(t, err)
	defer n.Close()
	entries[record.Index].Payload, entries[record.Index].Absence = nil, review.Missing
	cp, err := signing.PeekCheckpoint(head.Checkpoint)
	require.NoError(t, err)
	_, err = n.store.Extend(store.Tail{Origin: earlier, Entries: entries, Checkpoint: cp, Note: head.Checkpoint})
	require.NoError(t, err)
	forged := entries[record.Index].Leaf
	forged.Signature = append(bytes.Clone(forged.Signature[:len(forged.Signature)-1]), forged.Signature[len(forged.Signature)-1]^1)
	other, err := signing.GenerateNoteKey()
	require.NoError(t, err)
	cp = signing.Checkpoint{Origin: "e1.aaa.test.example", Size: 1, Root: forged.Hash()}
	_, err = n.store.Extend(store.Tail{Origin: "e1.aaa.test.example", Entries: []store.Entry{{Leaf: forged, Absence: review.Missing}}, Checkpoint: cp, Note: signing.SignCheckpoint(cp, other)})
	require.NoError(t, err)

	lacking, err := n.refileOnce(t.Context())
	require.NoError(t, err)
	require.Equal(t, []review.DocumentID{record.ID()}, lacking)
	require.False(t, n.came(lacking))

	require.NoError(t, n.store.Reveal(payload))
	require.True(t, n.came(lacking))
	lacking, err = n.refileOnce(t.Context())
	require.NoError(t, err)
	require.Empty(t, lacking)
	places, err := n.store.Places(record.ID())
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(places, func(p store.Place) bool { return p.Origin == n.origin }))
}
