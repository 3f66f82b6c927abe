package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"stocktake/node/web"
	"stocktake/review"
)

// converge waits until every node holds every document, nothing is pending
// or missing anywhere, and all snapshots are one.
func (d *Demo) converge(ctx context.Context) error {
	want := len(d.filed.all()) + len(d.members) // and an accession from everybody
	return wait(ctx, 30*time.Second, func() error {
		first := ""
		for _, m := range d.running() {
			s, err := m.client.Status(ctx)
			switch {
			case err != nil:
				return err
			case s.Documents != want:
				return fmt.Errorf("%s holds %d of %d documents", m.ID, s.Documents, want)
			case s.Missing > 0:
				return fmt.Errorf("%s lacks the content of %d documents", m.ID, s.Missing)
			case s.Pending > 0:
				return fmt.Errorf("no quorum has cosigned %d records of %s yet", s.Pending, s.Log)
			case s.Fenced != "" || len(s.Forks) > 0:
				return &final{fmt.Errorf("%s: fenced %q, forks %q", m.ID, s.Fenced, s.Forks)}
			case first != "" && s.Snapshot != first:
				return fmt.Errorf("%s and %s hold different snapshots", m.ID, d.running()[0].ID)
			}
			first = s.Snapshot
		}
		return nil
	})
}

func (d *Demo) running() []*member {
	var running []*member
	for _, m := range d.members {
		if m.client != nil {
			running = append(running, m)
		}
	}
	return running
}

// tamper exports a document, verifies it as anyone can, and again with each of
// some bytes of its signed content changed.
func (d *Demo) tamper(ctx context.Context) error {
	id, err := d.filed.get(ctx, "sample/report-identity")
	if err != nil {
		return err
	}
	files, err := d.byID[convener].client.Export(ctx, id)
	if err != nil {
		return err
	}
	v, err := review.Verify(files)
	switch {
	case err != nil:
		return err
	case v.Filed == "" || v.ID != id:
		return fmt.Errorf("the export of %s does not show when it was filed", id)
	}
	d.say("         %s by %s, filed %s, %d witnesses", v.Kind, v.AuthorName, v.Filed, v.Witnesses)
	at := bytes.Index(files[review.FileBundle], []byte(`"payload":"`)) + len(`"payload":"`)
	for i := at; i < at+400; i += 40 {
		changed := map[string][]byte{}
		for name, b := range files {
			changed[name] = bytes.Clone(b)
		}
		if b := &changed[review.FileBundle][i]; *b == 'A' {
			*b = 'B'
		} else {
			*b = 'A'
		}
		if _, err := review.Verify(changed); err == nil || errors.Is(err, review.ErrUndecided) {
			return fmt.Errorf("byte %d of %s was changed, and it verifies: %v", i, review.FileBundle, err)
		}
	}
	return nil
}

// scopes are those that the demonstration compares; the first is reported.
var scopes = []review.Scope{review.ScopeGlobal, "region:UN-ECE", "region:UN-ESCAP"}

// assemble computes the stocktakes at every node and compares them.
func (d *Demo) assemble(ctx context.Context) error {
	d.Identical = true
	digests := map[review.Scope]string{}
	for _, m := range d.running() {
		status, err := m.client.Status(ctx)
		if err != nil {
			return err
		}
		r := NodeResult{Participant: m.ID, Origin: status.Log, Documents: status.Documents, Snapshot: status.Snapshot}
		for i, scope := range scopes {
			s, err := m.client.Assemble(ctx, web.AssembleRequest{Scope: scope})
			if err != nil {
				return fmt.Errorf("%s, %s: %w", m.ID, scope, err)
			}
			if digests[scope] == "" {
				digests[scope] = s.Digest()
				d.say("         %-16s %s", scope, s.Digest())
			}
			d.Identical = d.Identical && digests[scope] == s.Digest()
			if i == 0 {
				r.Stocktake = s.Digest()
				d.Summary = s.Text()
			}
		}
		d.Nodes = append(d.Nodes, r)
		d.Documents = r.Documents
	}
	if !d.Identical {
		return errors.New("the nodes' stocktakes differ")
	}
	return nil
}
