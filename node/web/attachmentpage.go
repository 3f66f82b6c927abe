package web

import (
	"context"
	"errors"
	"fmt"
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
}

var attachmentStates = map[string]string{
	AttachmentPartly:  "arriving",
	AttachmentMissing: "missing here; this node asks the others for it when you download it",
	AttachmentErased:  "withdrawn by its author and erased",
}

// fillAttachments shows narratives that are here and lists all attachments.
// Figures do not depend on any of them.
func (n *site) fillAttachments(ctx context.Context, body *documentBody) error {
	for _, a := range body.Shown.Attachments {
		d := download{Name: a.Name, State: attachmentStates[a.State], Erased: a.State == AttachmentErased}
		if !d.Erased {
			d.Href = "/documents/" + string(body.ID) + "/attachments/" + a.Name
		}
		if a.Size > 0 {
			d.Size = sizeInWords(a.Size)
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

// sizeInWords is a size as people say it.
func sizeInWords(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%d KiB", (n+1<<10-1)>>10)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
