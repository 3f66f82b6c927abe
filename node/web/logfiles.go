package web

import (
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"stocktake/review"
)

// tileHeight is that of C2SP tlog-tiles: 256 hashes a tile.
const tileHeight = 8

// routeLog adds the static files of C2SP tlog-tiles and the one call of C2SP
// tlog-witness:
//
//	/log/<origin>/checkpoint
//	/log/<origin>/tile/<level>/<n>[.p/<width>]
//	/log/<origin>/tile/entries/<n>[.p/<width>]
func (n *site) routeLog(mux *http.ServeMux) {
	if n.Log != nil {
		n.handle(mux, "GET /log/{origin}/checkpoint", answerTimeout, n.getCheckpoint)
		n.handle(mux, "GET /log/{origin}/tile/{path...}", answerTimeout, n.getTile)
	}
	if n.Witness != nil {
		n.handle(mux, "POST /witness/add-checkpoint", answerTimeout, n.postCheckpoint)
	}
}

func readOrigin(r *http.Request) (review.Origin, error) {
	o := review.Origin(r.PathValue("origin"))
	if _, _, _, _, err := o.Split(); err != nil {
		return "", badRequest("a log's name is e<epoch>.<participant>.<8 hexadecimal digits>.<suffix>, not %.80q", string(o))
	}
	return o, nil
}

func (n *site) getCheckpoint(w http.ResponseWriter, r *http.Request) error {
	o, err := readOrigin(r)
	if err != nil {
		return err
	}
	b, err := n.Log.Checkpoint(o)
	if err != nil {
		return err
	}
	writeBytes(w, "text/plain; charset=utf-8", b)
	return nil
}

func (n *site) getTile(w http.ResponseWriter, r *http.Request) error {
	o, err := readOrigin(r)
	if err != nil {
		return err
	}
	t, ok := parseTilePath(r.PathValue("path"))
	if !ok {
		return badRequest("a tile's path is tile/<level>/<n> or tile/entries/<n>, with .p/<width> if it is partial")
	}
	b, err := n.Log.Tile(o, t)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	writeBytes(w, "application/octet-stream", b)
	return nil
}

// parseTilePath reads what follows tile/ in a path. C2SP tlog-tiles leaves the
// height out and calls entry bundles "entries", where Go's checksum database
// writes 8 and "data".
func parseTilePath(p string) (tlog.Tile, bool) {
	level, rest, ok := strings.Cut(p, "/")
	if !ok || level == "data" {
		return tlog.Tile{}, false
	}
	if level == "entries" {
		level = "data"
	}
	t, err := tlog.ParseTilePath("tile/8/" + level + "/" + rest)
	return t, err == nil && t.H == tileHeight
}

func (n *site) postCheckpoint(w http.ResponseWriter, r *http.Request) error {
	b, err := body(w, r, maxWitness) // the specification names no media type
	if err != nil {
		return err
	}
	status, answer := n.Witness(r.Context(), b)
	mediaType := "text/plain; charset=utf-8"
	if status == http.StatusConflict {
		mediaType = "text/x.tlog.size" // C2SP tlog-witness: the size that the witness has
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(answer) // the asker has gone
	return nil
}
