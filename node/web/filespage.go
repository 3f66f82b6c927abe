package web

import (
	"archive/zip"
	"bytes"
	"maps"
	"net/http"
	"slices"

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
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := z.Create(folder(id) + "/" + name)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+folder(id)+`.zip"`)
	writeBytes(w, "application/zip", b.Bytes())
	return nil
}
