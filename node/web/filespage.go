package web

import (
	"maps"
	"net/http"

	"stocktake/review"
)

// folder is where a document's files lie, in its archive too.
func folder(id review.DocumentID) string { return "stocktake-" + short(id) }

// getFiles gives what others need to verify a document as one zip archive.
func (n *site) getFiles(w http.ResponseWriter, r *http.Request) error {
	id, err := documentID(r)
	if err != nil {
		return err
	}
	files, err := n.Export(r.Context(), id)
	if err != nil {
		return err
	}
	files = maps.Clone(files)
	files[review.FilePage] = review.VerifyPage()
	b, err := zipped(folder(id), files)
	if err != nil {
		return err
	}
	return saved(w, "application/zip", folder(id)+".zip", b)
}
