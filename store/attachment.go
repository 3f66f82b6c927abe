package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"stocktake/review"
	"stocktake/signing"
)

// ErrQuota means that attachments take no more space until some are gone or the
// quota is raised.
var ErrQuota = errors.New("store: the quota of attachments is used up")

// Attachments are files beside the database, one each, named by the
// attachment's digest: the manifest, a line feed and the content.
//
//	<digest>          whole, as each read checks again
//	<digest>.part     arriving: every chunk that it holds was checked
//	<digest>.erased   empty: its author withdrew it; it is not taken back
//
// A file appears under its name once it is whole and synced. Methods may be
// called from any goroutine.
type Attachments struct {
	dir     string
	options AttachmentOptions

	mu     sync.Mutex // of everything that changes the folder
	used   int64      // bytes of all files, parts as long as they will be
	whole  map[review.DocumentID]int64
	parts  map[review.DocumentID]int64
	erased map[review.DocumentID]bool
}

// AttachmentOptions of a folder; the zero value has the default quota.
type AttachmentOptions struct {
	// Quota bounds the bytes of all files; 0 means DefaultQuota.
	Quota int64
	// MinFree and FreeSpace are those of Options.
	MinFree   uint64
	FreeSpace func(dir string) (free, total uint64, err error)
}

// AttachmentState is how far an attachment is here.
type AttachmentState struct {
	Manifest *review.AttachmentManifest // nil until it arrived, and once it was erased
	Next     int                        // the chunk that comes next
	Whole    bool
	Erased   bool
}

const (
	partSuffix   = ".part"
	erasedSuffix = ".erased"
)

// OpenAttachments opens the folder, which it makes if need be.
func OpenAttachments(dir string, o AttachmentOptions) (*Attachments, error) {
	if o.Quota == 0 {
		o.Quota = DefaultQuota
	}
	if o.FreeSpace == nil {
		o.FreeSpace = freeSpace
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	a := &Attachments{
		dir: dir, options: o,
		whole: map[review.DocumentID]int64{}, parts: map[review.DocumentID]int64{}, erased: map[review.DocumentID]bool{},
	}
	return a, a.each(func(id review.DocumentID, suffix string) error {
		switch suffix {
		case erasedSuffix:
			a.erased[id] = true
		case partSuffix:
			f, m, err := a.open(id, suffix)
			if damage := (*DamageError)(nil); errors.As(err, &damage) {
				return nil // removed
			}
			if err != nil {
				return err
			}
			a.count(a.parts, id, contentAt(m)+m.Size)
			return f.Close()
		default:
			info, err := os.Lstat(a.file(id, suffix))
			if err != nil {
				return err
			}
			a.count(a.whole, id, info.Size())
		}
		return nil
	})
}

// count counts an attachment's bytes, forget no longer.
func (a *Attachments) count(in map[review.DocumentID]int64, id review.DocumentID, size int64) {
	in[id] = size
	a.used += size
}

func (a *Attachments) forget(id review.DocumentID, suffix string) {
	in := a.parts
	if suffix == "" {
		in = a.whole
	}
	a.used -= in[id]
	delete(in, id)
}

// Quota is the bound on the bytes of all files.
func (a *Attachments) Quota() int64 { return a.options.Quota }

// Settled is whether an attachment is here whole or was erased, so that it is
// not waited for. It opens no file.
func (a *Attachments) Settled(id review.DocumentID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, whole := a.whole[id]
	return whole || a.erased[id]
}

// Size is what an attachment's file takes, or will take once it has arrived.
func (a *Attachments) Size(id review.DocumentID) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.whole[id] + a.parts[id]
}

func (a *Attachments) file(id review.DocumentID, suffix string) string {
	return filepath.Join(a.dir, string(id)+suffix)
}

// State is how far an attachment is here.
func (a *Attachments) State(id review.DocumentID) (s AttachmentState, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state(id)
}

func (a *Attachments) state(id review.DocumentID) (s AttachmentState, err error) {
	if _, err := signing.ParseDigest(string(id)); err != nil { // it becomes a file's name
		return s, err
	}
	if a.erased[id] {
		return AttachmentState{Erased: true}, nil
	}
	for _, suffix := range []string{"", partSuffix} {
		f, m, err := a.open(id, suffix)
		if errors.Is(err, fs.ErrNotExist) {
			a.forget(id, suffix) // if somebody else removed it
			continue
		}
		if err != nil {
			return s, err
		}
		info, err := f.Stat()
		f.Close()
		if err != nil {
			return s, err
		}
		held := info.Size() - contentAt(m)
		s = AttachmentState{Manifest: &m, Next: int(held / review.AttachmentChunk), Whole: suffix == ""}
		if held >= m.Size || s.Whole {
			s.Next = len(m.Chunks)
		}
		return s, nil
	}
	return s, nil
}

