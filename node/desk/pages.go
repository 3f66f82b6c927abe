package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"stocktake/node/web"
	"stocktake/review"
)

// pageError is an error that is told to the person at the desk.
type pageError struct {
	status int
	text   string
}

func (e *pageError) Error() string { return e.text }

type frame struct {
	Title string
	Who   *session
	Token string
	Body  any
}

func (d *Desk) show(w http.ResponseWriter, s *session, name, title string, body any) {
	d.render(w, http.StatusOK, s, name, title, body)
}

func (d *Desk) render(w http.ResponseWriter, status int, s *session, name, title string, body any) {
	f := frame{Title: title, Who: s, Body: body}
	if s != nil {
		f.Token = s.token
	}
	var b bytes.Buffer
	if err := pages[name].ExecuteTemplate(&b, "frame", f); err != nil {
		d.o.Logger.Error("desk: page", "page", name, "err", err)
		http.Error(w, "the page could not be made; the node's log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (d *Desk) errorPage(w http.ResponseWriter, s *session, err error) {
	e := &pageError{http.StatusInternalServerError, "the desk could not do this; the node's log says why"}
	var refusal review.Refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &e):
	case errors.As(err, &refusal):
		e = &pageError{http.StatusUnprocessableEntity, refusal.Error()}
	case errors.Is(err, errNotNow):
		e = &pageError{http.StatusConflict, strings.TrimPrefix(err.Error(), errNotNow.Error()+": ")}
	case errors.As(err, &tooLarge):
		e = &pageError{http.StatusRequestEntityTooLarge, "that is longer than this form takes"}
	default:
		d.o.Logger.Error("desk: answer failed", "err", err)
	}
	d.render(w, e.status, s, "error", "Not possible", e.text)
}

// task is something that the member may have to do.
type task struct {
	What, Until string
	Href        string
	Late        bool
	Sample      bool
}

// home is what there is to do.
func (d *Desk) home(ctx context.Context, w http.ResponseWriter, _ *http.Request, s *session) error {
	all, err := d.drafts.all()
	if err != nil {
		return err
	}
	body := struct {
		Tasks   []task
		Problem string
		Drafts  []*Draft
	}{Drafts: slices.DeleteFunc(all, func(d *Draft) bool { return d.State == Filed })}
	if body.Tasks, err = d.tasks(ctx); err != nil {
		body.Problem = err.Error()
	}
	d.show(w, s, "home", "What there is to do", body)
	return nil
}

// tasks are what is due from the member, and what waits for its answer, as its
// own stocktake says.
func (d *Desk) tasks(ctx context.Context) (tasks []task, err error) {
	s, err := d.o.Node.Assemble(ctx, web.AssembleRequest{Scope: review.Scope("participant:" + string(d.o.Author))})
	if err != nil {
		return nil, err
	}
	c := s.Contents()
	for _, row := range c.Due {
		if row.Participant == d.o.Author && (row.State == "not due" || row.State == "no report received") {
			tasks = append(tasks, task{What: fmt.Sprintf("Round %s: %s; %d of %d pledges reported on", row.Round, row.State, row.ReportedOn, row.Pledges),
				Until: row.Due, Href: "/new?kind=report&round=" + row.Round, Late: row.State == "no report received", Sample: row.Sample})
		}
	}
	for _, row := range slices.Concat(c.Recommendations, c.Comments) {
		if row.To == d.o.Author && row.State == "open" {
			tasks = append(tasks, task{What: fmt.Sprintf("Answer the %s of %s", row.Type, row.Author), Href: "/new?kind=response&about=" + string(row.ID), Sample: row.Sample})
		}
	}
	for _, row := range c.Assessments {
		if row.About == d.o.Author && row.Author != d.o.Author && row.Replies == 0 {
			tasks = append(tasks, task{What: fmt.Sprintf("You may reply to the %s of %s: %s", row.Label, row.Author, row.Title), Href: "/new?kind=response&about=" + string(row.ID), Sample: row.Sample})
		}
	}
	return tasks, nil
}

// kindsToWrite are those that people write; the rest the node or a command makes.
func kindsToWrite() (kinds []option) {
	for _, k := range review.Kinds() {
		switch k {
		case review.KindOpening, review.KindCharter, review.KindReceipt, review.KindRefusal, review.KindFork, review.KindKey:
			continue
		}
		f := review.Fields(k)
		kinds = append(kinds, option{Value: string(k), Text: f.Title + ". " + f.Description})
	}
	return kinds
}

