package web

import (
	"archive/zip"
	"bytes"
	"maps"
	"net/http"
	"slices"

	"stocktake/review"
)

// getTables gives a stocktake as tables for a spreadsheet, in one zip archive.
func (n *site) getTables(w http.ResponseWriter, r *http.Request) error {
	s, err := n.stocktakeFor(r)
	if err != nil {
		return err
	}
	b, err := zipped("stocktake-"+s.Digest()[:12], s.Tables())
	if err != nil {
		return err
	}
	return saved(w, "application/zip", "stocktake-"+s.Digest()[:12]+".zip", b)
}

// getPage gives a stocktake as one HTML file, which needs nothing else.
func (n *site) getPage(w http.ResponseWriter, r *http.Request) error {
	s, err := n.stocktakeFor(r)
	if err != nil {
		return err
	}
	return saved(w, "text/html; charset=utf-8", "stocktake-"+s.Digest()[:12]+".html", s.HTML())
}

func (n *site) stocktakeFor(r *http.Request) (*review.Stocktake, error) {
	q, err := readAssembly(r)
	if err != nil {
		return nil, err
	}
	return n.Assemble(r.Context(), q)
}

// saved is an answer that a browser saves and never shows.
func saved(w http.ResponseWriter, mediaType, name string, b []byte) error {
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	writeBytes(w, mediaType, b)
	return nil
}

// zipped is an archive of one folder.
func zipped(folder string, files map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := z.Create(folder + "/" + name)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}
