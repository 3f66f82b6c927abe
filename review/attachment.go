package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrAttachment means that bytes are not the attachment that a document names.
var ErrAttachment = errors.New("review: not the attachment")

// AttachmentManifest is what an attachment's digest stands for: the digest in a
// document's subject is the SHA-256 of the manifest's RFC 8785 bytes,
//
//	{"chunks":["<SHA-256 of the first 65,536 bytes>",...],"salt":"<32 hex digits>","size":70000}
//
// So each chunk can be checked as it arrives, and the salt keeps what was
// erased, manifest and all, from being guessed back from the digest.
type AttachmentManifest struct {
	Chunks []string `json:"chunks"`
	Salt   string   `json:"salt"`
	Size   int64    `json:"size"`
}

// NewAttachmentManifest is the manifest of a file's bytes.
func NewAttachmentManifest(content []byte, salt string) (AttachmentManifest, error) {
	m := AttachmentManifest{Salt: salt, Size: int64(len(content)), Chunks: []string{}}
	for i := range m.count() {
		m.Chunks = append(m.Chunks, digestOf(content[m.offset(i):m.offset(i+1)]))
	}
	return m, m.check()
}

// ParseAttachmentManifest reads what Marshal writes.
func ParseAttachmentManifest(b []byte) (m AttachmentManifest, err error) {
	if len(b) > MaxManifest {
		return m, fmt.Errorf("%w: a manifest of %d bytes, the limit is %d", ErrAttachment, len(b), MaxManifest)
	}
	if err := json.Unmarshal(b, &m); err != nil || !bytes.Equal(m.Marshal(), b) {
		return m, fmt.Errorf("%w: its manifest is not in its one form", ErrAttachment)
	}
	return m, m.check()
}

func (m AttachmentManifest) check() error {
	if m.Size < 1 || m.Size > MaxAttachment {
		return fmt.Errorf("%w: %d bytes, possible are 1 to %d", ErrAttachment, m.Size, MaxAttachment)
	}
	if len(m.Chunks) != m.count() || !isHex(m.Salt, 32) {
		return fmt.Errorf("%w: a manifest of %d bytes has %d chunks", ErrAttachment, m.Size, len(m.Chunks))
	}
	for _, c := range m.Chunks {
		if !isHex(c, 64) {
			return fmt.Errorf("%w: a chunk's digest is no digest", ErrAttachment)
		}
	}
	return nil
}

// Marshal is the manifest's RFC 8785 form.
func (m AttachmentManifest) Marshal() []byte { return Canonical(m) }

// Digest is the attachment's.
func (m AttachmentManifest) Digest() DocumentID { return DocumentID(digestOf(m.Marshal())) }

func (m AttachmentManifest) count() int { return int((m.Size + AttachmentChunk - 1) / AttachmentChunk) }

// offset is where a chunk begins.
func (m AttachmentManifest) offset(i int) int64 { return min(int64(i)*AttachmentChunk, m.Size) }

// Length is chunk i's.
func (m AttachmentManifest) Length(i int) int64 { return m.offset(i+1) - m.offset(i) }

// Chunk checks chunk i.
func (m AttachmentManifest) Chunk(i int, b []byte) error {
	if i < 0 || i >= len(m.Chunks) || int64(len(b)) != m.Length(i) || digestOf(b) != m.Chunks[i] {
		return fmt.Errorf("%w: its bytes from %d on are others", ErrAttachment, m.offset(i))
	}
	return nil
}

// Content reads all chunks, checks each and hands it on, from chunk first on.
// Nothing may follow.
func (m AttachmentManifest) Content(r io.Reader, first int, use func(chunk []byte) error) error {
	buffer := make([]byte, AttachmentChunk)
	for i := first; i < len(m.Chunks); i++ {
		b := buffer[:m.Length(i)]
		if n, err := io.ReadFull(r, b); err == io.EOF || err == io.ErrUnexpectedEOF {
			return fmt.Errorf("%w: it ends after %d of %d bytes", ErrAttachment, m.offset(i)+int64(n), m.Size)
		} else if err != nil {
			return err
		}
		if err := m.Chunk(i, b); err != nil {
			return err
		}
		if err := use(b); err != nil {
			return err
		}
	}
	if n, _ := io.ReadFull(r, buffer[:1]); n > 0 {
		return fmt.Errorf("%w: more follows its %d bytes", ErrAttachment, m.Size)
	}
	return nil
}

// Attachments are those that a document names, without the prefix in Name.
func (d *Document) Attachments() []Subject {
	var all []Subject
	for _, s := range d.Subjects[1:] {
		if name, ok := strings.CutPrefix(s.Name, attachmentPrefix); ok {
			all = append(all, Subject{name, s.Digest})
		}
	}
	return all
}

// AttachmentSubject names an attachment in a document.
func AttachmentSubject(name string, digest DocumentID) Subject {
	return Subject{attachmentPrefix + name, digest}
}

// NarrativeName is the name of a long narrative in a language.
func NarrativeName(language string) string { return "narrative-" + strings.ToLower(language) + ".txt" }

// NarrativeLanguage is the language, in lower case, of a long narrative, which
// pages show, by its attachment's name; ok is false if it is none.
func NarrativeLanguage(name string) (language string, ok bool) {
	language, ok = strings.CutPrefix(name, "narrative-")
	if ok {
		language, ok = strings.CutSuffix(language, ".txt")
	}
	return language, ok
}