func (d *Desk) newPage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	q := r.URL.Query()
	body := struct {
		Kinds       []option
		Kind, Round string
		About       string
		Subjects    []web.Listed
	}{Kinds: kindsToWrite(), Kind: q.Get("kind"), Round: q.Get("round"), About: q.Get("about")}
	if body.Kind != "" {
		f := review.Fields(review.Kind(body.Kind))
		if !slices.ContainsFunc(body.Kinds, func(o option) bool { return o.Value == body.Kind }) {
			return &pageError{http.StatusNotFound, "there is no such kind of document to write here"}
		}
		list, err := d.o.Node.Documents(ctx, web.Query{})
		if err != nil {
			return err
		}
		for _, l := range list {
			own := body.Kind != string(review.KindReport) || l.Author == d.o.Author
			if own && (len(f.About) == 0 || slices.Contains(f.About, string(l.Kind))) && l.Kind != review.KindCharter {
				body.Subjects = append(body.Subjects, l)
			}
		}
		slices.Reverse(body.Subjects)
	}
	d.show(w, s, "new", "Write", body)
	return nil
}

// create begins a draft: empty, or from what the member said last.
func (d *Desk) create(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	kind := review.Kind(r.PostFormValue("kind"))
	if !slices.ContainsFunc(kindsToWrite(), func(o option) bool { return o.Value == string(kind) }) {
		return &pageError{http.StatusNotFound, "there is no such kind of document to write here"}
	}
	about := review.DocumentID(strings.TrimSpace(r.PostFormValue("about")))
	fields := map[string]any{"language": "en"}
	if r.PostFormValue("last") != "" {
		last, err := d.last(ctx, kind, about)
		if err != nil {
			return err
		}
		if last != nil {
			if fields, _, err = fieldsAgain(last); err != nil {
				return err
			}
			delete(fields, "supersedes")
		}
	}
	if _, ok := review.Fields(kind).Properties["round"]; ok && r.PostFormValue("round") != "" {
		fields["round"] = r.PostFormValue("round")
	}
	draft, err := d.drafts.begin(s.Person, kind, about, fields)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/drafts/"+draft.ID, http.StatusSeeOther)
	return nil
}

// last is the last document of a kind that the member filed, about the same if
// that is named; nil if there is none.
func (d *Desk) last(ctx context.Context, k review.Kind, about review.DocumentID) (*review.Document, error) {
	list, err := d.o.Node.Documents(ctx, web.Query{Kind: k, Author: d.o.Author, About: about})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	e, err := d.o.Node.Envelope(ctx, list[len(list)-1].ID)
	if err != nil {
		return nil, err
	}
	return review.Parse(e.Payload)
}

// fieldsAgain are a document's fields as a form has them, and what it is about.
func fieldsAgain(doc *review.Document) (map[string]any, review.DocumentID, error) {
	b, err := json.Marshal(doc.Predicate)
	if err != nil {
		return nil, "", err
	}
	fields := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return nil, "", err
	}
	for name, f := range review.Fields(doc.Kind).Properties {
		if f.Filled {
			delete(fields, name)
		}
	}
	return fields, doc.About(), nil
}

type draftBody struct {
	*Draft
	KindTitle, Help string
	Sections        []section
	Wrong           []string // reasons without a field of their own
	Ready           bool     // nothing is wrong
	Editable        bool
	Named           bool // it may be about something else than the charter
	MayClear        bool
	MaySign         bool
	Content         string
	Shown           *web.Shown
}

func (d *Desk) draftBody(ctx context.Context, draft *Draft, p *Person) *draftBody {
	f := review.Fields(draft.Kind)
	refusal := d.wrong(draft)
	b := &draftBody{
		Draft: draft, KindTitle: f.Title, Help: f.Description, Sections: sections(draft, refusal), Ready: len(refusal) == 0, Content: draft.content(),
		Editable: draft.State != Filed && p.is(Drafter), MayClear: draft.State == Awaiting && p.is(Clearer) && !slices.Contains(draft.writers(), p.Name),
		MaySign: draft.maySign(p) == nil, Named: !slices.Equal(f.About, []string{string(review.KindCharter)}),
	}
	for _, e := range refusal {
		if e.Pointer == "" || e.Pointer == "/about" {
			b.Wrong = append(b.Wrong, e.Message())
		}
	}
	if draft.Document != "" {
		b.Shown, _ = d.o.Node.Document(ctx, draft.Document)
	}
	return b
}

