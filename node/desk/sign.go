package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stocktake/node/web"
	"stocktake/node/web/lang"
	"stocktake/review"
	"stocktake/signing"
)

// payload is what signing would sign: the draft with what the program fills in.
func (d *Desk) payload(draft *Draft) ([]byte, error) {
	c := review.Completion{Author: d.o.Author, Created: d.o.Now().UTC().Format(time.RFC3339), Salt: d.o.Salt()}
	if !d.isFirst(draft) { // a first charter is of no federation
		f, err := d.o.Founding()
		if err != nil {
			return nil, err
		}
		c.Federation = f.Genesis.ID
		_, c.Charter = f.Chain.InForce()
	}
	for _, file := range draft.Files {
		c.Attachments = append(c.Attachments, review.AttachmentSubject(file.Name, file.Digest))
	}
	return review.CompleteFields(draft.Kind, cloneFields(draft.Fields), draft.About, c)
}

// cloneFields is a copy at the top, which is where the program fills in.
func cloneFields(fields map[string]any) map[string]any {
	c := make(map[string]any, len(fields)+5)
	for name, v := range fields {
		c[name] = v
	}
	return c
}

// sign signs a cleared draft with the key of the home and files it.
func (d *Desk) sign(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.change(r.PathValue("id"), func(draft *Draft) error {
		if err := draft.maySign(s.Person); err != nil {
			return err
		}
		if err := d.follows(draft); err != nil {
			return err
		}
		payload, err := d.payload(draft)
		if err != nil {
			return err
		}
		e, err := d.o.Sign(payload, []byte(r.PostFormValue("password")))
		if err != nil {
			return cannot(http.StatusForbidden, "cannot.sign", "reason", because(err))
		}
		return d.file(ctx, draft, s.Person, didSign, e)
	})
	if err == nil && draft.Kind == review.KindCharter { // who proposes it approves it
		if err := d.accede(ctx, draft.Document, []byte(r.PostFormValue("password"))); err != nil {
			page := vocabulary(r).At("/charter/", draft.Document)
			if d.o.Joining != nil {
				page = vocabulary(r).At("/")
			}
			return cannot(http.StatusUnprocessableEntity, "cannot.approve", "page", page, "reason", because(err))
		}
	}
	return d.fileFiles(ctx, w, r, draft, err)
}

// bringBack files a cleared draft that was signed somewhere else. What was
// signed has to be what was cleared.
func (d *Desk) bringBack(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	b, _, err := uploaded(r, "envelope", maxEnvelope)
	if err != nil {
		return err
	}
	e, err := signing.ParseEnvelope(b)
	if err != nil {
		return cannot(http.StatusBadRequest, "cannot.envelope", "reason", because(err))
	}
	draft, err := d.drafts.change(r.PathValue("id"), func(draft *Draft) error {
		if err := draft.maySign(s.Person); err != nil {
			return err
		}
		if err := d.sameContent(draft, e.Payload); err != nil {
			return err
		}
		if err := d.follows(draft); err != nil {
			return err
		}
		return d.file(ctx, draft, s.Person, didBring, e)
	})
	return d.fileFiles(ctx, w, r, draft, err)
}

// sameContent is whether a payload says what a draft says, but for what signing
// fills in.
func (d *Desk) sameContent(draft *Draft, payload []byte) error {
	signed, err := review.Parse(payload)
	if err != nil {
		return cannot(http.StatusBadRequest, "cannot.document", "reason", because(err))
	}
	if signed.Kind == draft.Kind && signed.Author == d.o.Author {
		if fields, about, err := fieldsAgain(signed); err == nil {
			again := *draft
			again.Fields = fields
			if draft.About != "" {
				again.About = about
			}
			if again.content() == draft.Cleared && len(signed.Attachments()) == len(draft.Files) {
				return nil
			}
		}
	}
	return cannot(http.StatusConflict, "cannot.another")
}

// file files an envelope, unless the node does not take it.
func (d *Desk) file(ctx context.Context, draft *Draft, p *Person, what string, e signing.Envelope) error {
	id, err := d.fileNow(ctx, e)
	if err == nil {
		draft.filed(p, d.o.Now(), what, id)
	}
	return err
}

// fileNow files an envelope, or says why the node does not take it.
func (d *Desk) fileNow(ctx context.Context, e signing.Envelope) (review.DocumentID, error) {
	filed, err := d.o.Node.File(ctx, e)
	var refusal review.Refusal
	switch {
	case errors.As(err, &refusal):
		return "", refusal
	case err != nil:
		return "", cannot(http.StatusUnprocessableEntity, "cannot.file", "reason", because(err))
	}
	return filed.ID, nil
}

// fileFiles brings the node a filed draft's attachments and shows the draft.
func (d *Desk) fileFiles(ctx context.Context, w http.ResponseWriter, r *http.Request, draft *Draft, err error) error {
	if err != nil {
		return err
	}
	for _, file := range draft.Files {
		if err := d.send(ctx, file); err != nil {
			return cannot(http.StatusInternalServerError, "cannot.send", "name", file.Name, "reason", because(err))
		}
	}
	switch {
	case d.o.Joining != nil:
		goTo(w, r, "/")
	case draft.Ceremony && draft.Kind == review.KindCharter:
		goTo(w, r, "/charter/", draft.Document)
	case draft.Ceremony:
		goTo(w, r, "/charter/", draft.About)
	default:
		goTo(w, r, "/drafts/", draft.ID)
	}
	return nil
}