// open opens a file after its manifest. One that is not the attachment's is
// damage: it is removed, so that it comes again.
func (a *Attachments) open(id review.DocumentID, suffix string) (*os.File, review.AttachmentManifest, error) {
	f, err := os.Open(a.file(id, suffix))
	if err != nil {
		return nil, review.AttachmentManifest{}, err
	}
	head := make([]byte, review.MaxManifest+1)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, review.AttachmentManifest{}, errors.Join(err, f.Close())
	}
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	m, err := review.ParseAttachmentManifest(line)
	if err == nil && m.Digest() != id {
		err = review.ErrAttachment
	}
	if err == nil {
		_, err = f.Seek(contentAt(m), io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, m, errors.Join(a.damage(id), a.remove(id, suffix))
	}
	return f, m, nil
}

// contentAt is where the content begins.
func contentAt(m review.AttachmentManifest) int64 { return int64(len(m.Marshal())) + 1 }

func (a *Attachments) damage(id review.DocumentID) error {
	return &DamageError{a.dir, "attachment " + string(id)}
}

// remove removes a file and forgets its bytes.
func (a *Attachments) remove(id review.DocumentID, suffix string) error {
	if err := os.Remove(a.file(id, suffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	a.forget(id, suffix)
	return nil
}

// Begin makes room for an attachment whose manifest came. It changes nothing if
// the attachment is here, in part or whole. Errors: ErrQuota, ErrDiskFull, an
// [*AbsentError] if it was erased, review.ErrAttachment.
func (a *Attachments) Begin(id review.DocumentID, manifest []byte) (AttachmentState, error) {
	m, err := review.ParseAttachmentManifest(manifest)
	if err != nil {
		return AttachmentState{}, err
	}
	if m.Digest() != id {
		return AttachmentState{}, fmt.Errorf("%w: it is another one's manifest", review.ErrAttachment)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s, err := a.state(id)
	switch {
	case err != nil || s.Manifest != nil:
		return s, err
	case s.Erased:
		return s, &AbsentError{id, review.Erased}
	}
	if err := a.room(contentAt(m) + m.Size); err != nil {
		return s, err
	}
	b := append(manifest[:len(manifest):len(manifest)], '\n')
	if err := a.write(id, b, os.O_EXCL|os.O_CREATE); err != nil {
		return s, errors.Join(err, a.remove(id, partSuffix))
	}
	a.count(a.parts, id, contentAt(m)+m.Size)
	return a.state(id)
}

// room is nil if that many bytes may be added.
func (a *Attachments) room(bytes int64) error {
	if a.used+bytes > a.options.Quota {
		return fmt.Errorf("%w: %d MiB of %d are in use in %s", ErrQuota, a.used>>20, a.options.Quota>>20, a.dir)
	}
	return a.enoughFree()
}

func (a *Attachments) enoughFree() error {
	free, total, err := a.options.FreeSpace(a.dir)
	if err != nil {
		return fmt.Errorf("store: free space of %s: %w", a.dir, err)
	}
	if least := (Options{MinFree: a.options.MinFree}).leastFree(total); free < least {
		return fmt.Errorf("%w: %d MiB are free in %s, %d MiB are kept free: delete other files or give it a larger disk", ErrDiskFull, free>>20, a.dir, least>>20)
	}
	return nil
}

func (a *Attachments) write(id review.DocumentID, b []byte, flags int) error {
	f, err := os.OpenFile(a.file(id, partSuffix), os.O_WRONLY|os.O_APPEND|flags, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}

// Add takes chunks from number from on, each whole. What is held already is
// passed over, so an interrupted transfer goes on anywhere before its end. With
// the last chunk the attachment is whole, on disk when Add returns.
func (a *Attachments) Add(id review.DocumentID, from int, content []byte) (AttachmentState, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, err := a.state(id)
	switch {
	case err != nil || s.Whole:
		return s, err
	case s.Erased:
		return s, &AbsentError{id, review.Erased}
	case s.Manifest == nil:
		return s, fmt.Errorf("%w: its manifest comes first", review.ErrAttachment)
	case from < 0 || from > s.Next:
		return s, fmt.Errorf("%w: chunk %d comes next, not %d", review.ErrAttachment, s.Next, from)
	case int64(len(content)) > s.Manifest.Size-int64(from)*review.AttachmentChunk:
		return s, fmt.Errorf("%w: more follows its last chunk", review.ErrAttachment)
	}
	if err := a.enoughFree(); err != nil {
		return s, err
	}
	// A kill may have left a piece of a chunk.
	if err := a.trim(id, s); err != nil {
		return s, err
	}
	for i := from; len(content) > 0; i++ {
		n := min(s.Manifest.Length(i), int64(len(content)))
		if err := s.Manifest.Chunk(i, content[:n]); err != nil {
			return s, err
		}
		if i == s.Next {
			if err := a.write(id, content[:n], 0); err != nil {
				return s, err
			}
			s.Next++
		}
		content = content[n:]
	}
	if s.Next == len(s.Manifest.Chunks) {
		s.Whole, err = true, a.finish(id)
	}
	return s, err
}

func (a *Attachments) trim(id review.DocumentID, s AttachmentState) error {
	name := a.file(id, partSuffix)
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	want := contentAt(*s.Manifest) + min(int64(s.Next)*review.AttachmentChunk, s.Manifest.Size)
	if info.Size() == want {
		return nil
	}
	return os.Truncate(name, want)
}

// finish gives a part its name, once it was read whole: chunks that came before
// a power cut may not be what was written.
func (a *Attachments) finish(id review.DocumentID) error {
	f, m, err := a.open(id, partSuffix)
	if err != nil {
		return err
	}
	err = m.Content(f, 0, func([]byte) error { return nil })
	f.Close()
	if err != nil {
		return errors.Join(a.damage(id), a.remove(id, partSuffix))
	}
	if f, err = os.OpenFile(a.file(id, partSuffix), os.O_WRONLY, 0); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(a.file(id, partSuffix), a.file(id, "")); err != nil {
		return err
	}
	a.forget(id, partSuffix)
	a.count(a.whole, id, contentAt(m)+m.Size)
	return SyncFolder(a.dir)
}

// SyncFolder makes the names in a folder last; where folders cannot be synced,
// as on Windows, it does nothing.
func SyncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	_ = f.Sync()
	return nil
}

// Content hands the chunks of a whole attachment to use, from one on, each
// checked. It is ErrNotFound if the attachment is not here whole, and a
// [*DamageError] at the first chunk that is not what was stored; the file is
// removed then, so that it comes again.
func (a *Attachments) Content(id review.DocumentID, from int, use func(chunk []byte) error) error {
	a.mu.Lock()
	s, err := a.state(id)
	if err == nil && !s.Whole {
		err = fmt.Errorf("%w: attachment %s", ErrNotFound, id)
	}
	var f *os.File
	var m review.AttachmentManifest
	if err == nil {
		f, m, err = a.open(id, "")
	}
	a.mu.Unlock()
	if err != nil {
		return err
	}
	defer f.Close()
	if from < 0 || from > len(m.Chunks) {
		return fmt.Errorf("%w: chunk %d of attachment %s", ErrNotFound, from, id)
	}
	if _, err := f.Seek(int64(from)*review.AttachmentChunk, io.SeekCurrent); err != nil {
		return err
	}
	if err := m.Content(f, from, use); errors.Is(err, review.ErrAttachment) {
		a.mu.Lock()
		defer a.mu.Unlock()
		return errors.Join(a.damage(id), a.remove(id, ""))
	} else if err != nil {
		return err
	}
	return nil
}

// Open is a whole attachment's file as it is stored, for a backup; its reader
// checks it.
func (a *Attachments) Open(id review.DocumentID) (*os.File, error) {
	if _, err := signing.ParseDigest(string(id)); err != nil {
		return nil, err
	}
	f, err := os.Open(a.file(id, ""))
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: attachment %s", ErrNotFound, id)
	}
	return f, err
}

// Restore writes a piece of a file that Open gave, in order; whoever calls has
// checked it. What was erased is passed over.
func (a *Attachments) Restore(p *BackupAttachment) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := review.DocumentID(p.Digest)
	s, err := a.state(id)
	if err != nil || s.Erased || s.Whole {
		return err
	}
	if p.Offset == 0 {
		if err := a.room(p.Size); err != nil {
			return err
		}
	}
	if err := a.write(id, p.Data, os.O_CREATE); err != nil {
		return err
	}
	if p.Offset == 0 {
		a.count(a.parts, id, p.Size)
	}
	if p.Offset+int64(len(p.Data)) < p.Size {
		return nil
	}
	return a.finish(id)
}

// Erase deletes an attachment and takes it back no more. The mark is on disk
// before the file goes.
func (a *Attachments) Erase(id review.DocumentID) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, err := signing.ParseDigest(string(id)); err != nil {
		return err
	}
	f, err := os.OpenFile(a.file(id, erasedSuffix), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close(), SyncFolder(a.dir)); err != nil {
		return err
	}
	a.erased[id] = true
	return errors.Join(a.remove(id, ""), a.remove(id, partSuffix), SyncFolder(a.dir))
}

// Collect removes attachments, whole or in part, that keep does not want, and
// says how many. What was erased stays marked so.
func (a *Attachments) Collect(keep func(review.DocumentID) bool) (removed int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	err = a.each(func(id review.DocumentID, suffix string) error {
		if suffix == erasedSuffix || keep(id) {
			return nil
		}
		removed++
		return a.remove(id, suffix)
	})
	return removed, err
}

// List is what is here whole, and what was erased, sorted.
func (a *Attachments) List() (whole, erased []review.DocumentID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Sorted(maps.Keys(a.whole)), slices.Sorted(maps.Keys(a.erased))
}

func (a *Attachments) each(f func(id review.DocumentID, suffix string) error) error {
	files, err := os.ReadDir(a.dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		name, suffix := file.Name(), ""
		if i := strings.IndexByte(name, '.'); i >= 0 {
			name, suffix = name[:i], name[i:]
		}
		if _, err := signing.ParseDigest(name); err != nil || suffix != "" && suffix != partSuffix && suffix != erasedSuffix {
			continue // not ours
		}
		if err := f(review.DocumentID(name), suffix); err != nil {
			return err
		}
	}
	return nil
}
