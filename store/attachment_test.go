package store

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"stocktake/review"
)

// attachment is a file of random bytes.
type attachment struct {
	content  []byte
	manifest review.AttachmentManifest
	id       review.DocumentID
}

func newAttachment(t *testing.T, size int) attachment {
	content := make([]byte, size)
	rand.Read(content)
	m, err := review.NewAttachmentManifest(content, "00112233445566778899aabbccddeeff")
	require.NoError(t, err)
	return attachment{content, m, m.Digest()}
}

func openAttachments(t *testing.T, dir string, quota int64) *Attachments {
	a, err := OpenAttachments(dir, AttachmentOptions{Quota: quota, MinFree: 1})
	require.NoError(t, err)
	return a
}

func (a *Attachments) read(t *testing.T, id review.DocumentID) []byte {
	var b bytes.Buffer
	require.NoError(t, a.Content(id, 0, func(c []byte) error { b.Write(c); return nil }))
	return b.Bytes()
}

const chunk = review.AttachmentChunk

func TestAnAttachmentArrivesInPiecesOverRestarts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "attachments")
	for _, size := range []int{1, chunk - 1, chunk, chunk + 1, 3*chunk + 7} {
		f := newAttachment(t, size)
		a := openAttachments(t, dir, 0)
		_, err := a.Add(f.id, 0, f.content)
		require.ErrorIs(t, err, review.ErrAttachment, "no manifest yet")
		_, err = a.Begin(f.id, f.manifest.Marshal())
		require.NoError(t, err)
		for i := range f.manifest.Chunks {
			a = openAttachments(t, dir, 0)  // a restart
			if size-i*chunk > 20 && i > 0 { // in the middle of a chunk
				file, err := os.OpenFile(a.file(f.id, partSuffix), os.O_WRONLY|os.O_APPEND, 0)
				require.NoError(t, err)
				_, err = file.WriteString("half a chunk")
				require.NoError(t, err)
				require.NoError(t, file.Close())
			}
			s, err := a.State(f.id)
			require.NoError(t, err)
			require.Equal(t, i, s.Next)
			require.False(t, s.Whole)
			require.ErrorIs(t, a.Content(f.id, 0, nil), ErrNotFound)
			end := min((i+1)*chunk, size)
			wrong := bytes.Clone(f.content[i*chunk : end])
			wrong[0] ^= 1
			_, err = a.Add(f.id, i, wrong)
			require.ErrorIs(t, err, review.ErrAttachment)
			_, err = a.Add(f.id, 0, f.content[:end]) // with what is held already
			require.NoError(t, err)
		}
		require.Equal(t, f.content, a.read(t, f.id))
		require.NoFileExists(t, a.file(f.id, partSuffix))
		s, err := a.Begin(f.id, f.manifest.Marshal())
		require.NoError(t, err)
		require.True(t, s.Whole)
	}
}

func TestADamagedAttachmentIsNotServedAndComesAgain(t *testing.T) {
	f := newAttachment(t, 2*chunk+5)
	a := openAttachments(t, t.TempDir(), 0)
	for at := 0; at < len(f.content)+int(contentAt(f.manifest)); at += 10_007 {
		_, err := a.Begin(f.id, f.manifest.Marshal())
		require.NoError(t, err)
		_, err = a.Add(f.id, 0, f.content)
		require.NoError(t, err)
		b, err := os.ReadFile(a.file(f.id, ""))
		require.NoError(t, err)
		b[at] ^= 4
		require.NoError(t, os.WriteFile(a.file(f.id, ""), b, 0o600))
		var got bytes.Buffer
		err = a.Content(f.id, 0, func(c []byte) error { got.Write(c); return nil })
		damage := (*DamageError)(nil)
		require.ErrorAs(t, err, &damage)
		require.True(t, bytes.HasPrefix(f.content, got.Bytes()))
		s, err := a.State(f.id)
		require.NoError(t, err)
		require.Nil(t, s.Manifest)
	}
	require.Zero(t, a.used)
}

func TestAttachmentsKeepToTheirQuota(t *testing.T) {
	dir := t.TempDir()
	one, two := newAttachment(t, 100_000), newAttachment(t, 100_000)
	a := openAttachments(t, dir, 150_000)
	_, err := a.Begin(one.id, one.manifest.Marshal())
	require.NoError(t, err)
	_, err = a.Add(one.id, 0, one.content)
	require.NoError(t, err)
	_, err = a.Begin(two.id, two.manifest.Marshal())
	require.ErrorIs(t, err, ErrQuota)
	_, err = openAttachments(t, dir, 150_000).Begin(two.id, two.manifest.Marshal())
	require.ErrorIs(t, err, ErrQuota, "also after a restart")
	half := openAttachments(t, t.TempDir(), 150_000)
	_, err = half.Begin(one.id, one.manifest.Marshal())
	require.NoError(t, err)
	for range 2 {
		_, err = half.Begin(two.id, two.manifest.Marshal())
		require.ErrorIs(t, err, ErrQuota, "what is arriving has its room")
		half = openAttachments(t, half.dir, 150_000)
	}
	removed, err := a.Collect(func(id review.DocumentID) bool { return id != one.id })
	require.NoError(t, err)
	require.Equal(t, 1, removed)
	_, err = a.Begin(two.id, two.manifest.Marshal())
	require.NoError(t, err)

	a.options.FreeSpace = func(string) (uint64, uint64, error) { return 0, 1 << 40, nil }
	_, err = a.Add(two.id, 0, two.content)
	require.ErrorIs(t, err, ErrDiskFull)
}

func TestAnErasedAttachmentIsNotTakenBack(t *testing.T) {
	f := newAttachment(t, chunk+1)
	dir := t.TempDir()
	a := openAttachments(t, dir, 0)
	_, err := a.Begin(f.id, f.manifest.Marshal())
	require.NoError(t, err)
	_, err = a.Add(f.id, 0, f.content)
	require.NoError(t, err)
	require.NoError(t, a.Erase(f.id))
	a = openAttachments(t, dir, 0)
	absent := (*AbsentError)(nil)
	_, err = a.Begin(f.id, f.manifest.Marshal())
	require.ErrorAs(t, err, &absent)
	_, err = a.Add(f.id, 0, f.content)
	require.ErrorAs(t, err, &absent)
	removed, err := a.Collect(func(review.DocumentID) bool { return false })
	require.NoError(t, err)
	require.Zero(t, removed, "the mark stays")
	_, erased := a.List()
	require.Equal(t, []review.DocumentID{f.id}, erased)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	_, err = a.State("../../etc/passwd")
	require.Error(t, err)
}