// wrong is why a draft could not be signed as it is.
func (d *Desk) wrong(draft *Draft) (refusal review.Refusal) {
	_, err := d.payload(draft)
	errors.As(err, &refusal)
	return refusal
}

func (d *Desk) draftPage(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.get(r.PathValue("id"))
	if err != nil {
		return err
	}
	d.show(w, s, "draft", review.Fields(draft.Kind).Title, d.draftBody(ctx, draft, s.Person))
	return nil
}

// save keeps what is typed, finished or not; with a button that says so it also
// adds or removes an entry, or asks for clearance.
func (d *Desk) save(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.change(r.PathValue("id"), func(draft *Draft) error {
		fields := fieldsOf(draft.Kind, r.PostForm)
		addEntry(draft.Kind, fields, r.PostFormValue("add"), r.PostFormValue("remove"))
		if err := draft.write(s.Person, d.o.Now(), review.DocumentID(strings.TrimSpace(r.PostFormValue("about"))), fields); err != nil {
			return err
		}
		if r.PostFormValue("submit") == "" {
			return nil
		}
		if refusal := d.wrong(draft); len(refusal) > 0 {
			return nil // the page shows what is wrong
		}
		return draft.submit(s.Person, d.o.Now())
	})
	if err != nil {
		return err
	}
	if r.Header.Get("X-Autosave") != "" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	anchor := ""
	if at := strings.TrimPrefix(r.PostFormValue("add"), "/"); at != "" && review.Fields(draft.Kind).Properties[at] != nil {
		anchor = "#/" + at
	}
	http.Redirect(w, r, "/drafts/"+draft.ID+anchor, http.StatusSeeOther)
	return nil
}

func (d *Desk) clear(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.change(r.PathValue("id"), func(draft *Draft) error {
		note := strings.TrimSpace(r.PostFormValue("note"))
		if r.PostFormValue("back") != "" {
			return draft.sendBack(s.Person, d.o.Now(), note)
		}
		return draft.clear(s.Person, d.o.Now(), r.PostFormValue("content"), note)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/drafts/"+draft.ID, http.StatusSeeOther)
	return nil
}

// preview is the draft as a page to read or print, for clearance.
func (d *Desk) preview(ctx context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.get(r.PathValue("id"))
	if err != nil {
		return err
	}
	d.show(w, s, "preview", "For clearance", d.draftBody(ctx, draft, s.Person))
	return nil
}

// download is the draft as `stocktake sign` takes it, to be signed elsewhere.
func (d *Desk) download(_ context.Context, w http.ResponseWriter, r *http.Request, s *session) error {
	draft, err := d.drafts.get(r.PathValue("id"))
	if err != nil {
		return err
	}
	fields := cloneFields(draft.Fields)
	fields["kind"] = string(draft.Kind)
	if draft.About != "" {
		fields["about"] = string(draft.About)
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(draft.Kind)+"-"+short(draft.ID)+`.yaml"`)
	_, _ = w.Write(append(review.Canonical(fields), '\n')) // JSON is YAML
	return nil
}

// filedPage is what the member filed, from received to final.
func (d *Desk) filedPage(ctx context.Context, w http.ResponseWriter, _ *http.Request, s *session) error {
	list, err := d.o.Node.Documents(ctx, web.Query{Author: d.o.Author})
	if err != nil {
		return err
	}
	slices.Reverse(list)
	d.show(w, s, "filed", "Filed", list[:min(len(list), filedShown)])
	return nil
}

// filedShown is how many documents the page shows: the rest is on the public pages.
const filedShown = 200

// nodePage is how the node is, for whoever looks after it.
func (d *Desk) nodePage(ctx context.Context, w http.ResponseWriter, _ *http.Request, s *session) error {
	status, err := d.o.Node.Status(ctx)
	if err != nil {
		return err
	}
	lines, err := d.o.Checkup(ctx)
	if err != nil {
		return err
	}
	body := struct {
		*web.Status
		Lines []Line
	}{status, lines}
	d.show(w, s, "node", "This node", body)
	return nil
}
