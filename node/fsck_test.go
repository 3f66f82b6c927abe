package node_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
	"stocktake/store"
)

const pledge = "kind: pledge\ntitle: A pledge\nform: individual\nobjectives: [6]\ndue: not-stated\n"

// A node whose disk fails signs nothing more and says so, in what it answers
// and in its status; after a restart it goes on.
func TestANodeWhoseDiskFailsSaysSo(t *testing.T) {
	home, author, genesis := alone(t)
	broken := false
	n, err := node.Open(home, node.Options{Offline: true, Store: store.Options{WriteBuffer: 2 << 20, MinFree: 1, Commit: func(write func() error) error {
		if broken {
			return errors.New("input/output error")
		}
		return write()
	}}})
	require.NoError(t, err)
	first := file(t, n, author, genesis, pledge)
	broken = true
	e, err := author.Sign([]byte(`{}`))
	require.NoError(t, err)
	_, err = n.File(t.Context(), e)
	require.Error(t, err, "no document")
	second, err := tryFile(t, n, author, genesis, pledge+"summary: Another\n")
	require.ErrorIs(t, err, web.ErrUnavailable)
	require.ErrorContains(t, err, "input/output error")
	require.ErrorContains(t, err, "check the disk and restart")
	s, err := n.Status(t.Context())
	require.NoError(t, err)
	require.Contains(t, s.Storage, "nothing more is written")
	_, err = n.Document(t.Context(), first)
	require.NoError(t, err, "reading goes on")
	require.Empty(t, second)
	require.NoError(t, n.Close())

	n = openOffline(t, home)
	defer n.Close()
	s, err = n.Status(t.Context())
	require.NoError(t, err)
	require.Empty(t, s.Storage)
	require.Empty(t, s.Fenced)
	file(t, n, author, genesis, pledge+"summary: Another\n")
}

func TestANodeOnAFullDiskReceivesAgainByItself(t *testing.T) {
	home, author, genesis := alone(t)
	free := uint64(1 << 40)
	n, err := node.Open(home, node.Options{Offline: true, Store: store.Options{WriteBuffer: 2 << 20, FreeSpace: func(string) (uint64, uint64, error) { return free, 1 << 40, nil }}})
	require.NoError(t, err)
	defer n.Close()
	free = 100 << 20
	_, err = tryFile(t, n, author, genesis, pledge)
	require.ErrorIs(t, err, web.ErrDiskFull)
	s, err := n.Status(t.Context())
	require.NoError(t, err)
	require.Contains(t, s.Storage, "disk full: 100 MiB are free")
	free = 1 << 40
	file(t, n, author, genesis, pledge)
	s, err = n.Status(t.Context())
	require.NoError(t, err)
	require.Empty(t, s.Storage)
}

// What no other node has is not lost by a repair: it is set aside, signed.
func TestARepairSetsAsideWhatTheOwnLogCannotKeep(t *testing.T) {
	home, author, genesis := alone(t)
	n := openOffline(t, home)
	var ids []review.DocumentID // a block of the table has some thirty of them; 255 has the hash of those from 128 on
	for i := range 270 {
		ids = append(ids, file(t, n, author, genesis, fmt.Sprintf("%ssummary: Number %d\n", pledge, i)))
	}
	require.NoError(t, n.Close())
	f, err := node.CheckHome(t.Context(), home, false, nil)
	require.NoError(t, err)
	require.True(t, f.Sound(), "%v", f.Findings)
	records := f.Records

	damageEntry(t, home, ids[200])
	f, err = node.CheckHome(t.Context(), home, false, nil)
	require.NoError(t, err)
	require.False(t, f.Sound())
	f, err = node.CheckHome(t.Context(), home, true, nil)
	require.NoError(t, err)
	require.NotEmpty(t, f.Fenced)
	require.NotEmpty(t, f.Kept)
	require.NotZero(t, f.Saved)
	saved, err := os.ReadFile(f.SavedFile)
	require.NoError(t, err)
	require.Equal(t, f.Saved, bytes.Count(saved, []byte("\n")))
	last, err := signing.ParseEnvelope(bytes.TrimSpace(saved[bytes.LastIndexByte(saved[:len(saved)-1], '\n')+1:]))
	require.NoError(t, err)
	require.Equal(t, string(ids[269]), last.Digest().String())
	f, err = node.CheckHome(t.Context(), home, false, nil)
	require.NoError(t, err)
	require.True(t, f.Sound(), "%v", f.Findings)
	require.Less(t, f.Records, records-uint64(len(ids)-200))
	require.NotZero(t, f.Records)
	n = openOffline(t, home)
	defer n.Close()
	_, err = tryFile(t, n, author, genesis, pledge)
	require.ErrorIs(t, err, web.ErrUnavailable)
}

// damageEntry flips a bit in the entry of a document, in the table that holds
// it: flags, key number, digest, signature.
func damageEntry(t *testing.T, home node.Home, id review.DocumentID) {
	digest, err := hex.DecodeString(string(id))
	require.NoError(t, err)
	tables, err := filepath.Glob(filepath.Join(home.Database(), "*.sst"))
	require.NoError(t, err)
	for _, table := range tables {
		b, err := os.ReadFile(table)
		require.NoError(t, err)
		if at := bytes.Index(b, append([]byte{1, 0, 0, 0, 1}, digest...)); at >= 0 {
			b[at+10] ^= 4
			require.NoError(t, os.WriteFile(table, b, 0o600))
			return
		}
	}
	t.Fatal("no table has the entry")
}

func TestADamagedAttachmentIsNamedAndDropped(t *testing.T) {
	home, _, _ := alone(t)
	content := bytes.Repeat([]byte("narrative "), 20000)
	manifest, err := review.NewAttachmentManifest(content, "00112233445566778899aabbccddeeff")
	require.NoError(t, err)
	attachments, err := store.OpenAttachments(home.Attachments(), store.AttachmentOptions{MinFree: 1})
	require.NoError(t, err)
	_, err = attachments.Begin(manifest.Digest(), manifest.Marshal())
	require.NoError(t, err)
	_, err = attachments.Add(manifest.Digest(), 0, content)
	require.NoError(t, err)
	f, err := node.CheckHome(t.Context(), home, false, nil)
	require.NoError(t, err)
	require.True(t, f.Sound(), "%v", f.Findings)
	require.Equal(t, 1, f.Attachments)

	name := filepath.Join(home.Attachments(), string(manifest.Digest()))
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	b[len(b)-5] ^= 1
	require.NoError(t, os.WriteFile(name, b, 0o600))
	for _, repair := range []bool{false, true} {
		f, err = node.CheckHome(t.Context(), home, repair, nil)
		require.NoError(t, err)
		require.Equal(t, manifest.Digest(), f.Findings[0].Document)
		require.Contains(t, f.Findings[0].String(), "the attachment does not match its digest")
	}
	f, err = node.CheckHome(t.Context(), home, false, nil)
	require.NoError(t, err)
	require.True(t, f.Sound())
	require.Zero(t, f.Attachments)
}