func (d *Desk) send(ctx context.Context, file File) error {
	f, err := os.Open(d.drafts.attachment(file.Digest))
	if err != nil {
		return err
	}
	defer f.Close()
	return web.SendAttachment(ctx, d.o.Node, file.Digest, f)
}

func (s *drafts) attachment(id review.DocumentID) string {
	return filepath.Join(s.dir, "files", string(id))
}

// attach takes a file to be attached, without what it says of its authors.
func (d *Desk) attach(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	content, name, err := uploaded(r, "file", review.MaxAttachment)
	if err != nil {
		return err
	}
	stripped, err := d.o.Strip(name, content)
	if err != nil {
		return cannot(http.StatusUnprocessableEntity, "cannot.attach", "name", name, "reason", because(err))
	}
	return d.addFile(w, r, s, name, stripped, func(draft *Draft) (string, error) {
		return fmt.Sprintf("annex-%d%s", len(draft.Files)+1, ending(name)), nil
	})
}

// addDetail takes something that the author may take back by itself.
func (d *Desk) addDetail(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	if err := r.ParseForm(); err != nil {
		return cannot(http.StatusBadRequest, "cannot.read-form")
	}
	text := strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n"))
	detail := review.Detail{Name: strings.TrimSpace(r.PostForm.Get("name")), Salt: d.o.Salt(), Text: text}
	file, b := review.DetailFile(detail.Name), detail.Marshal()
	if _, err := review.ParseDetail(file, b); err != nil || text == "" {
		return cannot(http.StatusUnprocessableEntity, "cannot.detail")
	}
	return d.addFile(w, r, s, file, b, func(draft *Draft) (string, error) {
		switch {
		case !review.HasDetails(draft.Kind):
			return "", cannot(http.StatusUnprocessableEntity, "cannot.detail-of", "kind", lang.Sentence{Key: "kind." + string(draft.Kind)})
		case slices.ContainsFunc(draft.Files, func(f File) bool { return f.Name == file }):
			return "", cannot(http.StatusConflict, "cannot.detail-twice", "name", detail.Name)
		}
		return file, nil
	})
}

// addFile has a draft go with a file, under a name that named gives it. from is
// what it was called.
func (d *Desk) addFile(w http.ResponseWriter, r *http.Request, s *session, from string, content []byte, named func(*Draft) (string, error)) error {
	m, err := review.NewAttachmentManifest(content, d.o.Salt())
	if err != nil {
		return cannot(http.StatusUnprocessableEntity, "cannot.attach", "name", from, "reason", because(err))
	}
	b := append(append(m.Marshal(), '\n'), content...)
	draft, err := d.drafts.change(r.PathValue("id"), func(draft *Draft) error {
		switch {
		case !s.is(Drafter):
			return notFor(s.Person, Drafter)
		case draft.State == Filed:
			return errFiled
		case draft.Ceremony:
			return errFixed
		case len(draft.Files) == review.MaxAttachments:
			return cannot(http.StatusConflict, "cannot.more-files", "limit", review.MaxAttachments)
		}
		name, err := named(draft)
		if err != nil {
			return err
		}
		if err := replaceFile(d.drafts.attachment(m.Digest()), b); err != nil {
			return err
		}
		draft.Files = append(draft.Files, File{name, m.Digest(), m.Size})
		draft.State, draft.Cleared = Writing, ""
		draft.note(d.o.Now(), s.Name, didAttach, "")
		return nil
	})
	if err != nil {
		return err
	}
	goTo(w, r, "/drafts/", draft.ID, "#files")
	return nil
}

// uploaded is a file of a form.
func uploaded(r *http.Request, field string, limit int64) (content []byte, name string, err error) {
	f, head, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, "", cannot(http.StatusBadRequest, "cannot.no-file")
	}
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	content, err = io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = cannot(http.StatusRequestEntityTooLarge, "cannot.file-size", "name", cutName(head.Filename), "limit", limit)
	}
	return content, head.Filename, err
}

// cutName is a file's name, no longer than a line.
func cutName(name string) string { return fmt.Sprintf("%.80s", name) }

// ending is a file name's ending, where it only says which kind of file it is.
func ending(name string) string {
	ext := strings.ToLower(filepath.Ext(name))
	if len(ext) < 2 || len(ext) > 6 || strings.Trim(ext[1:], "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return ""
	}
	return ext
}

func bodyLimit(r *http.Request) int64 {
	switch {
	case strings.HasSuffix(r.URL.Path, "/files"):
		return review.MaxAttachment + maxForm
	case strings.HasSuffix(r.URL.Path, "/envelope"):
		return maxEnvelope + maxForm
	case strings.HasSuffix(r.URL.Path, "/charter/bring"):
		return maxCeremony + maxForm
	}
	return maxForm
}
