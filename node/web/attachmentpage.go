package web

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"stocktake/review"
)

// narrative is a long text that came with a document. The page shows it as
// text, whatever it looks like.
type narrative struct {
	Language string
	Text     string
}

// download is an attachment, to be had under its neutral name.
type download struct {
	Name, Href string
	Size       string // in words; "" if it is not known here
	State      string // in words; "" if it is here
	Erased     bool
	TakenBack  *review.Withdrawn
}

// detail is something that its author may take back by itself.
type detail struct {
	Name, Text string // Text: "" if it is not here
	Attachment download
}

// fillAttachments shows narratives and details and lists all other attachments.
// Figures do not depend on any of them.
func (n *site) fillAttachments(ctx context.Context, v *view, body *documentBody) error {
	for _, a := range body.Shown.Attachments {
		d := download{Name: a.Name, Erased: a.State == AttachmentErased, TakenBack: a.TakenBack}
		if !d.Erased && d.TakenBack == nil {
			d.Href = "/documents/" + string(body.ID) + "/attachments/" + a.Name
		}
		if a.State != AttachmentHeld {
			d.State = v.say("attachment." + a.State)
		}
		if a.Size > 0 {
			d.Size = v.size(a.Size)
		}
		if name, ok := review.DetailName(a.Name); ok {
			body.Details = append(body.Details, detail{name, a.Text, d})
			continue
		}
		body.Downloads = append(body.Downloads, d)
		language, ok := review.NarrativeLanguage(a.Name)
		if !ok || a.State != AttachmentHeld || a.Size > review.MaxNarrative {
			continue
		}
		var b strings.Builder
		err := ReadAttachment(ctx, n.Service, a.Digest, func(_ review.AttachmentManifest, chunk []byte) error {
			b.Write(chunk)
			return nil
		})
		if errors.Is(err, ErrNotFound) {
			continue // collected or erased meanwhile
		}
		if err != nil {
			return err
		}
		_, text, _ := strings.Cut(b.String(), "\n") // the first line is a salt
		body.Narratives = append(body.Narratives, narrative{language, strings.ToValidUTF8(text, "\uFFFD")})
	}
	return nil
}

// size is a size as people say it.
func (w words) size(n int64) string {
	switch {
	case n < 1<<10:
		return w.say("size.bytes", "n", int(n))
	case n < 1<<20:
		return w.say("size.kib", "size", int((n+1<<10-1)>>10))
	}
	return w.say("size.mib", "size", w.Decimal(strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64)))
}
