package web

import (
	"context"
	"encoding/json"
	"errors"
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
	AboutWord     string // the message: under a charter, about anything else
	Compact       string // what a first charter is about
	Fields        []shownField
	Figures       []figureRow
	Reports       bool // Figures are reported ones
	Charts        []pledgeChart
	Around        []sectionTable // what a stocktake has of it
	Parties       []partyLine
	Thread        []*threadItem
	Threaded      bool // documents of this kind are talked about
	Shadow        bool // an alternative report
	PredicateType string
	Answering     []answeringLine // who answers for its author, or for whom it accredits
	Others        []ref           // whose nodes hold what is not displayed here
	SubjectHeld   bool            // its about.pae will be among the files
	Narratives    []narrative
	Downloads     []download
	Details       []detail
	Checkable     bool   // there are files to check
	Folder        string // of them
}

// passing is whether the page says how much of the document is here, which no
// snapshot tells.
func (b *documentBody) passing() bool { return b.Absence != "" || len(b.Attachments) > 0 }

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
		Shown: *d, KindName: v.kindName(d.Kind), By: v.who(d.Author), Heading: v.titleOf(d.Listed),
		Standing: v.inWords(d.Label), Absence: v.absence(d.Absence), Folder: folder(id),
		Checkable: d.Statement != nil && d.Label.Reason != review.ReasonMalformed,
		Threaded:  !d.Kind.Bookkeeping(),
	}
	body.Answering = v.answering(d.Accredited)
	for _, id := range d.Elsewhere {
		body.Others = append(body.Others, v.who(id))
	}
	if err := n.fillAbout(ctx, v, body); err != nil {
		return "", nil, err
	}
	thread, err := n.Thread(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", nil, err
	}
	if thread != nil {
		body.Type = v.typeInWords(thread.Kind, thread.Type)
		if d.Kind != review.KindCharter { // of a charter's, everything there is
			body.Thread = v.thread(thread.Replies)
		} else {
			body.Thread = v.thread(slices.DeleteFunc(slices.Clone(thread.Replies), func(t *review.Thread) bool { return t.Kind != review.KindAccession }))
		}
		body.Shadow = isShadow(thread)
	}
	if d.Statement != nil {
		if err := n.fillContent(ctx, v, body); err != nil {
			return "", nil, err
		}
		if err := n.fillAttachments(ctx, v, body); err != nil {
			return "", nil, err
		}
	}
	return body.Heading, body, nil
}

// fillAbout says what the document is about.
func (n *site) fillAbout(ctx context.Context, v *view, body *documentBody) error {
	if body.About == "" {
		return nil
	}
	if string(body.About) == compact.Digest() {
		body.Compact, body.SubjectHeld = v.compactName(), true
		return nil
	}
	about, err := n.Document(ctx, body.About)
	switch {
	case err == nil:
		body.AboutTitle, body.AboutWord, body.SubjectHeld = v.titleOf(about.Listed), "document.about", about.Statement != nil
		if about.Kind == review.KindCharter {
			body.AboutWord = "document.under"
		}
	case !errors.Is(err, ErrNotFound):
		return err
	}
	return nil
}

// fillContent shows what the document says.
func (n *site) fillContent(ctx context.Context, v *view, body *documentBody) error {
	var statement struct {
		PredicateType string          `json:"predicateType"`
		Predicate     json.RawMessage `json:"predicate"`
	}
	if err := json.Unmarshal(body.Statement, &statement); err != nil {
		body.Fields = v.fields("", nil).fields("", body.Statement)
		return nil
	}
	body.PredicateType = statement.PredicateType
	parsed, err := review.Parse(body.Statement)
	if err != nil || !parsed.Known {
		body.Fields = v.fields("", nil).fields("", statement.Predicate)
		return nil
	}
	body.Common = *parsed.Common
	skip := shownElsewhere
	switch p := parsed.Predicate.(type) {
	case *review.Pledge:
		body.Figures = v.targetRows(p.Targets)
		if body.Parties, err = n.parties(ctx, v, parsed, p.Parties); err != nil {
			return err
		}
		if body.Charts, err = n.pledgeCharts(ctx, v, parsed, p); err != nil {
			return err
		}
		skip = append(slices.Clone(skip), "targets", "parties")
	case *review.Report:
		if body.Figures, err = n.reportedRows(ctx, v, parsed.About(), p.Values); err != nil {
			return err
		}
		body.Reports = true
		skip = append(slices.Clone(skip), "values")
	}
	if body.Around, err = n.around(ctx, v, parsed); err != nil {
		return err
	}
	body.Fields = v.fields(parsed.Common.Language, tabler{view: v}.mention).fields(parsed.Kind, statement.Predicate, skip...)
	return nil
}
