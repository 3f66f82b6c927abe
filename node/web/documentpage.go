package web

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"stocktake/review"
	"stocktake/review/compact"
)

// documentBody is one document with its thread and how to check it.
type documentBody struct {
	Shown
	KindName      string
	By            ref
	Heading, Type string // Type: whose assessment, which comment; "" for other kinds
	Common        review.Common
	Standing      standing
	Absence       string // in words; "" if the content is here
	AboutTitle    string // "" where this node does not hold it
	AboutWord     string // under a charter, about anything else
	Compact       string // what a first charter is about
	Fields        []shownField
	Figures       []figureRow
	Reports       bool // Figures are reported ones
	Parties       []partyRow
	Thread        []*threadItem
	Threaded      bool // documents of this kind are talked about
	Shadow        bool // an alternative report
	PredicateType string
	SubjectHeld   bool   // its about.pae will be among the files
	Checkable     bool   // there are files to check
	Folder        string // of them
}

// figureRow is one target, as promised or as reported.
type figureRow struct {
	Indicator, Unit      string
	Baseline, Value, Due value
	Reported             value
	On                   string
}

// partyRow is another pledgor of a joint pledge.
type partyRow struct {
	ID        review.ParticipantID // "" if the charter does not list it
	Name      string
	Standing  standing
	Accession review.DocumentID
}

// threadItem is a document in a thread.
type threadItem struct {
	ID       review.DocumentID
	Title    string
	What     string // "Comment: recommendation"
	Author   ref
	Filed    string
	Standing standing
	Counts   bool
	Sample   bool
	Shadow   bool
	Replies  []*threadItem
	More     int // replies that are not listed
}

// shownElsewhere are fields that the page shows beside the document's own.
var shownElsewhere = []string{"title", "summary", "author", "sample", "language", "created", "federation", "salt", "supersedes"}

func (n *site) documentPage(ctx context.Context, v *view, r *http.Request) (string, any, error) {
	id, err := documentID(r)
	if err != nil {
		return "", nil, err
	}
	d, err := n.Document(ctx, id)
	if err != nil {
		return "", nil, err
	}
	body := &documentBody{
		Shown: *d, KindName: kindName(d.Kind), By: v.who(d.Author), Heading: titleOf(d.Listed),
		Standing: inWords(d.Label), Absence: absences[d.Absence], Folder: folder(id),
		Checkable: d.Statement != nil && d.Label.Reason != review.ReasonMalformed,
		Threaded:  d.Kind != review.KindReceipt && d.Kind != review.KindOpening,
	}
	if err := n.fillAbout(ctx, body); err != nil {
		return "", nil, err
	}
	thread, err := n.Thread(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", nil, err
	}
	if thread != nil {
		body.Type = typeInWords(thread.Kind, thread.Type)
		if d.Kind != review.KindCharter { // of a charter's, everything there is
			body.Thread = v.thread(thread.Replies)
		} else {
			body.Thread = v.thread(slices.DeleteFunc(slices.Clone(thread.Replies), func(t *review.Thread) bool { return t.Kind != review.KindAccession }))
		}
		body.Shadow = isShadow(thread)
	}
	if d.Statement != nil {
		if err := n.fillContent(ctx, v, body, thread); err != nil {
			return "", nil, err
		}
	}
	return body.Heading, body, nil
}

// fillAbout says what the document is about.
func (n *site) fillAbout(ctx context.Context, body *documentBody) error {
	if body.About == "" {
		return nil
	}
	if string(body.About) == compact.Digest() {
		body.Compact, body.SubjectHeld = compact.Name(), true
		return nil
	}
	about, err := n.Document(ctx, body.About)
	switch {
	case err == nil:
		body.AboutTitle, body.AboutWord, body.SubjectHeld = titleOf(about.Listed), "about", about.Statement != nil
		if about.Kind == review.KindCharter {
			body.AboutWord = "under"
		}
	case !errors.Is(err, ErrNotFound):
		return err
	}
	return nil
}

// fillContent shows what the document says.
func (n *site) fillContent(ctx context.Context, v *view, body *documentBody, thread *review.Thread) error {
	var statement struct {
		PredicateType string          `json:"predicateType"`
		Predicate     json.RawMessage `json:"predicate"`
	}
	if err := json.Unmarshal(body.Statement, &statement); err != nil {
		body.Fields = v.fields().fields("", body.Statement)
		return nil
	}
	body.PredicateType = statement.PredicateType
	parsed, err := review.Parse(body.Statement)
	if err != nil || !parsed.Known {
		body.Fields = v.fields().fields("", statement.Predicate)
		return nil
	}
	body.Common = parsed.Common
	skip := shownElsewhere
	switch p := parsed.Predicate.(type) {
	case *review.Pledge:
		body.Figures = targetRows(p.Targets)
		if body.Parties, err = n.parties(ctx, v, p, thread); err != nil {
			return err
		}
		skip = append(slices.Clone(skip), "targets", "parties")
	case *review.Report:
		if body.Figures, err = n.reportedRows(ctx, parsed.About(), p.Values); err != nil {
			return err
		}
		body.Reports = true
		skip = append(slices.Clone(skip), "values")
	}
	body.Fields = v.fields().fields(parsed.Kind, statement.Predicate, skip...)
	return nil
}

