package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// mediaBackup are the lines of store/BACKUP.md.
const mediaBackup = "application/x-ndjson"

// routeBackup adds the one route that is for the operator of the node alone.
func (n *site) routeBackup(mux *http.ServeMux) {
	if n.Backup != nil {
		n.routeEndpoints(mux, []endpoint{{
			method: "POST", path: "/api/v1/backup", about: "The next part of a backup, line by line.", limit: maxBackupTime, answer: n.postBackup,
			takes: &content{mediaJSON, schema{"type": "object"}}, gives: content{mediaBackup, nil},
		}})
	}
}

// postBackup streams the next part of a backup. An answer without its last line
// is no backup: the node broke off, and its log says why.
func (n *site) postBackup(w http.ResponseWriter, r *http.Request) error {
	since, err := body(w, r, maxBackupState, mediaJSON)
	if err != nil {
		return err
	}
	out := &patientWriter{w: w, control: http.NewResponseController(w), mediaType: mediaBackup}
	err = n.Backup(r.Context(), since, out)
	if err != nil && out.begun {
		n.Logger.Error("backup broken off", "err", err)
		panic(http.ErrAbortHandler) // so that the asker does not take it for the end
	}
	return err
}

// patientWriter gives each piece of a long answer the time of one answer.
type patientWriter struct {
	w         http.ResponseWriter
	control   *http.ResponseController
	mediaType string
	begun     bool
}

func (p *patientWriter) Write(b []byte) (int, error) {
	if !p.begun {
		p.w.Header().Set("Content-Type", p.mediaType)
		p.begun = true
	}
	more := time.Now().Add(writeTimeout)
	// The deadline for reading also ends a request that is being answered.
	if err := errors.Join(p.control.SetReadDeadline(more), p.control.SetWriteDeadline(more)); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}

// Backup has a node write the next part of a backup. Only its socket takes
// that.
func (c *Client) Backup(ctx context.Context, since []byte, w io.Writer) error {
	r, err := http.NewRequestWithContext(ctx, "POST", c.base+"/api/v1/backup", bytes.NewReader(since))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", mediaJSON)
	res, err := c.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &NetworkError{c.address, cause(err)}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, err := io.ReadAll(io.LimitReader(res.Body, maxEnvelope))
		if err != nil {
			return &NetworkError{c.address, err}
		}
		return errorOf(res.StatusCode, b)
	}
	if _, err = io.Copy(w, res.Body); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
