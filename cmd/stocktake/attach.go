package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"stocktake/node"
	"stocktake/node/web"
	"stocktake/review"
	"stocktake/signing"
)

// attachFlags say what goes with a document.
type attachFlags struct {
	offered      bool // by the command: it keeps them beside the envelope
	files        listFlag
	narratives   listFlag
	keepMetadata bool
}

func (a *attachFlags) add(f *flag.FlagSet) {
	a.offered = true
	f.Var(&a.files, "attach", "`file` to go with the document, under a neutral name and without its metadata")
	f.Var(&a.narratives, "narrative", "long text to go with it: a UTF-8 `file`, or LANGUAGE=FILE if it is not in the document's language")
	f.BoolVar(&a.keepMetadata, "keep-metadata", false, "attach files as they are, with what they say of their authors")
}

func (a *attachFlags) any() bool { return len(a.files)+len(a.narratives) > 0 }

// attached is a file made ready to be attached.
type attached struct {
	from     string // the person's name for it
	name     string // the neutral one
	content  []byte
	manifest review.AttachmentManifest
}

// prepare reads the files and salts the details. language is the document's.
func (a *attachFlags) prepare(c *call, language string, details []review.Detail) ([]attached, error) {
	var all []attached
	for _, s := range a.narratives {
		tag, file, ok := strings.Cut(s, "=")
		if !ok {
			tag, file = language, s
		}
		one, err := narrative(tag, file)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	for i, file := range a.files {
		content, err := readInput(file, review.MaxAttachment)
		if err != nil {
			return nil, err
		}
		stripped, err := node.StripMetadata(file, content)
		if errors.Is(err, node.ErrMetadata) && a.keepMetadata {
			c.say("%s is attached as it is, with what it says of its authors", file)
			stripped, err = content, nil
		}
		if err != nil {
			return nil, err
		}
		if n := len(content) - len(stripped); n > 0 {
			c.say("%s: %d bytes of metadata removed", file, n)
		}
		all = append(all, attached{from: file, name: fmt.Sprintf("annex-%d%s", i+1, neutralExt(file)), content: stripped})
	}
	for _, d := range details {
		d.Salt = node.NewSalt()
		all = append(all, attached{from: "details", name: review.DetailFile(d.Name), content: d.Marshal()})
	}
	if len(all) > review.MaxAttachments {
		return nil, usage("%d attachments, a document may have %d", len(all), review.MaxAttachments)
	}
	for i := range all {
		var err error
		if all[i].manifest, err = review.NewAttachmentManifest(all[i].content, node.NewSalt()); err != nil {
			return nil, fmt.Errorf("%s: %w", all[i].from, err)
		}
		if slices.ContainsFunc(all[:i], func(b attached) bool { return b.name == all[i].name }) {
			return nil, usage("--narrative: there are two in one language")
		}
	}
	return all, nil
}

// narrative is a long text after its first line, a salt.
func narrative(tag, file string) (attached, error) {
	b, err := readInput(file, review.MaxNarrative)
	if err != nil {
		return attached{}, err
	}
	content := append([]byte(node.NewSalt()+"\n"), b...)
	switch {
	case !utf8.Valid(b) || bytes.ContainsRune(b, 0):
		return attached{}, fmt.Errorf("%s is not UTF-8 text: save it as UTF-8", file)
	case len(content) > review.MaxNarrative:
		return attached{}, fmt.Errorf("%s has %d bytes, a narrative may have %d: split it, or attach it as a file", file, len(b), review.MaxNarrative-33)
	}
	return attached{from: file, name: review.NarrativeName(tag), content: content}, nil
}

// neutralExt is a file name's ending, if it says no more than which kind of
// file it is.
func neutralExt(file string) string {
	ext := strings.ToLower(filepath.Ext(file))
	if len(ext) < 2 || len(ext) > 6 || strings.Trim(ext[1:], "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return ""
	}
	return ext
}

// attachmentFolder is where an envelope's attachments lie until they are
// filed: beside it, named by their digests.
func attachmentFolder(envelope string) string { return envelope + ".attachments" }

// keep writes the attachments beside the envelope.
func keep(envelope string, all []attached) error {
	dir := attachmentFolder(envelope)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, a := range all {
		b := append(append(a.manifest.Marshal(), '\n'), a.content...)
		if err := replaceFile(filepath.Join(dir, string(a.manifest.Digest())), b); err != nil {
			return err
		}
	}
	return nil
}

// sendAttachments brings a node those of a filed document that lie beside its
// envelope. Those that it has are not sent again.
func sendAttachments(ctx context.Context, c *call, s web.Service, envelope string, e signing.Envelope) error {
	d, err := review.Parse(e.Payload)
	if err != nil {
		return nil // another program's kind: it was filed all the same
	}
	for _, a := range d.Attachments() {
		f, err := os.Open(filepath.Join(attachmentFolder(envelope), string(a.Digest)))
		if errors.Is(err, fs.ErrNotExist) {
			c.say("%s names the attachment %s, which is not in %s: it stays missing until somebody files it", envelope, a.Name, attachmentFolder(envelope))
			continue
		}
		if err != nil {
			return err
		}
		err = web.SendAttachment(ctx, s, a.Digest, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("attachment %s: %w; the document is filed: run the same command again", a.Name, err)
		}
	}
	return nil
}

// attachmentInWords is how far an attachment is at the node.
func attachmentInWords(a web.ShownAttachment) string {
	if w := a.TakenBack; w != nil {
		return takenBack(*w)
	}
	switch a.State {
	case web.AttachmentHeld:
		return fmt.Sprintf("%d bytes", a.Size)
	case web.AttachmentPartly:
		return fmt.Sprintf("arriving, %d of %d bytes", min(int64(a.Next)*review.AttachmentChunk, a.Size), a.Size)
	case web.AttachmentErased:
		return "withdrawn by its author and erased"
	}
	return "missing: it is not at this node; another member's may have it"
}

// takenBack says of an attachment that its author took it back.
func takenBack(w review.Withdrawn) string {
	return fmt.Sprintf("taken back by its author on %.10s, document %s: %s", w.Filed, w.By, strings.ReplaceAll(w.Reason, "\n", "\n            "))
}

// Folders of an export, beside its other files.
const attachmentsDir = "attachments"

// exportAttachments writes a document's attachments, each beside its manifest.
// What this node does not have it names.
func exportAttachments(ctx context.Context, c *call, s web.Service, shown *web.Shown, dir string) error {
	dir = filepath.Join(dir, attachmentsDir)
	if err := os.RemoveAll(dir); err != nil || len(shown.Attachments) == 0 {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, a := range shown.Attachments {
		if err := exportAttachment(ctx, s, a, filepath.Join(dir, filepath.Base(a.Name))); errors.Is(err, web.ErrNotFound) {
			c.say("The attachment %s is not in it: %v", a.Name, err)
		} else if err != nil {
			return fmt.Errorf("attachment %s: %w", a.Name, err)
		}
	}
	return nil
}

func exportAttachment(ctx context.Context, s web.Service, a web.ShownAttachment, name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	var manifest review.AttachmentManifest
	err = web.ReadAttachment(ctx, s, a.Digest, func(m review.AttachmentManifest, chunk []byte) error {
		manifest = m
		_, err := f.Write(chunk)
		return err
	})
	if err = errors.Join(err, f.Close()); err == nil {
		err = replaceFile(name+manifestSuffix, manifest.Marshal())
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}

// manifestSuffix is what an exported attachment's manifest is called after.
const manifestSuffix = ".manifest"

// verifyAttachments checks those of an exported document that are in its
// folder, and names the others; v is what the files say of it.
func verifyAttachments(c *call, path string, v *review.Verdict) error {
	dir, file := path, filepath.Join(path, review.FileBundle)
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		dir, file = filepath.Dir(path), path
	}
	b, err := readInput(file, maxInput)
	if err != nil {
		return err
	}
	bundle, err := signing.ParseBundle(b)
	if err != nil {
		return err
	}
	d, err := review.Parse(bundle.Payload)
	if err != nil {
		return nil // erased: nobody knows what it named
	}
	for _, a := range d.Attachments() {
		state, err := verifyAttachment(filepath.Join(dir, attachmentsDir, a.Name), a.Digest)
		if err != nil {
			return fmt.Errorf("attachment %s: %w", a.Name, err)
		}
		if w, ok := v.TakenBack[a.Name]; ok {
			state += "; " + takenBack(w)
		}
		if c.json {
			continue
		}
		if _, err := fmt.Fprintf(c.out, "attachment   %s: %s\n", a.Name, state); err != nil {
			return err
		}
	}
	return nil
}

func verifyAttachment(name string, id review.DocumentID) (string, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "not in this folder; the document names it with digest " + string(id), nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := readInput(name+manifestSuffix, review.MaxManifest)
	if err != nil {
		return "", err
	}
	m, err := review.ParseAttachmentManifest(b)
	if err == nil && m.Digest() != id {
		err = fmt.Errorf("%w: its manifest is another one's", review.ErrAttachment)
	}
	if err == nil {
		err = m.Content(f, 0, func([]byte) error { return nil })
	}
	return fmt.Sprintf("whole, %d bytes, as its author signed", m.Size), err
}