func orOpen(form, s string) value {
	if s == "" {
		return value{}
	}
	return fieldReader{}.text(&schemaField{Form: form}, s)
}

func targetRows(targets []review.Target) []figureRow {
	var rows []figureRow
	for _, t := range targets {
		rows = append(rows, figureRow{
			Indicator: t.Indicator, Unit: unitOf(t), Baseline: orOpen("decimal-or-open", t.Baseline),
			Value: orOpen("decimal-or-open", t.Value), Due: orOpen("date-or-open", t.Due),
		})
	}
	return rows
}

func unitOf(t review.Target) string {
	if t.Unit == review.NotStated {
		return ""
	}
	return t.Unit
}

// reportedRows puts a report's values beside the pledge's targets, where this
// node holds the pledge.
func (n *site) reportedRows(ctx context.Context, pledge review.DocumentID, values []review.Value) ([]figureRow, error) {
	targets := map[string]review.Target{}
	d, err := n.Document(ctx, pledge)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if err == nil && d.Statement != nil {
		if parsed, err := review.Parse(d.Statement); err == nil {
			if p, ok := parsed.Predicate.(*review.Pledge); ok {
				for _, t := range p.Targets {
					targets[t.ID] = t
				}
			}
		}
	}
	var rows []figureRow
	for _, r := range values {
		row := figureRow{Indicator: r.Target}
		if t, ok := targets[r.Target]; ok {
			row = targetRows([]review.Target{t})[0]
		}
		row.Reported, row.On = orOpen("decimal", r.Value), r.On
		rows = append(rows, row)
	}
	return rows, nil
}

// parties says of each party of a joint pledge whether it has confirmed.
func (n *site) parties(ctx context.Context, v *view, p *review.Pledge, thread *review.Thread) ([]partyRow, error) {
	var rows []partyRow
	for _, party := range p.Parties {
		row := partyRow{ID: party.Participant, Name: party.Name, Standing: standing{Tone: "warn", Text: "claimed, not confirmed"}}
		if thread != nil && party.Participant != "" {
			if err := n.confirm(ctx, &row, thread.Replies); err != nil {
				return nil, err
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (n *site) confirm(ctx context.Context, row *partyRow, replies []*review.Thread) error {
	for _, t := range replies {
		if t.Kind != review.KindAccession || t.Author != row.ID || !t.Label.Counts {
			continue
		}
		d, err := n.Document(ctx, t.ID)
		if err != nil {
			return err
		}
		parsed, err := review.Parse(d.Statement)
		if err != nil {
			continue
		}
		a, ok := parsed.Predicate.(*review.Accession)
		if !ok {
			continue
		}
		row.Accession = t.ID
		row.Standing = standing{Tone: "good", Text: "confirmed"}
		if a.Decision == "declined" {
			row.Standing = standing{Tone: "warn", Text: "declined"}
		}
	}
	return nil
}

// typeInWords is the type of a document in a thread, where its kind has one.
func typeInWords(k review.Kind, code string) string {
	switch {
	case code == "":
		return ""
	case k == review.KindAccession:
		return map[string]string{"member": "as a member", "round": "into a review round", "party": "as a party"}[code]
	}
	return phrase(code)
}

func isShadow(t *review.Thread) bool { return t.Kind == review.KindAssessment && t.Type == "shadow" }

func (v *view) thread(replies []*review.Thread) []*threadItem {
	var items []*threadItem
	for _, t := range replies {
		item := &threadItem{
			ID: t.ID, Title: t.Title, What: kindName(t.Kind), Author: v.who(t.Author),
			Filed: t.Label.Filed, Standing: inWords(t.Label), Counts: t.Label.Counts, Sample: t.Label.Sample,
			Shadow: isShadow(t), More: t.NotListed,
		}
		if item.Title == "" {
			item.Title = item.What + " " + short(t.ID)
		}
		if words := typeInWords(t.Kind, t.Type); words != "" {
			if t.Kind == review.KindAssessment { // says itself what it is
				item.What = capital(words)
			} else {
				item.What += ": " + words
			}
		}
		item.Replies = v.thread(t.Replies)
		items = append(items, item)
	}
	return items
}

// folder is where a document's files lie, in its archive too.
func folder(id review.DocumentID) string { return "stocktake-" + short(id) }

// getFiles gives what others need to verify a document as one zip archive.
func (n *site) getFiles(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), answerTimeout)
	defer cancel()
	id, err := documentID(r)
	if err != nil {
		return err
	}
	files, err := n.Export(ctx, id)
	if err != nil {
		return err
	}
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
